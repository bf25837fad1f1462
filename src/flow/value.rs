//! Values that flows hold, and what they may ask of the call's surroundings.

use super::known::fields_of;
use super::types::Type;
use crate::base::calendar::civil::{CalendarDay, ClockTime};
use crate::base::document::duration::parse_duration;
use crate::base::id::RecordingId;
use crate::base::json::Json;
use crate::base::money::Money;
use crate::base::number::PhoneNumber;
use crate::base::time::Now;
use std::collections::BTreeMap;
use std::time::Duration;

/// One value of a variable, an input, or a fact.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Nothing is known: no estimate yet, an anonymous caller. Every comparison with it is false.
    Unknown,
    /// Text, also keyed digits and names of queues, prompts, countries.
    Text(String),
    /// A whole number.
    Number(i64),
    /// A span of time.
    Duration(Duration),
    /// A time of day.
    Time(ClockTime),
    /// A day of a year.
    Date(CalendarDay),
    /// A sum of money.
    Money(Money),
    /// `yes` or `no` (`true`, `false`).
    YesNo(bool),
    /// A number in E.164.
    Phone(PhoneNumber),
    /// A recording of this call.
    Recording(RecordingId),
    /// The outputs of a flow, by name.
    Record(BTreeMap<String, Self>),
}

/// One row of a table: a value for each column.
pub type Row = BTreeMap<String, Value>;

impl Value {
    /// As it is written in a text; unknown, recordings and records have no text.
    #[must_use]
    pub fn to_text(&self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text.clone()),
            Self::Number(number) => Some(number.to_string()),
            Self::Phone(number) => Some(number.to_string()),
            Self::YesNo(yes) => Some(if *yes { "yes" } else { "no" }.to_owned()),
            Self::Duration(span) => Some(format!("{}s", span.as_secs())),
            Self::Time(time) => Some(time.to_string()),
            Self::Date(day) => Some(day.to_string()),
            Self::Money(sum) => Some(sum.to_string()),
            Self::Unknown | Self::Recording(_) | Self::Record(_) => None,
        }
    }

    /// As other systems are told: a span in seconds, a recording by its id, unknown as `null`.
    #[must_use]
    pub fn to_json(&self) -> Json {
        match self {
            Self::Unknown => Json::NOTHING,
            Self::Text(text) => Json::from(text.as_str()),
            Self::Number(number) => Json::from(*number),
            Self::Duration(span) => Json::from(i64::try_from(span.as_secs()).unwrap_or(i64::MAX)),
            Self::Time(time) => Json::from(time.to_string()),
            Self::Date(day) => Json::from(day.to_string()),
            Self::Money(sum) => Json::from(sum.to_string()),
            Self::YesNo(yes) => Json::from(*yes),
            Self::Phone(number) => Json::from(number.as_str()),
            Self::Recording(recording) => Json::from(recording.to_string()),
            Self::Record(fields) => {
                let fields = fields.iter().map(|(name, value)| (name.clone(), value.to_json()));
                Json::object(fields.collect())
            }
        }
    }

    /// The value of a type that a text means, as data from outside has it; `None` when it is none.
    /// Recordings and records have no text.
    #[must_use]
    pub fn read(kind: Type, text: &str) -> Option<Self> {
        let text = text.trim();
        match kind {
            Type::Text | Type::Queue | Type::Mailbox | Type::Country => {
                Some(Self::Text(text.to_owned()))
            }
            Type::Number => text.parse().ok().map(Self::Number),
            Type::Duration => parse_duration(text).map(Self::Duration),
            Type::Time => text.parse().ok().map(Self::Time),
            Type::Date => text.parse().ok().map(Self::Date),
            Type::Money => text.parse().ok().map(Self::Money),
            Type::YesNo => match text {
                "true" | "yes" => Some(Self::YesNo(true)),
                "false" | "no" => Some(Self::YesNo(false)),
                _ => None,
            },
            Type::Phone => PhoneNumber::from_e164(text).map(Self::Phone),
            Type::Recording | Type::Record => None,
        }
    }
}

/// What a flow may ask about the world around it; answered at the moment it is asked.
pub trait Facts {
    /// A known object's field: `("caller", "number")`, `("queue", "position")`.
    /// Unknown fields cannot come: `check` has refused them.
    fn fact(&self, object: &str, field: &str) -> Value;
    /// Whether the named opening hours are open now; `None` if there are none of that name.
    fn open(&self, hours: &str, now: Now) -> Option<bool>;
    /// Whether today is a holiday of the named opening hours; `None` if there are none of that
    /// name.
    fn holiday(&self, hours: &str, now: Now) -> Option<bool>;
    /// The row of a site's table; `None` if there is no such row.
    fn row(&self, table: &str, key: &Value) -> Option<Row> {
        let _ = (table, key);
        None
    }
    /// What is known of the callback that waits for the caller's number, the oldest of any queue
    /// or of this one.
    fn callback(&self, queue: Option<&str>) -> Option<BTreeMap<String, Value>> {
        let told = |field: &str| (field.to_owned(), self.fact("callback", field));
        let record: BTreeMap<_, _> = fields_of("callback").map(|fact| told(fact.field)).collect();
        let is_there = record.get("pending") == Some(&Value::YesNo(true));
        let of_queue = |queue: &str| record.get("queue") == Some(&Value::Text(queue.to_owned()));
        (is_there && queue.is_none_or(of_queue)).then_some(record)
    }
}
