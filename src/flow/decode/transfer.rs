//! The step that passes a caller on.

use super::Decoder;
use super::parameters::Parameters;
use super::value::SEE_NAMES;
use crate::base::code;
use crate::base::document::Node;
use crate::base::document::scalar::clip;
use crate::flow::effect::QueueOutcome;
use crate::flow::graph::{Action, Destination, Target, Transfer};
use crate::flow::types::Type;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// How long somebody is rung where the flow does not say.
const RING: Duration = Duration::from_secs(30);

/// Keys that only make sense beside `number`, and beside `queue`.
const OF_NUMBERS: [&str; 2] = ["ani", "trunk"];
const OF_QUEUES: [(&str, QueueOutcome); 3] = [
    ("full", QueueOutcome::Full),
    ("closed", QueueOutcome::Closed),
    ("no_agents", QueueOutcome::NoAgents),
];

impl<'a> Decoder<'a> {
    /// Whom to, and what follows; `None` when it names nobody.
    pub(super) fn transfer(&mut self, parameters: &mut Parameters<'a>) -> Option<Action> {
        let (ani, trunk) = (parameters.take("ani"), parameters.take("trunk"));
        let mut refused = BTreeMap::new();
        let mut queue_keys: Vec<&'a Node> = Vec::new();
        for (key, outcome) in OF_QUEUES {
            if let Some(node) = parameters.take(key) {
                refused.insert(outcome, self.target(node));
                queue_keys.push(node);
            }
        }
        let rest = self.rest_of_transfer(parameters);
        let to = self.destination(parameters, ani, trunk)?;
        let misplaced: Vec<&Node> = match &to {
            Destination::Number { .. } => queue_keys,
            Destination::Agent(_) => ani.into_iter().chain(trunk).chain(queue_keys).collect(),
            Destination::Queue(_) => ani.into_iter().chain(trunk).collect(),
        };
        for node in misplaced {
            let [ani, trunk] = OF_NUMBERS;
            let message = format!(
                "`{ani}` and `{trunk}` stand with `number`, `full`, `closed` and \
                                   `no_agents` with `queue`"
            );
            self.complaints.error(code::WRONG_VALUE, &node.place, message);
        }
        Some(Action::Transfer(Box::new(Transfer { to, refused, ..rest })))
    }

    fn rest_of_transfer(&mut self, parameters: &mut Parameters<'a>) -> Transfer {
        let music = parameters.take("music");
        Transfer {
            to: Destination::Agent(super::value::UNREADABLE),
            ring: self.some_time(parameters.take("ring")).unwrap_or(RING),
            music: music.and_then(|node| self.music_name(node)),
            answered: self.outcome(parameters.take("answered")),
            busy: self.outcome(parameters.take("busy")),
            no_answer: self.outcome(parameters.take("no_answer")),
            refused: BTreeMap::<QueueOutcome, Target>::new(),
        }
    }

    fn destination(
        &mut self,
        parameters: &mut Parameters<'a>,
        ani: Option<&'a Node>,
        trunk: Option<&'a Node>,
    ) -> Option<Destination> {
        let number = parameters.take("number");
        let agent = parameters.take("agent");
        let queue = parameters.take("queue");
        let named = [("number", number), ("agent", agent), ("queue", queue)];
        let named = named.into_iter().filter_map(|(key, node)| Some((key, node?)));
        match named.collect::<Vec<_>>().as_slice() {
            [_] => {}
            [] if parameters.refused => return None,
            [] => {
                let message = "`transfer` needs one of `number`, `agent` and `queue`";
                self.complaints.error(code::MISSING_KEY, &parameters.place, message);
                return None;
            }
            [(first, _), (second, node), ..] => {
                let message =
                    format!("`transfer` has two destinations here: `{first}` and `{second}`");
                self.complaints
                    .error(code::WRONG_VALUE, &node.place, message)
                    .help("take one of them away");
                return None;
            }
        }
        if let Some(node) = number {
            let number = self.callee(node);
            let ani = ani.map(|node| self.shown(node));
            let trunks = self.around.site.trunks.as_ref();
            let trunk = trunk.and_then(|node| self.known("trunk", node, trunks));
            return Some(Destination::Number { number, ani, trunk });
        }
        if let Some(node) = agent {
            if node.scalar().is_some_and(|name| !name.starts_with('$')) {
                self.known("agent", node, self.around.site.agents.as_ref());
            }
            return Some(Destination::Agent(self.operand(node, &[Type::Text])));
        }
        queue.map(|node| Destination::Queue(self.operand(node, &[Type::Queue])))
    }

    /// A name that the site must know.
    fn known(
        &mut self,
        what: &str,
        node: &'a Node,
        names: Option<&'a BTreeSet<String>>,
    ) -> Option<String> {
        let name = node.text(self.complaints)?;
        if let Some(names) = names.filter(|names| !names.contains(name)) {
            let message = format!("there is no {what} `{}`", clip(name));
            let code = if what == "agent" { code::UNKNOWN_AGENT } else { code::UNKNOWN_TRUNK };
            let complaint = self.complaints.error(code, &node.place, message);
            complaint.among(name, names.iter().map(String::as_str), SEE_NAMES);
        }
        Some(name.to_owned())
    }
}
