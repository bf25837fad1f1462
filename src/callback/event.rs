//! The words between one callback request and the rest of the house.
//!
//! Every change of state is stored before it acts: a request that must change emits
//! [`Effect::Store`] with its new row and goes on when [`Event::Stored`] says so.

use super::request::Row;
use crate::base::id::{CallbackId, JobId};
use crate::base::time::Utc;
use std::time::Duration;

/// What happens to a request.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// The queue reserved exactly one agent.
    Offered {
        /// The job that rings the agent.
        job: JobId,
        /// The agent's name.
        agent: String,
    },
    /// The agent answered; the media begins.
    AgentAccepted,
    /// The agent did not answer, rejected, was busy or unreachable; not an attempt.
    OfferFailed,
    /// Media over, or the key 1: call now.
    Dial {
        /// The trunk to be tried first.
        trunk: String,
    },
    /// The trunk had trouble before any phone rang, and another may carry the call: the
    /// attempt ends and a new one is stored before it is dialled.
    NextTrunk {
        /// The trunk to be tried next.
        trunk: String,
    },
    /// Key 3: the agent postpones.
    Postpone {
        /// Not offered before.
        not_before: Utc,
    },
    /// Key 9, the console, or the caller.
    Cancel {
        /// One word or sentence for the record.
        reason: String,
    },
    /// The customer is on the line and wants it no more: answered by [`Effect::Revoked`]. Unlike
    /// [`Event::Cancel`] it is undone if it cannot be stored.
    Revoke {
        /// They take its place in the queue over.
        supersede: bool,
    },
    /// The customer called again and was served, or a newer request takes its place.
    Supersede,
    /// The agent hung up before the customer's phone rang, or while it rang, or in the media.
    AgentLost {
        /// Whether the customer's phone had rung.
        rang: bool,
    },
    /// The customer's phone rings.
    Ringing,
    /// The customer answered.
    Answered,
    /// The attempt is over without an answer.
    Missed(Miss),
    /// The conversation is over.
    Finished {
        /// How long they talked.
        talked: Duration,
    },
    /// The customer was lost while waiting for another agent.
    Abandoned,
    /// The store has done, or refused, what [`Effect::Store`] asked.
    Stored {
        /// Whether it is durable.
        durable: bool,
    },
    /// A deadline of the request has come (retry over, expiry).
    Timer,
}

/// How an attempt ended without an answer (see the table of codes in `outcome`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Miss {
    /// Ring time over, 480, 408 after 18x.
    NoAnswer,
    /// 486, 600
    Busy,
    /// 603
    Declined,
    /// 607, 608: never again
    Unwanted,
    /// 404, 410, 484, 604: never dialable
    NoSuchNumber,
    /// Trunk trouble: not an attempt
    TrunkTrouble,
    /// Policy forbids it at dial time
    Forbidden,
}

/// What a request wants done.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Make this row durable, then say [`Event::Stored`].
    Store(Box<Row>),
    /// Dial the customer now: the attempt is durable.
    Dial {
        /// Attempt number, from 1.
        attempt: u32,
        /// The trunk.
        trunk: String,
    },
    /// Stand in the queue again (state Waiting), not before this.
    Requeue {
        /// Not offered before.
        not_before: Utc,
    },
    /// Tell the agent why nothing comes of it, by a prompt, and let them go.
    TellAgent {
        /// The prompt's name, such as `customer-did-not-answer`.
        prompt: &'static str,
    },
    /// What came of [`Event::Revoke`]. After [`Revocation::Done`] the life is over.
    Revoked {
        /// The answer.
        revocation: Revocation,
    },
    /// A signal for flows, reports and events, such as `queue-callback-unanswered`.
    Signal {
        /// Its name.
        name: &'static str,
    },
    /// The life is over; the row is durable. The entry may leave the queue.
    Over {
        /// The request.
        callback: CallbackId,
    },
}

/// Whether the customer's word came in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Revocation {
    /// It is over, and that is durable.
    Done,
    /// It was over before.
    Gone,
    /// Their phone is being called, or they talk: what is under way goes on. One that they wanted
    /// cancelled is not tried again after that.
    TooLate,
    /// The store failed: it stands as it stood.
    NotStored,
}
