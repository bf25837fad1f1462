//! One queue: the order of those who wait, and which of its agents are free.

use super::agent::AgentIndex;
use super::counters::Counters;
use super::entry::Place;
use super::estimate::Experience;
use super::rank::RankedSet;
use super::settings::QueueSettings;
use crate::base::time::Moment;
use std::collections::BTreeSet;

/// One queue.
#[derive(Debug, Clone)]
pub(super) struct Line {
    /// Its rules.
    pub(super) settings: QueueSettings,
    /// Whether the settings know it no more: it serves those who stand in it and takes nobody.
    pub(super) retired: bool,
    /// Its agents.
    pub(super) agents: Vec<AgentIndex>,
    /// Everybody who is counted in positions.
    pub(super) order: RankedSet<Place>,
    /// Those who may be offered.
    pub(super) ready: BTreeSet<Place>,
    /// Its free agents, longest idle first.
    pub(super) free: BTreeSet<(Moment, AgentIndex)>,
    /// Live callers with a place here, not yet with an agent.
    pub(super) callers: usize,
    /// Promised callbacks, whatever they do now.
    pub(super) callbacks: usize,
    /// What is known of its conversations.
    pub(super) experience: Experience,
    /// What it has counted.
    pub(super) counters: Counters,
}

impl Line {
    /// A queue in which nobody stands.
    pub(super) fn new(settings: QueueSettings) -> Self {
        Self {
            settings,
            retired: false,
            agents: Vec::new(),
            order: RankedSet::new(),
            ready: BTreeSet::new(),
            free: BTreeSet::new(),
            callers: 0,
            callbacks: 0,
            experience: Experience::default(),
            counters: Counters::default(),
        }
    }

    /// The next match here, if there is somebody to serve and somebody to serve them.
    pub(super) fn match_next(&self) -> Option<(Place, AgentIndex)> {
        let place = self.ready.first()?;
        let (_, agent) = self.free.first()?;
        Some((*place, *agent))
    }
}
