//! G.711 (ITU-T): the two logarithmic codes of 8 kHz telephone sound.

/// Which of the two codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Law {
    /// µ-law, PCMU, RTP payload type 0 (RFC 3551 §6).
    Mu,
    /// A-law, PCMA, RTP payload type 8 (RFC 3551 §6).
    A,
}
