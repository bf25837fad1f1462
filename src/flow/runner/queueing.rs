//! Standing in a queue: the waiting flow, its end, and the end of the stay.

use super::frame::{Frame, Role, Visit};
use super::moves::Move;
use super::pending::{AfterDismiss, Callback, Pending};
use super::position::Exit;
use super::{Runner, Turn};
use crate::flow::effect::{self, Effect, Join, QueueOutcome};
use crate::flow::graph::{Action, Destination, QueueStep, Requeue, WAITING_INPUT};
use crate::flow::value::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

impl Runner {
    /// `queue`
    pub(super) fn join(&mut self, queue: &QueueStep, turn: &mut Turn<'_>) -> Move {
        if self.visit.is_some() {
            return Move::escalate("queue-already-joined");
        }
        match self.callback {
            Callback::None => {}
            Callback::Started => return self.dismiss_first(turn),
            Callback::Registered => return Move::escalate("callback-already-registered"),
        }
        let Some(name) = self.scope(turn).text(&queue.name) else {
            return Move::escalate("queue-unknown");
        };
        turn.out.push(Effect::Join(Join {
            queue: name,
            priority: queue.priority,
            skills: queue.skills.clone(),
            timeout: queue.timeout,
            has_flow: self.waiting_flow(queue, turn).is_some(),
        }));
        self.visit = Some(Visit { depth: self.frames.len(), given_up: false });
        Move::Wait(Pending::Joining)
    }

    /// The place is taken: the waiting flow begins, or music.
    pub(super) fn joined(&mut self, turn: &mut Turn<'_>) -> Option<Move> {
        matches!(self.pending, Pending::Joining).then(|| self.begin_waiting_flow(turn))
    }

    /// The waiting flow from its start; music where there is none.
    pub(super) fn begin_waiting_flow(&mut self, turn: &mut Turn<'_>) -> Move {
        match self.waiting_frame(turn) {
            Some(frame) => Move::Enter(Box::new(frame)),
            None => queue_music(turn),
        }
    }

    fn waiting_frame(&self, turn: &Turn<'_>) -> Option<Frame> {
        let action = &self.frames.last()?.step()?.action;
        let (flow, inputs) = if let Action::Queue(queue) = action {
            self.waiting_flow(queue, turn)?
        } else if let Action::Transfer(transfer) = action {
            let Destination::Queue(queue) = &transfer.to else { return None };
            self.own_flow(self.scope(turn).text(queue)?)?
        } else {
            return None;
        };
        let flow = Arc::clone(self.flows.flows.get(&flow)?);
        Some(Frame::new(flow, Role::Waiting, inputs))
    }

    /// The flow of the step with its inputs, or else that of the queue with the queue as `line`.
    fn waiting_flow(
        &self,
        step: &QueueStep,
        turn: &Turn<'_>,
    ) -> Option<(String, BTreeMap<String, Value>)> {
        let scope = self.scope(turn);
        if let Some(flow) = &step.flow {
            return Some((flow.clone(), scope.values(&step.with)));
        }
        self.own_flow(scope.text(&step.name)?)
    }

    /// The flow that a queue names for those who wait, with the queue as `line`.
    pub(super) fn own_flow(&self, queue: String) -> Option<(String, BTreeMap<String, Value>)> {
        let flow = self.flows.waiting.get(&queue)?.clone();
        Some((flow, BTreeMap::from([(WAITING_INPUT.to_owned(), Value::Text(queue))])))
    }

    /// An agent's answer was handled: nothing above the queue step runs any more.
    pub(super) fn connected(&mut self, turn: &mut Turn<'_>) -> Option<Move> {
        if self.visit.is_none_or(|visit| visit.given_up) {
            return None;
        }
        self.stop_play(turn);
        self.leave_waiting_flow();
        self.callback = Callback::None;
        Some(Move::Wait(Pending::Connected))
    }

    /// The stay is over: the step's outcome is taken. A registered callback has its outcome
    /// already, and keeps the waiting flow until it ends.
    pub(super) fn left(&mut self, outcome: QueueOutcome, turn: &mut Turn<'_>) -> Option<Move> {
        if self.visit.is_none_or(|visit| visit.given_up) {
            return None;
        }
        self.stop_play(turn);
        self.leave_waiting_flow();
        if self.callback == Callback::Started {
            self.dismiss_implicitly("queue-left", turn);
            self.callback = Callback::None;
        }
        self.visit = None;
        Some(Move::Take(Exit::Queue(outcome)))
    }

    /// The waiting flow has ended by itself: the caller stays, unless a callback is promised.
    pub(super) fn waiting_flow_over(&mut self, turn: &mut Turn<'_>) -> Move {
        self.leave_waiting_flow();
        if self.visit.is_some_and(|visit| visit.given_up) {
            self.visit = None;
            return Move::Take(Exit::Queue(QueueOutcome::Left));
        }
        if self.callback == Callback::Started {
            self.dismiss_implicitly("waiting-flow-ended", turn);
            return Move::Wait(Pending::Dismissing(AfterDismiss::QueueMusic));
        }
        queue_music(turn)
    }

    /// `exit_queue`
    pub(super) fn exit_queue(&mut self, turn: &mut Turn<'_>) -> Move {
        let Some(visit) = self.visit else { return Move::escalate("queue-not-joined") };
        if visit.given_up {
            return self.waiting_flow_over(turn);
        }
        if self.callback == Callback::Started {
            return self.dismiss_first(turn);
        }
        turn.out.push(Effect::ExitQueue);
        Move::Wait(Pending::Leaving)
    }

    /// `requeue`
    pub(super) fn requeue(&self, requeue: &Requeue, turn: &mut Turn<'_>) -> Move {
        let scope = self.scope(turn);
        let Some(queue) = scope.text(&requeue.queue) else {
            return Move::escalate("queue-unknown");
        };
        let priority = requeue.priority;
        self.move_to(effect::Move { queue, priority, keeps_place: true }, turn)
    }

    /// Another place for a caller who stands in a queue.
    pub(super) fn move_to(&self, wish: effect::Move, turn: &mut Turn<'_>) -> Move {
        if self.visit.is_none_or(|visit| visit.given_up) {
            return Move::escalate("queue-not-joined");
        }
        if self.callback == Callback::Started {
            return self.dismiss_first(turn);
        }
        turn.out.push(Effect::Move(wish));
        Move::Wait(Pending::Moving)
    }

    /// The queues have answered.
    pub(super) fn moved(&self, refused: Option<QueueOutcome>) -> Option<Move> {
        let asked = matches!(self.pending, Pending::Moving);
        asked.then(|| refused.map_or(Move::Advance, |why| Move::Take(Exit::Queue(why))))
    }

    /// Drops the frames of the waiting flow, and keys that were meant for it.
    pub(super) fn leave_waiting_flow(&mut self) {
        if let Some(visit) = self.visit {
            self.frames.truncate(visit.depth);
        }
        self.keys.clear();
    }
}

/// The queue's own music, until something else happens.
pub(super) fn queue_music(turn: &mut Turn<'_>) -> Move {
    turn.out.push(Effect::QueueMusic);
    Move::Wait(Pending::QueueMusic)
}
