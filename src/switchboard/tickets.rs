//! Requests to the store and to web services that wait for their answers.

use crate::base::id::{CallId, CallbackId, TicketId};
use crate::callback::request::Row;
use crate::voicemail::event::Change;
use std::collections::BTreeMap;

/// Requests that the store, or a web service, has not answered yet.
#[derive(Debug, Default)]
pub(super) struct Tickets {
    pub(super) open: BTreeMap<TicketId, Purpose>,
    /// Questions to web services: the call, and its number for the question.
    pub(super) web: BTreeMap<TicketId, (CallId, u32)>,
}

impl Tickets {
    /// How many requests wait.
    #[must_use]
    pub(super) fn len(&self) -> usize {
        self.open.len() + self.web.len()
    }
}

/// Why the store was asked.
#[derive(Debug)]
pub(super) enum Purpose {
    /// A call's `register_callback`.
    Promise(CallId, Box<Row>),
    /// A step in a callback's life.
    Life(CallbackId),
    /// What is alive, at start.
    Callbacks,
    /// Contacts, at start.
    Bindings,
    /// A change of a message.
    Message(Box<Change>),
    /// Messages, at start.
    Messages,
    /// Only to be logged if it fails.
    Record,
}
