//! Offers: ringing an agent's phones for one entry, and what becomes of that.

use super::address::address;
use super::heart::{Alarm, Switchboard};
use super::job::{Job, Stage};
use super::kept::Waiter;
use super::leg::{Leg, Owner};
use super::turn::Turn;
use crate::base::id::{CallbackId, EntryId, JobId, LegId};
use crate::callback;
use crate::queue::event::{Blame, Event as QueueEvent};
use crate::sip::event::{Body, Command, Failure, Invite};
use crate::sip::registrar::Binding;
use std::time::Duration;

/// A callback whose number is on a call with us is looked at again after this long.
const NUMBER_BUSY_DELAY: Duration = Duration::from_secs(15);

/// A callback whose life has not settled is looked at again after this long, unless it says
/// before that it waits.
const NOT_FIT_DELAY: Duration = Duration::from_secs(5);

/// One offer as the queues make it.
#[derive(Debug)]
pub struct Offer {
    /// The new job.
    pub job: JobId,
    /// The entry.
    pub entry: EntryId,
    /// The agent.
    pub agent: String,
    /// The queue.
    pub queue: String,
    /// How long the phones ring.
    pub ring: Duration,
}

impl Switchboard {
    /// The queues want an agent rung.
    pub(super) fn offer(&mut self, offer: Offer, turn: &mut Turn<'_>) {
        let Offer { job, entry, agent, queue, ring } = offer;
        let Some(waiter) = self.waiters.get(&entry).copied() else {
            debug_assert!(false, "an offer for an entry that nobody holds");
            return self.tell_queues(QueueEvent::OfferFailed { job, blame: Blame::None }, turn);
        };
        if let Waiter::Callback(callback) = waiter {
            if let Some(pause) = self.pause_before(callback, turn) {
                let not_before = turn.now.utc + pause;
                self.tell_queues(QueueEvent::OfferFailed { job, blame: Blame::None }, turn);
                return self.tell_queues(QueueEvent::Requeue { entry, not_before }, turn);
            }
            if let Some(callback) = self.callbacks.get_mut(&callback) {
                callback.job = Some(job);
            }
        }
        let call = self.call_of(waiter);
        let mut facts = vec![("agent", agent.clone()), ("queue", queue.clone())];
        facts.extend(call.map(|call| self.remarks_of(call)).unwrap_or_default());
        turn.tell(call, "agent.offered", facts);
        let blame = Some(Blame::Unreachable);
        let record = Job {
            id: job,
            entry,
            agent: agent.clone(),
            queue,
            legs: Vec::new(),
            stage: Stage::Ringing,
            hearings: 0,
            refusal: blame,
        };
        self.jobs.insert(job, record);
        if let Waiter::Callback(id) = waiter {
            self.tell_callback(id, callback::event::Event::Offered { job, agent }, turn);
        }
        self.ring_phones(job, waiter, turn);
        if self.jobs.get(&job).is_some_and(|job| job.legs.is_empty()) {
            let agent = self.jobs.get(&job).map(|job| job.agent.clone()).unwrap_or_default();
            let phones = self.user_agent.bindings(&agent, turn.now);
            // Our own want of ports is no fault of the agent.
            let blame = if phones.is_empty() { Blame::Unreachable } else { Blame::None };
            return self.offer_failed(job, blame, turn);
        }
        self.timers.set(Alarm::AgentRing(job), turn.now.monotonic + ring, "agent's ring time");
    }

    /// How long a callback may not be offered yet, if so. A customer on the line always may.
    fn pause_before(&self, callback: CallbackId, turn: &Turn<'_>) -> Option<Duration> {
        let record = self.callbacks.get(&callback)?;
        let now = turn.now.monotonic;
        let rest = record.rests_until.map(|until| until.since(now)).filter(|rest| !rest.is_zero());
        if record.customer.is_some() {
            None
        } else if self.draining || !record.request.may_be_offered(turn.now) {
            // The store is still asked, or nobody shall be called any more.
            Some(NOT_FIT_DELAY)
        } else if self.is_on_a_call_with_us(callback) {
            Some(NUMBER_BUSY_DELAY)
        } else {
            rest
        }
    }

    /// The queues take an offer back: the caller left, or started a callback.
    pub(super) fn withdraw(&mut self, job: JobId, turn: &mut Turn<'_>) {
        let Some(job) = self.drop_job(job, turn) else { return };
        turn.tell(None, "agent.offer_withdrawn", vec![("agent", job.agent)]);
        // The agent may have signed out while ringing: the callback waits for another.
        self.offer_is_over(job.entry, Blame::NoAnswer, turn);
    }

    /// The ring time is over.
    pub(super) fn agent_ring_over(&mut self, job: JobId, turn: &mut Turn<'_>) {
        if self.jobs.get(&job).is_some_and(|job| job.stage == Stage::Ringing) {
            self.offer_failed(job, Blame::NoAnswer, turn);
        }
    }

    /// One phone of the agent will not answer; the offer fails with the last of them.
    pub(super) fn phone_failed(
        &mut self,
        job: JobId,
        leg: LegId,
        failure: &Failure,
        turn: &mut Turn<'_>,
    ) {
        let Some(record) = self.jobs.get_mut(&job) else { return };
        record.legs.retain(|other| *other != leg);
        let blame = blame_of(failure);
        // A phone that could not be reached says less than one whose user pressed a button.
        record.refusal = record.refusal.map_or(Some(blame), |old| Some(weightier(old, blame)));
        if record.legs.is_empty() && record.stage == Stage::Ringing {
            let blame = record.refusal.unwrap_or(blame);
            self.offer_failed(job, blame, turn);
        }
    }

    /// Nothing comes of the offer; the entry keeps its place.
    fn offer_failed(&mut self, job: JobId, blame: Blame, turn: &mut Turn<'_>) {
        let Some(record) = self.drop_job(job, turn) else { return };
        turn.tell(
            None,
            "agent.offer_failed",
            vec![("agent", record.agent), ("why", format!("{blame:?}"))],
        );
        self.tell_queues(QueueEvent::OfferFailed { job, blame }, turn);
        self.offer_is_over(record.entry, blame, turn);
    }

    /// Tells those whose agent is not there whether to wait for another.
    fn offer_is_over(&mut self, entry: EntryId, blame: Blame, turn: &mut Turn<'_>) {
        match self.waiters.get(&entry).copied() {
            Some(Waiter::Callback(id)) => {
                self.tell_callback(id, callback::event::Event::OfferFailed, turn);
            }
            Some(Waiter::Transfer(call)) => self.agent_not_reached(call, blame, turn),
            Some(Waiter::Caller(_)) | None => {}
        }
    }

    /// Ends a job with all its phones, without telling anybody.
    pub(super) fn drop_job(&mut self, job: JobId, turn: &mut Turn<'_>) -> Option<Job> {
        let record = self.jobs.remove(&job)?;
        self.timers.stop(Alarm::AgentRing(job));
        for leg in &record.legs {
            self.hang_up(*leg, turn);
        }
        if let Some(Waiter::Callback(id)) = self.waiters.get(&record.entry)
            && let Some(callback) = self.callbacks.get_mut(id)
        {
            callback.job = callback.job.filter(|own| *own != record.id);
        }
        Some(record)
    }

    fn ring_phones(&mut self, job: JobId, waiter: Waiter, turn: &mut Turn<'_>) {
        let Some(agent) = self.jobs.get(&job).map(|job| job.agent.clone()) else { return };
        let shard = self.leg_of(waiter).and_then(|leg| self.line_of(leg)).map(|line| line.shard);
        let shard = shard.unwrap_or_else(|| self.legs.roomiest_shard());
        for binding in self.user_agent.bindings(&agent, turn.now) {
            let Some(leg) = self.ring_phone(job, &binding, shard, turn) else { continue };
            if let Some(job) = self.jobs.get_mut(&job) {
                job.legs.push(leg);
            }
        }
    }

    fn ring_phone(
        &mut self,
        job: JobId,
        binding: &Binding,
        shard: usize,
        turn: &mut Turn<'_>,
    ) -> Option<LegId> {
        let remote = binding.path.remote.ip();
        let session = self.user_agent.mint_session();
        let leg = self.add_leg(Owner::Agent(job), session, remote);
        let invite = self.open_line(leg, shard, turn).and_then(|_| {
            let body = self.describe_offer(leg)?;
            self.invitation(job, binding, leg, body)
        });
        let Some(invite) = invite else {
            self.drop_leg(leg, turn);
            return None;
        };
        self.command_sip(Command::Invite(Box::new(invite)), turn);
        Some(leg)
    }

    /// The INVITE to an agent's phone shows who waits, with the queue as display prefix.
    fn invitation(&self, job: JobId, binding: &Binding, leg: LegId, body: Body) -> Option<Invite> {
        let record = self.jobs.get(&job)?;
        let waiter = self.waiters.get(&record.entry)?;
        let leg: &Leg = self.legs.find(leg)?;
        let host = leg.description.address.to_string();
        let port = Some(self.settings.site.sip_port);
        let shown = self.number_shown(*waiter);
        let label = match waiter {
            Waiter::Caller(_) => format!("{}: {shown}", record.queue),
            Waiter::Callback(_) => format!("{} callback: {shown}", record.queue),
            Waiter::Transfer(_) => format!("transfer: {shown}"),
        };
        let from = address(Some(&shown), &host, port).with_display(&label);
        let to = address(Some(&record.agent), &self.settings.site.realm, None);
        let asserted = address(Some(&shown), &host, None).with_display(&label);
        Some(Invite {
            session: leg.session,
            uri: binding.contact.clone(),
            from,
            to,
            path: binding.path,
            trunk: None,
            headers: vec![("P-Asserted-Identity".to_owned(), asserted.to_string())],
            body,
        })
    }

    fn number_shown(&self, waiter: Waiter) -> String {
        match waiter {
            Waiter::Caller(call) | Waiter::Transfer(call) => self.calls.get(&call).map(|call| {
                let party = &call.party;
                party.number.as_ref().map_or_else(|| party.user.clone(), ToString::to_string)
            }),
            Waiter::Callback(callback) => self
                .callbacks
                .get(&callback)
                .map(|callback| callback.request.row().promise.number.to_string()),
        }
        .unwrap_or_else(|| "anonymous".to_owned())
    }
}

/// What a failed call to a phone says of its agent.
fn blame_of(failure: &Failure) -> Blame {
    match failure {
        Failure::Refused { status: 486 | 600, .. } => Blame::Busy,
        Failure::Refused { status: 408 | 480 | 487, .. } => Blame::NoAnswer,
        Failure::Refused { status: 603 | 403 | 607, .. } => Blame::Rejected,
        Failure::Refused { .. } | Failure::Unreachable { .. } => Blame::Unreachable,
        Failure::Cancelled => Blame::None,
    }
}

/// Of two phones' answers the one that says more about the person.
const fn weightier(old: Blame, new: Blame) -> Blame {
    match (old, new) {
        (Blame::Rejected, _) | (_, Blame::Rejected) => Blame::Rejected,
        (Blame::Busy, _) | (_, Blame::Busy) => Blame::Busy,
        (Blame::NoAnswer, _) | (_, Blame::NoAnswer) => Blame::NoAnswer,
        (Blame::Unreachable | Blame::None, Blame::Unreachable | Blame::None) => Blame::Unreachable,
    }
}
