//! The flow language: text that a designer writes, checked and then run for each call.

pub mod collect;
pub mod effect;
pub mod expression;
pub mod graph;
pub mod known;
pub mod runner;
pub mod scope;
pub mod types;
pub mod value;
pub mod wording;
