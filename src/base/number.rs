//! Telephone numbers: E.164, kinds, countries.
//!
//! Validity is that of libphonenumber's metadata. Its patterns are compiled when a country is
//! first used and kept, so memory follows the countries that callers really key.

mod short;

use rlibphonenumber as lib;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// Longest value that [`verify`] reads, in bytes: a `tel:` form with separators and context.
const VALUE_BYTES_MAX: usize = 80;
/// Most digits that are read: an international prefix (at most 5) and 15 digits of E.164.
const DIGITS_MAX: usize = 20;
/// A value of so few digits that is no valid number is a short one.
const SHORT_DIGITS_MAX: usize = 6;

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

/// A number that exists by the numbering plan of its country.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// In E.164.
    pub number: PhoneNumber,
    /// What it is used for.
    pub kind: NumberKind,
    /// The country that it belongs to.
    pub country: Country,
}

/// Why a value is not a number that could be dialled; always the fault of who keyed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum NumberFault {
    /// Letters, signs, digits of other scripts, extensions, or nothing at all.
    NotANumber,
    /// Fewer digits than any number of its country.
    TooShort,
    /// More digits than any number of its country.
    TooLong,
    /// No country has this calling code, or we know no numbers of the country.
    UnknownCountry,
    /// The length may be right, but the numbering plan has no such number.
    NotInPlan,
    /// A global service without a country: satellites, international networks, +800, +979.
    Global,
    /// Emergency and short numbers.
    Short,
}

impl fmt::Display for NumberFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotANumber => "not a telephone number",
            Self::TooShort => "too few digits",
            Self::TooLong => "too many digits",
            Self::UnknownCountry => "no known country",
            Self::NotInPlan => "no such number in the country's numbering plan",
            Self::Global => "belongs to no country",
            Self::Short => "an emergency or short number",
        })
    }
}

impl std::error::Error for NumberFault {}

/// Judges `value` as somebody in `country` would key or write it: national digits, `00…` or
/// whatever the country dials abroad, `+…`, with spaces and the usual separators, or a `tel:`
/// form with `phone-context` (RFC 3966). A number of another country is judged there.
pub fn verify(value: &str, country: Country) -> Result<Verified, NumberFault> {
    let dialled = dialled(value)?;
    if short::is_listed(&dialled, country.code()) {
        return Err(NumberFault::Short);
    }
    let util = &*lib::PHONE_NUMBER_UTIL;
    let region = region(country)?;
    let parsed = util.parse(&dialled, Some(region)).map_err(fault_of_parse)?;
    if let Some(lib::Region::World) = util.get_region_for_country_code(parsed.country_code) {
        return Err(NumberFault::Global);
    }
    let of = util.get_number_type(&parsed);
    let home = util.get_region_for_number(&parsed).ok_or(NumberFault::NotInPlan);
    // A number of no known type matches no range of its plan.
    if home.is_err() || of == lib::PhoneNumberType::Unknown {
        return Err(fault_of_length(&parsed));
    }
    let home = home?;
    let e164 = util.format(&parsed, lib::PhoneNumberFormat::E164);
    Ok(Verified {
        number: PhoneNumber::from_e164(&e164).ok_or(NumberFault::NotInPlan)?,
        kind: kind(of),
        country: Country::new(&home.as_region_str()).ok_or(NumberFault::Global)?,
    })
}

/// Whether `value`, keyed in `country`, is an emergency or short number, also in disguise
/// (`+48 112`). Digits too few for any number of the country count as short.
#[must_use]
pub fn is_short_or_emergency(value: &str, country: Country) -> bool {
    let Ok(dialled) = dialled(value) else { return false };
    match verify(value, country) {
        Ok(_) => false,
        Err(NumberFault::Short) => true,
        Err(_) => dialled.trim_start_matches('+').len() <= SHORT_DIGITS_MAX,
    }
}

/// The digits to dial `number` from inside `country`, such as `601234567` or `0048601234567`;
/// without any sign. The plain E.164 digits if the country is unknown.
#[must_use]
pub fn national(number: &PhoneNumber, country: Country) -> String {
    let util = &*lib::PHONE_NUMBER_UTIL;
    let (Ok(region), Ok(parsed)) = (region(country), util.parse(number.as_str(), None)) else {
        return number.digits().to_owned();
    };
    let inside = util.get_country_code_for_region(region) == Some(parsed.country_code);
    let written = if inside {
        util.format(&parsed, lib::PhoneNumberFormat::National)
    } else {
        util.format_out_of_country_calling_number(&parsed, region)
    };
    written.chars().filter(char::is_ascii_digit).collect()
}

/// The number in groups as people of its country write it, such as `+48 601 234 567`.
#[must_use]
pub fn grouped(number: &PhoneNumber) -> String {
    let util = &*lib::PHONE_NUMBER_UTIL;
    util.parse(number.as_str(), None).map_or_else(
        |_| number.to_string(),
        |parsed| util.format(&parsed, lib::PhoneNumberFormat::International).into_owned(),
    )
}

/// The groups of a number as it is read aloud inside its country: `["601", "234", "567"]`.
/// All digits in one group if the number is not understood.
#[must_use]
pub fn national_groups(number: &PhoneNumber) -> Vec<String> {
    let util = &*lib::PHONE_NUMBER_UTIL;
    let written = util.parse(number.as_str(), None).map_or_else(
        |_| number.digits().to_owned(),
        |parsed| util.format(&parsed, lib::PhoneNumberFormat::National).into_owned(),
    );
    let groups = written.split(|sign: char| !sign.is_ascii_digit());
    groups.filter(|group| !group.is_empty()).map(str::to_owned).collect()
}

/// The country whose numbering plan holds `number`; `None` for global services.
#[must_use]
pub fn country_of(number: &PhoneNumber) -> Option<Country> {
    let util = &*lib::PHONE_NUMBER_UTIL;
    let parsed = util.parse(number.as_str(), None).ok()?;
    let home = util.get_region_for_number(&parsed)?;
    Country::new(&home.as_region_str())
}

/// `+` and digits, or digits alone, of one of the spellings that [`verify`] takes.
fn dialled(value: &str) -> Result<String, NumberFault> {
    let value = value.trim();
    if value.len() > VALUE_BYTES_MAX {
        return Err(NumberFault::TooLong);
    }
    let tel = value.get(..4).is_some_and(|scheme| scheme.eq_ignore_ascii_case("tel:"));
    let (subscriber, context) = match value.get(4..) {
        Some(rest) if tel => context(rest)?,
        _ => (value, None),
    };
    let subscriber = plain(subscriber)?;
    match context {
        Some(context) if !subscriber.starts_with('+') => Ok(format!("{context}{subscriber}")),
        _ => Ok(subscriber),
    }
}

/// Splits RFC 3966 §3 parameters off: a global `phone-context` completes a local number, a
/// domain does not. Extensions and subaddresses cannot be dialled.
fn context(rest: &str) -> Result<(&str, Option<String>), NumberFault> {
    let mut parts = rest.split(';');
    let subscriber = parts.next().unwrap_or("");
    let mut found = None;
    for part in parts {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        let name = name.to_ascii_lowercase();
        if name == "ext" || name == "isub" {
            return Err(NumberFault::NotANumber);
        }
        if name == "phone-context" && value.starts_with('+') {
            found = Some(plain(value)?);
        }
    }
    Ok((subscriber, found))
}

fn plain(text: &str) -> Result<String, NumberFault> {
    let mut digits = String::with_capacity(text.len());
    for (at, sign) in text.char_indices() {
        match sign {
            '0'..='9' => digits.push(sign),
            '+' if at == 0 => digits.push(sign),
            ' ' | '-' | '.' | '/' | '(' | ')' => {}
            _ => return Err(NumberFault::NotANumber),
        }
    }
    if digits.starts_with("+0") {
        return Err(NumberFault::NotANumber);
    }
    match digits.trim_start_matches('+').len() {
        0 => Err(NumberFault::NotANumber),
        1..=DIGITS_MAX => Ok(digits),
        _ => Err(NumberFault::TooLong),
    }
}

fn region(country: Country) -> Result<lib::Region, NumberFault> {
    let region = lib::Region::from_code(country.code()).map_err(|_| NumberFault::UnknownCountry)?;
    let known = lib::PHONE_NUMBER_UTIL.get_country_code_for_region(region).is_some();
    if known { Ok(region) } else { Err(NumberFault::UnknownCountry) }
}

fn fault_of_parse(error: lib::ParseError) -> NumberFault {
    match error {
        lib::ParseError::InvalidCountryCode => NumberFault::UnknownCountry,
        lib::ParseError::NotANumber(_) => NumberFault::NotANumber,
        lib::ParseError::TooShortAfterIdd | lib::ParseError::TooShortNsn => NumberFault::TooShort,
        lib::ParseError::TooLongNsn => NumberFault::TooLong,
    }
}

/// Why a number that parses is in no plan: short in its own country, or of a wrong length.
fn fault_of_length(parsed: &lib::PhoneNumber) -> NumberFault {
    let util = &*lib::PHONE_NUMBER_UTIL;
    let home = util.get_region_for_country_code(parsed.country_code);
    let digits = lib::get_national_significant_number_owned(parsed);
    if home.is_some_and(|home| short::is_listed(&digits, &home.as_region_str())) {
        return NumberFault::Short;
    }
    match util.is_possible_number_with_reason(parsed) {
        Ok(lib::NumberLengthType::IsPossible) => NumberFault::NotInPlan,
        Ok(lib::NumberLengthType::IsPossibleLocalOnly) | Err(lib::ValidationError::TooShort) => {
            NumberFault::TooShort
        }
        Err(lib::ValidationError::TooLong) => NumberFault::TooLong,
        Err(lib::ValidationError::InvalidCountryCode) => NumberFault::UnknownCountry,
        Err(lib::ValidationError::InvalidLength) => NumberFault::NotInPlan,
    }
}

const fn kind(of: lib::PhoneNumberType) -> NumberKind {
    match of {
        lib::PhoneNumberType::FixedLine => NumberKind::Fixed,
        lib::PhoneNumberType::Mobile => NumberKind::Mobile,
        lib::PhoneNumberType::FixedLineOrMobile => NumberKind::FixedOrMobile,
        lib::PhoneNumberType::TollFree => NumberKind::TollFree,
        lib::PhoneNumberType::PremiumRate => NumberKind::Premium,
        lib::PhoneNumberType::SharedCost => NumberKind::SharedCost,
        lib::PhoneNumberType::VoIP => NumberKind::Voip,
        lib::PhoneNumberType::PersonalNumber => NumberKind::Personal,
        lib::PhoneNumberType::Pager => NumberKind::Pager,
        lib::PhoneNumberType::UAN => NumberKind::Uan,
        lib::PhoneNumberType::VoiceMail => NumberKind::Voicemail,
        lib::PhoneNumberType::Unknown => NumberKind::Unknown,
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

impl NumberKind {
    /// Every kind, in the order of their declaration.
    pub const ALL: [Self; 12] = [
        Self::Fixed,
        Self::Mobile,
        Self::FixedOrMobile,
        Self::TollFree,
        Self::Premium,
        Self::SharedCost,
        Self::Voip,
        Self::Personal,
        Self::Pager,
        Self::Uan,
        Self::Voicemail,
        Self::Unknown,
    ];

    /// Its name in configuration and flows.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Fixed => "fixed",
            Self::Mobile => "mobile",
            Self::FixedOrMobile => "fixed_or_mobile",
            Self::TollFree => "toll_free",
            Self::Premium => "premium",
            Self::SharedCost => "shared_cost",
            Self::Voip => "voip",
            Self::Personal => "personal",
            Self::Pager => "pager",
            Self::Uan => "uan",
            Self::Voicemail => "voicemail",
            Self::Unknown => "unknown",
        }
    }

    /// Whether a rule that allows `self` lets a number of kind `other` pass:
    /// [`Self::FixedOrMobile`] numbers pass where either is allowed.
    #[must_use]
    pub fn allows(self, other: Self) -> bool {
        self == other
            || other == Self::FixedOrMobile && matches!(self, Self::Fixed | Self::Mobile)
            || self == Self::FixedOrMobile && matches!(other, Self::Fixed | Self::Mobile)
    }
}

impl fmt::Display for NumberKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// There is no kind of number of that name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownKind;

impl fmt::Display for UnknownKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no such kind of number")
    }
}

impl std::error::Error for UnknownKind {}

impl FromStr for NumberKind {
    type Err = UnknownKind;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|kind| kind.name() == name).ok_or(UnknownKind)
    }
}

#[cfg(test)]
mod tests;
