//! Agents: who may be offered work.
//!
//! ```text
//!                      busy (486): skipped 5 s
//!                          ┌────┐
//!      sign in             ▼    │     offer          accepted           wrap-up
//! Off ─────────► Ready ─────────┴──► Ringing ───► Talking ───► WrapUp ──────────► Ready
//!  ▲               ▲ ▲                 │  │           │           │
//!  │ sign out      │ └── withdrawn ────┘  │ no answer │ lost      │ wish
//!  └─ from any     │                      ▼           ▼           ▼
//!                  └─────── wish ────── NotReady(reason) ◄────────┘
//! ```
//!
//! A wish spoken in a conversation holds from its end.

use crate::base::id::JobId;
use crate::base::skill::Skills;
use crate::base::time::Moment;
use std::time::Duration;

/// What an agent does now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AgentState {
    /// Signed out.
    Off,
    /// Waits for work.
    Ready,
    /// An offer rings.
    Ringing,
    /// In a conversation, or in the material before one.
    Talking,
    /// Notes after a conversation.
    WrapUp,
    /// Signed in, no work wanted; why.
    NotReady(&'static str),
}

/// Reasons of [`AgentState::NotReady`].
pub mod reason {
    /// The agent, or somebody for them, said so.
    pub const WISH: &str = "wish";
    /// An offer rang out.
    pub const NO_ANSWER: &str = "no answer";
    /// An offer was rejected.
    pub const REJECTED: &str = "rejected";
    /// No phone could be reached.
    pub const UNREACHABLE: &str = "unreachable";
    /// Hung up before the work was done.
    pub const HUNG_UP: &str = "hung up";
}

/// Agents are named inside the room by their index.
pub(super) type AgentIndex = usize;

/// What an agent does, with what must be remembered while it lasts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Duty {
    /// Signed out.
    Off,
    /// Waits for work; `skipped` while a busy phone is left alone.
    Ready { skipped: bool },
    /// An offer rings.
    Ringing { job: JobId },
    /// At work; `wish` is what holds afterwards instead of wrap-up.
    Talking { job: JobId, wish: Option<Rest> },
    /// Notes, since when, after how much talk for which queue.
    WrapUp { since: Moment, talked: Option<Duration>, line: Option<usize> },
    /// No work wanted.
    NotReady(&'static str),
}

/// A state without work that an agent wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rest {
    Off,
    NotReady(&'static str),
}

impl From<Rest> for Duty {
    fn from(rest: Rest) -> Self {
        match rest {
            Rest::Off => Self::Off,
            Rest::NotReady(reason) => Self::NotReady(reason),
        }
    }
}

/// One agent.
#[derive(Debug, Clone)]
pub(super) struct Agent {
    /// The name.
    pub(super) name: String,
    /// What they can do.
    pub(super) skills: Skills,
    /// Whether the settings still know the agent; one who is gone ends Off.
    pub(super) listed: bool,
    /// What the agent does.
    pub(super) duty: Duty,
    /// Since when there was no work; kept through offers that come to nothing.
    pub(super) idle_since: Moment,
    /// Queues this agent serves, by index.
    pub(super) lines: Vec<usize>,
}

impl Agent {
    /// A new agent, signed out.
    pub(super) const fn new(name: String, skills: Skills) -> Self {
        Self {
            name,
            skills,
            listed: true,
            duty: Duty::Off,
            idle_since: Moment::ZERO,
            lines: Vec::new(),
        }
    }

    /// As others see it.
    pub(super) const fn state(&self) -> AgentState {
        match self.duty {
            Duty::Off => AgentState::Off,
            Duty::Ready { .. } => AgentState::Ready,
            Duty::Ringing { .. } => AgentState::Ringing,
            Duty::Talking { .. } => AgentState::Talking,
            Duty::WrapUp { .. } => AgentState::WrapUp,
            Duty::NotReady(reason) => AgentState::NotReady(reason),
        }
    }

    /// Whether work may be offered now.
    pub(super) const fn is_free(&self) -> bool {
        matches!(self.duty, Duty::Ready { skipped: false })
    }

    /// Whether the agent works today, and so counts in estimates.
    pub(super) const fn is_at_work(&self) -> bool {
        match self.duty {
            Duty::Ready { .. }
            | Duty::Ringing { .. }
            | Duty::Talking { .. }
            | Duty::WrapUp { .. } => true,
            Duty::Off | Duty::NotReady(_) => false,
        }
    }
}
