//! Times of day and days of the calendar as people write them: `20:15`, `2026-11-23`.

use super::{CalendarFault, Day};
use jiff::civil;
use std::fmt;
use std::str::FromStr;

/// A time of day, 00:00:00 to 23:59:59.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ClockTime {
    hour: u8,
    minute: u8,
    second: u8,
}

impl ClockTime {
    /// `None` when a clock never shows it.
    #[must_use]
    pub const fn new(hour: u8, minute: u8, second: u8) -> Option<Self> {
        if hour < 24 && minute < 60 && second < 60 {
            return Some(Self { hour, minute, second });
        }
        None
    }

    /// 0 to 23.
    #[must_use]
    pub const fn hour(self) -> u8 {
        self.hour
    }

    /// 0 to 59.
    #[must_use]
    pub const fn minute(self) -> u8 {
        self.minute
    }
}

/// `20:15`, `8:05`, `08:05:30`.
impl FromStr for ClockTime {
    type Err = CalendarFault;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let pair = |part: &str| number(part, 2).and_then(|value| u8::try_from(value).ok());
        let parts: Vec<&str> = text.split(':').collect();
        let hour =
            |part: &str| number(part, part.len().clamp(1, 2)).and_then(|v| v.try_into().ok());
        let time = match parts.as_slice() {
            [hours, minutes] => Some((hour(hours), pair(minutes), Some(0))),
            [hours, minutes, seconds] => Some((hour(hours), pair(minutes), pair(seconds))),
            _ => None,
        };
        let time = time.and_then(|(hour, minute, second)| Self::new(hour?, minute?, second?));
        time.ok_or_else(|| CalendarFault::NotATime(text.to_owned()))
    }
}

/// As it is read back; seconds only where there are some.
impl fmt::Display for ClockTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.hour, self.minute)?;
        if self.second > 0 { write!(f, ":{:02}", self.second) } else { Ok(()) }
    }
}

impl From<civil::Time> for ClockTime {
    fn from(time: civil::Time) -> Self {
        let part = |value: i8| u8::try_from(value).unwrap_or(0);
        Self { hour: part(time.hour()), minute: part(time.minute()), second: part(time.second()) }
    }
}

/// One day of one year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct CalendarDay(civil::Date);

impl CalendarDay {
    /// `None` when no calendar has it.
    #[must_use]
    pub fn new(year: i16, month: i8, day: i8) -> Option<Self> {
        (year > 0).then(|| civil::Date::new(year, month, day).ok()).flatten().map(Self)
    }

    /// Such as 2026.
    #[must_use]
    pub fn year(self) -> u16 {
        u16::try_from(self.0.year()).unwrap_or(0)
    }

    /// 1 to 12.
    #[must_use]
    pub fn month(self) -> u8 {
        u8::try_from(self.0.month()).unwrap_or(1)
    }

    /// 1 to 31.
    #[must_use]
    pub fn day(self) -> u8 {
        u8::try_from(self.0.day()).unwrap_or(1)
    }

    /// The day of the week.
    #[must_use]
    pub fn weekday(self) -> Day {
        Day::of(self.0.weekday())
    }
}

/// `2026-11-23` (ISO 8601).
impl FromStr for CalendarDay {
    type Err = CalendarFault;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parts: Vec<&str> = text.split('-').collect();
        let day = match parts.as_slice() {
            [year, month, day] => number(year, 4).and_then(|year| {
                let small = |part| number(part, 2).and_then(|value| i8::try_from(value).ok());
                Self::new(year, small(month)?, small(day)?)
            }),
            _ => None,
        };
        day.ok_or_else(|| CalendarFault::NotADate(text.to_owned()))
    }
}

impl fmt::Display for CalendarDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year(), self.month(), self.day())
    }
}

impl From<civil::Date> for CalendarDay {
    fn from(date: civil::Date) -> Self {
        Self(date)
    }
}

/// Exactly so many digits.
fn number(part: &str, width: usize) -> Option<i16> {
    let plain = part.len() == width && part.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| part.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_of_day_is_read_and_written_back() {
        let written = |text: &str| text.parse::<ClockTime>().map(|time| time.to_string()).ok();
        assert_eq!(written("20:15").as_deref(), Some("20:15"));
        assert_eq!(written("8:05").as_deref(), Some("08:05"));
        assert_eq!(written("00:00:09").as_deref(), Some("00:00:09"));
        for wrong in ["24:00", "8:5", "20", "20:60", "1:00:60", "008:00", ":10", "+8:00", ""] {
            assert_eq!(written(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_day_is_read_and_written_back() {
        let day: CalendarDay = "2026-11-23".parse().expect("a day");
        assert_eq!((day.year(), day.month(), day.day()), (2026, 11, 23));
        assert_eq!(day.weekday(), Day::Monday);
        assert_eq!(day.to_string(), "2026-11-23");
        for wrong in ["2026-02-29", "26-11-23", "2026-11", "2026-13-01", "0000-01-01", "23.11.2026"]
        {
            assert!(wrong.parse::<CalendarDay>().is_err(), "{wrong}");
        }
    }
}
