//! Queues: who waits, who serves, who is next. Orders ids; knows no calls.

pub mod agent;
pub mod event;
pub mod settings;
