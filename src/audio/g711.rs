//! G.711 (ITU-T): the two logarithmic codes of 8 kHz telephone sound.
//!
//! All work is one table lookup a sample; the tables are made by the compiler from the
//! formulas of ITU-T G.711 §3 as ITU-T G.191 writes them for 16-bit samples.

/// Which of the two codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Law {
    /// µ-law, PCMU, RTP payload type 0 (RFC 3551 §6).
    Mu,
    /// A-law, PCMA, RTP payload type 8 (RFC 3551 §6).
    A,
}

impl Law {
    /// The code word of one linear sample.
    #[must_use]
    pub fn encode(self, sample: i16) -> u8 {
        match self {
            Self::Mu => MU_ENCODE[usize::from(sample.cast_unsigned() >> MU_UNUSED_BITS)],
            Self::A => A_ENCODE[usize::from(sample.cast_unsigned() >> A_UNUSED_BITS)],
        }
    }

    /// The linear sample of one code word.
    #[must_use]
    pub fn decode(self, word: u8) -> i16 {
        self.decode_table()[usize::from(word)]
    }

    /// Encodes as many samples as both slices hold, and says how many.
    pub fn encode_slice(self, samples: &[i16], words: &mut [u8]) -> usize {
        for (word, &sample) in words.iter_mut().zip(samples) {
            *word = self.encode(sample);
        }
        samples.len().min(words.len())
    }

    /// Decodes as many code words as both slices hold, and says how many.
    pub fn decode_slice(self, words: &[u8], samples: &mut [i16]) -> usize {
        let table = self.decode_table();
        for (sample, &word) in samples.iter_mut().zip(words) {
            *sample = table[usize::from(word)];
        }
        words.len().min(samples.len())
    }

    /// Changes code words of this law into those of `to`, in place; nothing to do for the same.
    pub fn transcode(self, to: Self, words: &mut [u8]) {
        let table = match (self, to) {
            (Self::Mu, Self::A) => &MU_TO_A,
            (Self::A, Self::Mu) => &A_TO_MU,
            (Self::Mu, Self::Mu) | (Self::A, Self::A) => return,
        };
        for word in words {
            *word = table[usize::from(*word)];
        }
    }

    /// The code word of silence.
    #[must_use]
    pub const fn silence(self) -> u8 {
        match self {
            Self::Mu => 0xFF,
            Self::A => 0xD5,
        }
    }

    const fn decode_table(self) -> &'static [i16; WORDS] {
        match self {
            Self::Mu => &MU_DECODE,
            Self::A => &A_DECODE,
        }
    }
}

/// Code words of either law.
const WORDS: usize = 256;
/// µ-law looks at the upper 14 bits of a sample.
const MU_UNUSED_BITS: u32 = 2;
/// A-law looks at the upper 12 bits of a sample.
const A_UNUSED_BITS: u32 = 4;

static MU_ENCODE: [u8; 1 << (16 - MU_UNUSED_BITS)] = {
    let mut table = [0; 1 << (16 - MU_UNUSED_BITS)];
    let mut upper = 0;
    while upper < table.len() {
        table[upper] = mu_word(((upper << MU_UNUSED_BITS) as u16).cast_signed());
        upper += 1;
    }
    table
};

static A_ENCODE: [u8; 1 << (16 - A_UNUSED_BITS)] = {
    let mut table = [0; 1 << (16 - A_UNUSED_BITS)];
    let mut upper = 0;
    while upper < table.len() {
        table[upper] = a_word(((upper << A_UNUSED_BITS) as u16).cast_signed());
        upper += 1;
    }
    table
};

static MU_DECODE: [i16; WORDS] = {
    let mut table = [0; WORDS];
    let mut word = 0;
    while word < WORDS {
        table[word] = mu_sample(word as u8);
        word += 1;
    }
    table
};

static A_DECODE: [i16; WORDS] = {
    let mut table = [0; WORDS];
    let mut word = 0;
    while word < WORDS {
        table[word] = a_sample(word as u8);
        word += 1;
    }
    table
};

static MU_TO_A: [u8; WORDS] = {
    let mut table = [0; WORDS];
    let mut word = 0;
    while word < WORDS {
        table[word] = a_word(mu_sample(word as u8));
        word += 1;
    }
    table
};

static A_TO_MU: [u8; WORDS] = {
    let mut table = [0; WORDS];
    let mut word = 0;
    while word < WORDS {
        table[word] = mu_word(a_sample(word as u8));
        word += 1;
    }
    table
};

/// Sign by one's complement, a bias of 33, then the segment is the place of the highest bit.
const fn mu_word(sample: i16) -> u8 {
    let positive = sample >= 0;
    let folded = if positive { sample } else { !sample };
    let biased = (folded >> MU_UNUSED_BITS) as u16 + 33;
    let biased = if biased > 0x1FFF { 0x1FFF } else { biased };
    let segment = (biased >> 5).ilog2();
    let step = (biased >> (segment + 1)) & 0xF;
    let word = (((7 - segment as u16) << 4) | (0xF - step)) as u8;
    if positive { word | 0x80 } else { word }
}

const fn mu_sample(word: u8) -> i16 {
    let inverted = !word;
    let segment = (inverted >> 4) & 0x7;
    let step = (inverted & 0xF) as i32;
    let size = 8_i32 << segment;
    let magnitude = (0x80_i32 << segment) + size * step + size / 2 - 4 * 33;
    (if word & 0x80 == 0 { -magnitude } else { magnitude }) as i16
}

/// Sign by one's complement; two linear segments, then logarithmic ones; even bits inverted.
const fn a_word(sample: i16) -> u8 {
    let positive = sample >= 0;
    let folded = if positive { sample } else { !sample };
    let magnitude = (folded >> A_UNUSED_BITS) as u16;
    let word = if magnitude < 16 {
        magnitude
    } else {
        let segment = magnitude.ilog2() - 3;
        ((segment as u16) << 4) | ((magnitude >> (segment - 1)) & 0xF)
    };
    let word = if positive { word | 0x80 } else { word };
    (word as u8) ^ 0x55
}

const fn a_sample(word: u8) -> i16 {
    let plain = word ^ 0x55;
    let segment = (plain >> 4) & 0x7;
    let step = (plain & 0xF) as i32;
    let magnitude =
        if segment == 0 { (step << 4) + 8 } else { (((step + 16) << 4) + 8) << (segment - 1) };
    (if word & 0x80 == 0 { -magnitude } else { magnitude }) as i16
}

#[cfg(test)]
mod tests {
    use super::*;

    const LAWS: [Law; 2] = [Law::Mu, Law::A];

    /// One period of 1 kHz at 0 dBm0: ITU-T G.711 tables 5 and 6.
    const MILLIWATT_A: [u8; 8] = [0x34, 0x21, 0x21, 0x34, 0xB4, 0xA1, 0xA1, 0xB4];
    const MILLIWATT_MU: [u8; 8] = [0x1E, 0x0B, 0x0B, 0x1E, 0x9E, 0x8B, 0x8B, 0x9E];

    #[test]
    fn the_ends_and_the_middle_are_the_words_of_the_recommendation() {
        assert_eq!(Law::Mu.encode(0), 0xFF);
        assert_eq!(Law::Mu.encode(i16::MAX), 0x80);
        assert_eq!(Law::Mu.encode(i16::MIN), 0x00);
        assert_eq!(Law::Mu.decode(0x80), 32_124);
        assert_eq!(Law::Mu.decode(0x00), -32_124);
        assert_eq!((Law::Mu.decode(0xFF), Law::Mu.decode(0x7F)), (0, 0));
        assert_eq!(Law::A.encode(0), 0xD5);
        assert_eq!(Law::A.encode(i16::MAX), 0xAA);
        assert_eq!(Law::A.encode(i16::MIN), 0x2A);
        assert_eq!(Law::A.decode(0xAA), 32_256);
        assert_eq!(Law::A.decode(0x2A), -32_256);
        assert_eq!((Law::A.decode(0xD5), Law::A.decode(0x55)), (8, -8));
    }

    /// µ-law words and their 14-bit values at the segment ends: ITU-T G.711 table 2a.
    #[test]
    fn mu_law_segments_end_where_the_recommendation_says() {
        let ends = [
            (0x80, 8_031),
            (0x8F, 4_191),
            (0x9F, 2_079),
            (0xAF, 1_023),
            (0xBF, 495),
            (0xCF, 231),
            (0xDF, 99),
            (0xEF, 33),
            (0xFE, 2),
            (0xFF, 0),
        ];
        for (word, value) in ends {
            assert_eq!(Law::Mu.decode(word), value * 4, "word {word:#04x}");
        }
    }

    /// A-law characters (even bits inverted) and their 13-bit values: ITU-T G.711 table 1a.
    #[test]
    fn a_law_segments_end_where_the_recommendation_says() {
        let ends = [(0xFF, 4_032), (0xF0, 2_112), (0xE0, 1_056), (0xD0, 528), (0xC0, 264)];
        let low = [(0xB0, 132), (0xA0, 66), (0x90, 33), (0x80, 1)];
        for (character, value) in ends.into_iter().chain(low) {
            assert_eq!(Law::A.decode(character ^ 0x55), value * 8, "character {character:#04x}");
        }
    }

    #[test]
    fn the_digital_milliwatt_is_one_kilohertz_at_its_level_in_both_laws() {
        for (law, words) in [(Law::A, MILLIWATT_A), (Law::Mu, MILLIWATT_MU)] {
            let samples = words.map(|word| law.decode(word));
            let second: Vec<i16> = samples.into_iter().cycle().take(8_000).collect();
            let whole = super::super::level::of(&second);
            let tone = super::super::goertzel::level(&second, 1_000.0);
            // 0 dBm0 lies 3.14 dB (A) or 3.17 dB (µ) under a full-scale sine (G.711 §4).
            assert!((whole + 6.15).abs() < 0.2, "{law:?} {whole}");
            assert!((whole - tone).abs() < 0.05, "{law:?} {tone}");
        }
    }

    #[test]
    fn every_word_survives_the_way_through_linear() {
        for law in LAWS {
            for word in 0..=255 {
                let sample = law.decode(word);
                let back = law.encode(sample);
                let negative_zero = law == Law::Mu && word == 0x7F;
                assert_eq!(back, if negative_zero { 0xFF } else { word }, "{law:?} {word:#04x}");
            }
        }
    }

    #[test]
    fn the_error_of_one_sample_is_at_most_half_a_step() {
        for law in LAWS {
            for sample in i16::MIN..=i16::MAX {
                let error = (i32::from(law.decode(law.encode(sample))) - i32::from(sample)).abs();
                let magnitude = i32::from(sample).abs();
                // Steps grow by segment: at most 1/16 of the magnitude, and 16 (A) or 8 (µ) at
                // the bottom. The last step is cut off at the top.
                let allowed = match law {
                    _ if magnitude > 32_124 => 644,
                    Law::Mu => (magnitude + 132) / 32 + 4,
                    Law::A => magnitude / 32 + 8,
                };
                assert!(error <= allowed, "{law:?} {sample}: {error} > {allowed}");
            }
        }
    }

    #[test]
    fn louder_never_becomes_softer() {
        for law in LAWS {
            let mut last = i16::MIN;
            for sample in i16::MIN..=i16::MAX {
                let heard = law.decode(law.encode(sample));
                assert!(heard >= last, "{law:?} {sample}");
                last = heard;
            }
        }
    }

    #[test]
    fn transcoding_is_decoding_and_encoding_again() {
        for (from, to) in [(Law::Mu, Law::A), (Law::A, Law::Mu), (Law::A, Law::A)] {
            let mut words: Vec<u8> = (0..=255).collect();
            from.transcode(to, &mut words);
            for (word, made) in (0..=255).zip(words) {
                let expected = if from == to { word } else { to.encode(from.decode(word)) };
                assert_eq!(made, expected);
            }
        }
    }

    #[test]
    fn slices_stop_at_the_shorter_one() {
        let mut words = [0; 3];
        assert_eq!(Law::A.encode_slice(&[0; 5], &mut words), 3);
        assert_eq!(words, [Law::A.silence(); 3]);
        let mut samples = [1; 5];
        assert_eq!(Law::Mu.decode_slice(&[Law::Mu.silence(); 2], &mut samples), 2);
        assert_eq!(samples, [0, 0, 1, 1, 1]);
    }
}
