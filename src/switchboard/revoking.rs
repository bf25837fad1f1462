//! `cancel_callback` and `take_over_callback`: a caller who waits for a callback already.

use super::call::{Inherited, Moving, Revoking};
use super::heart::Switchboard;
use super::kept::Waiter;
use super::store::CallResult;
use super::turn::Turn;
use crate::base::id::{CallId, CallbackId};
use crate::callback::event::{Event as CallbackEvent, Revocation as Answer};
use crate::callback::intent;
use crate::callback::request::Promise;
use crate::flow::effect::{Escalation, Event as FlowEvent, Revocation};
use crate::queue::event::Move;

impl Switchboard {
    /// The flow wants a callback off: the one this call has made, or else the caller's own.
    pub(super) fn revoke_callback(
        &mut self,
        call: CallId,
        queue: Option<&str>,
        take_over: bool,
        turn: &mut Turn<'_>,
    ) {
        let found = match self.callback_of(call, queue) {
            Ok(found) => found,
            Err(fault) => {
                turn.tell(Some(call), "callback.refused", vec![("why", fault.to_owned())]);
                let told = FlowEvent::Escalated(Escalation::named(fault));
                return self.tell_flow(call, told, turn);
            }
        };
        let Some(promise) = found else {
            return self.tell_flow(call, FlowEvent::Revoked(Revocation::None), turn);
        };
        let callback = promise.callback;
        if self.revoker_of(callback).is_some() {
            return self.tell_flow(call, FlowEvent::Revoked(Revocation::TooLate), turn);
        }
        if let Some(record) = self.calls.get_mut(&call) {
            record.revoking = Some(Revoking { callback, take_over, promise });
        }
        self.tell_callback(callback, CallbackEvent::Revoke { supersede: take_over }, turn);
    }

    /// Which request is meant. Only a number that a trusted trunk vouches for reaches one that
    /// another call has made: anybody can write a From.
    fn callback_of(
        &self,
        call: CallId,
        queue: Option<&str>,
    ) -> Result<Option<Promise>, &'static str> {
        let Some(record) = self.calls.get(&call) else { return Ok(None) };
        let fits = |promise: &Promise| queue.is_none_or(|queue| promise.queue == queue);
        let mut alive = self
            .callbacks
            .values()
            .map(|callback| callback.request.row())
            .filter(|row| !row.state.is_end() && fits(&row.promise))
            .map(|row| &row.promise);
        if let Some(own) = alive.clone().find(|promise| promise.call == call) {
            return Ok(Some(own.clone()));
        }
        if !record.party.trusted {
            return Err("callback-number-not-trusted");
        }
        let number = record.party.number.as_ref();
        Ok(alive.find(|promise| Some(&promise.number) == number).cloned())
    }

    fn revoker_of(&self, callback: CallbackId) -> Option<CallId> {
        let is_its = |revoking: &Revoking| revoking.callback == callback;
        let mut calls = self.calls.values();
        calls.find(|call| call.revoking.as_ref().is_some_and(is_its)).map(|call| call.id)
    }

    /// What came of it. Where the caller has hung up meanwhile, nobody is told.
    pub(super) fn revoked(&mut self, id: CallbackId, answer: Answer, turn: &mut Turn<'_>) {
        let Some(call) = self.revoker_of(id) else { return };
        let Some(record) = self.calls.get_mut(&call) else { return };
        let Some(revoking) = record.revoking.take() else { return };
        let revocation = match answer {
            Answer::Gone => Revocation::None,
            Answer::TooLate => Revocation::TooLate,
            Answer::NotStored => {
                let told = FlowEvent::Escalated(Escalation::named("callback-store-failed"));
                return self.tell_flow(call, told, turn);
            }
            Answer::Done => {
                let event =
                    if revoking.take_over { "callback.taken_over" } else { "callback.cancelled" };
                turn.tell(Some(call), event, vec![("callback", id.to_string())]);
                let is_own = revoking.promise.call == call;
                self.forget_promise(call, is_own, turn);
                if revoking.take_over {
                    return self.inherit(call, &revoking.promise, turn);
                }
                Revocation::Done { stands: false }
            }
        };
        self.tell_flow(call, FlowEvent::Revoked(revocation), turn);
    }

    /// A call whose own request is cancelled has promised nothing.
    fn forget_promise(&mut self, call: CallId, is_own: bool, turn: &mut Turn<'_>) {
        let Some(record) = self.calls.get_mut(&call).filter(|_| is_own) else { return };
        record.promised = None;
        record.record.callback = None;
        record.record.result = CallResult::Unfinished;
        self.tell_intent(call, intent::Event::Revoked, turn);
    }

    /// The caller takes the place of what was promised: at once, or with the next `queue` step.
    fn inherit(&mut self, call: CallId, promise: &Promise, turn: &mut Turn<'_>) {
        let Some(record) = self.calls.get_mut(&call) else { return };
        let place = record.place.as_mut().filter(|place| place.queue == promise.queue);
        let stands = match place {
            Some(place) if place.held => {
                let wish = Move {
                    entry: place.entry,
                    queue: place.queue.clone(),
                    priority: Some(place.priority.max(promise.priority)),
                    enqueued_at: Some(place.enqueued_at.min(promise.enqueued_at)),
                };
                return self.wish_for_place(call, Moving { wish, taken_over: true }, turn);
            }
            // Its own request: the entry that was promised is the caller's again.
            Some(place) if place.entry == promise.entry => {
                place.held = true;
                let place = place.clone();
                let entry = place.entry;
                self.waiters.insert(entry, Waiter::Caller(call));
                self.tell_intent(call, intent::Event::Joined { entry }, turn);
                self.take_place(&place, true, turn);
                true
            }
            Some(_) | None => {
                record.inherited = Some(Inherited {
                    queue: promise.queue.clone(),
                    priority: promise.priority,
                    skills: promise.skills.clone(),
                    enqueued_at: promise.enqueued_at,
                });
                false
            }
        };
        self.tell_flow(call, FlowEvent::Revoked(Revocation::Done { stands }), turn);
    }
}
