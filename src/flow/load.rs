//! The way in: texts of flows in, a checked set of flows out.

use super::check;
use super::decode::{Header, Surroundings, decode, escalated_in, run_in};
use super::graph::FlowSet;
use super::site::Site;
use crate::base::code;
use crate::base::complaint::{Complaint, Complaints, Place};
use crate::base::document::{Node, parse};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// How the file of a flow ends.
pub const FILE_END: &str = ".flow.yaml";

/// Reads flows from `(path, text)`, each file one flow, and checks them as a set.
///
/// A file is `NAME.flow.yaml` and holds `flow: NAME`. With the set come warnings.
///
/// # Errors
/// Every mistake that was found in any file, in the order of the places, warnings among them.
pub fn load(
    files: &[(String, String)],
    site: &Site,
) -> Result<(FlowSet, Vec<Complaint>), Vec<Complaint>> {
    let mut complaints = Complaints::new();
    let mut unreadable = BTreeSet::new();
    let mut nodes: Vec<(&str, Node)> = Vec::new();
    for (path, text) in files {
        match parse(path, text, &mut complaints) {
            Some(node) => nodes.push((path, node)),
            None => unreadable.extend(name_of(path).map(str::to_owned)),
        }
    }
    let mut headers: BTreeMap<String, Header<'_>> = BTreeMap::new();
    let mut escalations = BTreeSet::new();
    for (path, node) in &nodes {
        escalated_in(node, &mut escalations);
        let Some(header) = Header::read(node, site, &mut complaints) else {
            unreadable.extend(name_of(path).map(str::to_owned));
            continue;
        };
        name_fits(path, &header, &mut complaints);
        if let Some(first) = headers.get(&header.name) {
            let message = format!("the flow `{}` is there already", header.name);
            let help = format!("the first one is {}", first.place);
            complaints.error(code::DUPLICATE_FLOW, &header.place, message).help(help);
            continue;
        }
        headers.insert(header.name.clone(), header);
    }
    let around = Surroundings {
        site,
        headers: &headers,
        escalations: &escalations,
        unreadable: &unreadable,
    };
    let drafts: BTreeMap<_, _> = headers
        .iter()
        .map(|(name, header)| (name.clone(), decode(header, around, &mut complaints)))
        .collect();
    check::check(&drafts, site, &mut complaints);
    let failed = complaints.has_errors();
    let complaints = complaints.into_sorted();
    if failed {
        tracing::debug!(files = files.len(), complaints = complaints.len(), "flows refused");
        return Err(complaints);
    }
    let flows = drafts.into_iter().map(|(name, draft)| (name, Arc::new(draft.flow))).collect();
    Ok((FlowSet { flows, ..FlowSet::default() }, complaints))
}

/// The names that these flows raise with `escalate`, whatever else is wrong with them.
#[must_use]
pub fn raised_in(files: &[(String, String)]) -> BTreeSet<String> {
    let mut raised = BTreeSet::new();
    for (path, text) in files {
        if let Some(node) = parse(path, text, &mut Complaints::new()) {
            escalated_in(&node, &mut raised);
        }
    }
    raised
}

/// The flows that this one runs, whatever else is wrong with it.
#[must_use]
pub fn run_by(path: &str, text: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    if let Some(node) = parse(path, text, &mut Complaints::new()) {
        run_in(&node, &mut names);
    }
    names
}

/// The name of the flow that a file should hold.
#[must_use]
pub fn name_of(path: &str) -> Option<&str> {
    path.rsplit(['/', '\\']).next()?.strip_suffix(FILE_END)
}

fn name_fits(path: &str, header: &Header<'_>, complaints: &mut Complaints) {
    let name = &header.name;
    match name_of(path) {
        Some(file) if file == name => {}
        Some(file) => {
            let message = format!("the file is named `{file}`, the flow `{name}`");
            complaints.error(code::FILE_NAME, &header.place, message);
        }
        None => {
            let place = Place { line: 1, column: 1, ..header.place.clone() };
            let message = format!("a flow's file is named `{name}{FILE_END}`");
            complaints.error(code::FILE_NAME, &place, message);
        }
    }
}

#[cfg(test)]
mod tests;
