//! Keys as they are written in arguments: `1,2,601234567#`, where a comma is a pause of a second.

use crate::base::digit::Digit;
use std::str::FromStr;
use std::time::Duration;

/// The pause before the first key, counted from the answer.
pub(super) const FIRST_AFTER: Duration = Duration::from_secs(1);
/// From the beginning of one key to that of the next: 160 ms of telephone-event (RFC 4733) and
/// a pause.
pub(super) const KEY_EVERY: Duration = Duration::from_millis(260);
/// What a comma means.
const COMMA: Duration = Duration::from_secs(1);
/// Most keys of one argument.
const KEYS_MAX: usize = 64;

/// Keys with their times, counted from the answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Keys(Vec<(Duration, Digit)>);

impl Keys {
    /// The keys in order of time.
    pub(super) fn iter(&self) -> impl Iterator<Item = (Duration, Digit)> + '_ {
        self.0.iter().copied()
    }
}

impl FromStr for Keys {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut keys = Vec::new();
        let mut at = FIRST_AFTER;
        for letter in text.chars() {
            if letter == ',' {
                at += COMMA;
            } else if let Some(digit) = Digit::from_char(letter) {
                keys.push((at, digit));
                at += KEY_EVERY;
            } else if letter != ' ' {
                return Err(format!(
                    "{letter:?} is no key; write 0-9, *, #, A-D, and a comma for a pause of 1 s"
                ));
            }
        }
        if keys.len() > KEYS_MAX {
            return Err(format!("{} keys are too many; at most {KEYS_MAX}", keys.len()));
        }
        Ok(Self(keys))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_follow_each_other_and_a_comma_is_a_second() {
        let keys: Keys = "1,2,60#".parse().expect("keys");
        let written: String = keys.iter().map(|(_, digit)| digit.as_char()).collect();
        let times: Vec<u128> = keys.iter().map(|(at, _)| at.as_millis()).collect();
        assert_eq!(written, "1260#");
        assert_eq!(times, [1_000, 2_260, 3_520, 3_780, 4_040]);
    }

    #[test]
    fn spaces_and_small_letters_are_taken_and_nothing_is_nothing() {
        assert_eq!("a 1".parse::<Keys>(), "A1".parse());
        assert_eq!("".parse(), Ok(Keys::default()));
        let paused: Keys = ",,1".parse().expect("keys");
        assert_eq!(paused.iter().next().map(|(at, _)| at.as_secs()), Some(3));
    }

    #[test]
    fn what_is_no_key_is_named() {
        for wrong in ["1x", "1;2", "+48", "1\n"] {
            assert!("12".parse::<Keys>().is_ok());
            let complaint = wrong.parse::<Keys>().expect_err("no keys");
            assert!(complaint.contains("is no key"), "{complaint}");
        }
        assert!("1".repeat(65).parse::<Keys>().is_err());
    }
}
