//! The words between queues and those who stand in them or serve them.

use crate::base::id::{EntryId, JobId};
use crate::base::skill::Skills;
use crate::base::time::Utc;
use std::time::Duration;

/// What is said to the queues.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// Somebody wants a place: answered by [`Effect::Joined`] or [`Effect::Refused`]. An id that
    /// stands somewhere already moves: one place per caller. A stored promise and a recovered
    /// customer are never refused for want of room.
    Join(Join),
    /// Gives a place up, for whatever reason: [`Effect::Left`] follows with `reason`.
    /// An offer that is out for it is withdrawn without blame.
    Leave {
        /// The place.
        entry: EntryId,
        /// Comes back, and decides what is counted.
        reason: Leaving,
    },
    /// `start_callback`: dispatch shall not see the entry, but its place is kept.
    /// Answered by [`Effect::Suspended`] or [`Effect::TooLate`].
    Suspend {
        /// The place.
        entry: EntryId,
    },
    /// `dismiss_callback`: as it was before; may be offered at once. Answered by
    /// [`Effect::Resumed`].
    Resume {
        /// The place.
        entry: EntryId,
    },
    /// `register_callback` is stored: the suspended live entry becomes the promised one, same
    /// place. Not dispatched before `not_before`, nor while held.
    Promise {
        /// The place, suspended.
        entry: EntryId,
        /// May change with Register.
        priority: i32,
        /// The same.
        skills: Skills,
        /// Not offered before.
        not_before: Utc,
    },
    /// A caller who waits stands elsewhere from now on: [`Effect::Moved`], [`Effect::NotMoved`] or
    /// [`Effect::TooLate`] answers. An offer that is out is withdrawn without blame; one who was
    /// suspended stays so.
    Move(Move),
    /// A promised entry waits again after an offer, a retry or a postponement, place kept.
    Requeue {
        /// The place.
        entry: EntryId,
        /// Not offered before.
        not_before: Utc,
    },
    /// The agent's 200 was handled. The offer becomes work. If it was withdrawn before, the
    /// answer is [`Effect::Withdraw`] once more: hang up on the agent.
    Accepted {
        /// The offer.
        job: JobId,
    },
    /// The offer came to nothing. The entry goes back to its place unless it left; a promised
    /// one is held there until [`Event::Requeue`] (stored by then), at most 5 s; a live one for
    /// half a second if there is no blame, so that what fails at once does not do so for ever.
    OfferFailed {
        /// The offer.
        job: JobId,
        /// What that says of the agent.
        blame: Blame,
    },
    /// The work with this job is over. A live caller's entry ends with it; a promised one stays
    /// away until [`Event::Requeue`] or [`Event::Leave`].
    WorkEnded {
        /// The job.
        job: JobId,
        /// Whether wrap-up begins, or the agent is not ready (hung up in the media).
        then: AfterWork,
        /// Talk time for the estimate; `None` when nobody was talked to.
        talked: Option<Duration>,
    },
    /// This very agent shall be rung, for somebody who stands in no queue: [`Effect::Offer`]
    /// without a queue's name, or [`Effect::NotReserved`], answers.
    Reserve {
        /// The agent's name.
        agent: String,
        /// Stands for who wants them; comes back.
        entry: EntryId,
        /// How long the phone rings.
        ring: Duration,
    },
    /// An agent signs in or out, gets ready or not.
    Agent {
        /// The agent's name.
        agent: String,
        /// The wish.
        wish: AgentWish,
    },
    /// A deadline of the queues has come.
    Timer,
}

/// A wish for a place.
#[derive(Debug, Clone, PartialEq)]
pub struct Join {
    /// Its id, chosen by the call.
    pub entry: EntryId,
    /// The queue's name.
    pub queue: String,
    /// Higher first.
    pub priority: i32,
    /// What the agent must be able to do.
    pub skills: Skills,
    /// The place; the moment of joining for a live caller, the original one for a callback that
    /// comes back from the store.
    pub enqueued_at: Utc,
    /// A live caller, or a promised callback.
    pub kind: EntryKind,
    /// Longest wait of a live caller; `None` is the queue's own.
    pub timeout: Option<Duration>,
    /// A customer whose agent was lost: ahead of everybody.
    pub recovered: bool,
    /// It takes over the place of a promise, and is never refused for want of room.
    pub inherited: bool,
}

/// A wish for another place.
#[derive(Debug, Clone, PartialEq)]
pub struct Move {
    /// Who stands.
    pub entry: EntryId,
    /// The queue to stand in, perhaps the same.
    pub queue: String,
    /// `None` keeps it.
    pub priority: Option<i32>,
    /// `None` keeps the place; it is how long they have waited.
    pub enqueued_at: Option<Utc>,
}

/// Who stands there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    /// A caller on the line.
    Live,
    /// A promised callback.
    Promised {
        /// Not offered before.
        not_before: Utc,
    },
}

/// Why a place is given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Leaving {
    /// The caller hung up while waiting.
    Abandoned,
    /// The flow took the caller out.
    Exited,
    /// The caller hung up or was hung up on while Started; not an abandon by default.
    Incomplete,
    /// A callback's life ended.
    CallbackEnded,
}

/// What a failed offer says of the agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Blame {
    /// Nothing: the offer was withdrawn; idle time is kept.
    None,
    /// The phone was busy (486): not now; skipped for 5 s.
    Busy,
    /// Did not answer: NotReady.
    NoAnswer,
    /// Rejected: NotReady.
    Rejected,
    /// The phone could not be reached: NotReady.
    Unreachable,
}

/// What the agent does after a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum AfterWork {
    /// Wrap-up of the queue, then Ready.
    WrapUp,
    /// Ready at once, idle time kept: there was no work.
    Ready,
    /// NotReady: hung up in the media.
    NotReady,
}

/// What an agent, or somebody for them, wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum AgentWish {
    /// `*10`, or a phone registered with `auto_ready`.
    SignIn,
    /// `*11`, or the last phone's registration ended.
    SignOut,
    /// `*12`
    NotReady,
    /// `*13`; ends a wrap-up too.
    Ready,
}

/// What the queues want done.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// The place is taken.
    Joined {
        /// The place.
        entry: EntryId,
    },
    /// There is no place.
    Refused {
        /// The wish.
        entry: EntryId,
        /// Why.
        refusal: Refusal,
    },
    /// It stands where it was wished.
    Moved {
        /// The place.
        entry: EntryId,
    },
    /// It stands where it stood.
    NotMoved {
        /// The place.
        entry: EntryId,
        /// Why.
        refusal: Refusal,
    },
    /// The entry is out of dispatch.
    Suspended {
        /// The place.
        entry: EntryId,
    },
    /// An agent's answer has already been handled; the connection wins.
    TooLate {
        /// The place.
        entry: EntryId,
    },
    /// The entry is back in dispatch.
    Resumed {
        /// The place.
        entry: EntryId,
    },
    /// Ring this agent for this entry. Exactly one offer per agent, one per entry.
    Offer {
        /// The new job, chosen by the queues from the ids they were given.
        job: JobId,
        /// The place.
        entry: EntryId,
        /// The agent's name.
        agent: String,
        /// The queue's name.
        queue: String,
        /// How long the phone rings.
        ring: Duration,
    },
    /// The agent cannot be rung now.
    NotReserved {
        /// As given.
        entry: EntryId,
        /// What the agent does instead.
        state: super::agent::AgentState,
    },
    /// Stop ringing: the entry was suspended or left, or the agent wants no work. No
    /// [`Event::OfferFailed`] is needed after it. A callback whose agent wants no work hears of
    /// it like of any failed offer, and is held until [`Event::Requeue`].
    Withdraw {
        /// The job.
        job: JobId,
    },
    /// A live caller's time-out has come; the place is given up.
    TimedOut {
        /// The place.
        entry: EntryId,
    },
    /// The place is given up.
    Left {
        /// The place.
        entry: EntryId,
        /// Why.
        reason: Leaving,
        /// How long the entry waited, time while Started included.
        waited: Duration,
    },
    /// An agent's state changed.
    AgentChanged {
        /// The agent's name.
        agent: String,
        /// The new state.
        state: super::agent::AgentState,
    },
}

/// Why there is no place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Refusal {
    /// At its capacity.
    Full,
    /// Outside its hours (said by the caller of `Join`; queues know no calendar).
    Closed,
    /// No agent who could serve is signed in, and the queue does not wait for one.
    NoAgents,
    /// There is no queue of that name.
    Unknown,
}
