//! JSON as a value: what web services answer, and what webhooks are told.
//!
//! A thin coat around the reader's own tree, so that no other room depends on it.

use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt;

/// One JSON value. Its [`Display`](fmt::Display) is its text, on one line.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Json(Value);

impl Json {
    /// `null`
    pub const NOTHING: Self = Self(Value::Null);

    /// Reads a whole text; `None` if it is not JSON, or nested deeper than 128.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok().map(Self)
    }

    /// A map of names and values.
    #[must_use]
    pub fn object(fields: BTreeMap<String, Self>) -> Self {
        Self(Value::Object(fields.into_iter().map(|(name, value)| (name, value.0)).collect()))
    }

    /// Several values.
    #[must_use]
    pub fn list(items: impl Iterator<Item = Self>) -> Self {
        Self(Value::Array(items.map(|item| item.0).collect()))
    }

    /// What stands at a path of names, and of indices from 0 in lists.
    #[must_use]
    pub fn at(&self, path: &[String]) -> Option<Self> {
        let found = path.iter().try_fold(&self.0, |value, part| match value {
            Value::Object(fields) => fields.get(part),
            Value::Array(items) => items.get(part.parse::<usize>().ok()?),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
        });
        found.cloned().map(Self)
    }

    /// The text of a string, or of a number, since identifiers are often written as one.
    #[must_use]
    pub fn as_text(&self) -> Option<String> {
        match &self.0 {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
        }
    }

    /// A whole number, also one that is written as `7.0` or in a string.
    #[must_use]
    pub fn as_integer(&self) -> Option<i64> {
        match &self.0 {
            Value::Number(number) => number.as_i64().or_else(|| whole(number.as_f64()?)),
            Value::String(text) => text.trim().parse().ok(),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
        }
    }

    /// `true` or `false`.
    #[must_use]
    pub const fn as_yes_no(&self) -> Option<bool> {
        if let Value::Bool(yes) = self.0 { Some(yes) } else { None }
    }
}

/// Beyond this, doubles cannot tell one whole number from the next.
const WHOLE_MAX: f64 = 9_007_199_254_740_992.0;

#[expect(clippy::cast_possible_truncation, reason = "it is whole and within the limits of i64")]
fn whole(number: f64) -> Option<i64> {
    (number.fract() == 0.0 && number.abs() <= WHOLE_MAX).then_some(number as i64)
}

impl From<&str> for Json {
    fn from(text: &str) -> Self {
        Self(Value::from(text))
    }
}

impl From<String> for Json {
    fn from(text: String) -> Self {
        Self(Value::from(text))
    }
}

impl From<i64> for Json {
    fn from(number: i64) -> Self {
        Self(Value::from(number))
    }
}

impl From<bool> for Json {
    fn from(yes: bool) -> Self {
        Self(Value::from(yes))
    }
}

impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_leads_through_maps_and_lists() {
        let json = Json::read(br#"{"orders": [{"id": 71, "paid": true}]}"#).expect("JSON");
        let at = |path: &str| json.at(&path.split('.').map(str::to_owned).collect::<Vec<_>>());
        assert_eq!(at("orders.0.id").and_then(|id| id.as_text()), Some("71".to_owned()));
        assert_eq!(at("orders.0.paid").and_then(|paid| paid.as_yes_no()), Some(true));
        assert_eq!(at("orders.1.id"), None);
        assert_eq!(at("orders.id"), None);
    }

    #[test]
    fn numbers_are_whole_or_nothing() {
        let read = |text: &str| Json::read(text.as_bytes()).and_then(|json| json.as_integer());
        let texts = ["7", "7.0", "\"7\"", "7.5", "1e300", "true", "[7]"];
        let numbers = [Some(7), Some(7), Some(7), None, None, None, None];
        assert_eq!(texts.map(read), numbers);
    }

    #[test]
    fn a_page_is_not_json_and_a_deep_nest_is_refused() {
        assert_eq!(Json::read(b"<html>"), None);
        assert_eq!(Json::read("[".repeat(100_000).as_bytes()), None);
    }
}
