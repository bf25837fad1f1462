//! Ends: callers who hang up, flows that are over, sound that fails.

use super::call::Call;
use super::heart::{Alarm, Switchboard};
use super::kept::Callback;
use super::leg::{Owner, Stage};
use super::store::CallResult;
use super::turn::{Turn, Work};
use crate::base::id::{CallId, CallbackId, PortId, RecordingId};
use crate::callback::intent;
use crate::flow::effect::Event as FlowEvent;
use crate::media::command::RecordOutcome;
use crate::sip::event::{Command, Ending, Failure};

impl Switchboard {
    /// The caller's session is over; the leg is gone already.
    pub(super) fn caller_gone(&mut self, call: CallId, turn: &mut Turn<'_>) {
        let Some(record) = self.calls.get_mut(&call) else { return };
        if !std::mem::replace(&mut record.present, false) {
            return;
        }
        let job = record.job.take();
        turn.tell(Some(call), "call.hung_up", Vec::new());
        self.end_transfer(call, turn);
        if let Some(job) = job {
            self.end_talk(job, turn);
            self.forget_place(call);
        }
        self.release_promise(call, turn);
        self.tell_intent(call, intent::Event::HangUp, turn);
        self.tell_flow(call, FlowEvent::HungUp, turn);
    }

    /// The call's flow is over: the caller is let go, told why if there is a `cause`, and what is
    /// left of the call is settled and written down at the end of this turn.
    pub(super) fn finish_call(&mut self, call: CallId, cause: Option<u16>, turn: &mut Turn<'_>) {
        let Some(record) = self.calls.get_mut(&call) else { return };
        let (leg, present) = (record.leg, record.present);
        record.present = false;
        record.over = true;
        self.end_transfer(call, turn);
        if present {
            self.hang_up_because(leg, cause, turn);
            self.release_promise(call, turn);
        }
        self.tell_intent(call, intent::Event::FlowEnded, turn);
        self.timers.stop(Alarm::Flow(call));
        self.stop_listening(call);
        turn.work.push_back(Work::Bury(call));
    }

    /// Nothing of the call is left but its record. While the store is still asked for a promise
    /// the call waits for the answer.
    pub(super) fn bury(&mut self, call: CallId, turn: &mut Turn<'_>) {
        let Some(record) = self.calls.get_mut(&call) else { return };
        if record.intent.stage() == intent::Stage::Registering {
            return;
        }
        if record.record.result == CallResult::Unfinished {
            record.note_result(CallResult::FlowOnly);
        }
        record.record.ended_at = Some(turn.now.utc);
        let recordings = std::mem::take(&mut record.recordings);
        let facts = vec![("result", format!("{:?}", record.record.result))];
        turn.tell(Some(call), "call.ended", facts);
        self.persist_interaction(call, turn);
        self.timers.stop(Alarm::Intent(call));
        self.timers.stop(Alarm::Flow(call));
        for recording in recordings.into_keys() {
            self.forget_recording(recording, turn);
        }
        self.forget_place(call);
        self.forget_questions(call);
        self.calls.remove(&call);
    }

    /// A recording is complete, empty or failed. One whose call is gone belongs to nobody.
    pub(super) fn recording_over(
        &mut self,
        recording: RecordingId,
        outcome: RecordOutcome,
        turn: &mut Turn<'_>,
    ) {
        let owner = self.calls.values().find(|call| call.recordings.contains_key(&recording));
        match owner.map(|call| call.id) {
            Some(call) => self.recorded(call, recording, outcome, turn),
            None => self.forget_recording(recording, turn),
        }
    }

    /// The flow has no use for a recording any more.
    pub(super) fn delete_recording(
        &mut self,
        call: CallId,
        recording: RecordingId,
        turn: &mut Turn<'_>,
    ) {
        if let Some(record) = self.calls.get_mut(&call) {
            record.recordings.remove(&recording);
        }
        self.forget_recording(recording, turn);
    }

    /// No sound has come for a while from a far end that should send. A re-INVITE asks whether
    /// it is still there; if it is not, the user agent ends the session as lost.
    pub(super) fn far_end_silent(&mut self, port: PortId, turn: &mut Turn<'_>) {
        let Some(leg) = self.legs.of_port(port) else { return };
        let up = self.legs.find(leg).filter(|leg| leg.stage == Stage::Up);
        let Some(session) = up.map(|leg| leg.session) else { return };
        tracing::info!(%leg, "silence; asking whether the far end is still there");
        if let Some(body) = self.offer_once_more(leg) {
            self.command_sip(Command::Reoffer { session, body }, turn);
        }
    }

    /// The sound of a leg could not be opened, or broke: that leg cannot go on.
    pub(super) fn port_failed(&mut self, port: PortId, reason: &str, turn: &mut Turn<'_>) {
        let leg = self.legs.of_port(port);
        self.legs.closed(port);
        let Some(leg) = leg else { return };
        let Some(record) = self.legs.find(leg) else { return };
        let (owner, stage, rang) = (record.owner, record.stage, record.rang);
        tracing::error!(%leg, reason, "a leg has lost its sound");
        self.hang_up(leg, turn);
        match (owner, stage) {
            (Owner::Caller(call), _) => self.caller_gone(call, turn),
            (Owner::Agent(job), Stage::Up) => self.agent_gone(job, leg, Ending::Lost, turn),
            (Owner::Agent(job), Stage::Early) => {
                self.phone_failed(job, leg, &Failure::Unreachable { rang: false }, turn);
            }
            (Owner::Target(call), Stage::Up) => self.target_gone(call, turn),
            (Owner::Target(call), Stage::Early) => {
                self.target_failed(call, &Failure::Unreachable { rang }, turn);
            }
            (Owner::Customer(callback), Stage::Up) => self.customer_gone(callback, turn),
            (Owner::Customer(callback), Stage::Early) => {
                self.customer_failed(callback, &Failure::Unreachable { rang }, turn);
            }
        }
    }

    /// Ends whatever still lasts; each far end hears BYE or CANCEL.
    pub(super) fn end_all(&mut self, turn: &mut Turn<'_>) {
        for leg in self.legs.ids() {
            self.break_off(leg, turn);
        }
    }

    /// Whether the number of a callback talks to us just now, or to a caller who is passed on to
    /// it, or is about to be dialled for another queue.
    pub(super) fn is_on_a_call_with_us(&self, callback: CallbackId) -> bool {
        let Some(record) = self.callbacks.get(&callback) else { return false };
        let number = &record.request.row().promise.number;
        let is_with_us = |call: &Call| {
            let calls_us = call.present && call.party.number.as_ref() == Some(number);
            let passed_on = call.transfer.as_ref().and_then(|transfer| transfer.number());
            calls_us || passed_on == Some(number)
        };
        let is_called = |other: &Callback| {
            let under_way = other.job.is_some() || other.customer.is_some();
            under_way && other.request.row().promise.number == *number
        };
        let mut others = self.callbacks.iter().filter(|(other, _)| **other != callback);
        self.calls.values().any(is_with_us) || others.any(|(_, other)| is_called(other))
    }
}
