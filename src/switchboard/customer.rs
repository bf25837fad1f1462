//! The customer of a callback: when to dial, and what the answers mean for the request.

use super::dialling::{NO_COMMON_SOUND, Outgoing, meaning};
use super::heart::{Alarm, Switchboard};
use super::kept::Parting;
use super::leg::Owner;
use super::turn::Turn;
use crate::base::id::{CallbackId, JobId, LegId};
use crate::base::skill::Skills;
use crate::callback::event::{Event as CallbackEvent, Miss};
use crate::callback::outcome;
use crate::callback::request::AttemptOutcome;
use crate::queue::event::{EntryKind, Event as QueueEvent, Join, Leaving};
use crate::sip::event::{Body, Failure};
use std::time::Duration;

/// An INVITE that was given up may live so long: 64·T1 (RFC 3261 §17.1.1.2), since a CANCEL may
/// be lost or must wait for a provisional answer.
const INVITE_LIVES: Duration = Duration::from_secs(32);
/// A customer who talks to us already is looked at again after this long.
const TALKS_TO_US_DELAY: Duration = Duration::from_secs(60);

impl Switchboard {
    /// The agent is ready for the customer: policy once more, then the attempt is stored.
    pub(super) fn begin_attempt(&mut self, id: CallbackId, turn: &mut Turn<'_>) {
        let Some(record) = self.callbacks.get_mut(&id) else { return };
        record.tried.clear();
        if self.is_on_a_call_with_us(id) {
            let not_before = turn.now.utc + TALKS_TO_US_DELAY;
            return self.tell_callback(id, CallbackEvent::Postpone { not_before }, turn);
        }
        let Some(record) = self.callbacks.get(&id) else { return };
        let promise = &record.request.row().promise;
        if let Err(fault) = self.settings.policy.check_number(&promise.number) {
            tracing::warn!(callback = %id, number = ?promise.number, ?fault, "policy forbids it");
            return self.tell_callback(id, CallbackEvent::Missed(Miss::Forbidden), turn);
        }
        match self.next_trunk_for(id) {
            Some(trunk) => self.tell_callback(id, CallbackEvent::Dial { trunk }, turn),
            None => {
                tracing::error!(callback = %id, "no trunk may carry this callback");
                self.tell_callback(id, CallbackEvent::Missed(Miss::TrunkTrouble), turn);
            }
        }
    }

    /// The attempt is durable: dial.
    pub(super) fn dial_customer(
        &mut self,
        id: CallbackId,
        attempt: u32,
        trunk: &str,
        turn: &mut Turn<'_>,
    ) {
        // Tried is tried: a trunk that cannot even be dialled is not the next one again.
        if let Some(record) = self.callbacks.get_mut(&id) {
            record.tried.push(trunk.to_owned());
        }
        let Some(leg) = self.place_customer_call(id, trunk, turn) else {
            return self.missed(id, outcome::Failure::Unreachable { rang: false }, turn);
        };
        let Some(record) = self.callbacks.get_mut(&id) else { return };
        record.customer = Some(leg);
        record.parting = None;
        let promise = &record.request.row().promise;
        let until = turn.now.monotonic + promise.rules.ring;
        let facts = vec![
            ("callback", id.to_string()),
            ("attempt", attempt.to_string()),
            ("number", format!("{:?}", promise.number)),
            ("trunk", trunk.to_owned()),
        ];
        self.timers.set(Alarm::CustomerRing(id), until, "customer's ring time");
        turn.tell(None, "callback.attempted", facts);
    }

    fn place_customer_call(
        &mut self,
        id: CallbackId,
        trunk: &str,
        turn: &mut Turn<'_>,
    ) -> Option<LegId> {
        let agent_leg = self.agent_leg_of(id)?;
        let shard = self.line_of(agent_leg)?.shard;
        let promise = &self.callbacks.get(&id)?.request.row().promise;
        let queue = self.settings.queue(&promise.queue);
        let ani = promise.ani.clone().or_else(|| queue.and_then(|queue| queue.ani.clone()));
        let number = promise.number.clone();
        let trunk = trunk.to_owned();
        self.call_out(&Outgoing { owner: Owner::Customer(id), number, ani, trunk, shard }, turn)
    }

    /// The first trunk in the queue's order that may carry it; one that gave trouble the last time
    /// comes after the others.
    fn next_trunk_for(&self, id: CallbackId) -> Option<String> {
        let record = self.callbacks.get(&id)?;
        let row = record.request.row();
        let trouble = Some(AttemptOutcome::TrunkTrouble);
        let last = row.attempts.last().filter(|last| last.outcome == trouble);
        let candidates = self.settings.trunks_for(&row.promise.queue, row.promise.ani.as_ref());
        self.next_trunk(candidates, &record.tried, last.map(|last| last.trunk.as_str()))
    }

    /// The customer's phone rings, or early media comes.
    pub(super) fn customer_progress(
        &mut self,
        id: CallbackId,
        leg: LegId,
        body: Option<&Body>,
        turn: &mut Turn<'_>,
    ) {
        let first = self.legs.begins_to_ring(leg);
        if first {
            turn.tell(None, "callback.ringing", vec![("callback", id.to_string())]);
            self.tell_callback(id, CallbackEvent::Ringing, turn);
        }
        if let Some(agent_leg) = self.agent_leg_of(id) {
            self.lets_hear(leg, agent_leg, body, first, turn);
        }
    }

    /// The customer answered.
    pub(super) fn customer_answered(
        &mut self,
        id: CallbackId,
        leg: LegId,
        body: Option<&Body>,
        turn: &mut Turn<'_>,
    ) {
        self.timers.stop(Alarm::CustomerRing(id));
        let settled = body.is_some_and(|body| self.settle(leg, body, turn).is_ok());
        if !settled {
            self.hang_up(leg, turn);
            self.customer_forgotten(id);
            return self.missed(id, NO_COMMON_SOUND, turn);
        }
        self.tell_callback(id, CallbackEvent::Answered, turn);
        self.connect_customer(id, turn);
    }

    /// Our call to the customer came to nothing.
    pub(super) fn customer_failed(
        &mut self,
        id: CallbackId,
        failure: &Failure,
        turn: &mut Turn<'_>,
    ) {
        self.timers.stop(Alarm::CustomerRing(id));
        let parting = self.callbacks.get_mut(&id).and_then(|record| record.parting.take());
        self.customer_forgotten(id);
        self.missed(id, meaning(failure, parting), turn);
    }

    /// The ring time is over: CANCEL; the rest follows from its answer.
    pub(super) fn customer_ring_over(&mut self, id: CallbackId, turn: &mut Turn<'_>) {
        let Some(record) = self.callbacks.get_mut(&id) else { return };
        let Some(leg) = record.customer else { return };
        let rang = self.legs.has_rung(leg);
        record.parting = Some(Parting::RingTime { rang });
        self.cancel(leg, turn);
    }

    /// The agent is gone before the customer answered: CANCEL, and no attempt is charged.
    pub(super) fn agent_left_before_talk(
        &mut self,
        id: CallbackId,
        job: JobId,
        turn: &mut Turn<'_>,
    ) {
        let mut rang = false;
        if let Some(record) = self.callbacks.get_mut(&id)
            && let Some(leg) = record.customer
        {
            rang = self.legs.has_rung(leg);
            record.rests_until = Some(turn.now.monotonic + INVITE_LIVES);
            self.timers.stop(Alarm::CustomerRing(id));
            self.hang_up(leg, turn);
            self.customer_forgotten(id);
        }
        self.end_job(job, crate::queue::event::AfterWork::NotReady, None, turn);
        self.tell_callback(id, CallbackEvent::AgentLost { rang }, turn);
    }

    /// The attempt, or this trunk's part of it, has failed.
    fn missed(&mut self, id: CallbackId, failure: outcome::Failure, turn: &mut Turn<'_>) {
        let miss = outcome::miss(failure);
        turn.tell(
            None,
            "callback.missed",
            vec![("callback", id.to_string()), ("why", format!("{miss:?}"))],
        );
        if outcome::may_try_next_trunk(failure)
            && let Some(trunk) = self.next_trunk_for(id)
        {
            return self.tell_callback(id, CallbackEvent::NextTrunk { trunk }, turn);
        }
        self.tell_callback(id, CallbackEvent::Missed(miss), turn);
    }

    /// The customer is on the line and has no agent: first in the queue, with music.
    pub(super) fn recover_customer(
        &mut self,
        id: CallbackId,
        customer: LegId,
        turn: &mut Turn<'_>,
    ) {
        let Some(record) = self.callbacks.get(&id) else { return };
        let promise = record.request.row().promise.clone();
        self.tell_callback(id, CallbackEvent::AgentLost { rang: true }, turn);
        self.tell_queues(
            QueueEvent::Leave { entry: promise.entry, reason: Leaving::CallbackEnded },
            turn,
        );
        let join = Join {
            entry: promise.entry,
            queue: promise.queue.clone(),
            priority: promise.priority,
            skills: Skills::none(),
            enqueued_at: promise.enqueued_at,
            kind: EntryKind::Live,
            timeout: None,
            recovered: true,
            inherited: false,
        };
        self.tell_queues(QueueEvent::Join(join), turn);
        let music = self.settings.music_of(&promise.queue).to_owned();
        self.play_music(customer, &music, turn);
        turn.tell(None, "callback.requeued", vec![("callback", id.to_string())]);
    }

    /// The customer hung up.
    pub(super) fn customer_gone(&mut self, id: CallbackId, turn: &mut Turn<'_>) {
        self.customer_forgotten(id);
        let job = self.callbacks.get(&id).and_then(|record| record.job);
        let talking = job
            .and_then(|job| self.jobs.get(&job))
            .is_some_and(|job| matches!(job.stage, super::job::Stage::Talking { .. }));
        match job {
            Some(job) if talking => {
                let talked = self.end_talk(job, turn);
                self.tell_callback(id, CallbackEvent::Finished { talked }, turn);
            }
            // They left while waiting for another agent.
            Some(_) | None => {
                self.tell_callback(id, CallbackEvent::Abandoned, turn);
                // Nobody may be rung for a customer who is gone, however long the store takes.
                let entry = self.callbacks.get(&id).map(|one| one.request.row().promise.entry);
                if let Some(entry) = entry {
                    let reason = Leaving::CallbackEnded;
                    self.tell_queues(QueueEvent::Leave { entry, reason }, turn);
                }
            }
        }
    }

    pub(super) fn customer_forgotten(&mut self, id: CallbackId) {
        if let Some(record) = self.callbacks.get_mut(&id) {
            record.customer = None;
        }
    }

    fn agent_leg_of(&self, id: CallbackId) -> Option<LegId> {
        let job = self.callbacks.get(&id)?.job?;
        self.jobs.get(&job)?.answered_leg()
    }
}
