//! One message: who left it, when, and where it stands.
//!
//! ```text
//!           played            saved
//! New ─────────────► Heard ─────────► Saved
//!  │                   │                │
//!  └─ deleted, or kept long enough ─────┴──► gone, and its recording with it
//! ```

use crate::base::id::{CallId, MessageId, RecordingId};
use crate::base::language::Language;
use crate::base::number::PhoneNumber;
use crate::base::time::Utc;
use std::time::Duration;

/// A message as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Its id.
    pub id: MessageId,
    /// The mailbox.
    pub mailbox: String,
    /// The sound.
    pub recording: RecordingId,
    /// How long it is.
    pub length: Duration,
    /// The call that left it.
    pub call: CallId,
    /// Who left it.
    pub caller: Caller,
    /// When it was left.
    pub left_at: Utc,
    /// Where it stands.
    pub state: State,
    /// When it was left or saved: retention counts from here.
    pub kept_from: Utc,
    /// Whether somebody has still to be told of it.
    pub notice_due: bool,
}

/// Who left a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// In E.164, if known.
    pub number: Option<PhoneNumber>,
    /// The name that came with the call.
    pub name: Option<String>,
    /// The number that was called.
    pub called: String,
    /// The language of the call.
    pub language: Language,
}

/// Where a message stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// Nobody has listened to it.
    New,
    /// Somebody has.
    Heard,
    /// Somebody wants it kept: its retention began anew.
    Saved,
}

impl State {
    /// All of them, in the order of life.
    pub const ALL: [Self; 3] = [Self::New, Self::Heard, Self::Saved];

    /// The word for it in the store and on screens.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Heard => "heard",
            Self::Saved => "saved",
        }
    }

    /// The state of a word.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.word() == word)
    }
}
