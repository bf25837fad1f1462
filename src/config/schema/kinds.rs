//! Kinds of values as schemas.
//!
//! Flows are read from their raw text, editors from YAML's guess: `12` comes as a number and
//! `+48221234567` as well, so that wherever a text may stand, a number may, too.

use super::{Names, defined, told};
use crate::base::language::Language;
use crate::base::number::{Country, NumberKind};
use crate::base::skill::LEVEL_MAX;
use crate::flow::expression::FUNCTIONS;
use crate::flow::known::FACTS;
use crate::flow::notation::{Kind, NOTATIONS, Parameter};
use crate::flow::types::{READ, STATED, Type};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// A variable or a fact: `$line`, `$caller.number`.
const VARIABLE: &str = r"\$[A-Za-z_].*";
/// Parts of a span of time, the larger unit first.
const SPAN: &str = r"([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?";
/// A key of a telephone.
const KEY: &str = "[0-9A-Da-d*#]|star|hash";
/// A name of a section, a variable, an input.
const NAME: &str = "^[A-Za-z0-9_-]+$";

/// Makes schemas of kinds, with the names of a site.
#[derive(Debug, Clone, Copy)]
pub(super) struct Kinds<'n> {
    pub(super) names: &'n Names,
}

impl Kinds<'_> {
    /// What many places share.
    pub(super) fn definitions(self) -> Map<String, Value> {
        let target = json!({
            "anyOf": [{ "enum": ["again", "end"] }, { "type": "string" }, defined("steps_or_none")],
        });
        let keys = names_of(&format!("^({KEY})$"), &defined("target"));
        let steps = |least| json!({ "type": "array", "items": defined("step"), "minItems": least });
        let prompt = self.prompt();
        let all = [
            ("target", told(target, "a section, a list of steps, `again` or `end`")),
            ("keys", told(keys, "keys of the telephone, and where each leads")),
            ("steps", told(steps(1), "steps, one after the other")),
            ("steps_or_none", told(steps(0), "steps, one after the other")),
            ("scalar", json!({ "type": ["string", "number", "boolean"] })),
            ("prompts", json!({ "anyOf": [prompt.clone(), { "type": "array", "items": prompt }] })),
            ("escalations", self.escalations()),
            ("condition", told(defined("scalar"), &condition())),
        ];
        all.map(|(name, schema)| (name.to_owned(), schema)).into_iter().collect()
    }

    /// The keys of a map.
    pub(super) fn properties(self, parameters: &[Parameter]) -> Map<String, Value> {
        let built = parameters.iter().filter(|parameter| parameter.built);
        let entry = |parameter: &Parameter| {
            (parameter.name.to_owned(), told(self.of(parameter.kind), parameter.doc))
        };
        built.map(entry).collect()
    }

    /// The schema of a kind.
    pub(super) fn of(self, kind: Kind) -> Value {
        let site = &self.names.site;
        match kind {
            Kind::Condition => defined("condition"),
            Kind::Text | Kind::Pattern | Kind::Template => defined("scalar"),
            Kind::Section => json!({ "type": "string", "pattern": NAME }),
            Kind::Flow => named(self.names.flows.as_ref(), None),
            Kind::Outcome => defined("target"),
            Kind::Keys => defined("keys"),
            Kind::Key => key(),
            Kind::Prompts => defined("prompts"),
            Kind::Value(types) => self.value(types),
            Kind::Values => map_of(defined("scalar")),
            Kind::Variable => json!({ "type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_]*$" }),
            Kind::Texts => one_or_many(defined("scalar")),
            Kind::Integer(low, high) => whole(low, high),
            Kind::Duration => span("", &[]),
            Kind::DurationOrNone => span("", &["none"]),
            Kind::DurationOrOutcome => {
                json!({ "anyOf": [span("", &[]), defined("target")] })
            }
            Kind::Range => {
                let pattern = r"^[0-9]+(\.\.[0-9]+)?$";
                json!({ "type": ["string", "integer"], "pattern": pattern, "minimum": 1 })
            }
            Kind::YesNo => yes_no(),
            Kind::Choice(words) => json!({ "enum": words }),
            Kind::ChoiceOr(words, low, high) => {
                json!({ "anyOf": [{ "enum": words }, whole(low, high)] })
            }
            Kind::NumberKinds => {
                one_or_many(json!({ "enum": NumberKind::ALL.map(NumberKind::name) }))
            }
            Kind::Skills => self.skills(),
            Kind::Fields(fields) => self.fields(fields),
            Kind::FieldsOrFirst(fields) => {
                let first = fields.first().map(|first| self.of(first.kind));
                json!({ "anyOf": [self.fields(fields), first] })
            }
            Kind::Named(fields) => names_of(NAME, &self.fields(fields)),
            Kind::Templates => map_of(defined("scalar")),
            Kind::Take => map_of(take()),
            Kind::Body => json!({}),
            Kind::Event => json!({ "type": "string", "pattern": r"^[a-z0-9_-]+(\.[a-z0-9_-]+)+$" }),
            Kind::Language => named(tags(site.languages.as_ref()).as_ref(), Some(VARIABLE)),
            Kind::Music => named(site.music.as_ref(), None),
            Kind::Agent => named(site.agents.as_ref(), Some(VARIABLE)),
            Kind::Trunk => named(site.trunks.as_ref(), None),
            Kind::Service => named(site.services.as_ref(), None),
            Kind::Table => {
                let tables = site.tables.as_ref();
                named(tables.map(|tables| tables.keys().cloned().collect()).as_ref(), None)
            }
            Kind::Type => json!({ "enum": STATED.map(|(word, _)| word) }),
            Kind::Catch => defined("escalations"),
            Kind::Defaults => self.defaults(),
            Kind::Sections => {
                json!({
                    "type": "object",
                    "properties": { "start": told(defined("steps"), "where the flow begins") },
                    "patternProperties": { NAME: defined("steps") },
                    "required": ["start"],
                    "additionalProperties": false,
                })
            }
        }
    }

    /// A map with these keys.
    fn fields(self, fields: &[Parameter]) -> Value {
        let required: Vec<&str> =
            fields.iter().filter(|field| field.required).map(|field| field.name).collect();
        json!({
            "type": "object",
            "properties": self.properties(fields),
            "required": required,
            "additionalProperties": false,
        })
    }

    /// Keys that hold for all steps of a notation.
    fn defaults(self) -> Value {
        let of = |parameters| {
            let properties = self.properties(parameters);
            json!({ "type": "object", "properties": properties, "additionalProperties": false })
        };
        let each = NOTATIONS.iter().filter(|notation| notation.built);
        let properties: Map<String, Value> =
            each.map(|notation| (notation.name.to_owned(), of(notation.parameters))).collect();
        json!({ "type": "object", "properties": properties, "additionalProperties": false })
    }

    /// A value of one of these types, or a variable.
    fn value(self, types: &[Type]) -> Value {
        match types {
            [] => defined("scalar"),
            [one] => self.typed(*one),
            many if many.contains(&Type::Text) => defined("scalar"),
            many => {
                let each: Vec<Value> = many.iter().map(|one| self.typed(*one)).collect();
                json!({ "anyOf": each })
            }
        }
    }

    fn typed(self, kind: Type) -> Value {
        let site = &self.names.site;
        match kind {
            Type::Text => defined("scalar"),
            Type::Number => {
                json!({ "type": ["integer", "string"], "pattern": or_variable("-?[0-9]+") })
            }
            Type::Duration => span(VARIABLE, &[]),
            Type::Time => text_like("[0-9]{1,2}:[0-9]{2}"),
            Type::Date => text_like("[0-9]{4}-[0-9]{2}-[0-9]{2}"),
            Type::Money => text_like(r"-?[0-9]+(\.[0-9]+)? ?[A-Z]{3}"),
            Type::YesNo => json!({ "anyOf": [yes_no(), variable()] }),
            Type::Phone => {
                json!({ "type": ["string", "integer"], "pattern": or_variable(r"\+[0-9]+") })
            }
            Type::Recording | Type::Record => variable(),
            Type::Queue => named(site.queues.as_ref(), Some(VARIABLE)),
            Type::Mailbox => named(site.mailboxes.as_ref(), Some(VARIABLE)),
            Type::Country => {
                let codes = site.countries.as_ref().map(|countries| {
                    countries.iter().map(Country::code).map(str::to_owned).collect()
                });
                named(codes.as_ref(), Some(VARIABLE))
            }
        }
    }

    /// A prompt or a recording.
    fn prompt(self) -> Value {
        let prompts = self.names.site.prompts.as_ref();
        let names = prompts.map(|prompts| prompts.values().flatten().cloned().collect());
        named(names.as_ref(), Some(VARIABLE))
    }

    fn skills(self) -> Value {
        let name = named(self.names.site.skills.as_ref(), None);
        json!({
            "anyOf": [
                name,
                { "type": "array", "items": name },
                map_of(whole(1, i64::from(LEVEL_MAX))),
            ],
        })
    }
}

/// What a condition may be made of.
fn condition() -> String {
    let functions = FUNCTIONS.iter().map(|one| format!("{}: {}", one.example, one.doc));
    let facts = FACTS.iter().map(|fact| format!("{}.{}: {}", fact.object, fact.field, fact.doc));
    let lists = [functions.collect::<Vec<_>>(), facts.collect()].map(|lines| lines.join("\n\n"));
    format!(
        "A condition, without quotes: `==`, `!=`, `<`, `<=`, `>`, `>=`, `in`, `and`, `or`, `not`.\
         \n\n{}",
        lists.join("\n\n")
    )
}

fn tags(languages: Option<&BTreeSet<Language>>) -> Option<BTreeSet<String>> {
    languages.map(|languages| languages.iter().map(|one| one.tag().to_owned()).collect())
}

/// One of these names, or what fits the pattern; without names any text.
fn named(names: Option<&BTreeSet<String>>, or: Option<&str>) -> Value {
    let Some(names) = names else { return json!({ "type": ["string", "number"] }) };
    // An empty `enum` is no schema.
    let listed = if names.is_empty() { json!(false) } else { json!({ "enum": names }) };
    match or {
        Some(pattern) => json!({
            "anyOf": [listed, { "type": "string", "pattern": format!("^{pattern}$") }],
        }),
        None => listed,
    }
}

/// A map whose keys fit a pattern. Editors know no `propertyNames`.
fn names_of(pattern: &str, value: &Value) -> Value {
    json!({
        "type": "object",
        "patternProperties": { pattern: value },
        "additionalProperties": false,
    })
}

fn map_of(value: Value) -> Value {
    json!({ "type": "object", "additionalProperties": value })
}

fn one_or_many(one: Value) -> Value {
    json!({ "anyOf": [one, { "type": "array", "items": one }] })
}

fn key() -> Value {
    let pattern = format!("^({KEY}|none)$");
    json!({ "type": ["string", "integer"], "pattern": pattern, "minimum": 0, "maximum": 9 })
}

fn variable() -> Value {
    json!({ "type": "string", "pattern": format!("^{VARIABLE}$") })
}

fn yes_no() -> Value {
    json!({ "enum": [true, false, "true", "false", "yes", "no"] })
}

/// A whole number, which may stand in quotes.
fn whole(low: i64, high: i64) -> Value {
    let pattern = "^-?[0-9]+$";
    json!({ "type": ["integer", "string"], "minimum": low, "maximum": high, "pattern": pattern })
}

fn span(or: &str, words: &[&str]) -> Value {
    let mut ways: Vec<&str> = words.to_vec();
    ways.extend([SPAN, or].into_iter().filter(|way| !way.is_empty()));
    json!({ "type": "string", "minLength": 1, "pattern": format!("^({})$", ways.join("|")) })
}

/// A text of this pattern, or a variable.
fn text_like(pattern: &str) -> Value {
    json!({ "type": "string", "pattern": or_variable(pattern) })
}

fn or_variable(pattern: &str) -> String {
    format!("^({pattern}|{VARIABLE})$")
}

/// The type of a variable that takes a part of an answer, and where that stands.
fn take() -> Value {
    let types = json!({ "enum": READ.map(|(word, _)| word) });
    json!({
        "anyOf": [
            types,
            {
                "type": "object",
                "properties": { "type": types, "at": { "type": "string" } },
                "required": ["type"],
                "additionalProperties": false,
            },
        ],
    })
}
