//! The words between the mailboxes and the switchboard.

use super::message::{Message, State};
use crate::base::id::{MessageId, RecordingId};
use crate::base::time::Utc;
use std::collections::BTreeMap;

/// What happens to the mailboxes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// What the store held at start.
    Restored(Vec<Message>),
    /// A caller has left a message; [`Effect::Kept`] or [`Effect::NotKept`] follows.
    Leave(Box<Message>),
    /// Somebody listened to a message.
    Heard(MessageId),
    /// Somebody wants a message kept.
    Save(MessageId),
    /// Somebody deletes a message.
    Delete(MessageId),
    /// Everybody who was to be told of a message has been.
    Told(MessageId),
    /// The store has answered.
    Stored {
        /// What it was asked.
        change: Box<Change>,
        /// Whether it is durable.
        durable: bool,
    },
    /// A deadline of the mailboxes has come.
    Timer,
}

/// One change of one message; durable before it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// A new one.
    Keep(Message),
    /// It stands elsewhere.
    Mark {
        /// Which.
        message: MessageId,
        /// Where it stands now.
        state: State,
        /// From when its retention counts.
        kept_from: Utc,
    },
    /// Nobody has to be told of it any more.
    Told(MessageId),
    /// It is gone, and its recording.
    Delete {
        /// Which.
        message: MessageId,
        /// Its sound.
        recording: RecordingId,
        /// Who deleted it.
        why: Why,
    },
}

/// Why a message was deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// Somebody did not want it any more.
    Unwanted,
    /// It was kept long enough.
    Retention,
}

/// What the mailboxes want done, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Make this durable; [`Event::Stored`] answers.
    Store(Box<Change>),
    /// A message is kept: its caller may be told so.
    Kept(MessageId),
    /// A message could not be kept.
    NotKept(MessageId),
    /// A mailbox holds more or fewer new or old messages than before.
    Counted {
        /// Which.
        mailbox: String,
    },
    /// Tell everybody who is to be told of this message; [`Event::Told`] answers.
    Tell(Box<Message>),
    /// A message is gone.
    Deleted {
        /// The message as it was.
        message: Box<Message>,
        /// Why.
        why: Why,
    },
}

impl Change {
    /// The message that changes.
    #[must_use]
    pub const fn message(&self) -> MessageId {
        match self {
            Self::Keep(message) => message.id,
            Self::Mark { message, .. } | Self::Told(message) | Self::Delete { message, .. } => {
                *message
            }
        }
    }

    /// Makes the change; what it took away, if it took a message away.
    pub fn apply(self, messages: &mut BTreeMap<MessageId, Message>) -> Option<Message> {
        match self {
            Self::Keep(message) => {
                messages.insert(message.id, message);
                None
            }
            Self::Mark { message, state, kept_from } => {
                if let Some(message) = messages.get_mut(&message) {
                    message.state = state;
                    message.kept_from = kept_from;
                }
                None
            }
            Self::Told(message) => {
                if let Some(message) = messages.get_mut(&message) {
                    message.notice_due = false;
                }
                None
            }
            Self::Delete { message, .. } => messages.remove(&message),
        }
    }
}
