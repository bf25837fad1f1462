//! Escalations: who catches a named failure, and what happens when nobody does.
//!
//! ```text
//! the step ─► its flow ─► the step that called the flow ─► its flow ─► … ─► uncaught
//! ```
//! It never bubbles out of the waiting flow into the step that queues the caller: the caller
//! stays in the queue.

use super::frame::Role;
use super::moves::Move;
use super::pending::{AfterDismiss, Callback, Pending};
use super::position::Exit;
use super::{Runner, Turn};
use crate::flow::effect::{Effect, Escalation};

/// Told by the queue when a caller stays Started for too long.
const STARTED_TOO_LONG: &str = "callback-started-too-long";

impl Runner {
    /// The step in progress failed, or a flow said `escalate`.
    pub(super) fn bubble(&mut self, escalation: Escalation, turn: &mut Turn<'_>) -> Move {
        tracing::debug!(escalation = escalation.name, "escalated");
        match self.catcher(&escalation.name, true) {
            Some((depth, exit)) => {
                self.frames.truncate(depth);
                Move::Take(exit)
            }
            None => self.uncaught(escalation, turn),
        }
    }

    /// A signal from outside, which is no failure of the step in progress: only a catch that
    /// names it takes it. Where no flow runs for the caller it means nothing.
    pub(super) fn signal(&mut self, escalation: Escalation, turn: &mut Turn<'_>) -> Option<Move> {
        if matches!(
            self.pending,
            Pending::QueueMusic | Pending::Connected | Pending::Transferred | Pending::Leaving
        ) {
            let text = format!("signal {} reached no flow", escalation.name);
            turn.out.push(Effect::Note { text });
            return None;
        }
        let caught = self.catcher(&escalation.name, false);
        self.stop_play(turn);
        self.keys.clear();
        Some(match caught {
            Some((depth, exit)) => {
                self.frames.truncate(depth);
                Move::Take(exit)
            }
            None => self.uncaught(escalation, turn),
        })
    }

    /// Whether anybody would catch a failure of this name.
    pub(super) fn catches(&self, name: &str) -> bool {
        self.catcher(name, true).is_some()
    }

    /// How many frames are left when this is caught, and the exit of the topmost of them.
    fn catcher(&self, name: &str, by_failure: bool) -> Option<(usize, Exit)> {
        let mut failed = by_failure;
        for (index, frame) in self.frames.iter().enumerate().rev() {
            let exit = frame.step_catches(name, failed).or_else(|| frame.flow_catches(name));
            if let Some(exit) = exit {
                return Some((index + 1, exit));
            }
            match frame.role {
                Role::Called { .. } => failed = by_failure,
                Role::Main | Role::Waiting | Role::LastWords => return None,
            }
        }
        None
    }

    /// Nobody caught it: the waiting flow is over, or else the call's flow.
    pub(super) fn uncaught(&mut self, escalation: Escalation, turn: &mut Turn<'_>) -> Move {
        let bottom = self
            .frames
            .iter()
            .rev()
            .map(|frame| &frame.role)
            .find(|role| !matches!(role, Role::Called { .. }));
        if !matches!(bottom, Some(Role::Waiting)) {
            return self.finish(Some(escalation), turn);
        }
        let text = format!("waiting flow ended by {}", escalation.name);
        tracing::info!(escalation = escalation.name, "waiting flow ended by an escalation");
        turn.out.push(Effect::Note { text });
        if escalation.name == STARTED_TOO_LONG && self.callback == Callback::Started {
            self.leave_waiting_flow();
            self.dismiss_implicitly(STARTED_TOO_LONG, turn);
            return Move::Wait(Pending::Dismissing(AfterDismiss::WaitingFlow));
        }
        self.waiting_flow_over(turn)
    }
}
