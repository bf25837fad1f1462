//! Callbacks: the intent of a call, the life of a request, the policy of numbers.
//!
//! Knows no SIP and no queue; the switchboard carries its effects to both.

pub mod event;
pub mod intent;
pub mod life;
pub mod outcome;
pub mod policy;
pub mod request;
