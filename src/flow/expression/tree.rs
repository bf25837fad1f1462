//! A typed condition as a tree, and what it is at one moment.

use super::pattern::Pattern;
use crate::base::number::{Country, verify};
use crate::base::time::Now;
use crate::flow::known::is_object;
use crate::flow::value::{Facts, Value};
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// One part of a condition.
#[derive(Debug, Clone)]
pub(super) enum Tree {
    Literal(Value),
    /// A variable, its field, or a fact.
    Path(Vec<String>),
    Not(Box<Self>),
    And(Box<Self>, Box<Self>),
    Or(Box<Self>, Box<Self>),
    Compare(Comparison, Box<Self>, Box<Self>),
    In(Box<Self>, Vec<Self>),
    Open(Box<Self>),
    Holiday(Box<Self>),
    Verify(Box<Self>, Box<Self>),
    Length(Box<Self>),
    StartsWith(Box<Self>, Box<Self>),
    Matches(Box<Self>, Pattern),
    Known(Box<Self>),
}

impl Tree {
    /// Adds the paths whose values it needs.
    pub(super) fn paths<'t>(&'t self, paths: &mut Vec<&'t [String]>) {
        match self {
            Self::Path(path) => paths.push(path),
            Self::Not(one)
            | Self::Open(one)
            | Self::Holiday(one)
            | Self::Length(one)
            | Self::Matches(one, _) => one.paths(paths),
            Self::And(one, other)
            | Self::Or(one, other)
            | Self::Compare(_, one, other)
            | Self::Verify(one, other)
            | Self::StartsWith(one, other) => {
                one.paths(paths);
                other.paths(paths);
            }
            Self::In(one, list) => {
                one.paths(paths);
                list.iter().for_each(|other| other.paths(paths));
            }
            Self::Literal(_) | Self::Known(_) => {}
        }
    }
}

/// How two values are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Comparison {
    pub(super) fn of(sign: &str) -> Option<Self> {
        Some(match sign {
            "==" => Self::Equal,
            "!=" => Self::NotEqual,
            "<" => Self::Less,
            "<=" => Self::LessOrEqual,
            ">" => Self::Greater,
            ">=" => Self::GreaterOrEqual,
            _ => return None,
        })
    }

    /// Whether it needs an order: more than same or not the same.
    pub(super) const fn is_ordering(self) -> bool {
        !matches!(self, Self::Equal | Self::NotEqual)
    }

    fn holds(self, order: Ordering) -> bool {
        match self {
            Self::Equal => order.is_eq(),
            Self::NotEqual => order.is_ne(),
            Self::Less => order.is_lt(),
            Self::LessOrEqual => order.is_le(),
            Self::Greater => order.is_gt(),
            Self::GreaterOrEqual => order.is_ge(),
        }
    }
}

/// What a condition may look at.
pub(super) struct View<'a> {
    pub(super) variables: &'a BTreeMap<String, Value>,
    pub(super) facts: &'a dyn Facts,
    pub(super) now: Now,
}

impl View<'_> {
    /// Whether it holds; unknown is no.
    pub(super) fn holds(&self, tree: &Tree) -> bool {
        matches!(self.value(tree), Value::YesNo(true))
    }

    fn value(&self, tree: &Tree) -> Value {
        let yes = match tree {
            Tree::Literal(value) => return value.clone(),
            Tree::Path(path) => return self.look_up(path),
            Tree::Length(inner) => return length(&self.value(inner)),
            Tree::Not(inner) => !self.holds(inner),
            Tree::And(left, right) => self.holds(left) && self.holds(right),
            Tree::Or(left, right) => self.holds(left) || self.holds(right),
            Tree::Compare(how, left, right) => compare(*how, &self.value(left), &self.value(right)),
            Tree::In(needle, items) => {
                let needle = self.value(needle);
                items.iter().any(|item| compare(Comparison::Equal, &needle, &self.value(item)))
            }
            Tree::Open(hours) => written(&self.value(hours))
                .and_then(|hours| self.facts.open(&hours, self.now))
                .unwrap_or(false),
            Tree::Holiday(hours) => written(&self.value(hours))
                .and_then(|hours| self.facts.holiday(&hours, self.now))
                .unwrap_or(false),
            Tree::Verify(number, country) => self.verified(number, country).unwrap_or(false),
            Tree::StartsWith(text, start) => {
                let start = written(&self.value(start));
                let text = written(&self.value(text));
                text.zip(start).is_some_and(|(text, start)| text.starts_with(&start))
            }
            Tree::Matches(text, pattern) => {
                written(&self.value(text)).is_some_and(|text| pattern.matches(&text))
            }
            Tree::Known(inner) => self.value(inner) != Value::Unknown,
        };
        Value::YesNo(yes)
    }

    fn verified(&self, number: &Tree, country: &Tree) -> Option<bool> {
        let number = written(&self.value(number))?;
        let country = Country::new(&written(&self.value(country))?)?;
        Some(verify(&number, country).is_ok())
    }

    /// A variable wins over a fact of the same name.
    fn look_up(&self, path: &[String]) -> Value {
        let Some((name, fields)) = path.split_first() else { return Value::Unknown };
        if let Some(value) = self.variables.get(name).and_then(|value| field(value, fields)) {
            return value.clone();
        }
        match fields {
            [field] if is_object(name) => self.facts.fact(name, field),
            _ => Value::Unknown,
        }
    }
}

fn field<'v>(value: &'v Value, fields: &[String]) -> Option<&'v Value> {
    match (fields.split_first(), value) {
        (None, value) => Some(value),
        (Some((name, rest)), Value::Record(record)) => field(record.get(name)?, rest),
        (Some(_), _) => None,
    }
}

/// Anything unknown makes it false, whatever the comparison.
fn compare(how: Comparison, left: &Value, right: &Value) -> bool {
    let order = match (left, right) {
        (Value::Number(left), Value::Number(right)) => Some(left.cmp(right)),
        (Value::Duration(left), Value::Duration(right)) => Some(left.cmp(right)),
        (Value::Time(left), Value::Time(right)) => Some(left.cmp(right)),
        (Value::Date(left), Value::Date(right)) => Some(left.cmp(right)),
        (Value::Money(left), Value::Money(right)) => left.partial_cmp(right),
        (Value::YesNo(left), Value::YesNo(right)) => Some(left.cmp(right)),
        (left, right) => written(left).zip(written(right)).map(|(left, right)| left.cmp(&right)),
    };
    order.is_some_and(|order| how.holds(order))
}

fn length(value: &Value) -> Value {
    written(value).map_or(Value::Unknown, |text| {
        i64::try_from(text.chars().count()).map_or(Value::Unknown, Value::Number)
    })
}

/// The text of a value that is written as text.
fn written(value: &Value) -> Option<String> {
    match value {
        Value::Text(text) => Some(text.clone()),
        Value::Phone(number) => Some(number.to_string()),
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
