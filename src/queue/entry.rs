//! One place in a queue: its order, and what its holder does now.
//!
//! ```text
//!              Suspend                 Promise (not_before to come)
//!   Waiting ◄──────────► Suspended ─────────────────┐
//!     │  ▲      Resume       ▲                      ▼
//!     │  │ offer failed      │ Suspend            Early ◄──── Requeue
//!     │  │ (live)            │ (withdrawn)          │ due
//!     ▼  │                   │                      ▼
//!    Offered ────────────────┘                   Waiting
//!     │    ├── offer failed (callback) ──► Held ────┤ Requeue, or at the latest 5 s
//!     │    └── nobody's fault (live) ────► Held ────┘ half a second
//!     │ accepted
//!     ▼             work ended (callback)
//!   Served ────────────────────────────────► Away ──── Requeue ──► Early or Waiting
//! ```
//!
//! A live entry ends when its work ends; a promised one only with `Leave`, for an attempt that
//! reached nobody brings it back to its place.

use super::event::{EntryKind, Join};
use crate::base::id::{EntryId, JobId};
use crate::base::skill::Skills;
use crate::base::time::{Moment, Now, Utc};
use std::cmp::Reverse;
use std::time::Duration;

/// The place: recovered first, then priority, then `enqueued_at`, then id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    recovered_first: Reverse<bool>,
    priority: Reverse<i32>,
    enqueued_at: Utc,
    /// Whose place it is.
    pub(super) entry: EntryId,
}

impl Place {
    /// A place; the smaller one is served first.
    pub(super) const fn new(
        recovered: bool,
        priority: i32,
        enqueued_at: Utc,
        entry: EntryId,
    ) -> Self {
        Self {
            recovered_first: Reverse(recovered),
            priority: Reverse(priority),
            enqueued_at,
            entry,
        }
    }

    /// The same place with what is given changed.
    pub(super) fn moved(self, priority: Option<i32>, enqueued_at: Option<Utc>) -> Self {
        Self {
            priority: priority.map_or(self.priority, Reverse),
            enqueued_at: enqueued_at.unwrap_or(self.enqueued_at),
            ..self
        }
    }

    /// The same place with another priority.
    pub(super) const fn with_priority(self, priority: i32) -> Self {
        Self { priority: Reverse(priority), ..self }
    }
}

/// What the holder of a place does now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// May be offered.
    Waiting,
    /// Started a callback: counted, not offered. What is left of the time-out.
    Suspended { left: Option<Duration> },
    /// An agent's phone rings.
    Offered { job: JobId },
    /// A callback that is not due: not counted, not offered.
    Early { until: Utc },
    /// One whose offer failed: counted, not offered until this moment (a callback: or Requeue).
    Held { until: Moment },
    /// An agent works for it.
    Served { job: JobId },
    /// A callback between two tries: the room of callbacks says when it waits again.
    Away,
}

impl Standing {
    /// Whether others count it in position and estimate.
    pub(super) const fn is_counted(self) -> bool {
        match self {
            Self::Waiting | Self::Suspended { .. } | Self::Offered { .. } | Self::Held { .. } => {
                true
            }
            Self::Early { .. } | Self::Served { .. } | Self::Away => false,
        }
    }

    /// When a callback becomes due, if it waits for that.
    pub(super) const fn due(self) -> Option<Utc> {
        match self {
            Self::Early { until } => Some(until),
            Self::Waiting
            | Self::Held { .. }
            | Self::Suspended { .. }
            | Self::Offered { .. }
            | Self::Served { .. }
            | Self::Away => None,
        }
    }
}

/// One entry.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    /// Its queue, by index.
    pub(super) line: usize,
    /// Its place.
    pub(super) place: Place,
    /// What the agent must be able to do; nothing any more after a long wait.
    pub(super) needs: Skills,
    /// A live caller, or a promised callback.
    pub(super) kind: EntryKind,
    /// What it does now.
    pub(super) standing: Standing,
    /// When it joined, by the clock that never jumps.
    joined: Moment,
    /// Wait before that, in another queue or another boot.
    waited_before: Duration,
    /// When a live caller's time-out comes; unused while suspended.
    pub(super) times_out_at: Option<Moment>,
}

impl Entry {
    /// An entry that joins now.
    pub(super) fn new(line: usize, place: Place, join: &Join, now: Now) -> Self {
        Self {
            line,
            place,
            needs: join.skills.clone(),
            kind: join.kind,
            standing: Standing::Away,
            joined: now.monotonic,
            waited_before: now.utc.since(place.enqueued_at),
            times_out_at: None,
        }
    }

    /// How long it has waited; time while Started included.
    pub(super) fn waited(&self, now: Now) -> Duration {
        self.waited_before + now.monotonic.since(self.joined)
    }

    /// Whether a caller is on the line.
    pub(super) const fn is_live(&self) -> bool {
        matches!(self.kind, EntryKind::Live)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(recovered: bool, priority: i32, at: i64, id: u64) -> Place {
        Place::new(recovered, priority, Utc::from_millis(at), EntryId::from(id))
    }

    #[test]
    fn places_are_ordered_by_recovered_priority_moment_and_id() {
        let mut places = [
            place(false, 0, 5, 2),
            place(false, 0, 5, 1),
            place(false, 9, 7, 3),
            place(true, 0, 9, 4),
        ];
        places.sort();
        let ids: Vec<u64> = places.iter().map(|p| p.entry.raw()).collect();
        assert_eq!(ids, [4, 3, 1, 2]);
    }
}
