//! Brings sound of another sample rate to 8 kHz, offline.
//!
//! A windowed sinc filter in its polyphase form: each output sample is one dot product with the
//! filter of its phase, and there are only as many phases as the two rates have in common.

use super::SAMPLE_RATE_HZ;
use std::f64::consts::PI;

/// `samples` at `rate_hz`, as samples at 8 kHz; 0 Hz gives nothing.
#[must_use]
pub fn to_8_khz(samples: &[f32], rate_hz: u32) -> Vec<f32> {
    if rate_hz == 0 || samples.is_empty() {
        return Vec::new();
    }
    if rate_hz == SAMPLE_RATE_HZ {
        return samples.to_vec();
    }
    let common = greatest_common_divisor(rate_hz, SAMPLE_RATE_HZ);
    let (step, phases) = (u64::from(rate_hz / common), u64::from(SAMPLE_RATE_HZ / common));
    let bank = Bank::new(rate_hz, phases);
    let count = (samples.len() as u64 * phases).div_ceil(step);
    (0..count)
        .map(|n| {
            let position = n * step;
            bank.dot(samples, position / phases, position % phases)
        })
        .collect()
}

/// Zero crossings of the filter on each side.
const CROSSINGS: f64 = 24.0;
/// The pass band as a part of the lower rate's half.
const PASS: f64 = 0.92;

/// The filters of all phases, one after another.
struct Bank {
    /// Samples on each side of the position.
    reach: usize,
    taps: Vec<f32>,
}

impl Bank {
    fn new(rate_hz: u32, phases: u64) -> Self {
        let rate = f64::from(rate_hz);
        let cutoff = PASS * f64::from(SAMPLE_RATE_HZ.min(rate_hz)) / rate;
        let reach = (CROSSINGS / cutoff).ceil() as usize;
        let mut taps = Vec::new();
        for phase in 0..phases {
            let offset = phase as f64 / phases as f64;
            let filter: Vec<f64> = (0..2 * reach)
                .map(|tap| {
                    let distance = tap as f64 - (reach as f64 - 1.0) - offset;
                    kernel(distance, cutoff)
                })
                .collect();
            let gain: f64 = filter.iter().sum();
            taps.extend(filter.iter().map(|tap| (tap / gain) as f32));
        }
        Self { reach, taps }
    }

    fn dot(&self, samples: &[f32], position: u64, phase: u64) -> f32 {
        let position = usize::try_from(position).unwrap_or(usize::MAX);
        let phase = usize::try_from(phase).unwrap_or(usize::MAX);
        let width = 2 * self.reach;
        let taps = self.taps.iter().skip(phase.saturating_mul(width)).take(width);
        // Tap `t` meets the sample `position + t - (reach - 1)`; before the start is silence.
        let missing = (self.reach - 1).saturating_sub(position);
        let first = (position + missing).saturating_sub(self.reach - 1);
        taps.skip(missing).zip(samples.iter().skip(first)).map(|(tap, sample)| tap * sample).sum()
    }
}

/// Sinc with a Blackman window; `distance` in input samples.
fn kernel(distance: f64, cutoff: f64) -> f64 {
    let crossing = distance * cutoff;
    if crossing.abs() >= CROSSINGS {
        return 0.0;
    }
    let sinc = if crossing == 0.0 { 1.0 } else { (PI * crossing).sin() / (PI * crossing) };
    let turn = PI * crossing / CROSSINGS;
    sinc * (0.42 + 0.5 * turn.cos() + 0.08 * (2.0 * turn).cos())
}

const fn greatest_common_divisor(one: u32, other: u32) -> u32 {
    if other == 0 { one } else { greatest_common_divisor(other, one % other) }
}

#[cfg(test)]
mod tests {
    use super::super::{goertzel, level};
    use super::*;

    #[test]
    fn speech_passes_and_what_would_fold_back_is_gone() {
        for rate in [11_025, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000] {
            let kept = resampled(1_000.0, rate);
            assert_eq!(kept.len(), 8_000, "{rate}");
            let middle = &kept[1_000..7_000];
            assert!((goertzel::level(middle, 1_000.0) + 9.03).abs() < 0.05, "{rate}");
            // 5 kHz would fold back to 3 kHz.
            let folded = resampled(5_000.0, rate);
            assert!(level::of(&folded[1_000..7_000]) < -75.0, "{rate}");
        }
    }

    #[test]
    fn sound_at_eight_kilohertz_stays_as_it_is() {
        assert_eq!(to_8_khz(&[0.5, -0.25], 8_000), [0.5, -0.25]);
        assert!(to_8_khz(&[], 48_000).is_empty());
        assert!(to_8_khz(&[1.0], 0).is_empty());
    }

    /// One second of a tone of half amplitude, recorded at `rate`.
    fn resampled(hz: f64, rate: u32) -> Vec<i16> {
        let wave = |n: u32| (2.0 * PI * hz * f64::from(n) / f64::from(rate)).sin() * 0.5;
        let samples: Vec<f32> = (0..rate).map(|n| wave(n) as f32).collect();
        to_8_khz(&samples, rate).iter().map(|sample| (sample * 32_768.0) as i16).collect()
    }
}
