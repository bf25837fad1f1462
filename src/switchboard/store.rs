//! What the heart asks of the store, as values; `io/store` performs them.
//!
//! One request, one reply. Requests of one ticket order are performed in that order.

use crate::base::id::{CallId, CallbackId, RecordingId, TicketId};
use crate::base::number::PhoneNumber;
use crate::base::time::Utc;
use crate::callback::request::Row;
use crate::sip::registrar::Binding;
use crate::voicemail::event::Change;
use crate::voicemail::message::Message;
use std::time::Duration;

/// One request.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// Comes back in the reply.
    pub ticket: TicketId,
    /// What to do.
    pub what: What,
}

/// What to do.
#[derive(Debug, Clone, PartialEq)]
pub enum What {
    /// Insert a new request with its promise. Refused as [`Refusal::Duplicate`] when another
    /// request for the same number and queue is alive.
    Promise(Box<Row>),
    /// Replace the changeable part of a request and its attempts.
    Update(Box<Row>),
    /// All requests that are alive, at start.
    LoadCallbacks,
    /// Insert or replace the interaction row of a call.
    Interaction(Box<Interaction>),
    /// Replace all contacts of an account.
    Bindings {
        /// The account.
        account: String,
        /// Its contacts; empty deletes.
        bindings: Vec<Binding>,
    },
    /// All contacts, at start.
    LoadBindings,
    /// Change one message of a mailbox; a new one adopts its recording, a deleted one takes it
    /// along.
    Message(Box<Change>),
    /// All messages, at start.
    LoadMessages,
    /// Deletes a recording's file and row.
    DeleteRecording(RecordingId),
}

/// One reply.
#[derive(Debug, Clone, PartialEq)]
pub struct Reply {
    /// Of the request.
    pub ticket: TicketId,
    /// How it went.
    pub result: Result<Done, Refusal>,
}

/// What was done.
#[derive(Debug, Clone, PartialEq)]
pub enum Done {
    /// It is durable.
    Durable,
    /// The requests that are alive.
    Callbacks(Vec<Row>),
    /// All contacts.
    Bindings(Vec<(String, Vec<Binding>)>),
    /// All messages of all mailboxes.
    Messages(Vec<Message>),
}

/// Why it was not done; nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// Another request for this number and queue is alive.
    Duplicate(CallbackId),
    /// The store failed or is full; for the log.
    Failed(String),
}

/// One caller's call from beginning to end, as reports see it.
#[derive(Debug, Clone, PartialEq)]
pub struct Interaction {
    /// The call.
    pub call: CallId,
    /// The trunk or account it came by.
    pub came_by: String,
    /// The caller, if known.
    pub caller: Option<PhoneNumber>,
    /// The number that was called, as dialled.
    pub called: String,
    /// When it began.
    pub began_at: Utc,
    /// When it ended; `None` while it lasts.
    pub ended_at: Option<Utc>,
    /// The last queue it stood in.
    pub queue: Option<String>,
    /// Wait in that queue.
    pub waited: Option<Duration>,
    /// The agent who talked to the caller.
    pub agent: Option<String>,
    /// How it came out.
    pub result: CallResult,
    /// The callback that it made.
    pub callback: Option<CallbackId>,
    /// What its flow has written down for the agent.
    pub remarks: Remarks,
}

/// What a flow writes down for the agent.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Remarks {
    /// Short labels, none twice.
    pub tags: Vec<String>,
    /// Sentences.
    pub notes: Vec<String>,
}

/// How a call came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CallResult {
    /// It lasts, or the process died in it.
    Unfinished,
    /// An agent talked to the caller.
    Answered,
    /// Hung up while queued, or after a Dismiss.
    Abandoned,
    /// Hung up between Start and Register.
    Incomplete,
    /// A callback was registered.
    Registered,
    /// It never stood in a queue, or left it by the flow.
    FlowOnly,
    /// Refused before an answer.
    Rejected,
}
