//! The names that a test may use: those of the site whose flows it tests.

use crate::base::code::{self, Code};
use crate::base::complaint::Complaints;
use crate::base::document::Node;
use crate::base::language::Language;
use crate::flow::graph::FlowSet;
use crate::switchboard::settings::Settings;
use std::collections::BTreeSet;
use std::sync::Arc;

/// How the names of music begin among the prompts.
pub(super) const MUSIC: &str = "music/";

/// The names of a site.
///
/// Table: a set for each kind of name.
#[derive(Debug, Clone)]
pub struct Names {
    pub(super) queues: BTreeSet<String>,
    pub(super) agents: BTreeSet<String>,
    pub(super) mailboxes: BTreeSet<String>,
    pub(super) hours: BTreeSet<String>,
    pub(super) prompts: BTreeSet<String>,
    pub(super) numbers: BTreeSet<String>,
    pub(super) languages: BTreeSet<Language>,
    pub(super) flows: Arc<FlowSet>,
    pub(super) zone: crate::base::calendar::zone::Zone,
    /// Whether numbers that are not listed have a flow.
    pub(super) any_number: bool,
}

impl Names {
    /// Those of a site.
    #[must_use]
    pub fn of(settings: &Settings) -> Self {
        let prompts = settings.prompts.values().flat_map(|sounds| sounds.keys().cloned());
        Self {
            queues: settings.queues.iter().map(|queue| queue.line.name.clone()).collect(),
            agents: settings.agents.iter().map(|agent| agent.name.clone()).collect(),
            mailboxes: settings.mailboxes.iter().map(|mailbox| mailbox.name.clone()).collect(),
            hours: settings.hours.keys().cloned().collect(),
            prompts: prompts.collect(),
            numbers: settings.numbers.keys().cloned().collect(),
            languages: settings.prompts.keys().cloned().collect(),
            flows: Arc::clone(&settings.flows),
            zone: settings.site.time_zone.clone(),
            any_number: settings.default_flow.is_some(),
        }
    }

    pub(super) fn queue(&self, node: &Node, complaints: &mut Complaints) -> Option<String> {
        let name = node.text(complaints)?;
        known(code::UNKNOWN_QUEUE, "queue", name, node, self.queues.iter(), complaints)
    }

    pub(super) fn agent(&self, node: &Node, complaints: &mut Complaints) -> Option<String> {
        let name = node.text(complaints)?;
        known(code::UNKNOWN_AGENT, "agent", name, node, self.agents.iter(), complaints)
    }

    pub(super) fn prompt(&self, node: &Node, complaints: &mut Complaints) -> Option<String> {
        let name = node.text(complaints)?;
        known(code::UNKNOWN_PROMPT, "prompt", name, node, self.prompts.iter(), complaints)
    }

    pub(super) fn music(&self, node: &Node, complaints: &mut Complaints) -> Option<String> {
        let name = node.text(complaints)?;
        let all: Vec<String> = self
            .prompts
            .iter()
            .filter_map(|name| name.strip_prefix(MUSIC))
            .map(str::to_owned)
            .collect();
        known(code::UNKNOWN_MUSIC, "music", name, node, all.iter(), complaints)
    }

    pub(super) fn flow(&self, node: &Node, complaints: &mut Complaints) -> Option<String> {
        let name = node.text(complaints)?;
        known(code::UNKNOWN_FLOW, "flow", name, node, self.flows.flows.keys(), complaints)
    }

    /// `SECTION`, or `FLOW/SECTION`.
    pub(super) fn section(
        &self,
        node: &Node,
        complaints: &mut Complaints,
    ) -> Option<(Option<String>, String)> {
        let text = node.text(complaints)?;
        let (flow, section) = match text.split_once('/') {
            Some((flow, section)) => (Some(flow), section),
            None => (None, text),
        };
        if let Some(flow) = flow {
            known(code::UNKNOWN_FLOW, "flow", flow, node, self.flows.flows.keys(), complaints)?;
        }
        let flows = self.flows.flows.values();
        let named = flows.filter(|known| flow.is_none_or(|flow| known.name == flow));
        let sections: BTreeSet<String> =
            named.flat_map(|flow| flow.sections.keys().cloned()).collect();
        known(code::UNKNOWN_SECTION, "section", section, node, sections.iter(), complaints)?;
        Some((flow.map(str::to_owned), section.to_owned()))
    }
}

fn known<'a>(
    code: Code,
    what: &str,
    name: &str,
    node: &Node,
    names: impl Iterator<Item = &'a String> + Clone,
    complaints: &mut Complaints,
) -> Option<String> {
    if names.clone().any(|known| known == name) {
        return Some(name.to_owned());
    }
    let message = format!("there is no {what} `{name}`");
    complaints.error(code, &node.place, message).suggest(name, names.map(String::as_str));
    None
}
