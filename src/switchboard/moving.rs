//! A caller who waits goes to another place: `requeue`, or a callback's place taken over.

use super::call::Moving;
use super::heart::Switchboard;
use super::turn::Turn;
use crate::base::id::{CallId, EntryId};
use crate::flow::effect::{Event, Move, QueueOutcome, Revocation};
use crate::queue::event::{Event as QueueEvent, Move as QueueMove, Refusal};

impl Switchboard {
    /// The flow wants the caller to stand elsewhere.
    pub(super) fn move_caller(&mut self, call: CallId, wish: Move, turn: &mut Turn<'_>) {
        let Some(entry) = self.calls.get(&call).and_then(|call| call.entry()) else {
            return self.not_moved(call, Refusal::Unknown, turn);
        };
        if !self.is_open(&wish.queue, turn) {
            return self.not_moved(call, Refusal::Closed, turn);
        }
        let anew = (!wish.keeps_place).then_some(turn.now.utc);
        let Move { queue, priority, .. } = wish;
        let wish = QueueMove { entry, queue, priority, enqueued_at: anew };
        self.wish_for_place(call, Moving { wish, taken_over: false }, turn);
    }

    /// Notes what the place will be, and asks the queues for it.
    pub(super) fn wish_for_place(&mut self, call: CallId, moving: Moving, turn: &mut Turn<'_>) {
        let wish = moving.wish.clone();
        if let Some(record) = self.calls.get_mut(&call) {
            record.moving = Some(moving);
        }
        self.tell_queues(QueueEvent::Move(wish), turn);
    }

    /// The queues have moved the caller.
    pub(super) fn moved(&mut self, entry: EntryId, turn: &mut Turn<'_>) {
        let Some(call) = self.caller_at(entry) else { return };
        turn.tell(Some(call), "queue.moved", self.place_facts(entry));
        let Some(record) = self.calls.get_mut(&call) else { return };
        let (Some(Moving { wish, taken_over }), Some(place)) =
            (record.moving.take(), record.place.as_mut())
        else {
            return;
        };
        if place.queue != wish.queue {
            place.timeout = None;
        }
        place.priority = wish.priority.unwrap_or(place.priority);
        place.enqueued_at = wish.enqueued_at.unwrap_or(place.enqueued_at);
        record.record.queue = Some(wish.queue.clone());
        place.queue = wish.queue;
        let taken = Event::Revoked(Revocation::Done { stands: true });
        self.tell_flow(call, if taken_over { taken } else { Event::Moved }, turn);
    }

    /// The caller stands where they stood.
    pub(super) fn not_moved(&mut self, call: CallId, why: Refusal, turn: &mut Turn<'_>) {
        let moving = self.calls.get_mut(&call).and_then(|record| record.moving.take());
        turn.tell(Some(call), "queue.refused", vec![("why", format!("{why:?}"))]);
        if moving.is_some_and(|moving| moving.taken_over) {
            let taken = Event::Revoked(Revocation::Done { stands: false });
            return self.tell_flow(call, taken, turn);
        }
        let outcome = match why {
            Refusal::Full => QueueOutcome::Full,
            Refusal::Closed | Refusal::Unknown => QueueOutcome::Closed,
            Refusal::NoAgents => QueueOutcome::NoAgents,
        };
        self.tell_flow(call, Event::NotMoved(outcome), turn);
    }
}
