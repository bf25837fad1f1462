//! When ports beat: a wheel of 64 milliseconds, on which the ports of one packet time are
//! spread so that no millisecond has much more to send than another.

use super::traffic::Slot;

/// Spokes; more than the longest packet time of 60 ms.
const SPOKES: usize = 64;
/// How many missed milliseconds are made up for; what is older is left out.
const LAG_TICKS_MAX: u64 = 60;
/// How far ahead a new port looks for a quiet millisecond.
const SPREAD_TICKS: u64 = 10;

/// A place on the wheel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Spoke(u8);

impl Spoke {
    #[expect(clippy::cast_possible_truncation, reason = "a spoke is below 64")]
    const fn of(tick: u64) -> Self {
        Self((tick % SPOKES as u64) as u8)
    }

    const fn index(self) -> usize {
        self.0 as usize
    }
}

/// The wheel; a tick is one millisecond of the monotonic clock.
#[derive(Debug)]
pub(super) struct Wheel {
    spokes: Vec<Vec<Slot>>,
    /// The first tick that has not been served.
    next: u64,
    entries: usize,
}

impl Wheel {
    pub(super) fn new() -> Self {
        Self { spokes: vec![Vec::new(); SPOKES], next: 0, entries: 0 }
    }

    /// Puts a port where few others are, at most [`SPREAD_TICKS`] after `now`.
    pub(super) fn spread(&mut self, slot: Slot, now: u64) -> Spoke {
        let first = self.next.max(now + 1);
        let crowd = |tick: u64| self.spokes.get(Spoke::of(tick).index()).map_or(0, Vec::len);
        let quiet = (first..first + SPREAD_TICKS).min_by_key(|&tick| crowd(tick));
        self.put(slot, quiet.unwrap_or(first))
    }

    /// Puts a port at `tick`, which lies less than 64 ahead.
    pub(super) fn put(&mut self, slot: Slot, tick: u64) -> Spoke {
        let spoke = Spoke::of(tick);
        if let Some(slots) = self.spokes.get_mut(spoke.index()) {
            slots.push(slot);
            self.entries += 1;
        }
        spoke
    }

    /// Goes to the next tick up to `now`: its slots are moved to `due`, which must be empty.
    pub(super) fn turn(&mut self, now: u64, due: &mut Vec<Slot>) -> Option<(u64, Spoke)> {
        if self.entries == 0 {
            self.next = self.next.max(now + 1);
        }
        if self.next > now {
            return None;
        }
        self.next = self.next.max(now.saturating_sub(LAG_TICKS_MAX));
        let tick = self.next;
        self.next += 1;
        let spoke = Spoke::of(tick);
        if let Some(slots) = self.spokes.get_mut(spoke.index()) {
            self.entries -= slots.len();
            std::mem::swap(slots, due);
        }
        Some((tick, spoke))
    }

    /// The first tick with a port on it.
    pub(super) fn due(&self) -> Option<u64> {
        if self.entries == 0 {
            return None;
        }
        (self.next..self.next + SPOKES as u64)
            .find(|&tick| self.spokes.get(Spoke::of(tick).index()).is_some_and(|s| !s.is_empty()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thousand_ports_that_begin_together_are_spread() {
        let mut wheel = Wheel::new();
        for slot in 0..1_000 {
            wheel.spread(Slot(slot), 5);
        }
        let mut due = Vec::new();
        let mut crowds = Vec::new();
        while wheel.turn(15, &mut due).is_some() {
            crowds.push(due.len());
            due.clear();
        }
        assert_eq!(crowds.iter().filter(|&&crowd| crowd == 100).count(), 10);
    }

    #[test]
    fn after_a_long_stop_every_port_beats_again() {
        let mut wheel = Wheel::new();
        for slot in 0..60 {
            wheel.put(Slot(slot), u64::from(slot) + 1);
        }
        let mut due = Vec::new();
        let mut served = 0;
        for now in [5_000, 5_001, 5_002, 5_003, 5_004] {
            while wheel.turn(now, &mut due).is_some() {
                served += due.len();
                due.clear();
            }
        }
        assert_eq!((served, wheel.due()), (60, None));
    }
}
