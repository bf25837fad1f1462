//! A caller between the queue and a callback: carries the intent's words to queue, store and
//! flow.

use super::heart::{Alarm, Switchboard};
use super::registering::INITIAL_DELAY;
use super::store::CallResult;
use super::turn::{Turn, Work};
use crate::base::id::{CallId, EntryId};
use crate::base::number::PhoneNumber;
use crate::base::outbox::Outbox;
use crate::callback::intent::{Count, Effect, Event, Leaving, Told};
use crate::flow::effect::{Escalation, Event as FlowEvent, QueueOutcome, Registration};
use crate::queue::event::{Event as QueueEvent, Leaving as QueueLeaving};

impl Switchboard {
    /// Tells a call's intent what happened; what it asks is done later in this turn.
    pub(super) fn tell_intent(&mut self, call: CallId, event: Event, turn: &mut Turn<'_>) {
        let Some(record) = self.calls.get_mut(&call) else { return };
        let mut out = Outbox::new();
        record.intent.handle(turn.now, event, &mut out);
        self.timers.follow(Alarm::Intent(call), record.intent.deadline());
        turn.work.extend(out.drain().map(|effect| Work::Intent(call, effect)));
    }

    /// Carries one effect of a call's intent.
    pub(super) fn on_intent(&mut self, call: CallId, effect: Effect, turn: &mut Turn<'_>) {
        match effect {
            Effect::Suspend { entry } => self.tell_queues(QueueEvent::Suspend { entry }, turn),
            Effect::Resume { entry } => self.tell_queues(QueueEvent::Resume { entry }, turn),
            Effect::Leave { entry, reason } => self.leave_queue(call, entry, reason, turn),
            Effect::RegisterOnHangUp => self.register_on_hang_up(call, turn),
            Effect::Tell(told) => self.tell_flow_of_callback(call, told, turn),
            Effect::Count(Count::Dismissed) => {
                turn.tell(Some(call), "callback.dismissed", Vec::new());
            }
            Effect::Count(Count::Incomplete) => {
                turn.tell(Some(call), "callback.incomplete", Vec::new());
                self.note_result(call, CallResult::Incomplete);
            }
            // The promise itself has told it.
            Effect::Count(Count::Requested) => {}
        }
    }

    /// `start_callback`: refused where no callback could be registered anyway.
    pub(super) fn start_callback(
        &mut self,
        call: CallId,
        queue: Option<String>,
        on_hang_up: Option<PhoneNumber>,
        turn: &mut Turn<'_>,
    ) {
        let Some(record) = self.calls.get_mut(&call) else { return };
        let held = record.place.as_ref().map(|place| place.queue.clone());
        let queue = queue.or(held);
        let starts = on_hang_up.is_some();
        record.on_hang_up = on_hang_up.map(|number| (queue.clone(), number));
        if let Some(queue) = queue {
            let fault = if !self.is_open(&queue, turn) {
                Some("callback-queue-closed")
            } else if !self.queues.room_for_callback(&queue) {
                Some("callback-limit-reached")
            } else {
                None
            };
            if let Some(fault) = fault {
                let told = FlowEvent::Escalated(Escalation::named(fault));
                return self.tell_flow(call, told, turn);
            }
        }
        self.tell_intent(call, Event::Start { on_hang_up: starts }, turn);
    }

    fn tell_flow_of_callback(&mut self, call: CallId, told: Told, turn: &mut Turn<'_>) {
        let event = match told {
            Told::Started => {
                turn.tell(Some(call), "callback.started", Vec::new());
                FlowEvent::CallbackStarted
            }
            Told::Registered => match self.registered_event(call) {
                Some(event) => event,
                None => return,
            },
            Told::Dismissed => FlowEvent::CallbackDismissed,
            Told::Escalated(name) => FlowEvent::Escalated(Escalation::named(name)),
        };
        self.tell_flow(call, event, turn);
    }

    fn registered_event(&self, call: CallId) -> Option<FlowEvent> {
        let callback = self.calls.get(&call)?.record.callback?;
        let entry = self.callbacks.get(&callback)?.request.row().promise.entry;
        Some(FlowEvent::CallbackRegistered {
            callback,
            position: self.queues.position(entry).unwrap_or(1),
            wait_estimate: self.queues.wait_estimate(entry),
        })
    }

    fn leave_queue(&mut self, call: CallId, entry: EntryId, reason: Leaving, turn: &mut Turn<'_>) {
        let (reason, result) = match reason {
            Leaving::Abandoned => (QueueLeaving::Abandoned, Some(CallResult::Abandoned)),
            Leaving::Exited => (QueueLeaving::Exited, None),
            Leaving::Incomplete if self.incomplete_is_abandon(call) => {
                (QueueLeaving::Abandoned, Some(CallResult::Incomplete))
            }
            Leaving::Incomplete => (QueueLeaving::Incomplete, Some(CallResult::Incomplete)),
        };
        if let Some(result) = result {
            self.note_result(call, result);
        }
        self.tell_queues(QueueEvent::Leave { entry, reason }, turn);
        if let Some(record) = self.calls.get_mut(&call) {
            let since = record.place.as_ref().map(|place| place.since);
            record.record.waited = since.map(|since| turn.now.monotonic.since(since));
        }
        self.forget_place(call);
        if reason == QueueLeaving::Exited {
            self.tell_flow(call, FlowEvent::LeftQueue(QueueOutcome::Left), turn);
        }
    }

    fn incomplete_is_abandon(&self, call: CallId) -> bool {
        let place = self.calls.get(&call).and_then(|call| call.place.as_ref());
        let queue = place.and_then(|place| self.settings.queue(&place.queue));
        queue.is_some_and(|queue| queue.incomplete_counts_as_abandon)
    }

    pub(super) fn note_result(&mut self, call: CallId, result: CallResult) {
        if let Some(record) = self.calls.get_mut(&call) {
            record.note_result(result);
        }
    }

    /// Start named a number for the case that the caller hangs up; the flow is over.
    fn register_on_hang_up(&mut self, call: CallId, turn: &mut Turn<'_>) {
        let wish = self.calls.get_mut(&call).and_then(|record| {
            let (queue, number) = record.on_hang_up.take()?;
            let language = record.runner.as_ref()?.language().clone();
            Some(Registration {
                number: Some(number.to_string()),
                queue,
                ..Registration::plain(language)
            })
        });
        let Some(wish) = wish else {
            return self.tell_intent(call, Event::NotStored, turn);
        };
        match self.row_of(call, &wish, turn) {
            Ok(row) => {
                if let Some(record) = self.calls.get_mut(&call) {
                    record.promised = Some((row.promise.entry, INITIAL_DELAY));
                }
                self.persist_promise(call, row, turn);
            }
            Err(fault) => {
                tracing::info!(%call, fault, "nothing to register at the hang-up");
                self.tell_intent(call, Event::NotStored, turn);
            }
        }
    }
}
