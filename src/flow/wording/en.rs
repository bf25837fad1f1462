//! English: "one hundred and five", "twenty third", "two minutes and one second", "nine oh five
//! p.m.", "November twenty third, twenty twenty six", "one pound and five pence".
//!
//! The clock has twelve hours, with a.m. and p.m.; 0:00 is midnight and 12:00 noon. Dates have the
//! month first, as the voice is American.

use super::grammar::Grammar;
use crate::base::calendar::civil::{CalendarDay, ClockTime};
use crate::flow::graph::Gender;

/// Its rules.
pub(super) struct English;

/// Three digits each, from the largest.
const GROUPS: [(u64, &str); 3] =
    [(1_000_000_000, "number/billion"), (1_000_000, "number/million"), (1_000, "number/thousand")];

impl Grammar for English {
    fn number(&self, number: u64, _gender: Gender, words: &mut Vec<String>) {
        for (size, name) in GROUPS {
            let count = number / size % 1_000;
            if count > 0 {
                below_thousand(count, words);
                words.push(name.to_owned());
            }
        }
        let rest = number % 1_000;
        if number >= 1_000 && (1..100).contains(&rest) {
            words.push("number/and".to_owned());
        }
        if rest > 0 || number == 0 {
            below_thousand(rest, words);
        }
    }

    fn ordinal(&self, place: u32, words: &mut Vec<String>) {
        let (tens, unit) = (place / 10 * 10, place % 10);
        if place < 20 || unit == 0 {
            words.push(format!("ordinal/{place}"));
        } else {
            words.push(format!("number/{tens}"));
            words.push(format!("ordinal/{unit}"));
        }
    }

    fn counted(&self, count: u64, noun: &str, words: &mut Vec<String>) {
        self.number(count, Gender::Neuter, words);
        words.push(if count == 1 { noun.to_owned() } else { format!("{noun}s") });
    }

    fn before_coins(&self) -> Option<&'static str> {
        Some("money/and")
    }

    fn time(&self, time: ClockTime, words: &mut Vec<String>) {
        let (hour, minute) = (time.hour(), time.minute());
        match (hour, minute) {
            (0, 0) => return words.push("time/midnight".to_owned()),
            (12, 0) => return words.push("time/noon".to_owned()),
            _ => {}
        }
        let twelve = if hour % 12 == 0 { 12 } else { hour % 12 };
        below_thousand(twelve.into(), words);
        if (1..10).contains(&minute) {
            words.push("time/oh".to_owned());
        }
        if minute > 0 {
            below_thousand(minute.into(), words);
        }
        words.push(if hour < 12 { "time/am" } else { "time/pm" }.to_owned());
    }

    fn day(&self, day: CalendarDay, words: &mut Vec<String>) {
        words.push(format!("month/{}", day.month()));
        self.ordinal(day.day().into(), words);
    }

    /// Two and two: "nineteen oh five", "twenty twenty six", "twenty one hundred"; the first ten
    /// of a thousand as a number: "two thousand and one".
    fn year(&self, year: u16, words: &mut Vec<String>) {
        let (century, rest) = (year / 100, year % 100);
        if century % 10 == 0 && rest < 10 {
            return self.number(year.into(), Gender::Neuter, words);
        }
        below_thousand(century.into(), words);
        match rest {
            0 => words.push("number/hundred".to_owned()),
            1..10 => {
                words.push("time/oh".to_owned());
                below_thousand(rest.into(), words);
            }
            _ => below_thousand(rest.into(), words),
        }
    }
}

fn below_thousand(number: u64, words: &mut Vec<String>) {
    let (hundreds, rest) = (number / 100, number % 100);
    if hundreds > 0 {
        words.push(format!("number/{hundreds}"));
        words.push("number/hundred".to_owned());
        if rest == 0 {
            return;
        }
        words.push("number/and".to_owned());
    }
    if rest < 20 || rest % 10 == 0 {
        words.push(format!("number/{rest}"));
    } else {
        words.push(format!("number/{}", rest / 10 * 10));
        words.push(format!("number/{}", rest % 10));
    }
}
