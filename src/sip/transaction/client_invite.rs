//! The INVITE client transaction (RFC 3261 §17.1.1, RFC 6026 §7.2).
//!
//! ```text
//!            INVITE sent                  A: INVITE again
//!                │                        ┌───┐
//!                ▼                        │   ▼
//!          ┌──────────── Calling ─────────┴─────── B, network error ───────┐
//!          │                │ 1xx                                          │
//!          │ 2xx            ▼                                              │
//!          ├────────── Proceeding ◄─ 1xx                                   │
//!          │                │ 300–699: ACK                                 │
//!          │                ▼                                              │
//!          │           Completed ◄─ 300–699: ACK again                     │
//!          │                └── D ─────────────────────────────────────────┤
//!          ▼                                                               ▼
//!      Accepted ◄─ 2xx: delivered ────────── M ───────────────────── Terminated
//! ```

use super::{Action, ClientEvent, PATIENCE, T1, Timer, WAIT_D};
use crate::base::outbox::Outbox;
use crate::base::time::Moment;
use std::time::Duration;

/// One INVITE of ours until its final answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientInvite {
    state: State,
    /// A reliable transport repeats for us.
    reliable: bool,
}

/// The states of Figure 5 with RFC 6026's Accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Nothing came yet.
    Calling {
        /// The current pause of timer A.
        pause: Duration,
    },
    /// A provisional answer came.
    Proceeding,
    /// A refusal came and was acknowledged.
    Completed,
    /// A 2xx came; its ACK is the user's.
    Accepted,
    /// Over.
    Terminated,
}

impl ClientInvite {
    /// Sends the INVITE and starts timers A and B.
    #[must_use]
    pub fn start(reliable: bool, now: Moment, out: &mut Outbox<Action>) -> Self {
        out.push(Action::Send);
        if !reliable {
            out.push(Action::Set { timer: Timer::A, at: now + T1 });
        }
        out.push(Action::Set { timer: Timer::B, at: now + PATIENCE });
        Self { state: State::Calling { pause: T1 }, reliable }
    }

    /// Where it stands.
    #[must_use]
    pub const fn state(&self) -> State {
        self.state
    }

    /// Takes one event.
    pub fn handle(&mut self, event: ClientEvent, now: Moment, out: &mut Outbox<Action>) {
        match self.state {
            State::Calling { pause } => self.calling(pause, event, now, out),
            State::Proceeding => match event {
                ClientEvent::Response(status) => self.answered(status, now, out),
                // Nothing of this transaction is on its way: the error is another message's.
                ClientEvent::Undeliverable | ClientEvent::Timer(_) => {}
            },
            State::Completed => match event {
                ClientEvent::Response(300..) => out.push(Action::Acknowledge),
                ClientEvent::Timer(Timer::D) => self.over(None, out),
                // The answer is known already: a lost ACK is the peer's repeat to bring back.
                ClientEvent::Response(_) | ClientEvent::Timer(_) | ClientEvent::Undeliverable => {}
            },
            State::Accepted => match event {
                ClientEvent::Response(200..300) => out.push(Action::Deliver),
                ClientEvent::Timer(Timer::M) => self.over(None, out),
                ClientEvent::Response(_) | ClientEvent::Timer(_) | ClientEvent::Undeliverable => {}
            },
            State::Terminated => {}
        }
    }

    fn calling(
        &mut self,
        pause: Duration,
        event: ClientEvent,
        now: Moment,
        out: &mut Outbox<Action>,
    ) {
        match event {
            ClientEvent::Timer(Timer::A) => {
                let pause = pause.saturating_mul(2);
                self.state = State::Calling { pause };
                out.push(Action::Send);
                out.push(Action::Set { timer: Timer::A, at: now + pause });
            }
            ClientEvent::Timer(Timer::B) => self.over(Some(Action::TimedOut), out),
            ClientEvent::Timer(_) => {}
            ClientEvent::Undeliverable => self.over(Some(Action::Unreachable), out),
            ClientEvent::Response(status) => {
                out.push(Action::Stop(Timer::A));
                out.push(Action::Stop(Timer::B));
                self.answered(status, now, out);
            }
        }
    }

    /// A response in Calling or Proceeding.
    fn answered(&mut self, status: u16, now: Moment, out: &mut Outbox<Action>) {
        match status {
            ..200 => {
                self.state = State::Proceeding;
                out.push(Action::Deliver);
            }
            200..300 => {
                self.state = State::Accepted;
                out.push(Action::Set { timer: Timer::M, at: now + PATIENCE });
                out.push(Action::Deliver);
            }
            300.. => {
                out.push(Action::Acknowledge);
                out.push(Action::Deliver);
                if self.reliable {
                    self.over(None, out);
                } else {
                    self.state = State::Completed;
                    out.push(Action::Set { timer: Timer::D, at: now + WAIT_D });
                }
            }
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

    fn started(reliable: bool) -> (ClientInvite, Outbox<Action>) {
        let mut out = Outbox::new();
        let machine = ClientInvite::start(reliable, ms(0), &mut out);
        taken(&mut out);
        (machine, out)
    }

    #[test]
    fn r17_1_1_2_the_invite_is_sent_at_0_500_1500_3500_7500_15500_31500_until_timer_b() {
        let mut out = Outbox::new();
        let mut machine = ClientInvite::start(false, ms(0), &mut out);
        let (mut sent, mut at, mut next) = (Vec::new(), ms(0), None);
        loop {
            for action in taken(&mut out) {
                if action == Action::Send {
                    sent.push(at.as_millis());
                }
                if let Action::Set { timer: Timer::A, at } = action {
                    next = Some(at);
                }
            }
            at = next.take().expect("timer A runs on");
            if at >= ms(32_000) {
                break;
            }
            machine.handle(ClientEvent::Timer(Timer::A), at, &mut out);
        }
        assert_eq!(sent, [0, 500, 1_500, 3_500, 7_500, 15_500, 31_500]);
        machine.handle(ClientEvent::Timer(Timer::B), ms(32_000), &mut out);
        assert_eq!(taken(&mut out), [Action::TimedOut, Action::Terminated]);
    }

    #[test]
    fn r17_1_1_2_a_reliable_transport_has_no_timer_a_but_has_timer_b() {
        let mut out = Outbox::new();
        let _ = ClientInvite::start(true, ms(0), &mut out);
        let b = Action::Set { timer: Timer::B, at: ms(32_000) };
        assert_eq!(taken(&mut out), [Action::Send, b]);
    }

    #[test]
    fn r17_1_1_2_a_provisional_answer_ends_the_repeats_and_is_delivered() {
        let (mut machine, mut out) = started(false);
        machine.handle(ClientEvent::Response(180), ms(100), &mut out);
        let stops = [Action::Stop(Timer::A), Action::Stop(Timer::B), Action::Deliver];
        assert_eq!(taken(&mut out), stops);
        machine.handle(ClientEvent::Timer(Timer::A), ms(500), &mut out);
        machine.handle(ClientEvent::Timer(Timer::B), ms(32_000), &mut out);
        assert!(out.is_empty());
        assert_eq!(machine.state(), State::Proceeding);
    }

    #[test]
    fn r17_1_1_2_a_refusal_is_acknowledged_each_time_and_delivered_once() {
        let (mut machine, mut out) = started(false);
        machine.handle(ClientEvent::Response(100), ms(10), &mut out);
        taken(&mut out);
        machine.handle(ClientEvent::Response(486), ms(100), &mut out);
        let d = Action::Set { timer: Timer::D, at: ms(32_100) };
        assert_eq!(taken(&mut out), [Action::Acknowledge, Action::Deliver, d]);
        machine.handle(ClientEvent::Response(486), ms(600), &mut out);
        assert_eq!(taken(&mut out), [Action::Acknowledge]);
        machine.handle(ClientEvent::Response(200), ms(700), &mut out);
        machine.handle(ClientEvent::Response(180), ms(700), &mut out);
        assert!(out.is_empty());
        machine.handle(ClientEvent::Timer(Timer::D), ms(32_100), &mut out);
        assert_eq!(taken(&mut out), [Action::Terminated]);
    }

    #[test]
    fn r17_1_1_2_over_a_reliable_transport_timer_d_is_zero() {
        let (mut machine, mut out) = started(true);
        machine.handle(ClientEvent::Response(404), ms(100), &mut out);
        assert_eq!(taken(&mut out).last(), Some(&Action::Terminated));
    }

    #[test]
    fn rfc6026_7_2_every_2xx_is_delivered_until_timer_m() {
        let (mut machine, mut out) = started(false);
        machine.handle(ClientEvent::Response(200), ms(100), &mut out);
        let m = Action::Set { timer: Timer::M, at: ms(32_100) };
        assert_eq!(taken(&mut out)[2..], [m, Action::Deliver]);
        machine.handle(ClientEvent::Response(200), ms(600), &mut out);
        assert_eq!(taken(&mut out), [Action::Deliver]);
        machine.handle(ClientEvent::Response(486), ms(700), &mut out);
        assert!(out.is_empty());
        machine.handle(ClientEvent::Timer(Timer::M), ms(32_100), &mut out);
        assert_eq!(taken(&mut out), [Action::Terminated]);
    }

    #[test]
    fn r17_1_4_a_network_error_ends_it_only_while_nothing_has_come() {
        for status in [180, 200] {
            let (mut machine, mut out) = started(false);
            machine.handle(ClientEvent::Response(status), ms(1), &mut out);
            taken(&mut out);
            machine.handle(ClientEvent::Undeliverable, ms(2), &mut out);
            assert!(out.is_empty(), "after {status}");
        }
        let (mut machine, mut out) = started(false);
        machine.handle(ClientEvent::Undeliverable, ms(1), &mut out);
        assert_eq!(taken(&mut out), [Action::Unreachable, Action::Terminated]);
    }
}
