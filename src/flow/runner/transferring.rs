//! `transfer`: passing the caller on, and what follows when the caller comes back.

use super::frame::Visit;
use super::moves::Move;
use super::pending::{Callback, Pending};
use super::position::Exit;
use super::{Runner, Turn};
use crate::base::skill::Skills;
use crate::flow::effect::{self, Effect, Join, TransferOutcome};
use crate::flow::graph::{Destination, Operand, Transfer};

const NOT_SAID: &str = "transfer-invalid-number";

impl Runner {
    /// A call that is not answered is answered first; what was started is dismissed first.
    pub(super) fn transfer(&mut self, step: &Transfer, turn: &mut Turn<'_>) -> Move {
        if !self.line.answered {
            turn.out.push(Effect::Answer);
            return Move::Wait(Pending::Answering { first: true });
        }
        if self.callback == Callback::Started {
            return self.dismiss_first(turn);
        }
        let scope = self.scope(turn);
        let to = match &step.to {
            Destination::Queue(queue) => return self.transfer_to_queue(queue, turn),
            Destination::Agent(name) => match scope.text(name) {
                Some(name) => effect::Destination::Agent(name),
                None => return Move::escalate(NOT_SAID),
            },
            Destination::Number { number, ani, trunk } => {
                let Some(number) = scope.text(number) else { return Move::escalate(NOT_SAID) };
                let ani = ani.as_ref().and_then(|ani| scope.text(ani));
                effect::Destination::Number { number, ani, trunk: trunk.clone() }
            }
        };
        let (ring, music) = (step.ring, step.music.clone());
        turn.out.push(Effect::Transfer(Box::new(effect::Transfer { to, ring, music })));
        Move::Wait(Pending::Transferring)
    }

    /// Out of the queue that the caller stands in, if any, and into this one, at a new place.
    fn transfer_to_queue(&mut self, queue: &Operand, turn: &mut Turn<'_>) -> Move {
        let Some(queue) = self.scope(turn).text(queue) else {
            return Move::escalate("queue-unknown");
        };
        if self.visit.is_some_and(|visit| !visit.given_up) {
            return self.move_to(effect::Move { queue, priority: None, keeps_place: false }, turn);
        }
        if self.visit.is_some() {
            return Move::escalate("queue-already-joined");
        }
        if self.callback == Callback::Registered {
            return Move::escalate("callback-already-registered");
        }
        let (priority, skills, timeout) = (0, Skills::none(), None);
        let has_flow = self.own_flow(queue.clone()).is_some();
        turn.out.push(Effect::Join(Join { queue, priority, skills, timeout, has_flow }));
        self.visit = Some(Visit { depth: self.frames.len(), given_up: false });
        Move::Wait(Pending::Joining)
    }

    /// Somebody has answered: they talk, and the caller stands in no queue any more.
    pub(super) fn transfer_answered(&mut self) -> Option<Move> {
        if !matches!(self.pending, Pending::Transferring) {
            return None;
        }
        if let Some(visit) = self.visit.as_mut() {
            visit.given_up = true;
        }
        Some(Move::Wait(Pending::Transferred))
    }

    /// The caller is back.
    pub(super) fn transfer_over(&self, how: TransferOutcome) -> Option<Move> {
        let waits = matches!(self.pending, Pending::Transferring | Pending::Transferred);
        waits.then_some(Move::Take(Exit::Transfer(how)))
    }
}
