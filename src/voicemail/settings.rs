//! What a mailbox is told about itself.

use std::time::Duration;

/// One mailbox's rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailboxSettings {
    /// Its name.
    pub name: String,
    /// A title for people.
    pub title: String,
    /// The prompt that callers hear first.
    pub greeting: String,
    /// What ends a message.
    pub limits: MessageLimits,
    /// Most messages; the next caller finds it full.
    pub messages_max: usize,
    /// How long a message is kept, from when it was left or saved; `None` is for ever.
    pub retention: Option<Duration>,
    /// Agents who listen to it and see its light, by name.
    pub agents: Vec<String>,
    /// Who is told of a new message.
    pub notify: Notify,
}

/// What ends a message, and when it counts as one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MessageLimits {
    /// Longest message.
    pub longest: Duration,
    /// A shorter one counts as nothing said.
    pub shortest: Duration,
    /// Ends after this much silence; `None` never.
    pub silence: Option<Duration>,
}

/// Who is told of a new message.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Notify {
    /// Addresses that get an e-mail.
    pub emails: Vec<String>,
    /// Whether the e-mail brings the sound along.
    pub attach: bool,
    /// The webhook that is told, by its name.
    pub webhook: Option<String>,
}

impl Notify {
    /// Whether nobody is told.
    #[must_use]
    pub const fn is_nobody(&self) -> bool {
        self.emails.is_empty() && self.webhook.is_none()
    }
}
