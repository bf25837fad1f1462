//! Chance as a value: one seed from `io`, child streams for each use.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// A stream of random numbers; the same seed gives the same stream, so a run can be replayed.
#[derive(Debug, Clone)]
pub struct Entropy {
    stream: ChaCha8Rng,
}

/// Letters of random tokens: safe in every SIP token (RFC 3261 §25.1) and in file names.
const TOKEN_LETTERS: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz023456789";

impl Entropy {
    /// A stream from 32 bytes; `io` draws them from the operating system.
    #[must_use]
    pub fn from_seed(seed: [u8; 32]) -> Self {
        Self { stream: ChaCha8Rng::from_seed(seed) }
    }

    /// A stream from a small number, for rehearsals.
    #[must_use]
    pub fn from_number(seed: u64) -> Self {
        Self { stream: ChaCha8Rng::seed_from_u64(seed) }
    }

    /// A stream of its own for another machine, so that one machine's draws never shift
    /// another's.
    #[must_use]
    pub fn child(&mut self) -> Self {
        let mut seed = [0; 32];
        self.stream.fill_bytes(&mut seed);
        Self::from_seed(seed)
    }

    /// 64 random bits.
    pub fn u64(&mut self) -> u64 {
        self.stream.next_u64()
    }

    /// 32 random bits, such as an SSRC.
    pub fn u32(&mut self) -> u32 {
        self.stream.next_u32()
    }

    /// A number below `bound`; zero when `bound` is zero.
    pub fn below(&mut self, bound: u64) -> u64 {
        if bound == 0 { 0 } else { self.u64() % bound }
    }

    /// A random word of `letters` characters with 5 bits each, such as a tag or a branch.
    pub fn token(&mut self, letters: usize) -> String {
        (0..letters)
            .map(|_| {
                let index = (self.u32() & 31) as usize;
                TOKEN_LETTERS.get(index).copied().map_or('x', char::from)
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_words() {
        let mut one = Entropy::from_number(5);
        let mut two = Entropy::from_number(5);
        assert_eq!(one.token(12), two.token(12));
        assert_ne!(one.token(12), one.token(12));
    }
}
