//! Values that flows hold, and what they may ask of the call's surroundings.

use crate::base::id::RecordingId;
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
    /// `yes` or `no` (`true`, `false`).
    YesNo(bool),
    /// A number in E.164.
    Phone(PhoneNumber),
    /// A recording of this call.
    Recording(RecordingId),
    /// The outputs of a flow, by name.
    Record(BTreeMap<String, Self>),
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
}
