//! What came of a stream and what did not: extended sequence numbers, loss and jitter
//! (RFC 3550 §A.1, §A.3, §A.8).
//!
//! ```text
//!            two in order              far jump, then its successor
//! Probation ──────────────► Valid ──────────────────────────────────► Valid (counted anew)
//!     └─ out of order: starts again        └─ far jump alone: dropped
//! ```

/// Packets in order before a source is believed (RFC 3550 §A.1, MIN_SEQUENTIAL).
pub const IN_ORDER_MIN: u8 = 2;
/// A jump ahead of this many packets or more is no loss but another stream.
const DROPOUT_PACKETS_MAX: u16 = 3_000;
/// A packet at most this late is reordered, not another stream.
const MISORDER_PACKETS_MAX: u16 = 100;
const CYCLE: u32 = 1 << 16;

/// Whether a packet belongs to the stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Not believed yet, or a lone far jump.
    Refused,
    /// In the stream, with its extended sequence number.
    Taken(u32),
    /// In the stream, but the source began anew: nothing before can be compared with it.
    Restarted(u32),
}

/// One source's stream of packets.
#[derive(Debug, Clone)]
pub struct Sequence {
    state: State,
    jitter: Jitter,
}

#[derive(Debug, Clone)]
enum State {
    /// Waits for `left` more packets in order, the next being `expected`.
    Probation { expected: u16, left: u8 },
    /// Believed.
    Valid(Counts),
}

#[derive(Debug, Clone)]
struct Counts {
    /// The first extended sequence number.
    base: u32,
    /// The highest extended sequence number.
    highest: u32,
    /// Packets taken since `base`, repeats included.
    received: u32,
    /// What a far jump must be followed by to be believed.
    restart: Option<u16>,
    /// Expected and received at the last report.
    reported: (u32, u32),
}

/// What a report says of the stream since the last report (RFC 3550 §6.4.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reception {
    /// Lost since the last report, in 1/256.
    pub fraction_lost: u8,
    /// Lost since the start; 24 bits, never negative here.
    pub lost: u32,
    /// The highest extended sequence number.
    pub highest: u32,
    /// Interarrival jitter in timestamp units.
    pub jitter: u32,
}

impl Sequence {
    /// A stream that begins with `first`, which is already believed: its address is known.
    #[must_use]
    pub fn started(first: u16) -> Self {
        Self { state: State::Valid(Counts::new(first)), jitter: Jitter::default() }
    }

    /// A stream on probation, of which `first` was the first packet.
    #[must_use]
    pub fn probation(first: u16) -> Self {
        let state = State::Probation { expected: first.wrapping_add(1), left: IN_ORDER_MIN - 1 };
        Self { state, jitter: Jitter::default() }
    }

    /// Takes the number of one more packet.
    pub fn take(&mut self, sequence: u16) -> Place {
        match &mut self.state {
            State::Probation { expected, left } => {
                if sequence != *expected {
                    *left = IN_ORDER_MIN - 1;
                    *expected = sequence.wrapping_add(1);
                    return Place::Refused;
                }
                *left -= 1;
                *expected = sequence.wrapping_add(1);
                if *left > 0 {
                    return Place::Refused;
                }
                self.state = State::Valid(Counts::new(sequence));
                Place::Restarted(CYCLE + u32::from(sequence))
            }
            State::Valid(counts) => counts.take(sequence),
        }
    }

    /// Takes the arrival of a packet for the jitter: `arrival` in timestamp units of our clock.
    pub fn arrived(&mut self, arrival: u32, timestamp: u32) {
        self.jitter.take(arrival.wrapping_sub(timestamp));
    }

    /// Packets that never came (RFC 3550 §A.3); repeats can hide some.
    #[must_use]
    pub fn lost(&self) -> u32 {
        match &self.state {
            State::Probation { .. } => 0,
            State::Valid(counts) => counts.expected().saturating_sub(counts.received),
        }
    }

    /// What the next report says; the interval for its fraction begins anew.
    pub fn report(&mut self) -> Option<Reception> {
        let jitter = self.jitter.value();
        match &mut self.state {
            State::Probation { .. } => None,
            State::Valid(counts) => Some(counts.report(jitter)),
        }
    }
}

impl Counts {
    fn new(first: u16) -> Self {
        // One cycle ahead, so that a packet from before the first has a number too.
        let first = CYCLE + u32::from(first);
        Self { base: first, highest: first, received: 1, restart: None, reported: (0, 0) }
    }

    const fn expected(&self) -> u32 {
        self.highest.wrapping_sub(self.base).wrapping_add(1)
    }

    fn take(&mut self, sequence: u16) -> Place {
        let ahead = sequence.wrapping_sub(self.highest as u16);
        if ahead < DROPOUT_PACKETS_MAX {
            self.highest = self.highest.wrapping_add(u32::from(ahead));
        } else if ahead <= u16::MAX - MISORDER_PACKETS_MAX {
            if self.restart != Some(sequence) {
                self.restart = Some(sequence.wrapping_add(1));
                return Place::Refused;
            }
            *self = Self::new(sequence);
            return Place::Restarted(self.highest);
        } else {
            self.restart = None;
            self.received = self.received.wrapping_add(1);
            let behind = sequence.wrapping_neg().wrapping_add(self.highest as u16);
            let number = self.highest.wrapping_sub(u32::from(behind));
            self.base = self.base.min(number);
            return Place::Taken(number);
        }
        self.restart = None;
        self.received = self.received.wrapping_add(1);
        Place::Taken(self.highest)
    }

    fn report(&mut self, jitter: u32) -> Reception {
        let expected = self.expected();
        let (expected_before, received_before) = self.reported;
        self.reported = (expected, self.received);
        let span = expected.wrapping_sub(expected_before);
        let came = self.received.wrapping_sub(received_before);
        let missing = u64::from(span.saturating_sub(came));
        let fraction = if span == 0 { 0 } else { missing * 256 / u64::from(span) };
        Reception {
            fraction_lost: u8::try_from(fraction).unwrap_or(u8::MAX),
            lost: expected.saturating_sub(self.received).min(0x7F_FFFF),
            highest: self.highest,
            jitter,
        }
    }
}

/// Mean deviation of transit times, in sixteenths (RFC 3550 §A.8).
#[derive(Debug, Clone, Default)]
struct Jitter {
    transit: Option<u32>,
    sixteenths: u32,
}

impl Jitter {
    fn take(&mut self, transit: u32) {
        if let Some(before) = self.transit.replace(transit) {
            let change = (transit.wrapping_sub(before) as i32).unsigned_abs();
            self.sixteenths = self
                .sixteenths
                .saturating_add(change)
                .saturating_sub((self.sixteenths.saturating_add(8)) >> 4);
        }
    }

    const fn value(&self) -> u32 {
        self.sixteenths >> 4
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrap_is_no_loss() {
        let mut stream = Sequence::started(65_534);
        assert_eq!(stream.take(65_535), Place::Taken(CYCLE + 65_535));
        assert_eq!(stream.take(0), Place::Taken(2 * CYCLE));
        assert_eq!(stream.take(1), Place::Taken(2 * CYCLE + 1));
        assert_eq!(stream.lost(), 0);
    }

    #[test]
    fn lost_packets_are_counted_and_late_ones_are_found() {
        let mut stream = Sequence::started(10);
        assert_eq!(stream.take(14), Place::Taken(CYCLE + 14));
        assert_eq!(stream.lost(), 3);
        assert_eq!(stream.take(12), Place::Taken(CYCLE + 12));
        assert_eq!(stream.lost(), 2);
    }

    #[test]
    fn a_late_packet_across_the_wrap_keeps_its_number() {
        let mut stream = Sequence::started(65_534);
        assert_eq!(stream.take(1), Place::Taken(2 * CYCLE + 1));
        assert_eq!(stream.take(65_535), Place::Taken(CYCLE + 65_535));
    }

    #[test]
    fn one_stray_number_changes_nothing_but_two_in_order_begin_anew() {
        let mut stream = Sequence::started(10);
        assert_eq!(stream.take(30_000), Place::Refused);
        assert_eq!(stream.take(11), Place::Taken(CYCLE + 11));
        assert_eq!(stream.take(30_000), Place::Refused);
        assert_eq!(stream.take(30_001), Place::Restarted(CYCLE + 30_001));
        assert_eq!(stream.lost(), 0);
    }

    #[test]
    fn a_source_on_probation_needs_two_in_order() {
        let mut stream = Sequence::probation(5);
        assert_eq!(stream.take(7), Place::Refused);
        assert_eq!(stream.take(8), Place::Restarted(CYCLE + 8));
    }

    #[test]
    fn a_report_tells_the_loss_since_the_last_one() {
        let mut stream = Sequence::started(0);
        for sequence in (1..100).filter(|n| n % 4 != 0) {
            stream.take(sequence);
        }
        let first = stream.report().expect("a report");
        assert_eq!((first.lost, first.fraction_lost), (24, 61));
        for sequence in 100..200 {
            stream.take(sequence);
        }
        let second = stream.report().expect("a report");
        assert_eq!((second.lost, second.fraction_lost), (24, 0));
    }

    #[test]
    fn an_even_stream_has_no_jitter_and_an_uneven_one_has() {
        let mut even = Sequence::started(0);
        let mut uneven = Sequence::started(0);
        for packet in 0..400_u32 {
            even.arrived(1_000 + packet * 160, packet * 160);
            uneven.arrived(1_000 + packet * 160 + (packet % 2) * 80, packet * 160);
        }
        assert_eq!(even.report().map(|report| report.jitter), Some(0));
        let jitter = uneven.report().map_or(0, |report| report.jitter);
        assert!((70..=80).contains(&jitter), "{jitter}");
    }
}
