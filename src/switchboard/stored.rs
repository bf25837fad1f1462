//! What was asked of the store, and what its answers set going.

use super::heart::{Alarm, Switchboard};
use super::store::{Done, Interaction, Refusal, Reply, Request, What};
use super::tickets::Purpose;
use super::turn::Turn;
use crate::base::id::{CallId, CallbackId, RecordingId, TicketId};
use crate::callback::event::Event as CallbackEvent;
use crate::callback::request::Row;
use crate::sip::registrar::Binding;
use crate::voicemail::event::{Change, Event as MailboxEvent};
use std::time::Duration;

/// Pause before a failed load is asked for again.
const LOAD_AGAIN: Duration = Duration::from_secs(1);

impl Switchboard {
    /// Asks for the contacts of agents' phones, as they were when the process ended.
    pub(super) fn load_bindings(&mut self, turn: &mut Turn<'_>) {
        self.ask(What::LoadBindings, Purpose::Bindings, turn);
    }

    /// Asks for the callbacks that were alive when the process ended.
    pub(super) fn load_callbacks(&mut self, turn: &mut Turn<'_>) {
        self.ask(What::LoadCallbacks, Purpose::Callbacks, turn);
    }

    /// Asks for the messages of all mailboxes.
    pub(super) fn load_messages(&mut self, turn: &mut Turn<'_>) {
        self.ask(What::LoadMessages, Purpose::Messages, turn);
    }

    /// Asks the store to keep a change of a message.
    pub(super) fn persist_message(&mut self, change: Box<Change>, turn: &mut Turn<'_>) {
        self.ask(What::Message(change.clone()), Purpose::Message(change), turn);
    }

    /// Asks the store to keep a promise.
    pub(super) fn persist_promise(&mut self, call: CallId, row: Row, turn: &mut Turn<'_>) {
        let what = What::Promise(Box::new(row.clone()));
        self.ask(what, Purpose::Promise(call, Box::new(row)), turn);
    }

    /// Asks the store to keep a step in a callback's life.
    pub(super) fn persist_life(&mut self, id: CallbackId, row: Box<Row>, turn: &mut Turn<'_>) {
        self.ask(What::Update(row), Purpose::Life(id), turn);
    }

    /// Asks the store to keep an account's contacts.
    pub(super) fn persist_bindings(
        &mut self,
        account: String,
        bindings: Vec<Binding>,
        turn: &mut Turn<'_>,
    ) {
        self.ask(What::Bindings { account, bindings }, Purpose::Record, turn);
    }

    /// Asks the store to keep what is known of a call.
    pub(super) fn persist_interaction(&mut self, call: CallId, turn: &mut Turn<'_>) {
        let Some(record) = self.calls.get(&call) else { return };
        let interaction: Interaction = record.record.clone();
        self.ask(What::Interaction(Box::new(interaction)), Purpose::Record, turn);
    }

    /// Deletes a recording that nobody needs.
    pub(super) fn forget_recording(&mut self, recording: RecordingId, turn: &mut Turn<'_>) {
        self.ask(What::DeleteRecording(recording), Purpose::Record, turn);
    }

    fn ask(&mut self, what: What, purpose: Purpose, turn: &mut Turn<'_>) {
        let ticket: TicketId = self.ids.mint();
        self.tickets.open.insert(ticket, purpose);
        turn.store(Request { ticket, what });
    }

    /// The store has answered.
    pub(super) fn on_stored(&mut self, reply: Reply, turn: &mut Turn<'_>) {
        let Some(purpose) = self.tickets.open.remove(&reply.ticket) else {
            debug_assert!(false, "an answer to nothing");
            return;
        };
        match (purpose, reply.result) {
            (Purpose::Promise(call, row), result) => self.promised(call, *row, result, turn),
            (Purpose::Life(id), result) => {
                if let Err(refusal) = &result {
                    tracing::error!(callback = %id, ?refusal, "a callback's step was not stored");
                }
                let durable = result.is_ok();
                self.tell_callback(id, CallbackEvent::Stored { durable }, turn);
            }
            (Purpose::Callbacks, Ok(Done::Callbacks(rows))) => self.restore(rows, turn),
            (Purpose::Bindings, Ok(Done::Bindings(accounts))) => {
                for (account, bindings) in accounts {
                    self.restore_bindings(account, bindings, turn);
                }
            }
            (Purpose::Message(change), result) => self.message_stored(change, result, turn),
            (Purpose::Messages, Ok(Done::Messages(messages))) => {
                self.tell_mailboxes(MailboxEvent::Restored(messages), turn);
            }
            (Purpose::Record, Ok(_)) => {}
            (purpose, result) => {
                let fault: Option<Refusal> = result.err();
                tracing::error!(?purpose, ?fault, "the store failed");
                // A promise is not optional: what a restart must bring back is asked for again.
                let at = turn.now.monotonic + LOAD_AGAIN;
                match purpose {
                    Purpose::Callbacks => self.timers.set(Alarm::LoadCallbacks, at, "load again"),
                    Purpose::Bindings => self.timers.set(Alarm::LoadBindings, at, "load again"),
                    Purpose::Messages => self.timers.set(Alarm::LoadMessages, at, "load again"),
                    Purpose::Promise(..)
                    | Purpose::Life(_)
                    | Purpose::Message(_)
                    | Purpose::Record => {}
                }
            }
        }
    }
}
