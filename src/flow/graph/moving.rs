//! Steps that pass a caller on, move them, or are about a callback that waits already.

use super::{Operand, Target};
use crate::base::digit::Digit;
use crate::flow::effect::QueueOutcome;
use std::collections::BTreeMap;
use std::time::Duration;

/// `review` of a `record`: hear it, make it again, keep it.
#[derive(Debug, Clone)]
pub struct Review {
    /// The question.
    pub prompt: Vec<Operand>,
    /// The key that keeps it; default `1`.
    pub keep: Option<Digit>,
    /// The key that plays it; default `2`.
    pub hear: Option<Digit>,
    /// The key that makes it again; default `3`.
    pub again: Option<Digit>,
    /// Silence after the question before it is asked again; default 5 s.
    pub wait: Duration,
}

/// `transfer`
#[derive(Debug, Clone)]
pub struct Transfer {
    /// Whom to.
    pub to: Destination,
    /// How long it rings.
    pub ring: Duration,
    /// What the caller hears meanwhile; `None` is ringing.
    pub music: Option<String>,
    /// They spoke, and the far end is gone.
    pub answered: Option<Target>,
    /// Busy or declined; without it the escalation `transfer-busy`.
    pub busy: Option<Target>,
    /// Nobody answered; without it the escalation `transfer-no-answer`.
    pub no_answer: Option<Target>,
    /// Why a queue may refuse, and where that leads; one that is not named escalates.
    pub refused: BTreeMap<QueueOutcome, Target>,
}

/// Whom a caller is passed on to.
#[derive(Debug, Clone)]
pub enum Destination {
    /// A number outside.
    Number {
        /// As keyed, or in E.164.
        number: Operand,
        /// The number shown.
        ani: Option<Operand>,
        /// The only trunk that may carry it.
        trunk: Option<String>,
    },
    /// An agent, by name.
    Agent(Operand),
    /// A queue, with the place anew.
    Queue(Operand),
}

/// `requeue`
#[derive(Debug, Clone)]
pub struct Requeue {
    /// The queue to stand in.
    pub queue: Operand,
    /// `None` keeps it.
    pub priority: Option<i32>,
    /// Why it may be refused, and where that leads; one that is not named escalates.
    pub outcomes: BTreeMap<QueueOutcome, Target>,
}

/// `query_callback`
#[derive(Debug, Clone)]
pub struct QueryCallback {
    /// Only of this queue.
    pub queue: Option<Operand>,
    /// The variable that takes what is known of it.
    pub save_as: Option<String>,
    /// There is none.
    pub none: Option<Target>,
}

/// `cancel_callback`, `take_over_callback`
#[derive(Debug, Clone)]
pub struct Revoke {
    /// Only of this queue.
    pub queue: Option<Operand>,
    /// There is none.
    pub none: Option<Target>,
    /// The customer is being called just now; without it the escalation `callback-too-late`.
    pub too_late: Option<Target>,
}
