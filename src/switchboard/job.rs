//! One piece of work on an agent's desk.

use crate::base::id::{EntryId, JobId, LegId};
use crate::base::time::Moment;

/// The agent's side of one offer, from the first ring to the end of the talk.
///
/// ```text
///          phone answers, live caller
/// Ringing ───────────────────────────────────────────────► Talking
///    │                                                       ▲
///    └── phone answers, callback ► Hearing ► Dialing ────────┘
///                                     │         │
///                                     └────► Telling ◄──┘      (why nothing comes of it)
/// ```
#[derive(Debug)]
pub struct Job {
    /// Its id, chosen by the queues.
    pub id: JobId,
    /// The entry it is about.
    pub entry: EntryId,
    /// The agent.
    pub agent: String,
    /// The queue.
    pub queue: String,
    /// All phones of the agent that ring, then the one that answered.
    pub legs: Vec<LegId>,
    /// Where it stands.
    pub stage: Stage,
    /// How often the material was begun.
    pub hearings: u32,
    /// What the failed phones said, the weightiest.
    pub refusal: Option<crate::queue::event::Blame>,
}

/// Where a job stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Phones ring.
    Ringing,
    /// The agent hears the material of a callback.
    Hearing,
    /// The customer is being dialled, or about to be.
    Dialing,
    /// Agent and customer, or caller, talk.
    Talking {
        /// Since when.
        since: Moment,
    },
    /// The agent is told why nothing comes of it; then hung up on.
    Telling,
}

impl Job {
    /// The leg on which the agent answered.
    #[must_use]
    pub fn answered_leg(&self) -> Option<LegId> {
        match self.stage {
            Stage::Ringing => None,
            Stage::Hearing | Stage::Dialing | Stage::Talking { .. } | Stage::Telling => {
                self.legs.first().copied()
            }
        }
    }
}
