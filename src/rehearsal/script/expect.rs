//! Reads `expect`: what must have come of a case.

use super::names::Names;
use super::told::{COUNT_MAX, NONE, count, is_none};
use super::{Expectation, Expected, Heard, Promised, given, lines, told};
use crate::base::code;
use crate::base::complaint::Complaints;
use crate::base::document::{Fields, Kind, Node};
use crate::switchboard::store::CallResult;
use std::collections::BTreeMap;

/// How a call can come out, by its words.
pub const RESULTS: [(&str, CallResult); 7] = [
    ("unfinished", CallResult::Unfinished),
    ("answered", CallResult::Answered),
    ("abandoned", CallResult::Abandoned),
    ("incomplete", CallResult::Incomplete),
    ("registered", CallResult::Registered),
    ("flow_only", CallResult::FlowOnly),
    ("rejected", CallResult::Rejected),
];

/// The map `expect`.
pub(super) fn read(node: &Node, names: &Names, complaints: &mut Complaints) -> Vec<Expectation> {
    let Some(mut fields) = Fields::of(node, "`expect`", complaints) else { return Vec::new() };
    let mut all = Vec::new();
    let mut put = |node: &Node, what: Option<Expected>| {
        let place = node.place.clone();
        all.extend(what.map(|what| Expectation { place, what }));
    };
    if let Some(node) = fields.take("registered") {
        put(node, callbacks(node, names, complaints).map(Expected::Registered));
    }
    if let Some(node) = fields.take("pending") {
        put(node, callbacks(node, names, complaints).map(Expected::Pending));
    }
    if let Some(node) = fields.take("abandoned") {
        put(node, count(node, complaints).map(Expected::Abandoned));
    }
    if let Some(node) = fields.take("place_in") {
        put(node, place_in(node, names, complaints));
    }
    if let Some(node) = fields.take("result") {
        put(node, node.choice(&RESULTS, complaints).map(Expected::Result));
    }
    if let Some(node) = fields.take("heard") {
        put(node, Some(Expected::Heard(sounds(node, names, complaints))));
    }
    if let Some(node) = fields.take("never_heard") {
        put(node, Some(Expected::NeverHeard(sounds(node, names, complaints))));
    }
    if let Some(node) = fields.take("escalated") {
        let name = node.text(complaints).map(str::to_owned);
        put(node, name.map(|name| Expected::Escalated(Some(name).filter(|name| name != NONE))));
    }
    if let Some(node) = fields.take("tags") {
        put(node, told::texts(node, complaints).map(Expected::Tags));
    }
    if let Some(node) = fields.take("notes") {
        put(node, told::texts(node, complaints).map(Expected::Notes));
    }
    if let Some(node) = fields.take("events") {
        put(node, told::events(node, complaints));
    }
    if let Some(node) = fields.take("messages") {
        put(node, told::messages(node, names, complaints));
    }
    if let Some(node) = fields.take("transferred") {
        put(node, told::transferred(node, names, complaints));
    }
    fields.finish(complaints);
    all
}

fn sounds(node: &Node, names: &Names, complaints: &mut Complaints) -> Vec<Heard> {
    let nodes = node.one_or_many();
    nodes.into_iter().filter_map(|node| lines::heard(node, names, complaints)).collect()
}

/// `none`, one callback, or a list of them.
fn callbacks(node: &Node, names: &Names, complaints: &mut Complaints) -> Option<Vec<Promised>> {
    if is_none(node) {
        return Some(Vec::new());
    }
    node.one_or_many().into_iter().map(|node| promised(node, names, complaints)).collect()
}

fn promised(node: &Node, names: &Names, complaints: &mut Complaints) -> Option<Promised> {
    let mut fields = Fields::of(node, "a callback", complaints)?;
    let whole =
        |node: &Node, complaints: &mut Complaints| node.integer(-COUNT_MAX..=COUNT_MAX, complaints);
    let promised = Promised {
        queue: fields.take("queue").and_then(|node| names.queue(node, complaints)),
        number: fields.take("number").and_then(|node| given::number(node, complaints)),
        ani: fields.take("ani").and_then(|node| given::number(node, complaints)),
        agent_media: fields.take("agent_media").map(|node| sounds(node, names, complaints)),
        priority: fields
            .take("priority")
            .and_then(|node| whole(node, complaints))
            .and_then(|number| i32::try_from(number).ok()),
        attempts: fields
            .take("attempts")
            .and_then(|node| whole(node, complaints))
            .and_then(|number| u32::try_from(number).ok()),
        retry_after: fields.take("retry_after").and_then(|node| node.duration(complaints)),
        expires: fields.take("expires").and_then(|node| node.duration(complaints)),
        language: fields.take("language").and_then(|node| language(node, names, complaints)),
        data: fields.take("data").map(|node| data(node, complaints)).unwrap_or_default(),
    };
    fields.finish(complaints);
    Some(promised)
}

fn language(node: &Node, names: &Names, complaints: &mut Complaints) -> Option<String> {
    let tag = node.text(complaints)?;
    if names.languages.iter().any(|language| language.tag() == tag) {
        return Some(tag.to_owned());
    }
    complaints
        .error(code::UNKNOWN_LANGUAGE, &node.place, format!("there are no prompts in `{tag}`"))
        .suggest(tag, names.languages.iter().map(|language| language.tag()));
    None
}

fn data(node: &Node, complaints: &mut Complaints) -> BTreeMap<String, String> {
    let Some(mut fields) = Fields::of(node, "`data`", complaints) else { return BTreeMap::new() };
    let mut data = BTreeMap::new();
    for (key, node) in fields.take_rest() {
        if let Some(text) = node.text(complaints) {
            data.insert(key.text.clone(), text.to_owned());
        }
    }
    data
}

/// `{ sales: 5 }`, or `none`.
fn place_in(node: &Node, names: &Names, complaints: &mut Complaints) -> Option<Expected> {
    if is_none(node) {
        return Some(Expected::PlaceIn(None));
    }
    let Kind::Map(entries) = &node.kind else {
        node.wrong("a queue with the place in it, such as `{ sales: 5 }`, or `none`", complaints);
        return None;
    };
    let [(key, value)] = entries.as_slice() else {
        node.wrong("one queue with the place in it", complaints);
        return None;
    };
    if !names.queues.contains(&key.text) {
        let message = format!("there is no queue `{}`", key.text);
        complaints
            .error(code::UNKNOWN_QUEUE, &key.place, message)
            .suggest(&key.text, names.queues.iter().map(String::as_str));
        return None;
    }
    let place = u32::try_from(value.integer(1..=COUNT_MAX, complaints)?).ok()?;
    Some(Expected::PlaceIn(Some((key.text.clone(), place))))
}
