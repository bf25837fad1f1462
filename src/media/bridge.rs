//! Passes what one port hears to its partner.
//!
//! Sound is passed on the moment it comes: the phones at both ends have playout buffers, and a
//! third one between them would only add delay. Loss and order stay visible to them, because
//! sequence numbers and timestamps are moved, not made anew. Where the partner wants another
//! packet time, a small buffer cuts the sound anew at the partner's beat.

use super::playout::{FRAME_BYTES_MAX, Scratch};
use super::stream::{Stamped, Stream};
use crate::audio::g711::Law;
use crate::rtp::jitter::JitterBuffer;
use crate::rtp::packet::HEADER_BYTES;

/// Sound whose moved timestamp is further from our clock than this is taken as a new stream:
/// one second.
const ASTRAY_SAMPLES: u32 = 8_000;
/// Lost packets that are passed on as lost; more are a pause.
const LOST_PACKETS_MAX: u32 = 200;
/// How far the sound of another packet time runs behind.
const RECUT_DELAY_MS: u16 = 60;

/// What a port heard, for its partner.
#[derive(Debug, Clone, Copy)]
pub struct Heard<'a> {
    /// Sound or event.
    pub what: What,
    /// Extended sequence number.
    pub number: u32,
    /// Whether nothing before can be compared with it.
    pub restarted: bool,
    /// As it came.
    pub marker: bool,
    /// As it came.
    pub timestamp: u32,
    /// As it came.
    pub payload: &'a [u8],
}

/// What a packet carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// Sound in this code.
    Sound(Law),
    /// A telephone-event.
    Event,
}

/// How the partner wants it.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    /// Code of the sound.
    pub law: Law,
    /// Payload type of sound.
    pub payload_type: u8,
    /// Payload type of events; without one they are dropped.
    pub event_payload_type: Option<u8>,
    /// Samples in a packet.
    pub samples: usize,
}

/// The way from one partner to the other.
#[derive(Debug, Default)]
pub struct Relay {
    /// Where the incoming stream stands; `None` before its first packet.
    track: Option<Track>,
    /// Sound that must be cut anew, in the code the partner speaks.
    recut: Option<Box<JitterBuffer>>,
}

#[derive(Debug, Clone, Copy)]
struct Track {
    /// The first number that was passed on; what is older belongs to an earlier time.
    first: u32,
    /// The highest number that was passed on.
    highest: u32,
    /// Added to incoming timestamps.
    shift: u32,
}

impl Relay {
    /// Passes one packet on: the header and payload to send now, if any.
    pub fn pass<'a>(
        &mut self,
        heard: &Heard<'a>,
        wanted: &Wanted,
        (stream, tick): (&mut Stream, u64),
        scratch: &'a mut Scratch,
    ) -> Option<([u8; HEADER_BYTES], &'a [u8])> {
        let now = stream.stamp(tick);
        if heard.restarted {
            self.track = None;
        }
        let mut track = self.track.unwrap_or_else(|| Track::beginning(heard, now));
        let (payload_type, samples, payload) = match heard.what {
            What::Event => (wanted.event_payload_type?, 0, heard.payload),
            What::Sound(law) => {
                track.follow(heard.timestamp, now);
                let payload = recode(law, wanted.law, heard.payload, scratch)?;
                if payload.len() != wanted.samples {
                    track.highest = heard.number;
                    self.track = Some(track);
                    self.cut_anew(heard, wanted, payload);
                    return None;
                }
                (wanted.payload_type, payload.len(), payload)
            }
        };
        let timestamp = heard.timestamp.wrapping_add(track.shift);
        let first = self.track.is_none();
        let marker = heard.marker || first;
        let header = Stamped { marker, payload_type, timestamp, samples };
        let ahead = heard.number.wrapping_sub(track.highest);
        let bytes = if first {
            stream.stamped(tick, 1, header)
        } else if ahead == 0 || heard.number < track.first {
            return None;
        } else if ahead < u32::MAX / 2 {
            track.highest = heard.number;
            let step = if ahead <= LOST_PACKETS_MAX { ahead as u16 } else { 1 };
            stream.stamped(tick, step, header)
        } else {
            stream.straggler(tick, track.highest.wrapping_sub(heard.number) as u16, header)
        };
        self.track = Some(track);
        Some((bytes, payload))
    }

    /// Whether sound waits to be cut anew at the partner's beat.
    #[must_use]
    pub fn waits(&self) -> bool {
        self.recut.as_ref().is_some_and(|buffer| buffer.waiting() > 0)
    }

    /// The next `samples` of sound that is cut anew; `None` when nothing waits.
    pub fn frame<'a>(&mut self, samples: usize, scratch: &'a mut Scratch) -> Option<&'a [u8]> {
        let buffer = self.recut.as_mut().filter(|buffer| buffer.waiting() > 0)?;
        let frame = scratch.get_mut(..samples.min(FRAME_BYTES_MAX))?;
        buffer.pull(frame);
        Some(frame)
    }

    fn cut_anew(&mut self, heard: &Heard<'_>, wanted: &Wanted, payload: &[u8]) {
        let silence = wanted.law.silence();
        let new = || Box::new(JitterBuffer::new(RECUT_DELAY_MS, silence));
        self.recut.get_or_insert_with(new).push(heard.timestamp, payload);
    }
}

impl Track {
    const fn beginning(heard: &Heard<'_>, now: u32) -> Self {
        let shift = now.wrapping_sub(heard.timestamp);
        Self { first: heard.number, highest: heard.number, shift }
    }

    /// Keeps the moved timestamps near our clock.
    const fn follow(&mut self, timestamp: u32, now: u32) {
        let astray = timestamp.wrapping_add(self.shift).wrapping_sub(now) as i32;
        if astray.unsigned_abs() > ASTRAY_SAMPLES {
            self.shift = now.wrapping_sub(timestamp);
        }
    }
}

/// The payload in the partner's code: untouched if it is the same. `None` if it is longer than
/// any packet time that we speak, or empty.
fn recode<'a>(from: Law, to: Law, payload: &'a [u8], scratch: &'a mut Scratch) -> Option<&'a [u8]> {
    if payload.is_empty() || payload.len() > FRAME_BYTES_MAX {
        return None;
    }
    if from == to {
        return Some(payload);
    }
    let words = scratch.get_mut(..payload.len())?;
    words.copy_from_slice(payload);
    from.transcode(to, words);
    Some(words)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::entropy::Entropy;
    use crate::rtp::packet::{Header, Packet};

    const WANTED: Wanted =
        Wanted { law: Law::A, payload_type: 8, event_payload_type: Some(96), samples: 160 };

    #[test]
    fn loss_and_order_stay_as_they_are() {
        let mut line = Line::new(WANTED);
        let numbers: Vec<(u16, u32)> = [0_u32, 1, 4, 3, 3, 4, 5]
            .iter()
            .filter_map(|&number| line.pass(number, What::Sound(Law::A), &[7; 160]))
            .map(|(header, _)| (header.sequence, header.timestamp))
            .collect();
        let first = numbers[0];
        let steps: Vec<(i16, i32)> = numbers
            .iter()
            .map(|now| {
                let step = now.0.wrapping_sub(first.0) as i16;
                (step, now.1.wrapping_sub(first.1) as i32 / 160)
            })
            .collect();
        assert_eq!(steps, [(0, 0), (1, 1), (4, 4), (3, 3), (3, 3), (5, 5)]);
    }

    #[test]
    fn the_same_code_is_passed_byte_for_byte_and_the_other_by_table() {
        let payload: Vec<u8> = (0..160).collect();
        let mut line = Line::new(WANTED);
        let (_, same) = line.pass(0, What::Sound(Law::A), &payload).expect("a packet");
        let (_, other) = line.pass(1, What::Sound(Law::Mu), &payload).expect("a packet");
        let mut table = payload.clone();
        Law::Mu.transcode(Law::A, &mut table);
        assert_eq!((same, other), (payload, table));
    }

    #[test]
    fn events_keep_their_place_in_time_and_take_the_partners_payload_type() {
        let mut line = Line::new(WANTED);
        let (sound, _) = line.pass(0, What::Sound(Law::A), &[7; 160]).expect("a packet");
        let (event, payload) = line.pass(1, What::Event, &[5, 10, 0, 160]).expect("a packet");
        assert_eq!((event.payload_type, payload), (96, vec![5, 10, 0, 160]));
        assert_eq!(event.timestamp.wrapping_sub(sound.timestamp), 160);
        let mut deaf = Line::new(Wanted { event_payload_type: None, ..WANTED });
        assert_eq!(deaf.pass(0, What::Event, &[5, 10, 0, 160]), None);
    }

    #[test]
    fn another_packet_time_is_cut_anew_without_a_sample_lost() {
        let mut line = Line::new(Wanted { samples: 240, ..WANTED });
        let mut scratch = [0; FRAME_BYTES_MAX];
        let mut sent = Vec::new();
        for number in 0..60_u32 {
            let word = u8::try_from(number + 1).expect("small");
            assert_eq!(line.pass(number, What::Sound(Law::A), &[word; 160]), None);
            if number % 3 != 0 {
                sent.extend_from_slice(line.relay.frame(240, &mut scratch).expect("sound"));
            }
        }
        while let Some(frame) = line.relay.frame(240, &mut scratch) {
            sent.extend_from_slice(frame);
        }
        let sound: Vec<u8> = sent.into_iter().filter(|&word| word != Law::A.silence()).collect();
        let expected: Vec<u8> = (1..=60_u8).flat_map(|word| [word; 160]).collect();
        assert!(sound == expected, "{} samples", sound.len());
    }

    struct Line {
        relay: Relay,
        stream: Stream,
        wanted: Wanted,
    }

    impl Line {
        fn new(wanted: Wanted) -> Self {
            let stream = Stream::new(&mut Entropy::from_number(1));
            Self { relay: Relay::default(), stream, wanted }
        }

        fn pass(&mut self, number: u32, what: What, payload: &[u8]) -> Option<(Header, Vec<u8>)> {
            let mut scratch = [0; FRAME_BYTES_MAX];
            let heard = Heard {
                what,
                number: 65_536 + number,
                restarted: false,
                marker: false,
                timestamp: 77_000 + number * 160,
                payload,
            };
            let stream = (&mut self.stream, u64::from(number) * 20);
            let (header, payload) = self.relay.pass(&heard, &self.wanted, stream, &mut scratch)?;
            let header = Packet::read(&header).expect("a packet").header;
            Some((header, payload.to_vec()))
        }
    }
}
