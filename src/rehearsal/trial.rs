//! One case from beginning to end: plays its script, line by line.
//!
//! ```text
//!  happened   ──●────●───●──────●────●───►  time
//!                        ▲ cursor           a line is held against what comes at or after it;
//!                                           where nothing fits yet, time goes on
//! ```
//!
//! What happens at one moment has no order here: `joins` may stand before or after the `hears` of
//! that moment. A key, a word and a hang-up move the cursor: what was before them is no answer to
//! them.

use super::cursor::{Awaited, Cursor, While, awaited};
use super::hearing::{hears, spelled};
use super::house::log::{Ear, Entry, Log, What};
use super::house::{House, Whose};
use super::judge::judge;
use super::script::{AgentDeed, Case, Deed, Line, PhoneDeed, QueueGiven};
use super::stage::Stage;
use crate::base::digit::Digit;
use crate::base::time::Moment;
use std::time::Duration;

/// How long a line may wait for what it asks, on the virtual clock.
pub const PATIENCE: Duration = Duration::from_secs(10 * 60);
/// From one key to the next.
const KEY_EVERY: Duration = Duration::from_millis(250);
/// How long a flow may work on after its caller has gone.
const LAST_WORDS: Duration = Duration::from_secs(60);

/// Why no agent's telephone rings where somebody waits before the caller.
const CROWDED: &str = "where somebody is given as waiting, the agents talk to callers who came \
                       before: `agent: hangs_up` frees one for the next in line";

/// How a case came out.
#[derive(Debug)]
pub struct Outcome {
    /// What failed; nothing if it passed.
    pub failures: Vec<Failure>,
    /// Everything that happened.
    pub log: Log,
    /// How long it took on the virtual clock.
    pub lasted: Duration,
    /// How much the heart worked, in inputs.
    pub turns: u64,
}

/// One thing that was not as the case says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The line of the script or the expectation, in the file.
    pub line: u32,
    /// What is wrong, one sentence.
    pub why: String,
    /// What had happened when the line began to be played; what came later is what happened
    /// instead.
    pub since: usize,
}

/// Plays a case.
#[must_use]
pub fn play(case: &Case, stage: &Stage) -> Outcome {
    let mut house = stage.house(&case.given);
    let before = house.turns();
    if case.given.callbacks.iter().any(|callback| callback.dialing)
        && house.ringing(Whose::FarEnd).is_none()
    {
        let why = "given: no agent is free to dial the callback; give its queue one".to_owned();
        let failures = vec![Failure { line: case.place.line, why, since: 0 }];
        return Outcome { failures, log: house.into_log(), lasted: Duration::ZERO, turns: 0 };
    }
    house.dial(Stage::caller(&case.given), &stage.called(&case.given));
    let began = house.now();
    let waiting = |queue: &QueueGiven| queue.waiting.is_some_and(|waiting| waiting > 0);
    let crowded = case.given.queues.values().any(waiting);
    let mut trial = Trial { house, cursor: Cursor::default(), key_at: Moment::ZERO, crowded };
    let failures = trial.all(case);
    let Trial { house, .. } = trial;
    let (lasted, turns) = (house.now().since(began), house.turns() - before);
    Outcome { failures, log: house.into_log(), lasted, turns }
}

/// One case under way.
#[derive(Debug)]
struct Trial {
    house: House,
    cursor: Cursor,
    /// When the next key may be pressed.
    key_at: Moment,
    /// Whether somebody called before: then agents talk.
    crowded: bool,
}

impl Trial {
    fn all(&mut self, case: &Case) -> Vec<Failure> {
        for line in &case.script {
            let since = self.cursor.start(self.house.log());
            if let Err(why) = self.line(line) {
                return vec![Failure { line: line.place.line, why, since }];
            }
        }
        self.come_to_rest();
        let since = self.house.log().len();
        let evidence = self.house.evidence();
        let wrong = case.expect.iter().filter_map(|expectation| {
            let why = judge(&evidence, &expectation.what).err()?;
            Some(Failure { line: expectation.place.line, why, since })
        });
        wrong.collect()
    }

    /// Plays one line; the error is one sentence.
    fn line(&mut self, line: &Line) -> Result<(), String> {
        match &line.deed {
            Deed::Hears(wanted) => {
                let what = format!("the caller hears {}", spelled(wanted));
                self.awaits(&what, While::Call, |entry| hears(entry, Ear::Caller, wanted))
            }
            Deed::Presses(entries) => self.presses(entries),
            Deed::Speaks(long) => self.speaks(*long),
            Deed::Waits(span) => {
                self.passes(*span);
                Ok(())
            }
            Deed::HangsUp => self.hangs_up(),
            deed @ (Deed::Joins(_)
            | Deed::Leaves(_)
            | Deed::Does(_)
            | Deed::Reaches { .. }
            | Deed::TalksTo(_)) => {
                let Awaited { what, within, so } = awaited(deed, self.house.log())?;
                self.awaits(&what, within, so)
            }
            Deed::Ends => self.until("the call ends", While::Ever, |house| house.over().is_some()),
            Deed::Agent(deed) => self.agent(deed),
            Deed::FarEnd(deed) => self.phone(Whose::FarEnd, *deed),
        }
    }

    fn presses(&mut self, entries: &[Vec<Digit>]) -> Result<(), String> {
        for (index, keys) in entries.iter().enumerate() {
            if index > 0 {
                self.is_asked_again()?;
            }
            self.until("the house listens to keys", While::Call, House::listens)?;
            while self.house.now() < self.key_at && self.house.step(self.key_at) {}
            self.moves_on();
            let shown: String = keys.iter().map(|key| key.as_char()).collect();
            self.house.note(format!("the caller presses {shown}"));
            for (index, key) in keys.iter().enumerate() {
                if index > 0 {
                    self.passes(KEY_EVERY);
                }
                self.house.press(*key);
            }
            self.key_at = self.house.now() + KEY_EVERY;
        }
        Ok(())
    }

    /// After an entry the house says something, or does something else.
    fn is_asked_again(&mut self) -> Result<(), String> {
        let barrier = self.cursor.barrier();
        self.until("the house asks again", While::Call, |house| {
            let since = house.log().entries().iter().skip(barrier);
            let answers = |entry: &Entry| {
                matches!(entry.what, What::Hears { who: Ear::Caller, .. } | What::Step { .. })
            };
            since.into_iter().any(answers)
        })
    }

    fn speaks(&mut self, long: Duration) -> Result<(), String> {
        let listener = "somebody listens to the caller: a recording, an agent or the far end";
        self.until(listener, While::Call, House::hears)?;
        self.moves_on();
        self.house.note(format!("the caller speaks for {}", written(long)));
        self.house.speak(long);
        self.passes(long);
        Ok(())
    }

    fn hangs_up(&mut self) -> Result<(), String> {
        if self.house.over().is_some() {
            return Err("the caller cannot hang up: the call is over already".to_owned());
        }
        self.moves_on();
        self.house.note("the caller hangs up".to_owned());
        self.house.hang_up();
        Ok(())
    }

    fn agent(&mut self, deed: &AgentDeed) -> Result<(), String> {
        match deed {
            AgentDeed::Phone(deed) => self.phone(Whose::Agent, *deed),
            AgentDeed::Presses(keys) => {
                self.moves_on();
                for key in keys {
                    done(self.house.agent_presses(*key), "no agent is on the telephone")?;
                    self.passes(KEY_EVERY);
                }
                Ok(())
            }
            AgentDeed::Hears(wanted) => {
                let what = format!("an agent hears {}", spelled(wanted));
                self.awaits(&what, While::Ever, |entry| hears(entry, Ear::Agent, wanted))
            }
        }
    }

    /// Somebody else does something with a telephone.
    fn phone(&mut self, whose: Whose, deed: PhoneDeed) -> Result<(), String> {
        let who = match whose {
            Whose::Agent => "an agent",
            Whose::FarEnd => "the far end",
        };
        if deed == PhoneDeed::HangsUp {
            self.moves_on();
            self.house.note(format!("{who} hangs up"));
            return done(self.house.ends(whose), &format!("{who} is not on the telephone"));
        }
        let rings = format!("the telephone of {who} rings");
        let rung = self.until(&rings, While::Ever, |house| house.ringing(whose).is_some());
        if whose == Whose::Agent && self.crowded {
            rung.map_err(|why| format!("{why}; {CROWDED}"))?;
        } else {
            rung?;
        }
        let ringing = self.house.ringing(whose);
        self.moves_on();
        let (does, status) = match deed {
            PhoneDeed::Answers | PhoneDeed::HangsUp => ("answers", None),
            PhoneDeed::IsBusy => ("is busy", Some(486)),
            PhoneDeed::Rejects => ("declines", Some(603)),
            PhoneDeed::DoesNotAnswer => {
                self.house.note(format!("{who} does not answer"));
                let stops = format!("the telephone of {who} stops ringing");
                let still = |house: &House| ringing.is_some_and(|phone| house.still_rings(phone));
                return self.until(&stops, While::Ever, |house| !still(house));
            }
        };
        self.house.note(format!("{who} {does}"));
        let acted = match status {
            None => self.house.answers(whose),
            Some(status) => self.house.refuses(whose, status),
        };
        done(acted, "no telephone rings")
    }

    /// What comes from now on is an answer to what is done now.
    fn moves_on(&mut self) {
        self.cursor.moves_on(self.house.log(), self.house.now());
    }

    fn passes(&mut self, span: Duration) {
        let end = self.house.now() + span;
        while self.house.step(end) {}
    }

    /// Lets time pass until something is so.
    fn until(
        &mut self,
        what: &str,
        within: While,
        so: impl Fn(&House) -> bool,
    ) -> Result<(), String> {
        let end = self.house.now() + PATIENCE;
        loop {
            if so(&self.house) {
                return Ok(());
            }
            if let Some(how) = self.over(within) {
                return Err(format!("in vain: {what}; the call was over before ({how})"));
            }
            if !self.house.step(end) {
                return Err(format!("in vain: {what}; not within {}", written(PATIENCE)));
            }
        }
    }

    /// Holds a line against what happened since the cursor, and against what comes.
    fn awaits(
        &mut self,
        what: &str,
        within: While,
        so: impl Fn(&Entry) -> bool,
    ) -> Result<(), String> {
        let end = self.house.now() + PATIENCE;
        loop {
            if self.cursor.finds(self.house.log(), &so) {
                return Ok(());
            }
            let seen = self.house.log().len();
            if let Some(how) = self.over(within) {
                return Err(format!("in vain: {what}; the call was over before ({how})"));
            }
            if !self.house.step(end) {
                if self.house.log().len() > seen {
                    continue;
                }
                return Err(format!("in vain: {what}; not within {}", written(PATIENCE)));
            }
        }
    }

    /// How that ended without which nothing more can be expected, if it did.
    fn over(&self, within: While) -> Option<String> {
        let how = self.house.over()?.to_owned();
        let ended = match within {
            While::Call => true,
            While::Flow => !self.flow_works(),
            While::Ever => false,
        };
        ended.then_some(how)
    }

    fn flow_works(&self) -> bool {
        self.house.call().is_some_and(|call| self.house.heart().view().has_call(call))
    }

    /// A flow whose caller has gone says its last words.
    fn come_to_rest(&mut self) {
        let end = self.house.now() + LAST_WORDS;
        while self.house.over().is_some() && self.flow_works() && self.house.step(end) {}
    }
}

fn done(done: bool, else_why: &str) -> Result<(), String> {
    if done { Ok(()) } else { Err(else_why.to_owned()) }
}

fn written(span: Duration) -> String {
    crate::base::document::duration::write_duration(span)
}
