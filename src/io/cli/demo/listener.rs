//! Waits for what should happen and listens for what should be heard, and draws it.

use super::Missed;
use super::ladder::{Arrow, Ladder, Made};
use super::stage::{Stage, Who};
use crate::audio::sound::Sound;
use crate::base::id::SessionId;
use crate::base::language::Language;
use crate::io::listening::{self, Found};
use crate::io::prompts;
use crate::io::softphone::Heard;
use std::time::Duration;
use tokio::time::Instant;

/// How long a sentence may keep us waiting.
const HEAR_MAX: Duration = Duration::from_secs(20);
/// How often the recording is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// The softest tone that counts, in dBov: 3 dB under that which is sent.
const TONE_MIN_DBOV: f32 = -23.0;
/// Letters of a sentence that are shown.
const SHOWN_MAX: usize = 34;

/// The stage, the ladder, and what was proved by ear so far.
pub(super) struct Listener {
    pub(super) stage: Stage,
    pub(super) ladder: Ladder,
    /// The likeness of each sound that was recognised.
    pub(super) proofs: Vec<f32>,
}

impl Listener {
    /// One who has heard nothing yet.
    pub(super) const fn new(stage: Stage, ladder: Ladder) -> Self {
        Self { stage, ladder, proofs: Vec::new() }
    }

    /// Waits for something to happen to somebody's telephone.
    pub(super) async fn event<T>(
        &mut self,
        who: Who,
        what: &str,
        within: Duration,
        mut awaited: impl FnMut(&Heard) -> Option<T>,
    ) -> Result<T, Missed> {
        let until = Instant::now() + within;
        loop {
            if let Some(found) = self.stage.who(who).take(&mut awaited) {
                return Ok(found);
            }
            if Instant::now() >= until {
                return Err(Missed::new(what, format!("it did not happen within {within:?}")));
            }
            self.stage.pass(until).await;
        }
    }

    /// Lets time pass.
    pub(super) async fn pause(&mut self, span: Duration) {
        let until = Instant::now() + span;
        while Instant::now() < until {
            self.stage.pass(until).await;
        }
    }

    /// Hears the beginning of a prompt; the rest may be interrupted.
    pub(super) async fn hears_beginning(
        &mut self,
        who: Who,
        call: SessionId,
        prompt: &str,
    ) -> Result<(), Missed> {
        let sound = self.stage.prompt(prompt)?;
        let text = Self::quoted(prompt);
        let recognise = |stage: &mut Stage| stage.who(who).recognises_beginning(&sound);
        self.hears(who, call, &text, recognise).await
    }

    /// Hears all of a prompt.
    pub(super) async fn hears_all(
        &mut self,
        who: Who,
        call: SessionId,
        prompt: &str,
    ) -> Result<(), Missed> {
        let sound = self.stage.prompt(prompt)?;
        let text = Self::quoted(prompt);
        self.hears(who, call, &text, |stage| stage.who(who).recognises(&sound)).await
    }

    /// Hears all of a sound, which is shown as a text.
    pub(super) async fn hears_sound(
        &mut self,
        who: Who,
        call: SessionId,
        (sound, text): (&Sound, &str),
    ) -> Result<(), Missed> {
        let text = format!("\"{text}\"");
        self.hears(who, call, &text, |stage| stage.who(who).recognises(sound)).await
    }

    async fn hears(
        &mut self,
        who: Who,
        call: SessionId,
        text: &str,
        mut recognise: impl FnMut(&mut Stage) -> Option<Found>,
    ) -> Result<(), Missed> {
        let found = self.listens(who, call, text, |stage| recognise(stage)).await?;
        self.proofs.push(found.score);
        self.draw(who, "speech", &format!("{text} {:.2}", found.score));
        Ok(())
    }

    /// Hears a tone of this many Hz for so long.
    pub(super) async fn hears_tone(
        &mut self,
        who: Who,
        call: SessionId,
        (hz, long, text): (f32, Duration, &str),
    ) -> Result<(), Missed> {
        let level = self.listens(who, call, text, |stage| {
            let heard = stage.who(who).unrecognised();
            let long_enough = listening::how_long(heard, hz, TONE_MIN_DBOV) >= long;
            long_enough.then(|| listening::loudest(heard, hz))
        });
        let level = level.await?;
        self.draw(who, "tone", &format!("{text}: {hz:.0} Hz at {level:.1} dBov"));
        Ok(())
    }

    /// Looks into the recording again and again until something is found in it.
    async fn listens<T>(
        &mut self,
        who: Who,
        call: SessionId,
        text: &str,
        mut look: impl FnMut(&mut Stage) -> Option<T>,
    ) -> Result<T, Missed> {
        let what = match who {
            Who::Customer => format!("the customer hears {text}"),
            Who::Agent => format!("Anna hears {text}"),
        };
        let until = Instant::now() + HEAR_MAX;
        // The first look is into what is there already.
        let mut more = true;
        loop {
            // What was written before the end was told is there when we look.
            let over = self.stage.who(who).over(call);
            more |= self.stage.who(who).listens();
            if (more || over.is_some())
                && let Some(found) = look(&mut self.stage)
            {
                return Ok(found);
            }
            more = false;
            if let Some(why) = over {
                return Err(Missed::new(&what, why));
            }
            if Instant::now() >= until {
                let why = format!("it was not heard within {} s", HEAR_MAX.as_secs());
                return Err(Missed::new(&what, why));
            }
            self.stage.pass(Instant::now() + LOOK_EVERY).await;
        }
    }

    fn draw(&self, who: Who, label: &str, text: &str) {
        let arrow = match who {
            Who::Customer => Arrow::ServerToCustomer,
            Who::Agent => Arrow::ServerToAgent,
        };
        self.ladder.arrow(arrow, Made::Sound, label, text);
    }

    /// The words of a prompt, not more than fit in a line.
    pub(super) fn quoted(prompt: &str) -> String {
        let texts = prompts::texts(&Language::english());
        // What has no words is music.
        let Some(text) = texts.get(prompt) else { return "music".to_owned() };
        if text.chars().count() <= SHOWN_MAX {
            return format!("\"{text}\"");
        }
        let shown: String = text.chars().take(SHOWN_MAX).collect();
        let whole_words = shown.rsplit_once(' ').map_or(shown.as_str(), |(words, _)| words);
        format!("\"{whole_words} ...\"")
    }
}
