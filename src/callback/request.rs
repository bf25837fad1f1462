//! One callback request: what was promised, and where its life stands.

use crate::base::id::{CallId, CallbackId, EntryId, RecordingId};
use crate::base::language::Language;
use crate::base::number::PhoneNumber;
use crate::base::skill::Skills;
use crate::base::time::Utc;
use std::collections::BTreeMap;
use std::time::Duration;

/// Everything durable about one request; a row of the store.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The promise, which never changes.
    pub promise: Promise,
    /// Where its life stands.
    pub state: State,
    /// Attempts so far, oldest first.
    pub attempts: Vec<Attempt>,
    /// Trunk troubles since the last real attempt.
    pub troubles: u32,
    /// Not offered before this.
    pub not_before: Utc,
    /// When this row last changed.
    pub changed_at: Utc,
}

/// What `register_callback` promised. Table: a column each in the store.
#[derive(Debug, Clone, PartialEq)]
pub struct Promise {
    /// Its id.
    pub callback: CallbackId,
    /// The entry that holds its place.
    pub entry: EntryId,
    /// The call that made it.
    pub call: CallId,
    /// The number to dial.
    pub number: PhoneNumber,
    /// The queue.
    pub queue: String,
    /// The outbound number shown; `None` is the trunk's own.
    pub ani: Option<PhoneNumber>,
    /// What the agent hears before the call.
    pub agent_media: Vec<Material>,
    /// Language of prompts for agent and customer.
    pub language: Language,
    /// Priority in the queue.
    pub priority: i32,
    /// What the agent must be able to do.
    pub skills: Skills,
    /// The place.
    pub enqueued_at: Utc,
    /// When it was registered.
    pub registered_at: Utc,
    /// Rules of trying.
    pub rules: Rules,
    /// Shown to the agent.
    pub data: BTreeMap<String, String>,
}

/// One piece of what the agent hears.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Material {
    /// A prompt's name.
    Prompt(String),
    /// A recording.
    Recording(RecordingId),
}

/// How often and when a number is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// Most attempts; default 3.
    pub attempts: u32,
    /// After no answer; default 15 min.
    pub retry_after: Duration,
    /// After busy; default 5 min.
    pub busy_retry_after: Duration,
    /// After trunk trouble or an agent lost while it rang; default 1 min.
    pub trouble_retry_after: Duration,
    /// How long the customer's phone rings; default 30 s.
    pub ring: Duration,
    /// The request ends unfulfilled at this moment; default registered + 72 h.
    pub expires_at: Utc,
}

/// Where a request's life stands.
///
/// ```text
///                 ┌──────────── offer failed, agent lost, postponed ───────────┐
///                 ▼                                                            │
/// Register ► Waiting ──► Offered ──► AgentMedia ──► Dialing ──► Connected ──► Completed
///                 ▲                                    │             │
///                 └──────────── Retry ◄────────────────┘             └► Requeued ► Completed
///                                 │                                        └──► Abandoned
///                                 └► Exhausted · Failed · Expired · Cancelled · Superseded
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// In the queue.
    Waiting,
    /// One agent is reserved and rings.
    Offered,
    /// The agent hears the material.
    AgentMedia,
    /// The attempt is durable; the customer is dialled.
    Dialing,
    /// They talk.
    Connected,
    /// The agent was lost; the customer is live at the head of the queue.
    Requeued,
    /// Waits for the next attempt, place kept.
    Retry,
    /// End: they have talked.
    Completed,
    /// End: the customer left while waiting for another agent.
    Abandoned,
    /// End: attempts used up.
    Exhausted,
    /// End: the number can never be dialled.
    Failed,
    /// End: too late.
    Expired,
    /// End: called off.
    Cancelled,
    /// End: the customer called again and was served.
    Superseded,
}

/// One attempt to reach the customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// From 1.
    pub number: u32,
    /// When the INVITE was about to be sent.
    pub at: Utc,
    /// The agent who waited.
    pub agent: String,
    /// The trunk it went through.
    pub trunk: String,
    /// How it ended; `None` while it runs.
    pub outcome: Option<AttemptOutcome>,
}

/// How an attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum AttemptOutcome {
    /// They talked.
    Answered,
    /// Ring time over.
    NoAnswer,
    /// Busy.
    Busy,
    /// Rejected.
    Declined,
    /// Never again.
    Unwanted,
    /// No such number.
    NoSuchNumber,
    /// The trunk failed; not counted.
    TrunkTrouble,
    /// The agent was lost; not counted.
    AgentLost,
    /// Policy forbade it at dial time; nothing was dialled; not counted.
    Forbidden,
    /// The process died while dialling; counted, for the phone may have rung.
    Orphaned,
}

impl State {
    /// Its name as flows and people write it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Offered => "offered",
            Self::AgentMedia => "agent_media",
            Self::Dialing => "dialing",
            Self::Connected => "connected",
            Self::Requeued => "requeued",
            Self::Retry => "retry",
            Self::Completed => "completed",
            Self::Abandoned => "abandoned",
            Self::Exhausted => "exhausted",
            Self::Failed => "failed",
            Self::Expired => "expired",
            Self::Cancelled => "cancelled",
            Self::Superseded => "superseded",
        }
    }

    /// Whether the life is over.
    #[must_use]
    pub const fn is_end(self) -> bool {
        match self {
            Self::Waiting
            | Self::Offered
            | Self::AgentMedia
            | Self::Dialing
            | Self::Connected
            | Self::Requeued
            | Self::Retry => false,
            Self::Completed
            | Self::Abandoned
            | Self::Exhausted
            | Self::Failed
            | Self::Expired
            | Self::Cancelled
            | Self::Superseded => true,
        }
    }
}

impl AttemptOutcome {
    /// Whether it uses up one of the attempts: the customer's phone rang, or may have.
    #[must_use]
    pub const fn is_counted(self) -> bool {
        match self {
            Self::Answered
            | Self::NoAnswer
            | Self::Busy
            | Self::Declined
            | Self::Unwanted
            | Self::NoSuchNumber
            | Self::Orphaned => true,
            Self::TrunkTrouble | Self::AgentLost | Self::Forbidden => false,
        }
    }
}

impl Row {
    /// How many attempts count against [`Rules::attempts`].
    #[must_use]
    pub fn attempts_counted(&self) -> u32 {
        let counted = |attempt: &&Attempt| attempt.outcome.is_some_and(AttemptOutcome::is_counted);
        u32::try_from(self.attempts.iter().filter(counted).count()).unwrap_or(u32::MAX)
    }
}
