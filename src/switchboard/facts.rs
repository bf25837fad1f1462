//! What a flow may ask about its call and its site.

use super::call::Party;
use super::settings::Settings;
use crate::base::id::EntryId;
use crate::base::time::Now;
use crate::flow::value::{Facts, Value};
use crate::queue::queues::Queues;
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
    /// The site.
    pub settings: &'a Settings,
}

impl Facts for CallFacts<'_> {
    fn fact(&self, object: &str, field: &str) -> Value {
        match object {
            "caller" => self.caller(field),
            "call" => self.call(field),
            "queue" => self.queue(field),
            _ => Value::Unknown,
        }
    }

    fn open(&self, hours: &str, now: Now) -> Option<bool> {
        self.settings.hours.get(hours).map(|calendar| calendar.is_open(now.utc))
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
            "trunk" => Value::Text(self.party.came_by.clone()),
            "diverted_from" => self.party.diverted_from.clone().map_or(Value::Unknown, Value::Text),
            _ => Value::Unknown,
        }
    }

    fn queue(&self, field: &str) -> Value {
        let Some((entry, queue)) = self.place else { return Value::Unknown };
        match field {
            "position" => number(self.queues.position(entry)),
            "wait_estimate" => span(self.queues.wait_estimate(entry)),
            "waiting" => number(u32::try_from(self.queues.waiting(queue)).ok()),
            "agents_ready" => number(u32::try_from(self.queues.agents_ready(queue)).ok()),
            "name" => Value::Text(queue.to_owned()),
            _ => Value::Unknown,
        }
    }
}

fn number(value: Option<u32>) -> Value {
    value.map_or(Value::Unknown, |value| Value::Number(i64::from(value)))
}

fn span(value: Option<Duration>) -> Value {
    value.map_or(Value::Unknown, Value::Duration)
}
