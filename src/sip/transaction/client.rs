//! The non-INVITE client transaction (RFC 3261 §17.1.2).
//!
//! ```text
//!      request sent            E: request again (T1, doubling to T2)
//!           │                  ┌───┐
//!           ▼                  │   ▼
//!         Trying ──────────────┴──────── F, network error ────┐
//!           │   └── 200–699 ──────────────┐                   │
//!           │ 1xx                         │                   │
//!           ▼                             │                   │
//!      Proceeding ◄─ 1xx; E: again (T2)   │                   │
//!           │   └─────────────── F, network error ────────────┤
//!           │ 200–699                     │                   │
//!           ▼                             ▼                   ▼
//!      Completed ◄────────────────────────┘ ──── K ───── Terminated
//! ```

use super::{Action, ClientEvent, PATIENCE, T1, T2, T4, Timer, doubled};
use crate::base::outbox::Outbox;
use crate::base::time::Moment;
use std::time::Duration;

/// One request of ours, other than INVITE and ACK, until its final answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    state: State,
    /// A reliable transport repeats for us.
    reliable: bool,
}

/// The states of Figure 6.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Nothing came yet.
    Trying {
        /// The current pause of timer E.
        pause: Duration,
    },
    /// A provisional answer came.
    Proceeding,
    /// The final answer came.
    Completed,
    /// Over.
    Terminated,
}

impl Client {
    /// Sends the request and starts timers E and F.
    #[must_use]
    pub fn start(reliable: bool, now: Moment, out: &mut Outbox<Action>) -> Self {
        out.push(Action::Send);
        if !reliable {
            out.push(Action::Set { timer: Timer::E, at: now + T1 });
        }
        out.push(Action::Set { timer: Timer::F, at: now + PATIENCE });
        Self { state: State::Trying { pause: T1 }, reliable }
    }

    /// Where it stands.
    #[must_use]
    pub const fn state(&self) -> State {
        self.state
    }

    /// Takes one event.
    pub fn handle(&mut self, event: ClientEvent, now: Moment, out: &mut Outbox<Action>) {
        match self.state {
            State::Trying { pause } => {
                if event == ClientEvent::Timer(Timer::E) {
                    let pause = doubled(pause, T2);
                    self.state = State::Trying { pause };
                    out.push(Action::Send);
                    out.push(Action::Set { timer: Timer::E, at: now + pause });
                } else {
                    self.unanswered(event, now, out);
                }
            }
            State::Proceeding => {
                if event == ClientEvent::Timer(Timer::E) {
                    out.push(Action::Send);
                    out.push(Action::Set { timer: Timer::E, at: now + T2 });
                } else {
                    self.unanswered(event, now, out);
                }
            }
            State::Completed => {
                if event == ClientEvent::Timer(Timer::K) {
                    self.over(None, out);
                }
            }
            State::Terminated => {}
        }
    }

    /// What Trying and Proceeding have in common.
    fn unanswered(&mut self, event: ClientEvent, now: Moment, out: &mut Outbox<Action>) {
        match event {
            ClientEvent::Response(..200) => {
                self.state = State::Proceeding;
                out.push(Action::Deliver);
            }
            ClientEvent::Response(_) => {
                out.push(Action::Stop(Timer::E));
                out.push(Action::Stop(Timer::F));
                out.push(Action::Deliver);
                if self.reliable {
                    self.over(None, out);
                } else {
                    self.state = State::Completed;
                    out.push(Action::Set { timer: Timer::K, at: now + T4 });
                }
            }
            ClientEvent::Timer(Timer::F) => self.over(Some(Action::TimedOut), out),
            ClientEvent::Timer(_) => {}
            ClientEvent::Undeliverable => self.over(Some(Action::Unreachable), out),
        }
    }

    fn over(&mut self, word: Option<Action>, out: &mut Outbox<Action>) {
        self.state = State::Terminated;
        if let Some(word) = word {
            out.push(word);
        }
        out.push(Action::Terminated);
    }
}

#[cfg(test)]
mod tests {
    use super::super::bench::{ms, taken};
    use super::*;

    fn started(reliable: bool) -> (Client, Outbox<Action>) {
        let mut out = Outbox::new();
        let machine = Client::start(reliable, ms(0), &mut out);
        taken(&mut out);
        (machine, out)
    }

    #[test]
    fn r17_1_2_2_repeats_double_to_t2_and_end_with_timer_f() {
        let mut out = Outbox::new();
        let mut machine = Client::start(false, ms(0), &mut out);
        let (mut sent, mut at, mut next) = (Vec::new(), ms(0), None);
        loop {
            for action in taken(&mut out) {
                if action == Action::Send {
                    sent.push(at.as_millis());
                }
                if let Action::Set { timer: Timer::E, at } = action {
                    next = Some(at);
                }
            }
            at = next.take().expect("timer E runs on");
            if at >= ms(32_000) {
                break;
            }
            machine.handle(ClientEvent::Timer(Timer::E), at, &mut out);
        }
        let expected =
            [0, 500, 1_500, 3_500, 7_500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500];
        assert_eq!(sent, expected);
        machine.handle(ClientEvent::Timer(Timer::F), ms(32_000), &mut out);
        assert_eq!(taken(&mut out), [Action::TimedOut, Action::Terminated]);
    }

    #[test]
    fn r17_1_2_2_in_proceeding_repeats_come_every_t2() {
        let (mut machine, mut out) = started(false);
        machine.handle(ClientEvent::Response(100), ms(100), &mut out);
        assert_eq!(taken(&mut out), [Action::Deliver]);
        machine.handle(ClientEvent::Timer(Timer::E), ms(500), &mut out);
        let e = Action::Set { timer: Timer::E, at: ms(4_500) };
        assert_eq!(taken(&mut out), [Action::Send, e]);
        machine.handle(ClientEvent::Timer(Timer::F), ms(32_000), &mut out);
        assert_eq!(taken(&mut out), [Action::TimedOut, Action::Terminated]);
    }

    #[test]
    fn r17_1_2_2_a_final_answer_is_delivered_once_and_absorbed_until_timer_k() {
        let (mut machine, mut out) = started(false);
        machine.handle(ClientEvent::Response(200), ms(100), &mut out);
        let k = Action::Set { timer: Timer::K, at: ms(5_100) };
        let stops = [Action::Stop(Timer::E), Action::Stop(Timer::F), Action::Deliver, k];
        assert_eq!(taken(&mut out), stops);
        machine.handle(ClientEvent::Response(200), ms(200), &mut out);
        machine.handle(ClientEvent::Undeliverable, ms(200), &mut out);
        assert!(out.is_empty());
        machine.handle(ClientEvent::Timer(Timer::K), ms(5_100), &mut out);
        assert_eq!(taken(&mut out), [Action::Terminated]);
    }

    #[test]
    fn r17_1_2_2_over_a_reliable_transport_nothing_repeats_and_timer_k_is_zero() {
        let mut out = Outbox::new();
        let mut machine = Client::start(true, ms(0), &mut out);
        let f = Action::Set { timer: Timer::F, at: ms(32_000) };
        assert_eq!(taken(&mut out), [Action::Send, f]);
        machine.handle(ClientEvent::Response(481), ms(100), &mut out);
        assert_eq!(taken(&mut out).last(), Some(&Action::Terminated));
    }

    #[test]
    fn r17_1_4_a_network_error_ends_it() {
        let (mut machine, mut out) = started(false);
        machine.handle(ClientEvent::Undeliverable, ms(1), &mut out);
        assert_eq!(taken(&mut out), [Action::Unreachable, Action::Terminated]);
        assert_eq!(machine.state(), State::Terminated);
    }
}
