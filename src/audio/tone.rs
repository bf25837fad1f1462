//! Tones made by number: the beep before a recording, keys, and the ringing tone.

use super::level::peak;
use super::sound::Sound;
use super::{SAMPLE_RATE_HZ, SAMPLES_PER_MS};
use crate::base::digit::Digit;
use std::f32::consts::TAU;

/// Frequencies of the keypad's rows (ITU-T Q.23), in Hz.
pub const ROWS_HZ: [f32; 4] = [697.0, 770.0, 852.0, 941.0];
/// Frequencies of the keypad's columns (ITU-T Q.23), in Hz.
pub const COLUMNS_HZ: [f32; 4] = [1_209.0, 1_336.0, 1_477.0, 1_633.0];

/// The beep before a recording: 1,000 Hz for 250 ms, then a short pause.
#[must_use]
pub fn beep() -> Sound {
    let mut samples = steady(&[1_000.0], BEEP_DBOV, 250);
    samples.extend(pause(50));
    Sound::new(samples)
}

/// One period of the ringing tone of most of Europe (ITU-T E.180): 425 Hz, 1 s, then 4 s pause.
#[must_use]
pub fn ringing() -> Sound {
    let mut samples = steady(&[425.0], RINGING_DBOV, 1_000);
    samples.extend(pause(4_000));
    Sound::new(samples)
}

/// The two tones of a key (ITU-T Q.23), for `ms` milliseconds.
#[must_use]
pub fn dtmf(digit: Digit, ms: u32) -> Vec<i16> {
    let (row, column) = match digit.event() {
        code @ 1..=9 => ((code - 1) / 3, (code - 1) % 3),
        0 => (3, 1),
        10 => (3, 0),
        11 => (3, 2),
        code => (code.saturating_sub(12) & 3, 3),
    };
    let tones = [ROWS_HZ[usize::from(row)], COLUMNS_HZ[usize::from(column)]];
    steady(&tones, KEY_TONE_DBOV, ms)
}

/// Several tones at once, each at `dbov`, for `ms` milliseconds, faded in and out so that it
/// begins and ends without a click.
#[must_use]
pub fn steady(tones_hz: &[f32], dbov: f32, ms: u32) -> Vec<i16> {
    let count = ms * SAMPLES_PER_MS;
    let amplitude = 32_768.0 * std::f32::consts::SQRT_2 * 10_f32.powf(dbov / 20.0);
    let samples: Vec<i16> = (0..count)
        .map(|n| {
            let sum: f32 = tones_hz.iter().map(|&hz| wave(hz, n)).sum();
            // `as` saturates.
            (sum * amplitude * fade(n, count)).round() as i16
        })
        .collect();
    debug_assert!(peak(&samples) < 32_767, "tones too loud");
    samples
}

/// Level of the beep, in dBov.
const BEEP_DBOV: f32 = -18.0;
/// Level of the ringing tone, in dBov.
const RINGING_DBOV: f32 = -20.0;
/// Level of each tone of a key, in dBov.
const KEY_TONE_DBOV: f32 = -14.0;
/// Samples of a fade: 2 ms.
const FADE: u32 = 2 * SAMPLES_PER_MS;

fn pause(ms: u32) -> impl Iterator<Item = i16> {
    (0..ms * SAMPLES_PER_MS).map(|_| 0)
}

/// The phase is reduced in whole numbers, so that long tones keep their pitch.
fn wave(hz: f32, n: u32) -> f32 {
    let second = n % SAMPLE_RATE_HZ;
    let whole = (hz * (n / SAMPLE_RATE_HZ) as f32).fract();
    (TAU * (hz * second as f32 / SAMPLE_RATE_HZ as f32 + whole)).sin()
}

fn fade(n: u32, count: u32) -> f32 {
    let edge = n.min(count - 1 - n);
    edge.min(FADE) as f32 / FADE as f32
}

#[cfg(test)]
mod tests {
    use super::super::goertzel;
    use super::*;
    use std::time::Duration;

    #[test]
    fn the_beep_is_a_thousand_hertz_and_begins_and_ends_softly() {
        let beep = beep();
        let samples = beep.samples();
        assert!((goertzel::level(&samples[400..1_200], 1_000.0) - BEEP_DBOV).abs() < 0.2);
        assert_eq!((samples.first(), samples.last()), (Some(&0), Some(&0)));
        assert_eq!(beep.duration(), Duration::from_millis(300));
    }

    #[test]
    fn the_ringing_tone_rings_one_second_in_five() {
        let ringing = ringing();
        let (ring, rest) = ringing.samples().split_at(8_000);
        assert!((goertzel::level(ring, 425.0) - RINGING_DBOV).abs() < 0.3);
        assert_eq!((peak(rest), rest.len()), (0, 32_000));
    }

    #[test]
    fn a_long_tone_keeps_its_pitch_across_seconds() {
        let tone = steady(&[425.5], -20.0, 3_000);
        assert!((goertzel::level(&tone, 425.5) + 20.0).abs() < 0.1);
    }
}
