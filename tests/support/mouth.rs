//! A mouth: speaks tones, presses keys (RFC 4733), and keeps the line alive when silent.

use super::g711;
use ringback::base::time::Moment;
use std::collections::VecDeque;
use std::time::Duration;

const PACKET: Duration = Duration::from_millis(20);
const PACKET_SAMPLES: u32 = 160;
/// A silent phone sends one packet in this time (silence suppression).
const ALIVE: Duration = Duration::from_secs(1);
/// A key is held this many packets, then its end is told three times.
const HELD_PACKETS: u8 = 4;
/// Silence between two keys, in packets.
const GAP_PACKETS: u8 = 3;

/// What one leg of a phone says.
pub struct Mouth {
    sequence: u16,
    first_timestamp: u32,
    began: Moment,
    ssrc: u32,
    next: Moment,
    words: VecDeque<Word>,
    phase: f64,
}

enum Word {
    Tone { hz: u32, packets: u32 },
    Key { event: u8, sent: u8, began: u32 },
    Pause { packets: u8 },
}

/// How packets must be numbered for the far end.
#[derive(Debug, Clone, Copy)]
pub struct Types {
    pub payload_type: u8,
    pub event_payload_type: Option<u8>,
}

impl Mouth {
    pub fn new(now: Moment, ssrc: u32) -> Self {
        let (sequence, first_timestamp) = ((ssrc >> 7) as u16, ssrc.rotate_left(9));
        let words = VecDeque::new();
        Self { sequence, first_timestamp, began: now, ssrc, next: now, words, phase: 0.0 }
    }

    /// Speaks a tone.
    pub fn say(&mut self, now: Moment, hz: u32, length: Duration) {
        let packets = u32::try_from(length.as_millis() / 20).expect("a short tone");
        self.words.push_back(Word::Tone { hz, packets });
        self.wake(now);
    }

    /// Presses keys one after another.
    pub fn press(&mut self, now: Moment, keys: &str) {
        for key in keys.chars() {
            let event = "0123456789*#ABCD".find(key).expect("a key") as u8;
            self.words.push_back(Word::Key { event, sent: 0, began: 0 });
            self.words.push_back(Word::Pause { packets: GAP_PACKETS });
        }
        self.wake(now);
    }

    pub fn is_silent(&self) -> bool {
        self.words.is_empty()
    }

    pub fn deadline(&self) -> Moment {
        self.next
    }

    fn wake(&mut self, now: Moment) {
        self.next = self.next.min(now + PACKET);
    }

    /// The packet that is due.
    pub fn speak(&mut self, now: Moment, types: Types) -> Option<Vec<u8>> {
        if self.next > now {
            return None;
        }
        self.next = now + if self.words.is_empty() { ALIVE } else { PACKET };
        let samples = now.since(self.began).as_millis() as u32 * 8;
        self.packet(types, self.first_timestamp.wrapping_add(samples))
    }

    fn packet(&mut self, types: Types, timestamp: u32) -> Option<Vec<u8>> {
        let Some(word) = self.words.front_mut() else {
            return Some(self.sound(types, timestamp, &[0; PACKET_SAMPLES as usize]));
        };
        match word {
            Word::Tone { hz, packets } => {
                let step = std::f64::consts::TAU * f64::from(*hz) / 8_000.0;
                *packets = packets.saturating_sub(1);
                let done = *packets == 0;
                let mut samples = [0_i16; PACKET_SAMPLES as usize];
                for sample in &mut samples {
                    *sample = (self.phase.sin() * 8_000.0) as i16;
                    self.phase += step;
                }
                if done {
                    self.words.pop_front();
                }
                Some(self.sound(types, timestamp, &samples))
            }
            Word::Key { event, sent, began } => {
                if *sent == 0 {
                    *began = timestamp;
                }
                let (event, first, began) = (*event, *sent == 0, *began);
                *sent += 1;
                let ends = *sent > HELD_PACKETS;
                let held = u16::from((*sent).min(HELD_PACKETS + 1)) * PACKET_SAMPLES as u16;
                if *sent == HELD_PACKETS + 3 {
                    self.words.pop_front();
                }
                let [high, low] = held.to_be_bytes();
                let payload = [event, if ends { 0x80 | 10 } else { 10 }, high, low];
                Some(self.rtp(types.event_payload_type?, first, began, &payload))
            }
            Word::Pause { packets } => {
                *packets -= 1;
                if *packets == 0 {
                    self.words.pop_front();
                }
                Some(self.sound(types, timestamp, &[0; PACKET_SAMPLES as usize]))
            }
        }
    }

    fn sound(&mut self, types: Types, timestamp: u32, samples: &[i16]) -> Vec<u8> {
        let encode = if types.payload_type == 8 { g711::to_a } else { g711::to_mu };
        let payload: Vec<u8> = samples.iter().map(|sample| encode(*sample)).collect();
        self.rtp(types.payload_type, false, timestamp, &payload)
    }

    fn rtp(&mut self, payload_type: u8, marker: bool, timestamp: u32, payload: &[u8]) -> Vec<u8> {
        self.sequence = self.sequence.wrapping_add(1);
        let mut packet = vec![0x80, payload_type | if marker { 0x80 } else { 0 }];
        packet.extend(self.sequence.to_be_bytes());
        packet.extend(timestamp.to_be_bytes());
        packet.extend(self.ssrc.to_be_bytes());
        packet.extend(payload);
        packet
    }
}
