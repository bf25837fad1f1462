//! `ringback say`: what a caller would hear, as words and as the names of prompts.

use super::EXIT_USAGE;
use super::output::{answer, tell};
use crate::base::language::Language;
use crate::base::money::Currency;
use crate::base::number::Country;
use crate::flow::graph::{Gender, SayKind};
use crate::flow::types::Type;
use crate::flow::value::Value;
use crate::flow::wording;
use crate::io::prompts;
use clap::ValueEnum;
use std::process::ExitCode;

/// What to say.
#[derive(Debug, clap::Args)]
pub(super) struct SayArguments {
    /// The language, such as en or pl
    language: String,
    /// How to say it
    kind: Kind,
    /// What, such as 601234567, 3, 125s, 20:15, 2026-11-23 or "12.50 PLN"
    #[arg(allow_hyphen_values = true)]
    value: String,
    /// Of a number: what is counted
    #[arg(long, default_value = "masculine")]
    gender: Counted,
    /// Of a phone: say its numbers as they are dialled in this country, such as PL
    #[arg(long)]
    country: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Kind {
    Digits,
    Phone,
    Number,
    Position,
    Duration,
    Time,
    Date,
    Day,
    Weekday,
    Money,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Counted {
    Masculine,
    Feminine,
    Neuter,
}

pub(super) fn say(arguments: &SayArguments) -> ExitCode {
    match spoken(arguments) {
        Ok((words, prompts)) => {
            answer(&words);
            answer(&prompts);
            ExitCode::SUCCESS
        }
        Err(wrong) => {
            tell(&wrong);
            ExitCode::from(EXIT_USAGE)
        }
    }
}

/// The words, and the names of their prompts.
fn spoken(arguments: &SayArguments) -> Result<(String, String), String> {
    let language = Language::new(&arguments.language)
        .ok_or_else(|| format!("{:?} is no language; try en or pl", arguments.language))?;
    let country = match &arguments.country {
        None => None,
        Some(code) => Some(
            Country::new(code)
                .ok_or_else(|| format!("{code:?} is no country; give two letters, such as PL"))?,
        ),
    };
    let (kind, value) = meant(arguments, country)?;
    let Some(names) = wording::say(&language, kind, &value) else {
        return Err(no_words(&language, arguments));
    };
    let texts = prompts::texts(&language);
    let words = names.iter().filter(|name| !name.starts_with("pause/"));
    let words: Vec<&str> =
        words.map(|name| texts.get(name.as_str()).copied().unwrap_or(name)).collect();
    Ok((words.join(" "), names.join(" ")))
}

fn meant(arguments: &SayArguments, country: Option<Country>) -> Result<(SayKind, Value), String> {
    let (kind, of) = match arguments.kind {
        Kind::Digits => (SayKind::Digits, Type::Text),
        Kind::Phone => (SayKind::Phone(country), Type::Text),
        Kind::Number => (SayKind::Number(arguments.gender.into()), Type::Number),
        Kind::Position => (SayKind::Position, Type::Number),
        Kind::Duration => (SayKind::Duration, Type::Duration),
        Kind::Time => (SayKind::Time, Type::Time),
        Kind::Date => (SayKind::Date, Type::Date),
        Kind::Day => (SayKind::Day, Type::Date),
        Kind::Weekday => (SayKind::Weekday, Type::Date),
        Kind::Money => (SayKind::Money, Type::Money),
    };
    let value = Value::read(of, &arguments.value);
    let value = value.ok_or_else(|| {
        format!("{:?} is no {}; write {}", arguments.value, of.word(), example(arguments.kind))
    })?;
    Ok((kind, value))
}

/// Why a value of the right type has no words.
fn no_words(language: &Language, arguments: &SayArguments) -> String {
    let one = Value::Number(1);
    if wording::say(language, SayKind::Number(Gender::Masculine), &one).is_none() {
        return format!(
            "there is no grammar of {language}: `say` speaks en and pl; record whole sentences, \
             and `play` them"
        );
    }
    format!("{:?} has no words; give {}", arguments.value, example(arguments.kind))
}

fn example(kind: Kind) -> String {
    match kind {
        Kind::Digits => "digits, `*` and `#`, such as 4711#".to_owned(),
        Kind::Phone => "a telephone number, such as +48601234567".to_owned(),
        Kind::Number => format!("a whole number up to {}, such as 42", wording::NUMBER_MAX),
        Kind::Position => "a place from 1 on, such as 3".to_owned(),
        Kind::Duration => "a span of time with its units, such as 2m5s".to_owned(),
        Kind::Time => "a time of day, such as 20:15".to_owned(),
        Kind::Date | Kind::Day | Kind::Weekday => {
            let (first, last) = (wording::YEARS.start(), wording::YEARS.end());
            format!("a day of {first} to {last}, such as 2026-11-23")
        }
        Kind::Money => {
            let codes = Currency::ALL.map(Currency::code).join(", ");
            format!("a sum such as \"12.50 PLN\", in {codes}")
        }
    }
}

impl From<Counted> for Gender {
    fn from(counted: Counted) -> Self {
        match counted {
            Counted::Masculine => Self::Masculine,
            Counted::Feminine => Self::Feminine,
            Counted::Neuter => Self::Neuter,
        }
    }
}
