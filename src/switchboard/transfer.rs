//! What the heart keeps of a caller who is passed on.

use super::kept::Parting;
use crate::base::id::{EntryId, LegId};
use crate::base::number::PhoneNumber;
use std::time::Duration;

/// A caller on the way to somebody.
#[derive(Debug)]
pub struct Transfer {
    /// Whom to.
    pub(super) target: Target,
    /// How long it rings.
    pub(super) ring: Duration,
    /// What the caller hears meanwhile; `None` is ringing.
    pub(super) music: Option<String>,
    /// How far it has come.
    pub(super) stage: Stage,
}

impl Transfer {
    /// The number that is called, if it is not an agent.
    pub(super) const fn number(&self) -> Option<&PhoneNumber> {
        match &self.target {
            Target::Number { number, .. } => Some(number),
            Target::Agent { .. } => None,
        }
    }
}

/// Whom a caller is passed on to.
#[derive(Debug)]
pub(super) enum Target {
    /// A number outside.
    Number {
        /// The number, which policy allows.
        number: PhoneNumber,
        /// The number shown.
        ani: Option<PhoneNumber>,
        /// The only trunk that may carry it, if the flow names one.
        only: Option<String>,
        /// Trunks that were tried.
        tried: Vec<String>,
        /// The call to it, while there is one.
        leg: Option<LegId>,
        /// Why we gave that call up ourselves.
        parting: Option<Parting>,
    },
    /// One agent.
    Agent {
        /// The name.
        name: String,
        /// Stands for the caller at the agent's desk; it is in no queue.
        entry: EntryId,
    },
}

/// Where it stands.
///
/// ```text
///            place suspended, or none         answered
/// Holding ───────────────────────────► Ringing ────────► Talking ──► the flow goes on
///    │ an agent has answered              │ busy, no answer, failed       when the far end is gone
///    ▼                                    ▼
///  dropped                       the flow goes on, the place is as before
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stage {
    Holding,
    Ringing,
    Talking,
}
