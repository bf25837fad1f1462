//! The standard form of flow and test files: the order of their keys, room between sections.
//!
//! The text is written anew from its tree with comments, then read again and compared: what would
//! say something else, or lose a comment, is never handed out.

use crate::base::complaint::{Complaint, Complaints};
use crate::base::document::print::{is_one_line, print};
use crate::base::document::written::{Entry, Form, Remark, Written, read, said};
use crate::base::document::{Key, Kind, Node, parse};

/// The keys of flows and tests, in their order; others keep their place at the end.
const KEYS: [&str; 14] = [
    "test",
    "flow",
    "format",
    "title",
    "language",
    "inputs",
    "outputs",
    "vars",
    "defaults",
    "when_caller_hangs_up",
    "catch",
    "given",
    "sections",
    "cases",
];

/// The keys whose longer entries stand apart.
const SPACED: [&str; 2] = ["sections", "cases"];

/// Why a text has no standard form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoStandard {
    /// It cannot be read.
    Unreadable(Vec<Complaint>),
    /// Written anew it would not say the same: our fault, and nothing is written.
    WouldChange,
}

/// Writes a file in standard form; whether it is a good flow is not asked.
///
/// # Errors
/// As [`NoStandard`] says.
pub fn standard(path: &str, text: &str) -> Result<String, NoStandard> {
    let mut complaints = Complaints::new();
    let node = parse(path, text, &mut complaints);
    if let Some(node @ Node { kind: Kind::List(_) | Kind::Scalar { .. }, .. }) = &node {
        node.wrong("the keys of a flow or a test", &mut complaints);
    }
    let (Some(node), false) = (node, complaints.has_errors()) else {
        return Err(NoStandard::Unreadable(complaints.into_sorted()));
    };
    let written = read(text).map(|(document, rest)| {
        let before = heard(&document, &rest);
        let document = in_order(document);
        (before, print(&document, &rest))
    });
    let good = written.filter(|(before, new)| is_same(path, &node, before, new));
    good.map(|(_, new)| new).ok_or(NoStandard::WouldChange)
}

/// All comments of a document, sorted.
fn heard(document: &Written, rest: &[Remark]) -> Vec<String> {
    let all = document.comments().into_iter().chain(said(rest));
    let mut all: Vec<String> = all.map(str::to_owned).collect();
    all.sort();
    all
}

/// Whether the new text says the same as the old one, and with the same comments.
fn is_same(path: &str, old: &Node, comments: &[String], new: &str) -> bool {
    let mut complaints = Complaints::new();
    let node = parse(path, new, &mut complaints).filter(|_| !complaints.has_errors());
    let kept = read(new).is_some_and(|(document, rest)| heard(&document, &rest) == comments);
    kept && node.is_some_and(|node| is_alike(old, &node, true))
}

/// Whether two trees hold the same, wherever it stands. Of the outermost map the order does not
/// count.
fn is_alike(one: &Node, other: &Node, outermost: bool) -> bool {
    match (&one.kind, &other.kind) {
        (Kind::Map(one), Kind::Map(other)) if outermost => {
            let find = |key: &str| other.iter().find(|(known, _)| known.text == key);
            let alike = |(key, node): &(Key, Node)| {
                find(&key.text).is_some_and(|(_, other)| is_alike(node, other, false))
            };
            one.len() == other.len() && one.iter().all(alike)
        }
        (Kind::Map(one), Kind::Map(other)) => {
            let mut pairs = one.iter().zip(other);
            one.len() == other.len()
                && pairs.all(|(a, b)| a.0.text == b.0.text && is_alike(&a.1, &b.1, false))
        }
        (Kind::List(one), Kind::List(other)) => {
            let mut pairs = one.iter().zip(other);
            one.len() == other.len() && pairs.all(|(a, b)| is_alike(a, b, false))
        }
        (Kind::Scalar { text, quoted, .. }, Kind::Scalar { text: other, quoted: marked, .. }) => {
            text == other && quoted == marked
        }
        (Kind::Null, Kind::Null) => true,
        (Kind::Map(_) | Kind::List(_) | Kind::Scalar { .. } | Kind::Null, _) => false,
    }
}

/// The keys in their order, with what stands above the first one kept at the top.
fn in_order(mut document: Written) -> Written {
    let Form::Map(entries, _) = &mut document.form else { return document };
    let mut top = Vec::new();
    if let Some(first) = entries.first_mut()
        && let Some(blank) = first.before.iter().rposition(|remark| *remark == Remark::Blank)
    {
        top = first.before.drain(..=blank).collect();
    }
    let rank = |entry: &Entry| {
        let key = entry.key.as_deref().unwrap_or_default();
        KEYS.iter().position(|known| *known == key).unwrap_or(KEYS.len())
    };
    entries.sort_by_key(rank);
    if let Some(first) = entries.first_mut() {
        top.append(&mut first.before);
        first.before = top;
    }
    for entry in entries {
        if entry.key.as_deref().is_some_and(|key| SPACED.contains(&key)) {
            space(&mut entry.value);
        }
    }
    document
}

/// Leaves a line blank between entries, except between those of one line each.
fn space(value: &mut Written) {
    let (Form::Map(entries, _) | Form::List(entries, _)) = &mut value.form else { return };
    let mut last_is_short = None;
    for entry in entries {
        let is_short = is_one_line(entry, 2);
        let apart = last_is_short.is_some_and(|last: bool| !(last && is_short));
        if apart && entry.before.first() != Some(&Remark::Blank) {
            entry.before.insert(0, Remark::Blank);
        }
        last_is_short = Some(is_short);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_stand_in_order_and_sections_apart() {
        let text = "# about all\n\nsections:\n  start:\n    - answer\n    - goto: a\n  # short\n  \
                    a: [ { goto: bb } ]\n  bb:   [ hangup ]\nformat: 1 # the format\nflow: x\n";
        let wanted = "# about all\n\nflow: x\nformat: 1 # the format\nsections:\n  start:\n    \
                      - answer\n    - goto: a\n\n  # short\n  a: [ { goto: bb } ]\n  \
                      bb: [hangup]\n";
        let new = standard("x.flow.yaml", text).expect("a good text");
        assert_eq!(new.replace("a:  [", "a: ["), wanted);
        assert_eq!(standard("x.flow.yaml", &new).as_deref(), Ok(new.as_str()));
    }

    #[test]
    fn what_cannot_be_read_is_told_with_its_place() {
        let refused = standard("x.flow.yaml", "flow: x\n\tformat: 1\n");
        let Err(NoStandard::Unreadable(complaints)) = refused else { panic!("{refused:?}") };
        assert_eq!(complaints.first().map(|one| one.code.name()), Some("yaml"));
    }
}
