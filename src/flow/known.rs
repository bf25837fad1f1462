//! The known objects: what a flow may ask about its surroundings, and of which type.

use super::types::Type;

/// What an answer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// A value of this type, or unknown.
    Value(Type),
    /// Cannot be told, because of a mistake elsewhere: fits everywhere.
    Untold,
}

/// One field of a known object.
#[derive(Debug, Clone, Copy)]
pub struct Fact {
    /// Such as `caller`.
    pub object: &'static str,
    /// Such as `number`.
    pub field: &'static str,
    /// What it is.
    pub answer: Answer,
    /// The texts it may be; empty: any.
    pub one_of: &'static [&'static str],
    /// One line for people.
    pub doc: &'static str,
}

const fn fact(object: &'static str, field: &'static str, kind: Type, doc: &'static str) -> Fact {
    Fact { object, field, answer: Answer::Value(kind), one_of: &[], doc }
}

/// What `time.weekday` may be.
const WEEKDAYS: [&str; 7] =
    ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// All of them.
pub const FACTS: [Fact; 26] = [
    fact("caller", "number", Type::Phone, "who calls, in E.164; unknown for an anonymous caller"),
    fact("caller", "name", Type::Text, "the name that came with the call"),
    fact("caller", "anonymous", Type::YesNo, "whether the number is withheld"),
    fact("call", "called", Type::Text, "the number that was dialled"),
    fact(
        "call",
        "country",
        Type::Country,
        "the country of that trunk, whose numbers are dialled without prefix",
    ),
    fact("call", "language", Type::Text, "the language that the caller hears now, as `pl`"),
    fact("call", "trunk", Type::Text, "the trunk, or the agent's account, that brought the call"),
    fact("call", "diverted_from", Type::Text, "the number that sent the call on to us"),
    fact(
        "queue",
        "waiting",
        Type::Number,
        "how many wait in the queue where the caller stands; unknown elsewhere",
    ),
    fact("queue", "position", Type::Number, "the caller's place there; 1 is next"),
    fact("queue", "wait_estimate", Type::Duration, "the expected wait there; unknown without data"),
    fact("queue", "agents_ready", Type::Number, "agents there who could take a call now"),
    fact("queue", "name", Type::Queue, "the queue where the caller stands"),
    fact(
        "callback",
        "pending",
        Type::YesNo,
        "whether a callback waits for the caller's number; never for a caller whose number no \
         trusted trunk vouches for",
    ),
    fact("callback", "id", Type::Text, "that callback, or the one that this call has registered"),
    fact("callback", "queue", Type::Queue, "its queue"),
    fact("callback", "position", Type::Number, "its place; 1 is next"),
    fact("callback", "wait_estimate", Type::Duration, "the expected wait until it"),
    fact(
        "callback",
        "state",
        Type::Text,
        "`waiting`, `offered`, `agent_media`, `dialing`, `connected`, `requeued` or `retry`",
    ),
    fact(
        "callback",
        "requested_at",
        Type::Text,
        "when it was registered, as `2026-11-23 10:15` on the site's clock",
    ),
    fact("callback", "attempts", Type::Number, "how often its customer was called"),
    fact(
        "http",
        "status",
        Type::Number,
        "the status of the last `http` step's answer; unknown where there was none",
    ),
    fact("http", "error", Type::Text, "why the last `http` step failed; unknown where it did not"),
    fact(
        "time",
        "now",
        Type::Time,
        "the time of day by the site's `time_zone`, as in `time.now < 08:30`",
    ),
    fact(
        "time",
        "today",
        Type::Date,
        "the day by the site's `time_zone`, as in `time.today == 2026-12-24`",
    ),
    Fact {
        one_of: &WEEKDAYS,
        ..fact(
            "time",
            "weekday",
            Type::Text,
            "`monday` to `sunday`, as in `time.weekday in [\"saturday\", \"sunday\"]`",
        )
    },
];

/// Whether a known object has this name; no variable may have it.
#[must_use]
pub fn is_object(name: &str) -> bool {
    FACTS.iter().any(|fact| fact.object == name)
}

/// The fields of a known object.
pub fn fields_of(object: &str) -> impl Iterator<Item = &'static Fact> {
    FACTS.iter().filter(move |fact| fact.object == object)
}
