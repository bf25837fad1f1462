//! What a language has to know to speak values.

use crate::base::calendar::civil::{CalendarDay, ClockTime};
use crate::base::money::Currency;
use crate::flow::graph::Gender;

/// The words of one language; each puts the prompts of a value at the end of `words`.
pub(super) trait Grammar {
    /// A whole number up to [`NUMBER_MAX`](super::NUMBER_MAX).
    fn number(&self, number: u64, gender: Gender, words: &mut Vec<String>);
    /// A place in line, 1 to 99.
    fn ordinal(&self, place: u32, words: &mut Vec<String>);
    /// So many of a noun, which is a prompt in the singular such as `unit/minute`; other forms
    /// add to its name.
    fn counted(&self, count: u64, noun: &str, words: &mut Vec<String>);
    /// What stands between whole units of money and smaller ones.
    fn before_coins(&self) -> Option<&'static str>;
    /// A time of day, without its seconds.
    fn time(&self, time: ClockTime, words: &mut Vec<String>);
    /// Day and month.
    fn day(&self, day: CalendarDay, words: &mut Vec<String>);
    /// The year after a day, one of [`YEARS`](super::YEARS).
    fn year(&self, year: u16, words: &mut Vec<String>);
}

/// The nouns of a currency: its unit and the smaller one.
pub(super) const fn nouns(currency: Currency) -> (&'static str, &'static str) {
    match currency {
        Currency::Chf => ("money/franc", "money/centime"),
        Currency::Czk => ("money/crown", "money/haler"),
        Currency::Eur => ("money/euro", "money/cent"),
        Currency::Gbp => ("money/pound", "money/penny"),
        Currency::Pln => ("money/zloty", "money/grosz"),
        Currency::Usd => ("money/dollar", "money/cent"),
    }
}
