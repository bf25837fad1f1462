//! From node trees to flows: every mistake at its place, none stops the reading.
//!
//! ```text
//! texts ─parse─► nodes ─header─► inputs, outputs, vars ─declare─► scope ─steps─► Draft
//!                                of all flows                    of one flow
//! ```

mod advice;
mod call;
mod callback;
mod control;
mod data;
mod declare;
mod header;
mod media;
mod parameters;
mod step;
mod template;
mod transfer;
mod usage;
mod value;
mod voicemail;

use crate::base::code;
pub(super) use declare::Variables;
pub(super) use header::{Header, escalated_in, run_in};
pub(super) use usage::Uses;

use super::graph::{Flow, Step, Target};
use super::notation::Notation;
use super::scope::Scope;
use super::site::Site;
use crate::base::complaint::{Complaints, Place};
use crate::base::document::{Kind, Node};
use std::collections::{BTreeMap, BTreeSet};

/// What all flows know of each other while one is decoded.
#[derive(Debug, Clone, Copy)]
pub(super) struct Surroundings<'a> {
    pub(super) site: &'a Site,
    /// The flows by name.
    pub(super) headers: &'a BTreeMap<String, Header<'a>>,
    /// Names that some flow raises with `escalate`.
    pub(super) escalations: &'a BTreeSet<String>,
    /// Flows that are there but cannot be read; nobody is blamed for naming them.
    pub(super) unreadable: &'a BTreeSet<String>,
}

/// A decoded flow with what the checks need beside it.
#[derive(Debug, Clone)]
pub(super) struct Draft {
    pub(super) flow: Flow,
    /// Where each section's name stands.
    pub(super) sections: BTreeMap<String, Place>,
    /// Whether a step was left out because it could not be read.
    pub(super) has_gaps: bool,
    /// Whether a step is wrong: warnings about what follows from it would mislead.
    pub(super) has_errors: bool,
    /// Which variables each step reads and gives a value, by the step's place.
    pub(super) uses: BTreeMap<Place, Uses>,
}

/// Decodes the sections of one flow.
pub(super) struct Decoder<'a> {
    around: Surroundings<'a>,
    header: &'a Header<'a>,
    variables: Variables,
    scope: Scope,
    /// Names of the sections.
    sections: BTreeSet<&'a str>,
    has_gaps: bool,
    /// The steps that are being read, one inside the other.
    open: Vec<Uses>,
    uses: BTreeMap<Place, Uses>,
    /// Texts without variables that a program speaks.
    spoken: BTreeSet<String>,
    complaints: &'a mut Complaints,
}

/// Decodes one flow whose header is known.
pub(super) fn decode(
    header: &Header<'_>,
    around: Surroundings<'_>,
    complaints: &mut Complaints,
) -> Draft {
    let variables = Variables::of(header, around, complaints);
    let scope = Scope { variables: variables.declared(), hours: around.site.hours.clone() };
    let sections: BTreeSet<&str> =
        header.sections.iter().map(|(key, _)| key.text.as_str()).collect();
    let has_gaps = !sections.contains("start");
    let errors = complaints.errors();
    let (open, uses, spoken) = (Vec::new(), BTreeMap::new(), BTreeSet::new());
    let mut decoder = Decoder {
        around,
        header,
        variables,
        scope,
        sections,
        has_gaps,
        open,
        uses,
        spoken,
        complaints,
    };
    let mut draft = decoder.flow();
    let variables = decoder.variables;
    draft.has_errors = complaints.errors() > errors;
    if !draft.has_errors {
        variables.complain_of_unused(header, complaints);
    }
    draft
}

impl<'a> Decoder<'a> {
    fn flow(&mut self) -> Draft {
        let header = self.header;
        self.check_defaults();
        let mut sections = BTreeMap::new();
        let mut places = BTreeMap::new();
        for (key, node) in &header.sections {
            self.section_name(&key.text, &key.place);
            let steps = self.section(&key.text, node);
            sections.insert(key.text.clone(), steps);
            places.insert(key.text.clone(), key.place.clone());
        }
        let when_caller_hangs_up = header.hang_up.map(|node| {
            let name = node.scalar().unwrap_or("").to_owned();
            self.section_exists(&name, node);
            name
        });
        let catch = header.catch.map(|node| self.flow_catch(node)).unwrap_or_default();
        let flow = Flow {
            name: header.name.clone(),
            title: header.title.clone(),
            language: header.language.clone(),
            inputs: header.inputs.clone(),
            outputs: header.outputs.clone(),
            vars: header.vars.clone(),
            when_caller_hangs_up,
            catch,
            sections,
            spoken: std::mem::take(&mut self.spoken),
        };
        let uses = std::mem::take(&mut self.uses);
        Draft { flow, sections: places, has_gaps: self.has_gaps, has_errors: false, uses }
    }

    fn section(&mut self, name: &str, node: &'a Node) -> Vec<Step> {
        match &node.kind {
            Kind::List(items) if !items.is_empty() => self.steps(items),
            Kind::List(_) | Kind::Null => {
                let message = format!("the section `{name}` has no steps");
                self.complaints.error(code::EMPTY_SECTION, &node.place, message);
                self.has_gaps = true;
                Vec::new()
            }
            Kind::Map(_) | Kind::Scalar { .. } => {
                node.wrong("a list of steps", self.complaints);
                self.has_gaps = true;
                Vec::new()
            }
        }
    }

    fn steps(&mut self, items: &'a [Node]) -> Vec<Step> {
        items.iter().filter_map(|item| self.step(item)).collect()
    }

    /// The name of a section must be usable as a target.
    fn section_name(&mut self, name: &str, place: &Place) {
        if matches!(name, "again" | "end") {
            let message = format!("a section cannot be named `{name}`: as a target it means more");
            self.complaints.error(code::RESERVED_NAME, place, message);
        }
        header::name_is_plain("a section", name, place, self.complaints);
    }

    /// Where `node` names a section, it must be there.
    fn section_exists(&mut self, name: &str, node: &Node) {
        if self.sections.contains(name) {
            return;
        }
        let message = format!("there is no section `{name}`");
        let complaint = self.complaints.error(code::UNKNOWN_SECTION, &node.place, message);
        complaint.suggest(name, self.sections.iter().copied());
        if let (None, Some(notation)) = (&complaint.help, Notation::named(name)) {
            complaint.help(advice::at_once(notation));
        }
    }

    /// Where an outcome leads. After a mistake: to a section that is not there.
    fn target(&mut self, node: &'a Node) -> Target {
        match &node.kind {
            Kind::Scalar { text, .. } if text == "again" => Target::Again,
            Kind::Scalar { text, .. } if text == "end" => Target::End,
            Kind::Scalar { text, .. } => {
                self.section_exists(text, node);
                Target::Section(text.clone())
            }
            Kind::List(items) => Target::Steps(self.steps(items)),
            Kind::Map(_) | Kind::Null => {
                node.wrong("a section, a list of steps, `again` or `end`", self.complaints);
                Target::Section(String::new())
            }
        }
    }
}
