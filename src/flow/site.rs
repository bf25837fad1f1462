//! What is known of the site that flows are checked against.

use super::types::Type;
use crate::base::language::Language;
use crate::base::number::Country;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// The names of a site; `None` means that they are not known, and are not checked.
///
/// Table: a kind of name each.
#[derive(Debug, Clone, Default)]
pub struct Site {
    /// Queues.
    pub queues: Option<BTreeSet<String>>,
    /// Mailboxes.
    pub mailboxes: Option<BTreeSet<String>>,
    /// Prompts of each language, such as `welcome`.
    pub prompts: Option<BTreeMap<Language, BTreeSet<String>>>,
    /// Opening hours.
    pub hours: Option<BTreeSet<String>>,
    /// Languages that callers may hear.
    pub languages: Option<BTreeSet<Language>>,
    /// Countries that may be called.
    pub countries: Option<BTreeSet<Country>>,
    /// Names of music.
    pub music: Option<BTreeSet<String>>,
    /// Web services.
    pub services: Option<BTreeSet<String>>,
    /// Tables, each with the types of its columns.
    pub tables: Option<BTreeMap<String, BTreeMap<String, Type>>>,
    /// How long each prompt is, in the language where it is longest.
    pub lengths: BTreeMap<String, Duration>,
    /// Whether a program speaks texts.
    pub speaks: Option<bool>,
    /// Agents.
    pub agents: Option<BTreeSet<String>>,
    /// Skills that some agent has.
    pub skills: Option<BTreeSet<String>>,
    /// Trunks that call out.
    pub trunks: Option<BTreeSet<String>>,
    /// Numbers that they may show, in E.164; `None` also where one may show any.
    pub anis: Option<BTreeSet<String>>,
    /// Countries whose numbers are dialled without prefix.
    pub homes: Option<BTreeSet<Country>>,
}

/// What a site says of a prompt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PromptState {
    /// There in every language, or prompts are not known.
    Fine,
    /// In no language.
    Nowhere,
    /// Missing in these languages.
    MissingIn(Vec<Language>),
}

impl Site {
    /// Whether a prompt is there in the languages of the site (or else those that have prompts).
    #[must_use]
    pub fn prompt(&self, name: &str) -> PromptState {
        let Some(prompts) = &self.prompts else { return PromptState::Fine };
        let has = |language: &Language| prompts.get(language).is_some_and(|p| p.contains(name));
        if !prompts.values().any(|names| names.contains(name)) {
            return PromptState::Nowhere;
        }
        let missing: Vec<Language> = match &self.languages {
            Some(languages) => languages.iter().filter(|one| !has(one)).cloned().collect(),
            None => prompts.keys().filter(|one| !has(one)).cloned().collect(),
        };
        if missing.is_empty() { PromptState::Fine } else { PromptState::MissingIn(missing) }
    }

    /// A language that callers hear, for examples.
    #[must_use]
    pub fn main_language(&self) -> String {
        let spoken = self.languages.iter().flatten().next();
        let recorded = self.prompts.iter().flat_map(BTreeMap::keys).next();
        let language = spoken.or(recorded).cloned().unwrap_or_else(Language::english);
        language.tag().to_owned()
    }

    /// All names of prompts, for suggestions.
    pub fn prompt_names(&self) -> impl Iterator<Item = &str> {
        self.prompts.iter().flat_map(BTreeMap::values).flatten().map(String::as_str)
    }
}
