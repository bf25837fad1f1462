//! `register_callback`: from what the flow said to a promise in the store.

use super::call::Call;
use super::heart::Switchboard;
use super::kept::Waiter;
use super::store::{CallResult, Done, Refusal};
use super::turn::{Turn, Work};
use crate::base::id::{CallId, RecordingId};
use crate::base::number::PhoneNumber;
use crate::base::time::Utc;
use crate::callback::intent;
use crate::callback::request::{Material, Promise, Row, Rules, State};
use crate::flow::effect::{Clip, Escalation, Event as FlowEvent, Registration};
use crate::flow::value::Value;
use crate::queue::event::{EntryKind, Event as QueueEvent, Join};
use std::collections::BTreeMap;
use std::time::Duration;

/// Most attempts.
const ATTEMPTS: u32 = 3;
/// Pause after no answer.
const RETRY_AFTER: Duration = Duration::from_secs(15 * 60);
/// Pause after busy.
const BUSY_RETRY_AFTER: Duration = Duration::from_secs(5 * 60);
/// Pause after trouble of a trunk, or an agent lost while it rang.
const TROUBLE_RETRY_AFTER: Duration = Duration::from_secs(60);
/// How long the customer's phone rings.
const RING: Duration = Duration::from_secs(30);
/// A request ends unfulfilled after this.
const EXPIRES: Duration = Duration::from_secs(72 * 3600);
/// Pause after the first call ended.
pub(super) const INITIAL_DELAY: Duration = Duration::from_secs(60);
/// While the caller is still on the line nobody calls back: the place is held.
const WHILE_ON_THE_LINE: Duration = Duration::from_secs(24 * 3600);

/// Why a registration is refused, as flows name it.
type Fault = &'static str;

impl Switchboard {
    /// The flow asks for a callback.
    pub(super) fn register_callback(
        &mut self,
        call: CallId,
        registration: Registration,
        turn: &mut Turn<'_>,
    ) {
        if !self.calls.get(&call).is_some_and(|call| call.intent.is_started()) {
            // The intent says why not: nothing was started, or it is registered already.
            return self.tell_intent(call, intent::Event::Register, turn);
        }
        match self.row_of(call, &registration, turn) {
            Ok(row) => {
                let delay = registration.initial_delay.unwrap_or(INITIAL_DELAY);
                if let Some(record) = self.calls.get_mut(&call) {
                    record.promised = Some((row.promise.entry, delay));
                }
                self.tell_intent(call, intent::Event::Register, turn);
                self.persist_promise(call, row, turn);
            }
            Err(fault) => {
                let facts = vec![("why", fault.to_owned())];
                turn.tell(Some(call), "callback.refused", facts);
                self.tell_flow(call, FlowEvent::Escalated(Escalation::named(fault)), turn);
            }
        }
    }

    pub(super) fn row_of(
        &mut self,
        call: CallId,
        wish: &Registration,
        turn: &Turn<'_>,
    ) -> Result<Row, Fault> {
        let number = self.number_to_dial(call, wish)?;
        let queue = self.queue_to_call_from(call, wish, turn)?;
        let ani = self.ani_to_show(wish, &queue)?;
        let callback = self.ids.mint();
        let fresh_entry = self.ids.mint();
        let record = self.calls.get(&call).ok_or("callback-not-started")?;
        let held = record.place.as_ref().filter(|place| place.held);
        let now = turn.now.utc;
        let delay = wish.initial_delay.unwrap_or(INITIAL_DELAY);
        let priority = wish.priority.or_else(|| held.map(|place| place.priority)).unwrap_or(0);
        let skills = wish.skills.clone().or_else(|| held.map(|place| place.skills.clone()));
        let promise = Promise {
            callback,
            entry: held.map_or(fresh_entry, |place| place.entry),
            call,
            number,
            queue,
            ani,
            agent_media: wish.agent_media.iter().filter_map(material).collect(),
            language: wish.language.clone(),
            priority,
            skills: skills.unwrap_or_default(),
            enqueued_at: held.map_or(now, |place| place.enqueued_at),
            registered_at: now,
            rules: rules(wish, now),
            data: self.data_of(call, wish),
        };
        let (attempts, troubles, not_before) = (Vec::new(), 0, now + delay);
        Ok(Row { promise, state: State::Waiting, attempts, troubles, not_before, changed_at: now })
    }

    /// What the agent sees with the callback: the flow's data, and what it has written down. A
    /// name that the flow itself gives goes before ours.
    fn data_of(&self, call: CallId, wish: &Registration) -> BTreeMap<String, String> {
        let remarks = self.remarks_of(call).into_iter();
        let mut data: BTreeMap<String, String> =
            remarks.map(|(name, text)| (name.to_owned(), text)).collect();
        data.extend(wish.data.iter().map(|(name, value)| (name.clone(), spelled(value))));
        data
    }

    fn number_to_dial(&self, call: CallId, wish: &Registration) -> Result<PhoneNumber, Fault> {
        let record = self.calls.get(&call).ok_or("callback-not-started")?;
        let trunk = self.settings.trunk(&record.party.came_by);
        let country = trunk.map(|trunk| trunk.country).or_else(|| self.settings.home_country());
        let country = country.ok_or("callback-invalid-number")?;
        let own = record.party.number.as_ref().map(ToString::to_string);
        let wanted = wish.number.clone().or(own).ok_or("callback-invalid-number")?;
        let verified = self.settings.policy.judge(&wanted, country);
        let verified = verified.map_err(|fault| fault.escalation())?;
        Ok(verified.number)
    }

    fn queue_to_call_from(
        &self,
        call: CallId,
        wish: &Registration,
        turn: &Turn<'_>,
    ) -> Result<String, Fault> {
        let record = self.calls.get(&call).ok_or("callback-not-started")?;
        let held = record.place.as_ref().map(|place| place.queue.clone());
        let queue = wish.queue.clone().or(held).ok_or("callback-queue-closed")?;
        if self.settings.queue(&queue).is_none() || !self.is_open(&queue, turn) {
            return Err("callback-queue-closed");
        }
        if !self.queues.room_for_callback(&queue) {
            return Err("callback-limit-reached");
        }
        Ok(queue)
    }

    /// The ANI must be one that some trunk of the queue may show.
    fn ani_to_show(&self, wish: &Registration, queue: &str) -> Result<Option<PhoneNumber>, Fault> {
        const NOT_ALLOWED: Fault = "callback-ani-not-allowed";
        let own = self.settings.queue(queue).and_then(|queue| queue.ani.clone());
        let ani = match &wish.ani {
            Some(text) => Some(PhoneNumber::from_e164(text).ok_or(NOT_ALLOWED)?),
            None => own,
        };
        if self.settings.trunks_for(queue, ani.as_ref()).is_empty() {
            tracing::warn!(queue, ?ani, "no trunk of this queue dials out with this ANI");
            return Err(NOT_ALLOWED);
        }
        Ok(ani)
    }

    /// The store has kept the promise, or not; only now the caller may hear of it.
    pub(super) fn promised(
        &mut self,
        call: CallId,
        row: Row,
        result: Result<Done, Refusal>,
        turn: &mut Turn<'_>,
    ) {
        match result {
            Ok(_) => {
                self.keep_promise(call, row, turn);
                self.tell_intent(call, intent::Event::Stored, turn);
                self.bury_if_over(call, turn);
            }
            Err(refusal) => {
                if let Some(record) = self.calls.get_mut(&call) {
                    record.promised = None;
                }
                let escalation = refused(&refusal);
                let facts = vec![("why", escalation.name.clone())];
                turn.tell(Some(call), "callback.refused", facts);
                self.tell_intent(call, intent::Event::NotStored, turn);
                self.tell_flow(call, FlowEvent::Escalated(escalation), turn);
                self.bury_if_over(call, turn);
            }
        }
    }

    /// A call whose flow ended while the store was asked is done with the answer.
    fn bury_if_over(&self, call: CallId, turn: &mut Turn<'_>) {
        if self.calls.get(&call).is_some_and(|record| record.over) {
            turn.work.push_back(Work::Bury(call));
        }
    }

    fn keep_promise(&mut self, call: CallId, row: Row, turn: &mut Turn<'_>) {
        let promise = row.promise.clone();
        let adopted: Vec<RecordingId> = promise
            .agent_media
            .iter()
            .filter_map(|piece| match piece {
                Material::Recording(recording) => Some(*recording),
                Material::Prompt(_) => None,
            })
            .collect();
        let not_before = turn.now.utc + WHILE_ON_THE_LINE;
        // A promise for another queue moves the place there; a Join does that.
        let in_queue = matches!(self.waiters.get(&promise.entry), Some(Waiter::Caller(_)))
            && self.queues.queue_of(promise.entry) == Some(promise.queue.as_str());
        self.begin_life(row, turn);
        if in_queue {
            let (entry, priority) = (promise.entry, promise.priority);
            let skills = promise.skills.clone();
            self.tell_queues(QueueEvent::Promise { entry, priority, skills, not_before }, turn);
        } else {
            let join = Join {
                entry: promise.entry,
                queue: promise.queue.clone(),
                priority: promise.priority,
                skills: promise.skills.clone(),
                enqueued_at: promise.enqueued_at,
                kind: EntryKind::Promised { not_before },
                timeout: None,
                recovered: false,
                inherited: false,
            };
            self.tell_queues(QueueEvent::Join(join), turn);
        }
        let gone = self.calls.get_mut(&call).is_none_or(|record| {
            adopt(record, &adopted);
            record.record.callback = Some(promise.callback);
            record.note_result(CallResult::Registered);
            record.record.queue = Some(promise.queue.clone());
            !record.present
        });
        if gone {
            self.release_promise(call, turn);
        }
        let facts = vec![
            ("callback", promise.callback.to_string()),
            ("queue", promise.queue),
            ("number", format!("{:?}", promise.number)),
        ];
        turn.tell(Some(call), "callback.registered", facts);
    }

    /// The caller is off the line: the callback may come after its delay.
    pub(super) fn release_promise(&mut self, call: CallId, turn: &mut Turn<'_>) {
        let Some(record) = self.calls.get_mut(&call) else { return };
        let alive = |entry| matches!(self.waiters.get(&entry), Some(Waiter::Callback(_)));
        let Some((entry, delay)) = record.promised.filter(|(entry, _)| alive(*entry)) else {
            return;
        };
        record.promised = None;
        let not_before = turn.now.utc + delay;
        self.tell_queues(QueueEvent::Requeue { entry, not_before }, turn);
    }
}

fn adopt(call: &mut Call, adopted: &[RecordingId]) {
    call.recordings.retain(|recording, _| !adopted.contains(recording));
    if let Some(place) = call.place.as_mut() {
        place.held = false;
    }
}

fn refused(refusal: &Refusal) -> Escalation {
    match refusal {
        Refusal::Duplicate(existing) => Escalation {
            name: "callback-duplicate".to_owned(),
            details: BTreeMap::from([("existing".to_owned(), Value::Text(existing.to_string()))]),
        },
        Refusal::Failed(_) => Escalation::named("callback-store-failed"),
    }
}

fn rules(wish: &Registration, now: Utc) -> Rules {
    Rules {
        attempts: wish.attempts.unwrap_or(ATTEMPTS),
        retry_after: wish.retry_after.unwrap_or(RETRY_AFTER),
        busy_retry_after: wish.busy_retry_after.unwrap_or(BUSY_RETRY_AFTER),
        trouble_retry_after: TROUBLE_RETRY_AFTER,
        ring: wish.ring.unwrap_or(RING),
        expires_at: now + wish.expires.unwrap_or(EXPIRES),
    }
}

/// What an agent hears is kept with the request; a text is spoken to callers only.
fn material(clip: &Clip) -> Option<Material> {
    Some(match clip {
        Clip::Prompt { name, .. } => Material::Prompt(name.clone()),
        Clip::Recording(recording) => Material::Recording(*recording),
        Clip::Spoken { .. } => return None,
    })
}

/// A value as the agent's screen shows it.
fn spelled(value: &Value) -> String {
    match value {
        Value::Unknown | Value::Recording(_) | Value::Record(_) => String::new(),
        Value::Text(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Duration(span) => format!("{}s", span.as_secs()),
        Value::Time(time) => time.to_string(),
        Value::Date(day) => day.to_string(),
        Value::Money(sum) => sum.to_string(),
        Value::YesNo(yes) => if *yes { "yes" } else { "no" }.to_owned(),
        Value::Phone(number) => number.to_string(),
    }
}
