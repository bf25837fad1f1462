//! Carries out what the queues decide.

use super::heart::Switchboard;
use super::kept::Waiter;
use super::offering::Offer;
use super::turn::Turn;
use crate::base::id::{CallId, EntryId, JobId, LegId};
use crate::callback;
use crate::callback::intent;
use crate::flow::effect::{Event as FlowEvent, QueueOutcome};
use crate::queue::event::{Effect, Event as QueueEvent, Leaving};
use crate::sip::event::Body;
use std::time::Duration;

impl Switchboard {
    /// Carries one effect of the queues.
    pub(super) fn on_queue(&mut self, effect: Effect, turn: &mut Turn<'_>) {
        match effect {
            Effect::Joined { entry } => self.joined(entry, turn),
            Effect::Refused { entry, refusal } => {
                match self.waiters.get(&entry).copied() {
                    Some(Waiter::Caller(call)) => self.join_refused(call, refusal, turn),
                    // Its queue is gone from the configuration: somebody must hear of it.
                    Some(Waiter::Callback(id)) => {
                        tracing::error!(callback = %id, ?refusal, "a promise without queue");
                        let reason = format!("its queue is gone: {refusal:?}");
                        self.tell_callback(id, callback::event::Event::Cancel { reason }, turn);
                    }
                    Some(Waiter::Transfer(_)) | None => {}
                }
            }
            Effect::Moved { entry } => self.moved(entry, turn),
            Effect::NotMoved { entry, refusal } => {
                if let Some(call) = self.caller_at(entry) {
                    self.not_moved(call, refusal, turn);
                }
            }
            Effect::NotReserved { entry, state } => self.agent_not_free(entry, state, turn),
            Effect::Suspended { entry } if self.suspends_for_transfer(entry, turn) => {}
            Effect::Suspended { entry } => {
                self.intent_at(entry, intent::Event::Suspended, turn);
            }
            Effect::TooLate { entry } => self.intent_at(entry, intent::Event::TooLate, turn),
            Effect::Resumed { entry } => {
                turn.tell(self.caller_at(entry), "queue.resumed", self.place_facts(entry));
            }
            Effect::Offer { job, entry, agent, queue, ring } => {
                self.offer(Offer { job, entry, agent, queue, ring }, turn);
            }
            Effect::Withdraw { job } => self.withdraw(job, turn),
            Effect::TimedOut { entry } => self.timed_out(entry, turn),
            Effect::Left { entry, reason, waited } => self.left(entry, reason, waited, turn),
            Effect::AgentChanged { agent, state } => turn.tell(
                None,
                "agent.state_changed",
                vec![("agent", agent), ("state", format!("{state:?}"))],
            ),
        }
    }

    fn joined(&mut self, entry: EntryId, turn: &mut Turn<'_>) {
        let facts = self.place_facts(entry);
        turn.tell(self.caller_at(entry), "queue.joined", facts);
        if let Some(Waiter::Caller(call)) = self.waiters.get(&entry).copied() {
            self.tell_intent(call, intent::Event::Joined { entry }, turn);
            self.tell_flow(call, FlowEvent::Joined, turn);
        }
    }

    fn suspends_for_transfer(&mut self, entry: EntryId, turn: &mut Turn<'_>) -> bool {
        self.caller_at(entry).is_some_and(|call| self.suspended_for_transfer(call, turn))
    }

    fn intent_at(&mut self, entry: EntryId, event: intent::Event, turn: &mut Turn<'_>) {
        if let Some(call) = self.caller_at(entry) {
            self.tell_intent(call, event, turn);
        }
    }

    pub(super) fn caller_at(&self, entry: EntryId) -> Option<CallId> {
        self.waiters.get(&entry).and_then(|waiter| self.call_of(*waiter))
    }

    pub(super) fn place_facts(&self, entry: EntryId) -> Vec<(&'static str, String)> {
        let queue = self.queues.queue_of(entry).unwrap_or_default().to_owned();
        let position = self.queues.position(entry);
        let position = position.map_or_else(|| "?".to_owned(), |place| place.to_string());
        vec![("queue", queue), ("position", position)]
    }

    fn timed_out(&mut self, entry: EntryId, turn: &mut Turn<'_>) {
        let Some(call) = self.caller_at(entry) else { return };
        if let Some(record) = self.calls.get_mut(&call) {
            let since = record.place.as_ref().map(|place| place.since);
            record.record.waited = since.map(|since| turn.now.monotonic.since(since));
        }
        self.forget_place(call);
        self.tell_intent(call, intent::Event::LeftQueue, turn);
        turn.tell(Some(call), "queue.timed_out", Vec::new());
        self.tell_flow(call, FlowEvent::LeftQueue(QueueOutcome::TimedOut), turn);
    }

    fn left(&self, entry: EntryId, reason: Leaving, waited: Duration, turn: &mut Turn<'_>) {
        let facts = vec![
            ("why", format!("{reason:?}")),
            ("waited", format!("{:.1}s", waited.as_secs_f64())),
        ];
        turn.tell(self.caller_at(entry), "queue.left", facts);
    }

    /// One of an agent's phones answered.
    pub(super) fn phone_answered(
        &mut self,
        job: JobId,
        leg: LegId,
        body: Option<&Body>,
        turn: &mut Turn<'_>,
    ) {
        let still_wanted = self.queues.accepts(job)
            && self.jobs.get(&job).is_some_and(|job| job.stage == super::job::Stage::Ringing);
        let fits = still_wanted && body.is_some_and(|body| self.settle(leg, body, turn).is_ok());
        if !fits {
            self.hang_up(leg, turn);
            let failure = crate::sip::event::Failure::Unreachable { rang: true };
            return self.phone_failed(job, leg, &failure, turn);
        }
        self.keep_one_phone(job, leg, turn);
        self.tell_queues(QueueEvent::Accepted { job }, turn);
        let Some(record) = self.jobs.get(&job) else { return };
        turn.tell(None, "agent.accepted", vec![("agent", record.agent.clone())]);
        match self.waiters.get(&record.entry).copied() {
            Some(Waiter::Caller(call)) => {
                self.tell_intent(call, intent::Event::Connected, turn);
                self.connect_caller(job, call, turn);
            }
            Some(Waiter::Transfer(call)) => self.agent_takes_transfer(job, call, turn),
            Some(Waiter::Callback(id)) if self.customer_waits(id) => {
                self.tell_callback(id, callback::event::Event::AgentAccepted, turn);
                self.connect_customer(id, turn);
            }
            Some(Waiter::Callback(id)) => self.begin_material(job, id, turn),
            None => self.end_job(job, crate::queue::event::AfterWork::Ready, None, turn),
        }
    }

    fn customer_waits(&self, id: crate::base::id::CallbackId) -> bool {
        self.callbacks.get(&id).is_some_and(|callback| callback.customer.is_some())
    }

    /// The other phones of the agent stop ringing.
    fn keep_one_phone(&mut self, job: JobId, leg: LegId, turn: &mut Turn<'_>) {
        self.timers.stop(super::heart::Alarm::AgentRing(job));
        let Some(record) = self.jobs.get_mut(&job) else { return };
        let others: Vec<LegId> = std::mem::replace(&mut record.legs, vec![leg])
            .into_iter()
            .filter(|l| *l != leg)
            .collect();
        for other in others {
            self.hang_up(other, turn);
        }
    }
}
