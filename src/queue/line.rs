//! One queue: the order of those who wait, and which of its agents are free.

use super::agent::{Agent, AgentIndex};
use super::counters::Counters;
use super::entry::Place;
use super::estimate::Experience;
use super::rank::RankedSet;
use super::settings::QueueSettings;
use crate::base::skill::Skills;
use crate::base::time::Moment;
use std::collections::{BTreeMap, BTreeSet};

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
    /// Those who may be offered, by what they need: in one set all can be served by the same.
    pub(super) ready: BTreeMap<Skills, BTreeSet<Place>>,
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
            ready: BTreeMap::new(),
            free: BTreeSet::new(),
            callers: 0,
            callbacks: 0,
            experience: Experience::default(),
            counters: Counters::default(),
        }
    }

    /// One more may be offered.
    pub(super) fn make_ready(&mut self, needs: &Skills, place: Place) {
        if let Some(places) = self.ready.get_mut(needs) {
            places.insert(place);
        } else {
            self.ready.insert(needs.clone(), BTreeSet::from([place]));
        }
    }

    /// One may not be offered any more.
    pub(super) fn make_unready(&mut self, needs: &Skills, place: Place) {
        let Some(places) = self.ready.get_mut(needs) else { return };
        places.remove(&place);
        if places.is_empty() {
            self.ready.remove(needs);
        }
    }

    /// The next match here: the first place for which a free agent can do what is needed, and the
    /// one of those agents who has been idle longest.
    pub(super) fn match_next(&self, agents: &[Agent]) -> Option<(Place, AgentIndex)> {
        let able = |index: AgentIndex, needs: &Skills| {
            agents.get(index).is_some_and(|agent| agent.skills.cover(needs))
        };
        let matches = self.ready.iter().filter_map(|(needs, places)| {
            let (_, agent) = self.free.iter().find(|(_, agent)| able(*agent, needs))?;
            Some((*places.first()?, *agent))
        });
        matches.min_by_key(|(place, _)| *place)
    }
}
