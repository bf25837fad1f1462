//! One caller's call: who they are, what their flow does, where they wait.

use super::settings::Prompts;
use super::store::{CallResult, Interaction};
use super::transfer::Transfer;
use crate::base::id::{CallId, CallbackId, EntryId, JobId, LegId, RecordingId};
use crate::base::number::PhoneNumber;
use crate::base::skill::Skills;
use crate::base::time::{Moment, Utc};
use crate::callback::intent::Intent;
use crate::callback::request::Promise;
use crate::flow::runner::Runner;
use crate::queue::event::Move;
use crate::sip::event::Body;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// A call from the first INVITE to the end of its flow, which may outlive the caller.
///
/// Table: what each room knows of the call.
#[derive(Debug)]
pub struct Call {
    /// Its id.
    pub id: CallId,
    /// The caller's leg.
    pub leg: LegId,
    /// Whether the caller is still there.
    pub present: bool,
    /// Whether its flow is over.
    pub over: bool,
    /// Who calls whom.
    pub party: Party,
    /// The prompts that were there when it began.
    pub prompts: Arc<Prompts>,
    /// The flow; taken out while it is told something.
    pub runner: Option<Runner>,
    /// The caller's side of a callback.
    pub intent: Intent,
    /// Where the call waits, or waited last.
    pub place: Option<Place>,
    /// The agent it talks to.
    pub job: Option<JobId>,
    /// What Start wants registered if the caller hangs up: queue and number.
    pub on_hang_up: Option<(Option<String>, PhoneNumber)>,
    /// The callback it made, with the pause after this call.
    pub promised: Option<(EntryId, Duration)>,
    /// Whom the caller is passed on to.
    pub transfer: Option<Box<Transfer>>,
    /// The place that was wished for, until the queues have answered.
    pub moving: Option<Moving>,
    /// The callback that its caller wants no more, until that is settled.
    pub revoking: Option<Revoking>,
    /// The place of a callback that was taken over, for the next stay in its queue.
    pub inherited: Option<Inherited>,
    /// Recordings of this call that nobody has adopted.
    pub recordings: BTreeMap<RecordingId, Take>,
    /// The SDP offer of the INVITE until it is answered; `None` asks for ours.
    pub offer: Option<Body>,
    /// What is written about it.
    pub record: Interaction,
}

/// A recording of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Take {
    /// It is being made; a shorter one than this counts as nothing said.
    Running {
        /// The shortest.
        shortest: Duration,
    },
    /// It is on disk.
    Kept {
        /// How long it is.
        length: Duration,
    },
}

/// Who calls whom.
#[derive(Debug, Clone)]
pub struct Party {
    /// The caller in E.164, if it is one.
    pub number: Option<PhoneNumber>,
    /// The display name.
    pub name: Option<String>,
    /// The user part of the caller's address, as it came: an extension, an agent's name.
    pub user: String,
    /// The trunk or account.
    pub came_by: String,
    /// Whether `came_by` is a trunk whose word is taken for the caller's number.
    pub trusted: bool,
    /// The called number in E.164, or as dialled.
    pub called: String,
    /// Who forwarded the call here last (RFC 5806), if said.
    pub diverted_from: Option<String>,
}

/// A caller on the way to another place.
#[derive(Debug, Clone, PartialEq)]
pub struct Moving {
    /// Where to.
    pub wish: Move,
    /// Whether a callback that was taken over gave it.
    pub taken_over: bool,
}

/// A callback that a caller cancels or takes over.
#[derive(Debug, Clone)]
pub struct Revoking {
    /// Which.
    pub callback: CallbackId,
    /// Whether the caller wants its place.
    pub take_over: bool,
    /// What was promised.
    pub promise: Promise,
}

/// A place that waits for its new owner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inherited {
    /// The queue.
    pub queue: String,
    /// Its priority.
    pub priority: i32,
    /// What its agent must be able to do.
    pub skills: Skills,
    /// The place itself.
    pub enqueued_at: Utc,
}

/// A place in a queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The entry.
    pub entry: EntryId,
    /// The queue.
    pub queue: String,
    /// Its priority.
    pub priority: i32,
    /// What the agent must be able to do.
    pub skills: Skills,
    /// The longest wait that the flow named.
    pub timeout: Option<Duration>,
    /// When it was joined, for durations.
    pub since: Moment,
    /// When it was joined, which is the place itself.
    pub enqueued_at: Utc,
    /// Whether it is still held.
    pub held: bool,
}

impl Call {
    /// The entry that the call holds now.
    #[must_use]
    pub fn entry(&self) -> Option<EntryId> {
        self.place.as_ref().filter(|place| place.held).map(|place| place.entry)
    }

    /// Notes how the call came out, unless something weightier was noted before.
    pub fn note_result(&mut self, result: CallResult) {
        if !is_final(self.record.result) {
            self.record.result = result;
        }
    }
}

/// An answer and a promise are not undone by what comes later in the call.
const fn is_final(result: CallResult) -> bool {
    match result {
        CallResult::Answered | CallResult::Registered => true,
        CallResult::Unfinished
        | CallResult::Abandoned
        | CallResult::Incomplete
        | CallResult::FlowOnly
        | CallResult::Rejected => false,
    }
}
