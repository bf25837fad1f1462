//! The schema of a step: one notation with its keys.
//!
//! ```text
//! step ─┬─ a word ──────────────── one of the notations that need nothing
//!       └─ keys ── if it has `menu` then step_menu: its value, and its keys beside it
//!                  if it has `play` then step_play …
//! ```

use super::kinds::Kinds;
use super::{defined, told};
use crate::flow::notation::{
    ESCALATIONS, Group, Kind, KnownEscalation, NOTATIONS, Notation, Parameter,
};
use crate::flow::reference::sentence;
use serde_json::{Map, Value, json};

/// How an escalation of one's own is written: a hyphen makes it no key of the language.
const OWN: &str = "^[A-Za-z0-9_]+(-[A-Za-z0-9_]+)+$";

/// `step` and one definition for each notation.
pub(super) fn definitions(kinds: Kinds<'_>) -> Map<String, Value> {
    let mut all = Map::new();
    let words = written();
    for (word, notation) in &words {
        all.insert(format!("step_{word}"), kinds.step(word, notation));
    }
    all.insert("step".to_owned(), step(&words));
    all
}

/// Every word that begins a step.
fn written() -> Vec<(&'static str, &'static Notation)> {
    let built = NOTATIONS.iter().filter(|notation| notation.built);
    let words = |notation: &'static Notation| {
        let names = [notation.name].into_iter().chain(notation.aliases.iter().copied());
        names.map(move |name| (name, notation))
    };
    built.flat_map(words).collect()
}

fn step(words: &[(&'static str, &'static Notation)]) -> Value {
    let alone: Vec<&str> = words
        .iter()
        .filter(|(_, notation)| needed(notation).next().is_none())
        .map(|(word, _)| *word)
        .collect();
    let properties: Map<String, Value> = words
        .iter()
        .map(|(word, notation)| ((*word).to_owned(), json!({ "description": sentence(notation) })))
        .collect();
    let mut each: Vec<Value> = words
        .iter()
        .map(|(word, _)| json!({ "if": is(word, words), "then": defined(&format!("step_{word}")) }))
        .collect();
    let some: Vec<Value> = words.iter().map(|(word, _)| json!({ "required": [word] })).collect();
    // An unknown word is to be blamed by its name, and not for being none of all the others.
    let nothing_else = json!({
        "if": { "type": "object", "not": { "anyOf": some } },
        "then": { "properties": properties, "additionalProperties": false, "minProperties": 1 },
    });
    each.push(nothing_else);
    json!({
        "description": "one notation with its keys",
        "if": { "type": "string" },
        "then": { "enum": alone },
        "else": { "type": "object", "properties": properties, "allOf": each },
    })
}

/// That a step is this notation. `queue` beside `transfer` is a key of it and no notation.
fn is(word: &str, words: &[(&'static str, &'static Notation)]) -> Value {
    let whose_key = words
        .iter()
        .filter(|(other, notation)| *other != word && notation.parameter(word).is_some());
    let others: Vec<Value> = whose_key.map(|(other, _)| json!({ "required": [other] })).collect();
    if others.is_empty() {
        return json!({ "type": "object", "required": [word] });
    }
    json!({ "type": "object", "required": [word], "not": { "anyOf": others } })
}

/// The keys that must be there.
fn needed(notation: &Notation) -> impl Iterator<Item = &'static Parameter> {
    notation.parameters.iter().filter(|parameter| parameter.required)
}

/// Whether a flow could give the key once for all its steps, under `defaults`.
const fn may_be_a_default(kind: Kind) -> bool {
    matches!(kind, Kind::Value(_) | Kind::Prompts)
}

impl Kinds<'_> {
    /// A step of this notation: its value, and keys beside it.
    fn step(self, word: &str, notation: &Notation) -> Value {
        let mut properties = self.keys(notation);
        properties.insert(word.to_owned(), told(self.own_value(notation), &sentence(notation)));
        let mut schema = json!({ "type": "object", "properties": properties });
        self.close(notation, &mut schema);
        let missing: Vec<Value> = needed(notation)
            .filter(|parameter| !may_be_a_default(parameter.kind))
            .filter(|parameter| notation.main != Some(parameter.name))
            .map(|parameter| either(word, parameter.name))
            .collect();
        if let (false, Some(map)) = (missing.is_empty(), schema.as_object_mut()) {
            map.insert("allOf".to_owned(), json!(missing));
        }
        schema
    }

    /// What stands after the notation's word.
    fn own_value(self, notation: &Notation) -> Value {
        let main = notation.main.and_then(|main| notation.parameter(main));
        if let Some(main) = main.filter(|main| main.kind == Kind::Values) {
            return json!({ "anyOf": [self.of(main.kind), { "type": "null" }] });
        }
        let mut keys = json!({ "type": "object", "properties": self.keys(notation) });
        self.close(notation, &mut keys);
        let mut ways: Vec<Value> = main.map(|main| self.of(main.kind)).into_iter().collect();
        ways.extend([keys, json!({ "type": "null" })]);
        json!({ "anyOf": ways })
    }

    /// All keys of a notation, with what it may end in.
    fn keys(self, notation: &Notation) -> Map<String, Value> {
        let mut keys = self.properties(notation.parameters);
        if notation.escalates {
            let raised = |known: &&KnownEscalation| known.is_raised_by(notation.name);
            for escalation in ESCALATIONS.iter().filter(raised) {
                let leads = told(defined("target"), escalation.doc);
                keys.insert(escalation.name.to_owned(), leads);
            }
            let failed = told(defined("target"), "any escalation of this step");
            keys.insert("failed".to_owned(), failed);
            keys.insert("catch".to_owned(), defined("escalations"));
        }
        keys
    }

    /// Which other keys there may be: none, or escalations. A step that runs another flow may end
    /// in whatever that raises.
    fn close(self, notation: &Notation, schema: &mut Value) {
        let Some(map) = schema.as_object_mut() else { return };
        let any = notation.escalates && notation.group == Group::Control;
        let rest = if any { defined("target") } else { json!(false) };
        map.insert("additionalProperties".to_owned(), rest);
        if notation.escalates {
            map.insert("patternProperties".to_owned(), self.own_escalations());
        }
    }

    /// Names of escalations that flows raise themselves.
    fn own_escalations(self) -> Value {
        let raised: Vec<String> =
            self.names.raised.iter().filter(|name| is_plain(name)).cloned().collect();
        let mut patterns = Map::from_iter([(OWN.to_owned(), defined("target"))]);
        if !raised.is_empty() {
            patterns.insert(format!("^({})$", raised.join("|")), defined("target"));
        }
        Value::Object(patterns)
    }

    /// `catch: { escalation: target }`
    pub(super) fn escalations(self) -> Value {
        let known = ESCALATIONS.iter();
        let properties: Map<String, Value> = known
            .map(|one| (one.name.to_owned(), told(defined("target"), one.doc)))
            .chain([("failed".to_owned(), defined("target"))])
            .collect();
        json!({
            "type": "object",
            "properties": properties,
            "additionalProperties": defined("target"),
        })
    }
}

fn is_plain(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
}

/// A key that stands beside the word, or in its value.
fn either(word: &str, key: &str) -> Value {
    let inside = json!({ "properties": { word: { "type": "object", "required": [key] } } });
    json!({ "anyOf": [{ "required": [key] }, inside] })
}
