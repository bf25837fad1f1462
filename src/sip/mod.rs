//! SIP: messages, transactions, dialogs, sessions, the registrar (RFC 3261).
//!
//! Pure: a message in, effects out. Reading is lenient, writing strict.

pub mod check;
pub mod dialog;
pub mod digest;
pub mod event;
pub mod fault;
pub mod header;
pub mod identity;
pub mod message;
pub mod method;
pub mod registrar;
pub mod registration;
pub mod session;
pub mod subscription;
pub mod text;
pub mod transaction;
pub mod uri;
pub mod user_agent;
pub mod wire;
