//! The clock on the wall of a site.

use crate::base::time::Utc;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{TimeZone, TimeZoneDatabase};
use std::time::Duration;

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

    /// What the clock shows, as time since midnight: 20:05 is 20 h 5 min, also on a day that is
    /// shorter or longer by an hour.
    #[must_use]
    pub fn time_of_day(&self, now: Utc) -> Option<Duration> {
        let time = Timestamp::from_millisecond(now.as_millis()).ok()?;
        let shown = time.to_zoned(self.0.clone()).time();
        let seconds = |count: i8, unit: u64| u64::try_from(count).unwrap_or(0) * unit;
        let all = seconds(shown.hour(), 3_600) + seconds(shown.minute(), 60);
        Some(Duration::from_secs(all + seconds(shown.second(), 1)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-23T09:15:30Z
    const MORNING: Utc = Utc::from_millis(1_795_425_330_000);

    #[test]
    fn the_clock_shows_the_time_of_its_zone() {
        let at = |zone: &str| Zone::named(zone).and_then(|zone| zone.time_of_day(MORNING));
        assert_eq!(at("Europe/Warsaw"), Some(Duration::from_secs(10 * 3_600 + 15 * 60 + 30)));
        assert_eq!(at("UTC"), Some(Duration::from_secs(9 * 3_600 + 15 * 60 + 30)));
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
}
