//! Text with variables in it, each of which must have a text.

use super::Decoder;
use crate::base::code;
use crate::base::document::{Key, Kind, Node};
use crate::flow::graph::Shape;
use crate::flow::known::Answer;
use crate::flow::template::{Part, Template};
use crate::flow::types::Type;
use std::collections::BTreeMap;

impl<'a> Decoder<'a> {
    /// A text with variables in it; an empty one after a mistake.
    pub(super) fn template(&mut self, node: Option<&'a Node>) -> Template {
        let text = node.and_then(|node| Some((node, node.text(self.complaints)?)));
        let Some((node, text)) = text else { return Template::default() };
        let (template, offsets) = match Template::read(text) {
            Ok(read) => read,
            Err(reason) => {
                self.complaints.error(code::WRONG_VALUE, &node.place, reason);
                return Template::default();
            }
        };
        self.looks_like_a_variable(node, text);
        let variables = template.parts.iter().filter_map(|part| match part {
            Part::Variable(path) => Some(path),
            Part::Text(_) => None,
        });
        for (path, offset) in variables.zip(offsets) {
            self.written_variable(path, node, offset);
        }
        template
    }

    /// Warns of variables as other languages write them, and of one without its `$`.
    fn looks_like_a_variable(&mut self, node: &Node, text: &str) {
        let (message, help) = if text.contains("{{") && text.contains("}}") {
            let message = "braces mean nothing in a text";
            (message.to_owned(), "a variable is written as `$name`".to_owned())
        } else if text.contains('.') && self.is_of_a_value(node, text) {
            (format!("`{text}` is a text here"), format!("write `${text}`"))
        } else {
            return;
        };
        self.complaints.warning(code::FORGOTTEN_DOLLAR, &node.place, message).help(help);
    }

    /// A variable in a text must be known, and have a text.
    fn written_variable(&mut self, path: &[String], node: &Node, offset: usize) {
        let place = node.place_at(offset);
        let name = path.join(".");
        match self.scope.resolve(path, &place) {
            Ok(meaning) => match meaning.answer {
                Answer::Value(kind @ (Type::Recording | Type::Record)) => {
                    let message = format!("`${name}` is a {}, which has no text", kind.word());
                    self.complaints.error(code::TYPE_MISMATCH, &place, message);
                }
                Answer::Value(_) | Answer::Untold => {}
            },
            Err(complaint) => {
                self.complaints.push(complaint);
            }
        }
    }

    /// Names with texts.
    pub(super) fn templates(
        &mut self,
        node: Option<&'a Node>,
        what: &str,
    ) -> Vec<(&'a Key, Template)> {
        let entries = self.entries(node, what);
        entries.into_iter().map(|(key, node)| (key, self.template(Some(node)))).collect()
    }

    /// What other systems are told: a variable alone keeps its type, one inside a text is text.
    pub(super) fn shape(&mut self, node: &'a Node) -> Shape {
        match &node.kind {
            Kind::Map(entries) => Shape::Map(self.shapes(entries)),
            Kind::List(items) => Shape::List(items.iter().map(|item| self.shape(item)).collect()),
            Kind::Scalar { text, .. } => {
                let alone = text.strip_prefix('$').is_some_and(is_path);
                if text.contains('$') && !alone {
                    Shape::Text(self.template(Some(node)))
                } else {
                    Shape::Value(self.operand(node, &[]))
                }
            }
            Kind::Null => Shape::Value(super::value::UNREADABLE),
        }
    }

    /// Names with shapes.
    pub(super) fn shapes(&mut self, entries: &'a [(Key, Node)]) -> BTreeMap<String, Shape> {
        entries.iter().map(|(key, node)| (key.text.clone(), self.shape(node))).collect()
    }
}

/// Whether this is the path of a variable and nothing else.
fn is_path(text: &str) -> bool {
    let starts = text.starts_with(|letter: char| letter.is_ascii_alphabetic() || letter == '_');
    let letter = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.');
    starts && text.chars().all(letter) && !text.ends_with('.')
}
