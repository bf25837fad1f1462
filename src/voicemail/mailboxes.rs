//! All mailboxes of a site: what is in them, and what becomes of it.
//!
//! ```text
//! Leave, Heard, Save, Delete, Told ──► Store ──► Stored ──► the change holds: Kept, Counted,
//! retention is over ──────────────────┘           │         Tell, Deleted
//!                                                 └ not durable: as if nobody had asked
//! ```
//!
//! A change holds when it is durable, not before; changes of one message are made durable in the
//! order in which they were asked for.

use super::event::{Change, Effect, Event, Why};
use super::message::{Message, State};
use super::settings::MailboxSettings;
use super::summary::Counts;
use crate::base::id::MessageId;
use crate::base::outbox::Outbox;
use crate::base::time::{Deadline, Now, Utc};
use crate::base::timers::Timers;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// Pause before a message whose time is over is deleted once more, after the store failed.
const DELETE_AGAIN: Duration = Duration::from_secs(15 * 60);

/// The mailboxes and all their messages.
#[derive(Debug)]
pub struct Mailboxes {
    settings: BTreeMap<String, MailboxSettings>,
    messages: BTreeMap<MessageId, Message>,
    /// When each message has been kept long enough.
    ends: Timers<MessageId>,
}

impl Mailboxes {
    /// Mailboxes without messages.
    #[must_use]
    pub fn new(settings: &[MailboxSettings]) -> Self {
        let by_name = settings.iter().map(|one| (one.name.clone(), one.clone()));
        let (settings, messages) = (by_name.collect(), BTreeMap::new());
        Self { settings, messages, ends: Timers::new() }
    }

    /// Takes new rules; messages stay. Those of a mailbox that is gone are unseen and kept until
    /// it comes back.
    pub fn update(&mut self, now: Now, settings: &[MailboxSettings], out: &mut Outbox<Effect>) {
        self.settings = settings.iter().map(|one| (one.name.clone(), one.clone())).collect();
        let messages: Vec<MessageId> = self.messages.keys().copied().collect();
        for message in messages {
            self.watch(now, message);
        }
        for mailbox in self.settings.keys().cloned() {
            out.push(Effect::Counted { mailbox });
        }
    }

    /// Takes one event; what should happen goes to `out`, in order.
    pub fn handle(&mut self, now: Now, event: Event, out: &mut Outbox<Effect>) {
        match event {
            Event::Restored(messages) => self.restore(now, messages, out),
            Event::Leave(message) => store(Change::Keep(*message), out),
            Event::Heard(id) => {
                if let Some(message) = self.messages.get(&id).filter(|m| m.state == State::New) {
                    let (state, kept_from) = (State::Heard, message.kept_from);
                    store(Change::Mark { message: id, state, kept_from }, out);
                }
            }
            Event::Save(message) => {
                if self.messages.contains_key(&message) {
                    let (state, kept_from) = (State::Saved, now.utc);
                    store(Change::Mark { message, state, kept_from }, out);
                }
            }
            Event::Delete(message) => self.delete(message, Why::Unwanted, out),
            Event::Told(message) => {
                if self.messages.contains_key(&message) {
                    store(Change::Told(message), out);
                }
            }
            Event::Stored { change, durable: true } => self.hold(now, *change, out),
            Event::Stored { change, durable: false } => self.lose(now, &change, out),
            Event::Timer => self.end_due(now, out),
        }
    }

    /// When to be called with [`Event::Timer`], and why.
    #[must_use]
    pub fn deadline(&self) -> Option<Deadline> {
        self.ends.deadline()
    }

    /// The rules of a mailbox.
    #[must_use]
    pub fn settings(&self, mailbox: &str) -> Option<&MailboxSettings> {
        self.settings.get(mailbox)
    }

    /// Whether a mailbox takes no more messages.
    #[must_use]
    pub fn is_full(&self, mailbox: &str) -> bool {
        let most = self.settings.get(mailbox).map_or(0, |settings| settings.messages_max);
        self.messages_of(mailbox).count() >= most
    }

    /// The messages of a mailbox, the oldest first.
    pub fn messages_of<'a>(&'a self, mailbox: &'a str) -> impl Iterator<Item = &'a Message> {
        self.messages.values().filter(move |message| message.mailbox == mailbox)
    }

    /// One message.
    #[must_use]
    pub fn message(&self, message: MessageId) -> Option<&Message> {
        self.messages.get(&message)
    }

    /// How many messages wait in a mailbox.
    #[must_use]
    pub fn counts(&self, mailbox: &str) -> Counts {
        let new = self.messages_of(mailbox).filter(|m| m.state == State::New).count();
        Counts { new, old: self.messages_of(mailbox).count() - new }
    }

    /// The mailboxes of an agent, by name.
    pub fn of_agent<'a>(&'a self, agent: &'a str) -> impl Iterator<Item = &'a MailboxSettings> {
        self.settings.values().filter(move |one| one.agents.iter().any(|name| name == agent))
    }

    /// Messages of a mailbox that is not configured any more stay in the store, unseen.
    fn restore(&mut self, now: Now, messages: Vec<Message>, out: &mut Outbox<Effect>) {
        let mut counted = BTreeSet::new();
        for message in messages {
            if !self.settings.contains_key(&message.mailbox) {
                tracing::warn!(
                    message = %message.id,
                    mailbox = message.mailbox,
                    "a message of a mailbox that is not configured"
                );
                continue;
            }
            if message.notice_due {
                out.push(Effect::Tell(Box::new(message.clone())));
            }
            let (id, mailbox) = (message.id, message.mailbox.clone());
            self.messages.insert(id, message);
            self.watch(now, id);
            counted.insert(mailbox);
        }
        for mailbox in counted {
            out.push(Effect::Counted { mailbox });
        }
    }

    fn delete(&self, id: MessageId, why: Why, out: &mut Outbox<Effect>) {
        if let Some(Message { recording, .. }) = self.messages.get(&id) {
            let change = Change::Delete { message: id, recording: *recording, why };
            store(change, out);
        }
    }

    /// A change is durable.
    fn hold(&mut self, now: Now, change: Change, out: &mut Outbox<Effect>) {
        let id = change.message();
        let (is_new, why) = match &change {
            Change::Keep(_) => (true, Why::Unwanted),
            Change::Delete { why, .. } => (false, *why),
            Change::Mark { .. } | Change::Told(_) => (false, Why::Unwanted),
        };
        let counts = !matches!(change, Change::Told(_));
        let gone = change.apply(&mut self.messages);
        self.watch(now, id);
        if is_new {
            out.push(Effect::Kept(id));
        }
        let mailbox = gone.as_ref().or_else(|| self.messages.get(&id)).map(|m| m.mailbox.clone());
        if let Some(mailbox) = mailbox.filter(|_| counts) {
            out.push(Effect::Counted { mailbox });
        }
        if let Some(message) = gone {
            out.push(Effect::Deleted { message: Box::new(message), why });
        }
        if let Some(message) = self.messages.get(&id).filter(|m| is_new && m.notice_due) {
            out.push(Effect::Tell(Box::new(message.clone())));
        }
    }

    /// A change is not durable, so it was none.
    fn lose(&mut self, now: Now, change: &Change, out: &mut Outbox<Effect>) {
        let id = change.message();
        match change {
            Change::Keep(_) => out.push(Effect::NotKept(id)),
            Change::Delete { why: Why::Retention, .. } => {
                self.ends.set(id, now.monotonic + DELETE_AGAIN, "delete the message again");
            }
            Change::Mark { .. } | Change::Told(_) | Change::Delete { .. } => {}
        }
    }

    fn end_due(&mut self, now: Now, out: &mut Outbox<Effect>) {
        while let Some(id) = self.ends.pop_due(now.monotonic) {
            // The wall clock may have been set since.
            match self.end_of(id) {
                Some(end) if end <= now.utc => self.delete(id, Why::Retention, out),
                Some(_) | None => self.watch(now, id),
            }
        }
    }

    /// Wakes up when a message has been kept long enough.
    fn watch(&mut self, now: Now, id: MessageId) {
        match self.end_of(id) {
            Some(end) => {
                self.ends.set(id, now.moment_of(end), "the message was kept long enough");
            }
            None => self.ends.stop(id),
        }
    }

    fn end_of(&self, id: MessageId) -> Option<Utc> {
        let message = self.messages.get(&id)?;
        let retention = self.settings.get(&message.mailbox)?.retention?;
        Some(message.kept_from + retention)
    }
}

fn store(change: Change, out: &mut Outbox<Effect>) {
    out.push(Effect::Store(Box::new(change)));
}

#[cfg(test)]
mod tests;
