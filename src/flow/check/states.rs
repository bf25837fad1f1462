//! In which states a call can be before each step of a flow, and of those that it runs.

use super::web::{Leads, Web};
use crate::flow::graph::Action;
use std::collections::BTreeMap;

/// A set of states, one bit each.
pub(super) type States = u8;

/// What a step makes of a set of states.
type Change = fn(&Action, States) -> States;

/// Deepest chain of flows that is followed.
const CHAIN_MAX: usize = 32;

/// Follows flows from step to step.
pub(super) struct Walker<'w, 'f> {
    webs: &'w BTreeMap<&'w str, Web<'f>>,
    /// In which states a flow can return, by its name and the states it begins in.
    known: BTreeMap<(&'w str, States), States>,
    depth: usize,
    /// The states after a step that did not escalate, and after one that did.
    after: Change,
    failed: Change,
}

impl<'w, 'f> Walker<'w, 'f> {
    pub(super) const fn new(
        webs: &'w BTreeMap<&'w str, Web<'f>>,
        after: Change,
        failed: Change,
    ) -> Self {
        Self { webs, known: BTreeMap::new(), depth: 0, after, failed }
    }

    /// The states possible before each step, and those in which the flow can return.
    pub(super) fn walk(&mut self, web: &'w Web<'_>, begin: States) -> (Vec<States>, States) {
        let mut before: Vec<States> = vec![0; web.points.len()];
        let mut returned = 0;
        let mut open: Vec<(usize, States)> = Vec::new();
        open.extend(web.entry("start").map(|start| (start, begin)));
        while let Some((index, states)) = open.pop() {
            let (Some(known), Some(point)) = (before.get_mut(index), web.points.get(index)) else {
                continue;
            };
            if states & !*known == 0 {
                continue;
            }
            *known |= states;
            let states = *known;
            let success = if let Action::CallFlow { flow, .. } = &point.step.action {
                self.through(flow, states)
            } else {
                (self.after)(&point.step.action, states)
            };
            let failure = (self.failed)(&point.step.action, states);
            for edge in &point.edges {
                let states = if edge.failure { failure } else { success };
                match web.point_of(&edge.to) {
                    Some(next) => open.push((next, states)),
                    None if edge.to == Leads::Return => returned |= states,
                    None => {}
                }
            }
        }
        (before, returned)
    }

    /// The states in which a flow returns that begins in these.
    fn through(&mut self, flow: &str, states: States) -> States {
        let Some((name, web)) = self.webs.get_key_value(flow) else { return states };
        let key = (*name, states);
        if let Some(known) = self.known.get(&key) {
            return *known;
        }
        if self.depth >= CHAIN_MAX {
            return states;
        }
        // A flow that runs itself is complained about elsewhere.
        self.known.insert(key, states);
        self.depth += 1;
        let (_, returned) = self.walk(web, states);
        self.depth -= 1;
        self.known.insert(key, returned);
        returned
    }
}
