//! SIP: messages, transactions, dialogs, sessions, the registrar (RFC 3261).
//!
//! Pure: a message in, effects out. Reading is lenient, writing strict.

pub mod event;
pub mod message;
pub mod registrar;
pub mod transaction;
pub mod uri;
