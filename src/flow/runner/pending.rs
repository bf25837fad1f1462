//! What a runner waits for: one thing at a time, with its data.

use super::asking::{Collecting, Menu};
use super::leaving::{Leaving, LeavingStage};
use crate::base::time::{Deadline, Moment};
use crate::flow::effect::Escalation;

/// What the top frame's step waits for.
///
/// ```text
///                 answer                  ACK
///           ┌──────────────► Answering ──────────┐
///           │ play, say       clips over, key    │
///           ├──────────────► Playing ────────────┤
///           │ music           time, key          │
///           ├──────────────► Music ──────────────┤
///           │ menu, collect   key, entry, silence│
///           ├──► Menu, Collecting ───────────────┤
///           │ record          file durable       │
///           ├──────────────► Recording ──────────┤
///           │                  ▲ ▼  keep         │
///           │                Reviewing ──────────┤
///           │ wait            time               │
///           ├──────────────► Waiting ────────────┤
///           │ http            answer, time       │
///           ├──────────────► Asking ─────────────┤
/// Running ──┤ start, register, dismiss, cancel,  │
///    ▲      │ take over, requeue: answered       │
///    │      ├──► Starting, Registering, ─────────┤
///    │      │    Dismissing, Revoking, Moving    │
///    │      │ queue                              │
///    │      └──► Joining ──► waiting flow runs   │
///    │              │         │ over             │
///    │              └──► QueueMusic ──► Connected│      (Connected also straight out of any
///    │                     │ exit_queue     │    │       step of the waiting flow)
///    │                  Leaving ────────────┤    │
///    └──────────────────────────────────────┴────┘
///          transfer                answered
/// Running ────────► Transferring ──────────► Transferred ──► Running
///
/// Running ── voicemail ──► Voicemail ──► Running
///
/// any ── end, hangup, reject, hang-up ──► Over
/// ```
#[derive(Debug, Clone)]
pub(super) enum Pending {
    /// Nothing: the next step can begin.
    Running,
    /// The ACK.
    Answering {
        /// Whether the step only needs the call answered before it acts.
        first: bool,
    },
    /// The end of a `play` or `say`.
    Playing {
        /// Its number.
        play: u32,
        /// Whether a key stops it.
        barge_in: bool,
    },
    /// The end of `music`.
    Music {
        /// `for`; without it a key or nothing ends it.
        until: Option<Moment>,
    },
    /// A key for a `menu`.
    Menu(Menu),
    /// Keys for a `collect`.
    Collecting(Box<Collecting>),
    /// The end of a recording.
    Recording,
    /// What the caller wants done with it.
    Reviewing(Menu),
    /// The end of a `voicemail`.
    Voicemail(Leaving),
    /// An agent who listens to messages.
    Listening,
    /// The end of a `wait`.
    Waiting {
        /// Then.
        until: Moment,
    },
    /// The answer of a web service.
    Asking(Web),
    /// The queue's answer to Join.
    Joining,
    /// An agent, with the queue's music.
    QueueMusic,
    /// The end of the agent's leg.
    Connected,
    /// The queue's answer to `exit_queue`.
    Leaving,
    /// The answer to Start.
    Starting,
    /// The store's answer to Register.
    Registering,
    /// The answer to Dismiss.
    Dismissing(AfterDismiss),
    /// The answer to `requeue`.
    Moving,
    /// Whom the caller is passed on to.
    Transferring,
    /// The end of the talk with them.
    Transferred,
    /// The answer to `cancel_callback` or `take_over_callback`.
    Revoking,
    /// Nothing any more.
    Over,
}

/// An `http` step that waits.
#[derive(Debug, Clone, Copy)]
pub(super) struct Web {
    /// The number of its question.
    pub(super) ask: u32,
    /// The answer is not waited for any longer.
    pub(super) until: Moment,
    /// Whether music plays meanwhile.
    pub(super) plays: bool,
}

/// What a Dismiss was for.
#[derive(Debug, Clone)]
pub(super) enum AfterDismiss {
    /// The step `dismiss_callback`: go on with the next step.
    Next,
    /// A step that needs the callback dismissed first: do it now.
    TheStep,
    /// The waiting flow is over: the caller hears the queue's music.
    QueueMusic,
    /// Started too long: the waiting flow begins again.
    WaitingFlow,
    /// The call's flow is over.
    Finish(Option<Escalation>),
}

impl Pending {
    /// Whether sound is playing that must stop when the step is left.
    pub(super) const fn plays(&self) -> bool {
        match self {
            Self::Playing { .. } | Self::Music { .. } | Self::QueueMusic => true,
            Self::Menu(menu) | Self::Reviewing(menu) => menu.asking.play.is_some(),
            Self::Asking(web) => web.plays,
            Self::Collecting(collecting) => collecting.asking.play.is_some(),
            Self::Voicemail(leaving) => matches!(leaving.stage, LeavingStage::Greeting { .. }),
            Self::Running
            | Self::Answering { .. }
            | Self::Recording
            | Self::Listening
            | Self::Waiting { .. }
            | Self::Joining
            | Self::Connected
            | Self::Leaving
            | Self::Starting
            | Self::Registering
            | Self::Dismissing(_)
            | Self::Moving
            | Self::Transferring
            | Self::Transferred
            | Self::Revoking
            | Self::Over => false,
        }
    }

    /// When time itself ends it.
    pub(super) fn deadline(&self) -> Option<Deadline> {
        match self {
            Self::Music { until } => until.map(|at| Deadline { at, why: "music" }),
            Self::Menu(menu) => menu.until.map(|at| Deadline { at, why: "menu" }),
            Self::Reviewing(menu) => menu.until.map(|at| Deadline { at, why: "review" }),
            Self::Collecting(collecting) => collecting.collector.deadline(),
            Self::Waiting { until } => Some(Deadline { at: *until, why: "wait" }),
            Self::Asking(web) => Some(Deadline { at: web.until, why: "http" }),
            Self::Running
            | Self::Answering { .. }
            | Self::Playing { .. }
            | Self::Recording
            | Self::Voicemail(_)
            | Self::Listening
            | Self::Joining
            | Self::QueueMusic
            | Self::Connected
            | Self::Leaving
            | Self::Starting
            | Self::Registering
            | Self::Dismissing(_)
            | Self::Moving
            | Self::Transferring
            | Self::Transferred
            | Self::Revoking
            | Self::Over => None,
        }
    }
}

/// Where the call's callback stands, as far as its flow knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Callback {
    /// Nothing to undo.
    None,
    /// Between Start and Register or Dismiss.
    Started,
    /// Promised.
    Registered,
}

/// Whether somebody is listening.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Caller {
    /// The caller is there.
    Present,
    /// The caller hung up; `when_caller_hangs_up` runs without sound.
    LastWords,
    /// The caller hung up, and only the store's answer is waited for.
    Gone,
}
