//! A request under random events and a store that fails at random.

#![allow(clippy::wildcard_enum_match_arm, reason = "a test looks at what it is about")]

use super::*;
use proptest::prelude::*;

#[derive(Debug, Clone)]
enum Act {
    Say(Event),
    Store(bool),
    /// The store says no, and yet it is on the disk.
    StoreInDoubt,
    Pass(u64),
    Crash,
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        6 => Just(offered()),
        6 => Just(Event::AgentAccepted),
        1 => Just(Event::OfferFailed),
        8 => Just(dial()),
        1 => Just(Event::NextTrunk { trunk: "two".to_owned() }),
        1 => Just(Event::Postpone { not_before: at(9_000).utc }),
        1 => Just(cancel()),
        1 => Just(Event::Supersede),
        1 => any::<bool>().prop_map(|supersede| Event::Revoke { supersede }),
        2 => any::<bool>().prop_map(|rang| Event::AgentLost { rang }),
        1 => Just(Event::Ringing),
        1 => Just(Event::Answered),
        1 => Just(Event::Missed(Miss::NoAnswer)),
        4 => Just(Event::Missed(Miss::Busy)),
        1 => Just(Event::Missed(Miss::Unwanted)),
        3 => Just(Event::Missed(Miss::TrunkTrouble)),
        1 => Just(Event::Finished { talked: MINUTE }),
        1 => Just(Event::Abandoned),
    ]
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        8 => event().prop_map(Act::Say),
        8 => prop::bool::weighted(0.85).prop_map(Act::Store),
        1 => Just(Act::StoreInDoubt),
        3 => (0u64..1000).prop_map(Act::Pass),
        1 => Just(Act::Crash),
    ]
}

/// The world around one request: what is durable, and who is being dialled.
struct World {
    request: Request,
    out: Outbox<Effect>,
    now: Now,
    /// What a crash leaves.
    disk: Row,
    /// Asked and not answered.
    asked: Option<Row>,
    /// The attempt whose INVITE is out.
    live: Option<u32>,
    overs: u32,
}

impl World {
    fn perform(&mut self) -> Result<(), TestCaseError> {
        while let Some(effect) = self.out.pop() {
            match effect {
                Effect::Store(row) => {
                    prop_assert!(self.asked.is_none(), "two questions at once");
                    self.asked = Some(*row);
                }
                Effect::Dial { attempt, .. } => {
                    let durable = self.disk.attempts.last();
                    prop_assert_eq!(durable.map(|last| last.number), Some(attempt));
                    prop_assert_eq!(durable.and_then(|last| last.outcome), None);
                    prop_assert_eq!(self.disk.state, State::Dialing);
                    prop_assert!(self.live.is_none(), "two live attempts");
                    self.live = Some(attempt);
                }
                Effect::Requeue { .. } => {
                    prop_assert_eq!(self.disk.state, State::Waiting);
                }
                Effect::Over { .. } => {
                    prop_assert!(self.disk.state.is_end());
                    self.overs += 1;
                }
                Effect::Revoked { revocation: Revocation::Done } => {
                    prop_assert!(self.disk.state.is_end(), "said before it was durable");
                }
                Effect::Revoked { .. } => {}
                Effect::TellAgent { .. } | Effect::Signal { .. } => {}
            }
        }
        prop_assert!(self.request.row().attempts_counted() <= 3, "too many attempts");
        let running = self.request.row().attempts.iter().filter(|a| a.outcome.is_none());
        prop_assert!(running.count() <= 1, "two running attempts");
        prop_assert!(self.overs <= 1, "two ends");
        Ok(())
    }

    /// Whether the switchboard could say this: how an INVITE came out, only while one is out.
    fn sensible(&self, event: &Event) -> bool {
        match event {
            Event::Missed(Miss::TrunkTrouble | Miss::Forbidden) => true,
            Event::Missed(_) | Event::Answered | Event::Ringing => self.live.is_some(),
            _ => true,
        }
    }

    /// An INVITE ends before the request hears of it; an answer or an end is its end, too.
    fn note(&mut self, event: &Event) {
        match event {
            Event::Missed(_)
            | Event::AgentLost { .. }
            | Event::NextTrunk { .. }
            | Event::Finished { .. }
            | Event::Abandoned => self.live = None,
            _ => {}
        }
    }

    fn step(&mut self, act: Act) -> Result<(), TestCaseError> {
        match act {
            Act::Say(event) if !self.sensible(&event) => {}
            Act::Say(event) => {
                self.note(&event);
                self.request.handle(self.now, event, &mut self.out);
            }
            Act::Store(durable) => {
                let Some(row) = self.asked.take() else { return Ok(()) };
                if durable {
                    self.disk = row;
                }
                self.request.handle(self.now, Event::Stored { durable }, &mut self.out);
            }
            Act::StoreInDoubt => {
                let Some(row) = self.asked.take() else { return Ok(()) };
                self.disk = row;
                self.request.handle(self.now, Event::Stored { durable: false }, &mut self.out);
            }
            Act::Pass(seconds) => {
                let span = Duration::from_secs(seconds);
                self.now = Now { monotonic: self.now.monotonic + span, utc: self.now.utc + span };
                self.request.handle(self.now, Event::Timer, &mut self.out);
            }
            Act::Crash => {
                if self.overs > 0 {
                    return Ok(());
                }
                self.asked = None;
                self.live = None;
                self.out = Outbox::new();
                let row = self.disk.clone();
                self.request = Request::restore(row, self.now, &mut self.out);
            }
        }
        self.perform()
    }
}

proptest! {
    #[test]
    fn no_chance_makes_a_second_call_a_second_end_or_an_undurable_dial(
        acts in prop::collection::vec(act(), 0..160),
    ) {
        let request = Request::promised(row(), at(0));
        let mut world = World {
            request, out: Outbox::new(), now: at(0), disk: row(),
            asked: None, live: None, overs: 0,
        };
        for act in acts {
            let counted = world.disk.attempts_counted();
            world.step(act)?;
            prop_assert!(world.disk.attempts_counted() >= counted, "an attempt was forgotten");
        }
        // Whatever was, with a store that works time brings it to exactly one end.
        for _ in 0..2_000 {
            if world.request.is_over() {
                break;
            }
            match world.request.state() {
                _ if world.asked.is_some() => world.step(Act::Store(true))?,
                State::Offered | State::AgentMedia | State::Dialing => {
                    world.step(Act::Say(Event::AgentLost { rang: false }))?;
                }
                State::Connected | State::Requeued => {
                    world.step(Act::Say(Event::Finished { talked: MINUTE }))?;
                }
                _ => world.step(Act::Pass(900))?,
            }
        }
        prop_assert!(world.request.is_over(), "{:?}", world.request);
        prop_assert!(world.overs == 1);
    }
}
