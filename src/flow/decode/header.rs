//! The part of a flow that others see: its name, inputs, outputs and variables.

use crate::base::code;
use crate::base::complaint::{Complaints, Place, closest};
use crate::base::document::scalar::clip;
use crate::base::document::{Fields, Key, Kind, Node};
use crate::base::language::Language;
use crate::flow::another::{Purpose, is_another};
use crate::flow::expression::is_word;
use crate::flow::graph::{Input, Output, Variable};
use crate::flow::known::is_object;
use crate::flow::site::Site;
use crate::flow::types::{STATED, Type};
use crate::flow::value::Value;
use std::collections::{BTreeMap, BTreeSet};

/// The format of flow files that this version reads.
const FORMAT: i64 = 1;

/// What stands above the steps of a flow.
#[derive(Debug, Clone)]
pub(in crate::flow) struct Header<'a> {
    pub(in crate::flow) name: String,
    /// Where the name stands.
    pub(in crate::flow) place: Place,
    pub(super) title: Option<String>,
    pub(super) language: Option<Language>,
    pub(super) inputs: BTreeMap<String, Input>,
    pub(super) outputs: BTreeMap<String, Output>,
    pub(super) vars: BTreeMap<String, Variable>,
    /// Where inputs and variables are stated.
    pub(super) stated: Vec<&'a Key>,
    /// `when_caller_hangs_up`
    pub(super) hang_up: Option<&'a Node>,
    pub(super) catch: Option<&'a Node>,
    /// Defaults by notation.
    pub(super) defaults: Vec<(&'a Key, &'a Node)>,
    pub(super) sections: Vec<(&'a Key, &'a Node)>,
}

impl<'a> Header<'a> {
    /// Reads the keys of a flow file; `None` when it has no name.
    pub(in crate::flow) fn read(
        node: &'a Node,
        site: &Site,
        complaints: &mut Complaints,
    ) -> Option<Self> {
        if node.kind == Kind::Null {
            complaints.error(code::MISSING_KEY, &node.place, "the file is empty");
            return None;
        }
        if is_another(node, Purpose::Flow, complaints) {
            return None;
        }
        let mut fields = Fields::of(node, "a flow", complaints)?;
        let named = fields.required("flow", complaints);
        let name = named.and_then(|node| Some((node.text(complaints)?, &node.place)));
        if let Some((name, place)) = name {
            name_is_plain("a flow", name, place, complaints);
        }
        format(&mut fields, complaints);
        let title = fields.take("title").and_then(|node| node.text(complaints));
        let title = title.map(str::to_owned);
        let language = fields.take("language").and_then(|node| language(node, site, complaints));
        let mut types = Types { site, complaints };
        let inputs = named_entries(fields.take("inputs"), "inputs", types.complaints);
        let mut stated: Vec<&Key> = inputs.iter().map(|(key, _)| *key).collect();
        let inputs = inputs.iter().filter_map(|entry| types.input(entry)).collect();
        let outputs = named_entries(fields.take("outputs"), "outputs", types.complaints);
        let outputs = outputs.iter().filter_map(|entry| types.output(entry)).collect();
        let vars = named_entries(fields.take("vars"), "vars", types.complaints);
        stated.extend(vars.iter().map(|(key, _)| *key));
        let vars: BTreeMap<_, _> =
            vars.iter().filter_map(|entry| types.variable(entry, &inputs)).collect();
        let defaults = named_entries(fields.take("defaults"), "defaults", complaints);
        let hang_up = fields.take("when_caller_hangs_up");
        let catch = fields.take("catch");
        let sections = fields.required("sections", complaints);
        if let Some(node) = sections.filter(|node| node.kind == Kind::Null) {
            complaints
                .error(code::EMPTY_SECTION, &node.place, "`sections` is empty")
                .help("what belongs to it stands below it and further in: `  start:`");
            // Sections that stand too far out are no unknown keys.
            fields.take_rest();
        }
        let sections = named_entries(sections, "sections", complaints);
        fields.finish(complaints);
        let (name, place) = name.map(|(name, place)| (name.to_owned(), place.clone()))?;
        if !sections.is_empty() && !sections.iter().any(|(key, _)| key.text == "start") {
            let message = "a flow begins in the section `start`, which is missing";
            let first = sections.first().map_or(&place, |(key, _)| &key.place);
            let complaint = complaints.error(code::MISSING_START, first, message);
            if let Some(close) = closest("start", sections.iter().map(|(key, _)| &*key.text)) {
                complaint.help(format!("name it so instead of `{close}`"));
            }
        }
        Some(Self {
            name,
            place,
            title,
            language,
            inputs,
            outputs,
            vars,
            stated,
            hang_up,
            catch,
            defaults,
            sections,
        })
    }
}

fn format(fields: &mut Fields<'_>, complaints: &mut Complaints) {
    let Some(node) = fields.required("format", complaints) else { return };
    if node.scalar().is_some_and(|text| text.starts_with("1.")) {
        node.wrong("a whole number", complaints).help("write `format: 1`");
        return;
    }
    let format = node.integer(1..=i64::from(i32::MAX), complaints);
    if format.is_some_and(|format| format != FORMAT) {
        let message = format!("this version reads format {FORMAT} only");
        complaints.error(code::UNKNOWN_FORMAT, &node.place, message);
    }
}

/// A language of the site.
pub(super) fn language(node: &Node, site: &Site, complaints: &mut Complaints) -> Option<Language> {
    let text = node.text(complaints)?;
    let Some(language) = Language::new(text) else {
        node.wrong("a language such as `en`", complaints);
        return None;
    };
    if let Some(known) = &site.languages
        && !known.contains(&language)
    {
        let names: Vec<&str> = known.iter().map(Language::tag).collect();
        complaints
            .error(
                code::UNKNOWN_LANGUAGE,
                &node.place,
                format!("this site does not speak `{language}`"),
            )
            .help(format!("it speaks: {}", names.join(", ")));
    }
    Some(language)
}

/// Names in a flow: letters, digits, `_`, `-`; none that some readers make a boolean.
pub(super) fn name_is_plain(what: &str, name: &str, place: &Place, complaints: &mut Complaints) {
    let boolean = matches!(
        name.to_ascii_lowercase().as_str(),
        "on" | "off" | "yes" | "no" | "y" | "n" | "true" | "false"
    );
    let shown = clip(name);
    if boolean {
        let message = format!("{what} cannot be named `{shown}`: some YAML readers see a boolean");
        complaints.error(code::RESERVED_NAME, place, message);
    } else if name.is_empty()
        || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
    {
        let message = format!("{what} cannot be named `{shown}`");
        complaints
            .error(code::WRONG_NAME, place, message)
            .help("names are made of letters, digits, `_` and `-`");
    }
}

/// Names of variables: letters, digits, `_`; none that conditions use for something else.
pub(super) fn variable_is_plain(name: &str, place: &Place, complaints: &mut Complaints) {
    let shown = clip(name);
    if is_object(name) || is_word(name) {
        let message = format!("a variable cannot be named `{shown}`: the name is taken");
        complaints.error(code::RESERVED_NAME, place, message);
    } else if name.starts_with(|letter: char| letter.is_ascii_digit()) || name.contains('-') {
        let message = format!("a variable cannot be named `{shown}`");
        complaints
            .error(code::WRONG_NAME, place, message)
            .help("letters, digits and `_`, beginning with a letter");
    } else {
        name_is_plain("a variable", name, place, complaints);
    }
}

type Entry<'a> = (&'a Key, &'a Node);

/// The entries of a map whose keys are names.
fn named_entries<'a>(
    node: Option<&'a Node>,
    what: &str,
    complaints: &mut Complaints,
) -> Vec<Entry<'a>> {
    let fields = node.and_then(|node| Fields::of(node, &format!("`{what}`"), complaints));
    fields.map(|mut fields| fields.take_rest()).unwrap_or_default()
}

/// Reads what is stated of inputs, outputs and variables.
struct Types<'s> {
    site: &'s Site,
    complaints: &'s mut Complaints,
}

impl Types<'_> {
    fn input(&mut self, (key, node): &Entry<'_>) -> Option<(String, Input)> {
        variable_is_plain(&key.text, &key.place, self.complaints);
        let mut fields = Fields::of(node, "an input", self.complaints)?;
        let kind = self.kind(&mut fields);
        let required = fields.take("required").and_then(|node| node.yes_no(self.complaints));
        let default = self.default(&mut fields, kind);
        let has_default = default.is_some();
        fields.finish(self.complaints);
        if required == Some(true) && has_default {
            let message = "an input with a default is never missing";
            self.complaints.error(code::WRONG_VALUE, &key.place, message);
        }
        let required = required.unwrap_or(false);
        Some((key.text.clone(), Input { kind: kind?, required, default }))
    }

    fn output(&mut self, (key, node): &Entry<'_>) -> Option<(String, Output)> {
        name_is_plain("an output", &key.text, &key.place, self.complaints);
        let mut fields = Fields::of(node, "an output", self.complaints)?;
        let kind = self.kind(&mut fields);
        let node = fields.take("one_of");
        let mut one_of = Vec::new();
        for item in node.map(Node::one_or_many).unwrap_or_default() {
            one_of.extend(item.text(self.complaints).map(str::to_owned));
        }
        if let Some(node) = node.filter(|_| one_of.is_empty()) {
            node.wrong("at least one text", self.complaints);
        } else if let (Some(node), Some(kind)) = (node, kind)
            && kind != Type::Text
        {
            let message = format!("only a text is one of some texts; this is a {}", kind.word());
            self.complaints.error(code::WRONG_VALUE, &node.place, message);
        }
        let optional = fields.take("optional").and_then(|node| node.yes_no(self.complaints));
        fields.finish(self.complaints);
        Some((
            key.text.clone(),
            Output { kind: kind?, one_of, optional: optional.unwrap_or(false) },
        ))
    }

    fn variable(
        &mut self,
        (key, node): &Entry<'_>,
        inputs: &BTreeMap<String, Input>,
    ) -> Option<(String, Variable)> {
        variable_is_plain(&key.text, &key.place, self.complaints);
        if inputs.contains_key(&key.text) {
            let message = format!("`{}` is an input already", clip(&key.text));
            self.complaints.error(code::DUPLICATE_NAME, &key.place, message);
        }
        let mut fields = Fields::of(node, "a variable", self.complaints)?;
        let kind = self.kind(&mut fields);
        let default = self.default(&mut fields, kind);
        fields.finish(self.complaints);
        Some((key.text.clone(), Variable { kind: kind?, default }))
    }

    fn kind(&mut self, fields: &mut Fields<'_>) -> Option<Type> {
        fields.required("type", self.complaints)?.choice(&STATED, self.complaints)
    }

    fn default(&mut self, fields: &mut Fields<'_>, kind: Option<Type>) -> Option<Value> {
        let node = fields.take("default")?;
        super::value::literal(node, kind?, self.site, self.complaints)
    }
}

/// The flows that this file runs, by `call_flow` and in queues, whatever else is wrong with it.
pub(in crate::flow) fn run_in(node: &Node, names: &mut BTreeSet<String>) {
    match &node.kind {
        Kind::Map(entries) => {
            for (key, value) in entries {
                if matches!(key.text.as_str(), "call_flow" | "queue") {
                    // The flow stands in the value or beside the word; only `call_flow` is one.
                    let alone = value.scalar().filter(|_| key.text == "call_flow");
                    let inside = value.child("flow").and_then(Node::scalar);
                    let beside = node.child("flow").and_then(Node::scalar);
                    names.extend(alone.or(inside).or(beside).map(str::to_owned));
                }
                run_in(value, names);
            }
        }
        Kind::List(items) => items.iter().for_each(|item| run_in(item, names)),
        Kind::Scalar { .. } | Kind::Null => {}
    }
}

/// The names that this file raises with `escalate`, read before anything else is decoded.
pub(in crate::flow) fn escalated_in(node: &Node, names: &mut BTreeSet<String>) {
    match &node.kind {
        Kind::Map(entries) => {
            for (key, value) in entries {
                if key.text == "escalate" {
                    let name = value.scalar().or_else(|| value.child("name")?.scalar());
                    names.extend(name.map(str::to_owned));
                }
                escalated_in(value, names);
            }
        }
        Kind::List(items) => items.iter().for_each(|item| escalated_in(item, names)),
        Kind::Scalar { .. } | Kind::Null => {}
    }
}
