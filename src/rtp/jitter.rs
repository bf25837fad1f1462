//! A small playout buffer: what arrives uneven, late or not at all leaves evenly.
//!
//! Bytes are placed by their timestamp, so order and repeats do not matter; what never came is
//! silence. Reading follows [`DELAY`](JitterBuffer::new) behind the sound, and catches up when
//! the far clock runs faster than ours.

/// Room for 512 ms of 8 kHz sound at one byte a sample; a power of two.
const CAPACITY: usize = 4_096;

/// One stream of bytes by timestamp.
#[derive(Debug, Clone)]
pub struct JitterBuffer {
    ring: Box<[u8; CAPACITY]>,
    silence: u8,
    /// Samples between the newest sound and what is read, at the start.
    delay: u32,
    /// Where reading is and where the sound ends; `None` before the first packet.
    window: Option<Window>,
    /// Samples that came too late to be read.
    late: u64,
}

#[derive(Debug, Clone, Copy)]
struct Window {
    read: u32,
    newest: u32,
}

impl Window {
    /// Samples that wait; negative once reading has run past the sound.
    const fn depth(self) -> i32 {
        self.newest.wrapping_sub(self.read) as i32
    }
}

impl JitterBuffer {
    /// An empty buffer that keeps `delay_ms` (at most 200) behind, and fills with `silence`.
    #[must_use]
    pub fn new(delay_ms: u16, silence: u8) -> Self {
        let delay = u32::from(delay_ms.min(200)) * 8;
        Self { ring: Box::new([silence; CAPACITY]), silence, delay, window: None, late: 0 }
    }

    /// Places a payload; what is too late is dropped, what is far ahead begins anew.
    pub fn push(&mut self, timestamp: u32, payload: &[u8]) {
        let Ok(length) = u32::try_from(payload.len()) else { return };
        let reach = CAPACITY as i32 - i32::try_from(length).unwrap_or(i32::MAX);
        if reach < self.delay as i32 {
            return;
        }
        let window = match self.window {
            Some(window) => {
                let ahead = timestamp.wrapping_sub(window.read) as i32;
                let lost_touch = ahead > reach || ahead < -(CAPACITY as i32);
                if lost_touch || window.depth() < -(CAPACITY as i32) {
                    self.begin_at(timestamp)
                } else {
                    window
                }
            }
            None => self.begin_at(timestamp),
        };
        let ahead = timestamp.wrapping_sub(window.read) as i32;
        let skipped = usize::try_from(-ahead.min(0)).unwrap_or(0).min(payload.len());
        self.late += skipped as u64;
        for (offset, &byte) in payload.iter().enumerate().skip(skipped) {
            let at = (timestamp.wrapping_add(offset as u32)) as usize % CAPACITY;
            if let Some(place) = self.ring.get_mut(at) {
                *place = byte;
            }
        }
        let end = timestamp.wrapping_add(length);
        let mut window = window;
        if (end.wrapping_sub(window.newest) as i32) > 0 {
            window.newest = end;
        }
        self.window = Some(window);
    }

    /// Reads the next samples into `frame`; whether any of them had come.
    pub fn pull(&mut self, frame: &mut [u8]) -> bool {
        let Some(mut window) = self.window else {
            frame.fill(self.silence);
            return false;
        };
        // A far clock that is faster than ours would fill the ring: leave a piece out.
        if window.depth() > (self.delay as i32) * 3 + frame.len() as i32 {
            let skipped = window.depth() as u32 - self.delay - frame.len() as u32;
            self.clear(window.read, skipped);
            window.read = window.read.wrapping_add(skipped);
        }
        let heard = window.depth() > 0;
        for (offset, byte) in frame.iter_mut().enumerate() {
            let at = (window.read.wrapping_add(offset as u32)) as usize % CAPACITY;
            let place = self.ring.get_mut(at);
            *byte = place.map_or(self.silence, |place| std::mem::replace(place, self.silence));
        }
        window.read = window.read.wrapping_add(frame.len() as u32);
        self.window = Some(window);
        heard
    }

    /// How many samples wait to be read.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.window.map_or(0, |window| usize::try_from(window.depth()).unwrap_or(0))
    }

    /// Samples that came too late to be read.
    #[must_use]
    pub const fn late(&self) -> u64 {
        self.late
    }

    /// Reading begins `delay` before `timestamp`, with nothing but silence in front of it.
    fn begin_at(&mut self, timestamp: u32) -> Window {
        self.ring.fill(self.silence);
        Window { read: timestamp.wrapping_sub(self.delay), newest: timestamp }
    }

    fn clear(&mut self, from: u32, samples: u32) {
        for offset in 0..samples.min(CAPACITY as u32) {
            if let Some(place) = self.ring.get_mut(from.wrapping_add(offset) as usize % CAPACITY) {
                *place = self.silence;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SILENCE: u8 = 0xFF;

    #[test]
    fn reordered_and_doubled_packets_leave_in_order() {
        let mut buffer = JitterBuffer::new(60, SILENCE);
        for number in [0_u8, 2, 1, 1, 3] {
            buffer.push(u32::from(number) * 160, &[number; 160]);
        }
        assert_eq!(frames(&mut buffer, 7), [SILENCE, SILENCE, SILENCE, 0, 1, 2, 3]);
    }

    #[test]
    fn what_never_came_is_silence_and_what_is_late_is_dropped() {
        let mut buffer = JitterBuffer::new(20, SILENCE);
        buffer.push(0, &[1; 160]);
        buffer.push(320, &[3; 160]);
        assert_eq!(frames(&mut buffer, 3), [SILENCE, 1, SILENCE]);
        buffer.push(160, &[2; 160]);
        assert_eq!((frames(&mut buffer, 1), buffer.late()), (vec![3], 160));
    }

    #[test]
    fn a_timestamp_that_wraps_is_placed_like_any_other() {
        let mut buffer = JitterBuffer::new(20, SILENCE);
        buffer.push(u32::MAX - 159, &[1; 160]);
        buffer.push(0, &[2; 160]);
        assert_eq!(frames(&mut buffer, 3), [SILENCE, 1, 2]);
    }

    #[test]
    fn a_far_jump_begins_anew() {
        let mut buffer = JitterBuffer::new(20, SILENCE);
        buffer.push(0, &[1; 160]);
        buffer.push(900_000, &[2; 160]);
        assert_eq!(frames(&mut buffer, 2), [SILENCE, 2]);
    }

    #[test]
    fn a_fast_far_clock_never_fills_the_buffer() {
        let mut buffer = JitterBuffer::new(60, SILENCE);
        let mut most = 0;
        for number in 0..5_000_u32 {
            buffer.push(number * 160, &[7; 160]);
            if number % 100 != 0 {
                frames(&mut buffer, 1);
            }
            most = most.max(buffer.waiting());
        }
        assert!(most <= 480 * 3 + 480, "{most}");
    }

    #[test]
    fn a_source_silent_for_minutes_is_heard_again() {
        let mut buffer = JitterBuffer::new(20, SILENCE);
        buffer.push(0, &[1; 160]);
        frames(&mut buffer, 3_000);
        buffer.push(160, &[2; 160]);
        assert_eq!(frames(&mut buffer, 2), [SILENCE, 2]);
    }

    fn frames(buffer: &mut JitterBuffer, count: usize) -> Vec<u8> {
        let mut frame = [0; 160];
        (0..count)
            .map(|_| {
                buffer.pull(&mut frame);
                frame[0]
            })
            .collect()
    }
}
