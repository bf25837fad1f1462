//! Runs one call's flow: takes what happens to the call, says what the call shall do.
//!
//! A stack of frames, one for each invocation of a flow, and one pending thing (see the drawing
//! at `Pending`). Where the call stands in a queue, the frame below the mark owns the `queue`
//! step, and what is above it is the waiting flow:
//!
//! ```text
//!  custom-callback   Called    start_callback, collect, register_callback …
//!  waiting           Waiting   music, menu, call_flow …        dropped when an agent answers
//!  ───────────────────────────────────────────────────── the stay in the queue
//!  main-line         Main      queue
//! ```

mod asking;
mod callback;
mod condition;
mod data;
mod escalation;
mod events;
mod frame;
mod hang_up;
mod keys;
mod leaving;
mod media;
mod moves;
mod pending;
mod position;
mod questions;
mod queueing;
mod review;
mod revoking;
mod scope;
mod steps;
#[cfg(test)]
mod tests;
mod transferring;
mod voicemail;

use self::frame::{Frame, Role, Visit};
use self::keys::Keys;
use self::moves::Move;
use self::pending::{Callback, Caller, Pending};
use super::effect::{Effect, Event};
use super::graph::{Action, FlowSet};
use super::value::{Facts, Value};
use crate::base::digit::Digit;
use crate::base::language::Language;
use crate::base::outbox::Outbox;
use crate::base::time::{Deadline, Moment, Now};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// Runs one call's flow.
pub struct Runner {
    flows: Arc<FlowSet>,
    frames: Vec<Frame>,
    pending: Pending,
    visit: Option<Visit>,
    keys: Keys,
    line: Line,
    callback: Callback,
    exports: BTreeMap<String, Value>,
    next_play: u32,
    next_ask: u32,
    pace: Pace,
}

/// What the runner knows of the caller's line.
#[derive(Debug, Clone)]
struct Line {
    language: Language,
    caller: Caller,
    answered: bool,
}

/// Steps taken without any time passing.
#[derive(Debug, Clone, Copy, Default)]
struct Pace {
    at: Moment,
    steps: u32,
}

/// Why a flow cannot begin; a mistake of the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum BeginError {
    /// There is no flow of this name.
    UnknownFlow(String),
}

impl fmt::Display for BeginError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownFlow(name) => write!(f, "there is no flow {name:?}"),
        }
    }
}

impl std::error::Error for BeginError {}

/// The moment and the world of one event, and where effects go.
struct Turn<'a> {
    now: Now,
    facts: &'a dyn Facts,
    out: &'a mut Outbox<Effect>,
}

impl Runner {
    /// A runner that has not begun. `language` holds until the flow says otherwise; the flow's
    /// own language, if it names one, goes before it.
    pub fn new(
        flows: Arc<FlowSet>,
        flow: &str,
        inputs: BTreeMap<String, Value>,
        language: Language,
    ) -> Result<Self, BeginError> {
        let Some(main) = flows.flows.get(flow).map(Arc::clone) else {
            return Err(BeginError::UnknownFlow(flow.to_owned()));
        };
        let language = main.language.clone().unwrap_or(language);
        Ok(Self {
            flows,
            frames: vec![Frame::new(main, Role::Main, inputs)],
            pending: Pending::Running,
            visit: None,
            keys: Keys::default(),
            line: Line { language, caller: Caller::Present, answered: false },
            callback: Callback::None,
            exports: BTreeMap::new(),
            next_play: 1,
            next_ask: 1,
            pace: Pace::default(),
        })
    }

    /// Takes the first steps. Once; what happens before it is not told to the runner.
    pub fn begin(&mut self, now: Now, facts: &dyn Facts, out: &mut Outbox<Effect>) {
        self.settle(Move::Repeat, &mut Turn { now, facts, out });
    }

    /// Takes one event; what the call shall do goes to `out`, in order. After
    /// [`Effect::Finished`], [`Effect::HangUp`] or [`Effect::Reject`] nothing more comes.
    pub fn handle(&mut self, now: Now, event: Event, facts: &dyn Facts, out: &mut Outbox<Effect>) {
        let mut turn = Turn { now, facts, out };
        if let Some(next) = self.take(event, &mut turn) {
            self.settle(next, &mut turn);
        }
    }

    /// When to be called with [`Event::Timer`], and why.
    #[must_use]
    pub fn deadline(&self) -> Option<Deadline> {
        self.pending.deadline()
    }

    /// Whether the call stands in a queue and no agent has answered.
    #[must_use]
    pub const fn is_waiting_in_queue(&self) -> bool {
        let joined = !matches!(self.pending, Pending::Joining | Pending::Connected);
        matches!(self.visit, Some(Visit { given_up: false, .. })) && joined
    }

    /// Whether the step in progress asks for keys.
    #[must_use]
    pub const fn asks_for_keys(&self) -> bool {
        matches!(self.pending, Pending::Menu(_) | Pending::Collecting(_) | Pending::Reviewing(_))
    }

    /// The keys that the step in progress offers, each with the section that it leads to, if it
    /// leads to one.
    #[must_use]
    pub fn offers(&self) -> Vec<(Digit, Option<&str>)> {
        let step = self.frames.last().and_then(Frame::step);
        let keys = match step.map(|step| &step.action) {
            Some(Action::Menu(menu)) => &menu.keys,
            Some(Action::Music { keys, .. }) => keys,
            Some(_) | None => return Vec::new(),
        };
        keys.iter().map(|(key, target)| (*key, target.section())).collect()
    }

    /// The language of the call at this moment.
    #[must_use]
    pub const fn language(&self) -> &Language {
        &self.line.language
    }

    /// The version of the flows that the call began with.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.flows.version
    }

    /// Whether the flow is over.
    #[must_use]
    pub const fn is_over(&self) -> bool {
        matches!(self.pending, Pending::Over)
    }
}

impl fmt::Debug for Runner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let stack: Vec<String> = self
            .frames
            .iter()
            .map(|frame| format!("{}.{}", frame.flow.name, frame.position.section()))
            .collect();
        f.debug_struct("Runner").field("stack", &stack).field("pending", &self.pending).finish()
    }
}
