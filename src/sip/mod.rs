//! SIP: messages, transactions, dialogs, sessions, the registrar (RFC 3261).
//!
//! Pure: a message in, effects out. Reading is lenient, writing strict.

pub mod check;
pub mod digest;
pub mod event;
pub mod fault;
pub mod header;
pub mod message;
pub mod method;
pub mod registrar;
pub mod text;
pub mod transaction;
pub mod uri;
pub mod wire;
