//! Who is next: the first entry over all queues that have a free agent, and the agent who has
//! been idle longest.
//!
//! Between two events no queue has both somebody to offer and a free agent; so only queues
//! that an event touched need a look. An agent of several queues gets the entry that stands
//! first by the one order of all entries: recovered, priority, then the oldest. One whose needs no
//! free agent covers is passed over, and keeps the place.

use super::agent::{Agent, AgentIndex};
use super::entry::Place;
use super::line::Line;
use std::collections::BTreeSet;

/// One decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Match {
    /// The queue.
    pub(super) line: usize,
    /// The entry's place.
    pub(super) place: Place,
    /// The agent.
    pub(super) agent: AgentIndex,
}

/// The next match among the touched queues; those without one are forgotten.
pub(super) fn next(
    lines: &[Line],
    agents: &[Agent],
    touched: &mut BTreeSet<usize>,
) -> Option<Match> {
    let mut best: Option<Match> = None;
    touched.retain(|&line| {
        let Some((place, agent)) = lines.get(line).and_then(|line| line.match_next(agents)) else {
            return false;
        };
        if best.is_none_or(|b| place < b.place) {
            best = Some(Match { line, place, agent });
        }
        true
    });
    best
}
