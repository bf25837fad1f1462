//! What may be dialled, and what never.
//!
//! A callback turns an anonymous keypad into a call that somebody pays for. So countries and
//! kinds are listed, and what costs most can never be listed.

use crate::base::number::{
    self, Country, NumberFault, NumberKind, PhoneNumber, Verified, is_short_or_emergency, verify,
};
use std::collections::BTreeSet;
use std::fmt;

/// The rules; checked at Register and again before each INVITE. Without countries nothing may
/// be dialled.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Policy {
    /// Countries that may be called.
    pub countries: BTreeSet<Country>,
    /// Kinds of numbers that may be called; premium, shared-cost and unknown ones are refused
    /// even when listed.
    pub kinds: BTreeSet<NumberKind>,
    /// Beginnings of numbers with `+` that are never called, such as `+4870`.
    pub blocked: BTreeSet<String>,
    /// Beginnings of numbers with `+` that may be called although their country or kind is not
    /// listed, or although a shorter beginning is blocked.
    pub allowed: BTreeSet<String>,
    /// Our own numbers: calling them would call ourselves.
    pub own_numbers: BTreeSet<PhoneNumber>,
}

/// Why a number is not dialled.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum PolicyFault {
    /// It is no number.
    Invalid(NumberFault),
    /// Emergency and short numbers.
    Short,
    /// Satellites, international networks and other services without a country.
    Global,
    /// One of our own.
    Own,
    /// Its beginning is blocked.
    Blocked,
    /// Its country is not listed.
    CountryNotAllowed(Country),
    /// Its kind is not listed, or never allowed.
    KindNotAllowed(NumberKind),
}

impl Policy {
    /// Fixed and mobile numbers of `countries`.
    #[must_use]
    pub fn of_countries(countries: impl IntoIterator<Item = Country>) -> Self {
        Self {
            countries: countries.into_iter().collect(),
            kinds: BTreeSet::from([NumberKind::Fixed, NumberKind::Mobile]),
            ..Self::default()
        }
    }

    /// Reads `value` as somebody in `country` keys it, and checks it.
    ///
    /// # Errors
    ///
    /// It is no number, or may not be dialled.
    pub fn judge(&self, value: &str, country: Country) -> Result<Verified, PolicyFault> {
        let verified = verify(value, country).map_err(|fault| match fault {
            NumberFault::Short => PolicyFault::Short,
            NumberFault::Global => PolicyFault::Global,
            _ if is_short_or_emergency(value, country) => PolicyFault::Short,
            NumberFault::NotANumber
            | NumberFault::TooShort
            | NumberFault::TooLong
            | NumberFault::UnknownCountry
            | NumberFault::NotInPlan => PolicyFault::Invalid(fault),
        })?;
        self.check(&verified)?;
        Ok(verified)
    }

    /// Checks a number that exists.
    ///
    /// # Errors
    ///
    /// It may not be dialled.
    pub fn check(&self, verified: &Verified) -> Result<(), PolicyFault> {
        let Verified { number, kind, country } = verified;
        if self.own_numbers.contains(number) {
            return Err(PolicyFault::Own);
        }
        if is_never_dialled(*kind) {
            return Err(PolicyFault::KindNotAllowed(*kind));
        }
        match (longest(&self.blocked, number), longest(&self.allowed, number)) {
            (blocked, Some(allowed)) if blocked.is_none_or(|blocked| allowed > blocked) => {
                return Ok(());
            }
            (Some(_), _) => return Err(PolicyFault::Blocked),
            (None, _) => {}
        }
        if !self.countries.contains(country) {
            return Err(PolicyFault::CountryNotAllowed(*country));
        }
        if !self.kinds.iter().any(|listed| listed.allows(*kind)) {
            return Err(PolicyFault::KindNotAllowed(*kind));
        }
        Ok(())
    }

    /// Checks a number that was promised before: numbering plans and rules may have changed.
    ///
    /// # Errors
    ///
    /// It may not be dialled, or does not exist any more.
    pub fn check_number(&self, number: &PhoneNumber) -> Result<(), PolicyFault> {
        let country = number::country_of(number).ok_or(PolicyFault::Global)?;
        self.judge(number.as_str(), country).map(drop)
    }
}

impl PolicyFault {
    /// The escalation that a flow hears.
    #[must_use]
    pub const fn escalation(&self) -> &'static str {
        match self {
            Self::Invalid(_) => "callback-invalid-number",
            Self::Short
            | Self::Global
            | Self::Own
            | Self::Blocked
            | Self::CountryNotAllowed(_)
            | Self::KindNotAllowed(_) => "callback-blocked-number",
        }
    }

    /// One word for counters; never the number.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Invalid(_) => "invalid",
            Self::Short => "short",
            Self::Global => "global",
            Self::Own => "own",
            Self::Blocked => "blocked",
            Self::CountryNotAllowed(_) => "country",
            Self::KindNotAllowed(_) => "kind",
        }
    }
}

impl fmt::Display for PolicyFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invalid(fault) => write!(f, "{fault}"),
            Self::Short => f.write_str("an emergency or short number"),
            Self::Global => f.write_str("a service without a country"),
            Self::Own => f.write_str("one of our own numbers"),
            Self::Blocked => f.write_str("its beginning is blocked"),
            Self::CountryNotAllowed(country) => write!(f, "{} is not listed", country.code()),
            Self::KindNotAllowed(kind) => write!(f, "{kind} numbers may not be called"),
        }
    }
}

impl std::error::Error for PolicyFault {}

/// Kinds that no configuration makes dialable.
#[must_use]
pub const fn is_never_dialled(kind: NumberKind) -> bool {
    match kind {
        NumberKind::Premium | NumberKind::SharedCost | NumberKind::Unknown => true,
        NumberKind::Fixed
        | NumberKind::Mobile
        | NumberKind::FixedOrMobile
        | NumberKind::TollFree
        | NumberKind::Voip
        | NumberKind::Personal
        | NumberKind::Pager
        | NumberKind::Uan
        | NumberKind::Voicemail => false,
    }
}

/// The length of the longest listed beginning of `number`.
fn longest(list: &BTreeSet<String>, number: &PhoneNumber) -> Option<usize> {
    let begins = |prefix: &&String| !prefix.is_empty() && number.as_str().starts_with(*prefix);
    list.iter().filter(begins).map(String::len).max()
}

#[cfg(test)]
mod tests;
