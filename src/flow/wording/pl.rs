//! Polish: "dwa tysiące sto pięć", "na dwudziestym trzecim miejscu", "dwie minuty i jedna
//! sekunda", "dwudziesta piętnaście", "dwudziestego trzeciego listopada dwa tysiące dwudziestego
//! szóstego roku", "dwanaście złotych pięćdziesiąt groszy".
//!
//! The clock has 24 hours, named by feminine ordinals; 0:00 is północ, and 0:05 "zero zero pięć".
//! A day is in the genitive, as it answers "when", and so are the last two digits of its year.

use super::grammar::Grammar;
use crate::base::calendar::civil::{CalendarDay, ClockTime};
use crate::flow::graph::Gender;

/// Its rules.
pub(super) struct Polish;

/// Three digits each, from the largest; all of them are masculine nouns.
const GROUPS: [(u64, &str); 3] =
    [(1_000_000_000, "number/billion"), (1_000_000, "number/million"), (1_000, "number/thousand")];

impl Grammar for Polish {
    /// jeden, dwa, trzy; a thousand or a million alone goes without its "one".
    fn number(&self, number: u64, gender: Gender, words: &mut Vec<String>) {
        for (size, name) in GROUPS {
            let count = number / size % 1_000;
            if count > 1 {
                below_thousand(count, Gender::Masculine, words);
            }
            if count > 0 {
                words.push(Form::of(count).noun(name));
            }
        }
        let rest = number % 1_000;
        match (number, gender) {
            (1, Gender::Feminine) => words.push("number/1-feminine".to_owned()),
            (1, Gender::Neuter) => words.push("number/1-neuter".to_owned()),
            _ if rest > 0 || number == 0 => below_thousand(rest, gender, words),
            _ => {}
        }
    }

    /// In the locative; both words are inflected.
    fn ordinal(&self, place: u32, words: &mut Vec<String>) {
        inflected("ordinal", place, words);
    }

    /// jedna minuta, dwie minuty, pięć minut, dwadzieścia jeden minut.
    fn counted(&self, count: u64, noun: &str, words: &mut Vec<String>) {
        self.number(count, gender_of(noun), words);
        words.push(Form::of(count).noun(noun));
    }

    fn before_coins(&self) -> Option<&'static str> {
        None
    }

    fn time(&self, time: ClockTime, words: &mut Vec<String>) {
        let (hour, minute) = (time.hour(), time.minute());
        match (hour, minute) {
            (0, 0) => return words.push("time/midnight".to_owned()),
            (0, _) => words.push("number/0".to_owned()),
            _ => inflected("hour", hour.into(), words),
        }
        if (1..10).contains(&minute) {
            words.push("number/0".to_owned());
        }
        if minute > 0 {
            below_thousand(minute.into(), Gender::Masculine, words);
        }
    }

    fn day(&self, day: CalendarDay, words: &mut Vec<String>) {
        inflected("date", day.day().into(), words);
        words.push(format!("month/{}", day.month()));
    }

    /// Thousands and hundreds stay as they are: dwa tysiące sto piątego. A year without anything
    /// after them is one word of its own: dwutysięcznego.
    fn year(&self, year: u16, words: &mut Vec<String>) {
        let rest = year % 100;
        if rest == 0 {
            words.push(format!("date/{year}"));
        } else {
            self.number((year - rest).into(), Gender::Masculine, words);
            inflected("date", rest.into(), words);
        }
        words.push("date/year".to_owned());
    }
}

/// An ordinal, 1 to 99, whose two words are inflected alike.
fn inflected(kind: &str, number: u32, words: &mut Vec<String>) {
    let unit = if number < 20 { 0 } else { number % 10 };
    words.push(format!("{kind}/{}", number - unit));
    if unit > 0 {
        words.push(format!("{kind}/{unit}"));
    }
}

fn gender_of(noun: &str) -> Gender {
    match noun {
        "money/euro" => Gender::Neuter,
        "money/crown" | "unit/hour" | "unit/minute" | "unit/second" => Gender::Feminine,
        _ => Gender::Masculine,
    }
}

/// The form of a noun after a number.
enum Form {
    One,
    /// After 2, 3, 4, 22, 23 …, but not 12, 13, 14.
    Few,
    Many,
}

impl Form {
    const fn of(count: u64) -> Self {
        match (count, count % 100, count % 10) {
            (1, ..) => Self::One,
            (_, 12..=14, _) => Self::Many,
            (_, _, 2..=4) => Self::Few,
            _ => Self::Many,
        }
    }

    fn noun(&self, name: &str) -> String {
        match self {
            Self::One => name.to_owned(),
            Self::Few => format!("{name}s"),
            Self::Many => format!("{name}s-many"),
        }
    }
}

/// In a longer number "one" stays jeden, while "two" agrees: dwadzieścia dwie minuty.
fn below_thousand(number: u64, gender: Gender, words: &mut Vec<String>) {
    let (hundreds, rest) = (number / 100 * 100, number % 100);
    if hundreds > 0 {
        words.push(format!("number/{hundreds}"));
        if rest == 0 {
            return;
        }
    }
    let unit = if rest < 20 { rest } else { rest % 10 };
    if rest >= 20 {
        words.push(format!("number/{}", rest - unit));
        if unit == 0 {
            return;
        }
    }
    let agrees = unit == 2 && gender == Gender::Feminine;
    words.push(if agrees { "number/2-feminine".to_owned() } else { format!("number/{unit}") });
}
