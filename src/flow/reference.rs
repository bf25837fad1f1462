//! The reference of the language in Markdown, made from its tables.

use super::expression::{FUNCTIONS, Signature};
use super::known::{Answer, FACTS, Fact};
use super::notation::{
    ESCALATIONS, Group, HEADER, KnownEscalation, NOTATIONS, Notation, Parameter,
};
use super::types::STATED;
use std::fmt::Write as _;

/// The whole reference.
#[must_use]
pub fn reference() -> String {
    let mut text = String::from("# The flow language\n");
    let mut chapter = |title: &str, body: &str| {
        let _ = write!(text, "\n## {title}\n\n{body}");
    };
    chapter("Keys of a flow", &header());
    let mut groups: Vec<Group> = NOTATIONS.iter().map(|notation| notation.group).collect();
    groups.dedup();
    for group in groups {
        let of_group = NOTATIONS.iter().filter(|notation| notation.group == group);
        let entries: Vec<String> = of_group.map(entry).collect();
        chapter(group.title(), &entries.join("\n"));
    }
    chapter("Types", &types());
    chapter("Functions of conditions", &functions());
    chapter("Facts", &facts());
    chapter("Escalations", &escalations());
    text
}

/// What the reference says of one word: a notation, its alias, a function, a fact or object, an
/// escalation, a type, a key of a flow. `None` for a word that the language does not have.
#[must_use]
pub fn of_word(word: &str) -> Option<String> {
    let mut found: Vec<String> = Notation::named(word).map(entry).into_iter().collect();
    let keys: Vec<&Parameter> = HEADER.iter().filter(|key| key.name == word).collect();
    if !keys.is_empty() {
        found.push(table("key of a flow | value", keys.into_iter().map(parameter_row)));
    }
    let called = FUNCTIONS.iter().filter(|known| known.name == word);
    let called: Vec<String> = called.map(function_row).collect();
    if !called.is_empty() {
        found.push(table("function | gives", called.into_iter()));
    }
    let asked: Vec<String> = FACTS
        .iter()
        .filter(|fact| fact.object == word || name_of(fact) == word)
        .map(fact_row)
        .collect();
    if !asked.is_empty() {
        found.push(table("fact | type", asked.into_iter()));
    }
    let raised = ESCALATIONS.iter().filter(|known| known.name == word);
    let raised: Vec<String> = raised.map(escalation_row).collect();
    if !raised.is_empty() {
        found.push(table("escalation | raised by", raised.into_iter()));
    }
    let stated = STATED.iter().filter(|(name, _)| *name == word);
    found.extend(stated.map(|(name, kind)| format!("the type `{name}`: {}\n", kind.doc())));
    (!found.is_empty()).then(|| found.join("\n"))
}

/// Every word of which [`of_word`] has something to say.
pub fn words() -> impl Iterator<Item = &'static str> {
    let notations = NOTATIONS.iter().flat_map(|one| one.aliases.iter().copied().chain([one.name]));
    let others = HEADER.iter().map(|key| key.name).chain(FUNCTIONS.iter().map(|one| one.name));
    let facts = FACTS.iter().map(|fact| fact.object).chain(STATED.iter().map(|(name, _)| *name));
    notations.chain(others).chain(facts).chain(KnownEscalation::names())
}

/// A notation: its heading, what it does, its keys.
fn entry(notation: &Notation) -> String {
    let mut text = format!("### `{}`\n\n{}\n", notation.name, sentence(notation));
    let keys = keys(notation);
    if !keys.is_empty() {
        let _ = write!(text, "\n{keys}");
    }
    text
}

/// What a notation does, whether it can fail, how else it is written.
#[must_use]
pub fn sentence(notation: &Notation) -> String {
    let mut letters = notation.doc.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    let mut text: String = first.into_iter().chain(letters).collect();
    text.push('.');
    if notation.escalates {
        text.push_str(" Can fail.");
    }
    for alias in notation.aliases {
        let _ = write!(text, " Also written `{alias}`.");
    }
    text
}

/// The table of a notation's keys; empty if it has none.
#[must_use]
pub fn keys(notation: &Notation) -> String {
    let built = || notation.parameters.iter().filter(|parameter| parameter.built);
    if built().next().is_none() {
        return String::new();
    }
    let row = |parameter: &Parameter| {
        let name = format!("`{}`", parameter.name);
        let bold = if notation.main == Some(parameter.name) { "**" } else { "" };
        let star = if parameter.required { "*" } else { "" };
        format!("{bold}{name}{bold}{star} | {} | {}", parameter.kind.describe(), parameter.doc)
    };
    table("key | value", built().map(row))
}

/// The table of the keys of a flow.
#[must_use]
pub fn header() -> String {
    table("key of a flow | value", HEADER.iter().map(parameter_row))
}

fn parameter_row(parameter: &Parameter) -> String {
    let star = if parameter.required { "*" } else { "" };
    format!("`{}`{star} | {} | {}", parameter.name, parameter.kind.describe(), parameter.doc)
}

/// The table of the types.
#[must_use]
pub fn types() -> String {
    let row = |(name, kind): &(&str, super::types::Type)| format!("`{name}` | {}", kind.doc());
    let rows: Vec<String> = STATED.iter().map(row).collect();
    lines("type | written", rows.into_iter())
}

/// The table of the functions.
#[must_use]
pub fn functions() -> String {
    table("function | gives", FUNCTIONS.iter().map(function_row))
}

fn function_row(function: &Signature) -> String {
    let call = format!("{}({})", function.name, function.arguments.join(", "));
    format!("`{call}` | {} | {}: `{}`", function.returns.word(), function.doc, function.example)
}

/// The table of the facts.
#[must_use]
pub fn facts() -> String {
    table("fact | type", FACTS.iter().map(fact_row))
}

fn name_of(fact: &Fact) -> String {
    format!("{}.{}", fact.object, fact.field)
}

fn fact_row(fact: &Fact) -> String {
    let kind = match fact.answer {
        Answer::Value(kind) => kind.word(),
        Answer::Untold => "any",
    };
    format!("`{}` | {kind} | {}", name_of(fact), fact.doc)
}

/// The table of the escalations.
#[must_use]
pub fn escalations() -> String {
    table("escalation | raised by", ESCALATIONS.iter().map(escalation_row))
}

fn escalation_row(escalation: &KnownEscalation) -> String {
    let raised: Vec<String> = escalation.raised_by.iter().map(|name| format!("`{name}`")).collect();
    format!("`{}` | {} | {}", escalation.name, raised.join(", "), escalation.doc)
}

/// A table of three columns, the last one without a title.
fn table(titles: &str, rows: impl Iterator<Item = String>) -> String {
    lines(&format!("{titles} | "), rows)
}

fn lines(titles: &str, rows: impl Iterator<Item = String>) -> String {
    let columns = titles.split('|').count();
    let mut text = format!("| {titles} |\n|{}\n", " --- |".repeat(columns)).replace("|  |", "| |");
    for row in rows {
        let _ = writeln!(text, "| {row} |");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_of_the_language_is_found_and_stands_in_the_whole() {
        let whole = reference();
        for word in words() {
            let told = of_word(word).unwrap_or_default();
            let line = told.lines().find(|line| line.contains(word)).unwrap_or_default();
            assert!(!line.is_empty(), "{word}");
            assert!(whole.contains(word), "{word}");
        }
        assert_eq!(of_word("no_such_word"), None);
    }

    #[test]
    fn the_reference_lists_every_key() {
        let whole = reference();
        for notation in NOTATIONS.iter().filter(|notation| notation.built) {
            let (_, rest) = whole.split_once(&format!("### `{}`\n", notation.name)).expect("it");
            let told = rest.split("\n### ").next().unwrap_or_default();
            for parameter in notation.parameters {
                let row = told.lines().any(|line| {
                    line.trim_start_matches("| ")
                        .trim_start_matches("**")
                        .starts_with(&format!("`{}`", parameter.name))
                });
                assert_eq!(row, parameter.built, "{}: {}", notation.name, parameter.name);
            }
        }
    }
}
