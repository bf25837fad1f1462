//! `transfer`: the caller is passed on to a number outside or to one agent.

use super::dialling::{NO_COMMON_SOUND, Outgoing, meaning};
use super::heart::{Alarm, Switchboard};
use super::kept::{Parting, Waiter};
use super::leg::Owner;
use super::store::CallResult;
use super::transfer::{Stage, Target, Transfer};
use super::turn::Turn;
use crate::base::id::{CallId, EntryId, JobId, LegId};
use crate::base::number::PhoneNumber;
use crate::callback::event::Miss;
use crate::callback::intent;
use crate::callback::outcome;
use crate::flow::effect::{self, Destination, Escalation, Event as FlowEvent, TransferOutcome};
use crate::media::command::Command as MediaCommand;
use crate::queue::agent::AgentState;
use crate::queue::event::{Blame, Event as QueueEvent};
use crate::sip::event::{Body, Failure};
use std::time::Duration;

impl Switchboard {
    /// The flow passes the caller on.
    pub(super) fn begin_transfer(
        &mut self,
        call: CallId,
        wish: effect::Transfer,
        turn: &mut Turn<'_>,
    ) {
        let target = match self.target_of(call, wish.to) {
            Ok(target) => target,
            Err(fault) => return self.transfer_refused(call, fault, turn),
        };
        let Some(record) = self.calls.get_mut(&call).filter(|call| call.present) else { return };
        let (ring, music) = (wish.ring, wish.music);
        record.transfer = Some(Box::new(Transfer { target, ring, music, stage: Stage::Holding }));
        match record.entry() {
            Some(entry) => self.tell_queues(QueueEvent::Suspend { entry }, turn),
            None => self.reach_target(call, turn),
        }
    }

    fn target_of(&mut self, call: CallId, to: Destination) -> Result<Target, &'static str> {
        let (number, ani, only) = match to {
            Destination::Agent(name) => {
                return Ok(Target::Agent { name, entry: self.ids.mint() });
            }
            Destination::Number { number, ani, trunk } => (number, ani, trunk),
        };
        let record = self.calls.get(&call).ok_or("transfer-failed")?;
        let trunk = self.settings.trunk(&record.party.came_by);
        let country = trunk.map(|trunk| trunk.country).or_else(|| self.settings.home_country());
        let country = country.ok_or("transfer-invalid-number")?;
        let verified = self.settings.policy.judge(&number, country).map_err(|fault| {
            tracing::warn!(%call, fault = fault.name(), "the policy forbids a transfer");
            match fault.escalation() {
                "callback-invalid-number" => "transfer-invalid-number",
                _ => "transfer-blocked-number",
            }
        })?;
        let ani = match ani {
            Some(text) => Some(PhoneNumber::from_e164(&text).ok_or("transfer-ani-not-allowed")?),
            None => None,
        };
        if !self.settings.trunks_out(ani.as_ref()).any(|trunk| may_carry(&trunk.name, &only)) {
            return Err("transfer-ani-not-allowed");
        }
        let number = verified.number;
        Ok(Target::Number { number, ani, only, tried: Vec::new(), leg: None, parting: None })
    }

    /// The queues have answered to [`Self::begin_transfer`]; tells whether it was about that.
    pub(super) fn suspended_for_transfer(&mut self, call: CallId, turn: &mut Turn<'_>) -> bool {
        let holds = self.transfer_stage(call) == Some(Stage::Holding);
        if holds {
            self.reach_target(call, turn);
        }
        holds
    }

    fn transfer_stage(&self, call: CallId) -> Option<Stage> {
        Some(self.calls.get(&call)?.transfer.as_ref()?.stage)
    }

    fn transfer_of(&mut self, call: CallId) -> Option<&mut Transfer> {
        self.calls.get_mut(&call)?.transfer.as_deref_mut()
    }

    fn reach_target(&mut self, call: CallId, turn: &mut Turn<'_>) {
        let Some(transfer) = self.transfer_of(call) else { return };
        transfer.stage = Stage::Ringing;
        let (ring, music) = (transfer.ring, transfer.music.clone());
        let agent = match &transfer.target {
            Target::Agent { name, entry } => Some((name.clone(), *entry)),
            Target::Number { .. } => None,
        };
        if let Some((leg, music)) = self.calls.get(&call).map(|call| call.leg).zip(music) {
            self.play_music(leg, &music, turn);
        }
        let Some((agent, entry)) = agent else { return self.dial_target(call, turn) };
        turn.tell(Some(call), "transfer.begun", vec![("agent", agent.clone())]);
        self.waiters.insert(entry, Waiter::Transfer(call));
        self.tell_queues(QueueEvent::Reserve { agent, entry, ring }, turn);
    }

    /// Calls the number through the next trunk that may carry it.
    fn dial_target(&mut self, call: CallId, turn: &mut Turn<'_>) {
        let Some((outgoing, ring)) = self.next_try(call) else {
            tracing::error!(%call, "no trunk may carry this transfer");
            return self.transfer_refused(call, "transfer-failed", turn);
        };
        let facts =
            vec![("number", format!("{:?}", outgoing.number)), ("trunk", outgoing.trunk.clone())];
        turn.tell(Some(call), "transfer.begun", facts);
        let placed = self.call_out(&outgoing, turn);
        if let Some(Target::Number { tried, leg, parting, .. }) =
            self.transfer_of(call).map(|transfer| &mut transfer.target)
        {
            tried.push(outgoing.trunk);
            *leg = placed;
            *parting = None;
        }
        if placed.is_none() {
            return self.dial_target(call, turn);
        }
        let until = turn.now.monotonic + ring;
        self.timers.set(Alarm::TransferRing(call), until, "a transfer's ring time");
    }

    fn next_try(&self, call: CallId) -> Option<(Outgoing, Duration)> {
        let record = self.calls.get(&call)?;
        let transfer = record.transfer.as_ref()?;
        let Target::Number { number, ani, only, tried, .. } = &transfer.target else { return None };
        let shard = self.line_of(record.leg)?.shard;
        let trunks = self.settings.trunks_out(ani.as_ref());
        let trunks = trunks.filter(|trunk| may_carry(&trunk.name, only)).collect();
        let trunk = self.next_trunk(trunks, tried, None)?;
        let (owner, number, ani) = (Owner::Target(call), number.clone(), ani.clone());
        Some((Outgoing { owner, number, ani, trunk, shard }, transfer.ring))
    }

    /// The phone of the number rings, or its network plays something.
    pub(super) fn target_rings(
        &mut self,
        call: CallId,
        leg: LegId,
        body: Option<&Body>,
        turn: &mut Turn<'_>,
    ) {
        let first = self.legs.begins_to_ring(leg);
        if first {
            turn.tell(Some(call), "transfer.ringing", Vec::new());
        }
        let Some(record) = self.calls.get(&call) else { return };
        let near = record.leg;
        if record.transfer.as_ref().is_some_and(|transfer| transfer.music.is_none()) {
            self.lets_hear(leg, near, body, first, turn);
        }
    }

    /// The same for an agent's phone.
    pub(super) fn agent_rings_for_transfer(&mut self, entry: EntryId, turn: &mut Turn<'_>) {
        let Some(Waiter::Transfer(call)) = self.waiters.get(&entry).copied() else { return };
        let Some(record) = self.calls.get(&call) else { return };
        let near = record.leg;
        if record.transfer.as_ref().is_some_and(|transfer| transfer.music.is_none()) {
            self.play_ringing(near, turn);
        }
    }

    /// The number answered.
    pub(super) fn target_answered(
        &mut self,
        call: CallId,
        leg: LegId,
        body: Option<&Body>,
        turn: &mut Turn<'_>,
    ) {
        self.timers.stop(Alarm::TransferRing(call));
        let settled = body.is_some_and(|body| self.settle(leg, body, turn).is_ok());
        if !settled || self.transfer_stage(call) != Some(Stage::Ringing) {
            self.hang_up(leg, turn);
            return self.target_missed(call, NO_COMMON_SOUND, turn);
        }
        self.join_transfer(call, leg, turn);
    }

    /// The agent answered.
    pub(super) fn agent_takes_transfer(&mut self, job: JobId, call: CallId, turn: &mut Turn<'_>) {
        let Some(leg) = self.begin_talk(job, turn) else { return };
        let agent = self.jobs.get(&job).map(|job| job.agent.clone());
        if let Some(record) = self.calls.get_mut(&call) {
            record.job = Some(job);
            record.record.agent = agent;
            record.note_result(CallResult::Answered);
        }
        self.join_transfer(call, leg, turn);
    }

    fn join_transfer(&mut self, call: CallId, far: LegId, turn: &mut Turn<'_>) {
        let Some(transfer) = self.transfer_of(call) else { return };
        transfer.stage = Stage::Talking;
        let Some(record) = self.calls.get(&call) else { return };
        let (near, waited) = (record.leg, record.entry().is_some());
        let whom = record.transfer.as_ref().map(|transfer| match &transfer.target {
            Target::Agent { name, .. } => ("agent", name.clone()),
            Target::Number { number, .. } => ("number", format!("{number:?}")),
        });
        self.stop_playing(near, turn);
        self.bridge(near, far, turn);
        turn.tell(Some(call), "transfer.connected", whom.into_iter().collect());
        // Told before the place is given up: its end is no news to the flow then.
        self.tell_flow(call, FlowEvent::TransferAnswered, turn);
        if waited {
            self.tell_intent(call, intent::Event::ExitQueue, turn);
        }
    }

    /// Our call to the number came to nothing.
    pub(super) fn target_failed(&mut self, call: CallId, failure: &Failure, turn: &mut Turn<'_>) {
        self.timers.stop(Alarm::TransferRing(call));
        let parting = match self.transfer_of(call).map(|transfer| &mut transfer.target) {
            Some(Target::Number { parting, .. }) => parting.take(),
            Some(Target::Agent { .. }) | None => None,
        };
        self.target_missed(call, meaning(failure, parting), turn);
    }

    fn target_missed(&mut self, call: CallId, failure: outcome::Failure, turn: &mut Turn<'_>) {
        if self.transfer_stage(call) != Some(Stage::Ringing) {
            return;
        }
        if outcome::may_try_next_trunk(failure) && self.next_try(call).is_some() {
            return self.dial_target(call, turn);
        }
        let miss = outcome::miss(failure);
        turn.tell(Some(call), "transfer.missed", vec![("why", format!("{miss:?}"))]);
        match miss {
            Miss::NoAnswer => self.transfer_missed(call, TransferOutcome::NoAnswer, turn),
            Miss::Busy | Miss::Declined => self.transfer_missed(call, TransferOutcome::Busy, turn),
            Miss::Unwanted | Miss::NoSuchNumber | Miss::TrunkTrouble | Miss::Forbidden => {
                self.transfer_refused(call, "transfer-failed", turn);
            }
        }
    }

    /// The agent cannot be rung now.
    pub(super) fn agent_not_free(
        &mut self,
        entry: EntryId,
        state: AgentState,
        turn: &mut Turn<'_>,
    ) {
        let Some(Waiter::Transfer(call)) = self.waiters.get(&entry).copied() else { return };
        let blame = match state {
            AgentState::Ready | AgentState::Ringing | AgentState::Talking | AgentState::WrapUp => {
                Blame::Busy
            }
            AgentState::Off | AgentState::NotReady(_) => Blame::NoAnswer,
        };
        self.agent_not_reached(call, blame, turn);
    }

    /// The agent's phones were rung in vain.
    pub(super) fn agent_not_reached(&mut self, call: CallId, blame: Blame, turn: &mut Turn<'_>) {
        turn.tell(Some(call), "transfer.missed", vec![("why", format!("{blame:?}"))]);
        match blame {
            Blame::Busy | Blame::Rejected => {
                self.transfer_missed(call, TransferOutcome::Busy, turn);
            }
            Blame::NoAnswer | Blame::Unreachable => {
                self.transfer_missed(call, TransferOutcome::NoAnswer, turn);
            }
            Blame::None => self.transfer_refused(call, "transfer-failed", turn),
        }
    }

    fn transfer_missed(&mut self, call: CallId, how: TransferOutcome, turn: &mut Turn<'_>) {
        self.back_to_flow(call, turn);
        self.tell_flow(call, FlowEvent::TransferOver(how), turn);
    }

    fn transfer_refused(&mut self, call: CallId, fault: &str, turn: &mut Turn<'_>) {
        turn.tell(Some(call), "transfer.refused", vec![("why", fault.to_owned())]);
        self.back_to_flow(call, turn);
        self.tell_flow(call, FlowEvent::Escalated(Escalation::named(fault)), turn);
    }

    /// Nothing came of it: silence, and the place is as it was.
    fn back_to_flow(&mut self, call: CallId, turn: &mut Turn<'_>) {
        let Some(record) = self.calls.get_mut(&call) else { return };
        let (leg, entry) = (record.leg, record.entry());
        let Some(transfer) = record.transfer.take() else { return };
        self.forget_target(call, &transfer.target);
        self.stop_playing(leg, turn);
        self.unbridge(leg, turn);
        if let Some(entry) = entry {
            self.tell_queues(QueueEvent::Resume { entry }, turn);
        }
    }

    fn forget_target(&mut self, call: CallId, target: &Target) {
        self.timers.stop(Alarm::TransferRing(call));
        if let Target::Agent { entry, .. } = target {
            self.waiters.remove(entry);
        }
    }

    /// The ring time is over: CANCEL; the rest follows from its answer.
    pub(super) fn transfer_ring_over(&mut self, call: CallId, turn: &mut Turn<'_>) {
        let target = self.transfer_of(call).map(|transfer| &transfer.target);
        let Some(Target::Number { leg: Some(leg), .. }) = target else { return };
        let leg = *leg;
        let rang = self.legs.has_rung(leg);
        if let Some(Target::Number { parting, .. }) =
            self.transfer_of(call).map(|transfer| &mut transfer.target)
        {
            *parting = Some(Parting::RingTime { rang });
        }
        self.cancel(leg, turn);
    }

    /// The far end has hung up; the caller is still there.
    pub(super) fn target_gone(&mut self, call: CallId, turn: &mut Turn<'_>) {
        let Some(record) = self.calls.get_mut(&call) else { return };
        let leg = record.leg;
        record.job = None;
        let Some(transfer) = record.transfer.take() else { return };
        self.forget_target(call, &transfer.target);
        if let Some(line) = self.line_of(leg) {
            turn.media(line.shard, MediaCommand::Unbridge { port: line.port });
        }
        turn.tell(Some(call), "transfer.over", Vec::new());
        self.tell_flow(call, FlowEvent::TransferOver(TransferOutcome::Answered), turn);
    }

    /// The caller is gone, or an agent has answered for their place: the far end is let go.
    pub(super) fn end_transfer(&mut self, call: CallId, turn: &mut Turn<'_>) {
        let Some(record) = self.calls.get_mut(&call) else { return };
        let Some(transfer) = record.transfer.take() else { return };
        match &transfer.target {
            Target::Number { leg: Some(leg), .. } => self.hang_up(*leg, turn),
            Target::Number { leg: None, .. } => {}
            Target::Agent { entry, .. } if transfer.stage == Stage::Ringing => {
                self.stop_ringing_for(*entry, turn);
            }
            Target::Agent { .. } => {}
        }
        self.forget_target(call, &transfer.target);
    }

    fn stop_ringing_for(&mut self, entry: EntryId, turn: &mut Turn<'_>) {
        let job = self.jobs.values().find(|job| job.entry == entry).map(|job| job.id);
        if let Some(job) = job
            && self.drop_job(job, turn).is_some()
        {
            let blame = Blame::None;
            self.tell_queues(QueueEvent::OfferFailed { job, blame }, turn);
        }
    }
}

fn may_carry(trunk: &str, only: &Option<String>) -> bool {
    only.as_ref().is_none_or(|only| only == trunk)
}
