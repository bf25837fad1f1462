//! How much of one frequency a block of sound holds (Goertzel's algorithm).
//!
//! Tests and the test caller use it to know what they hear.

use super::level::FLOOR_DBOV;
use super::tone::{COLUMNS_HZ, ROWS_HZ};
use crate::base::digit::Digit;

/// The level of the part of `samples` at `hz`, in dBov: a pure tone has here the level that
/// [`super::level::of`] gives. The resolution is 8,000 Hz divided by the number of samples.
#[must_use]
pub fn level(samples: &[i16], hz: f32) -> f32 {
    let power = power(samples, hz);
    if power <= 0.0 {
        return FLOOR_DBOV;
    }
    (10.0 * power.log10()).max(FLOOR_DBOV)
}

/// The key whose two tones the block holds, if they stand out; 40 ms are enough.
#[must_use]
pub fn key(samples: &[i16]) -> Option<Digit> {
    let (row, row_power) = strongest(samples, &ROWS_HZ)?;
    let (column, column_power) = strongest(samples, &COLUMNS_HZ)?;
    let mean: f32 = samples.iter().map(|&sample| scaled(sample) * scaled(sample)).sum();
    let whole = mean / samples.len().max(1) as f32;
    let pure = row_power + column_power > 0.7 * whole;
    let twist = row_power / column_power;
    let balanced = (0.1..=10.0).contains(&twist);
    if !pure || !balanced || row_power < KEY_POWER_MIN {
        return None;
    }
    Digit::from_char(*KEYPAD.get(row)?.get(column)?)
}

const KEYPAD: [[char; 4]; 4] =
    [['1', '2', '3', 'A'], ['4', '5', '6', 'B'], ['7', '8', '9', 'C'], ['*', '0', '#', 'D']];

/// Softest tone of a key, as power: −40 dBov.
const KEY_POWER_MIN: f32 = 1e-4;

fn strongest(samples: &[i16], tones: &[f32; 4]) -> Option<(usize, f32)> {
    let powers = tones.iter().map(|&hz| power(samples, hz));
    powers.enumerate().max_by(|(_, one), (_, other)| one.total_cmp(other))
}

/// Mean power of the part at `hz`; 1 is a full-scale square wave.
fn power(samples: &[i16], hz: f32) -> f32 {
    let step = std::f32::consts::TAU * hz / 8_000.0;
    let turn = 2.0 * step.cos();
    let (mut last, mut before) = (0.0_f32, 0.0_f32);
    for &sample in samples {
        let next = turn.mul_add(last, scaled(sample)) - before;
        before = last;
        last = next;
    }
    let count = samples.len().max(1) as f32;
    2.0 * (last * last + before * before - turn * last * before) / (count * count)
}

fn scaled(sample: i16) -> f32 {
    f32::from(sample) / 32_768.0
}

#[cfg(test)]
mod tests {
    use super::super::tone;
    use super::*;

    #[test]
    fn a_tone_is_found_at_its_frequency_and_not_beside_it() {
        let sound = tone::steady(&[425.0], -20.0, 100);
        assert!((level(&sound, 425.0) + 20.0).abs() < 0.3);
        assert!(level(&sound, 525.0) < -45.0);
    }

    #[test]
    fn every_key_is_known_by_its_tones() {
        for code in 0..16 {
            let digit = Digit::from_event(code).expect("a key");
            assert_eq!(key(&tone::dtmf(digit, 40)), Some(digit), "key {digit}");
        }
    }

    #[test]
    fn silence_and_one_tone_alone_are_no_key() {
        assert_eq!(key(&[0; 320]), None);
        assert_eq!(key(&[]), None);
        assert_eq!(key(&tone::steady(&[770.0], -10.0, 40)), None);
        assert_eq!(key(&tone::steady(&[425.0], -10.0, 40)), None);
    }
}
