//! Voicemail: mailboxes, the messages that callers leave in them, and how long those are kept.
//!
//! ```text
//! mailboxes ── event, effect ──► the heart (store, lights, notices)
//!     └── message: one message, its row
//! listening ── an agent's keys ──► what to play, what to mark
//! ```

pub mod event;
pub mod listening;
pub mod mailboxes;
pub mod message;
pub mod settings;
pub mod summary;
