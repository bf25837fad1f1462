//! One key, told once: the same press may come as an event, as INFO, and as a tone.

use crate::base::digit::Digit;
use crate::base::time::Moment;
use crate::rtp::event::EventReceiver;
use std::time::Duration;

/// The same key by another way within this time is the same press.
const ECHO: Duration = Duration::from_millis(400);

/// How a press came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// RFC 4733.
    Event,
    /// SIP INFO.
    Info,
    /// As a tone in the sound.
    Tone,
}

/// Hears the keys of one port.
#[derive(Debug, Clone, Default)]
pub struct Keypad {
    events: EventReceiver,
    last: Option<(Digit, Way, Moment)>,
}

impl Keypad {
    /// Takes a telephone-event packet; a key if it is a press not heard before.
    pub fn event(&mut self, now: Moment, timestamp: u32, payload: &[u8]) -> Option<Digit> {
        let digit = self.events.take(timestamp, payload)?;
        self.press(now, digit, Way::Event)
    }

    /// Takes a press; `None` if it is the echo of one that came another way.
    pub fn press(&mut self, now: Moment, digit: Digit, way: Way) -> Option<Digit> {
        if let Some((last, by, at)) = self.last
            && last == digit
            && by != way
            && now.since(at) < ECHO
        {
            return None;
        }
        self.last = Some((digit, way, now));
        Some(digit)
    }

    /// The far end began a new stream: its timestamps cannot be compared with earlier ones.
    pub fn restart(&mut self) {
        self.events.reset();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_press_heard_two_ways_counts_once_and_two_presses_one_way_count_twice() {
        let mut keypad = Keypad::default();
        let one = Digit::from_char('1').expect("a key");
        let at = Moment::from_millis;
        let told = [
            keypad.press(at(0), one, Way::Event),
            keypad.press(at(150), one, Way::Info),
            keypad.press(at(300), one, Way::Event),
            keypad.press(at(900), one, Way::Info),
        ];
        assert_eq!(told.map(|digit| digit.is_some()), [true, false, true, true]);
    }
}
