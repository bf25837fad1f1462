//! What the heart keeps of a callback, and who may stand behind a place in a queue.

use crate::base::id::{CallId, CallbackId, JobId, LegId};
use crate::base::time::Moment;
use crate::callback::life::Request;

/// Who stands behind a place in a queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Waiter {
    /// A caller on the line.
    Caller(CallId),
    /// A promised callback, or its customer on the line.
    Callback(CallbackId),
    /// A caller whom the flow passes on to one agent; in no queue.
    Transfer(CallId),
}

/// One callback as the heart holds it: its life, and who works for it now.
#[derive(Debug)]
pub struct Callback {
    /// Its life.
    pub request: Request,
    /// The agent's job, while one is reserved.
    pub job: Option<JobId>,
    /// The customer's leg, while there is one.
    pub customer: Option<LegId>,
    /// Trunks of the attempt in progress, in the order in which they were tried.
    pub tried: Vec<String>,
    /// A call to the customer was given up, and their phone may still ring until this moment.
    pub rests_until: Option<Moment>,
    /// Why we gave the customer's leg up ourselves.
    pub parting: Option<Parting>,
}

/// Why we gave a call to a customer up while waiting for what comes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Parting {
    /// The ring time is over, in which the phone rang or not a word came of it.
    RingTime {
        /// Whether any 18x had come.
        rang: bool,
    },
}
