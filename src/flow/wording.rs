//! How a value is spoken: the prompts of its words, in order.
//!
//! Digits and telephone numbers are spoken alike in all languages; everything else follows each
//! language's grammar, in `en` and `pl`. What comes out are names of prompts such as
//! `digits/7`, `number/20`, `unit/minutes`, which every language ships.

mod en;
mod grammar;
mod phone;
mod pl;

#[cfg(test)]
mod tests;

use super::graph::{Gender, SayKind};
use super::types::Type;
use super::value::Value;
use crate::base::calendar::civil::{CalendarDay, ClockTime};
use crate::base::language::Language;
use crate::base::money::Money;
use grammar::Grammar;
use std::time::Duration;

/// The largest number that is spoken, either way.
pub const NUMBER_MAX: u64 = 999_999_999_999;
/// The years of days that are spoken.
pub const YEARS: std::ops::RangeInclusive<u16> = 1900..=2199;

/// The prompts that speak `value`; `None` where the language has no grammar here, or the kind has
/// no words for the value (a recording as a number, a number above [`NUMBER_MAX`]).
#[must_use]
pub fn say(language: &Language, kind: SayKind, value: &Value) -> Option<Vec<String>> {
    let grammar = grammar_of(language)?;
    let meant = Meant::of(kind, value)?;
    let mut words = Vec::new();
    match meant {
        Meant::Digits(text) => return phone::spelled(&text),
        Meant::Phone(groups) => return phone::spoken(&groups),
        Meant::Number(number) => {
            if number < 0 {
                words.push("number/minus".to_owned());
            }
            let SayKind::Number(gender) = kind else { return None };
            grammar.number(number.unsigned_abs(), gender, &mut words);
        }
        Meant::Position(place) => position(grammar, place, &mut words),
        Meant::Duration(span) => duration(grammar, &span, &mut words),
        Meant::Time(time) => grammar.time(time, &mut words),
        Meant::Date(day) => {
            grammar.day(day, &mut words);
            grammar.year(day.year(), &mut words);
        }
        Meant::Day(day) => grammar.day(day, &mut words),
        Meant::Weekday(day) => words.push(format!("weekday/{}", day.weekday().name())),
        Meant::Money(sum) => money(grammar, sum, &mut words),
    }
    Some(words)
}

/// The same for the eye: `601 234 567`, `12`, `2m 5s`; `None` where [`say`] has no words either.
#[must_use]
pub fn shown(kind: SayKind, value: &Value) -> Option<String> {
    Some(match Meant::of(kind, value)? {
        Meant::Digits(text) => text,
        Meant::Phone(groups) => groups.join(" "),
        Meant::Number(number) => number.to_string(),
        Meant::Position(place) => place.to_string(),
        Meant::Duration(span) => span.shown(),
        Meant::Time(time) => time.to_string(),
        Meant::Date(day) => day.to_string(),
        Meant::Day(day) => day.to_string().split_off("2026-".len()),
        Meant::Weekday(day) => day.weekday().name().to_owned(),
        Meant::Money(sum) => sum.to_string(),
    })
}

/// Whether values can be spoken in a language.
#[must_use]
pub fn speaks(language: &Language) -> bool {
    grammar_of(language).is_some()
}

/// By the first part of the tag, so that `en-gb` speaks too.
fn grammar_of(language: &Language) -> Option<&'static dyn Grammar> {
    match language.tag().split('-').next() {
        Some("en") => Some(&en::English),
        Some("pl") => Some(&pl::Polish),
        _ => None,
    }
}

/// A value as its kind takes it, when it can be spoken.
enum Meant {
    Digits(String),
    Phone(Vec<String>),
    Number(i64),
    Position(u32),
    Duration(Span),
    Time(ClockTime),
    Date(CalendarDay),
    Day(CalendarDay),
    Weekday(CalendarDay),
    Money(Money),
}

impl Meant {
    fn of(kind: SayKind, value: &Value) -> Option<Self> {
        Some(match kind {
            SayKind::Digits => {
                Self::Digits(text(value).filter(|text| phone::spelled(text).is_some())?)
            }
            SayKind::Phone(country) => {
                let groups = phone::groups(&text(value)?, country);
                phone::spoken(&groups)?;
                Self::Phone(groups)
            }
            SayKind::Number(_) => Self::Number(whole(value)?),
            SayKind::Position => {
                let place = u32::try_from(whole(value)?).ok();
                Self::Position(place.filter(|&place| place > 0)?)
            }
            SayKind::Duration => Self::Duration(Span::of(value)?),
            SayKind::Time => {
                let Value::Time(time) = read(Type::Time, value)? else { return None };
                Self::Time(time)
            }
            SayKind::Date => Self::Date(day(value)?),
            SayKind::Day => Self::Day(day(value)?),
            SayKind::Weekday => Self::Weekday(day(value)?),
            SayKind::Money => {
                let Value::Money(sum) = read(Type::Money, value)? else { return None };
                Self::Money(sum)
            }
        })
    }
}

/// Ordinals up to 99, beyond that the plain number after "your place in line is".
fn position(grammar: &dyn Grammar, place: u32, words: &mut Vec<String>) {
    if place > 99 {
        words.push("you-are-number".to_owned());
        return grammar.number(place.into(), Gender::Masculine, words);
    }
    words.push("position/you-are".to_owned());
    grammar.ordinal(place, words);
    words.push("position/in-line".to_owned());
}

/// Its parts that are not zero, "and" before the last.
fn duration(grammar: &dyn Grammar, span: &Span, words: &mut Vec<String>) {
    let parts =
        [(span.hours, "unit/hour"), (span.minutes, "unit/minute"), (span.seconds, "unit/second")];
    let mut spoken: Vec<_> = parts.into_iter().filter(|(count, _)| *count > 0).collect();
    if spoken.is_empty() {
        spoken.push((0, "unit/second"));
    }
    for (at, (count, unit)) in spoken.iter().enumerate() {
        if at > 0 && at + 1 == spoken.len() {
            words.push("unit/and".to_owned());
        }
        grammar.counted(*count, unit, words);
    }
}

/// Whole units, then smaller ones; what is zero is left out, unless all is.
fn money(grammar: &dyn Grammar, sum: Money, words: &mut Vec<String>) {
    let (whole, part) = sum.parts();
    let (unit, smaller) = grammar::nouns(sum.currency());
    if sum.is_negative() {
        words.push("number/minus".to_owned());
    }
    if whole > 0 || part == 0 {
        grammar.counted(whole, unit, words);
    }
    if part > 0 {
        if whole > 0 {
            words.extend(grammar.before_coins().map(str::to_owned));
        }
        grammar.counted(part, smaller, words);
    }
}

/// A span of time as it is spoken; parts of a second are dropped.
struct Span {
    hours: u64,
    minutes: u64,
    seconds: u64,
}

impl Span {
    fn of(value: &Value) -> Option<Self> {
        let Value::Duration(span) = value else { return None };
        let seconds = Duration::as_secs(span);
        let hours = seconds / 3_600;
        let parts = Self { hours, minutes: seconds / 60 % 60, seconds: seconds % 60 };
        (hours <= NUMBER_MAX).then_some(parts)
    }

    fn shown(&self) -> String {
        let parts = [(self.hours, "h"), (self.minutes, "m"), (self.seconds, "s")];
        let parts = parts.iter().filter(|(count, _)| *count > 0);
        let parts: Vec<String> = parts.map(|(count, unit)| format!("{count}{unit}")).collect();
        if parts.is_empty() { "0s".to_owned() } else { parts.join(" ") }
    }
}

/// What has digits: keyed text, a number, a telephone number.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::Text(text) => Some(text.clone()),
        Value::Phone(number) => Some(number.as_str().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        Value::Unknown
        | Value::Duration(_)
        | Value::Time(_)
        | Value::Date(_)
        | Value::Money(_)
        | Value::YesNo(_)
        | Value::Recording(_)
        | Value::Record(_) => None,
    }
}

fn whole(value: &Value) -> Option<i64> {
    let number: i64 = text(value)?.trim().parse().ok()?;
    (number.unsigned_abs() <= NUMBER_MAX).then_some(number)
}

/// The value, or what its text means.
fn read(kind: Type, value: &Value) -> Option<Value> {
    if let Value::Text(text) = value { Value::read(kind, text) } else { Some(value.clone()) }
}

fn day(value: &Value) -> Option<CalendarDay> {
    let Value::Date(day) = read(Type::Date, value)? else { return None };
    YEARS.contains(&day.year()).then_some(day)
}
