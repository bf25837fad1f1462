//! The clocks and the chance of this machine: the only place that reads them.

use crate::base::entropy::Entropy;
use crate::base::time::{Moment, Now, Utc};
use std::fs::File;
use std::io::{self, Read};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Both clocks of the machine, counted from the start of the process.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    began: Instant,
    utc_at_zero: Utc,
    /// The wall clock shows so many milliseconds more than that of the machine.
    ahead_ms: i64,
}

impl Clock {
    /// A clock that begins now.
    #[must_use]
    pub fn start() -> Self {
        Self { began: Instant::now(), utc_at_zero: utc(), ahead_ms: 0 }
    }

    /// A clock that begins now, and whose wall clock shows `shown` now: for rehearsals.
    #[must_use]
    pub fn start_at(shown: Utc) -> Self {
        let ahead_ms = shown.as_millis().saturating_sub(utc().as_millis());
        Self { began: Instant::now(), utc_at_zero: shown, ahead_ms }
    }

    /// The instant of [`Moment::ZERO`].
    #[must_use]
    pub const fn zero(&self) -> Instant {
        self.began
    }

    /// The wall clock as it stood at [`Moment::ZERO`].
    #[must_use]
    pub const fn utc_at_zero(&self) -> Utc {
        self.utc_at_zero
    }

    /// Both clocks, read together.
    #[must_use]
    pub fn now(&self) -> Now {
        let utc = Utc::from_millis(utc().as_millis().saturating_add(self.ahead_ms));
        Now { monotonic: self.moment(), utc }
    }

    /// The monotonic clock.
    #[must_use]
    pub fn moment(&self) -> Moment {
        self.moment_of(Instant::now())
    }

    /// The moment of an instant; the start if it is earlier.
    #[must_use]
    pub fn moment_of(&self, instant: Instant) -> Moment {
        Moment::ZERO + instant.saturating_duration_since(self.began)
    }

    /// The instant of a moment; a far one is cut to a year, which is never for a process.
    #[must_use]
    pub fn instant_of(&self, moment: Moment) -> Instant {
        const YEAR: Duration = Duration::from_secs(365 * 24 * 3600);
        self.began + moment.since(Moment::ZERO).min(YEAR)
    }
}

/// The wall clock. A clock set before 1970 reads as 1970.
#[must_use]
pub fn utc() -> Utc {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Utc::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// Chance from the operating system.
///
/// # Errors
///
/// The system's source cannot be read; nothing secret can be made without it.
pub fn entropy() -> io::Result<Entropy> {
    let mut seed = [0; 32];
    File::open("/dev/urandom")?.read_exact(&mut seed)?;
    Ok(Entropy::from_seed(seed))
}
