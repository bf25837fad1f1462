//! What happened in a rehearsal, in order: the script is held against it.

use super::repertoire::Piece;
use crate::base::number::PhoneNumber;
use crate::base::time::Moment;
use crate::switchboard::output::{Announcement, Tale};
use std::sync::Arc;

/// Everything that happened, oldest first.
#[derive(Debug, Default)]
pub struct Log {
    entries: Vec<Entry>,
}

/// One thing that happened.
#[derive(Debug, Clone)]
pub struct Entry {
    /// When.
    pub at: Moment,
    /// What.
    pub what: What,
}

/// What happened.
#[derive(Debug, Clone)]
pub enum What {
    /// Somebody begins to hear a clip.
    Hears {
        /// Who.
        who: Ear,
        /// All clips of the play.
        pieces: Arc<Vec<Piece>>,
        /// Which of them begins.
        index: usize,
    },
    /// The flow of the caller comes to a step.
    Step {
        /// The flow.
        flow: String,
        /// Its section.
        section: String,
        /// The notation.
        does: String,
    },
    /// A step of it ends by an outcome.
    Exit {
        /// The flow.
        flow: String,
        /// Line and column of the step.
        at: String,
        /// The outcome's word.
        outcome: String,
    },
    /// The caller is passed on to a number outside: it is dialled.
    Dials {
        /// The number.
        number: PhoneNumber,
        /// The number shown there, if any.
        ani: Option<PhoneNumber>,
    },
    /// The flow tells other systems of something.
    Announces(Announcement),
    /// Anything else that the heart told.
    Told {
        /// `noun.verb`.
        event: &'static str,
        /// Its facts.
        facts: Vec<(&'static str, String)>,
    },
    /// Somebody outside did something.
    Did(String),
}

/// Who hears.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ear {
    /// The caller.
    Caller,
    /// An agent.
    Agent,
    /// Whoever was called outside: a customer who is called back.
    FarEnd,
}

impl Log {
    /// Adds one.
    pub fn note(&mut self, at: Moment, what: What) {
        self.entries.push(Entry { at, what });
    }

    /// All entries.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether nothing has happened.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

impl What {
    /// What the heart told.
    #[must_use]
    pub fn of(tale: Tale) -> Self {
        let Tale { event, mut facts, .. } = tale;
        let mut fact = |wanted: &str| {
            let found = facts.iter_mut().find(|(name, _)| *name == wanted);
            found.map(|(_, value)| std::mem::take(value)).unwrap_or_default()
        };
        match event {
            "flow.step" => {
                Self::Step { flow: fact("flow"), section: fact("section"), does: fact("does") }
            }
            "flow.exit" => {
                Self::Exit { flow: fact("flow"), at: fact("at"), outcome: fact("outcome") }
            }
            _ => Self::Told { event, facts },
        }
    }

    /// A fact of what was told.
    #[must_use]
    pub fn fact(&self, wanted: &str) -> Option<&str> {
        let Self::Told { facts, .. } = self else { return None };
        facts.iter().find(|(name, _)| *name == wanted).map(|(_, value)| value.as_str())
    }

    /// Whether this event was told.
    #[must_use]
    pub fn is(&self, wanted: &str) -> bool {
        matches!(self, Self::Told { event, .. } if *event == wanted)
    }
}
