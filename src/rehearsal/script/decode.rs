//! Reads a test file as a whole; every mistake is told.

use super::names::Names;
use super::{Case, FILE_END, Given, Test, expect, given, lines};
use crate::base::code;
use crate::base::complaint::Complaints;
use crate::base::document::{Fields, Node, parse};
use crate::flow::another::{Purpose, is_another};
use std::collections::BTreeMap;

/// Most cases of one file.
const CASES_MAX: usize = 1_000;

/// Reads one test file. `None` when it cannot be used; the complaints say why.
pub fn read(file: &str, text: &str, names: &Names, complaints: &mut Complaints) -> Option<Test> {
    let node = parse(file, text, complaints)?;
    if is_another(&node, Purpose::Test, complaints) {
        return None;
    }
    let mut fields = Fields::of(&node, "a test", complaints)?;
    let name = fields.required("test", complaints).and_then(|node| node.text(complaints));
    if let Some(name) = name {
        name_fits(file, name, &node, complaints);
    }
    let flow = fields.take("flow").and_then(|node| given::flow(node, names, complaints));
    let base = fields.take("given").and_then(|node| given::read(node, names, complaints));
    let base = Given { flow, ..base.unwrap_or_default() };
    let cases = fields.required("cases", complaints);
    let cases = cases.map(|node| read_cases(node, &base, names, complaints)).unwrap_or_default();
    fields.finish(complaints);
    Some(Test { name: name?.to_owned(), cases })
}

fn name_fits(file: &str, name: &str, node: &Node, complaints: &mut Complaints) {
    let last = file.rsplit(['/', '\\']).next().unwrap_or(file);
    if last.strip_suffix(FILE_END) != Some(name) {
        let message = format!("the test `{name}` stands in `{last}`");
        let place = node.child("test").map_or(&node.place, |node| &node.place);
        complaints
            .error(code::FILE_NAME, place, message)
            .help(format!("its file is named `{name}{FILE_END}`"));
    }
}

fn read_cases(node: &Node, base: &Given, names: &Names, complaints: &mut Complaints) -> Vec<Case> {
    let nodes = node.one_or_many();
    if nodes.is_empty() || nodes.len() > CASES_MAX {
        node.wrong(&format!("a list of 1 to {CASES_MAX} cases"), complaints);
        return Vec::new();
    }
    let cases = nodes.into_iter().filter_map(|node| read_case(node, base, names, complaints));
    let cases: Vec<Case> = cases.collect();
    let mut named = BTreeMap::new();
    for Case { place, name, .. } in &cases {
        if let Some(line) = named.insert(name, place.line) {
            // A report names a case by its name alone, and so does --filter.
            complaints
                .error(code::DUPLICATE_NAME, place, format!("there is another case `{name}`"))
                .help(format!("it begins in line {line}; give each case a name of its own"));
        }
    }
    cases
}

fn read_case(
    node: &Node,
    base: &Given,
    names: &Names,
    complaints: &mut Complaints,
) -> Option<Case> {
    let mut fields = Fields::of(node, "a case", complaints)?;
    let name = fields.required("name", complaints).and_then(|node| node.text(complaints));
    let own = fields.take("given").and_then(|node| given::read(node, names, complaints));
    let given = own.unwrap_or_default().over(base);
    given::answers(&given, &node.place, names, complaints);
    let script = fields.required("script", complaints);
    let script = script.map(|node| lines::read(node, names, complaints)).unwrap_or_default();
    let expect = fields.take("expect").map(|node| expect::read(node, names, complaints));
    fields.finish(complaints);
    Some(Case {
        place: node.place.clone(),
        name: name?.to_owned(),
        given,
        script,
        expect: expect.unwrap_or_default(),
    })
}
