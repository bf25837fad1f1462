//! Named deadlines of one machine, ordered.

use super::time::{Deadline, Moment};
use std::collections::{BTreeMap, BTreeSet};

/// A table of timers, at most one per key.
///
/// Setting a key again moves it. `O(log n)` for each operation, so one table can hold the
/// timers of all transactions.
#[derive(Debug, Clone)]
pub struct Timers<K> {
    by_key: BTreeMap<K, Deadline>,
    by_time: BTreeSet<(Moment, K)>,
}

impl<K: Ord + Copy> Timers<K> {
    /// A table without timers.
    #[must_use]
    pub const fn new() -> Self {
        Self { by_key: BTreeMap::new(), by_time: BTreeSet::new() }
    }

    /// Sets or moves the timer `key`.
    pub fn set(&mut self, key: K, at: Moment, why: &'static str) {
        if let Some(old) = self.by_key.insert(key, Deadline { at, why }) {
            self.by_time.remove(&(old.at, key));
        }
        self.by_time.insert((at, key));
    }

    /// Stops the timer `key`; stopping one that does not run is fine.
    pub fn stop(&mut self, key: K) {
        if let Some(old) = self.by_key.remove(&key) {
            self.by_time.remove(&(old.at, key));
        }
    }

    /// Sets the timer `key` to what a machine says of itself, or stops it.
    pub fn follow(&mut self, key: K, deadline: Option<Deadline>) {
        match deadline {
            Some(Deadline { at, why }) => self.set(key, at, why),
            None => self.stop(key),
        }
    }

    /// Whether the timer `key` runs.
    #[must_use]
    pub fn runs(&self, key: K) -> bool {
        self.by_key.contains_key(&key)
    }

    /// The earliest deadline.
    #[must_use]
    pub fn deadline(&self) -> Option<Deadline> {
        let (_, key) = self.by_time.first()?;
        self.by_key.get(key).copied()
    }

    /// Takes one timer that is due, the earliest first.
    pub fn pop_due(&mut self, now: Moment) -> Option<K> {
        let &(at, key) = self.by_time.first()?;
        if at > now {
            return None;
        }
        self.stop(key);
        Some(key)
    }

    /// How many timers run.
    #[must_use]
    pub fn len(&self) -> usize {
        self.by_key.len()
    }

    /// Whether no timer runs.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_key.is_empty()
    }
}

impl<K: Ord + Copy> Default for Timers<K> {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timer_set_again_fires_once_at_its_new_moment() {
        let mut timers = Timers::new();
        timers.set('a', Moment::from_millis(5), "first");
        timers.set('a', Moment::from_millis(9), "moved");
        assert_eq!(timers.pop_due(Moment::from_millis(5)), None);
        assert_eq!(timers.pop_due(Moment::from_millis(9)), Some('a'));
        assert!(timers.is_empty());
    }
}
