//! The only room that awaits, binds, reads clocks, draws chance and opens files.

pub mod clock;
pub mod store;
