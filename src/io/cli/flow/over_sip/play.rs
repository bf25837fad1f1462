//! Plays a script as a real call; what is heard is judged by ear.

use super::Judged;
use super::scene::{Order, Scene};
use crate::audio::sound::Sound;
use crate::audio::tone;
use crate::base::digit::Digit;
use crate::io::listening;
use crate::io::softphone::Heard as Phone;
use crate::io::store;
use crate::rehearsal::cursor::{Awaited, Cursor, awaited};
use crate::rehearsal::hearing::spelled;
use crate::rehearsal::house::log::{Entry, Log, What};
use crate::rehearsal::house::repertoire::spoken;
use crate::rehearsal::judge::{Evidence, judge};
use crate::rehearsal::report::{Gap, Unchecked};
use crate::rehearsal::script::{
    AgentDeed, Case, Deed, Expectation, Expected, Heard, Line, PhoneDeed, RESULTS,
};
use crate::rehearsal::stage::Stage;
use crate::rehearsal::trial::{Failure, Outcome};
use crate::sip::event::Failure as SipFailure;
use crate::switchboard::settings::Prompts;
use crate::switchboard::store::CallResult;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// How long a line may wait for what it asks, in real time.
const PATIENCE: Duration = Duration::from_secs(90);
/// How often the recording is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// A key takes so long on the line, with the pause behind it.
const KEY_EVERY: Duration = Duration::from_millis(260);
/// A house that cannot be looked into is believed to listen so long after the last key.
const HOUSE_ANSWERS: Duration = Duration::from_millis(1_500);
/// The beep before a recording.
const BEEP: Duration = Duration::from_millis(500);
/// How long the store may take after the last line.
const STORED: Duration = Duration::from_millis(400);
/// What the caller says: a sound with the level of speech.
const VOICE_HZ: [f32; 2] = [310.0, 730.0];
const VOICE_DBOV: f32 = -18.0;
/// Steps during which keys are kept or taken.
const LISTENING: [&str; 6] = ["play", "say", "music", "menu", "collect", "record"];

/// What came of one line.
enum Came {
    Right,
    Wrong(String),
    /// It cannot be looked at.
    Unseen(&'static str),
    /// It cannot be played, nor what comes after it.
    Beyond(&'static str),
}

/// A case under way.
pub(super) struct Play {
    scene: Scene,
    prompts: Arc<Prompts>,
    cursor: Cursor,
    /// When the last key or word ended.
    acted: Instant,
}

impl Play {
    /// Nothing has happened yet.
    pub(super) fn new(scene: Scene, stage: &Stage) -> Self {
        let prompts = Arc::clone(&stage.settings().prompts);
        Self { scene, prompts, cursor: Cursor::default(), acted: Instant::now() }
    }

    /// Plays and judges the case; the error says why it could not be played.
    pub(super) async fn all(&mut self, case: &Case) -> Result<Judged, String> {
        let began = Instant::now();
        self.answered().await?;
        let (failures, unchecked) = self.script(case).await;
        let log = std::mem::take(&mut self.scene.log);
        let outcome = Outcome { failures, log, lasted: began.elapsed(), turns: 0 };
        Ok(Judged { outcome, unchecked })
    }

    /// Ends everybody.
    pub(super) async fn clear(self) {
        self.scene.clear().await;
    }

    /// The caller dials, and the house answers.
    async fn answered(&mut self) -> Result<(), String> {
        self.scene.dial()?;
        let until = Instant::now() + PATIENCE;
        while Instant::now() < until {
            let answer = self.scene.caller.take(|heard| match heard {
                Phone::Answered(session) => Some(Ok(*session)),
                Phone::Failed(_, failure) => Some(Err(why(failure))),
                Phone::Ringing(..)
                | Phone::Incoming(..)
                | Phone::Confirmed(_)
                | Phone::Ended(..)
                | Phone::Played(_)
                | Phone::Digit(..)
                | Phone::Recorded(..)
                | Phone::Closed(..)
                | Phone::Mute(..)
                | Phone::Registered(_)
                | Phone::NotRegistered(_)
                | Phone::Moment => None,
            });
            match answer {
                Some(Ok(session)) => {
                    let listened = self.scene.caller.listen(session);
                    return listened.map_err(|_| "the call is over at once".to_owned());
                }
                Some(Err(why)) => return Err(why),
                None => self.scene.pass(until).await,
            }
        }
        Err("the call was not answered".to_owned())
    }

    async fn script(&mut self, case: &Case) -> (Vec<Failure>, Unchecked) {
        let mut unchecked = Unchecked { given: self.not_arranged(case), lines: Vec::new() };
        let gap = |line: u32, why: &str| Gap { line, why: why.to_owned() };
        for (index, line) in case.script.iter().enumerate() {
            let since = self.cursor.start(&self.scene.log);
            match self.line(line).await {
                Came::Right => {}
                Came::Wrong(why) => {
                    return (vec![Failure { line: line.place.line, why, since }], unchecked);
                }
                Came::Unseen(why) => unchecked.lines.push(gap(line.place.line, why)),
                Came::Beyond(why) => {
                    let why = format!("{why}; nor is what comes after it looked at");
                    unchecked.from_line(case, index, &why);
                    return (Vec::new(), unchecked);
                }
            }
        }
        self.passes(STORED).await;
        let since = self.scene.log.len();
        let mut failures = Vec::new();
        for expectation in &case.expect {
            let line = expectation.place.line;
            match self.judges(expectation).await {
                Came::Right => {}
                Came::Wrong(why) => failures.push(Failure { line, why, since }),
                Came::Unseen(why) | Came::Beyond(why) => unchecked.lines.push(gap(line, why)),
            }
        }
        (failures, unchecked)
    }

    /// What is given and could not be arranged.
    fn not_arranged(&self, case: &Case) -> Vec<String> {
        let given = &case.given;
        let outside = !self.scene.sees_inside();
        let people = !given.queues.is_empty() || !given.agents.is_empty();
        let all = [
            (outside && given.now.is_some(), "a running server has a time of its own"),
            (outside && people, "agents and callers of a running server are not arranged"),
            (outside && !given.hours.is_empty(), "a running server has hours of its own"),
        ];
        let missing = all.into_iter().filter(|(missing, _)| *missing);
        missing.map(|(_, what)| what.to_owned()).collect()
    }

    async fn line(&mut self, line: &Line) -> Came {
        match &line.deed {
            Deed::Hears(wanted) => self.hears(wanted).await,
            Deed::Presses(entries) => self.presses(entries).await,
            Deed::Speaks(long) => self.speaks(*long).await,
            Deed::Waits(span) => {
                self.passes(*span).await;
                Came::Right
            }
            Deed::HangsUp => {
                self.moves_on();
                if let Some(session) = self.scene.session {
                    self.scene.caller.phone.hang_up(session);
                }
                self.scene.log.note(self.scene.now(), What::Did("the caller hangs up".to_owned()));
                Came::Right
            }
            Deed::Ends => self.ends().await,
            deed @ (Deed::Joins(_)
            | Deed::Leaves(_)
            | Deed::Does(_)
            | Deed::Reaches { .. }
            | Deed::TalksTo(_)) => self.awaits(deed).await,
            Deed::Agent(deed) => self.agent(deed).await,
            Deed::FarEnd(_) => Came::Beyond("nobody outside is called over SIP"),
        }
    }

    async fn awaits(&mut self, deed: &Deed) -> Came {
        if !self.scene.sees_inside() {
            return Came::Unseen("what the house does is not seen from outside");
        }
        let until = Instant::now() + PATIENCE;
        let Awaited { what, so, .. } = match awaited(deed, &self.scene.log) {
            Ok(awaited) => awaited,
            Err(why) => return Came::Wrong(why),
        };
        loop {
            if self.cursor.finds(&self.scene.log, &so) {
                return Came::Right;
            }
            if Instant::now() >= until {
                return Came::Wrong(format!("in vain: {what}; not within {PATIENCE:?}"));
            }
            self.scene.pass(until).await;
        }
    }

    /// Looks into the recording again and again until the sound is in it.
    async fn hears(&mut self, wanted: &Heard) -> Came {
        let sounds = self.sounds(wanted);
        if sounds.is_empty() {
            return Came::Unseen(
                "ringing, a recording, or words without a sound of their own, by ear",
            );
        }
        let until = Instant::now() + PATIENCE;
        loop {
            let over = self.scene.session.and_then(|session| self.scene.caller.over(session));
            self.scene.caller.listens();
            for sound in &sounds {
                if self.scene.caller.recognises_beginning(sound).is_some() {
                    let what = What::Did(format!("the caller hears {}", spelled(wanted)));
                    self.scene.log.note(self.scene.now(), what);
                    return Came::Right;
                }
            }
            if let Some(why) = over {
                return Came::Wrong(format!(
                    "in vain: the caller hears {}; {why}",
                    spelled(wanted)
                ));
            }
            if Instant::now() >= until {
                let why = format!("not within {PATIENCE:?}");
                return Came::Wrong(format!(
                    "in vain: the caller hears {}; {why}",
                    spelled(wanted)
                ));
            }
            self.passes(LOOK_EVERY).await;
        }
    }

    /// Every sound that would be right, in all languages.
    fn sounds(&self, wanted: &Heard) -> Vec<Arc<Sound>> {
        let named = |name: &str| {
            let all = self.prompts.values().filter_map(|sounds| sounds.get(name));
            all.map(Arc::clone).collect()
        };
        match wanted {
            Heard::Prompt(name) => named(name),
            Heard::Music(name) => named(&format!("music/{name}")),
            Heard::Ringing | Heard::Recording => Vec::new(),
            Heard::Says(text) => {
                let ways = self.prompts.iter().flat_map(|(language, sounds)| {
                    spoken(language, text).into_iter().map(move |names| (sounds, names))
                });
                let joined = ways.filter_map(|(sounds, names)| {
                    let mut samples = Vec::new();
                    for name in names {
                        samples.extend_from_slice(sounds.get(&name)?.samples());
                    }
                    Some(Arc::new(Sound::new(samples)))
                });
                joined.collect()
            }
        }
    }

    async fn presses(&mut self, entries: &[Vec<Digit>]) -> Came {
        let Some(session) = self.scene.session else { return Came::Beyond("there is no call") };
        for keys in entries {
            if let Err(why) = self.house_listens(&LISTENING).await {
                return Came::Wrong(why);
            }
            self.moves_on();
            let shown: String = keys.iter().map(|key| key.as_char()).collect();
            let what = What::Did(format!("the caller presses {shown}"));
            self.scene.log.note(self.scene.now(), what);
            self.scene.caller.phone.press(session, keys.clone());
            self.passes(KEY_EVERY * u32::try_from(keys.len()).unwrap_or(1)).await;
            self.acted = Instant::now();
            if entries.len() > 1 {
                self.passes(HOUSE_ANSWERS).await;
            }
        }
        Came::Right
    }

    /// Waits for a step of one of these notations since the caller acted; where the inside is
    /// not seen, for a while.
    async fn house_listens(&mut self, notations: &[&str]) -> Result<(), String> {
        if !self.scene.sees_inside() {
            let rest = HOUSE_ANSWERS.saturating_sub(self.acted.elapsed());
            self.passes(rest).await;
            return Ok(());
        }
        let until = Instant::now() + PATIENCE;
        let listens = |entry: &Entry| match &entry.what {
            What::Step { does, .. } => notations.contains(&does.as_str()),
            What::Hears { .. }
            | What::Exit { .. }
            | What::Dials { .. }
            | What::Announces(_)
            | What::Told { .. }
            | What::Did(_) => false,
        };
        loop {
            let mut since = self.scene.log.entries().iter().skip(self.cursor.barrier());
            // After a try that failed the house asks again without another step.
            let asks_again = self.acted.elapsed() >= HOUSE_ANSWERS;
            if since.any(listens) || (asks_again && self.cursor.barrier() > 0) {
                return Ok(());
            }
            if let Some(why) = self.scene.session.and_then(|call| self.scene.caller.over(call)) {
                return Err(format!("in vain: the house listens; {why}"));
            }
            if Instant::now() >= until {
                return Err("in vain: the house listens".to_owned());
            }
            self.scene.pass(Instant::now() + LOOK_EVERY).await;
        }
    }

    async fn speaks(&mut self, long: Duration) -> Came {
        if let Err(why) = self.house_listens(&["record", "voicemail"]).await {
            return Came::Wrong(why);
        }
        self.passes(BEEP).await;
        self.moves_on();
        let millis = u32::try_from(long.as_millis()).unwrap_or(u32::MAX);
        let voice = Arc::new(Sound::new(tone::steady(&VOICE_HZ, VOICE_DBOV, millis)));
        if let Some(session) = self.scene.session {
            self.scene.caller.phone.play(session, voice);
        }
        self.passes(long).await;
        self.acted = Instant::now();
        // The recording that listened goes on listening to a key.
        let what =
            What::Step { flow: String::new(), section: String::new(), does: "record".to_owned() };
        self.scene.log.note(self.scene.now(), what);
        Came::Right
    }

    async fn ends(&mut self) -> Came {
        let until = Instant::now() + PATIENCE;
        while Instant::now() < until {
            let ended = self.scene.session.and_then(|session| self.scene.caller.over(session));
            if ended.is_some() {
                return Came::Right;
            }
            self.scene.pass(until).await;
        }
        Came::Wrong("in vain: the call ends".to_owned())
    }

    async fn agent(&mut self, deed: &AgentDeed) -> Came {
        if !self.scene.sees_inside() {
            return Came::Beyond("agents of a running server do as they like");
        }
        let order = match deed {
            AgentDeed::Phone(PhoneDeed::Answers) => Order::Answer,
            AgentDeed::Phone(PhoneDeed::IsBusy) => Order::Refuse(486),
            AgentDeed::Phone(PhoneDeed::Rejects) => Order::Refuse(603),
            AgentDeed::Phone(PhoneDeed::DoesNotAnswer) => Order::Nothing,
            AgentDeed::Phone(PhoneDeed::HangsUp) => Order::HangUp,
            AgentDeed::Presses(_) => return Came::Beyond("an agent presses no keys over SIP"),
            AgentDeed::Hears(_) => return Came::Unseen("what an agent hears, over SIP"),
        };
        if order != Order::HangUp {
            let until = Instant::now() + PATIENCE;
            while !self.cursor.finds(&self.scene.log, |entry| entry.what.is("agent.ringing")) {
                if Instant::now() >= until {
                    return Came::Wrong("in vain: an agent's telephone rings".to_owned());
                }
                self.scene.pass(until).await;
            }
        }
        self.moves_on();
        self.scene.orders(order);
        Came::Right
    }

    async fn judges(&mut self, expectation: &Expectation) -> Came {
        match &expectation.what {
            Expected::Heard(sounds) => {
                let missing = sounds.iter().find(|sound| !self.was_heard(sound));
                return missing
                    .map_or(Came::Right, |s| Came::Wrong(format!("{} was not heard", spelled(s))));
            }
            Expected::NeverHeard(sounds) => {
                let heard = sounds.iter().find(|sound| self.was_heard(sound));
                return heard
                    .map_or(Came::Right, |s| Came::Wrong(format!("{} was heard", spelled(s))));
            }
            Expected::Registered(_)
            | Expected::Pending(_)
            | Expected::Abandoned(_)
            | Expected::PlaceIn(_)
            | Expected::Result(_)
            | Expected::Escalated(_)
            | Expected::Tags(_)
            | Expected::Notes(_)
            | Expected::Messages(_) => {}
            Expected::Events(_) => return Came::Unseen("what webhooks are told, over SIP"),
            Expected::Transferred(_) => {
                return Came::Unseen("to whom the caller was passed on, over SIP");
            }
        }
        if !self.scene.sees_inside() {
            return Came::Unseen("what came of it is not seen from outside");
        }
        let rows = match store::callbacks(&self.scene.store()).await {
            Ok(rows) => rows,
            Err(fault) => return Came::Wrong(format!("the store cannot be read: {fault}")),
        };
        let pending = rows.iter().filter(|row| !row.state.is_end()).cloned().collect();
        let ours = rows.into_iter().filter(|row| Some(row.promise.call) == self.scene.call);
        let log = &self.scene.log;
        let evidence = Evidence {
            log,
            rows: ours.collect(),
            pending,
            abandoned: abandoned(log),
            place: place(log),
            result: result(log),
        };
        judge(&evidence, &expectation.what).map_or_else(Came::Wrong, |()| Came::Right)
    }

    fn was_heard(&mut self, wanted: &Heard) -> bool {
        self.scene.caller.listens();
        let sounds = self.sounds(wanted);
        let heard = self.scene.caller.heard();
        sounds.iter().any(|sound| listening::find_beginning(sound, heard, 0).is_some())
    }

    /// What comes from now on is an answer to what is done now.
    fn moves_on(&mut self) {
        self.scene.caller.forgets();
        self.cursor.moves_on(&self.scene.log, self.scene.now());
    }

    async fn passes(&mut self, span: Duration) {
        let until = Instant::now() + span;
        while Instant::now() < until {
            self.scene.pass(until).await;
        }
    }
}

/// Why there is no call, for people.
fn why(failure: &SipFailure) -> String {
    match failure {
        SipFailure::Refused { status, reason, .. } => {
            format!("the call was refused: {status} {reason}")
        }
        SipFailure::Unreachable { .. } => "no server answers there".to_owned(),
        SipFailure::Cancelled => "the call was given up".to_owned(),
    }
}

/// How many have hung up while they waited, as the server told.
fn abandoned(log: &Log) -> u64 {
    let left = log.entries().iter().filter(|entry| entry.what.is("queue.left"));
    let abandoned = left.filter(|entry| entry.what.fact("why") == Some("Abandoned"));
    u64::try_from(abandoned.count()).unwrap_or(u64::MAX)
}

/// The place that the server told last, unless the stay is over.
fn place(log: &Log) -> Option<(String, u32)> {
    let placed = ["queue.joined", "queue.moved", "queue.resumed"];
    let places = |entry: &Entry| placed.iter().any(|event| entry.what.is(event));
    let told = log.entries().iter().rposition(places)?;
    let over = log.entries().iter().skip(told).any(|entry| {
        ["queue.left", "queue.timed_out", "call.connected"].iter().any(|e| entry.what.is(e))
    });
    let what = &log.entries().get(told).filter(|_| !over)?.what;
    Some((what.fact("queue")?.to_owned(), what.fact("position")?.parse().ok()?))
}

fn result(log: &Log) -> CallResult {
    let ended = log.entries().iter().rev().find(|entry| entry.what.is("call.ended"));
    let word = ended.and_then(|entry| entry.what.fact("result"));
    let known = RESULTS.iter().find(|(_, result)| Some(&*format!("{result:?}")) == word);
    known.map_or(CallResult::Unfinished, |(_, result)| *result)
}
