//! The heart: binds the rooms below into calls.

pub mod input;
pub mod output;
pub mod settings;
pub mod store;
