//! The keys of one step: what is written there, and what `defaults` adds.

use super::Decoder;
use super::advice;
use crate::base::code;
use crate::base::complaint::{Place, closest};
use crate::base::document::scalar::clip;
use crate::base::document::{Key, Kind, Node};
use crate::flow::notation::{Kind as ParameterKind, KnownEscalation, Notation};

/// The parameters of one step while they are being read.
#[derive(Debug)]
pub(super) struct Parameters<'a> {
    pub(super) notation: &'static Notation,
    /// Where the notation's word stands.
    pub(super) place: Place,
    given: Vec<Given<'a>>,
    /// What catches an escalation: its name, and where it leads.
    pub(super) catches: Vec<(&'a str, &'a Node)>,
    /// The keys `catch`.
    pub(super) catch_maps: Vec<&'a Node>,
    /// Whether a key was complained about.
    pub(super) refused: bool,
    /// Keys that were probably meant by others that are misspelt.
    meant: Vec<&'static str>,
}

/// One key that is written, or a default.
#[derive(Debug, Clone, Copy)]
struct Given<'a> {
    name: &'a str,
    place: &'a Place,
    node: &'a Node,
}

impl<'a> Parameters<'a> {
    fn none(notation: &'static Notation, place: &Place) -> Self {
        let place = place.clone();
        let (given, catches, catch_maps) = (Vec::new(), Vec::new(), Vec::new());
        let (refused, meant) = (false, Vec::new());
        Self { notation, place, given, catches, catch_maps, refused, meant }
    }

    /// The value of a key of the table.
    pub(super) fn take(&mut self, name: &str) -> Option<&'a Node> {
        debug_assert!(self.notation.parameter(name).is_some(), "{} has {name}", self.notation.name);
        let index = self.given.iter().position(|given| given.name == name)?;
        Some(self.given.remove(index).node)
    }

    /// Keys that nobody took; there must be none.
    pub(super) fn left(&self) -> impl Iterator<Item = &str> {
        self.given.iter().map(|given| given.name)
    }
}

impl<'a> Decoder<'a> {
    /// Sorts the keys of a step: `value` belongs to the notation's word `word`, `beside` are the
    /// other keys of the step.
    pub(super) fn parameters(
        &mut self,
        notation: &'static Notation,
        word: &'a Key,
        value: &'a Node,
        beside: Vec<(&'a Key, &'a Node)>,
    ) -> Parameters<'a> {
        let own = self.own_keys(notation, word, value);
        let unread = own.is_none();
        let mut keys = own.unwrap_or_default();
        let beside = beside.into_iter();
        keys.extend(beside.map(|(key, node)| Given { name: &key.text, place: &key.place, node }));
        let mut found = Parameters::none(notation, &word.place);
        found.refused = unread;
        for given in keys {
            self.sort(given, &mut found);
        }
        self.add_defaults(&mut found);
        if !unread {
            self.nothing_is_missing(&found);
        }
        found
    }

    /// A step that is only a word.
    pub(super) fn bare(&mut self, notation: &'static Notation, place: &Place) -> Parameters<'a> {
        let mut found = Parameters::none(notation, place);
        self.add_defaults(&mut found);
        self.nothing_is_missing(&found);
        found
    }

    /// The keys in the value of a notation; `None` where it is something else, which is told.
    fn own_keys(
        &mut self,
        notation: &'static Notation,
        word: &'a Key,
        value: &'a Node,
    ) -> Option<Vec<Given<'a>>> {
        let main = notation.main.and_then(|main| notation.parameter(main));
        Some(match (&value.kind, main) {
            (Kind::Null, _) => Vec::new(),
            (Kind::Map(_), Some(main)) if main.kind == ParameterKind::Values => {
                vec![Given { name: main.name, place: &word.place, node: value }]
            }
            (Kind::Map(entries), _) => entries
                .iter()
                .map(|(key, node)| Given { name: &key.text, place: &key.place, node })
                .collect(),
            (Kind::List(_) | Kind::Scalar { .. }, Some(main)) => {
                vec![Given { name: main.name, place: &word.place, node: value }]
            }
            (Kind::List(_) | Kind::Scalar { .. }, None) => {
                let name = notation.name;
                if notation.parameters.is_empty() {
                    let message = format!("`{name}` takes no value");
                    self.complaints.error(code::WRONG_VALUE, &value.place, message);
                } else {
                    let keys: Vec<&str> = notation.parameters.iter().map(|key| key.name).collect();
                    value
                        .wrong(&format!("the keys of `{name}`"), self.complaints)
                        .help(format!("write a key and its value; keys: {}", keys.join(", ")));
                }
                return None;
            }
        })
    }

    fn sort(&mut self, given: Given<'a>, found: &mut Parameters<'a>) {
        let notation = found.notation;
        if let Some(parameter) = notation.parameter(given.name) {
            if found.given.iter().any(|other| other.name == given.name) {
                let message = format!("the key `{}` comes a second time", given.name);
                self.complaints.error(code::DUPLICATE_KEY, given.place, message);
            } else if parameter.built {
                found.given.push(given);
            } else {
                found.refused = true;
                let (key, name) = (given.name, notation.name);
                let message = format!("`{key}` of `{name}` is not run by this version yet");
                self.complaints.error(code::NOT_BUILT, given.place, message);
            }
            return;
        }
        if notation.escalates && given.name == "catch" {
            found.catch_maps.push(given.node);
        } else if notation.escalates && self.is_escalation(given.name) {
            found.catches.push((given.name, given.node));
        } else {
            found.refused = true;
            let meant = self.unknown_key(notation, given.name, given.place);
            found.meant.extend(meant);
        }
    }

    /// Whether something can be raised by this name; `failed` is any of one step.
    pub(super) fn is_escalation(&self, name: &str) -> bool {
        name == "failed"
            || KnownEscalation::is_known(name)
            || self.around.escalations.contains(name)
    }

    /// Complains of a key; the answer is the one that was probably meant.
    fn unknown_key(
        &mut self,
        notation: &'static Notation,
        key: &str,
        place: &Place,
    ) -> Option<&'static str> {
        let name = notation.name;
        let shown = clip(key);
        if Notation::named(key).is_some() {
            let message = format!("a step is one notation; this has `{name}` and `{shown}`");
            let help = "begin another step with `-`";
            self.complaints.error(code::TWO_NOTATIONS, place, message).help(help);
            return None;
        }
        let message = format!("`{name}` has no key `{shown}`");
        let own: Vec<&'static str> = notation.parameters.iter().map(|known| known.name).collect();
        let raised = KnownEscalation::names().chain(["failed"]).filter(|_| notation.escalates);
        let complaint = self.complaints.error(code::UNKNOWN_KEY, place, message);
        if !own.is_empty() {
            complaint.help(format!("known keys: {}", own.join(", ")));
        }
        // What a step has of its own is nearer than what any step can raise.
        complaint.suggest(key, raised).suggest(key, own.iter().copied());
        if let Some(help) = advice::of_key(notation, key) {
            complaint.help(help);
            return None;
        }
        closest(key, own)
    }

    fn add_defaults(&mut self, found: &mut Parameters<'a>) {
        let name = found.notation.name;
        let default = self.header.defaults.iter().find(|(key, _)| key.text == name);
        let Some((_, Node { kind: Kind::Map(entries), .. })) = default else { return };
        for (key, node) in entries {
            let known = found.notation.parameter(&key.text).is_some_and(|known| known.built);
            if known && !found.given.iter().any(|given| given.name == key.text) {
                found.given.push(Given { name: &key.text, place: &key.place, node });
            }
        }
    }

    fn nothing_is_missing(&mut self, found: &Parameters<'_>) {
        let required = found.notation.parameters.iter().filter(|parameter| parameter.required);
        for parameter in required.filter(|parameter| !found.meant.contains(&parameter.name)) {
            if !found.given.iter().any(|given| given.name == parameter.name) {
                let (name, key) = (found.notation.name, parameter.name);
                let message = match found.notation.main {
                    Some(main) if main == key => {
                        format!("`{name}` needs a value: {}", parameter.doc)
                    }
                    _ => format!("`{name}` needs the key `{key}`: {}", parameter.doc),
                };
                self.complaints.error(code::MISSING_KEY, &found.place, message);
            }
        }
    }

    /// The keys of `defaults` must belong to their notations.
    pub(super) fn check_defaults(&mut self) {
        for (key, node) in &self.header.defaults {
            let Some(notation) = Notation::named(&key.text) else {
                self.unknown_notation(&key.text, &key.place);
                continue;
            };
            let Kind::Map(entries) = &node.kind else {
                node.wrong(&format!("the keys of `{}`", notation.name), self.complaints);
                continue;
            };
            for (key, _) in entries {
                if !notation.parameter(&key.text).is_some_and(|parameter| parameter.built) {
                    self.unknown_key(notation, &key.text, &key.place);
                }
            }
        }
    }
}
