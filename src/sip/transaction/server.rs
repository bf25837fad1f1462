//! The non-INVITE server transaction (RFC 3261 §17.2.2).
//!
//! ```text
//!   request came: delivered
//!         │
//!         ▼
//!      Trying ◄─ request: absorbed
//!       │   └───────── 200–699 from the user: sent ───┐
//!       │ 1xx from the user: sent                     │
//!       ▼                                             │
//!   Proceeding ◄─ request: 1xx again                  │
//!       │ 200–699 from the user: sent                 │
//!       ▼                                             │
//!   Completed ◄─ request: answer again ◄──────────────┘
//!       └──────────── J ──────────► Terminated
//! ```

use super::{Action, PATIENCE, ServerEvent, Timer};
use crate::base::outbox::Outbox;
use crate::base::time::Moment;

/// One request of theirs, other than INVITE and ACK, while its repeats may come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    state: State,
    /// A reliable transport has no repeats.
    reliable: bool,
}

/// The states of Figure 8.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// No answer yet.
    Trying,
    /// A provisional answer was given.
    Proceeding,
    /// The final answer was given.
    Completed,
    /// Over.
    Terminated,
}

impl Server {
    /// Begins with the request, which its user has in hand.
    #[must_use]
    pub const fn start(reliable: bool) -> Self {
        Self { state: State::Trying, reliable }
    }

    /// Where it stands.
    #[must_use]
    pub const fn state(&self) -> State {
        self.state
    }

    /// Takes one event.
    pub fn handle(&mut self, event: ServerEvent, now: Moment, out: &mut Outbox<Action>) {
        match self.state {
            State::Trying | State::Proceeding => match event {
                ServerEvent::Request if self.state == State::Proceeding => out.push(Action::Send),
                ServerEvent::Respond(status) => self.respond(status, now, out),
                ServerEvent::Undeliverable if self.state == State::Proceeding => {
                    self.over(Some(Action::Unreachable), out);
                }
                ServerEvent::Request
                | ServerEvent::Ack
                | ServerEvent::Timer(_)
                | ServerEvent::Undeliverable => {}
            },
            State::Completed => match event {
                ServerEvent::Request => out.push(Action::Send),
                ServerEvent::Timer(Timer::J) => self.over(None, out),
                ServerEvent::Undeliverable => self.over(Some(Action::Unreachable), out),
                ServerEvent::Ack | ServerEvent::Respond(_) | ServerEvent::Timer(_) => {}
            },
            State::Terminated => {}
        }
    }

    fn respond(&mut self, status: u16, now: Moment, out: &mut Outbox<Action>) {
        out.push(Action::Send);
        if status < 200 {
            self.state = State::Proceeding;
        } else if self.reliable {
            self.over(None, out);
        } else {
            self.state = State::Completed;
            out.push(Action::Set { timer: Timer::J, at: now + PATIENCE });
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

    #[test]
    fn r17_2_2_a_repeat_before_any_answer_is_absorbed() {
        let (mut machine, mut out) = (Server::start(false), Outbox::new());
        machine.handle(ServerEvent::Request, ms(500), &mut out);
        assert!(out.is_empty());
        assert_eq!(machine.state(), State::Trying);
    }

    #[test]
    fn r17_2_2_a_repeat_gets_the_latest_answer_until_timer_j() {
        let (mut machine, mut out) = (Server::start(false), Outbox::new());
        machine.handle(ServerEvent::Respond(100), ms(0), &mut out);
        machine.handle(ServerEvent::Request, ms(500), &mut out);
        assert_eq!(taken(&mut out), [Action::Send, Action::Send]);
        machine.handle(ServerEvent::Respond(200), ms(600), &mut out);
        let j = Action::Set { timer: Timer::J, at: ms(32_600) };
        assert_eq!(taken(&mut out), [Action::Send, j]);
        machine.handle(ServerEvent::Request, ms(1_500), &mut out);
        assert_eq!(taken(&mut out), [Action::Send]);
        machine.handle(ServerEvent::Timer(Timer::J), ms(32_600), &mut out);
        assert_eq!(taken(&mut out), [Action::Terminated]);
    }

    #[test]
    fn r17_2_2_a_second_final_answer_is_discarded() {
        let (mut machine, mut out) = (Server::start(false), Outbox::new());
        machine.handle(ServerEvent::Respond(200), ms(0), &mut out);
        taken(&mut out);
        machine.handle(ServerEvent::Respond(404), ms(1), &mut out);
        assert!(out.is_empty());
    }

    #[test]
    fn r17_2_2_over_a_reliable_transport_timer_j_is_zero() {
        let (mut machine, mut out) = (Server::start(true), Outbox::new());
        machine.handle(ServerEvent::Respond(200), ms(0), &mut out);
        assert_eq!(taken(&mut out), [Action::Send, Action::Terminated]);
    }

    #[test]
    fn r17_2_4_a_network_error_ends_it_once_it_has_answered() {
        let (mut machine, mut out) = (Server::start(false), Outbox::new());
        machine.handle(ServerEvent::Undeliverable, ms(0), &mut out);
        assert!(out.is_empty());
        machine.handle(ServerEvent::Respond(200), ms(0), &mut out);
        taken(&mut out);
        machine.handle(ServerEvent::Undeliverable, ms(1), &mut out);
        assert_eq!(taken(&mut out), [Action::Unreachable, Action::Terminated]);
    }
}
