//! What a flow may ask about its call and its site.

use super::call::Party;
use super::kept::Callback;
use super::settings::Settings;
use crate::base::id::{CallbackId, EntryId};
use crate::base::time::{Now, Utc};
use crate::callback::request::Row as Request;
use crate::flow::known::fields_of;
use crate::flow::value::{Facts, Row, Value};
use crate::queue::queues::Queues;
use std::collections::BTreeMap;
use std::time::Duration;

/// The surroundings of one call at one moment.
#[derive(Debug)]
pub struct CallFacts<'a> {
    /// Who calls whom.
    pub party: &'a Party,
    /// The entry it holds, and the queue.
    pub place: Option<(EntryId, &'a str)>,
    /// The lines.
    pub queues: &'a Queues,
    /// The wall clock.
    pub now: Utc,
    /// Callbacks that are alive.
    pub callbacks: &'a BTreeMap<CallbackId, Callback>,
    /// The site.
    pub settings: &'a Settings,
}

impl Facts for CallFacts<'_> {
    fn fact(&self, object: &str, field: &str) -> Value {
        match object {
            "caller" => self.caller(field),
            "call" => self.call(field),
            "queue" => self.queue(field),
            "callback" => self.callback_field(field),
            "time" => self.time(field).unwrap_or(Value::Unknown),
            _ => Value::Unknown,
        }
    }

    fn row(&self, table: &str, key: &Value) -> Option<Row> {
        self.settings.tables.get(table)?.find(key).cloned()
    }

    fn open(&self, hours: &str, now: Now) -> Option<bool> {
        self.settings.hours.get(hours).map(|calendar| calendar.is_open(now.utc))
    }

    fn holiday(&self, hours: &str, now: Now) -> Option<bool> {
        self.settings.hours.get(hours).map(|calendar| calendar.is_holiday(now.utc))
    }

    fn callback(&self, queue: Option<&str>) -> Option<BTreeMap<String, Value>> {
        let row = self.pending(queue)?;
        let told = |field: &str| (field.to_owned(), self.of_row(row, field));
        Some(fields_of("callback").map(|fact| told(fact.field)).collect())
    }
}

impl CallFacts<'_> {
    fn caller(&self, field: &str) -> Value {
        match field {
            "number" => self.party.number.clone().map_or(Value::Unknown, Value::Phone),
            "name" => self.party.name.clone().map_or(Value::Unknown, Value::Text),
            "anonymous" => Value::YesNo(self.party.number.is_none()),
            _ => Value::Unknown,
        }
    }

    fn call(&self, field: &str) -> Value {
        match field {
            "called" => Value::Text(self.party.called.clone()),
            "country" => self.country(),
            "trunk" => Value::Text(self.party.came_by.clone()),
            "diverted_from" => self.party.diverted_from.clone().map_or(Value::Unknown, Value::Text),
            _ => Value::Unknown,
        }
    }

    /// The country of the trunk that brought the call; calls of our own phones are at home.
    fn country(&self) -> Value {
        let trunk = self.settings.trunk(&self.party.came_by).map(|trunk| trunk.country);
        let country = trunk.or_else(|| self.settings.home_country());
        country.map_or(Value::Unknown, |country| Value::Text(country.code().to_owned()))
    }

    fn time(&self, field: &str) -> Option<Value> {
        let zone = &self.settings.site.time_zone;
        Some(match field {
            "now" => Value::Time(zone.time_of_day(self.now)?),
            "today" => Value::Date(zone.day(self.now)?),
            "weekday" => Value::Text(zone.day(self.now)?.weekday().name().to_owned()),
            _ => return None,
        })
    }

    fn queue(&self, field: &str) -> Value {
        let Some((entry, queue)) = self.place else { return Value::Unknown };
        match field {
            "position" => number_of(self.queues.position(entry)),
            "wait_estimate" => span(self.queues.wait_estimate(entry)),
            "waiting" => number_of(u32::try_from(self.queues.waiting(queue)).ok()),
            "agents_ready" => number_of(u32::try_from(self.queues.agents_ready(queue)).ok()),
            "name" => Value::Text(queue.to_owned()),
            _ => Value::Unknown,
        }
    }
}

impl CallFacts<'_> {
    fn callback_field(&self, field: &str) -> Value {
        match self.pending(None) {
            Some(row) => self.of_row(row, field),
            None if field == "pending" => Value::YesNo(false),
            None => Value::Unknown,
        }
    }

    /// The callback that waits for the caller's number, the oldest of any queue or of this one.
    /// Only a number that a trusted trunk vouches for tells anything: anybody can write a From.
    fn pending(&self, queue: Option<&str>) -> Option<&Request> {
        let number = self.party.number.as_ref().filter(|_| self.party.trusted)?;
        let rows = self.callbacks.values().map(|callback| callback.request.row());
        let mut alive = rows.filter(|row| !row.state.is_end() && row.promise.number == *number);
        alive.find(|row| queue.is_none_or(|queue| row.promise.queue == queue))
    }

    fn of_row(&self, row: &Request, field: &str) -> Value {
        let promise = &row.promise;
        let zone = &self.settings.site.time_zone;
        match field {
            "pending" => Value::YesNo(true),
            "id" => Value::Text(promise.callback.to_string()),
            "queue" => Value::Text(promise.queue.clone()),
            "position" => number_of(self.queues.position(promise.entry)),
            "wait_estimate" => span(self.queues.wait_estimate(promise.entry)),
            "state" => Value::Text(row.state.word().to_owned()),
            "requested_at" => {
                zone.date_and_time(promise.registered_at).map_or(Value::Unknown, Value::Text)
            }
            "attempts" => number_of(Some(row.attempts_counted())),
            _ => Value::Unknown,
        }
    }
}

fn number_of(value: Option<u32>) -> Value {
    value.map_or(Value::Unknown, |value| Value::Number(i64::from(value)))
}

fn span(value: Option<Duration>) -> Value {
    value.map_or(Value::Unknown, Value::Duration)
}
