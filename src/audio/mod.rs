//! Sound as numbers: G.711, tones, WAV, levels. Knows nothing of packets.
//!
//! Everything is mono at 8 kHz. What runs for each packet ([`g711`], [`level`], [`goertzel`])
//! works in buffers of its caller and allocates nothing.

pub mod g711;
pub mod goertzel;
pub mod level;
pub mod resample;
pub mod sound;
pub mod tone;
pub mod wav;

/// Samples in a second, everywhere inside.
pub const SAMPLE_RATE_HZ: u32 = 8_000;

/// Samples in a millisecond.
pub const SAMPLES_PER_MS: u32 = SAMPLE_RATE_HZ / 1_000;
