//! One node of a document: what was written, and where.

use crate::base::complaint::Place;

/// A value of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// Where it begins; of a missing value, where its key begins.
    pub place: Place,
    /// What it is.
    pub kind: Kind,
}

/// What a node is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// `{key: value}`, in the order of the text; no key comes twice.
    Map(Vec<(Key, Node)>),
    /// `[value, value]`.
    List(Vec<Node>),
    /// Text as it was written, without its quotes.
    Scalar {
        /// The text; escapes of quoted text are resolved.
        text: String,
        /// Whether quotes (or a block sign) stood around it.
        quoted: bool,
        /// Whether its characters stand in the file one by one, so that a place inside it can be
        /// told.
        exact: bool,
    },
    /// Nothing was written after the key or the dash.
    Null,
}

/// A key of a map.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// The key.
    pub text: String,
    /// Where it begins.
    pub place: Place,
}

impl Node {
    /// The raw text of a scalar.
    #[must_use]
    pub fn scalar(&self) -> Option<&str> {
        match &self.kind {
            Kind::Scalar { text, .. } => Some(text),
            Kind::Map(_) | Kind::List(_) | Kind::Null => None,
        }
    }

    /// The values of a list; a single scalar or map counts as a list of one, nothing as none.
    #[must_use]
    pub fn one_or_many(&self) -> Vec<&Self> {
        match &self.kind {
            Kind::List(items) => items.iter().collect(),
            Kind::Null => Vec::new(),
            Kind::Map(_) | Kind::Scalar { .. } => vec![self],
        }
    }

    /// The value of a key of a map, if it is one and has it.
    #[must_use]
    pub fn child(&self, key: &str) -> Option<&Self> {
        match &self.kind {
            Kind::Map(entries) => {
                entries.iter().find(|(known, _)| known.text == key).map(|(_, node)| node)
            }
            Kind::List(_) | Kind::Scalar { .. } | Kind::Null => None,
        }
    }

    /// The place of the `offset`-th character (from 0) of a scalar; where that cannot be told, the
    /// place of the scalar.
    #[must_use]
    pub fn place_at(&self, offset: usize) -> Place {
        let mut place = self.place.clone();
        if let Kind::Scalar { exact: true, quoted, .. } = &self.kind {
            let offset = u32::try_from(offset).unwrap_or(0);
            place.column = place.column.saturating_add(offset + u32::from(*quoted));
        }
        place
    }

    /// `a list`, `a map` …, for messages.
    #[must_use]
    pub const fn kind_name(&self) -> &'static str {
        match self.kind {
            Kind::Map(_) => "a map",
            Kind::List(_) => "a list",
            Kind::Scalar { .. } => "a single value",
            Kind::Null => "nothing",
        }
    }
}
