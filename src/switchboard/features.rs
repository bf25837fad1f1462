//! The small flows behind the feature codes of agents: answer, one announcement or all messages,
//! hang up.

use crate::base::complaint::Place;
use crate::flow::graph::{Action, Flow, FlowSet, Operand, Step};
use crate::flow::value::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Agents listen to their messages by calling this.
pub const LISTEN: &str = "*97";

/// The announcements; each is the name of a flow and of the prompt it plays.
const ANNOUNCEMENTS: [&str; 4] =
    ["agent-signed-in", "agent-signed-out", "agent-not-ready", "agent-ready"];

/// One flow for each announcement.
#[must_use]
pub fn flows() -> FlowSet {
    let announcements = ANNOUNCEMENTS.iter().map(|name| announcement(name));
    let flows = announcements
        .chain([flow(LISTEN, vec![Action::Answer, Action::Listen, Action::HangUp(None)])]);
    let flows = flows.map(|flow| (flow.name.clone(), Arc::new(flow))).collect();
    FlowSet { flows, ..FlowSet::default() }
}

fn announcement(name: &str) -> Flow {
    let prompt = Operand::Literal(Value::Text(name.to_owned()));
    let play = Action::Play { items: vec![prompt], barge_in: false };
    flow(name, vec![Action::Answer, play, Action::HangUp(None)])
}

fn flow(name: &str, steps: Vec<Action>) -> Flow {
    let section = steps.into_iter().map(step).collect();
    Flow {
        name: name.to_owned(),
        title: None,
        language: None,
        inputs: BTreeMap::new(),
        outputs: BTreeMap::new(),
        vars: BTreeMap::new(),
        when_caller_hangs_up: None,
        catch: BTreeMap::new(),
        sections: BTreeMap::from([("start".to_owned(), section)]),
        spoken: BTreeSet::new(),
    }
}

fn step(action: Action) -> Step {
    let place = Place { file: "built in".into(), line: 1, column: 1 };
    Step { place, action, catch: BTreeMap::new() }
}
