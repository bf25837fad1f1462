//! Keys as named events (RFC 4733): from packets to presses, and from presses to packets.

use crate::base::digit::Digit;

/// Bytes of an event's payload (RFC 4733 §2.3).
pub const PAYLOAD_BYTES: usize = 4;
/// The longest duration of one segment (RFC 4733 §2.5.1.3).
const SEGMENT_MAX: u32 = 0xFFFF;
/// How many presses are remembered, so that a late packet of one is no new press.
const REMEMBERED: usize = 16;
/// Final packets of one press (RFC 4733 §2.5.1.4).
const END_PACKETS: u8 = 3;
/// Volume that we send, in −dBm0 (RFC 4733 §2.3.4).
const VOLUME: u8 = 10;

/// What an event packet carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventPayload {
    /// 0 to 15 are keys; others are flash, tones and more.
    pub code: u8,
    /// The key is up again.
    pub end: bool,
    /// −dBm0, 0 to 63.
    pub volume: u8,
    /// Timestamp units since the event's timestamp.
    pub duration: u16,
}

impl EventPayload {
    /// Reads the first event of a payload; `None` if it is too short.
    #[must_use]
    pub fn read(payload: &[u8]) -> Option<Self> {
        let &[code, flags, high, low] = payload.first_chunk::<PAYLOAD_BYTES>()?;
        let duration = u16::from_be_bytes([high, low]);
        Some(Self { code, end: flags & 0x80 != 0, volume: flags & 0x3F, duration })
    }

    /// As it stands on the wire.
    #[must_use]
    pub const fn bytes(self) -> [u8; PAYLOAD_BYTES] {
        let [high, low] = self.duration.to_be_bytes();
        let end = if self.end { 0x80 } else { 0 };
        [self.code, end | (self.volume & 0x3F), high, low]
    }
}

/// Hears presses: one for each event timestamp, whichever of its packets come first, late,
/// twice or never.
#[derive(Debug, Clone, Default)]
pub struct EventReceiver {
    /// Timestamps of the last presses; only the first `known` count.
    seen: [u32; REMEMBERED],
    known: usize,
    next: usize,
    last: Option<Held>,
}

/// The event heard last.
#[derive(Debug, Clone, Copy)]
struct Held {
    code: u8,
    timestamp: u32,
    duration: u16,
    ended: bool,
}

impl EventReceiver {
    /// Takes one event packet with its RTP timestamp; a key if this is a new press.
    pub fn take(&mut self, timestamp: u32, payload: &[u8]) -> Option<Digit> {
        let event = EventPayload::read(payload)?;
        if self.seen.iter().take(self.known).any(|&seen| seen == timestamp) {
            self.hold_on(timestamp, event);
            return None;
        }
        let continues = self.last.is_some_and(|held| held.continues_at(timestamp, event.code));
        self.remember(timestamp);
        let newest =
            self.last.is_none_or(|held| (timestamp.wrapping_sub(held.timestamp) as i32) > 0);
        if newest {
            let EventPayload { code, end, duration, .. } = event;
            self.last = Some(Held { code, timestamp, duration, ended: end });
        }
        if continues { None } else { Digit::from_event(event.code) }
    }

    /// Forgets everything: the source began anew.
    pub fn reset(&mut self) {
        *self = Self::default();
    }

    fn hold_on(&mut self, timestamp: u32, event: EventPayload) {
        if let Some(held) = &mut self.last
            && held.timestamp == timestamp
        {
            held.duration = held.duration.max(event.duration);
            held.ended |= event.end;
        }
    }

    fn remember(&mut self, timestamp: u32) {
        if let Some(slot) = self.seen.get_mut(self.next) {
            *slot = timestamp;
        }
        self.next = (self.next + 1) % REMEMBERED;
        self.known = (self.known + 1).min(REMEMBERED);
    }
}

impl Held {
    /// A key held longer than one segment goes on under a new timestamp, exactly where the
    /// segment ended, without an end in between (RFC 4733 §2.5.1.3).
    fn continues_at(self, timestamp: u32, code: u8) -> bool {
        let step = timestamp.wrapping_sub(self.timestamp);
        let at_segment_end = step == SEGMENT_MAX || (step != 0 && step == u32::from(self.duration));
        code == self.code && !self.ended && at_segment_end
    }
}

/// One packet of a press that is being sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventPacket {
    /// Set on the first packet only.
    pub marker: bool,
    /// Samples from the beginning of the press, to be taken off the present timestamp: all
    /// packets of one press carry the timestamp of its beginning.
    pub age: u32,
    /// What the packet carries.
    pub payload: EventPayload,
}

/// Sends presses one after another, a packet each packet time, a pause between two.
#[derive(Debug, Clone)]
pub struct EventSender {
    digit: Digit,
    /// Packets sent of this press.
    sent: u32,
    ends: u8,
}

/// How long a sent key is held, in samples: 100 ms.
const HELD_SAMPLES: u32 = 800;

impl EventSender {
    /// Begins a press.
    #[must_use]
    pub const fn new(digit: Digit) -> Self {
        Self { digit, sent: 0, ends: 0 }
    }

    /// The next packet, `frame` samples after the one before; `None` once the press is over.
    pub fn next_packet(&mut self, frame: u32) -> Option<EventPacket> {
        if self.ends == END_PACKETS || frame == 0 {
            return None;
        }
        let age = self.sent.saturating_mul(frame);
        let grown = age.saturating_add(frame);
        let held = HELD_SAMPLES.div_ceil(frame).saturating_mul(frame);
        let end = grown > held;
        self.ends += u8::from(end);
        self.sent += 1;
        let payload = EventPayload {
            code: self.digit.event(),
            end,
            volume: VOLUME,
            duration: u16::try_from(grown.min(held)).unwrap_or(u16::MAX),
        };
        Some(EventPacket { marker: age == 0, age, payload })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::entropy::Entropy;

    #[test]
    fn a_press_is_told_once_however_its_packets_come() {
        let mut lines = Entropy::from_number(7);
        for _ in 0..500 {
            let mut ears = EventReceiver::default();
            let mut packets = press('5', 1_000);
            // Loses up to three, doubles some, and changes their order.
            for _ in 0..lines.below(4) {
                let lost = usize::try_from(lines.below(packets.len() as u64)).expect("small");
                packets.remove(lost);
            }
            for at in 0..packets.len() {
                let other = usize::try_from(lines.below(packets.len() as u64)).expect("small");
                packets.swap(at, other);
                packets.push(packets[other]);
            }
            assert_eq!(heard(&mut ears, &packets), "5");
        }
    }

    #[test]
    fn the_same_key_twice_is_two_presses_even_without_any_end() {
        let mut ears = EventReceiver::default();
        let mut packets = press('1', 1_000);
        packets.retain(|(_, payload)| payload[1] & 0x80 == 0);
        packets.extend(press('1', 4_000));
        assert_eq!(heard(&mut ears, &packets), "11");
    }

    #[test]
    fn a_straggler_of_an_earlier_press_is_no_press() {
        let mut ears = EventReceiver::default();
        let one = press('1', 1_000);
        let two = press('2', 4_000);
        let packets = [&one[..3], &two[..], &one[3..]].concat();
        assert_eq!(heard(&mut ears, &packets), "12");
    }

    #[test]
    fn a_key_held_for_twenty_seconds_is_one_press() {
        let mut ears = EventReceiver::default();
        let mut packets = Vec::new();
        for segment in 0..3_u32 {
            let timestamp = 500_u32.wrapping_add(segment * SEGMENT_MAX);
            for step in 1..=5_u16 {
                let duration = step * 13_107;
                let end = segment == 2 && step == 5;
                let payload = EventPayload { code: 11, end, volume: 10, duration };
                packets.push((timestamp, payload.bytes()));
            }
        }
        assert_eq!(heard(&mut ears, &packets), "#");
    }

    #[test]
    fn a_held_key_whose_segment_ended_unheard_is_still_one_press() {
        let mut ears = EventReceiver::default();
        let piece = |duration| EventPayload { code: 3, end: false, volume: 10, duration }.bytes();
        let packets = [(9, piece(160)), (9, piece(40_000)), (9 + SEGMENT_MAX, piece(160))];
        assert_eq!(heard(&mut ears, &packets), "3");
    }

    #[test]
    fn flash_and_short_payloads_are_no_keys() {
        let mut ears = EventReceiver::default();
        assert_eq!(ears.take(1, &[16, 10, 0, 160]), None);
        assert_eq!(ears.take(2, &[1, 10, 0]), None);
    }

    #[test]
    fn a_sent_press_grows_and_ends_three_times() {
        let packets = sent('9', 160);
        let durations: Vec<u16> = packets.iter().map(|packet| packet.payload.duration).collect();
        assert_eq!(durations, [160, 320, 480, 640, 800, 800, 800, 800]);
        let ends: Vec<bool> = packets.iter().map(|packet| packet.payload.end).collect();
        assert_eq!(ends, [false, false, false, false, false, true, true, true]);
        assert_eq!(packets.iter().filter(|packet| packet.marker).count(), 1);
    }

    fn sent(key: char, frame: u32) -> Vec<EventPacket> {
        let digit = Digit::from_char(key).expect("a key");
        let mut sender = EventSender::new(digit);
        std::iter::from_fn(|| sender.next_packet(frame)).collect()
    }

    fn press(key: char, timestamp: u32) -> Vec<(u32, [u8; 4])> {
        sent(key, 160).iter().map(|packet| (timestamp, packet.payload.bytes())).collect()
    }

    fn heard(ears: &mut EventReceiver, packets: &[(u32, [u8; 4])]) -> String {
        packets
            .iter()
            .filter_map(|(timestamp, payload)| ears.take(*timestamp, payload))
            .map(Digit::as_char)
            .collect()
    }
}
