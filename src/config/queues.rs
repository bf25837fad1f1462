//! The section `queues`: who serves, how long things last, how callbacks go out.

use super::reader::{Reader, Sort};
use super::value;
use crate::base::code;
use crate::base::document::{Fields, Key, Node};
use crate::base::number::Country;
use crate::queue::settings::QueueSettings;
use crate::switchboard::settings::Queue;
use std::time::Duration;

const RING: Duration = Duration::from_secs(20);
const WRAP_UP: Duration = Duration::from_secs(10);
/// An offer that rings shorter gives nobody time to answer.
const RING_MIN: Duration = Duration::from_secs(3);
/// The music of a queue that names none.
const MUSIC: &str = "default";

const WITHOUT_AGENTS: [(&str, bool); 2] = [("wait", true), ("refuse", false)];
const INCOMPLETE: [(&str, bool); 2] = [("incomplete", false), ("abandon", true)];

/// All queues; numbers without `+` are read as dialled in `home`.
pub(super) fn read(root: &mut Fields, home: Option<Country>, reader: &mut Reader) -> Vec<Queue> {
    let Some(mut queues) = reader.names_in(root, "queues", Sort::Queue) else {
        return Vec::new();
    };
    let entries = queues.take_rest();
    entries.iter().filter_map(|(key, node)| read_one(key, node, home, reader)).collect()
}

fn read_one(key: &Key, node: &Node, home: Option<Country>, reader: &mut Reader) -> Option<Queue> {
    let name = reader.define(Sort::Queue, key);
    let mut fields = Fields::of(node, "a queue", &mut reader.complaints)?;
    let agents = fields.take("agents").map(|n| reader.want_many(Sort::Agent, n));
    let trunks = fields.take("trunks").map(|n| reader.want_many(Sort::Trunk, n));
    let hours = fields.take("hours").and_then(|n| reader.want(Sort::Hours, n));
    let music = fields.take("music").and_then(|n| reader.want(Sort::Music, n));
    let waiting_flow = fields.take("callback").and_then(|n| reader.want(Sort::Flow, n));
    let complaints = &mut reader.complaints;
    let ring_node = fields.take("ring");
    let ring = ring_node.and_then(|n| n.duration(complaints)).unwrap_or(RING);
    if let Some(node) = ring_node.filter(|_| ring < RING_MIN) {
        complaints
            .error(code::TOO_SHORT, &node.place, "nobody answers that fast")
            .help("let it ring at least 3s");
    }
    let without_agents =
        fields.take("when_no_agents").and_then(|n| n.choice(&WITHOUT_AGENTS, complaints));
    let line = QueueSettings {
        name,
        agents: agents.unwrap_or_default(),
        ring,
        wrap_up: fields.take("wrap_up").and_then(|n| n.duration(complaints)).unwrap_or(WRAP_UP),
        callers_max: fields.take("callers_max").and_then(|n| value::count(n, complaints)),
        callbacks_max: fields.take("callbacks_max").and_then(|n| value::count(n, complaints)),
        timeout: fields.take("timeout").and_then(|n| n.duration(complaints)),
        wait_estimate: fields.take("wait_estimate").and_then(|n| n.duration(complaints)),
        waits_without_agents: without_agents.unwrap_or(true),
        skills_relax_after: fields.take("skills_relax_after").and_then(|n| n.duration(complaints)),
    };
    let incomplete =
        fields.take("incomplete_counts_as").and_then(|n| n.choice(&INCOMPLETE, complaints));
    let queue = Queue {
        line,
        hours,
        music: music.unwrap_or_else(|| MUSIC.to_owned()),
        waiting_flow,
        trunks: trunks.unwrap_or_default(),
        ani: fields.take("ani").and_then(|n| value::number(n, home, complaints)),
        incomplete_counts_as_abandon: incomplete.unwrap_or(false),
    };
    fields.finish(complaints);
    Some(queue)
}
