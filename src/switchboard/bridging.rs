//! Joining and parting: the moment two people hear each other, and the moment they stop.

use super::heart::Switchboard;
use super::job::Stage;
use super::kept::Waiter;
use super::turn::Turn;
use crate::base::id::{CallId, CallbackId, JobId, LegId};
use crate::callback;
use crate::callback::intent;
use crate::flow::effect::{Event as FlowEvent, QueueOutcome};
use crate::media::command::Command;
use crate::queue::event::{AfterWork, Event as QueueEvent};
use crate::sip::event::Ending;
use std::time::Duration;

impl Switchboard {
    /// An agent answered for a live caller: the waiting flow is dropped, the two talk.
    pub(super) fn connect_caller(&mut self, job: JobId, call: CallId, turn: &mut Turn<'_>) {
        let Some(agent_leg) = self.begin_talk(job, turn) else { return };
        self.end_transfer(call, turn);
        self.tell_flow(call, FlowEvent::Connected, turn);
        let Some(record) = self.calls.get_mut(&call) else { return };
        record.job = Some(job);
        if let Some(place) = record.place.as_mut() {
            place.held = false;
            record.record.waited = Some(turn.now.monotonic.since(place.since));
        }
        record.note_result(super::store::CallResult::Answered);
        let caller_leg = record.leg;
        let agent = self.jobs.get(&job).map(|job| job.agent.clone()).unwrap_or_default();
        record_agent(self, call, &agent);
        // A message in the making is not wanted any more; the flow deletes what comes of it.
        if let Some(line) = self.line_of(caller_leg) {
            turn.media(line.shard, Command::StopRecord { port: line.port });
        }
        self.bridge(caller_leg, agent_leg, turn);
        let mut facts = vec![("agent", agent)];
        facts.extend(self.remarks_of(call));
        turn.tell(Some(call), "call.connected", facts);
        self.supersede(call, turn);
    }

    /// Who waits for a callback and reached an agent of that queue by calling needs it no more.
    fn supersede(&mut self, call: CallId, turn: &mut Turn<'_>) {
        let Some(record) = self.calls.get(&call).filter(|call| call.party.trusted) else { return };
        let number = record.party.number.clone();
        let queue = record.place.as_ref().map(|place| place.queue.clone());
        let served: Vec<CallbackId> = self
            .callbacks
            .iter()
            .filter(|(_, one)| {
                let promise = &one.request.row().promise;
                Some(&promise.number) == number.as_ref() && Some(&promise.queue) == queue.as_ref()
            })
            .map(|(id, _)| *id)
            .collect();
        for id in served {
            self.tell_callback(id, callback::event::Event::Supersede, turn);
        }
    }

    /// The customer answered, or was there already: customer and agent talk.
    pub(super) fn connect_customer(&mut self, id: CallbackId, turn: &mut Turn<'_>) {
        let Some(record) = self.callbacks.get_mut(&id) else { return };
        let (Some(job), Some(customer)) = (record.job, record.customer) else { return };
        let Some(agent_leg) = self.begin_talk(job, turn) else { return };
        self.bridge(customer, agent_leg, turn);
        let agent = self.jobs.get(&job).map(|job| job.agent.clone()).unwrap_or_default();
        turn.tell(None, "callback.connected", vec![("callback", id.to_string()), ("agent", agent)]);
    }

    pub(super) fn begin_talk(&mut self, job: JobId, turn: &Turn<'_>) -> Option<LegId> {
        let record = self.jobs.get_mut(&job)?;
        record.stage = Stage::Talking { since: turn.now.monotonic };
        record.answered_leg()
    }

    /// Joins the sound of two legs; both are in one shard.
    pub(super) fn bridge(&mut self, one: LegId, other: LegId, turn: &mut Turn<'_>) {
        self.playbacks.forget(one);
        self.playbacks.forget(other);
        let (Some(one), Some(other)) = (self.line_of(one), self.line_of(other)) else { return };
        debug_assert_eq!(one.shard, other.shard, "a bridge never crosses a thread");
        turn.media(one.shard, Command::Bridge { one: one.port, other: other.port });
    }

    pub(super) fn unbridge(&self, leg: LegId, turn: &mut Turn<'_>) {
        if let Some(line) = self.line_of(leg) {
            turn.media(line.shard, Command::Unbridge { port: line.port });
        }
    }

    /// The agent's phone is gone: hung up, or lost.
    pub(super) fn agent_gone(
        &mut self,
        job: JobId,
        leg: LegId,
        ending: Ending,
        turn: &mut Turn<'_>,
    ) {
        let Some(record) = self.jobs.get_mut(&job) else { return };
        if !record.legs.contains(&leg) {
            return;
        }
        record.legs.retain(|other| *other != leg);
        let (stage, entry) = (record.stage, record.entry);
        let waiter = self.waiters.get(&entry).copied();
        match (stage, waiter) {
            (Stage::Talking { since }, Some(Waiter::Caller(call))) => {
                let talked = turn.now.monotonic.since(since);
                self.end_job(job, after_talk(ending), Some(talked), turn);
                self.caller_is_free(call, turn);
            }
            (Stage::Talking { since }, Some(Waiter::Transfer(call))) => {
                let talked = turn.now.monotonic.since(since);
                self.end_job(job, after_talk(ending), Some(talked), turn);
                self.target_gone(call, turn);
            }
            (Stage::Talking { since }, Some(Waiter::Callback(id))) => {
                let talked = turn.now.monotonic.since(since);
                self.agent_left_customer(id, job, talked, ending, turn);
            }
            (Stage::Hearing | Stage::Dialing, Some(Waiter::Callback(id))) => {
                self.agent_left_before_talk(id, job, turn);
            }
            (Stage::Telling, _) => self.end_job(job, AfterWork::Ready, None, turn),
            (Stage::Ringing | Stage::Hearing | Stage::Dialing | Stage::Talking { .. }, _) => {
                self.end_job(job, AfterWork::WrapUp, None, turn);
            }
        }
    }

    /// A job is over: its phones are let go and the queues are told.
    pub(super) fn end_job(
        &mut self,
        job: JobId,
        then: AfterWork,
        talked: Option<Duration>,
        turn: &mut Turn<'_>,
    ) {
        if self.drop_job(job, turn).is_some() {
            self.tell_queues(QueueEvent::WorkEnded { job, then, talked }, turn);
        }
    }

    /// The agent has left a caller who is still there: their flow goes on.
    fn caller_is_free(&mut self, call: CallId, turn: &mut Turn<'_>) {
        let Some(record) = self.calls.get_mut(&call) else { return };
        record.job = None;
        if !record.present {
            return;
        }
        let leg = record.leg;
        self.unbridge(leg, turn);
        self.forget_place(call);
        self.tell_intent(call, intent::Event::LeftQueue, turn);
        self.tell_flow(call, FlowEvent::LeftQueue(QueueOutcome::Answered), turn);
    }

    /// The agent's side of a conversation with a customer has ended. A hang-up ends the call; a
    /// phone that was lost leaves a customer who still wants to be served.
    fn agent_left_customer(
        &mut self,
        id: CallbackId,
        job: JobId,
        talked: Duration,
        ending: Ending,
        turn: &mut Turn<'_>,
    ) {
        let customer = self.callbacks.get(&id).and_then(|record| record.customer);
        match (ending, customer) {
            (Ending::Lost, Some(customer)) => {
                self.unbridge(customer, turn);
                self.end_job(job, AfterWork::NotReady, Some(talked), turn);
                self.recover_customer(id, customer, turn);
            }
            (Ending::ByPeer | Ending::ByUs | Ending::Cancelled | Ending::Lost, _) => {
                self.end_job(job, AfterWork::WrapUp, Some(talked), turn);
                if let Some(customer) = customer {
                    self.hang_up(customer, turn);
                    self.customer_forgotten(id);
                }
                self.tell_callback(id, callback::event::Event::Finished { talked }, turn);
            }
        }
    }

    /// The caller or customer of a talking job has hung up: the agent begins the wrap-up.
    pub(super) fn end_talk(&mut self, job: JobId, turn: &mut Turn<'_>) -> Duration {
        let talked = match self.jobs.get(&job).map(|job| job.stage) {
            Some(Stage::Talking { since }) => turn.now.monotonic.since(since),
            Some(Stage::Ringing | Stage::Hearing | Stage::Dialing | Stage::Telling) | None => {
                Duration::ZERO
            }
        };
        self.end_job(job, AfterWork::WrapUp, Some(talked), turn);
        talked
    }
}

/// What an agent does whose phone is gone: one that was lost would only lose the next caller too.
const fn after_talk(ending: Ending) -> AfterWork {
    match ending {
        Ending::Lost => AfterWork::NotReady,
        Ending::ByPeer | Ending::ByUs | Ending::Cancelled => AfterWork::WrapUp,
    }
}

fn record_agent(switchboard: &mut Switchboard, call: CallId, agent: &str) {
    if let Some(record) = switchboard.calls.get_mut(&call) {
        record.record.agent = Some(agent.to_owned());
    }
}
