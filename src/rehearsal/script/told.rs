//! Reads what `expect` says of those who are told of a call: agents, other systems, mailboxes, and
//! whoever the caller is passed on to.

use super::names::Names;
use super::{Expected, Fact, PassedOn, Telling, given};
use crate::base::code;
use crate::base::complaint::Complaints;
use crate::base::document::{Fields, Kind, Node};
use std::collections::BTreeMap;

/// The word for nothing.
pub(super) const NONE: &str = "none";
/// No number in a test is greater.
pub(super) const COUNT_MAX: i64 = 1_000_000;

pub(super) fn is_none(node: &Node) -> bool {
    node.scalar() == Some(NONE)
}

pub(super) fn count(node: &Node, complaints: &mut Complaints) -> Option<u64> {
    u64::try_from(node.integer(0..=COUNT_MAX, complaints)?).ok()
}

/// `[vip, late]`, one text, or `none`.
pub(super) fn texts(node: &Node, complaints: &mut Complaints) -> Option<Vec<String>> {
    if is_none(node) {
        return Some(Vec::new());
    }
    let text = |node: &Node| node.text(complaints).map(str::to_owned);
    node.one_or_many().into_iter().map(text).collect()
}

/// `{ name: order.asked, data: { order: 17 } }`, a list of such, or `none`.
pub(super) fn events(node: &Node, complaints: &mut Complaints) -> Option<Expected> {
    if is_none(node) {
        return Some(Expected::Events(Vec::new()));
    }
    let nodes = node.one_or_many();
    let all: Option<Vec<Telling>> = nodes.into_iter().map(|node| event(node, complaints)).collect();
    all.map(Expected::Events)
}

fn event(node: &Node, complaints: &mut Complaints) -> Option<Telling> {
    let mut fields = Fields::of(node, "an event", complaints)?;
    let name = fields.required("name", complaints).and_then(|node| node.text(complaints));
    let data = fields.take("data").map(|node| facts(node, complaints)).unwrap_or_default();
    fields.finish(complaints);
    Some(Telling { name: name?.to_owned(), data })
}

fn facts(node: &Node, complaints: &mut Complaints) -> BTreeMap<String, Fact> {
    let Some(mut fields) = Fields::of(node, "`data`", complaints) else { return BTreeMap::new() };
    let rest = fields.take_rest().into_iter();
    rest.filter_map(|(key, node)| Some((key.text.clone(), fact(node, complaints)?))).collect()
}

fn fact(node: &Node, complaints: &mut Complaints) -> Option<Fact> {
    Some(match &node.kind {
        Kind::Map(_) => Fact::Holds(facts(node, complaints)),
        Kind::List(items) => {
            let items: Option<Vec<Fact>> =
                items.iter().map(|node| fact(node, complaints)).collect();
            Fact::Lists(items?)
        }
        Kind::Scalar { .. } | Kind::Null => Fact::Is(node.text(complaints)?.to_owned()),
    })
}

/// `{ support: 1 }`, or `none`.
pub(super) fn messages(
    node: &Node,
    names: &Names,
    complaints: &mut Complaints,
) -> Option<Expected> {
    if is_none(node) {
        return Some(Expected::Messages(BTreeMap::new()));
    }
    let mut fields = Fields::of(node, "`messages`", complaints)?;
    let mut messages = BTreeMap::new();
    for (key, node) in fields.take_rest() {
        if !names.mailboxes.contains(&key.text) {
            let message = format!("there is no mailbox `{}`", key.text);
            complaints
                .error(code::UNKNOWN_MAILBOX, &key.place, message)
                .suggest(&key.text, names.mailboxes.iter().map(String::as_str));
        }
        messages.insert(key.text.clone(), count(node, complaints)?);
    }
    Some(Expected::Messages(messages))
}

/// `{ number: "+48226000000", ani: "+48221234567" }`, `{ agent: anna }`, `{ queue: sales }`, or
/// `none`.
pub(super) fn transferred(
    node: &Node,
    names: &Names,
    complaints: &mut Complaints,
) -> Option<Expected> {
    if is_none(node) {
        return Some(Expected::Transferred(None));
    }
    let mut fields = Fields::of(node, "`transferred`", complaints)?;
    let (number, ani) = (fields.take("number"), fields.take("ani"));
    let (agent, queue) = (fields.take("agent"), fields.take("queue"));
    let to = match (number.or(ani), agent, queue) {
        (Some(_), None, None) => {
            let number = number.map(|node| given::number(node, complaints));
            let ani = ani.map(|node| given::number(node, complaints));
            let right = |read: &Option<Option<_>>| read.as_ref().is_none_or(Option::is_some);
            (right(&number) && right(&ani))
                .then(|| PassedOn::Number { number: number.flatten(), ani: ani.flatten() })
        }
        // One who stands in is named `agent-1`; no other is known here.
        (None, Some(node), None) => {
            node.text(complaints).map(|name| PassedOn::Agent(name.to_owned()))
        }
        (None, None, Some(node)) => names.queue(node, complaints).map(PassedOn::Queue),
        _ => {
            node.wrong("one of `number`, `agent` and `queue`, or `none`", complaints);
            None
        }
    };
    fields.finish(complaints);
    Some(Expected::Transferred(Some(to?)))
}
