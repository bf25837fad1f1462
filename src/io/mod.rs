//! The only room that awaits, binds, reads clocks, draws chance and opens files.

pub mod media_engine;
pub mod recordings;
