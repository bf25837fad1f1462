//! Time as a value: machines are told what time it is and never ask.

use std::fmt;
use std::ops::{Add, Sub};
use std::time::Duration;

/// One instant on the monotonic clock: nanoseconds since the process (or rehearsal) began.
///
/// Has no `now()` on purpose; only `io` reads clocks.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Moment(u64);

impl Moment {
    /// The start of the clock.
    pub const ZERO: Self = Self(0);

    /// The moment this many nanoseconds after the start of the clock.
    #[must_use]
    pub const fn from_nanos(nanos: u64) -> Self {
        Self(nanos)
    }

    /// The moment this many milliseconds after the start of the clock.
    #[must_use]
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis.saturating_mul(1_000_000))
    }

    /// Nanoseconds since the start of the clock.
    #[must_use]
    pub const fn as_nanos(self) -> u64 {
        self.0
    }

    /// Milliseconds since the start of the clock, rounded down.
    #[must_use]
    pub const fn as_millis(self) -> u64 {
        self.0 / 1_000_000
    }

    /// Time passed since `earlier`; zero if `earlier` is later.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Duration {
        Duration::from_nanos(self.0.saturating_sub(earlier.0))
    }
}

impl Add<Duration> for Moment {
    type Output = Self;

    /// Saturates: a moment 584 years away is "never".
    fn add(self, span: Duration) -> Self {
        let nanos = u64::try_from(span.as_nanos()).unwrap_or(u64::MAX);
        Self(self.0.saturating_add(nanos))
    }
}

impl Sub<Duration> for Moment {
    type Output = Self;

    fn sub(self, span: Duration) -> Self {
        let nanos = u64::try_from(span.as_nanos()).unwrap_or(u64::MAX);
        Self(self.0.saturating_sub(nanos))
    }
}

impl fmt::Debug for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:03}s", self.0 / 1_000_000_000, self.0 / 1_000_000 % 1_000)
    }
}

/// One instant of the wall clock: milliseconds since 1970-01-01T00:00:00Z.
///
/// For what is stored and for schedules; never for timers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Utc(i64);

impl Utc {
    /// From milliseconds since the Unix epoch.
    #[must_use]
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Milliseconds since the Unix epoch.
    #[must_use]
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// Time passed since `earlier`; zero if `earlier` is later.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        let millis = self.0.saturating_sub(earlier.0);
        Duration::from_millis(u64::try_from(millis).unwrap_or(0))
    }
}

impl Add<Duration> for Utc {
    type Output = Self;

    fn add(self, span: Duration) -> Self {
        let millis = i64::try_from(span.as_millis()).unwrap_or(i64::MAX);
        Self(self.0.saturating_add(millis))
    }
}

/// Both clocks, read together once per event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Now {
    /// For timers.
    pub monotonic: Moment,
    /// For records and schedules.
    pub utc: Utc,
}

impl Now {
    /// The monotonic moment at which the wall clock will show `utc`, if it does not jump.
    #[must_use]
    pub fn moment_of(self, utc: Utc) -> Moment {
        self.monotonic + utc.since(self.utc)
    }
}

/// When a machine wants to be called with its timer event, and why (for traces).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Deadline {
    /// The moment; passing it late is allowed, early is not.
    pub at: Moment,
    /// The timer's name, such as `"timer G"` or `"ring time-out"`.
    pub why: &'static str,
}

impl Deadline {
    /// The earlier of two optional deadlines.
    #[must_use]
    pub fn earliest(left: Option<Self>, right: Option<Self>) -> Option<Self> {
        match (left, right) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (one, other) => one.or(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_far_away_saturates() {
        let never = Moment::from_nanos(u64::MAX - 1) + Duration::from_secs(1);
        assert_eq!(never.as_nanos(), u64::MAX);
    }

    #[test]
    fn the_earliest_of_two_deadlines_wins() {
        let soon = Deadline { at: Moment::from_millis(1), why: "soon" };
        let late = Deadline { at: Moment::from_millis(2), why: "late" };
        assert_eq!(Deadline::earliest(Some(late), Some(soon)), Some(soon));
        assert_eq!(Deadline::earliest(None, Some(late)), Some(late));
    }
}
