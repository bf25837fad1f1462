//! The INVITE server transaction (RFC 3261 §17.2.1, RFC 6026 §7.1).
//!
//! ```text
//!        INVITE came: delivered; the user answers 100 at once
//!           │
//!           ▼
//!      Proceeding ◄─ INVITE: last 1xx again; 1xx from the user: sent
//!       │       │
//!   2xx │       │ 300–699 from the user: sent
//!       │       ▼
//!       │   Completed ◄─ INVITE, G: answer again
//!       │       │    └──────── H: no ACK ──────────────────────────┐
//!       │       │ ACK                                              │
//!       │       ▼                                                  │
//!       │   Confirmed ◄─ ACK absorbed ───────── I ─────────────────┤
//!       ▼                                                          ▼
//!   Accepted ◄─ INVITE absorbed; 2xx: sent; ACK: delivered ─ L ─ Terminated
//! ```

use super::{Action, PATIENCE, ServerEvent, T1, T2, T4, Timer, doubled};
use crate::base::outbox::Outbox;
use crate::base::time::Moment;
use std::time::Duration;

/// One INVITE of theirs until our answer is known to have arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerInvite {
    state: State,
    /// A reliable transport repeats for us.
    reliable: bool,
}

/// The states of Figure 7 with RFC 6026's Accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// No final answer yet.
    Proceeding {
        /// Whether there is a provisional answer to repeat.
        answered: bool,
    },
    /// Refused; the ACK is awaited.
    Completed {
        /// The current pause of timer G.
        pause: Duration,
    },
    /// Refused and acknowledged.
    Confirmed,
    /// Answered with 2xx, which the user repeats.
    Accepted,
    /// Over.
    Terminated,
}

impl ServerInvite {
    /// Begins with the INVITE, which its user has in hand.
    #[must_use]
    pub const fn start(reliable: bool) -> Self {
        Self { state: State::Proceeding { answered: false }, reliable }
    }

    /// Where it stands.
    #[must_use]
    pub const fn state(&self) -> State {
        self.state
    }

    /// Takes one event.
    pub fn handle(&mut self, event: ServerEvent, now: Moment, out: &mut Outbox<Action>) {
        match self.state {
            State::Proceeding { answered } => match event {
                ServerEvent::Request if answered => out.push(Action::Send),
                ServerEvent::Respond(status) => self.respond(status, now, out),
                ServerEvent::Request
                | ServerEvent::Ack
                | ServerEvent::Timer(_)
                | ServerEvent::Undeliverable => {}
            },
            State::Completed { pause } => self.completed(pause, event, now, out),
            State::Confirmed => match event {
                ServerEvent::Timer(Timer::I) => self.over(None, out),
                ServerEvent::Request
                | ServerEvent::Ack
                | ServerEvent::Respond(_)
                | ServerEvent::Timer(_)
                | ServerEvent::Undeliverable => {}
            },
            State::Accepted => match event {
                ServerEvent::Ack => out.push(Action::Deliver),
                ServerEvent::Respond(200..300) => out.push(Action::Send),
                ServerEvent::Timer(Timer::L) => self.over(None, out),
                ServerEvent::Request
                | ServerEvent::Respond(_)
                | ServerEvent::Timer(_)
                | ServerEvent::Undeliverable => {}
            },
            State::Terminated => {}
        }
    }

    fn respond(&mut self, status: u16, now: Moment, out: &mut Outbox<Action>) {
        out.push(Action::Send);
        match status {
            ..200 => self.state = State::Proceeding { answered: true },
            200..300 => {
                self.state = State::Accepted;
                out.push(Action::Set { timer: Timer::L, at: now + PATIENCE });
            }
            300.. => {
                self.state = State::Completed { pause: T1 };
                if !self.reliable {
                    out.push(Action::Set { timer: Timer::G, at: now + T1 });
                }
                out.push(Action::Set { timer: Timer::H, at: now + PATIENCE });
            }
        }
    }

    fn completed(
        &mut self,
        pause: Duration,
        event: ServerEvent,
        now: Moment,
        out: &mut Outbox<Action>,
    ) {
        match event {
            ServerEvent::Request => out.push(Action::Send),
            ServerEvent::Timer(Timer::G) => {
                let pause = doubled(pause, T2);
                self.state = State::Completed { pause };
                out.push(Action::Send);
                out.push(Action::Set { timer: Timer::G, at: now + pause });
            }
            ServerEvent::Timer(Timer::H) => self.over(Some(Action::TimedOut), out),
            ServerEvent::Ack => {
                out.push(Action::Stop(Timer::G));
                out.push(Action::Stop(Timer::H));
                if self.reliable {
                    self.over(None, out);
                } else {
                    self.state = State::Confirmed;
                    out.push(Action::Set { timer: Timer::I, at: now + T4 });
                }
            }
            ServerEvent::Undeliverable => self.over(Some(Action::Unreachable), out),
            ServerEvent::Respond(_) | ServerEvent::Timer(_) => {}
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

    fn told(reliable: bool, status: u16) -> (ServerInvite, Outbox<Action>) {
        let mut out = Outbox::new();
        let mut machine = ServerInvite::start(reliable);
        machine.handle(ServerEvent::Respond(status), ms(0), &mut out);
        (machine, out)
    }

    #[test]
    fn r17_2_1_a_repeated_invite_gets_the_latest_provisional_answer() {
        let mut out = Outbox::new();
        let mut machine = ServerInvite::start(false);
        machine.handle(ServerEvent::Request, ms(0), &mut out);
        assert!(out.is_empty(), "nothing to repeat yet");
        machine.handle(ServerEvent::Respond(100), ms(0), &mut out);
        assert_eq!(taken(&mut out), [Action::Send]);
        machine.handle(ServerEvent::Request, ms(500), &mut out);
        assert_eq!(taken(&mut out), [Action::Send]);
    }

    #[test]
    fn r17_2_1_a_refusal_repeats_doubling_to_t2_until_timer_h() {
        let (mut machine, mut out) = told(false, 486);
        let (mut sent, mut at, mut next) = (Vec::new(), ms(0), None);
        loop {
            for action in taken(&mut out) {
                if action == Action::Send {
                    sent.push(at.as_millis());
                }
                if let Action::Set { timer: Timer::G, at } = action {
                    next = Some(at);
                }
            }
            at = next.take().expect("timer G runs on");
            if at >= ms(32_000) {
                break;
            }
            machine.handle(ServerEvent::Timer(Timer::G), at, &mut out);
        }
        assert_eq!(sent.len(), 11);
        assert_eq!(sent[..5], [0, 500, 1_500, 3_500, 7_500]);
        machine.handle(ServerEvent::Timer(Timer::H), ms(32_000), &mut out);
        assert_eq!(taken(&mut out), [Action::TimedOut, Action::Terminated]);
    }

    #[test]
    fn r17_2_1_the_ack_ends_the_repeats_and_timer_i_the_transaction() {
        let (mut machine, mut out) = told(false, 486);
        taken(&mut out);
        machine.handle(ServerEvent::Ack, ms(100), &mut out);
        let i = Action::Set { timer: Timer::I, at: ms(5_100) };
        assert_eq!(taken(&mut out), [Action::Stop(Timer::G), Action::Stop(Timer::H), i]);
        machine.handle(ServerEvent::Ack, ms(200), &mut out);
        machine.handle(ServerEvent::Request, ms(200), &mut out);
        assert!(out.is_empty(), "repeats are absorbed");
        machine.handle(ServerEvent::Timer(Timer::I), ms(5_100), &mut out);
        assert_eq!(taken(&mut out), [Action::Terminated]);
    }

    #[test]
    fn r17_2_1_over_a_reliable_transport_there_is_no_timer_g_and_timer_i_is_zero() {
        let (mut machine, mut out) = told(true, 404);
        let h = Action::Set { timer: Timer::H, at: ms(32_000) };
        assert_eq!(taken(&mut out), [Action::Send, h]);
        machine.handle(ServerEvent::Ack, ms(100), &mut out);
        assert_eq!(taken(&mut out).last(), Some(&Action::Terminated));
    }

    #[test]
    fn rfc6026_7_1_after_a_2xx_invites_are_absorbed_and_acks_delivered_until_timer_l() {
        let (mut machine, mut out) = told(false, 200);
        let l = Action::Set { timer: Timer::L, at: ms(32_000) };
        assert_eq!(taken(&mut out), [Action::Send, l]);
        machine.handle(ServerEvent::Request, ms(500), &mut out);
        assert!(out.is_empty());
        machine.handle(ServerEvent::Respond(200), ms(500), &mut out);
        assert_eq!(taken(&mut out), [Action::Send]);
        machine.handle(ServerEvent::Respond(486), ms(600), &mut out);
        assert!(out.is_empty(), "a 2xx is not taken back");
        machine.handle(ServerEvent::Ack, ms(700), &mut out);
        assert_eq!(taken(&mut out), [Action::Deliver]);
        machine.handle(ServerEvent::Timer(Timer::L), ms(32_000), &mut out);
        assert_eq!(taken(&mut out), [Action::Terminated]);
    }

    #[test]
    fn r17_2_1_a_second_refusal_is_not_sent() {
        let (mut machine, mut out) = told(false, 486);
        taken(&mut out);
        machine.handle(ServerEvent::Respond(487), ms(10), &mut out);
        assert!(out.is_empty());
    }
}
