//! `ringback say`: what a caller would hear, as the names of prompts.

use super::EXIT_USAGE;
use super::output::{answer, tell};
use crate::base::document::duration::parse_duration;
use crate::base::language::Language;
use crate::flow::graph::SayKind;
use crate::flow::value::Value;
use crate::flow::wording;
use clap::ValueEnum;
use std::process::ExitCode;

/// What to say.
#[derive(Debug, clap::Args)]
pub(super) struct SayArguments {
    /// The language, such as en or pl
    language: String,
    /// How to say it
    kind: Kind,
    /// What, such as 601234567, 3 or 125s
    value: String,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Kind {
    Digits,
    Phone,
    Number,
    Position,
    Duration,
}

pub(super) fn say(arguments: &SayArguments) -> ExitCode {
    let Some(language) = Language::new(&arguments.language) else {
        tell(&format!("{:?} is no language; try en or pl", arguments.language));
        return ExitCode::from(EXIT_USAGE);
    };
    let Some((kind, value)) = meant(arguments) else {
        tell(&format!("{:?} does not fit; try 601234567, 3 or 125s", arguments.value));
        return ExitCode::from(EXIT_USAGE);
    };
    match wording::say(&language, kind, &value) {
        Some(prompts) => {
            answer(&prompts.join(" "));
            ExitCode::SUCCESS
        }
        None => {
            tell(&format!("{language} has no words for that"));
            ExitCode::from(EXIT_USAGE)
        }
    }
}

fn meant(arguments: &SayArguments) -> Option<(SayKind, Value)> {
    let text = arguments.value.clone();
    let number = || text.parse().ok().map(Value::Number);
    Some(match arguments.kind {
        Kind::Digits => (SayKind::Digits, Value::Text(text)),
        Kind::Phone => (SayKind::Phone, Value::Text(text)),
        Kind::Number => (SayKind::Number, number()?),
        Kind::Position => (SayKind::Position, number()?),
        Kind::Duration => (SayKind::Duration, Value::Duration(parse_duration(&text)?)),
    })
}
