//! A whole sound, encoded once and shared by all calls that play it.

use super::SAMPLES_PER_MS;
use super::g711::Law;
use bytes::Bytes;
use std::fmt;
use std::sync::OnceLock;
use std::time::Duration;

/// Mono sound at 8 kHz. Each code is made at its first use and then shared, so a packet is a
/// slice of it.
#[derive(Default, Clone)]
pub struct Sound {
    samples: Vec<i16>,
    mu: OnceLock<Bytes>,
    a: OnceLock<Bytes>,
}

impl Sound {
    /// From linear samples, 8 kHz.
    #[must_use]
    pub const fn new(samples: Vec<i16>) -> Self {
        Self { samples, mu: OnceLock::new(), a: OnceLock::new() }
    }

    /// From G.711 code words.
    #[must_use]
    pub fn from_encoded(law: Law, words: &[u8]) -> Self {
        Self::new(words.iter().map(|&word| law.decode(word)).collect())
    }

    /// Absolute silence.
    #[must_use]
    pub fn silence(ms: u32) -> Self {
        let count = usize::try_from(ms.saturating_mul(SAMPLES_PER_MS)).unwrap_or(usize::MAX);
        Self::new(vec![0; count])
    }

    /// Linear samples, 8 kHz.
    #[must_use]
    pub fn samples(&self) -> &[i16] {
        &self.samples
    }

    /// One byte a sample; the first call for a law does the work.
    #[must_use]
    pub fn encoded(&self, law: Law) -> &Bytes {
        let cell = match law {
            Law::Mu => &self.mu,
            Law::A => &self.a,
        };
        cell.get_or_init(|| self.samples.iter().map(|&sample| law.encode(sample)).collect())
    }

    /// How long it plays.
    #[must_use]
    pub fn duration(&self) -> Duration {
        let count = u64::try_from(self.samples.len()).unwrap_or(u64::MAX);
        Duration::from_micros(count.saturating_mul(1_000) / u64::from(SAMPLES_PER_MS))
    }
}

/// Its length only.
impl fmt::Debug for Sound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sound({:?})", self.duration())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sound_is_encoded_once_for_all_who_play_it() {
        let sound = Sound::new(vec![0, 1_000, -1_000]);
        let first = sound.encoded(Law::A).clone();
        assert_eq!(first.as_ref(), [0, 1_000, -1_000].map(|sample| Law::A.encode(sample)));
        assert_eq!(first.as_ptr(), sound.encoded(Law::A).as_ptr());
        assert_ne!(first, sound.encoded(Law::Mu));
    }

    #[test]
    fn duration_counts_eight_samples_a_millisecond() {
        assert_eq!(Sound::silence(20).duration(), Duration::from_millis(20));
        assert_eq!(Sound::new(vec![0; 4]).duration(), Duration::from_micros(500));
        assert_eq!(Sound::from_encoded(Law::Mu, &[0xFF; 160]).samples(), [0; 160]);
    }
}
