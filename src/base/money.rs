//! Sums of money: whole smallest units of one currency, `12.50 PLN`.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

/// Largest sum either way, in smallest units: not quite a million millions.
const MINOR_MAX: i64 = 99_999_999_999_999;

/// A currency that the house has words for; all of them have a hundred smaller units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Currency {
    /// Swiss franc.
    Chf,
    /// Czech crown.
    Czk,
    /// Euro.
    Eur,
    /// Pound sterling.
    Gbp,
    /// Polish złoty.
    Pln,
    /// Dollar of the United States.
    Usd,
}

impl Currency {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::Chf, Self::Czk, Self::Eur, Self::Gbp, Self::Pln, Self::Usd];

    /// Its three letters (ISO 4217).
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Chf => "CHF",
            Self::Czk => "CZK",
            Self::Eur => "EUR",
            Self::Gbp => "GBP",
            Self::Pln => "PLN",
            Self::Usd => "USD",
        }
    }
}

/// A sum in one currency; two currencies have no order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Money {
    minor: i64,
    currency: Currency,
}

impl Money {
    /// From smallest units, such as groszy; `None` beyond what is counted here.
    #[must_use]
    pub const fn new(minor: i64, currency: Currency) -> Option<Self> {
        if minor > MINOR_MAX || minor < -MINOR_MAX {
            return None;
        }
        Some(Self { minor, currency })
    }

    /// Whether it is less than nothing.
    #[must_use]
    pub const fn is_negative(self) -> bool {
        self.minor < 0
    }

    /// Its whole units and its smallest ones, without the sign.
    #[must_use]
    pub const fn parts(self) -> (u64, u64) {
        let minor = self.minor.unsigned_abs();
        (minor / 100, minor % 100)
    }

    /// The currency.
    #[must_use]
    pub const fn currency(self) -> Currency {
        self.currency
    }
}

impl PartialOrd for Money {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        (self.currency == other.currency).then(|| self.minor.cmp(&other.minor))
    }
}

/// No sum of a known currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotMoney(String);

impl fmt::Display for NotMoney {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let codes = Currency::ALL.map(Currency::code).join(", ");
        write!(f, "{:?} is no sum of money; write `12.50 PLN`, in {codes}", self.0)
    }
}

impl std::error::Error for NotMoney {}

/// `12.50 PLN`, `3 EUR`, `-0.99 USD`: a point, and no digit or two after it.
impl FromStr for Money {
    type Err = NotMoney;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        read(text).ok_or_else(|| NotMoney(text.to_owned()))
    }
}

fn read(text: &str) -> Option<Money> {
    let (sum, code) = text.split_once(' ')?;
    let currency = Currency::ALL.into_iter().find(|currency| currency.code() == code)?;
    let (sign, sum) = sum.strip_prefix('-').map_or((1, sum), |sum| (-1, sum));
    let (whole, part) = sum.split_once('.').unwrap_or((sum, "00"));
    let plain = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || part.len() != 2 || !plain(whole) || !plain(part) {
        return None;
    }
    let minor = whole.parse::<i64>().ok()?.checked_mul(100)?;
    Money::new(sign * minor.checked_add(part.parse().ok()?)?, currency)
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, part) = self.parts();
        let sign = if self.is_negative() { "-" } else { "" };
        write!(f, "{sign}{whole}.{part:02} {}", self.currency.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_is_read_and_written_back() {
        let written = |text: &str| text.parse::<Money>().map(|sum| sum.to_string()).ok();
        assert_eq!(written("12.50 PLN").as_deref(), Some("12.50 PLN"));
        assert_eq!(written("3 EUR").as_deref(), Some("3.00 EUR"));
        assert_eq!(written("-0.99 USD").as_deref(), Some("-0.99 USD"));
        for wrong in ["12.5 PLN", "12,50 PLN", "12.50", "1 XXX", ".50 PLN", "1 pln", "+1 PLN", ""] {
            assert_eq!(written(wrong), None, "{wrong}");
        }
        assert_eq!(written("1000000000000 PLN"), None);
        assert_eq!(written("99999999999999999999 PLN"), None);
    }

    #[test]
    fn two_currencies_have_no_order() {
        let sum = |text: &str| text.parse::<Money>().expect("a sum");
        assert!(sum("2 PLN") > sum("1.99 PLN"));
        assert_eq!(sum("2 PLN").partial_cmp(&sum("1 EUR")), None);
    }
}
