//! The tables of the language: notations with their keys, the keys of a flow, escalations. The
//! decoder, the schema of editors and the reference are made from them.

mod escalation;
mod header;
mod kind;
mod table;

pub use escalation::{ESCALATIONS, KnownEscalation};
pub use header::HEADER;
pub use kind::Kind;
pub use table::NOTATIONS;

/// One notation of the language.
#[derive(Debug, Clone, Copy)]
pub struct Notation {
    /// Its word in flows.
    pub name: &'static str,
    /// Other words for it.
    pub aliases: &'static [&'static str],
    /// Where it belongs.
    pub group: Group,
    /// What it does, one line.
    pub doc: &'static str,
    /// The parameter that is meant when only a value is written: `play: welcome`.
    pub main: Option<&'static str>,
    /// Its parameters and outcomes.
    pub parameters: &'static [Parameter],
    /// Whether it can end in an escalation, so that `failed` and names may catch it.
    pub escalates: bool,
    /// Whether time passes in it, as far as the word tells: `wait: 0s` takes none.
    pub takes_time: bool,
    /// Whether this version runs it.
    pub built: bool,
}

/// Groups of notations, in the order of the reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// Where to go on.
    Control,
    /// The call itself.
    Call,
    /// What is heard and keyed.
    Media,
    /// Telephone numbers.
    Numbers,
    /// Waiting for an agent.
    Queue,
    /// Being called back.
    Callback,
    /// Things kept and told.
    Data,
}

/// One key of a notation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parameter {
    /// The key.
    pub name: &'static str,
    /// What its value is.
    pub kind: Kind,
    /// Whether it must be there.
    pub required: bool,
    /// Whether this version runs it.
    pub built: bool,
    /// What it does, one line.
    pub doc: &'static str,
}

impl Notation {
    /// The notation of a word or alias.
    #[must_use]
    pub fn named(word: &str) -> Option<&'static Self> {
        NOTATIONS.iter().find(|known| known.name == word || known.aliases.contains(&word))
    }

    /// The parameter of a key.
    #[must_use]
    pub fn parameter(&self, key: &str) -> Option<&'static Parameter> {
        self.parameters.iter().find(|known| known.name == key)
    }

    /// The keys that lead somewhere.
    pub fn outcomes(&self) -> impl Iterator<Item = &'static Parameter> {
        self.parameters.iter().filter(|known| known.kind == Kind::Outcome)
    }
}

impl Group {
    /// Its title.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Control => "control",
            Self::Call => "call",
            Self::Media => "media",
            Self::Numbers => "numbers",
            Self::Queue => "queue",
            Self::Callback => "callback",
            Self::Data => "data",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_notation_has_one_name_and_says_what_it_does() {
        let mut names = Vec::new();
        for notation in NOTATIONS {
            names.push(notation.name);
            names.extend(notation.aliases);
            assert!(!notation.doc.is_empty(), "{}", notation.name);
            if let Some(main) = notation.main {
                assert!(notation.parameter(main).is_some(), "{}", notation.name);
            }
        }
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
    }

    #[test]
    fn no_key_is_a_word_that_some_readers_make_a_boolean() {
        let boolean = ["on", "off", "yes", "no", "y", "n", "true", "false"];
        for notation in NOTATIONS {
            for parameter in notation.parameters {
                assert!(!boolean.contains(&parameter.name), "{}", parameter.name);
            }
        }
    }
}
