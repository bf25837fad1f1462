//! Which parts of a condition go together, by their types.

use super::function::{FUNCTIONS, Function, Signature};
use super::pattern::Pattern;
use super::tree::{Comparison, Tree};
use crate::base::code::{self, Code};
use crate::base::complaint::{Complaint, Complaints, Place};
use crate::base::document::scalar::clip;
use crate::base::number::{Country, PhoneNumber};
use crate::flow::known::Answer;
use crate::flow::scope::Scope;
use crate::flow::types::Type;
use crate::flow::value::Value;
use std::collections::BTreeSet;

/// A part with its type and place.
#[derive(Debug, Clone)]
pub(super) struct Part {
    pub(super) tree: Tree,
    pub(super) kind: Sort,
    /// Where it begins, in characters from 0.
    pub(super) at: usize,
    /// The texts it may be, if they are limited.
    pub(super) one_of: Vec<String>,
}

/// The type of a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    /// A value of this type.
    Of(Type),
    /// Already complained about: fits everywhere.
    Any,
}

impl Sort {
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Of(kind) => kind.word(),
            Self::Any => "anything",
        }
    }

    fn is_textual(self) -> bool {
        match self {
            Self::Of(kind) => kind.is_textual(),
            Self::Any => true,
        }
    }
}

impl From<Answer> for Sort {
    fn from(answer: Answer) -> Self {
        match answer {
            Answer::Value(kind) => Self::Of(kind),
            Answer::Untold => Self::Any,
        }
    }
}

/// Puts parts together and complains where they do not fit.
pub(super) struct Typing<'a> {
    pub(super) place: &'a Place,
    pub(super) scope: &'a Scope,
    pub(super) complaints: Complaints,
    pub(super) verified: Vec<Vec<String>>,
}

impl Typing<'_> {
    /// The place of a character of the condition.
    pub(super) fn place_of(&self, at: usize) -> Place {
        let mut place = self.place.clone();
        place.column = place.column.saturating_add(u32::try_from(at).unwrap_or(0));
        place
    }

    pub(super) fn error(
        &mut self,
        code: Code,
        at: usize,
        message: impl Into<String>,
    ) -> &mut Complaint {
        let place = self.place_of(at);
        self.complaints.error(code, &place, message)
    }

    /// A name with its fields.
    pub(super) fn path(&mut self, path: Vec<String>, at: usize) -> Part {
        let place = self.place_of(at);
        match self.scope.resolve(&path, &place) {
            Ok(meaning) => {
                let kind = Sort::from(meaning.answer);
                Part { tree: Tree::Path(path), kind, at, one_of: meaning.one_of }
            }
            Err(complaint) => {
                self.complaints.push(complaint);
                part(Tree::Path(path), Sort::Any, at)
            }
        }
    }

    /// Something that must be yes or no.
    pub(super) fn truth(&mut self, part: &Part) {
        if !matches!(part.kind, Sort::Of(Type::YesNo) | Sort::Any) {
            let word = part.kind.word();
            let message = format!("a condition is yes or no, this is a {word}");
            let help = if part.kind == Sort::Of(Type::Record) {
                "compare one of its outputs"
            } else {
                "compare it: `==`, `>`, `in`, or ask `known(…)`"
            };
            self.error(code::TYPE_MISMATCH, part.at, message).help(help);
        }
    }

    /// `left how right`.
    pub(super) fn compare(&mut self, how: Comparison, left: Part, right: Part) -> Part {
        let at = left.at;
        let fits = self.sides(&left, &right);
        let ordered = match left.kind {
            Sort::Of(kind) => kind.has_order(),
            Sort::Any => true,
        };
        if fits && how.is_ordering() && !ordered {
            let message = format!("a {} has no order", left.kind.word());
            self.error(code::TYPE_MISMATCH, at, message)
                .help("it can be compared with `==` and `!=`");
        }
        let tree = Tree::Compare(how, Box::new(left.tree), Box::new(right.tree));
        part(tree, Sort::Of(Type::YesNo), at)
    }

    /// `needle in [items]`.
    pub(super) fn within(&mut self, needle: Part, items: Vec<Part>) -> Part {
        for item in &items {
            self.sides(&needle, item);
        }
        let trees = items.into_iter().map(|item| item.tree).collect();
        part(Tree::In(Box::new(needle.tree), trees), Sort::Of(Type::YesNo), needle.at)
    }

    /// Whether two sides can ever be the same; complains where they cannot.
    fn sides(&mut self, left: &Part, right: &Part) -> bool {
        if left.kind == Sort::Any || right.kind == Sort::Any {
            return true;
        }
        for side in [left, right] {
            if matches!(side.kind, Sort::Of(Type::Record | Type::Recording)) {
                let message = format!("a {} cannot be compared", side.kind.word());
                self.error(code::TYPE_MISMATCH, side.at, message)
                    .help("`known(…)` asks if it is there");
                return false;
            }
        }
        let textual = left.kind.is_textual() && right.kind.is_textual();
        if left.kind != right.kind && !textual {
            let (one, other) = (left.kind.word(), right.kind.word());
            let message = format!("a {one} is never the same as a {other}");
            let help = help_to_compare(left, right).or_else(|| help_to_compare(right, left));
            self.error(code::TYPE_MISMATCH, right.at, message).help = help;
            return false;
        }
        if let (Tree::Literal(Value::Money(one)), Tree::Literal(Value::Money(other))) =
            (&left.tree, &right.tree)
            && one.currency() != other.currency()
        {
            let message = "sums in two currencies are never compared";
            self.error(code::TYPE_MISMATCH, right.at, message);
        }
        self.literal(left, right);
        self.literal(right, left);
        true
    }

    /// A text that is written out must be possible for the other side.
    fn literal(&mut self, other: &Part, literal: &Part) {
        let Tree::Literal(Value::Text(text)) = &literal.tree else { return };
        let shown = clip(text);
        match other.kind {
            Sort::Of(Type::Phone) if PhoneNumber::from_e164(text).is_none() => {
                let message = format!("\"{shown}\" is no number in E.164");
                let help = "phones are compared with their `+` and country code: \"+48221234567\"";
                self.error(code::WRONG_VALUE, literal.at, message).help(help);
            }
            Sort::Of(Type::Country) if !is_country(text) => {
                let message = format!("\"{shown}\" is no country");
                self.error(code::WRONG_VALUE, literal.at, message)
                    .help("two capital letters, such as \"PL\"");
            }
            Sort::Of(_) | Sort::Any => {
                if !other.one_of.is_empty() && !other.one_of.contains(text) {
                    let message = format!("it is never \"{shown}\"");
                    let help = format!("one of: {}", other.one_of.join(", "));
                    let known = other.one_of.iter().map(String::as_str);
                    self.error(code::WRONG_VALUE, literal.at, message)
                        .help(help)
                        .suggest(text, known);
                }
            }
        }
    }

    /// `name(arguments)`.
    pub(super) fn call(&mut self, name: &str, arguments: Vec<Part>, at: usize) -> Part {
        let Some(signature) = Signature::named(name) else {
            let names: Vec<&str> = FUNCTIONS.iter().map(|known| known.name).collect();
            self.error(code::UNKNOWN_FUNCTION, at, format!("there is no function `{name}`"))
                .help(format!("functions: {}", names.join(", ")))
                .suggest(name, names);
            return unknown(at);
        };
        let (wanted, given) = (signature.arguments.len(), arguments.len());
        if given != wanted {
            let message = format!("`{name}` takes {wanted}, here {given}");
            let help = format!("such as `{}`", signature.example);
            self.error(code::WRONG_ARGUMENTS, at, message).help(help);
            return unknown(at);
        }
        let mut arguments = arguments.into_iter();
        let Some(first) = arguments.next() else { return unknown(at) };
        match self.apply(signature, first, arguments.next()) {
            Some(tree) => part(tree, Sort::Of(signature.returns), at),
            None => unknown(at),
        }
    }

    /// What the function makes of its arguments; `None` after a mistake.
    fn apply(&mut self, signature: &Signature, first: Part, second: Option<Part>) -> Option<Tree> {
        let name = signature.name;
        if signature.function != Function::Known {
            self.text_argument(name, &first);
        }
        let one = |part: Part| Box::new(part.tree);
        Some(match signature.function {
            Function::Known => Tree::Known(one(first)),
            Function::Open => {
                self.hours(&first);
                Tree::Open(one(first))
            }
            Function::Holiday => {
                self.hours(&first);
                Tree::Holiday(one(first))
            }
            Function::Len => Tree::Length(one(first)),
            Function::Verify => {
                let country = second?;
                self.country(&country);
                if let Tree::Path(path) = &first.tree {
                    self.verified.push(path.clone());
                }
                Tree::Verify(one(first), one(country))
            }
            Function::StartsWith => {
                let start = second?;
                self.text_argument(name, &start);
                Tree::StartsWith(one(first), one(start))
            }
            Function::Matches => Tree::Matches(one(first), self.pattern(&second?)?),
        })
    }

    fn text_argument(&mut self, function: &str, part: &Part) {
        if !part.kind.is_textual() {
            let message = format!("`{function}` takes a text, this is a {}", part.kind.word());
            self.error(code::TYPE_MISMATCH, part.at, message);
        }
    }

    fn country(&mut self, part: &Part) {
        self.text_argument("verify", part);
        if let Tree::Literal(Value::Text(text)) = &part.tree
            && !is_country(text)
        {
            let message = format!("\"{}\" is no country", clip(text));
            self.error(code::WRONG_VALUE, part.at, message)
                .help("two capital letters, such as \"PL\"");
        }
    }

    fn hours(&mut self, part: &Part) {
        let Tree::Literal(Value::Text(text)) = &part.tree else { return };
        let known: BTreeSet<String> = match &self.scope.hours {
            Some(hours) if !hours.contains(text) => hours.clone(),
            _ => return,
        };
        let message = format!("this site has no opening hours `{}`", clip(text));
        self.error(code::UNKNOWN_HOURS, part.at, message).among(
            text,
            known.iter().map(String::as_str),
            "the configuration says which there are",
        );
    }

    fn pattern(&mut self, pattern: &Part) -> Option<Pattern> {
        let Tree::Literal(Value::Text(written)) = &pattern.tree else {
            let message = "the pattern of `matches` is written out, in quotes";
            self.error(code::WRONG_ARGUMENTS, pattern.at, message);
            return None;
        };
        let read = Pattern::new(written);
        if let Err(reason) = &read {
            let message = format!("this is no pattern: {reason}");
            self.error(code::WRONG_PATTERN, pattern.at, message);
        }
        read.ok()
    }
}

/// How a value that is written out becomes one of the other side's type.
fn help_to_compare(other: &Part, written: &Part) -> Option<String> {
    let Tree::Literal(value) = &written.tree else { return None };
    let Sort::Of(kind) = other.kind else { return None };
    match (kind, value) {
        (Type::Duration, Value::Number(number)) => {
            Some(format!("give a unit: `{number}m` is minutes, `{number}s` seconds"))
        }
        (Type::Phone, Value::Number(_)) => {
            Some("a phone number stands in quotes, with `+`: \"+48221234567\"".to_owned())
        }
        (
            Type::Time | Type::Date | Type::Duration | Type::Money | Type::Number,
            Value::Text(text),
        ) if Value::read(kind, text).is_some() => {
            Some(format!("write it without quotes: `{text}`"))
        }
        _ => None,
    }
}

/// A part without limits.
pub(super) const fn part(tree: Tree, kind: Sort, at: usize) -> Part {
    Part { tree, kind, at, one_of: Vec::new() }
}

/// Stands where a mistake was complained about.
pub(super) const fn unknown(at: usize) -> Part {
    part(Tree::Literal(Value::Unknown), Sort::Any, at)
}

fn is_country(text: &str) -> bool {
    Country::new(text).is_some_and(|country| country.code() == text)
}
