//! What a step can see: variables of its frame, exports of the call, facts of the world.

use crate::base::id::RecordingId;
use crate::base::language::Language;
use crate::base::number::{Country, PhoneNumber};
use crate::base::time::Now;
use crate::flow::graph::Operand;
use crate::flow::value::{Facts, Value};
use std::collections::BTreeMap;

/// Everything a name can mean at one step, at one moment.
pub(super) struct Scope<'a> {
    /// Of the frame.
    pub(super) variables: &'a BTreeMap<String, Value>,
    /// Of the call: the record `callback` after Register.
    pub(super) exports: &'a BTreeMap<String, Value>,
    /// What the caller hears now.
    pub(super) language: &'a Language,
    /// Of the world.
    pub(super) facts: &'a dyn Facts,
    /// The moment.
    pub(super) now: Now,
}

impl Scope<'_> {
    /// The value of an operand.
    pub(super) fn value(&self, operand: &Operand) -> Value {
        match operand {
            Operand::Literal(value) => value.clone(),
            Operand::Variable(path) => self.look_up(path),
        }
    }

    /// The value of a path: a variable (and a field of its record) wins over a fact.
    pub(super) fn look_up(&self, path: &[String]) -> Value {
        let Some((name, fields)) = path.split_first() else { return Value::Unknown };
        if let Some(value) = self.variables.get(name) {
            return field_of(value, fields).unwrap_or(Value::Unknown);
        }
        match fields {
            [field] => self.exported_or_fact(name, field),
            _ => Value::Unknown,
        }
    }

    /// A field of a known object: what the call knows itself goes before what the world says.
    pub(super) fn exported_or_fact(&self, object: &str, field: &str) -> Value {
        if (object, field) == ("call", "language") {
            return Value::Text(self.language.tag().to_owned());
        }
        match self.exports.get(object) {
            Some(Value::Record(record)) if record.contains_key(field) => {
                record.get(field).cloned().unwrap_or(Value::Unknown)
            }
            _ => self.facts.fact(object, field),
        }
    }

    /// As text, such as a queue's name; unknown, records and recordings have none.
    pub(super) fn text(&self, operand: &Operand) -> Option<String> {
        self.value(operand).to_text()
    }

    /// As a number in E.164.
    pub(super) fn phone(&self, operand: &Operand) -> Option<PhoneNumber> {
        match self.value(operand) {
            Value::Phone(number) => Some(number),
            Value::Text(text) => PhoneNumber::from_e164(&text),
            Value::Unknown
            | Value::Number(_)
            | Value::Duration(_)
            | Value::Time(_)
            | Value::Date(_)
            | Value::Money(_)
            | Value::YesNo(_)
            | Value::Recording(_)
            | Value::Record(_) => None,
        }
    }

    /// As a country.
    pub(super) fn country(&self, operand: &Operand) -> Option<Country> {
        Country::new(&self.text(operand)?)
    }

    /// All values of a table of operands.
    pub(super) fn values(&self, table: &BTreeMap<String, Operand>) -> BTreeMap<String, Value> {
        table.iter().map(|(name, operand)| (name.clone(), self.value(operand))).collect()
    }
}

fn field_of(value: &Value, fields: &[String]) -> Option<Value> {
    match (fields.split_first(), value) {
        (None, value) => Some(value.clone()),
        (Some((field, rest)), Value::Record(record)) => field_of(record.get(field)?, rest),
        (Some(_), _) => None,
    }
}

/// The recording that a value is.
pub(super) const fn as_recording(value: &Value) -> Option<RecordingId> {
    if let Value::Recording(recording) = value { Some(*recording) } else { None }
}
