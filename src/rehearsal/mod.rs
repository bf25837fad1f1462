//! The whole house on a virtual clock, in two ways.
//!
//! [`world`] is for those who build the house: everything real, lossy lines, a store that fails, a
//! process that dies. The same seed gives the same run, byte for byte. [`house`] is for those who
//! write flows: the same heart without a sample of sound, so that a thousand calls take a second;
//! a [`script`] is [played](trial) in it on a [`stage`], and what came of it is reported.

pub mod coverage;
pub mod cursor;
mod earlier;
mod folding;
pub mod hearing;
pub mod house;
pub mod judge;
pub mod junit;
pub mod ladder;
pub mod line;
pub mod recordings;
pub mod report;
pub mod script;
pub mod stage;
pub mod store;
pub mod trial;
pub mod web;
pub mod world;
