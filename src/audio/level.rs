//! How loud a block of sound is.
//!
//! The unit is dBov as in RFC 6464 §3: 0 is the loudest square wave, a full-scale sine is −3,
//! and ordinary speech on a telephone line lies around −20 to −30.

use super::g711::Law;

/// The level of absolute silence, and the lowest that is ever told, in dBov.
pub const FLOOR_DBOV: f32 = -127.0;

/// Under this a block counts as silence, in dBov: above the noise of quiet lines, below speech.
pub const SILENCE_DBOV: f32 = -45.0;

/// The root-mean-square level of linear samples, in dBov; [`FLOOR_DBOV`] for none.
#[must_use]
pub fn of(samples: &[i16]) -> f32 {
    let sum: u64 = samples.iter().map(|&sample| square(sample)).sum();
    decibel(sum, samples.len())
}

/// The root-mean-square level of G.711 code words, in dBov.
#[must_use]
pub fn of_encoded(law: Law, words: &[u8]) -> f32 {
    let sum: u64 = words.iter().map(|&word| square(law.decode(word))).sum();
    decibel(sum, words.len())
}

/// The largest magnitude, 0 to 32,768.
#[must_use]
pub fn peak(samples: &[i16]) -> u16 {
    samples.iter().map(|sample| sample.unsigned_abs()).max().unwrap_or(0)
}

fn square(sample: i16) -> u64 {
    let magnitude = u64::from(sample.unsigned_abs());
    magnitude * magnitude
}

fn decibel(sum: u64, count: usize) -> f32 {
    if sum == 0 || count == 0 {
        return FLOOR_DBOV;
    }
    let mean = sum as f64 / count as f64;
    let level = (10.0 * (mean / (32_768.0 * 32_768.0)).log10()) as f32;
    level.max(FLOOR_DBOV)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_lies_on_the_floor() {
        assert_eq!(of(&[]).to_bits(), FLOOR_DBOV.to_bits());
        assert_eq!(of(&[0; 160]).to_bits(), FLOOR_DBOV.to_bits());
        assert_eq!(of_encoded(Law::Mu, &[0xFF; 160]).to_bits(), FLOOR_DBOV.to_bits());
    }

    #[test]
    fn a_law_silence_still_counts_as_silence() {
        assert!(of_encoded(Law::A, &[0xD5; 160]) < SILENCE_DBOV);
    }

    #[test]
    fn half_the_amplitude_is_six_decibel_less() {
        assert!(of(&[i16::MIN; 160]).abs() < 0.001);
        assert!((of(&[16_384; 160]) + 6.02).abs() < 0.01);
        assert_eq!(peak(&[3, -7, i16::MIN]), 32_768);
    }
}
