//! Keys that were pressed before a step asked for them.

use crate::base::digit::Digit;
use crate::base::time::Moment;
use std::collections::VecDeque;

/// Most keys kept for later steps; more are dropped.
const KEYS_MAX: usize = 32;

/// Typed-ahead keys, oldest first.
#[derive(Debug, Clone, Default)]
pub(super) struct Keys {
    ahead: VecDeque<Digit>,
    finish: Option<(Digit, Moment)>,
}

impl Keys {
    /// Keeps a key for the next step that takes keys.
    pub(super) fn keep(&mut self, digit: Digit) {
        if self.ahead.len() < KEYS_MAX {
            self.ahead.push_back(digit);
        }
    }

    /// The oldest key that waits.
    pub(super) fn take(&mut self) -> Option<Digit> {
        self.ahead.pop_front()
    }

    /// Whether no key waits.
    pub(super) fn is_empty(&self) -> bool {
        self.ahead.is_empty()
    }

    /// Forgets all keys.
    pub(super) fn clear(&mut self) {
        self.ahead.clear();
        self.finish = None;
    }

    /// An entry ended because it was full: the finish key, which many press all the same, means
    /// nothing if it comes as the very next key before `until`.
    pub(super) fn expect_finish(&mut self, digit: Digit, until: Moment) {
        if self.ahead.front() == Some(&digit) {
            self.ahead.pop_front();
        } else if self.ahead.is_empty() {
            self.finish = Some((digit, until));
        }
    }

    /// Whether this key only finishes an entry that was already full.
    pub(super) fn is_late_finish(&mut self, digit: Digit, now: Moment) -> bool {
        self.finish.take().is_some_and(|(finish, until)| finish == digit && now <= until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bounded_number_of_keys_is_kept_in_order() {
        let mut keys = Keys::default();
        for _ in 0..10 {
            for key in "0123456789".chars() {
                keys.keep(Digit::from_char(key).expect("a key"));
            }
        }
        let kept: String = std::iter::from_fn(|| keys.take()).map(Digit::as_char).collect();
        assert_eq!(kept, "01234567890123456789012345678901");
    }
}
