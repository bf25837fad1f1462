//! Judges conditions and patterns at one step.

use super::scope::Scope;
use crate::base::time::Now;
use crate::flow::expression::{Expression, Pattern};
use crate::flow::value::{Facts, Value};
use std::collections::BTreeMap;

/// Whether the condition holds; unknown is false.
pub(super) fn holds(expression: &Expression, scope: &Scope<'_>) -> bool {
    expression.evaluate(scope.variables, scope, scope.now)
}

/// Whether the pattern matches all of `text`; one that cannot be read, which `check` refuses,
/// matches nothing.
pub(super) fn matches_whole(pattern: &str, text: &str) -> bool {
    Pattern::new(pattern).is_ok_and(|pattern| pattern.matches(text))
}

/// The world as a condition sees it: what the call exports goes before what the world says.
impl Facts for Scope<'_> {
    fn fact(&self, object: &str, field: &str) -> Value {
        self.exported_or_fact(object, field)
    }

    fn open(&self, hours: &str, now: Now) -> Option<bool> {
        self.facts.open(hours, now)
    }

    fn holiday(&self, hours: &str, now: Now) -> Option<bool> {
        self.facts.holiday(hours, now)
    }

    fn callback(&self, queue: Option<&str>) -> Option<BTreeMap<String, Value>> {
        self.facts.callback(queue)
    }
}
