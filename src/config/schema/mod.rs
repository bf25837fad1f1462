//! The JSON Schema (draft-07) of flow files, by which editors complete and check while one types.
//!
//! It is made from the tables of the language. What a schema cannot say (types of variables,
//! sections that are there, paths through a flow) is left to `check`; what it says is never
//! stricter than the decoder, but for two things: keys that `defaults` could give are not asked
//! for, and an escalation of one's own has a hyphen in its name unless the site is known.

mod kinds;
mod steps;

use crate::flow::notation::HEADER;
use crate::flow::site::Site;
use kinds::Kinds;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The names that a site has; of a kind that is not known every name passes.
#[derive(Debug, Default)]
pub struct Names {
    /// Queues, prompts, hours and the like.
    pub site: Site,
    /// Flows.
    pub flows: Option<BTreeSet<String>>,
    /// Escalations that these flows raise.
    pub raised: BTreeSet<String>,
}

/// The schema of a flow file.
#[must_use]
pub fn schema(names: &Names) -> Value {
    let kinds = Kinds { names };
    let mut definitions = kinds.definitions();
    definitions.extend(steps::definitions(kinds));
    let required: Vec<&str> =
        HEADER.iter().filter(|key| key.required).map(|key| key.name).collect();
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "description": "A flow of Ringback.",
        "type": "object",
        "properties": kinds.properties(HEADER),
        "required": required,
        "additionalProperties": false,
        "definitions": definitions,
    })
}

/// A reference to a definition.
fn defined(name: &str) -> Value {
    json!({ "$ref": format!("#/definitions/{name}") })
}

/// A schema with its line of documentation; nothing may stand beside a `$ref`.
fn told(schema: Value, doc: &str) -> Value {
    let is_reference = schema.get("$ref").is_some();
    let mut schema = if is_reference { json!({ "allOf": [schema] }) } else { schema };
    if let Some(map) = schema.as_object_mut() {
        map.insert("description".to_owned(), json!(doc));
    }
    schema
}
