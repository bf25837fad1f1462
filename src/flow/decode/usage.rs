//! Which variables are read and written, and which nobody reads.

use super::Decoder;
use super::declare::Variables;
use super::header::Header;
use crate::base::code;
use crate::base::complaint::{Complaints, Place};
use crate::base::document::{Kind, Node};
use std::collections::BTreeSet;

/// The variables of one step.
#[derive(Debug, Clone, Default)]
pub(in crate::flow) struct Uses {
    /// Read by it, and where; facts are among them.
    pub(in crate::flow) reads: Vec<(String, Place)>,
    /// Given a value by it.
    pub(in crate::flow) writes: Vec<String>,
}

impl Decoder<'_> {
    /// The step that is being read needs this variable or fact.
    pub(super) fn reads(&mut self, path: &[String], place: &Place) {
        if let (Some(uses), Some(name)) = (self.open.last_mut(), path.first()) {
            uses.reads.push((name.clone(), place.clone()));
        }
    }

    /// The step that is being read gives this variable a value.
    pub(super) fn writes(&mut self, name: &str) {
        if let Some(uses) = self.open.last_mut() {
            uses.writes.push(name.to_owned());
        }
    }
}

impl Variables {
    /// Warns of variables that nothing names. Any value that holds the name as a word counts, be it
    /// a condition or a text, so that nobody is blamed who uses it in a way not thought of here.
    pub(super) fn complain_of_unused(&self, header: &Header<'_>, complaints: &mut Complaints) {
        let mut words = BTreeSet::new();
        let parts = header.sections.iter().chain(&header.defaults).map(|(_, node)| *node);
        parts.chain(header.catch).for_each(|node| words_of(node, &mut words));
        for (name, place) in &self.places {
            if !name.starts_with('_') && !words.contains(name.as_str()) {
                let message = format!("nothing reads the variable `{name}`");
                complaints
                    .warning(code::UNUSED_VARIABLE, place, message)
                    .help(format!("take it away, or call it `_{name}` if that is meant"));
            }
        }
    }
}

/// The words of all values but the names of variables that take a result.
fn words_of<'n>(node: &'n Node, words: &mut BTreeSet<&'n str>) {
    match &node.kind {
        Kind::Map(entries) => {
            let values = entries.iter().filter(|(key, _)| key.text != "save_as");
            values.for_each(|(_, value)| words_of(value, words));
        }
        Kind::List(items) => items.iter().for_each(|item| words_of(item, words)),
        Kind::Scalar { text, .. } => {
            words.extend(text.split(|letter: char| !(letter.is_alphanumeric() || letter == '_')));
        }
        Kind::Null => {}
    }
}
