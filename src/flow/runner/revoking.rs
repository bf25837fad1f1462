//! A caller who waits for a callback already: asking for it, cancelling it, taking it over.

use super::moves::Move;
use super::pending::{Callback, Caller, Pending};
use super::position::Exit;
use super::{Runner, Turn};
use crate::flow::effect::{Effect, Revocation};
use crate::flow::graph::{Operand, QueryCallback, Revoke};
use crate::flow::value::Value;

impl Runner {
    /// `query_callback`
    pub(super) fn query_callback(&mut self, query: &QueryCallback, turn: &Turn<'_>) -> Move {
        let queue = self.queue_named(query.queue.as_ref(), turn);
        let found = turn.facts.callback(queue.as_deref());
        let exit = if found.is_some() { Move::Advance } else { Move::Take(Exit::NoCallback) };
        if let (Some(name), Some(top)) = (&query.save_as, self.frames.last_mut()) {
            top.variables.insert(name.clone(), found.map_or(Value::Unknown, Value::Record));
        }
        exit
    }

    /// `cancel_callback`
    pub(super) fn cancel_callback(&self, revoke: &Revoke, turn: &mut Turn<'_>) -> Move {
        self.revoke(revoke, false, turn)
    }

    /// `take_over_callback`
    pub(super) fn take_over_callback(&self, revoke: &Revoke, turn: &mut Turn<'_>) -> Move {
        if self.line.caller != Caller::Present {
            return Move::escalate("callback-caller-gone");
        }
        match self.callback {
            Callback::Started => self.dismiss_first(turn),
            Callback::None | Callback::Registered => self.revoke(revoke, true, turn),
        }
    }

    fn revoke(&self, revoke: &Revoke, take_over: bool, turn: &mut Turn<'_>) -> Move {
        let queue = self.queue_named(revoke.queue.as_ref(), turn);
        turn.out.push(Effect::RevokeCallback { queue, take_over });
        Move::Wait(Pending::Revoking)
    }

    fn queue_named(&self, queue: Option<&Operand>, turn: &Turn<'_>) -> Option<String> {
        queue.and_then(|operand| self.scope(turn).text(operand))
    }

    /// The store has answered, or the callback's life.
    pub(super) fn revoked(&mut self, revocation: Revocation) -> Option<Move> {
        if !matches!(self.pending, Pending::Revoking) {
            return None;
        }
        Some(match revocation {
            Revocation::Done { stands } => {
                if self.callback == Callback::Registered {
                    self.callback = Callback::None;
                    self.exports.remove("callback");
                }
                if let Some(visit) = self.visit.as_mut().filter(|_| stands) {
                    visit.given_up = false;
                }
                Move::Advance
            }
            Revocation::None => Move::Take(Exit::NoCallback),
            Revocation::TooLate => Move::Take(Exit::TooLate),
        })
    }
}
