//! How a value is spoken: the prompts of its words, in order.
//!
//! Digits and telephone numbers are spoken alike in all languages; numbers, places and spans of
//! time follow each language's grammar, in `en` and `pl`. What comes out are names of
//! prompts such as `digits/7`, `number/20`, `unit/minutes`, which every language ships.

mod en;
mod pl;

#[cfg(test)]
mod tests;

use super::graph::SayKind;
use super::value::Value;
use crate::base::language::Language;
use std::time::Duration;

/// The largest number that is spoken.
pub const NUMBER_MAX: u32 = 999_999;

/// The prompts that speak `value`; `None` where the language has no grammar here, or the kind has
/// no words for the value (a recording as a number, a number above [`NUMBER_MAX`]).
#[must_use]
pub fn say(language: &Language, kind: SayKind, value: &Value) -> Option<Vec<String>> {
    let grammar = Grammar::of(language)?;
    match kind {
        SayKind::Digits => spelled(&text(value)?),
        SayKind::Phone => phone(&text(value)?),
        SayKind::Number => whole(value).map(|number| grammar.number(number)),
        SayKind::Position => place(value).map(|place| grammar.position(place)),
        SayKind::Duration => span(value).map(|span| grammar.duration(span)),
    }
}

/// The same for the eye: `601 234 567`, `12`, `2m 5s`; `None` where [`say`] has no words either.
#[must_use]
pub fn shown(kind: SayKind, value: &Value) -> Option<String> {
    match kind {
        SayKind::Digits => text(value).filter(|text| spelled(text).is_some()),
        SayKind::Phone => {
            let text = text(value)?;
            phone(&text).map(|_| groups(&text).join(" "))
        }
        SayKind::Number => whole(value).map(|number| number.to_string()),
        SayKind::Position => place(value).map(|place| place.to_string()),
        SayKind::Duration => span(value).map(|span| {
            let parts = [(span.hours, "h"), (span.minutes, "m"), (span.seconds, "s")];
            let parts = parts.iter().filter(|(count, _)| *count > 0);
            let parts: Vec<String> = parts.map(|(count, unit)| format!("{count}{unit}")).collect();
            if parts.is_empty() { "0s".to_owned() } else { parts.join(" ") }
        }),
    }
}

/// The languages whose grammar is known.
#[derive(Clone, Copy)]
enum Grammar {
    English,
    Polish,
}

impl Grammar {
    /// By the first part of the tag, so that `en-gb` speaks too.
    fn of(language: &Language) -> Option<Self> {
        match language.tag().split('-').next() {
            Some("en") => Some(Self::English),
            Some("pl") => Some(Self::Polish),
            _ => None,
        }
    }

    fn number(self, number: u32) -> Vec<String> {
        let mut words = Vec::new();
        match self {
            Self::English => en::number(number, &mut words),
            Self::Polish => pl::number(number, &mut words),
        }
        words
    }

    /// Ordinals up to 99, beyond that the plain number after "your place in line is".
    fn position(self, place: u32) -> Vec<String> {
        if place > 99 {
            return std::iter::once("you-are-number".to_owned())
                .chain(self.number(place))
                .collect();
        }
        let mut words = vec!["position/you-are".to_owned()];
        match self {
            Self::English => en::ordinal(place, &mut words),
            Self::Polish => pl::ordinal(place, &mut words),
        }
        words.push("position/in-line".to_owned());
        words
    }

    /// Its parts that are not zero, "and" before the last.
    fn duration(self, span: Span) -> Vec<String> {
        let parts =
            [(span.hours, Unit::Hour), (span.minutes, Unit::Minute), (span.seconds, Unit::Second)];
        let mut spoken: Vec<_> = parts.into_iter().filter(|(count, _)| *count > 0).collect();
        if spoken.is_empty() {
            spoken.push((0, Unit::Second));
        }
        let mut words = Vec::new();
        for (at, (count, unit)) in spoken.iter().enumerate() {
            if at > 0 && at + 1 == spoken.len() {
                words.push("unit/and".to_owned());
            }
            match self {
                Self::English => en::counted(*count, unit.name(), &mut words),
                Self::Polish => pl::counted(*count, unit.name(), &mut words),
            }
        }
        words
    }
}

/// A unit of time.
#[derive(Clone, Copy)]
enum Unit {
    Hour,
    Minute,
    Second,
}

impl Unit {
    /// Its prompt in the singular; other forms add to it.
    const fn name(self) -> &'static str {
        match self {
            Self::Hour => "unit/hour",
            Self::Minute => "unit/minute",
            Self::Second => "unit/second",
        }
    }
}

/// A span of time as it is spoken; parts of a second are dropped.
struct Span {
    hours: u32,
    minutes: u32,
    seconds: u32,
}

fn span(value: &Value) -> Option<Span> {
    let Value::Duration(span) = value else { return None };
    let seconds = Duration::as_secs(span);
    let hours = u32::try_from(seconds / 3_600).ok().filter(|&hours| hours <= NUMBER_MAX)?;
    let minutes = u32::try_from(seconds / 60 % 60).ok()?;
    Some(Span { hours, minutes, seconds: u32::try_from(seconds % 60).ok()? })
}

/// What has digits: keyed text, a number, a telephone number.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::Text(text) => Some(text.clone()),
        Value::Phone(number) => Some(number.as_str().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        Value::Unknown
        | Value::Duration(_)
        | Value::YesNo(_)
        | Value::Recording(_)
        | Value::Record(_) => None,
    }
}

fn whole(value: &Value) -> Option<u32> {
    let number: u32 = text(value)?.trim().parse().ok()?;
    (number <= NUMBER_MAX).then_some(number)
}

fn place(value: &Value) -> Option<u32> {
    whole(value).filter(|&place| place > 0)
}

/// Each key by its name; what only separates is not spoken.
fn spelled(text: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    for key in text.chars().filter(|key| !" -./()".contains(*key)) {
        words.push(match key {
            '0'..='9' => format!("digits/{key}"),
            '*' => "digits/star".to_owned(),
            '#' => "digits/hash".to_owned(),
            '+' => "digits/plus".to_owned(),
            _ => return None,
        });
    }
    (!words.is_empty()).then_some(words)
}

/// Group by group, with a pause between two.
fn phone(text: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    for group in groups(text) {
        if !words.is_empty() {
            words.push("pause/group".to_owned());
        }
        words.extend(spelled(&group)?);
    }
    (!words.is_empty()).then_some(words)
}

/// The groups in which people say a telephone number.
///
/// Polish ones without their country: mobiles 3-3-3, others 2-3-2-2. Other E.164 numbers begin
/// with `+` and the country, those of North America go on as 3-3-4. Anything else in groups of
/// three, with one or two pairs at the end.
fn groups(text: &str) -> Vec<String> {
    let digits: String = text.chars().filter(|key| !" -./()".contains(*key)).collect();
    let Some(international) = digits.strip_prefix('+') else { return cut(&digits, &[]) };
    if let Some(polish) = international.strip_prefix("48").filter(|rest| rest.len() == 9) {
        let mobile = polish.get(..2).is_some_and(|prefix| POLISH_MOBILE.contains(&prefix));
        return cut(polish, if mobile { &[3, 3, 3] } else { &[2, 3, 2, 2] });
    }
    let (country, rest) = international.split_at(country_length(international));
    let shape: &[usize] = if country == "1" && rest.len() == 10 { &[3, 3, 4] } else { &[] };
    std::iter::once(format!("+{country}")).chain(cut(rest, shape)).collect()
}

/// Cuts by the shape; what it does not cover in threes, with pairs at the end.
fn cut(digits: &str, shape: &[usize]) -> Vec<String> {
    let keys: Vec<char> = digits.chars().collect();
    let mut rest = keys.as_slice();
    let mut shape = shape.iter().copied();
    let mut groups = Vec::new();
    while !rest.is_empty() {
        let size = shape.next().unwrap_or(match rest.len() {
            2 | 4 => 2,
            _ => 3,
        });
        let (group, after) = rest.split_at(size.min(rest.len()));
        groups.push(group.iter().collect());
        rest = after;
    }
    groups
}

/// The first two digits of Polish mobile numbers.
const POLISH_MOBILE: [&str; 13] =
    ["45", "50", "51", "53", "57", "60", "66", "69", "72", "73", "78", "79", "88"];

/// Digits of the country code at the start of an E.164 number (ITU-T E.164 list of codes); never
/// more than there are.
fn country_length(digits: &str) -> usize {
    let pair = digits.get(..2).unwrap_or("");
    let length = match pair.as_bytes() {
        [b'1' | b'7', ..] => 1,
        [b'2', b'0' | b'7']
        | [b'3', b'0'..=b'4' | b'6' | b'9']
        | [b'4', b'0' | b'1' | b'3'..=b'9']
        | [b'5', b'1'..=b'8']
        | [b'6', b'0'..=b'6']
        | [b'8', b'1' | b'2' | b'4' | b'6']
        | [b'9', b'0'..=b'5' | b'8'] => 2,
        _ => 3,
    };
    if digits.is_char_boundary(length) { length } else { 0 }
}
