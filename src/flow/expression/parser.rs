//! The grammar of conditions.

use super::token::{Token, Word, tokens};
use super::tree::{Comparison, Tree};
use super::typing::{Part, Sort, Typing, part};
use crate::base::code;
use crate::base::complaint::{Complaint, Complaints, Place};
use crate::flow::scope::Scope;
use crate::flow::types::Type;
use crate::flow::value::Value;

/// Deepest nesting of brackets and `not`.
const DEPTH_MAX: usize = 24;

/// Words that are no names.
const WORDS: [&str; 8] = ["and", "or", "not", "in", "true", "false", "yes", "no"];

/// Whether a variable may not have this name, because conditions use the word.
#[must_use]
pub(in crate::flow) fn is_word(name: &str) -> bool {
    WORDS.contains(&name)
}

type Parsed = (Tree, Vec<Vec<String>>);

/// Reads a condition; see [`super::Expression::parse`].
pub(super) fn parse(text: &str, place: &Place, scope: &Scope) -> Result<Parsed, Vec<Complaint>> {
    let typing = Typing { place, scope, complaints: Complaints::new(), verified: Vec::new() };
    let mut parser = Parser { words: Vec::new(), at: 0, depth: 0, typing };
    match tokens(text) {
        Ok(words) => parser.words = words,
        Err(fault) => {
            let complaint = parser.typing.error(code::EXPRESSION_SYNTAX, fault.at, fault.message);
            complaint.help = fault.help;
            return Err(parser.typing.complaints.into_sorted());
        }
    }
    let part = parser.whole();
    let Typing { complaints, verified, .. } = parser.typing;
    match part {
        Ok(part) if complaints.is_empty() => Ok((part.tree, verified)),
        _ => Err(complaints.into_sorted()),
    }
}

struct Parser<'a> {
    words: Vec<Token>,
    at: usize,
    depth: usize,
    typing: Typing<'a>,
}

/// The grammar was left; the complaint is already made.
struct Lost;

impl Parser<'_> {
    fn whole(&mut self) -> Result<Part, Lost> {
        let part = self.any()?;
        if !matches!(self.word(), Word::End) {
            let (at, message) = (self.position(), self.unexpected("the end, `and` or `or`"));
            let help = self.help_after_the_end();
            let complaint = self.typing.error(code::EXPRESSION_SYNTAX, at, message);
            complaint.help = help;
            return Err(Lost);
        }
        self.typing.truth(&part);
        Ok(part)
    }

    /// What a word after a whole condition was probably meant to do.
    fn help_after_the_end(&self) -> Option<String> {
        let Word::Name { text, .. } = self.word() else { return None };
        let before = self.at.checked_sub(1).and_then(|at| self.words.get(at));
        let after_number =
            before.and_then(|token| if let Word::Number(n) = token.word { Some(n) } else { None });
        Some(match (text.as_str(), after_number) {
            ("then" | "else", _) => format!("`{text}` stands in a line of its own below `if`"),
            ("between", _) => {
                "write both ends: `time.now >= 08:00 and time.now < 17:00`".to_owned()
            }
            ("is", _) => "write `==`".to_owned(),
            ("s" | "m" | "h" | "d" | "ms", Some(number)) => {
                format!("a unit follows its number at once: `{number}{text}`")
            }
            _ => "conditions are joined by `and` or `or`; text stands in quotes".to_owned(),
        })
    }

    fn any(&mut self) -> Result<Part, Lost> {
        let mut left = self.all()?;
        while self.takes_word("or") {
            let right = self.all()?;
            left = self.join(left, right, Tree::Or);
        }
        Ok(left)
    }

    fn all(&mut self) -> Result<Part, Lost> {
        let mut left = self.one()?;
        while self.takes_word("and") {
            let right = self.one()?;
            left = self.join(left, right, Tree::And);
        }
        Ok(left)
    }

    fn join(&mut self, left: Part, right: Part, into: fn(Box<Tree>, Box<Tree>) -> Tree) -> Part {
        self.typing.truth(&left);
        self.typing.truth(&right);
        let tree = into(Box::new(left.tree), Box::new(right.tree));
        part(tree, Sort::Of(Type::YesNo), left.at)
    }

    fn one(&mut self) -> Result<Part, Lost> {
        let at = self.position();
        if self.takes_word("not") {
            self.deeper()?;
            let inner = self.one()?;
            self.depth -= 1;
            self.typing.truth(&inner);
            return Ok(part(Tree::Not(Box::new(inner.tree)), Sort::Of(Type::YesNo), at));
        }
        let left = self.side()?;
        if let Word::Sign(sign) = self.word()
            && let Some(how) = Comparison::of(sign)
        {
            self.at += 1;
            let right = self.side()?;
            return Ok(self.typing.compare(how, left, right));
        }
        if self.takes_word("in") {
            let items = self.list()?;
            return Ok(self.typing.within(left, items));
        }
        if self.is_word("not") {
            self.at += 1;
            if !self.takes_word("in") {
                return self.wants("`in` after `not`");
            }
            let items = self.list()?;
            let within = self.typing.within(left, items);
            return Ok(part(Tree::Not(Box::new(within.tree)), within.kind, within.at));
        }
        Ok(left)
    }

    fn side(&mut self) -> Result<Part, Lost> {
        let at = self.position();
        let literal = |value, kind| Ok(part(Tree::Literal(value), kind, at));
        match self.word().clone() {
            Word::Text(text) => {
                self.at += 1;
                literal(Value::Text(text), Sort::Of(Type::Text))
            }
            Word::Number(number) => {
                self.at += 1;
                literal(Value::Number(number), Sort::Of(Type::Number))
            }
            Word::Duration(span) => {
                self.at += 1;
                literal(Value::Duration(span), Sort::Of(Type::Duration))
            }
            Word::Time(time) => {
                self.at += 1;
                literal(Value::Time(time), Sort::Of(Type::Time))
            }
            Word::Date(day) => {
                self.at += 1;
                literal(Value::Date(day), Sort::Of(Type::Date))
            }
            Word::Money(sum) => {
                self.at += 1;
                literal(Value::Money(sum), Sort::Of(Type::Money))
            }
            Word::Name { text, marked: false } if matches!(&*text, "true" | "yes") => {
                self.at += 1;
                literal(Value::YesNo(true), Sort::Of(Type::YesNo))
            }
            Word::Name { text, marked: false } if matches!(&*text, "false" | "no") => {
                self.at += 1;
                literal(Value::YesNo(false), Sort::Of(Type::YesNo))
            }
            Word::Name { text, marked } if marked || !is_word(&text) => {
                self.at += 1;
                self.name(text, marked, at)
            }
            Word::Sign("(") => {
                self.at += 1;
                self.deeper()?;
                let inner = self.any()?;
                self.depth -= 1;
                self.closes(")")?;
                Ok(inner)
            }
            Word::Name { .. } | Word::Sign(_) | Word::End => self.wants("a value"),
        }
    }

    /// A path, or a call of a function.
    fn name(&mut self, name: String, marked: bool, at: usize) -> Result<Part, Lost> {
        if !marked && self.takes_sign("(") {
            self.deeper()?;
            let arguments = self.items(")")?;
            self.depth -= 1;
            return Ok(self.typing.call(&name, arguments, at));
        }
        let mut path = vec![name];
        while self.takes_sign(".") {
            let Word::Name { text, marked: false } = self.word().clone() else {
                return self.wants("a field's name after `.`");
            };
            self.at += 1;
            path.push(text);
        }
        Ok(self.typing.path(path, at))
    }

    fn list(&mut self) -> Result<Vec<Part>, Lost> {
        if !self.takes_sign("[") {
            return self.wants("a list such as `[\"a\", \"b\"]`").map(|_| Vec::new());
        }
        self.items("]")
    }

    /// Values between commas, up to and with the closing sign.
    fn items(&mut self, closing: &'static str) -> Result<Vec<Part>, Lost> {
        let mut items = Vec::new();
        if self.takes_sign(closing) {
            return Ok(items);
        }
        loop {
            items.push(self.side()?);
            if !self.takes_sign(",") {
                self.closes(closing)?;
                return Ok(items);
            }
        }
    }

    fn closes(&mut self, sign: &'static str) -> Result<(), Lost> {
        if self.takes_sign(sign) { Ok(()) } else { self.wants(&format!("`{sign}`")).map(|_| ()) }
    }

    fn deeper(&mut self) -> Result<(), Lost> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            let at = self.position();
            self.typing.error(code::EXPRESSION_SYNTAX, at, "this condition is nested too deep");
            return Err(Lost);
        }
        Ok(())
    }

    fn wants(&mut self, wanted: &str) -> Result<Part, Lost> {
        let (at, message) = (self.position(), self.unexpected(wanted));
        self.typing.error(code::EXPRESSION_SYNTAX, at, message);
        Err(Lost)
    }

    fn unexpected(&self, wanted: &str) -> String {
        let found = match self.word() {
            Word::Name { text, .. } => format!("`{text}`"),
            Word::Text(_) => "a text".to_owned(),
            Word::Number(_)
            | Word::Duration(_)
            | Word::Time(_)
            | Word::Date(_)
            | Word::Money(_) => "a value".to_owned(),
            Word::Sign(sign) => format!("`{sign}`"),
            Word::End => "the end of the condition".to_owned(),
        };
        format!("expected {wanted}, found {found}")
    }

    fn word(&self) -> &Word {
        self.words.get(self.at).map_or(&Word::End, |token| &token.word)
    }

    fn position(&self) -> usize {
        self.words.get(self.at).map_or(0, |token| token.at)
    }

    fn is_word(&self, word: &str) -> bool {
        matches!(self.word(), Word::Name { text, marked: false } if text == word)
    }

    fn takes_word(&mut self, word: &str) -> bool {
        let here = self.is_word(word);
        self.at += usize::from(here);
        here
    }

    fn takes_sign(&mut self, sign: &str) -> bool {
        let here = matches!(self.word(), Word::Sign(found) if *found == sign);
        self.at += usize::from(here);
        here
    }
}
