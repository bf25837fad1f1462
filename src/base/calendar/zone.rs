//! The clock on the wall of a site.

use super::civil::{CalendarDay, ClockTime};
use crate::base::time::Utc;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{TimeZone, TimeZoneDatabase};

/// A time zone of the IANA database, which is part of the program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone(TimeZone);

impl Zone {
    /// Such as `Europe/Warsaw`; `None` when there is no zone of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        TimeZoneDatabase::bundled().get(name).ok().map(Self)
    }

    /// Coordinated universal time.
    #[must_use]
    pub const fn utc() -> Self {
        Self(TimeZone::UTC)
    }

    /// The moment at which the clock shows this, such as `2026-11-23 10:15`; the first one where
    /// it shows it twice. `None` when that is no date and time.
    #[must_use]
    pub fn moment(&self, shown: &str) -> Option<Utc> {
        let shown: DateTime = shown.parse().ok()?;
        let moment = shown.to_zoned(self.0.clone()).ok()?.timestamp();
        Some(Utc::from_millis(moment.as_millisecond()))
    }

    /// What the clock shows.
    #[must_use]
    pub fn time_of_day(&self, now: Utc) -> Option<ClockTime> {
        Some(self.wall(now)?.time().into())
    }

    /// What the calendar beside it shows.
    #[must_use]
    pub fn day(&self, now: Utc) -> Option<CalendarDay> {
        Some(self.wall(now)?.date().into())
    }

    fn wall(&self, now: Utc) -> Option<DateTime> {
        let time = Timestamp::from_millisecond(now.as_millis()).ok()?;
        Some(time.to_zoned(self.0.clone()).datetime())
    }

    /// What calendar and clock show, as `2026-11-23 10:15`.
    #[must_use]
    pub fn date_and_time(&self, now: Utc) -> Option<String> {
        let time = Timestamp::from_millisecond(now.as_millis()).ok()?;
        Some(time.to_zoned(self.0.clone()).strftime("%Y-%m-%d %H:%M").to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-23T09:15:30Z
    const MORNING: Utc = Utc::from_millis(1_795_425_330_000);

    #[test]
    fn the_clock_shows_the_time_and_the_day_of_its_zone() {
        let at = |zone: &str| {
            let zone = Zone::named(zone)?;
            Some((zone.time_of_day(MORNING)?.to_string(), zone.day(MORNING)?.to_string()))
        };
        let shown = |time: &str, day: &str| Some((time.to_owned(), day.to_owned()));
        assert_eq!(at("Europe/Warsaw"), shown("10:15:30", "2026-11-23"));
        assert_eq!(at("UTC"), shown("09:15:30", "2026-11-23"));
        assert_eq!(at("Pacific/Honolulu"), shown("23:15:30", "2026-11-22"));
        assert_eq!(at("Europe/Warszawa"), None);
    }

    #[test]
    fn what_a_clock_shows_is_a_moment() {
        let warsaw = Zone::named("Europe/Warsaw").expect("a zone");
        assert_eq!(warsaw.moment("2026-11-23 10:15:30"), Some(MORNING));
        assert_eq!(warsaw.moment("2026-11-23 10:15").map(|at| at.as_millis() % 60_000), Some(0));
        for wrong in ["", "10:15", "2026-13-01 10:15", "tomorrow"] {
            assert_eq!(warsaw.moment(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_moment_is_written_as_people_of_the_zone_write_it() {
        let warsaw = Zone::named("Europe/Warsaw").and_then(|zone| zone.date_and_time(MORNING));
        assert_eq!(warsaw.as_deref(), Some("2026-11-23 10:15"));
    }
}
