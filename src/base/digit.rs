//! One key of a telephone keypad.

use std::fmt;

/// A key; RFC 4733 §3.2 numbers them 0 to 15.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digit(u8);

const KEYS: &[u8; 16] = b"0123456789*#ABCD";

impl Digit {
    /// The `*` key.
    pub const STAR: Self = Self(10);
    /// The `#` key.
    pub const HASH: Self = Self(11);

    /// From a telephone-event code (RFC 4733 §3.2); codes above 15 are no keys.
    #[must_use]
    pub const fn from_event(code: u8) -> Option<Self> {
        if code < 16 { Some(Self(code)) } else { None }
    }

    /// From `0`–`9`, `*`, `#`, `A`–`D` (either case).
    #[must_use]
    pub fn from_char(key: char) -> Option<Self> {
        let key = u8::try_from(key.to_ascii_uppercase()).ok()?;
        let code = KEYS.iter().position(|&known| known == key)?;
        u8::try_from(code).ok().map(Self)
    }

    /// The telephone-event code, 0 to 15.
    #[must_use]
    pub const fn event(self) -> u8 {
        self.0
    }

    /// The key as it is printed on it.
    #[must_use]
    pub fn as_char(self) -> char {
        KEYS.get(usize::from(self.0)).copied().map_or('?', char::from)
    }
}

impl fmt::Display for Digit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.as_char())
    }
}

/// Hides the key: keyed digits never reach a log.
impl fmt::Debug for Digit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Digit(·)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_survives_its_event_code() {
        for key in "0123456789*#ABCD".chars() {
            let digit = Digit::from_char(key).expect("a key");
            assert_eq!(Digit::from_event(digit.event()), Some(digit));
            assert_eq!(digit.as_char(), key);
        }
        assert_eq!(Digit::from_char('x'), None);
        assert_eq!(Digit::from_event(16), None);
    }
}
