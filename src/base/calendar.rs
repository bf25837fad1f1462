//! Opening hours, holidays and time zones.
//!
//! Hours are wall-clock times of one IANA zone. Each range becomes two instants before it is
//! compared, so the hour that summer time skips or repeats neither closes nor opens anybody
//! twice: a time that is skipped means as long after midnight as it says (RFC 5545 §3.3.5),
//! a repeated one its first occurrence.

pub mod civil;
pub mod zone;

use super::time::Utc;
use jiff::Timestamp;
use jiff::civil as wall;
use jiff::tz::{TimeZone, TimeZoneDatabase};
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

/// Minutes of a day.
const DAY_MINUTES: u16 = 24 * 60;
/// How far [`Calendar::next_change`] looks ahead, in days: a leap year and a week, so that
/// yearly holidays have come once.
const AHEAD_DAYS_MAX: usize = 373;

/// Opening hours in one time zone.
#[derive(Debug, Clone, PartialEq)]
pub struct Calendar {
    zone: TimeZone,
    week: BTreeMap<Day, Vec<Opening>>,
    holidays: BTreeMap<Date, Vec<Opening>>,
}

/// From when until when; belongs to the day on which it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Opening {
    from: TimeOfDay,
    until: TimeOfDay,
}

/// A wall-clock time in minutes, 00:00 to 24:00.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TimeOfDay(u16);

/// A day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Day {
    /// `mon`
    Monday,
    /// `tue`
    Tuesday,
    /// `wed`
    Wednesday,
    /// `thu`
    Thursday,
    /// `fri`
    Friday,
    /// `sat`
    Saturday,
    /// `sun`
    Sunday,
}

/// A date of one year, or of every year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    /// `None` comes every year.
    year: Option<i16>,
    month: i8,
    day: i8,
}

/// How hours stand that never change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Always open.
    Open,
    /// Never open.
    Closed,
    /// Never open, for every day is a holiday.
    Holiday,
}

/// Why parts make no calendar; always the fault of who wrote them.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum CalendarFault {
    /// The time zone database has no such name.
    UnknownZone(String),
    /// Not `HH:MM` between 00:00 and 24:00.
    NotATime(String),
    /// Not the name of a day, whole or its first three letters.
    NotADay(String),
    /// Not `YYYY-MM-DD` or `MM-DD`, or no such day exists.
    NotADate(String),
    /// A range that begins when it ends; a whole day is 00:00 to 24:00.
    EmptyRange,
    /// A date is listed twice.
    DateTwice(Date),
}

impl Calendar {
    /// Hours in the IANA zone `zone`, such as `Europe/Warsaw`. A holiday's ranges replace those
    /// of its day of the week; without ranges it is closed. Ranges may overlap.
    ///
    /// # Errors
    ///
    /// The zone is unknown, or a date is listed twice.
    pub fn new(
        zone: &str,
        week: impl IntoIterator<Item = (Day, Opening)>,
        holidays: impl IntoIterator<Item = (Date, Vec<Opening>)>,
    ) -> Result<Self, CalendarFault> {
        let known = TimeZoneDatabase::bundled().get(zone);
        let zone = known.map_err(|_| CalendarFault::UnknownZone(zone.to_owned()))?;
        let mut calendar = Self { zone, week: BTreeMap::new(), holidays: BTreeMap::new() };
        for (day, opening) in week {
            calendar.week.entry(day).or_default().push(opening);
        }
        for (date, openings) in holidays {
            if calendar.holidays.insert(date, openings).is_some() {
                return Err(CalendarFault::DateTwice(date));
            }
        }
        Ok(calendar)
    }

    /// Hours that never change: for rehearsals.
    #[must_use]
    pub fn fixed(standing: Standing) -> Self {
        let dates = (1..=12).flat_map(|month| (1..=31).map(move |day| (month, day)));
        let dates = dates.filter_map(|(month, day)| Date::new(None, month, day));
        let all_day = Opening { from: TimeOfDay(0), until: TimeOfDay(DAY_MINUTES) };
        let (open, holiday) = (standing == Standing::Open, standing == Standing::Holiday);
        let days = Day::ALL.into_iter().filter(|_| open);
        Self {
            zone: TimeZone::UTC,
            week: days.map(|day| (day, vec![all_day])).collect(),
            holidays: dates.filter(|_| holiday).map(|date| (date, Vec::new())).collect(),
        }
    }

    /// Whether it is open at this moment.
    #[must_use]
    pub fn is_open(&self, now: Utc) -> bool {
        let Some(today) = self.date(now) else { return false };
        let yesterday = today.yesterday().ok();
        yesterday
            .into_iter()
            .chain([today])
            .any(|date| self.spans(date).any(|(opens, closes)| (opens..closes).contains(&now)))
    }

    /// Whether today is one of the dates that are listed, with or without hours of its own.
    #[must_use]
    pub fn is_holiday(&self, now: Utc) -> bool {
        self.date(now).is_some_and(|date| self.holiday(date).is_some())
    }

    /// The next moment after `now` at which [`Self::is_open`] changes; `None` if nothing
    /// changes within a year.
    #[must_use]
    pub fn next_change(&self, now: Utc) -> Option<Utc> {
        let open = self.is_open(now);
        let mut until = now;
        let start = self.date(now)?.yesterday().ok()?;
        for date in start.series(jiff::Span::new().days(1)).take(AHEAD_DAYS_MAX) {
            let mut spans: Vec<_> = self.spans(date).collect();
            spans.sort_unstable();
            for (opens, closes) in spans {
                if !open && opens > now {
                    return Some(opens);
                }
                if open && opens > until {
                    return Some(until);
                }
                until = until.max(closes);
            }
            // A day without ranges ends a run of open ones, too.
            let over = self.instant(date, DAY_MINUTES).is_some_and(|midnight| midnight > until);
            if open && over && until > now && date > start {
                let next = date.tomorrow().ok()?;
                let goes_on = self.spans(next).any(|(opens, _)| opens <= until);
                if !goes_on {
                    return Some(until);
                }
            }
        }
        None
    }

    /// The ranges that begin on `date`, as instants.
    fn spans(&self, date: wall::Date) -> impl Iterator<Item = (Utc, Utc)> + '_ {
        self.openings(date).iter().filter_map(move |opening| {
            let past_midnight = opening.until <= opening.from;
            let length = if past_midnight { DAY_MINUTES } else { 0 };
            let opens = self.instant(date, opening.from.0)?;
            let closes = self.instant(date, opening.until.0 + length)?;
            (opens < closes).then_some((opens, closes))
        })
    }

    fn openings(&self, date: wall::Date) -> &[Opening] {
        let ranges = self.holiday(date).or_else(|| self.week.get(&Day::of(date.weekday())));
        ranges.map_or(&[], Vec::as_slice)
    }

    /// The ranges of a listed date; one of this year goes before one of every year.
    fn holiday(&self, date: wall::Date) -> Option<&Vec<Opening>> {
        let exact = Date { year: Some(date.year()), month: date.month(), day: date.day() };
        let yearly = Date { year: None, ..exact };
        self.holidays.get(&exact).or_else(|| self.holidays.get(&yearly))
    }

    /// The instant of a wall-clock time, `minutes` up to two days after the date's midnight.
    fn instant(&self, date: wall::Date, minutes: u16) -> Option<Utc> {
        let mut date = date;
        for _ in 0..minutes / DAY_MINUTES {
            date = date.tomorrow().ok()?;
        }
        let minutes = minutes % DAY_MINUTES;
        let (hour, minute) = (i8::try_from(minutes / 60).ok()?, i8::try_from(minutes % 60).ok()?);
        let wall = date.to_datetime(wall::Time::new(hour, minute, 0, 0).ok()?);
        let instant = self.zone.to_ambiguous_timestamp(wall).compatible().ok()?;
        Some(Utc::from_millis(instant.as_millisecond()))
    }

    fn date(&self, now: Utc) -> Option<wall::Date> {
        let instant = Timestamp::from_millisecond(now.as_millis()).ok()?;
        Some(self.zone.to_datetime(instant).date())
    }
}

impl Opening {
    /// From when until when; `until` before `from` is a time of the next day.
    ///
    /// # Errors
    ///
    /// Both are the same time, or it begins at 24:00.
    pub fn new(from: TimeOfDay, until: TimeOfDay) -> Result<Self, CalendarFault> {
        if from == until || from.0 == DAY_MINUTES {
            return Err(CalendarFault::EmptyRange);
        }
        Ok(Self { from, until })
    }
}

/// `08:30-17:00`, with or without spaces.
impl FromStr for Opening {
    type Err = CalendarFault;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let halves = text.split_once('-');
        let (from, until) = halves.ok_or_else(|| CalendarFault::NotATime(text.to_owned()))?;
        Self::new(from.trim().parse()?, until.trim().parse()?)
    }
}

impl TimeOfDay {
    /// From hours and minutes; 24:00 is the end of the day.
    #[must_use]
    pub fn new(hour: u8, minute: u8) -> Option<Self> {
        let minutes = u16::from(hour) * 60 + u16::from(minute);
        (minute < 60 && minutes <= DAY_MINUTES).then_some(Self(minutes))
    }
}

/// `8:30` or `08:30`.
impl FromStr for TimeOfDay {
    type Err = CalendarFault;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = |part: &str, most: usize| -> Option<u8> {
            let plain =
                (1..=most).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
            plain.then(|| part.parse().ok()).flatten()
        };
        let time = text.split_once(':').and_then(|(hour, minute)| {
            let minute = digits(minute, 2).filter(|_| minute.len() == 2);
            Self::new(digits(hour, 2)?, minute?)
        });
        time.ok_or_else(|| CalendarFault::NotATime(text.to_owned()))
    }
}

impl Day {
    /// The week, Monday first (ISO 8601).
    pub const ALL: [Self; 7] = [
        Self::Monday,
        Self::Tuesday,
        Self::Wednesday,
        Self::Thursday,
        Self::Friday,
        Self::Saturday,
        Self::Sunday,
    ];

    /// Its English name, in small letters.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Monday => "monday",
            Self::Tuesday => "tuesday",
            Self::Wednesday => "wednesday",
            Self::Thursday => "thursday",
            Self::Friday => "friday",
            Self::Saturday => "saturday",
            Self::Sunday => "sunday",
        }
    }

    const fn of(day: wall::Weekday) -> Self {
        match day {
            wall::Weekday::Monday => Self::Monday,
            wall::Weekday::Tuesday => Self::Tuesday,
            wall::Weekday::Wednesday => Self::Wednesday,
            wall::Weekday::Thursday => Self::Thursday,
            wall::Weekday::Friday => Self::Friday,
            wall::Weekday::Saturday => Self::Saturday,
            wall::Weekday::Sunday => Self::Sunday,
        }
    }
}

/// `mon` or `monday`, in any case.
impl FromStr for Day {
    type Err = CalendarFault;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let word = text.trim().to_ascii_lowercase();
        let named = |day: &Self| day.name() == word || day.name().get(..3) == Some(&*word);
        let found = Self::ALL.into_iter().find(named);
        found.ok_or_else(|| CalendarFault::NotADay(text.to_owned()))
    }
}

impl Date {
    /// From a year (`None` comes every year), a month from 1 and a day from 1. The 29th of
    /// February of every year is allowed.
    #[must_use]
    pub fn new(year: Option<i16>, month: i8, day: i8) -> Option<Self> {
        const LEAP_YEAR: i16 = 2000;
        wall::Date::new(year.unwrap_or(LEAP_YEAR), month, day).ok()?;
        Some(Self { year, month, day })
    }
}

/// `2026-12-25`, or `12-25` for every year.
impl FromStr for Date {
    type Err = CalendarFault;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let number = |part: &str, width: usize| -> Option<i16> {
            let plain = part.len() == width && part.bytes().all(|b| b.is_ascii_digit());
            plain.then(|| part.parse().ok()).flatten()
        };
        let small = |part: &str| number(part, 2).and_then(|value| i8::try_from(value).ok());
        let parts: Vec<&str> = text.trim().split('-').collect();
        let date = match parts.as_slice() {
            [year, month, day] => number(year, 4)
                .zip(small(month).zip(small(day)))
                .and_then(|(year, (month, day))| Self::new(Some(year), month, day)),
            [month, day] => {
                small(month).zip(small(day)).and_then(|(month, day)| Self::new(None, month, day))
            }
            _ => None,
        };
        date.ok_or_else(|| CalendarFault::NotADate(text.to_owned()))
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(year) = self.year {
            write!(f, "{year:04}-")?;
        }
        write!(f, "{:02}-{:02}", self.month, self.day)
    }
}

impl fmt::Display for CalendarFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownZone(name) => write!(f, "no time zone is called {name:?}"),
            Self::NotATime(text) => write!(f, "{text:?} is not a time such as 08:30"),
            Self::NotADay(text) => write!(f, "{text:?} is not a day such as mon"),
            Self::NotADate(text) => write!(f, "{text:?} is not a date such as 2026-12-25"),
            Self::EmptyRange => {
                f.write_str("hours that end when they begin; all day is 00:00-24:00")
            }
            Self::DateTwice(date) => write!(f, "{date} is listed twice"),
        }
    }
}

impl std::error::Error for CalendarFault {}

#[cfg(test)]
mod tests;
