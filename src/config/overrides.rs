//! `RINGBACK__SECTION__KEY` in the environment says what the file does not, or says it
//! differently.
//!
//! A part of the name matches a key without regard to case, `_` for `-`; a new key is written in
//! lower case. A value that begins with `[` or `{` is YAML, any other is text as it stands, so
//! that a password needs no quotes. Complaints about such a value name the variable.

use crate::base::code;
use crate::base::complaint::{Complaints, Place};
use crate::base::document::{Key, Kind, Node, parse};

/// How the names of our variables begin.
const PREFIX: &str = "RINGBACK__";

/// Puts all overrides into the tree, in the order of their names.
pub(super) fn apply(
    root: &mut Node,
    environment: &[(String, String)],
    complaints: &mut Complaints,
) {
    let mut ours: Vec<(&String, &String)> = environment
        .iter()
        .map(|(name, value)| (name, value))
        .filter(|(name, _)| name.starts_with(PREFIX))
        .collect();
    ours.sort();
    for (name, value) in ours {
        let place = Place { file: name.as_str().into(), line: 1, column: 1 };
        let path: Vec<&str> = name.trim_start_matches(PREFIX).split("__").collect();
        if path.iter().any(|part| part.is_empty()) {
            complaints
                .error(code::WRONG_OVERRIDE, &place, format!("`{name}` names no setting"))
                .help("write RINGBACK__SECTION__KEY, such as RINGBACK__SIP__PORT");
            continue;
        }
        let Some(node) = read(name, value, &place, complaints) else { continue };
        put(root, &path, node, &place, complaints);
    }
}

fn read(name: &str, value: &str, place: &Place, complaints: &mut Complaints) -> Option<Node> {
    if value.starts_with(['[', '{']) {
        return parse(name, value, complaints);
    }
    let kind = Kind::Scalar { text: value.to_owned(), quoted: false, exact: false };
    Some(Node { place: place.clone(), kind })
}

fn put(node: &mut Node, path: &[&str], value: Node, place: &Place, complaints: &mut Complaints) {
    let Some((part, rest)) = path.split_first() else {
        *node = value;
        return;
    };
    if node.kind == Kind::Null {
        node.kind = Kind::Map(Vec::new());
    }
    let Kind::Map(entries) = &mut node.kind else {
        let message = format!("`{}` has no keys below it", place.file);
        complaints.error(code::WRONG_OVERRIDE, place, message);
        return;
    };
    let index = entries.iter().position(|(key, _)| same(&key.text, part)).unwrap_or_else(|| {
        let key = Key { text: part.to_ascii_lowercase(), place: place.clone() };
        entries.push((key, Node { place: place.clone(), kind: Kind::Null }));
        entries.len() - 1
    });
    if let Some((_, child)) = entries.get_mut(index) {
        put(child, rest, value, place, complaints);
    }
}

fn same(key: &str, part: &str) -> bool {
    key.replace('-', "_").eq_ignore_ascii_case(&part.replace('-', "_"))
}
