//! The caller's side of a callback: between the queue, Start, Register and Dismiss.
//!
//! Decides what each word of the flow, the queue, the store and the caller means where the call
//! stands. Belongs to one call and lasts as long as it.
//!
//! ```text
//!           Joined                 Connected, TooLate
//!   Flow ◄────────► Queued ─────────────────────────────► Connected
//!    │  LeftQueue     │ ▲
//!    │ Start          │ │ Dismiss (Resume)
//!    │          Start │ │
//!    │      (Suspend) ▼ │         Register               Stored
//!    └───────────► Started ─────────────► Registering ────────────► Registered
//!     ◄─ Dismiss ─    │ ▲                      │
//!                     │ └───── NotStored ──────┤
//!                     ▼                        ▼
//!                   Ended ◄── hang-up: what the store says
//! ```

use crate::base::id::EntryId;
use crate::base::outbox::Outbox;
use crate::base::time::{Deadline, Moment, Now};
use std::time::Duration;

/// A caller who was started and neither registers nor dismisses is asked for this long.
pub const STARTED_MAX: Duration = Duration::from_secs(5 * 60);

const NOT_STARTED: &str = "callback-not-started";
const ALREADY_STARTED: &str = "callback-already-started";
const ALREADY_REGISTERED: &str = "callback-already-registered";
const CALLER_GONE: &str = "callback-caller-gone";
const TOO_LONG: &str = "callback-started-too-long";

/// What happens around the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// The call stands in a queue, at this place.
    Joined {
        /// The place.
        entry: EntryId,
    },
    /// The place is gone without a callback (time-out, refused), or the conversation with an
    /// agent is over: the flow goes on.
    LeftQueue,
    /// The flow: `start_callback`, where the queue is open and below its limits.
    Start {
        /// Whether Start names a number to register if the caller hangs up.
        on_hang_up: bool,
    },
    /// The queue: the entry is out of dispatch.
    Suspended,
    /// The queue: an agent's answer was handled before.
    TooLate,
    /// The flow: `register_callback`, where the number and the rest may be promised.
    Register,
    /// The store: the promise is durable.
    Stored,
    /// The request is refused, or the store has not kept it. Whoever says this tells the flow
    /// why, by its named escalation.
    NotStored,
    /// The request of this call is cancelled: there is no promise any more, and no place.
    Revoked,
    /// The flow: `dismiss_callback`, or the runner on its behalf.
    Dismiss,
    /// The flow: `exit_queue`.
    ExitQueue,
    /// An agent's 200 was handled.
    Connected,
    /// The caller has hung up. The flow is told after this, and [`Event::FlowEnded`] follows
    /// when its last words are over.
    HangUp,
    /// The call's flow is over, or hangs up; the call ends.
    FlowEnded,
    /// The deadline has come.
    Timer,
}

/// What should be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// To the queue: take the entry out of dispatch, keep its place.
    Suspend {
        /// The place.
        entry: EntryId,
    },
    /// To the queue: as before Start.
    Resume {
        /// The place.
        entry: EntryId,
    },
    /// To the queue: give the place up.
    Leave {
        /// The place.
        entry: EntryId,
        /// What it counts as.
        reason: Leaving,
    },
    /// Make the request with the number that Start named; answer with [`Event::Stored`] or
    /// [`Event::NotStored`]. The flow is over and is told nothing.
    RegisterOnHangUp,
    /// To the flow.
    Tell(Told),
    /// For the record: how the caller's side of a callback came out.
    Count(Count),
}

/// What the flow is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// Start is done.
    Started,
    /// Register is durable.
    Registered,
    /// Dismiss is done, or there was nothing to undo.
    Dismissed,
    /// The step failed, or a signal comes from outside.
    Escalated(&'static str),
}

/// Why a place is given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Leaving {
    /// The caller hung up while queued, or after a Dismiss.
    Abandoned,
    /// The flow took the caller out, or hung up on them.
    Exited,
    /// The caller hung up while Started; not an abandon unless the queue says so.
    Incomplete,
}

/// How the caller's side came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Count {
    /// A request was made.
    Requested,
    /// Undone.
    Dismissed,
    /// The caller left between Start and Register.
    Incomplete,
}

/// Where the caller stands, for those who look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// In no queue.
    Flow,
    /// In a queue; a Start may be on its way.
    Queued,
    /// Taken out of dispatch, or never in it: a request may follow.
    Started,
    /// The store is asked.
    Registering,
    /// The request is made.
    Registered,
    /// With an agent.
    Connected,
    /// Gone.
    Ended,
}

/// One caller's side.
#[derive(Debug, Clone, Default)]
pub struct Intent {
    state: State,
}

/// As drawn above.
#[derive(Debug, Clone, Copy, Default)]
enum State {
    #[default]
    Flow,
    Queued {
        entry: EntryId,
    },
    /// The queue is asked to suspend the entry.
    Starting {
        entry: EntryId,
        on_hang_up: bool,
    },
    Started(Started),
    Registering {
        started: Started,
        /// The caller hung up, or the flow ended, while the store was asked.
        left: bool,
    },
    Registered,
    Connected,
    Ended,
}

#[derive(Debug, Clone, Copy)]
struct Started {
    /// The suspended entry; `None` before any queue.
    entry: Option<EntryId>,
    on_hang_up: bool,
    /// The caller has hung up; the flow says its last words.
    gone: bool,
    /// When it has lasted too long.
    until: Moment,
}

impl Intent {
    /// A call that stands in no queue.
    #[must_use]
    pub const fn new() -> Self {
        Self { state: State::Flow }
    }

    /// Where the caller stands.
    #[must_use]
    pub const fn stage(&self) -> Stage {
        match self.state {
            State::Flow => Stage::Flow,
            State::Queued { .. } | State::Starting { .. } => Stage::Queued,
            State::Started(_) => Stage::Started,
            State::Registering { .. } => Stage::Registering,
            State::Registered => Stage::Registered,
            State::Connected => Stage::Connected,
            State::Ended => Stage::Ended,
        }
    }

    /// Whether a Register would be a request.
    #[must_use]
    pub const fn is_started(&self) -> bool {
        matches!(self.state, State::Started(_))
    }

    /// When to be called with [`Event::Timer`], and why.
    #[must_use]
    pub const fn deadline(&self) -> Option<Deadline> {
        match &self.state {
            State::Started(Started { gone: false, until, .. }) => {
                Some(Deadline { at: *until, why: "callback started too long" })
            }
            State::Started(_)
            | State::Flow
            | State::Queued { .. }
            | State::Starting { .. }
            | State::Registering { .. }
            | State::Registered
            | State::Connected
            | State::Ended => None,
        }
    }

    /// Takes one event; what should happen goes to `out`, in order.
    pub fn handle(&mut self, now: Now, event: Event, out: &mut Outbox<Effect>) {
        let from = self.stage();
        self.state = match self.state {
            State::Flow => in_flow(now, event, out),
            State::Queued { entry } => queued(entry, event, out),
            State::Starting { entry, on_hang_up } => starting(now, (entry, on_hang_up), event, out),
            State::Started(started) if started.gone => last_words(started, event, out),
            State::Started(started) => is_started(now, started, event, out),
            State::Registering { started, left } => registering(now, (started, left), event, out),
            State::Registered => registered(event, out),
            State::Connected => connected(event),
            State::Ended => ended(event, out),
        };
        if self.stage() != from {
            tracing::debug!(?from, to = ?self.stage(), ?event, "caller's side of a callback");
        }
    }
}

fn in_flow(now: Now, event: Event, out: &mut Outbox<Effect>) -> State {
    match event {
        Event::Joined { entry } => State::Queued { entry },
        Event::Start { on_hang_up } => start(now, None, on_hang_up, out),
        Event::Register => escalate(NOT_STARTED, State::Flow, out),
        Event::Dismiss => {
            tracing::info!("dismissed, and nothing was started");
            tell(Told::Dismissed, State::Flow, out)
        }
        Event::Connected => State::Connected,
        Event::HangUp | Event::FlowEnded => State::Ended,
        Event::LeftQueue
        | Event::Suspended
        | Event::TooLate
        | Event::Stored
        | Event::NotStored
        | Event::Revoked
        | Event::ExitQueue
        | Event::Timer => State::Flow,
    }
}

fn queued(entry: EntryId, event: Event, out: &mut Outbox<Effect>) -> State {
    let same = State::Queued { entry };
    match event {
        Event::Joined { entry } => State::Queued { entry },
        Event::LeftQueue => State::Flow,
        Event::Start { on_hang_up } => {
            out.push(Effect::Suspend { entry });
            State::Starting { entry, on_hang_up }
        }
        Event::Register => escalate(NOT_STARTED, same, out),
        Event::Dismiss => {
            tracing::info!("dismissed, and nothing was started");
            tell(Told::Dismissed, same, out)
        }
        Event::ExitQueue => leave(Some(entry), Leaving::Exited, State::Flow, out),
        Event::Connected => State::Connected,
        Event::HangUp => leave(Some(entry), Leaving::Abandoned, State::Ended, out),
        Event::FlowEnded => leave(Some(entry), Leaving::Exited, State::Ended, out),
        Event::Suspended
        | Event::TooLate
        | Event::Stored
        | Event::NotStored
        | Event::Revoked
        | Event::Timer => same,
    }
}

/// The queue decides whether the caller was taken out before an agent answered.
fn starting(
    now: Now,
    (entry, on_hang_up): (EntryId, bool),
    event: Event,
    out: &mut Outbox<Effect>,
) -> State {
    let same = State::Starting { entry, on_hang_up };
    match event {
        Event::Suspended => start(now, Some(entry), on_hang_up, out),
        Event::TooLate | Event::Connected => State::Connected,
        Event::LeftQueue => State::Flow,
        Event::Joined { entry } => State::Queued { entry },
        Event::Start { .. } => escalate(ALREADY_STARTED, same, out),
        Event::Register => escalate(NOT_STARTED, same, out),
        Event::Dismiss => {
            out.push(Effect::Resume { entry });
            tell(Told::Dismissed, State::Queued { entry }, out)
        }
        Event::ExitQueue => leave(Some(entry), Leaving::Exited, State::Flow, out),
        Event::HangUp => leave(Some(entry), Leaving::Abandoned, State::Ended, out),
        Event::FlowEnded => leave(Some(entry), Leaving::Exited, State::Ended, out),
        Event::Stored | Event::NotStored | Event::Revoked | Event::Timer => same,
    }
}

fn is_started(now: Now, started: Started, event: Event, out: &mut Outbox<Effect>) -> State {
    let same = State::Started(started);
    match event {
        Event::Register => State::Registering { started, left: false },
        Event::Dismiss => dismiss(started, out),
        Event::Start { .. } => escalate(ALREADY_STARTED, same, out),
        // Dismiss first, then act.
        Event::ExitQueue => {
            out.push(Effect::Count(Count::Dismissed));
            leave(started.entry, Leaving::Exited, State::Flow, out)
        }
        Event::HangUp => State::Started(Started { gone: true, ..started }),
        Event::FlowEnded => {
            out.push(Effect::Count(Count::Dismissed));
            leave(started.entry, Leaving::Exited, State::Ended, out)
        }
        Event::Timer if now.monotonic >= started.until => {
            let until = now.monotonic + STARTED_MAX;
            escalate(TOO_LONG, State::Started(Started { until, ..started }), out)
        }
        // The queue gave the suspended place up: what is promised will stand anew.
        Event::LeftQueue => State::Started(Started { entry: None, ..started }),
        Event::Connected => {
            tracing::error!("an agent was offered a caller who was out of dispatch");
            State::Connected
        }
        // A Start that crossed the end of the last stay: the new stay is what counts.
        Event::Joined { entry } => State::Queued { entry },
        Event::Suspended
        | Event::TooLate
        | Event::Stored
        | Event::NotStored
        | Event::Revoked
        | Event::Timer => same,
    }
}

/// The caller is gone; the flow's `when_caller_hangs_up` may still register or dismiss.
fn last_words(started: Started, event: Event, out: &mut Outbox<Effect>) -> State {
    let same = State::Started(started);
    match event {
        Event::Register => State::Registering { started, left: false },
        Event::Dismiss => {
            out.push(Effect::Count(Count::Dismissed));
            let ended = leave(started.entry, Leaving::Abandoned, State::Ended, out);
            tell(Told::Dismissed, ended, out)
        }
        Event::Start { .. } => escalate(CALLER_GONE, same, out),
        Event::FlowEnded if started.on_hang_up => {
            out.push(Effect::RegisterOnHangUp);
            State::Registering { started, left: true }
        }
        Event::FlowEnded => incomplete(started, out),
        Event::LeftQueue => State::Started(Started { entry: None, ..started }),
        Event::Joined { .. }
        | Event::Suspended
        | Event::TooLate
        | Event::Stored
        | Event::NotStored
        | Event::Revoked
        | Event::ExitQueue
        | Event::Connected
        | Event::HangUp
        | Event::Timer => same,
    }
}

/// The store answers in any case, and its answer is the outcome.
fn registering(
    now: Now,
    (started, left): (Started, bool),
    event: Event,
    out: &mut Outbox<Effect>,
) -> State {
    let same = State::Registering { started, left };
    match event {
        Event::Stored => {
            out.push(Effect::Count(Count::Requested));
            tell(Told::Registered, if left { State::Ended } else { State::Registered }, out)
        }
        Event::NotStored if left => incomplete(started, out),
        Event::NotStored => {
            State::Started(Started { until: now.monotonic + STARTED_MAX, ..started })
        }
        Event::HangUp | Event::FlowEnded => State::Registering { started, left: true },
        Event::Start { .. } | Event::Register => escalate(ALREADY_STARTED, same, out),
        Event::Dismiss => escalate(ALREADY_REGISTERED, same, out),
        Event::LeftQueue => {
            State::Registering { started: Started { entry: None, ..started }, left }
        }
        Event::Joined { .. }
        | Event::Suspended
        | Event::TooLate
        | Event::Revoked
        | Event::ExitQueue
        | Event::Connected
        | Event::Timer => same,
    }
}

fn registered(event: Event, out: &mut Outbox<Effect>) -> State {
    match event {
        Event::Start { .. } | Event::Register | Event::Dismiss => {
            escalate(ALREADY_REGISTERED, State::Registered, out)
        }
        Event::Revoked => State::Flow,
        Event::HangUp | Event::FlowEnded => State::Ended,
        Event::Joined { .. }
        | Event::LeftQueue
        | Event::Suspended
        | Event::TooLate
        | Event::Stored
        | Event::NotStored
        | Event::ExitQueue
        | Event::Connected
        | Event::Timer => State::Registered,
    }
}

/// The flow is gone as long as they talk, so a Start that crossed the answer means nothing.
const fn connected(event: Event) -> State {
    match event {
        Event::LeftQueue => State::Flow,
        Event::Joined { entry } => State::Queued { entry },
        Event::HangUp | Event::FlowEnded => State::Ended,
        Event::Start { .. }
        | Event::Suspended
        | Event::TooLate
        | Event::Register
        | Event::Stored
        | Event::NotStored
        | Event::Revoked
        | Event::Dismiss
        | Event::ExitQueue
        | Event::Connected
        | Event::Timer => State::Connected,
    }
}

fn ended(event: Event, out: &mut Outbox<Effect>) -> State {
    match event {
        Event::Start { .. } => escalate(CALLER_GONE, State::Ended, out),
        Event::Register => escalate(NOT_STARTED, State::Ended, out),
        Event::Dismiss => tell(Told::Dismissed, State::Ended, out),
        Event::Joined { entry } => leave(Some(entry), Leaving::Abandoned, State::Ended, out),
        Event::LeftQueue
        | Event::Suspended
        | Event::TooLate
        | Event::Stored
        | Event::NotStored
        | Event::Revoked
        | Event::ExitQueue
        | Event::Connected
        | Event::HangUp
        | Event::FlowEnded
        | Event::Timer => State::Ended,
    }
}

fn start(now: Now, entry: Option<EntryId>, on_hang_up: bool, out: &mut Outbox<Effect>) -> State {
    let until = now.monotonic + STARTED_MAX;
    let started = Started { entry, on_hang_up, gone: false, until };
    tell(Told::Started, State::Started(started), out)
}

fn dismiss(started: Started, out: &mut Outbox<Effect>) -> State {
    out.push(Effect::Count(Count::Dismissed));
    let before = match started.entry {
        Some(entry) => {
            out.push(Effect::Resume { entry });
            State::Queued { entry }
        }
        None => State::Flow,
    };
    tell(Told::Dismissed, before, out)
}

fn incomplete(started: Started, out: &mut Outbox<Effect>) -> State {
    out.push(Effect::Count(Count::Incomplete));
    leave(started.entry, Leaving::Incomplete, State::Ended, out)
}

fn leave(entry: Option<EntryId>, reason: Leaving, then: State, out: &mut Outbox<Effect>) -> State {
    if let Some(entry) = entry {
        out.push(Effect::Leave { entry, reason });
    }
    then
}

fn tell(told: Told, then: State, out: &mut Outbox<Effect>) -> State {
    out.push(Effect::Tell(told));
    then
}

fn escalate(name: &'static str, then: State, out: &mut Outbox<Effect>) -> State {
    tell(Told::Escalated(name), then, out)
}

#[cfg(test)]
mod tests;
