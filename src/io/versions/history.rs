//! Who made which version live, when and why: one line of JSON each.

use serde_json::{Value, json};
use std::fs;
use std::io;
use std::path::Path;

/// What made a version live.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// `ringback flow publish`
    Publish,
    /// A reload that found other files.
    Reload,
    /// A start that found other files.
    Start,
    /// `ringback flow back`
    Back,
}

const DEEDS: [(Deed, &str); 4] = [
    (Deed::Publish, "publish"),
    (Deed::Reload, "reload"),
    (Deed::Start, "start"),
    (Deed::Back, "back"),
];

/// A version became live.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The version.
    pub version: String,
    /// What made it live.
    pub deed: Deed,
    /// When, in milliseconds since 1970.
    pub at_ms: i64,
    /// Who, as the system calls them.
    pub by: String,
    /// Why; may be empty.
    pub message: String,
    /// Versions that were turned away by going back: a restart or a reload does not bring them
    /// again.
    pub left: Vec<String>,
}

impl Entry {
    /// A version that becomes live now.
    #[must_use]
    pub fn now(version: String, deed: Deed, by: &str, message: &str) -> Self {
        let at_ms = jiff::Timestamp::now().as_millisecond();
        // One line is one line, also in a terminal.
        let message = message.split_whitespace().collect::<Vec<_>>().join(" ");
        Self { version, deed, at_ms, by: by.to_owned(), message, left: Vec::new() }
    }

    fn to_json(&self) -> Value {
        let deed = DEEDS.iter().find(|(deed, _)| *deed == self.deed).map(|(_, word)| *word);
        json!({
            "version": self.version, "did": deed, "at_ms": self.at_ms, "by": self.by,
            "message": self.message, "left": self.left,
        })
    }

    fn from_json(line: &str) -> Option<Self> {
        let value: Value = serde_json::from_str(line).ok()?;
        let text = |key: &str| value.get(key)?.as_str().map(str::to_owned);
        let did = text("did")?;
        let left = value.get("left")?.as_array()?.iter();
        Some(Self {
            version: text("version")?,
            deed: DEEDS.iter().find(|(_, word)| *word == did).map(|(deed, _)| *deed)?,
            at_ms: value.get("at_ms")?.as_i64()?,
            by: text("by")?,
            message: text("message")?,
            left: left.filter_map(Value::as_str).map(str::to_owned).collect(),
        })
    }
}

/// The whole history, oldest first.
#[derive(Debug, Default)]
pub(super) struct History {
    pub(super) entries: Vec<Entry>,
}

impl History {
    /// Reads it; none is an empty one. A line that is none is an error: what is live would be
    /// a guess.
    pub(super) fn read(path: &Path) -> io::Result<Self> {
        let text = match fs::read_to_string(path) {
            Err(fault) if fault.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            read => read?,
        };
        let entries = text.lines().enumerate().map(|(index, line)| {
            Entry::from_json(line).ok_or_else(|| {
                io::Error::other(format!("line {} is no entry of the history", index + 1))
            })
        });
        Ok(Self { entries: entries.collect::<io::Result<_>>()? })
    }

    pub(super) fn to_text(&self) -> String {
        self.entries.iter().map(|entry| format!("{}\n", entry.to_json())).collect()
    }
}

/// What was live before what is live now. Going back goes down a stack that publishing piles
/// up, so going back twice is two steps back, and not there and here again.
pub(super) fn previous(entries: &[Entry]) -> Option<String> {
    let mut stack: Vec<&String> = Vec::new();
    for entry in entries {
        let below = stack.iter().rposition(|version| **version == entry.version);
        match (entry.deed, below) {
            (Deed::Back, Some(below)) => stack.truncate(below + 1),
            (Deed::Back | Deed::Publish | Deed::Reload | Deed::Start, _) => {
                stack.push(&entry.version);
            }
        }
    }
    stack.pop()?;
    stack.pop().cloned()
}
