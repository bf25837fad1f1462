//! A whole sound, encoded once and shared by all calls that play it.

use super::g711::Law;
use bytes::Bytes;
use std::sync::OnceLock;

/// Mono sound at 8 kHz. Each code is made at its first use and then shared, so a packet is a
/// slice of it.
#[derive(Debug, Default)]
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

    /// Linear samples, 8 kHz.
    #[must_use]
    pub fn samples(&self) -> &[i16] {
        &self.samples
    }

    /// One byte a sample.
    #[must_use]
    pub fn encoded(&self, law: Law) -> &Bytes {
        let _ = (&self.mu, &self.a, law);
        todo!("the audio room encodes")
    }
}
