//! Steps that make sound or listen to it: play, say, music, record.

use super::moves::Move;
use super::pending::Pending;
use super::position::Exit;
use super::scope::as_recording;
use super::{Runner, Turn};
use crate::base::id::RecordingId;
use crate::flow::effect::{Clip, Effect, Escalation};
use crate::flow::graph::{Action, Operand, Record, SayKind};
use crate::flow::template::Template;
use crate::flow::value::Value;
use crate::flow::wording;
use std::time::Duration;

/// Most letters that are spoken: some minutes of speech.
const SPOKEN_LETTERS_MAX: usize = 2_000;

impl Runner {
    /// `play`. Keys that were typed ahead stop it before it begins, if keys may stop it.
    pub(super) fn play(&mut self, items: &[Operand], barge_in: bool, turn: &mut Turn<'_>) -> Move {
        let clips = self.clips(items, turn);
        self.play_clips(clips, barge_in, turn)
    }

    /// `say`
    pub(super) fn say(
        &mut self,
        (kind, value): (SayKind, &Operand),
        country: Option<&Operand>,
        barge_in: bool,
        turn: &mut Turn<'_>,
    ) -> Move {
        let scope = self.scope(turn);
        let value = scope.value(value);
        let kind = match (kind, country.and_then(|country| scope.country(country))) {
            (SayKind::Phone(_), Some(country)) => SayKind::Phone(Some(country)),
            (kind, _) => kind,
        };
        let Some(words) = wording::say(&self.line.language, kind, &value) else {
            let language = self.line.language.tag();
            let text = format!("say: no words for this {kind:?} in {language}");
            tracing::warn!("{text}");
            turn.out.push(Effect::Note { text });
            return Move::Advance;
        };
        let clips = words.into_iter().map(|name| self.prompt(name)).collect();
        self.play_clips(clips, barge_in, turn)
    }

    /// `say: { text: … }`. What is longer than anybody listens to is cut.
    pub(super) fn say_text(
        &mut self,
        text: &Template,
        barge_in: bool,
        turn: &mut Turn<'_>,
    ) -> Move {
        let scope = self.scope(turn);
        let filled = text.fill(|path| scope.look_up(path).to_text());
        let Some(text) = filled.filter(|text| !text.trim().is_empty()) else {
            let text = "say: the text has a variable without a value".to_owned();
            turn.out.push(Effect::Note { text });
            return Move::Advance;
        };
        let text = text.chars().take(SPOKEN_LETTERS_MAX).collect();
        let clip = Clip::Spoken { language: self.line.language.clone(), text };
        self.play_clips(vec![clip], barge_in, turn)
    }

    /// The text of the step cannot be spoken: whoever catches that takes it, and if nobody does
    /// the flow goes on, as a caller is better off with a missing sentence than without a line.
    pub(super) fn speech_failed(
        &mut self,
        escalation: Escalation,
        turn: &mut Turn<'_>,
    ) -> Option<Move> {
        if !matches!(self.pending, Pending::Playing { .. }) {
            return None;
        }
        if self.catches(&escalation.name) {
            return Some(Move::Escalate(escalation));
        }
        let text = "say: the text could not be spoken".to_owned();
        turn.out.push(Effect::Note { text });
        Some(Move::Advance)
    }

    fn play_clips(&mut self, clips: Vec<Clip>, barge_in: bool, turn: &mut Turn<'_>) -> Move {
        let skipped = barge_in && !self.keys.is_empty();
        if clips.is_empty() || skipped {
            return Move::Advance;
        }
        let play = self.start_play(clips, false, turn);
        Move::Wait(Pending::Playing { play, barge_in })
    }

    /// `music`
    pub(super) fn music(
        &mut self,
        name: &str,
        length: Option<Duration>,
        takes_keys: bool,
        turn: &mut Turn<'_>,
    ) -> Move {
        if takes_keys && let Some(next) = self.music_key_ahead(turn) {
            return next;
        }
        let clip = self.prompt(format!("music/{name}"));
        self.start_play(vec![clip], true, turn);
        Move::Wait(Pending::Music { until: length.map(|span| turn.now.monotonic + span) })
    }

    /// A key typed ahead that ends the music before it begins; others lead nowhere.
    fn music_key_ahead(&mut self, turn: &mut Turn<'_>) -> Option<Move> {
        while let Some(digit) = self.keys.take() {
            let next = self.music_key(digit, turn);
            if next.is_some() {
                return next;
            }
        }
        None
    }

    /// `record`. Keys typed before it mean nothing any more.
    pub(super) fn record(&mut self, record: &Record, turn: &mut Turn<'_>) -> Move {
        self.keys.clear();
        turn.out.push(Effect::Record {
            longest: record.longest,
            shortest: record.shortest,
            silence: record.silence,
            finish: record.finish,
            beep: record.beep,
        });
        Move::Wait(Pending::Recording)
    }

    /// A recording is over. One that no step waits for any more is deleted.
    pub(super) fn recorded(
        &mut self,
        recording: Option<RecordingId>,
        turn: &mut Turn<'_>,
    ) -> Option<Move> {
        if let Some(next) = self.message_recorded(recording, turn) {
            return Some(next);
        }
        let Some(name) = self.record_saves_as() else {
            if let Some(stray) = recording {
                turn.out.push(Effect::DeleteRecording(stray));
            }
            return None;
        };
        let value = recording.map_or(Value::Unknown, Value::Recording);
        let before = self.frames.last_mut()?.variables.insert(name, value);
        self.delete_unless_held(before.as_ref(), turn);
        if let Some(next) = self.after_last_recording() {
            return Some(next);
        }
        if recording.is_none() {
            return Some(Move::Take(Exit::Empty));
        }
        Some(self.begin_review(turn).unwrap_or(Move::Advance))
    }

    /// The variable of the `record` step that waits, if one does.
    fn record_saves_as(&self) -> Option<String> {
        let waits = matches!(self.pending, Pending::Recording);
        let Action::Record(record) = &self.frames.last()?.step()?.action else { return None };
        waits.then(|| record.save_as.clone())
    }

    /// Whether any variable still means this recording.
    pub(super) fn is_held(&self, recording: RecordingId) -> bool {
        let mut values = self.frames.iter().flat_map(|frame| frame.variables.values());
        values.any(|value| as_recording(value) == Some(recording))
    }

    /// Begins to play; the number comes back when it ends.
    pub(super) fn start_play(
        &mut self,
        clips: Vec<Clip>,
        repeat: bool,
        turn: &mut Turn<'_>,
    ) -> u32 {
        let play = self.next_play;
        self.next_play = self.next_play.wrapping_add(1);
        turn.out.push(Effect::Play { play, clips, repeat });
        play
    }

    /// Stops what plays, if something plays.
    pub(super) fn stop_play(&self, turn: &mut Turn<'_>) {
        if self.pending.plays() {
            turn.out.push(Effect::StopPlay);
        }
    }

    /// What operands are to an ear, in order; unknown ones are skipped.
    pub(super) fn clips(&self, items: &[Operand], turn: &Turn<'_>) -> Vec<Clip> {
        let scope = self.scope(turn);
        let values: Vec<Value> = items.iter().map(|operand| scope.value(operand)).collect();
        values.iter().filter_map(|value| self.clip(value)).collect()
    }

    /// A prompt in the call's language.
    pub(super) fn prompt(&self, name: String) -> Clip {
        Clip::Prompt { language: self.line.language.clone(), name }
    }
}
