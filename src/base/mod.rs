//! What every room may stand on: time, ids, digits, numbers, and the two small tools
//! (outbox, timers) that all machines share. Knows nothing of telephony protocols.

pub mod calendar;
pub mod code;
pub mod complaint;
pub mod digit;
pub mod document;
pub mod entropy;
pub mod id;
pub mod interfaces;
pub mod json;
pub mod language;
pub mod money;
pub mod number;
pub mod outbox;
pub mod skill;
pub mod time;
pub mod timers;
pub mod xml;
