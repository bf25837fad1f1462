//! What the value of a key is.

use super::Parameter;
use crate::flow::types::Type;

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
    /// A value of one of these types, or a variable; no types: any.
    Value(&'static [Type]),
    /// Names with values.
    Values,
    /// The variable that takes the result.
    Variable,
    /// Any text.
    Text,
    /// Any texts.
    Texts,
    /// A regular expression for the whole text.
    Pattern,
    /// A whole number from … to.
    Integer(i64, i64),
    /// A span of time with its unit.
    Duration,
    /// A span of time with its unit, or `none`.
    DurationOrNone,
    /// A span of time with its unit, or where it leads when that is over.
    DurationOrOutcome,
    /// `9..15`
    Range,
    /// `true` or `false`
    YesNo,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// One of these words, or a whole number from … to.
    ChoiceOr(&'static [&'static str], i64, i64),
    /// Kinds of telephone numbers.
    NumberKinds,
    /// Skills, as a list of names or as names with levels.
    Skills,
    /// A map with these keys.
    Fields(&'static [Parameter]),
    /// A map with these keys, or only the value of the first.
    FieldsOrFirst(&'static [Parameter]),
    /// Names, each with a map of these keys.
    Named(&'static [Parameter]),
    /// Text with variables in it.
    Template,
    /// Names with texts with variables in them.
    Templates,
    /// Variables with their types, and where each stands in an answer.
    Take,
    /// What is sent: names and values, nested and in lists, or a text.
    Body,
    /// The name of an event, `noun.verb`.
    Event,
    /// A language of the site.
    Language,
    /// Music of the site.
    Music,
    /// An agent of the site, or a variable.
    Agent,
    /// A trunk of the site.
    Trunk,
    /// A web service of the site.
    Service,
    /// A table of the site.
    Table,
    /// The type of a variable.
    Type,
    /// Escalations and where each leads.
    Catch,
    /// Notations with keys of theirs.
    Defaults,
    /// Names of sections, each with its steps.
    Sections,
}

impl Kind {
    /// How it is written, for the reference.
    #[must_use]
    pub fn describe(self) -> String {
        let fixed = match self {
            Self::Condition => "condition",
            Self::Section => "section",
            Self::Flow => "flow",
            Self::Outcome => "target",
            Self::Keys => "key → target",
            Self::Key => "`0` to `9`, `star`, `hash`, `none`",
            Self::Prompts => "prompts, `$recordings`",
            Self::Value([]) => "value",
            Self::Value(types) => {
                let words: Vec<&str> = types.iter().map(|kind| kind.word()).collect();
                return words.join(" or ");
            }
            Self::Values => "name → value",
            Self::Variable => "variable",
            Self::Text => "text",
            Self::Texts => "texts",
            Self::Pattern => "regular expression",
            Self::Integer(low, high) if low == high => return low.to_string(),
            Self::Integer(low, high) => return format!("{low} to {high}"),
            Self::Duration => "such as `45s`",
            Self::DurationOrNone => "such as `3s`, or `none`",
            Self::DurationOrOutcome => "such as `5m`, or target",
            Self::Range => "such as `9..15`",
            Self::YesNo => "`true`, `false`",
            Self::Choice(words) => return quoted(words),
            Self::ChoiceOr(words, low, high) => {
                return format!("{}, or {low} to {high}", quoted(words));
            }
            Self::NumberKinds => "kinds of numbers",
            Self::Skills => "`[billing]` or `{ billing: 3 }`",
            Self::Fields(fields) | Self::FieldsOrFirst(fields) => {
                return format!("{{ {} }}", names(fields));
            }
            Self::Named(fields) => return format!("name → {{ {} }}", names(fields)),
            Self::Template => "text with `$variables`",
            Self::Templates => "name → text with `$variables`",
            Self::Take => "variable → type, or `{ at, type }`",
            Self::Body => "name → value, list or text",
            Self::Event => "`noun.verb`",
            Self::Language => "language",
            Self::Music => "music",
            Self::Agent => "agent",
            Self::Trunk => "trunk",
            Self::Service => "service",
            Self::Table => "table",
            Self::Type => "type",
            Self::Catch => "escalation → target",
            Self::Defaults => "notation → keys",
            Self::Sections => "name → steps",
        };
        fixed.to_owned()
    }
}

fn quoted(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

/// The keys, those that must be there with a star.
fn names(fields: &[Parameter]) -> String {
    let name = |field: &Parameter| {
        let star = if field.required { "*" } else { "" };
        format!("`{}`{star}", field.name)
    };
    fields.iter().map(name).collect::<Vec<_>>().join(", ")
}
