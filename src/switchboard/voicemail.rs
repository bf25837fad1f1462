//! Leaving a message: between a call's flow, the mailboxes and the store.

use super::call::Take;
use super::heart::Switchboard;
use super::output::{MessageNotice, Output};
use super::store::{Done, Refusal};
use super::turn::{Turn, Work};
use crate::base::id::{CallId, MessageId, RecordingId};
use crate::base::outbox::Outbox;
use crate::flow::effect::{Escalation, Event as FlowEvent, MessageLimits};
use crate::voicemail::event::{Change, Effect, Event};
use crate::voicemail::message::{Caller, Message, State};
use std::time::Duration;

/// Why a message cannot be left, as flows name it.
const UNKNOWN: &str = "voicemail-unknown-mailbox";
const NOT_STORED: &str = "voicemail-store-failed";

impl Switchboard {
    /// Tells the mailboxes what happened; what they ask is done later in this turn.
    pub(super) fn tell_mailboxes(&mut self, event: Event, turn: &mut Turn<'_>) {
        let mut out = Outbox::new();
        self.mailboxes.handle(turn.now, event, &mut out);
        turn.work.extend(out.drain().map(Work::Mailboxes));
    }

    /// Carries one effect of the mailboxes.
    pub(super) fn on_mailboxes(&mut self, effect: Effect, turn: &mut Turn<'_>) {
        match effect {
            Effect::Store(change) => self.persist_message(change, turn),
            Effect::Kept(message) => self.message_kept(message, turn),
            Effect::NotKept(message) => {
                if let Some(call) = self.leaving.remove(&message) {
                    turn.tell(Some(call), "message.not_stored", Vec::new());
                    let failed = FlowEvent::Escalated(Escalation::named(NOT_STORED));
                    self.tell_flow(call, failed, turn);
                }
            }
            Effect::Counted { mailbox } => self.light_up(&mailbox, turn),
            Effect::Tell(message) => self.notify(*message, turn),
            Effect::Deleted { message, why } => {
                let facts = vec![
                    ("message", message.id.to_string()),
                    ("mailbox", message.mailbox.clone()),
                    ("why", format!("{why:?}")),
                ];
                turn.tell(None, "message.deleted", facts);
                self.message_gone(message.id, true, turn);
            }
        }
    }

    /// Everybody who is to be told of a message is; nobody, where the site has changed its mind.
    fn notify(&mut self, message: Message, turn: &mut Turn<'_>) {
        let settings = self.mailboxes.settings(&message.mailbox);
        let Some(settings) = settings.filter(|settings| !settings.notify.is_nobody()) else {
            return self.tell_mailboxes(Event::Told(message.id), turn);
        };
        let (title, notify) = (settings.title.clone(), settings.notify.clone());
        turn.put(Output::Notify(Box::new(MessageNotice { message, title, notify })));
    }

    /// A flow wants to leave a message: the line is answered, and the mailbox looked at.
    pub(super) fn open_mailbox(&mut self, call: CallId, mailbox: &str, turn: &mut Turn<'_>) {
        // Nobody speaks into a line without sound.
        if self.early_session(call).is_some() {
            self.answer(call, turn);
        }
        let Some(settings) = self.mailboxes.settings(mailbox) else {
            tracing::error!(%call, mailbox, "there is no such mailbox");
            let failed = FlowEvent::Escalated(Escalation::named(UNKNOWN));
            return self.tell_flow(call, failed, turn);
        };
        if self.mailboxes.is_full(mailbox) {
            turn.tell(Some(call), "mailbox.full", vec![("mailbox", mailbox.to_owned())]);
            return self.tell_flow(call, FlowEvent::MailboxFull, turn);
        }
        let limits = MessageLimits {
            longest: settings.limits.longest,
            shortest: settings.limits.shortest,
            silence: settings.limits.silence,
        };
        let greeting = settings.greeting.clone();
        self.tell_flow(call, FlowEvent::MailboxOpened { greeting, limits }, turn);
    }

    /// The recording is the mailbox's from now on: the end of the call does not delete it. Who
    /// was let in may leave the message, also when the mailbox has filled up meanwhile.
    pub(super) fn leave_message(
        &mut self,
        call: CallId,
        mailbox: String,
        recording: RecordingId,
        turn: &mut Turn<'_>,
    ) {
        let id: MessageId = self.ids.mint();
        let settings = self.mailboxes.settings(&mailbox);
        let notice_due = settings.is_some_and(|settings| !settings.notify.is_nobody());
        let Some(record) = self.calls.get_mut(&call) else { return };
        let length = match record.recordings.remove(&recording) {
            Some(Take::Kept { length }) => length,
            Some(Take::Running { .. }) | None => Duration::ZERO,
        };
        let language = record.runner.as_ref().map(|runner| runner.language().clone());
        let caller = Caller {
            number: record.party.number.clone(),
            name: record.party.name.clone(),
            called: record.party.called.clone(),
            language: language.unwrap_or_else(|| self.settings.site.language.clone()),
        };
        let now = turn.now.utc;
        let message = Message {
            id,
            mailbox,
            recording,
            length,
            call,
            caller,
            left_at: now,
            state: State::New,
            kept_from: now,
            notice_due,
        };
        self.leaving.insert(id, call);
        self.tell_mailboxes(Event::Leave(Box::new(message)), turn);
    }

    /// The store has answered. A message that was not kept leaves no recording behind.
    pub(super) fn message_stored(
        &mut self,
        change: Box<Change>,
        result: Result<Done, Refusal>,
        turn: &mut Turn<'_>,
    ) {
        if let Err(refusal) = &result {
            let message = change.message();
            tracing::error!(%message, ?refusal, "a change of a message was not stored");
            match &*change {
                Change::Keep(message) => self.forget_recording(message.recording, turn),
                Change::Delete { message, .. } => self.message_gone(*message, false, turn),
                Change::Mark { .. } | Change::Told(_) => {}
            }
        }
        self.tell_mailboxes(Event::Stored { change, durable: result.is_ok() }, turn);
    }

    fn message_kept(&mut self, id: MessageId, turn: &mut Turn<'_>) {
        let Some(message) = self.mailboxes.message(id) else { return };
        let seconds = format!("{:.1}", message.length.as_secs_f64());
        let facts = vec![
            ("message", id.to_string()),
            ("mailbox", message.mailbox.clone()),
            ("seconds", seconds),
        ];
        let call = self.leaving.remove(&id);
        turn.tell(call, "message.left", facts);
        if let Some(call) = call {
            self.tell_flow(call, FlowEvent::MessageKept, turn);
        }
    }
}
