//! What one port sends, as one RTP stream from open to close: one SSRC, sequence numbers without
//! gaps, timestamps that go with the clock.

use crate::base::entropy::Entropy;
use crate::rtp::packet::{HEADER_BYTES, Header};

/// Samples of one tick of a millisecond.
pub const TICK_SAMPLES: u32 = 8;

/// The outgoing stream.
#[derive(Debug, Clone)]
pub struct Stream {
    ssrc: u32,
    /// Sequence number of the newest packet.
    sequence: u16,
    /// Timestamp of tick 0.
    base: u32,
    /// Timestamp at which the newest sound ended.
    ended: Option<u32>,
    packets: u64,
    bytes: u64,
    /// The tick of the newest packet.
    last_tick: Option<u64>,
}

impl Stream {
    /// A stream with chance beginnings (RFC 3550 §5.1).
    #[must_use]
    pub fn new(entropy: &mut Entropy) -> Self {
        let start = entropy.u64();
        Self {
            ssrc: entropy.u32(),
            sequence: start as u16,
            base: (start >> 32) as u32,
            ended: None,
            packets: 0,
            bytes: 0,
            last_tick: None,
        }
    }

    /// Its SSRC.
    #[must_use]
    pub const fn ssrc(&self) -> u32 {
        self.ssrc
    }

    /// Packets so far.
    #[must_use]
    pub const fn packets(&self) -> u64 {
        self.packets
    }

    /// Payload bytes so far.
    #[must_use]
    pub const fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The tick of the newest packet.
    #[must_use]
    pub const fn last_tick(&self) -> Option<u64> {
        self.last_tick
    }

    /// The timestamp of sound that begins at `tick`.
    #[must_use]
    pub const fn stamp(&self, tick: u64) -> u32 {
        self.base.wrapping_add((tick as u32).wrapping_mul(TICK_SAMPLES))
    }

    /// The header of our own next packet of sound at `tick`, with `payload_type` and `samples`;
    /// the marker tells a talkspurt after a gap (RFC 3551 §4.1).
    pub fn sound(&mut self, tick: u64, payload_type: u8, samples: usize) -> [u8; HEADER_BYTES] {
        let mut timestamp = self.stamp(tick);
        let mut marker = true;
        if let Some(ended) = self.ended {
            let gap = timestamp.wrapping_sub(ended) as i32;
            // What was relayed may have run ahead of our clock; never go back.
            if gap < 0 {
                self.base = self.base.wrapping_add(gap.unsigned_abs());
                timestamp = ended;
            }
            marker = gap > 0;
        }
        self.write(tick, Header { marker, payload_type, timestamp, ..self.next() }, samples)
    }

    /// The header of a packet whose timestamp and marker are given: a key, or relayed sound.
    /// `step` is how many sequence numbers it is ahead of the newest packet.
    pub fn stamped(&mut self, tick: u64, step: u16, header: Stamped) -> [u8; HEADER_BYTES] {
        let Stamped { marker, payload_type, timestamp, samples } = header;
        let sequence = self.sequence.wrapping_add(step);
        let header = Header { marker, payload_type, sequence, timestamp, ssrc: self.ssrc };
        self.write(tick, header, samples)
    }

    /// The header of a packet that should have come `behind` packets before the newest one.
    pub fn straggler(&mut self, tick: u64, behind: u16, header: Stamped) -> [u8; HEADER_BYTES] {
        let Stamped { marker, payload_type, timestamp, samples } = header;
        let sequence = self.sequence.wrapping_sub(behind);
        let header = Header { marker, payload_type, sequence, timestamp, ssrc: self.ssrc };
        self.count(tick, samples);
        header.bytes()
    }

    const fn next(&self) -> Header {
        let sequence = self.sequence.wrapping_add(1);
        Header { marker: false, payload_type: 0, sequence, timestamp: 0, ssrc: self.ssrc }
    }

    fn write(&mut self, tick: u64, header: Header, samples: usize) -> [u8; HEADER_BYTES] {
        self.sequence = header.sequence;
        let end = header.timestamp.wrapping_add(samples as u32);
        if self.ended.is_none_or(|ended| (end.wrapping_sub(ended) as i32) > 0) {
            self.ended = Some(end);
        }
        self.count(tick, samples);
        header.bytes()
    }

    fn count(&mut self, tick: u64, samples: usize) {
        self.packets += 1;
        self.bytes += samples as u64;
        self.last_tick = Some(tick);
    }
}

/// A header whose time is not our beat's.
#[derive(Debug, Clone, Copy)]
pub struct Stamped {
    /// As it is to be sent.
    pub marker: bool,
    /// As it is to be sent.
    pub payload_type: u8,
    /// As it is to be sent.
    pub timestamp: u32,
    /// Samples that follow the timestamp; 0 for an event.
    pub samples: usize,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rtp::packet::Packet;

    #[test]
    fn a_pause_moves_the_timestamp_and_sets_the_marker_but_leaves_no_gap_in_the_numbers() {
        let mut stream = Stream::new(&mut Entropy::from_number(3));
        let headers = [0, 20, 40, 1_000, 1_020].map(|tick| header(stream.sound(tick, 8, 160)));
        let first = headers[0];
        let steps = headers.map(|header| {
            let timestamp = header.timestamp.wrapping_sub(first.timestamp);
            (header.sequence.wrapping_sub(first.sequence), timestamp, header.marker)
        });
        let expected =
            [(0, 0, true), (1, 160, false), (2, 320, false), (3, 8_000, true), (4, 8_160, false)];
        assert_eq!(steps, expected);
        assert!(headers.iter().all(|header| header.ssrc == stream.ssrc()));
    }

    #[test]
    fn timestamps_never_go_back_after_relayed_sound_that_ran_ahead() {
        let mut stream = Stream::new(&mut Entropy::from_number(3));
        let ahead = stream.stamp(100);
        let relayed = Stamped { marker: false, payload_type: 8, timestamp: ahead, samples: 160 };
        stream.stamped(0, 1, relayed);
        let next = header(stream.sound(20, 8, 160));
        assert_eq!(next.timestamp, ahead.wrapping_add(160));
    }

    fn header(bytes: [u8; HEADER_BYTES]) -> Header {
        Packet::read(&bytes).expect("a packet").header
    }
}
