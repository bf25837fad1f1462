//! The variables of a flow: stated ones, and those that `set` and `save_as` declare.

use super::Surroundings;
use super::header::{Header, variable_is_plain};
use crate::base::complaint::{Complaints, Place};
use crate::base::document::{Key, Kind, Node};
use crate::base::number::PhoneNumber;
use crate::flow::graph::Output;
use crate::flow::known::{Answer, fields_of};
use crate::flow::scope::{Declared, Scope};
use crate::flow::types::{STATED, Type};
use crate::flow::value::Value;
use std::collections::BTreeMap;

/// All variables of one flow.
#[derive(Debug, Clone, Default)]
pub(in crate::flow) struct Variables {
    known: Scope,
    /// Texts that `set` gives to a variable as they stand, and where.
    literals: BTreeMap<String, Vec<(String, Place)>>,
    /// Where each was declared first.
    pub(super) places: BTreeMap<String, Place>,
}

/// One `set` of one variable.
struct Assignment<'a> {
    name: &'a Key,
    value: &'a Node,
}

impl Variables {
    /// Gathers them from the header and all steps.
    pub(super) fn of(
        header: &Header<'_>,
        around: Surroundings<'_>,
        complaints: &mut Complaints,
    ) -> Self {
        let inputs = header.inputs.iter().map(|(name, input)| (name, input.kind));
        let vars = header.vars.iter().map(|(name, variable)| (name, variable.kind));
        let stated = inputs.chain(vars).map(|(name, kind)| (name.clone(), Declared::of(kind)));
        let known = Scope { variables: stated.collect(), hours: None };
        let places = header.stated.iter().map(|key| (key.text.clone(), key.place.clone()));
        let mut variables = Self { known, literals: BTreeMap::new(), places: places.collect() };
        let mut found = Found { around, saved: Vec::new(), set: Vec::new() };
        for (_, section) in &header.sections {
            found.walk(section);
        }
        found.saved.into_iter().for_each(|(name, place, declared)| {
            variable_is_plain(&name, &place, complaints);
            variables.places.entry(name.clone()).or_insert(place);
            let fields = declared.fields.clone();
            let known = variables.known.variables.entry(name).or_insert(declared);
            if let (Type::Record, Some(known), Some(fields)) =
                (known.kind, &mut known.fields, fields)
            {
                known.extend(fields);
            }
        });
        for assignment in &found.set {
            let Key { text, place } = assignment.name;
            variable_is_plain(text, place, complaints);
            variables.places.entry(text.clone()).or_insert_with(|| place.clone());
        }
        variables.infer(found.set);
        variables
    }

    /// The variables with their types.
    pub(super) fn declared(&self) -> BTreeMap<String, Declared> {
        self.known.variables.clone()
    }

    /// What `set` gives to a variable as text.
    pub(super) fn literals(&self, name: &str) -> Vec<(String, Place)> {
        self.literals.get(name).cloned().unwrap_or_default()
    }

    /// Declares what `set` sets, literals first and then what is copied from others.
    fn infer(&mut self, mut rest: Vec<Assignment<'_>>) {
        loop {
            let before = rest.len();
            rest.retain(|assignment| {
                let Some(declared) = self.kind_of(assignment.value) else { return true };
                let name = &assignment.name.text;
                if let Some(text) = plain_text(assignment.value) {
                    let place = assignment.value.place.clone();
                    self.literals.entry(name.clone()).or_default().push((text.to_owned(), place));
                }
                self.known.variables.entry(name.clone()).or_insert(declared);
                false
            });
            if rest.len() == before {
                break;
            }
        }
        // What is copied from something unknown is declared all the same: one complaint is enough.
        for assignment in rest {
            let name = assignment.name.text.clone();
            self.known.variables.entry(name).or_insert(Declared::untold());
        }
    }

    fn kind_of(&self, value: &Node) -> Option<Declared> {
        let Some(text) = value.scalar() else { return Some(Declared::of(Type::Text)) };
        let Some(path) = text.strip_prefix('$') else {
            return Some(Declared::of(guess(value, text)));
        };
        let path: Vec<String> = path.split('.').map(str::to_owned).collect();
        if let [name] = path.as_slice() {
            return self.known.variables.get(name).cloned();
        }
        let meaning = self.known.resolve(&path, &value.place).ok()?;
        match meaning.answer {
            Answer::Value(kind) => Some(Declared { one_of: meaning.one_of, ..Declared::of(kind) }),
            Answer::Untold => None,
        }
    }
}

/// A text that stands as it is: no variable.
fn plain_text(value: &Node) -> Option<&str> {
    value.scalar().filter(|text| !text.starts_with('$'))
}

/// The type of a value that was written out.
pub(super) fn guess(value: &Node, text: &str) -> Type {
    let quoted = matches!(&value.kind, Kind::Scalar { quoted: true, .. });
    let leading_zero = text.len() > 1 && text.starts_with('0');
    if PhoneNumber::from_e164(text).is_some() {
        Type::Phone
    } else if quoted {
        Type::Text
    } else if matches!(text, "true" | "false" | "yes" | "no") {
        Type::YesNo
    } else if !leading_zero && !text.starts_with('+') && text.parse::<i64>().is_ok() {
        Type::Number
    } else {
        // A text that means one of these means no other of them.
        let kinds = [Type::Duration, Type::Time, Type::Date, Type::Money];
        let meant = kinds.into_iter().find(|kind| Value::read(*kind, text).is_some());
        meant.unwrap_or(Type::Text)
    }
}

/// What `query_callback` tells.
fn callback() -> Declared {
    let told = fields_of("callback").filter_map(|fact| match fact.answer {
        Answer::Value(kind) => Some((fact.field.to_owned(), Declared::of(kind))),
        Answer::Untold => None,
    });
    Declared { fields: Some(told.collect()), ..Declared::of(Type::Record) }
}

/// What the steps of a flow declare.
struct Found<'a, 'h> {
    around: Surroundings<'h>,
    saved: Vec<(String, Place, Declared)>,
    set: Vec<Assignment<'a>>,
}

impl<'a> Found<'a, '_> {
    fn walk(&mut self, node: &'a Node) {
        match &node.kind {
            Kind::Map(entries) => {
                for (key, value) in entries {
                    self.notation(node, &key.text, value);
                    self.walk(value);
                }
            }
            Kind::List(items) => items.iter().for_each(|item| self.walk(item)),
            Kind::Scalar { .. } | Kind::Null => {}
        }
    }

    fn notation(&mut self, step: &'a Node, name: &str, value: &'a Node) {
        if name == "set" {
            if let Kind::Map(entries) = &value.kind {
                let each = entries.iter().map(|(name, value)| Assignment { name, value });
                self.set.extend(each);
            }
            return;
        }
        if name == "http" {
            return self.taken(value.child("take").or_else(|| step.child("take")));
        }
        let short = (name == "query_callback").then_some(value).filter(|v| v.scalar().is_some());
        let saved = short.or_else(|| value.child("save_as")).or_else(|| step.child("save_as"));
        let Some((node, variable)) = saved.and_then(|node| Some((node, node.scalar()?))) else {
            return;
        };
        if variable.starts_with('$') {
            return;
        }
        let declared = match name {
            "collect" => Declared::of(Type::Text),
            "record" => Declared::of(Type::Recording),
            "verify_number" => Declared::of(Type::Phone),
            "call_flow" => self.outputs_of(value),
            "lookup" => self.columns_of(value.child("table").or_else(|| step.child("table"))),
            "query_callback" => callback(),
            _ => return,
        };
        self.saved.push((variable.to_owned(), node.place.clone(), declared));
    }

    /// `take` of `http`: each name with its type.
    fn taken(&mut self, node: Option<&'a Node>) {
        let Some(Kind::Map(entries)) = node.map(|node| &node.kind) else { return };
        for (key, value) in entries {
            let word = value.scalar().or_else(|| value.child("type")?.scalar());
            let kind = STATED.iter().find(|(known, _)| Some(*known) == word).map(|(_, kind)| *kind);
            let declared = kind.map_or_else(Declared::untold, Declared::of);
            self.saved.push((key.text.clone(), key.place.clone(), declared));
        }
    }

    /// The row of a table.
    fn columns_of(&self, table: Option<&Node>) -> Declared {
        let columns = table.and_then(Node::scalar).and_then(|table| {
            let tables = self.around.site.tables.as_ref()?;
            tables.get(table)
        });
        let Some(columns) = columns else { return Declared::untold() };
        let field = |(name, kind): (&String, &Type)| (name.clone(), Declared::of(*kind));
        let fields = Some(columns.iter().map(field).collect());
        Declared { fields, ..Declared::of(Type::Record) }
    }

    fn outputs_of(&self, value: &Node) -> Declared {
        let flow = value.scalar().or_else(|| value.child("flow")?.scalar());
        let Some(header) = flow.and_then(|flow| self.around.headers.get(flow)) else {
            return Declared::untold();
        };
        let field = |(name, output): (&String, &Output)| {
            let declared = Declared { one_of: output.one_of.clone(), ..Declared::of(output.kind) };
            (name.clone(), declared)
        };
        let fields = Some(header.outputs.iter().map(field).collect());
        Declared { fields, ..Declared::of(Type::Record) }
    }
}
