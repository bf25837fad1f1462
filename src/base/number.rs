//! Telephone numbers: E.164, kinds, countries.

use std::fmt;
use std::sync::Arc;

/// A number in E.164 with its `+`: 8 to 16 characters (ITU-T E.164 §6: at most 15 digits).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PhoneNumber(Arc<str>);

impl PhoneNumber {
    /// From `+` and 7 to 15 digits, no separators; says nothing about whether it exists.
    #[must_use]
    pub fn from_e164(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('+')?;
        let plain = digits.bytes().all(|b| b.is_ascii_digit()) && !digits.starts_with('0');
        (plain && (7..=15).contains(&digits.len())).then(|| Self(text.into()))
    }

    /// With its `+`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Without the `+`.
    #[must_use]
    pub fn digits(&self) -> &str {
        self.0.trim_start_matches('+')
    }
}

/// The whole number; for SIP and storage, never for logs.
impl fmt::Display for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The last two digits only, as logs may show it.
impl fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tail = self.0.len().saturating_sub(2);
        write!(f, "…{}", self.0.get(tail..).unwrap_or(""))
    }
}

/// A country by its two capital letters (ISO 3166-1 alpha-2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Country([u8; 2]);

impl Country {
    /// From two ASCII letters.
    #[must_use]
    pub fn new(code: &str) -> Option<Self> {
        match code.as_bytes() {
            [a, b] if a.is_ascii_alphabetic() && b.is_ascii_alphabetic() => {
                Some(Self([a.to_ascii_uppercase(), b.to_ascii_uppercase()]))
            }
            _ => None,
        }
    }

    /// The two letters.
    #[must_use]
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("ZZ")
    }
}

/// What a number is used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NumberKind {
    /// `fixed`
    Fixed,
    /// `mobile`
    Mobile,
    /// `fixed_or_mobile`: the plan does not tell (such as +1); passes where either is allowed
    FixedOrMobile,
    /// `toll_free`
    TollFree,
    /// `premium`
    Premium,
    /// `shared_cost`
    SharedCost,
    /// `voip`
    Voip,
    /// `personal`
    Personal,
    /// `pager`
    Pager,
    /// `uan`: universal access number
    Uan,
    /// `voicemail`
    Voicemail,
    /// Valid, of no known kind
    Unknown,
}
