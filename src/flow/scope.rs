//! The names that a step or a condition may use, with their types.

use super::known::{Answer, FACTS, fields_of, is_object};
use super::types::Type;
use crate::base::code;
use crate::base::complaint::{Complaint, Place, closest};
use std::collections::{BTreeMap, BTreeSet};

/// What is known of one variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declared {
    /// Its type.
    pub kind: Type,
    /// The texts it may be, if they are limited.
    pub one_of: Vec<String>,
    /// Of a record: its fields; `None` when they cannot be told because of a mistake elsewhere.
    pub fields: Option<BTreeMap<String, Self>>,
}

impl Declared {
    /// A variable of a type, without limits.
    #[must_use]
    pub const fn of(kind: Type) -> Self {
        Self { kind, one_of: Vec::new(), fields: Some(BTreeMap::new()) }
    }

    /// A variable whose value is a mistake somewhere else; it fits everywhere.
    #[must_use]
    pub const fn untold() -> Self {
        Self { kind: Type::Record, one_of: Vec::new(), fields: None }
    }
}

/// Every name that can be used in one flow.
#[derive(Debug, Clone, Default)]
pub struct Scope {
    /// Inputs, stated variables, and those that `set` and `save_as` declare.
    pub variables: BTreeMap<String, Declared>,
    /// The site's opening hours; `None` when they are not known.
    pub hours: Option<BTreeSet<String>>,
}

/// What a path such as `caller.number` or `outcome.result` stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meaning {
    /// What comes out.
    pub answer: Answer,
    /// The texts it may be, if they are limited.
    pub one_of: Vec<String>,
}

impl Scope {
    /// What `path` stands for, or what to say about it; `place` is where it begins.
    ///
    /// # Errors
    /// An unknown variable, object or field, with a suggestion where one is close.
    pub fn resolve(&self, path: &[String], place: &Place) -> Result<Meaning, Complaint> {
        let (name, fields) = match path {
            [name, fields @ ..] => (name.as_str(), fields),
            [] => ("", path),
        };
        if let Some(declared) = self.variables.get(name) {
            return field_of(name, declared, fields, place);
        }
        if !is_object(name) {
            return Err(self.unknown_name(name, place));
        }
        let field = match fields {
            [field] => field.as_str(),
            [] => return Err(no_field(name, place)),
            [_, second, ..] => second.as_str(),
        };
        let found = fields_of(name).find(|fact| fact.field == field);
        match found {
            Some(fact) if fields.len() == 1 => {
                let one_of = fact.one_of.iter().map(|&text| text.to_owned()).collect();
                Ok(Meaning { answer: fact.answer, one_of })
            }
            _ => {
                let message = format!("`{name}` has no field `{field}`");
                let mut complaint = Complaint::error(code::UNKNOWN_NAME, place, message);
                complaint.help(format!("it has: {}", names_of_fields(name)));
                complaint.suggest(field, fields_of(name).map(|fact| fact.field));
                Err(complaint)
            }
        }
    }

    fn unknown_name(&self, name: &str, place: &Place) -> Complaint {
        let message = format!("there is no variable `{name}`");
        let mut complaint = Complaint::error(code::UNKNOWN_NAME, place, message);
        let objects = FACTS.iter().map(|fact| fact.object);
        let names = self.variables.keys().map(String::as_str).chain(objects);
        if matches!(&*name.to_ascii_lowercase(), "true" | "false" | "yes" | "no" | "and" | "or") {
            complaint.help(format!("write `{}`", name.to_ascii_lowercase()));
            return complaint;
        }
        match closest(name, names) {
            Some(close) => complaint.help(format!("did you mean `{close}`?")),
            None => complaint.help(
                "variables are declared by `inputs`, `vars`, `set` and `save_as`; text stands in \
                 quotes",
            ),
        };
        complaint
    }
}

fn field_of(
    name: &str,
    declared: &Declared,
    fields: &[String],
    place: &Place,
) -> Result<Meaning, Complaint> {
    let Some(known) = &declared.fields else {
        return Ok(Meaning { answer: Answer::Untold, one_of: Vec::new() });
    };
    let Some((field, rest)) = fields.split_first() else {
        let answer = Answer::Value(declared.kind);
        return Ok(Meaning { answer, one_of: declared.one_of.clone() });
    };
    if let Some(inner) = known.get(field) {
        return field_of(field, inner, rest, place);
    }
    let message = if declared.kind == Type::Record {
        format!("`{name}` has no output `{field}`")
    } else {
        format!("`{name}` is a {} and has no fields", declared.kind.word())
    };
    let mut complaint = Complaint::error(code::UNKNOWN_NAME, place, message);
    complaint.suggest(field, known.keys().map(String::as_str));
    Err(complaint)
}

fn no_field(object: &str, place: &Place) -> Complaint {
    let message = format!("`{object}` is not a value by itself");
    let mut complaint = Complaint::error(code::UNKNOWN_NAME, place, message);
    complaint.help(format!("it has: {}", names_of_fields(object)));
    complaint
}

fn names_of_fields(object: &str) -> String {
    fields_of(object).map(|fact| fact.field).collect::<Vec<_>>().join(", ")
}
