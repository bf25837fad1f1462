//! Conditions in `if:`, typed: read once, asked often.
//!
//! ```text
//! any     = all { "or" all }
//! all     = one { "and" one }
//! one     = "not" one | side [ ("==" | "!=" | "<" | "<=" | ">" | ">=") side | ["not"] "in" list ]
//! side    = name { "." name } | function "(" … ")" | "(" any ")" | text | number | time
//! list    = "[" side { "," side } "]"
//! ```
//!
//! A comparison with something unknown is false; `known(…)` asks whether it is.

mod function;
mod parser;
mod pattern;
mod token;
mod tree;
mod typing;

pub use function::{FUNCTIONS, Signature};
pub(in crate::flow) use parser::is_word;
pub use pattern::Pattern;

use super::scope::Scope;
use super::value::{Facts, Value};
use crate::base::complaint::{Complaint, Place};
use crate::base::time::Now;
use std::collections::BTreeMap;

/// A parsed and typed condition.
#[derive(Debug, Clone)]
pub struct Expression {
    /// As it was written.
    text: String,
    tree: tree::Tree,
    /// Paths whose value `verify(…)` looks at.
    verified: Vec<Vec<String>>,
}

impl Expression {
    /// Reads a condition; `place` is where its first character stands.
    ///
    /// # Errors
    /// Every mistake that was found, each at the column of its word.
    pub fn parse(text: &str, place: &Place, scope: &Scope) -> Result<Self, Vec<Complaint>> {
        let (tree, verified) = parser::parse(text, place, scope)?;
        Ok(Self { text: text.to_owned(), tree, verified })
    }

    /// Stands where a condition could not be read; never holds.
    pub(in crate::flow) const fn unreadable() -> Self {
        let tree = tree::Tree::Literal(Value::Unknown);
        Self { text: String::new(), tree, verified: Vec::new() }
    }

    /// As it was written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it holds now.
    ///
    /// `vars` are the variables of the frame; a record there wins over a known object of its name
    /// field by field.
    #[must_use]
    pub fn evaluate(&self, vars: &BTreeMap<String, Value>, facts: &dyn Facts, now: Now) -> bool {
        tree::View { variables: vars, facts, now }.holds(&self.tree)
    }

    /// The variables and facts whose values it needs; `known(…)` needs none.
    pub(in crate::flow) fn paths(&self) -> Vec<&[String]> {
        let mut paths = Vec::new();
        self.tree.paths(&mut paths);
        paths
    }

    /// The variables and facts whose value it passes to `verify(…)`.
    #[must_use]
    pub fn verified(&self) -> &[Vec<String>] {
        &self.verified
    }
}

#[cfg(test)]
mod tests;
