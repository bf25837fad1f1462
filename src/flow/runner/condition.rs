//! Judges conditions and patterns at one step.

use super::scope::Scope;
use crate::flow::expression::Expression;

/// Whether the condition holds; unknown is false.
pub(super) fn holds(_expression: &Expression, _scope: &Scope<'_>) -> bool {
    false
}

/// Whether the pattern matches all of `text`; a pattern that cannot be read matches nothing.
pub(super) fn matches_whole(pattern: &str, text: &str) -> bool {
    let whole = regex::Regex::new(&format!("^(?:{pattern})$"));
    whole.is_ok_and(|whole| whole.is_match(text))
}
