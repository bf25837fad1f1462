//! The whole house on a virtual clock, with a world that can go wrong: lossy lines, a store that
//! fails, a process that dies. The same seed gives the same run, byte for byte.

pub mod ladder;
pub mod line;
pub mod recordings;
pub mod store;
pub mod web;
pub mod world;
