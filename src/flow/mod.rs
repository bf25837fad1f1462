//! The flow language: text that a designer writes, checked and then run for each call.

pub mod another;
mod check;
pub mod collect;
mod decode;
pub mod effect;
pub mod expression;
pub mod graph;
pub mod known;
pub mod load;
mod loops;
pub mod notation;
pub mod picture;
pub mod reference;
pub mod runner;
pub mod scope;
pub mod site;
pub mod standard;
pub mod table;
pub mod template;
pub mod types;
pub mod value;
pub mod ways;
pub mod web;
pub mod wording;

pub use load::load;
