//! Reading a map key by key: what is missing and what is unknown is complained about.

use super::node::{Key, Kind, Node};
use super::scalar::clip;
use crate::base::code;
use crate::base::complaint::{Complaints, Place, closest};

/// The keys of one map while they are being read.
///
/// Ask for every key that may stand there, then [`finish`](Self::finish): the rest is unknown.
///
/// ```
/// use ringback::base::complaint::Complaints;
/// use ringback::base::document::{Fields, parse};
///
/// let mut complaints = Complaints::new();
/// let text = "name: sales\nring: 20s\ncallbaks: yes\n";
/// let node = parse("ringback.yaml", text, &mut complaints).expect("YAML");
/// let mut fields = Fields::of(&node, "queue", &mut complaints).expect("a map");
/// let name = fields.required("name", &mut complaints).and_then(|n| n.text(&mut complaints));
/// let ring = fields.take("ring").and_then(|n| n.duration(&mut complaints));
/// let callbacks = fields.take("callbacks");
/// fields.finish(&mut complaints);
/// assert_eq!(name, Some("sales"));
/// assert_eq!(ring.map(|span| span.as_secs()), Some(20));
/// assert!(callbacks.is_none());
/// let complaint = complaints.into_sorted().remove(0);
/// assert_eq!(complaint.code, "unknown-key");
/// assert_eq!(complaint.help.as_deref(), Some("did you mean `callbacks`?"));
/// ```
#[derive(Debug)]
pub struct Fields<'n> {
    /// Where the map begins.
    place: Place,
    /// What it describes, for messages: `queue`, `menu`.
    what: String,
    /// Keys that nobody has taken yet.
    rest: Vec<(&'n Key, &'n Node)>,
    /// Keys that were asked for: the ones to suggest.
    known: Vec<String>,
}

impl<'n> Fields<'n> {
    /// The fields of a map, `what` being what it describes. Nothing at all counts as an empty map;
    /// anything else is complained about.
    pub fn of(node: &'n Node, what: &str, complaints: &mut Complaints) -> Option<Self> {
        let rest = match &node.kind {
            Kind::Map(entries) => entries.iter().map(|(key, value)| (key, value)).collect(),
            Kind::Null => Vec::new(),
            Kind::List(_) | Kind::Scalar { .. } => {
                node.wrong(&format!("a map with the keys of {what}"), complaints);
                return None;
            }
        };
        let what = what.to_owned();
        Some(Self { place: node.place.clone(), what, rest, known: Vec::new() })
    }

    /// Where the map begins.
    #[must_use]
    pub const fn place(&self) -> &Place {
        &self.place
    }

    /// The value of a key, if it is there.
    pub fn take(&mut self, key: &str) -> Option<&'n Node> {
        self.take_entry(key).map(|(_, node)| node)
    }

    /// A key with its value, if it is there.
    pub fn take_entry(&mut self, key: &str) -> Option<(&'n Key, &'n Node)> {
        self.known.push(key.to_owned());
        let index = self.rest.iter().position(|(known, _)| known.text == key)?;
        Some(self.rest.remove(index))
    }

    /// The value of a key that must be there.
    pub fn required(&mut self, key: &str, complaints: &mut Complaints) -> Option<&'n Node> {
        let node = self.take(key);
        if node.is_none() {
            let message = format!("{} needs the key `{key}`", self.what);
            complaints.error(code::MISSING_KEY, &self.place, message);
        }
        node
    }

    /// Whether a key is there and not yet taken.
    #[must_use]
    pub fn has(&self, key: &str) -> bool {
        self.rest.iter().any(|(known, _)| known.text == key)
    }

    /// Whether a key that nobody has taken yet was probably meant to be this one.
    #[must_use]
    pub fn resembles(&self, key: &str) -> bool {
        self.rest.iter().any(|(known, _)| closest(&known.text, [key]).is_some())
    }

    /// Everything that nobody has taken, for maps whose keys are names.
    pub fn take_rest(&mut self) -> Vec<(&'n Key, &'n Node)> {
        std::mem::take(&mut self.rest)
    }

    /// Complains about every key that nobody has asked for.
    pub fn finish(self, complaints: &mut Complaints) {
        for (key, _) in &self.rest {
            let message = format!("{} has no key `{}`", self.what, clip(&key.text));
            let complaint = complaints.error(code::UNKNOWN_KEY, &key.place, message);
            if !self.known.is_empty() {
                complaint.help(format!("known keys: {}", self.known.join(", ")));
            }
            complaint.suggest(&key.text, self.known.iter().map(String::as_str));
        }
    }
}
