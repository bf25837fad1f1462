//! Reads `given`: the world at the beginning of a case.

use super::names::Names;
use super::{CallbackGiven, Caller, Given, QueueGiven, WebGiven};
use crate::base::calendar::Standing;
use crate::base::calendar::zone::Zone;
use crate::base::code;
use crate::base::complaint::{Complaints, Place};
use crate::base::document::{Fields, Node};
use crate::base::number::PhoneNumber;
use crate::base::time::Utc;
use std::collections::BTreeMap;

/// Most agents of one queue, and most callers before ours.
const PEOPLE_MAX: i64 = 50;
/// Longest number that is called or shown, in characters.
const NUMBER_LETTERS_MAX: usize = 32;
/// The word for a caller who shows no number.
const ANONYMOUS: &str = "anonymous";

/// The map `given`.
pub(super) fn read(node: &Node, names: &Names, complaints: &mut Complaints) -> Option<Given> {
    let mut fields = Fields::of(node, "`given`", complaints)?;
    let given = Given {
        flow: fields.take("flow").and_then(|node| flow(node, names, complaints)),
        now: fields.take("now").and_then(|node| now(node, &names.zone, complaints)),
        caller: fields.take("caller").and_then(|node| caller(node, complaints)),
        called: fields.take("called").and_then(|node| dialled(node, complaints)),
        agents: fields
            .take("agents")
            .map(|node| agents(node, names, complaints))
            .unwrap_or_default(),
        queues: fields
            .take("queues")
            .map(|node| queues(node, names, complaints))
            .unwrap_or_default(),
        hours: fields.take("hours").map(|node| hours(node, names, complaints)).unwrap_or_default(),
        callbacks: fields
            .take("callbacks")
            .map(|node| callbacks(node, names, complaints))
            .unwrap_or_default(),
        web: fields.take("web").map(|node| web(node, complaints)).unwrap_or_default(),
        store_fails: fields
            .take("store")
            .and_then(|node| node.choice(&[("works", false), ("fails", true)], complaints)),
    };
    fields.finish(complaints);
    Some(given)
}

impl Given {
    /// What this says, and where it says nothing what `base` says.
    pub(super) fn over(mut self, base: &Self) -> Self {
        for (place, theirs) in &base.web {
            self.web.entry(place.clone()).or_insert_with(|| theirs.clone());
        }
        for (name, standing) in &base.hours {
            self.hours.entry(name.clone()).or_insert(*standing);
        }
        if self.agents.is_empty() {
            self.agents.clone_from(&base.agents);
        }
        if self.callbacks.is_empty() {
            self.callbacks.clone_from(&base.callbacks);
        }
        for (name, theirs) in &base.queues {
            let own = self.queues.entry(name.clone()).or_default();
            own.agents = own.agents.or(theirs.agents);
            own.waiting = own.waiting.or(theirs.waiting);
            own.callers_max = own.callers_max.or(theirs.callers_max);
            own.wait_estimate = own.wait_estimate.or(theirs.wait_estimate);
        }
        Self {
            flow: self.flow.or_else(|| base.flow.clone()),
            now: self.now.or(base.now),
            caller: self.caller.or_else(|| base.caller.clone()),
            called: self.called.or_else(|| base.called.clone()),
            agents: self.agents,
            queues: self.queues,
            hours: self.hours,
            callbacks: self.callbacks,
            web: self.web,
            store_fails: self.store_fails.or(base.store_fails),
        }
    }
}

/// The flow under test; one that needs inputs answers no call.
pub(super) fn flow(node: &Node, names: &Names, complaints: &mut Complaints) -> Option<String> {
    let Some(name) = names.flow(node, complaints) else {
        // It is named, and that it is not there has been told: nobody is asked who answers.
        return node.scalar().map(str::to_owned);
    };
    let inputs = &names.flows.flows.get(&name)?.inputs;
    if let Some((input, _)) = inputs.iter().find(|(_, input)| input.required) {
        let message = format!("the flow `{name}` needs the input `{input}`, so it answers no call");
        complaints
            .error(code::MISSING_INPUT, &node.place, message)
            .help("test it by a flow that calls it");
        return None;
    }
    Some(name)
}

/// A case must say who answers.
pub(super) fn answers(given: &Given, place: &Place, names: &Names, complaints: &mut Complaints) {
    let listed = given.called.as_ref().is_some_and(|called| names.numbers.contains(called));
    if given.flow.is_none() && !listed && !names.any_number {
        complaints
            .error(code::MISSING_KEY, place, "nothing says which flow answers the call")
            .help("write `flow: NAME` at the head of the file, or call a number of the site");
    }
}

/// `2026-11-23 10:15 Europe/Warsaw`; without a zone that of the site.
fn now(node: &Node, zone: &Zone, complaints: &mut Complaints) -> Option<Utc> {
    let text = node.text(complaints)?;
    let (shown, zone) = match text.rsplit_once(' ') {
        Some((shown, name)) if name.contains(|letter: char| letter.is_ascii_alphabetic()) => {
            let Some(zone) = Zone::named(name) else {
                let message = format!("there is no time zone `{name}`");
                complaints
                    .error(code::UNKNOWN_ZONE, &node.place, message)
                    .help("take a name such as Europe/Warsaw");
                return None;
            };
            (shown, zone)
        }
        _ => (text, zone.clone()),
    };
    let moment = zone.moment(shown);
    if moment.is_none() {
        node.wrong(
            "a date and a time such as `2026-11-23 10:15`, with a zone such as `Europe/Warsaw` \
             or without",
            complaints,
        );
    }
    moment
}

fn caller(node: &Node, complaints: &mut Complaints) -> Option<Caller> {
    if node.scalar() == Some(ANONYMOUS) {
        return Some(Caller::Anonymous);
    }
    dialled(node, complaints).map(Caller::Number)
}

/// A number or an extension, as it stands in a SIP address.
fn dialled(node: &Node, complaints: &mut Complaints) -> Option<String> {
    let text = node.text(complaints)?;
    let fits = |letter: char| letter.is_ascii_alphanumeric() || "+*#._-".contains(letter);
    let length = 1..=NUMBER_LETTERS_MAX;
    if !length.contains(&text.len()) || !text.chars().all(fits) {
        node.wrong("a number such as `+48221234567`, or an extension", complaints);
        return None;
    }
    Some(text.to_owned())
}

/// A number as it will be stored.
pub(super) fn number(node: &Node, complaints: &mut Complaints) -> Option<PhoneNumber> {
    let number = PhoneNumber::from_e164(node.text(complaints)?);
    if number.is_none() {
        node.wrong("a number with its country, such as `+48601234567`", complaints);
    }
    number
}

/// How hours stand, by its words.
pub const STANDINGS: [(&str, Standing); 3] =
    [("open", Standing::Open), ("closed", Standing::Closed), ("holiday", Standing::Holiday)];

/// `{ office-hours: holiday }`
fn hours(node: &Node, names: &Names, complaints: &mut Complaints) -> BTreeMap<String, Standing> {
    let Some(mut fields) = Fields::of(node, "`hours`", complaints) else { return BTreeMap::new() };
    let mut hours = BTreeMap::new();
    for (key, node) in fields.take_rest() {
        if !names.hours.contains(&key.text) {
            let message = format!("there are no opening hours `{}`", key.text);
            complaints
                .error(code::UNKNOWN_HOURS, &key.place, message)
                .suggest(&key.text, names.hours.iter().map(String::as_str));
        }
        let standing = node.choice(&STANDINGS, complaints);
        hours.extend(standing.map(|standing| (key.text.clone(), standing)));
    }
    hours
}

/// How far a callback has come.
const STATES: [(&str, bool); 2] = [("waiting", false), ("dialing", true)];

/// `{ queue: sales, number: "+48601234567" }`, or a list of such.
fn callbacks(node: &Node, names: &Names, complaints: &mut Complaints) -> Vec<CallbackGiven> {
    let read = |node: &Node| {
        let mut fields = Fields::of(node, "a callback", complaints)?;
        let queue = fields.required("queue", complaints);
        let queue = queue.and_then(|node| names.queue(node, complaints));
        let number = fields.required("number", complaints);
        let number = number.and_then(|node| self::number(node, complaints));
        let dialing = fields.take("state").and_then(|node| node.choice(&STATES, complaints));
        fields.finish(complaints);
        Some(CallbackGiven { queue: queue?, number: number?, dialing: dialing.unwrap_or(false) })
    };
    node.one_or_many().into_iter().filter_map(read).collect()
}

/// `[anna, jan]`
fn agents(node: &Node, names: &Names, complaints: &mut Complaints) -> Vec<String> {
    let nodes = node.one_or_many();
    nodes.into_iter().filter_map(|node| names.agent(node, complaints)).collect()
}

fn queues(node: &Node, names: &Names, complaints: &mut Complaints) -> BTreeMap<String, QueueGiven> {
    let Some(mut fields) = Fields::of(node, "`queues`", complaints) else {
        return BTreeMap::new();
    };
    let mut queues = BTreeMap::new();
    for (key, node) in fields.take_rest() {
        if !names.queues.contains(&key.text) {
            let message = format!("there is no queue `{}`", key.text);
            complaints
                .error(code::UNKNOWN_QUEUE, &key.place, message)
                .suggest(&key.text, names.queues.iter().map(String::as_str));
        }
        let Some(queue) = queue(node, complaints) else { continue };
        queues.insert(key.text.clone(), queue);
    }
    queues
}

fn web(node: &Node, complaints: &mut Complaints) -> BTreeMap<String, WebGiven> {
    let Some(mut fields) = Fields::of(node, "`web`", complaints) else { return BTreeMap::new() };
    let mut web = BTreeMap::new();
    for (key, node) in fields.take_rest() {
        let Some(answer) = web_answer(node, complaints) else { continue };
        web.insert(key.text.clone(), answer);
    }
    web
}

/// `unreachable`, `silent`, or `{ status, body }`.
fn web_answer(node: &Node, complaints: &mut Complaints) -> Option<WebGiven> {
    if node.scalar().is_some() {
        let silent = node.choice(&[("unreachable", false), ("silent", true)], complaints)?;
        return Some(if silent { WebGiven::Silent } else { WebGiven::Unreachable });
    }
    let mut fields = Fields::of(node, "an answer", complaints)?;
    let status = fields.take("status").and_then(|node| node.integer(100..=599, complaints));
    let body = fields.take("body").and_then(|node| node.text(complaints)).unwrap_or_default();
    fields.finish(complaints);
    let status = u16::try_from(status.unwrap_or(200)).ok()?;
    Some(WebGiven::Replies(status, body.to_owned()))
}

fn queue(node: &Node, complaints: &mut Complaints) -> Option<QueueGiven> {
    let mut fields = Fields::of(node, "a queue", complaints)?;
    let people = |node: &Node, complaints: &mut Complaints| {
        let count = node.integer(0..=PEOPLE_MAX, complaints)?;
        usize::try_from(count).ok()
    };
    let queue = QueueGiven {
        agents: fields.take("agents").and_then(|node| people(node, complaints)),
        waiting: fields.take("waiting").and_then(|node| people(node, complaints)),
        callers_max: fields.take("callers_max").and_then(|node| people(node, complaints)),
        wait_estimate: fields.take("wait_estimate").and_then(|node| node.duration(complaints)),
    };
    fields.finish(complaints);
    Some(queue)
}
