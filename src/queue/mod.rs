//! Queues: who waits, who serves, who is next. Orders ids; knows no calls.
//!
//! [`queues::Queues`] is the one value that the switchboard talks to; its words are in
//! [`event`].

pub mod agent;
pub mod counters;
mod dispatch;
mod entry;
mod estimate;
pub mod event;
mod line;
mod moving;
pub mod queues;
mod rank;
mod relaxing;
mod reload;
pub mod settings;
mod work;

#[cfg(test)]
mod tests;
