//! One invocation of a flow: its variables and where it stands.

use super::position::{Exit, Position};
use crate::flow::effect::QueueOutcome;
use crate::flow::graph::{Flow, Step};
use crate::flow::value::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Why a frame is on the stack; decides what its end means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Role {
    /// The flow that the call began with.
    Main,
    /// Called by the frame below, which takes its outputs under this name.
    Called {
        /// `save_as`
        save_as: Option<String>,
    },
    /// Run by the queue step of the frame below, while the caller waits.
    Waiting,
    /// Runs its `when_caller_hangs_up` section; its end is the end of the call's flow.
    LastWords,
}

/// One invocation of a flow.
#[derive(Debug, Clone)]
pub(super) struct Frame {
    pub(super) flow: Arc<Flow>,
    pub(super) role: Role,
    pub(super) position: Position,
    pub(super) variables: BTreeMap<String, Value>,
}

impl Frame {
    /// A new invocation at `start`; inputs that are not given take their defaults.
    pub(super) fn new(flow: Arc<Flow>, role: Role, given: BTreeMap<String, Value>) -> Self {
        let mut variables = BTreeMap::new();
        for (name, variable) in &flow.vars {
            let value = variable.default.clone().unwrap_or(Value::Unknown);
            variables.insert(name.clone(), value);
        }
        for (name, input) in &flow.inputs {
            let value = input.default.clone().unwrap_or(Value::Unknown);
            variables.insert(name.clone(), value);
        }
        variables.extend(given);
        Self { flow, role, position: Position::start_of("start"), variables }
    }

    /// The step it stands at.
    pub(super) fn step(&self) -> Option<&Step> {
        self.position.step(&self.flow)
    }

    /// Goes on with the next step.
    pub(super) fn advance(&mut self) {
        self.position.advance(&self.flow);
    }

    /// The exit by which the step it stands at catches `name`; a name wins over `failed`.
    pub(super) fn step_catches(&self, name: &str, also_failed: bool) -> Option<Exit> {
        let catch = &self.step()?.catch;
        if catch.contains_key(name) {
            Some(Exit::Caught(name.to_owned()))
        } else if also_failed && catch.contains_key("failed") {
            Some(Exit::Caught("failed".to_owned()))
        } else {
            None
        }
    }

    /// The exit by which the flow catches `name`. A flow that is already in the list which
    /// catches it does not catch it again.
    pub(super) fn flow_catches(&self, name: &str) -> Option<Exit> {
        let caught = self.flow.catch.contains_key(name) && !self.position.is_catching(name);
        caught.then(|| Exit::FlowCaught(name.to_owned()))
    }
}

/// The caller's stay in a queue, owned by the queue step of a frame.
#[derive(Debug, Clone, Copy)]
pub(super) struct Visit {
    /// How many frames there are without the waiting flow; the last of them owns the step.
    pub(super) depth: usize,
    /// The place is not the caller's any more: it is promised, or a transfer was answered.
    pub(super) given_up: bool,
}

/// The escalation of an outcome that its queue step does not name; `answered` goes on.
pub(super) const fn escalation_of(outcome: QueueOutcome) -> Option<&'static str> {
    match outcome {
        QueueOutcome::Answered => None,
        QueueOutcome::Full => Some("queue-full"),
        QueueOutcome::Closed => Some("queue-closed"),
        QueueOutcome::TimedOut => Some("queue-timeout"),
        QueueOutcome::Left => Some("queue-left"),
        QueueOutcome::NoAgents => Some("queue-no-agents"),
    }
}
