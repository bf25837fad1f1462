//! Slows down who guesses passwords: failures by source, with a growing delay.

use crate::base::time::Moment;
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Duration;

/// Failures that anybody may have before a delay begins.
const FREE_FAILURES: u32 = 10;
/// The longest delay.
const DELAY_MAX: Duration = Duration::from_secs(300);
/// A source without failures for this long is forgotten.
const MEMORY: Duration = Duration::from_secs(3_600);
/// Sources remembered; the longest quiet one makes room.
const SOURCES_MAX: usize = 10_000;

/// Failures by source.
#[derive(Debug, Clone, Default)]
pub struct Guard {
    sources: BTreeMap<IpAddr, Strikes>,
}

#[derive(Debug, Clone, Copy)]
struct Strikes {
    count: u32,
    latest: Moment,
    blocked_until: Moment,
}

impl Guard {
    /// Whether this source must wait; nothing of it is checked until then.
    #[must_use]
    pub fn blocks(&self, source: IpAddr, now: Moment) -> bool {
        self.sources.get(&source).is_some_and(|strikes| now < strikes.blocked_until)
    }

    /// A wrong password or an unknown user from this source.
    pub fn failed(&mut self, source: IpAddr, now: Moment) {
        if !self.sources.contains_key(&source) && self.sources.len() >= SOURCES_MAX {
            self.make_room(now);
        }
        let fresh = Strikes { count: 0, latest: now, blocked_until: now };
        let strikes = self.sources.entry(source).or_insert(fresh);
        if now.since(strikes.latest) > MEMORY {
            *strikes = fresh;
        }
        strikes.count = strikes.count.saturating_add(1);
        strikes.latest = now;
        if strikes.count > FREE_FAILURES {
            let doublings = (strikes.count - FREE_FAILURES - 1).min(16);
            let delay = Duration::from_secs(1 << doublings).min(DELAY_MAX);
            strikes.blocked_until = now + delay;
        }
    }

    /// The right password came from this source.
    pub fn passed(&mut self, source: IpAddr) {
        self.sources.remove(&source);
    }

    fn make_room(&mut self, now: Moment) {
        self.sources.retain(|_, strikes| now.since(strikes.latest) <= MEMORY);
        let quietest = self.sources.iter().min_by_key(|(_, strikes)| strikes.latest);
        if self.sources.len() >= SOURCES_MAX
            && let Some((&source, _)) = quietest
        {
            self.sources.remove(&source);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_eleventh_wrong_password_blocks_its_source_and_nobody_else() {
        let (mut guard, ip) = (Guard::default(), |n: u8| IpAddr::from([192, 0, 2, n]));
        for _ in 0..10 {
            guard.failed(ip(1), Moment::ZERO);
        }
        assert!(!guard.blocks(ip(1), Moment::ZERO));
        guard.failed(ip(1), Moment::ZERO);
        assert!(guard.blocks(ip(1), Moment::from_millis(999)));
        assert!(!guard.blocks(ip(1), Moment::from_millis(1_000)));
        assert!(!guard.blocks(ip(2), Moment::ZERO));
        guard.failed(ip(1), Moment::from_millis(1_000));
        assert!(guard.blocks(ip(1), Moment::from_millis(2_999)), "the delay grows");
        guard.passed(ip(1));
        assert!(!guard.blocks(ip(1), Moment::from_millis(1_001)));
    }
}
