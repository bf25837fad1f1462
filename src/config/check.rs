//! What no section can see alone: settings that do not go together.

use super::flows;
use super::reader::{Reader, Sort};
use crate::base::code;
use crate::base::complaint::Place;
use crate::base::document::Node;
use crate::base::interfaces::is_in_network;
use crate::flow::graph::{Input, WAITING_INPUT};
use crate::flow::types::Type;
use crate::switchboard::settings::{Agent, Queue, Settings, Trunk};
use std::net::IpAddr;

/// A password shorter than this is guessed.
const PASSWORD_LETTERS_MIN: usize = 10;
/// How the passwords of the shipped configuration begin; everybody knows them.
const DEMO_PASSWORD: &str = "demo-";

/// Checks the whole; `place` is the beginning of the file, for what stands nowhere.
pub(super) fn whole(settings: &Settings, root: &Node, place: &Place, reader: &mut Reader) {
    check_sources(&settings.trunks, root, reader);
    for queue in &settings.queues {
        check_queue(queue, settings, root, reader);
    }
    let reachable = settings.site.bind.is_none_or(|address| !address.is_loopback());
    for agent in &settings.agents {
        check_agent(agent, reachable, root, reader);
    }
    if settings.trunks.is_empty() && !reader.doubts(Sort::Trunk) {
        reader
            .complaints
            .warning(code::NO_TRUNKS, place, "there is no trunk: only agents' phones can call")
            .help("add a section `trunks`");
    }
    if settings.numbers.is_empty() && settings.default_flow.is_none() {
        reader
            .complaints
            .warning(code::NO_NUMBERS, place, "no called number leads to a flow")
            .help("add a section `numbers`, or a `default_flow`");
    }
}

/// A request belongs to exactly one trunk.
fn check_sources(trunks: &[Trunk], root: &Node, reader: &mut Reader) {
    for (index, trunk) in trunks.iter().enumerate() {
        for other in trunks.iter().take(index) {
            let both = trunk.sources.iter().find_map(|source| {
                let overlap = other.sources.iter().find(|known| overlaps(*source, **known))?;
                Some((*source, *overlap))
            });
            let Some(((address, prefix), (known, known_prefix))) = both else { continue };
            let place = place_in(root, &["trunks", &trunk.name, "sources"])
                .or_else(|| reader.place_of(Sort::Trunk, &trunk.name).cloned());
            let Some(place) = place else { continue };
            let message = format!(
                "{address}/{prefix} of the trunk `{}` overlaps {known}/{known_prefix} of `{}`",
                trunk.name, other.name
            );
            reader
                .complaints
                .error(code::SOURCES_OVERLAP, &place, message)
                .help("a request must belong to one trunk");
        }
    }
}

fn overlaps(one: (IpAddr, u8), other: (IpAddr, u8)) -> bool {
    let prefix = one.1.min(other.1);
    one.0.is_ipv4() == other.0.is_ipv4() && is_in_network(one.0, other.0, prefix)
}

fn check_queue(queue: &Queue, settings: &Settings, root: &Node, reader: &mut Reader) {
    let name = &queue.line.name;
    let Some(place) = reader.place_of(Sort::Queue, name).cloned() else { return };
    if queue.line.agents.is_empty() {
        let message = format!("nobody serves the queue `{name}`");
        reader.complaints.warning(code::NOBODY_SERVES, &place, message).help("give it `agents`");
    }
    check_waiting_flow(queue, settings, root, reader);
    let known = flows::music(&settings.prompts).contains(&queue.music);
    let stated = root.child("queues").and_then(|n| n.child(name)).and_then(|n| n.child("music"));
    if !known && stated.is_none() {
        let message = format!("the queue `{name}` has no music: there is none called `default`");
        reader.complaints.warning(code::NO_MUSIC, &place, message);
    }
    let dialling = |trunk: &&Trunk| {
        !trunk.peers.is_empty() && (queue.trunks.is_empty() || queue.trunks.contains(&trunk.name))
    };
    let known = |name: &String| settings.trunks.iter().any(|trunk| trunk.name == *name);
    if settings.trunks.is_empty() || !queue.trunks.iter().all(known) {
        return;
    }
    let mut candidates = settings.trunks.iter().filter(dialling).peekable();
    if candidates.peek().is_none() {
        let message = format!("the queue `{name}` has no trunk that calls out: no callbacks");
        reader
            .complaints
            .warning(code::NO_WAY_OUT, &place, message)
            .help("give one of its trunks `peers`");
        return;
    }
    let Some(ani) = &queue.ani else { return };
    if !candidates.any(|trunk| trunk.anis.is_empty() || trunk.anis.contains(ani)) {
        let place = place_in(root, &["queues", name, "ani"]).unwrap_or(place);
        let message = format!("no trunk of the queue `{name}` may show the number {ani}");
        reader
            .complaints
            .error(code::ANI_NOT_ALLOWED, &place, message)
            .help("add it to the `anis` of a trunk that calls out");
    }
}

/// The flow of those who wait is told the queue, and nothing else.
fn check_waiting_flow(queue: &Queue, settings: &Settings, root: &Node, reader: &mut Reader) {
    let name = &queue.line.name;
    let Some(flow) = queue.waiting_flow.as_ref().and_then(|name| settings.flows.flows.get(name))
    else {
        return;
    };
    let Some(place) = place_in(root, &["queues", name, "callback"]) else { return };
    let told = |input: &Input| matches!(input.kind, Type::Queue | Type::Text);
    let line = flow.inputs.get(WAITING_INPUT).is_some_and(told);
    let mut others = flow.inputs.iter().filter(|(name, _)| *name != WAITING_INPUT);
    if !line || others.any(|(_, input)| input.required) {
        let message = format!("the flow `{}` cannot run for those who wait in a queue", flow.name);
        reader
            .complaints
            .error(code::WAITING_FLOW_INPUTS, &place, message)
            .help(format!("it needs the one input `{WAITING_INPUT}: {{ type: queue }}`"));
    }
}

fn check_agent(agent: &Agent, reachable: bool, root: &Node, reader: &mut Reader) {
    let name = &agent.name;
    let Some(place) = reader.place_of(Sort::Agent, name).cloned() else { return };
    if !reader.is_wanted(Sort::Agent, name) {
        let message = format!("the agent `{name}` serves no queue");
        reader.complaints.warning(code::SERVES_NOTHING, &place, message);
    }
    let password = &agent.login.password;
    if !reachable || password.is_empty() {
        return;
    }
    let place = place_in(root, &["agents", name, "password"]).unwrap_or(place);
    if password.starts_with(DEMO_PASSWORD) {
        let message = format!("everybody knows the password of `{name}`: it is the shipped one");
        reader
            .complaints
            .warning(code::DEMO_PASSWORD, &place, message)
            .help("choose another, or listen on 127.0.0.1 only (sip.address)");
    } else if password.chars().count() < PASSWORD_LETTERS_MIN || password == name {
        let message = format!("the password of `{name}` is easily guessed");
        reader
            .complaints
            .warning(code::WEAK_PASSWORD, &place, message)
            .help(format!("use {PASSWORD_LETTERS_MIN} characters or more"));
    }
}

fn place_in(root: &Node, path: &[&str]) -> Option<Place> {
    let node = path.iter().try_fold(root, |node, key| node.child(key))?;
    Some(node.place.clone())
}
