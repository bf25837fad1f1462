//! How a value is spoken: the prompts of its words, in order.

use super::graph::SayKind;
use super::value::Value;
use crate::base::language::Language;

/// The prompts that speak `value`; `None` where the language or the kind has no words for it.
#[must_use]
pub fn say(_language: &Language, _kind: SayKind, _value: &Value) -> Option<Vec<String>> {
    None
}
