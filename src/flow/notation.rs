//! The one table of notations: the decoder, the schema and the reference page are made from it.

mod table;

pub use table::NOTATIONS;

use super::types::Type;
use std::fmt::Write as _;

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

/// What the value of a key is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A condition.
    Condition,
    /// A section of this flow.
    Section,
    /// A flow.
    Flow,
    /// Where an outcome leads: a section, a list of steps, `again` or `end`.
    Outcome,
    /// Keys of the telephone and where each leads.
    Keys,
    /// One key of the telephone, or `none`.
    Key,
    /// Prompts, recordings, or both.
    Prompts,
    /// A value of one of these types, or a variable.
    Value(&'static [Type]),
    /// Names with values.
    Values,
    /// The variable that takes the result.
    Variable,
    /// Any text.
    Text,
    /// A regular expression for the whole text.
    Pattern,
    /// A whole number from … to.
    Integer(i64, i64),
    /// A span of time with its unit.
    Duration,
    /// `9..15`
    Range,
    /// `true` or `false`
    YesNo,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// Kinds of telephone numbers.
    NumberKinds,
    /// Skills, as a list of names or as names with levels.
    Skills,
    /// A map with these keys, or only the value of the first.
    Fields(&'static [Parameter]),
    /// Text with variables in it.
    Template,
    /// Variables with their types, and where each stands in an answer.
    Take,
    /// What is sent: names and values, nested and in lists, or a text.
    Body,
    /// A web service of the site.
    Service,
    /// A table of the site.
    Table,
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

impl Kind {
    /// How it is written, for the reference.
    #[must_use]
    pub fn describe(self) -> String {
        match self {
            Self::Condition => "condition".to_owned(),
            Self::Section => "section".to_owned(),
            Self::Flow => "flow".to_owned(),
            Self::Outcome => "target".to_owned(),
            Self::Keys => "key → target".to_owned(),
            Self::Key => "0–9, star, hash or none".to_owned(),
            Self::Prompts => "prompts, $recordings".to_owned(),
            Self::Value([]) => "value".to_owned(),
            Self::Value(types) => {
                types.iter().map(|kind| kind.word()).collect::<Vec<_>>().join(" or ")
            }
            Self::Values => "name → value".to_owned(),
            Self::Variable => "variable".to_owned(),
            Self::Text => "text".to_owned(),
            Self::Pattern => "regular expression".to_owned(),
            Self::Integer(low, high) => format!("{low} to {high}"),
            Self::Duration => "such as 45s".to_owned(),
            Self::Range => "such as 9..15".to_owned(),
            Self::YesNo => "true or false".to_owned(),
            Self::Choice(words) => words.join(", "),
            Self::NumberKinds => "kinds of numbers".to_owned(),
            Self::Skills => "skills, or skill → level".to_owned(),
            Self::Fields(fields) => {
                fields.iter().map(|field| field.name).collect::<Vec<_>>().join(", ")
            }
            Self::Template => "text with $variables".to_owned(),
            Self::Take => "variable → type, or `at` and `type`".to_owned(),
            Self::Body => "name → value, list or text".to_owned(),
            Self::Service => "service".to_owned(),
            Self::Table => "table".to_owned(),
        }
    }
}

/// The reference listing: every notation with its keys, one line each.
#[must_use]
pub fn reference() -> String {
    let mut text = String::new();
    let mut group = None;
    for notation in NOTATIONS {
        if group != Some(notation.group) {
            group = Some(notation.group);
            let _ = writeln!(text, "# {}\n", notation.group.title());
        }
        let later = if notation.built { "" } else { " (not in this version)" };
        let _ = writeln!(text, "{}: {}{later}", notation.name, notation.doc);
        for alias in notation.aliases {
            let _ = writeln!(text, "  also written `{alias}`");
        }
        for parameter in notation.parameters {
            let kind = parameter.kind.describe();
            let required = if parameter.required { ", required" } else { "" };
            let later = if parameter.built { "" } else { ", not in this version" };
            let name = parameter.name;
            let _ = writeln!(text, "  {name} ({kind}{required}{later}): {}", parameter.doc);
        }
        text.push('\n');
    }
    text
}

/// Escalations that the house raises; flows may add their own with `escalate`.
pub const ESCALATIONS: [&str; 40] = [
    "callback-already-registered",
    "callback-already-started",
    "callback-ani-not-allowed",
    "callback-blocked-number",
    "callback-caller-gone",
    "callback-dismissed",
    "callback-duplicate",
    "callback-invalid-number",
    "callback-limit-reached",
    "callback-not-started",
    "callback-number-not-trusted",
    "callback-queue-closed",
    "callback-started-too-long",
    "callback-store-failed",
    "callback-too-late",
    "flow-missing",
    "flow-runs-in-circles",
    "flow-section-missing",
    "flow-too-deep",
    "gave-up",
    "http-failed",
    "number-invalid",
    "queue-already-joined",
    "queue-closed",
    "queue-full",
    "queue-left",
    "queue-no-agents",
    "queue-not-joined",
    "queue-timeout",
    "queue-unknown",
    "speech-failed",
    "transfer-ani-not-allowed",
    "transfer-blocked-number",
    "transfer-busy",
    "transfer-failed",
    "transfer-invalid-number",
    "transfer-no-answer",
    "voicemail-full",
    "voicemail-store-failed",
    "voicemail-unknown-mailbox",
];

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

    #[test]
    fn the_reference_lists_every_key() {
        let reference = reference();
        assert!(reference.contains("\nmenu: "), "{reference}");
        assert!(reference.contains("\n  gave_up (target): "), "{reference}");
        assert!(reference.contains("\nvoicemail: "), "{reference}");
    }
}
