//! Gathers key presses into one entry, such as a callback number.
//!
//! ```text
//!            key                       finish key, full, or gap timer
//! Waiting ─────────► Gathering ────────────────────────────────────► ended
//!    └── first-key timer, finish key ────────────────────────────────┘
//! ```

use crate::base::digit::Digit;
use crate::base::time::{Deadline, Moment};
use std::time::Duration;

/// How long and how many: every limit the collector obeys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Fewest keys that make an entry.
    pub fewest: usize,
    /// Most keys in one entry; reaching it ends the entry without the finish key.
    pub most: usize,
    /// The key that ends the entry and is no part of it.
    pub finish: Option<Digit>,
    /// Silence allowed before the first key, counted from the end of the prompt.
    pub first_key: Duration,
    /// Silence allowed between two keys.
    pub key_gap: Duration,
}

/// Why an entry ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// The finish key.
    Finished,
    /// The most keys were pressed.
    Full,
    /// No further key came in time.
    Silence,
}

/// One entry that is over.
#[derive(Clone, PartialEq, Eq)]
pub struct Entry {
    /// The keys, without the finish key; empty if none came.
    pub keys: String,
    /// What ended it.
    pub why: Why,
    /// Whether there are enough keys.
    pub complete: bool,
}

/// Hides the keys.
impl std::fmt::Debug for Entry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Entry({} keys, {:?}, complete: {})", self.keys.len(), self.why, self.complete)
    }
}

/// Gathers one entry.
#[derive(Clone)]
pub struct Collector {
    limits: Limits,
    keys: String,
    until: Option<Moment>,
}

/// Hides the keys.
impl std::fmt::Debug for Collector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Collector({} keys, until {:?})", self.keys.len(), self.until)
    }
}

impl Collector {
    /// A collector whose first-key timer does not run yet, for the prompt still plays.
    #[must_use]
    pub const fn new(limits: Limits) -> Self {
        Self { limits, keys: String::new(), until: None }
    }

    /// The prompt is over: the first-key timer begins, unless a key has come already.
    pub fn listen(&mut self, now: Moment) {
        if self.keys.is_empty() {
            self.until = Some(now + self.limits.first_key);
        }
    }

    /// Takes a key; tells the entry if that ended it.
    pub fn press(&mut self, digit: Digit, now: Moment) -> Option<Entry> {
        if self.limits.finish == Some(digit) {
            return Some(self.end(Why::Finished));
        }
        self.keys.push(digit.as_char());
        if self.keys.len() >= self.limits.most {
            return Some(self.end(Why::Full));
        }
        self.until = Some(now + self.limits.key_gap);
        None
    }

    /// The deadline has come; tells the entry if it really has.
    pub fn time_passed(&mut self, now: Moment) -> Option<Entry> {
        let due = self.until.is_some_and(|until| until <= now);
        due.then(|| self.end(Why::Silence))
    }

    /// When to call [`Self::time_passed`].
    #[must_use]
    pub fn deadline(&self) -> Option<Deadline> {
        let why = if self.keys.is_empty() { "first key" } else { "key gap" };
        self.until.map(|at| Deadline { at, why })
    }

    fn end(&mut self, why: Why) -> Entry {
        let keys = std::mem::take(&mut self.keys);
        let complete = keys.len() >= self.limits.fewest;
        self.until = None;
        Entry { keys, why, complete }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_finish_key_ends_an_entry_and_is_no_part_of_it() {
        let entry = type_in("601234567#").expect("an entry");
        assert_eq!((entry.keys.as_str(), entry.why), ("601234567", Why::Finished));
        assert!(entry.complete);
    }

    #[test]
    fn a_full_entry_ends_without_the_finish_key() {
        let entry = type_in("123456789012").expect("an entry");
        assert_eq!((entry.keys.as_str(), entry.why), ("123456789012", Why::Full));
    }

    #[test]
    fn silence_between_keys_ends_an_entry_that_is_too_short() {
        let mut collector = listening();
        assert_eq!(collector.press(key('1'), Moment::from_millis(7_000)), None);
        let gap = Deadline { at: Moment::from_millis(11_000), why: "key gap" };
        assert_eq!(collector.deadline(), Some(gap));
        assert_eq!(collector.time_passed(Moment::from_millis(10_999)), None);
        let entry = collector.time_passed(gap.at).expect("an entry");
        assert_eq!((entry.keys.as_str(), entry.complete), ("1", false));
    }

    #[test]
    fn silence_before_the_first_key_counts_from_the_end_of_the_prompt() {
        let mut collector = Collector::new(LIMITS);
        assert_eq!(collector.deadline(), None);
        collector.listen(Moment::from_millis(2_000));
        let first = Deadline { at: Moment::from_millis(10_000), why: "first key" };
        assert_eq!(collector.deadline(), Some(first));
        let entry = collector.time_passed(first.at).expect("an entry");
        assert_eq!((entry.keys.as_str(), entry.why), ("", Why::Silence));
    }

    #[test]
    fn a_log_never_shows_the_keys() {
        let mut collector = listening();
        let _ = collector.press(key('7'), Moment::ZERO);
        assert!(!format!("{collector:?}").contains('7'));
    }

    const LIMITS: Limits = Limits {
        fewest: 9,
        most: 12,
        finish: Some(Digit::HASH),
        first_key: Duration::from_secs(8),
        key_gap: Duration::from_secs(4),
    };

    fn listening() -> Collector {
        let mut collector = Collector::new(LIMITS);
        collector.listen(Moment::ZERO);
        collector
    }

    fn type_in(keys: &str) -> Option<Entry> {
        let mut collector = listening();
        keys.chars().find_map(|k| collector.press(key(k), Moment::ZERO))
    }

    fn key(key: char) -> Digit {
        Digit::from_char(key).expect("a key")
    }
}
