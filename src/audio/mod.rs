//! Sound as numbers: G.711, tones, WAV, levels. Knows nothing of packets.

pub mod g711;
pub mod sound;
