//! WAV files as bytes: prompts are read, recordings are written.
//!
//! What is read may have been recorded anywhere (8 to 192 kHz, one to eight channels, 8 to 32
//! bits or float) and becomes mono at 8 kHz. What is written is always 8 kHz, mono, 16 bits,
//! with a header of [`HEADER_BYTES`] that a crash cannot make unreadable: see [`repair`].

use super::SAMPLE_RATE_HZ;
use super::resample::to_8_khz;
use super::sound::Sound;
use hound::{SampleFormat, WavReader};
use std::fmt;

/// Longest file that is read, in seconds: half an hour of music.
pub const SECONDS_MAX: u32 = 1_800;
/// Most channels that are mixed down.
pub const CHANNELS_MAX: u16 = 8;
/// Sample rates that are read, in Hz.
pub const RATES_HZ: std::ops::RangeInclusive<u32> = 8_000..=192_000;
/// Length of the header that [`header`] makes.
pub const HEADER_BYTES: usize = 44;
/// Most bytes of sound in one file (its lengths are 32-bit); an even number.
pub const DATA_BYTES_MAX: u32 = u32::MAX - 255;

/// Why bytes could not become a [`Sound`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum WavError {
    /// Not a WAV file, cut short, or of an encoding other than PCM; in words.
    Unreadable(String),
    /// A sample rate outside [`RATES_HZ`].
    Rate(u32),
    /// No channel, or more than [`CHANNELS_MAX`].
    Channels(u16),
    /// Longer than [`SECONDS_MAX`].
    TooLong {
        /// Its length in seconds.
        seconds: u32,
    },
    /// No sound in it.
    Empty,
}

impl fmt::Display for WavError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(why) => write!(f, "not a readable PCM WAV file: {why}"),
            Self::Rate(rate) => {
                let (low, high) = (RATES_HZ.start(), RATES_HZ.end());
                write!(f, "sampled at {rate} Hz; {low} to {high} Hz can be read, 8000 Hz is best")
            }
            Self::Channels(count) => {
                write!(f, "{count} channels; 1 to {CHANNELS_MAX} can be read, mono is best")
            }
            Self::TooLong { seconds } => {
                write!(f, "{seconds} s long; at most {SECONDS_MAX} s can be played")
            }
            Self::Empty => write!(f, "holds no sound"),
        }
    }
}

impl std::error::Error for WavError {}

/// The sound of a whole WAV file.
///
/// # Errors
///
/// What is wrong with the file, in words for its owner.
pub fn parse(file: &[u8]) -> Result<Sound, WavError> {
    let mut reader = WavReader::new(file).map_err(|error| unreadable(&error))?;
    let spec = reader.spec();
    if !RATES_HZ.contains(&spec.sample_rate) {
        return Err(WavError::Rate(spec.sample_rate));
    }
    if spec.channels == 0 || spec.channels > CHANNELS_MAX {
        return Err(WavError::Channels(spec.channels));
    }
    let seconds = reader.duration() / spec.sample_rate;
    if seconds > SECONDS_MAX {
        return Err(WavError::TooLong { seconds });
    }
    let own = (spec.sample_rate, spec.channels, spec.bits_per_sample) == (SAMPLE_RATE_HZ, 1, 16);
    let samples = if own && spec.sample_format == SampleFormat::Int {
        own_samples(reader)?
    } else {
        let interleaved = floats(&mut reader).map_err(|error| unreadable(&error))?;
        let mono = mixed_down(&interleaved, spec.channels);
        to_8_khz(&mono, spec.sample_rate).into_iter().map(narrowed).collect()
    };
    if samples.is_empty() { Err(WavError::Empty) } else { Ok(Sound::new(samples)) }
}

/// The samples of a file of our own kind. The first one shows that they lie as they should; the
/// others are taken at once, for one by one they cost a server a good part of its start.
fn own_samples(mut reader: WavReader<&[u8]>) -> Result<Vec<i16>, WavError> {
    let count = usize::try_from(reader.len()).unwrap_or(usize::MAX);
    let first = reader.samples::<i16>().next().transpose().map_err(|error| unreadable(&error))?;
    let left = count.saturating_sub(1).saturating_mul(2);
    let Some(data) = reader.into_inner().get(..left) else {
        return Err(WavError::Unreadable("it ends too early".to_owned()));
    };
    let (others, _) = data.as_chunks();
    Ok(first.into_iter().chain(others.iter().map(|two| i16::from_le_bytes(*two))).collect())
}

/// A whole file of linear samples at 8 kHz, cut off at [`DATA_BYTES_MAX`].
#[must_use]
pub fn file(samples: &[i16]) -> Vec<u8> {
    let most = usize::try_from(DATA_BYTES_MAX / 2).unwrap_or(usize::MAX);
    let data: Vec<u8> = samples.iter().take(most).flat_map(|s| s.to_le_bytes()).collect();
    let length = u32::try_from(data.len()).unwrap_or(DATA_BYTES_MAX);
    let mut file = header(length).to_vec();
    file.extend(data);
    file
}

/// The header of a file with this many bytes of sound after it.
///
/// A recorder writes `header(0)` first, sound behind it, and the right header over the first one
/// now and then. [`DATA_BYTES_MAX`] is told for more.
#[must_use]
pub fn header(data_bytes: u32) -> [u8; HEADER_BYTES] {
    let data_bytes = data_bytes.min(DATA_BYTES_MAX);
    let mut header = [0; HEADER_BYTES];
    let fields: [&[u8]; 13] = [
        b"RIFF",
        &(data_bytes + (HEADER_BYTES as u32 - 8)).to_le_bytes(),
        b"WAVE",
        b"fmt ",
        &16_u32.to_le_bytes(),
        &PCM.to_le_bytes(),
        &1_u16.to_le_bytes(),
        &SAMPLE_RATE_HZ.to_le_bytes(),
        &(SAMPLE_RATE_HZ * 2).to_le_bytes(),
        &2_u16.to_le_bytes(),
        &16_u16.to_le_bytes(),
        b"data",
        &data_bytes.to_le_bytes(),
    ];
    for (place, byte) in header.iter_mut().zip(fields.into_iter().flatten()) {
        *place = *byte;
    }
    header
}

/// The right header for a recording that a crash left behind, given its first
/// [`HEADER_BYTES`] and the length of the whole file in bytes.
///
/// `None` if the file is not one of ours, or is right as it stands.
#[must_use]
pub fn repair(first: &[u8], file_bytes: u64) -> Option<[u8; HEADER_BYTES]> {
    let sound = file_bytes.checked_sub(HEADER_BYTES as u64)?;
    let right = header(u32::try_from(sound & !1).unwrap_or(DATA_BYTES_MAX));
    let ours = |at: &[std::ops::Range<usize>]| {
        at.iter().all(|range| first.get(range.clone()) == right.get(range.clone()))
    };
    let same_kind = ours(&[0..4, 8..40]);
    let same_lengths = ours(&[4..8, 40..44]);
    (same_kind && !same_lengths).then_some(right)
}

/// Writes the true length of its sound into a file that came through a pipe: a program that writes
/// there cannot know it beforehand, and promises more than comes. What is no WAV file, or promises
/// no more than it has, is left as it is.
pub fn measure(file: &mut [u8]) {
    let Some((at, block)) = data_chunk(file) else { return };
    let sound = file.len().saturating_sub(at + CHUNK_HEAD_BYTES);
    let whole = u32::try_from(sound - sound % block).unwrap_or(u32::MAX);
    let Some(length) = file.get_mut(at + 4..at + CHUNK_HEAD_BYTES) else { return };
    let promised = length.first_chunk().copied().map_or(0, u32::from_le_bytes);
    if promised > whole {
        length.copy_from_slice(&whole.to_le_bytes());
    }
}

/// Bytes before what a chunk holds: its name and its length.
const CHUNK_HEAD_BYTES: usize = 8;
/// Bytes before the first chunk: `RIFF`, a length and `WAVE`.
const RIFF_HEAD_BYTES: usize = 12;

/// Where the chunk of sound begins, and how many bytes the samples of one moment have.
fn data_chunk(file: &[u8]) -> Option<(usize, usize)> {
    let mut at = RIFF_HEAD_BYTES;
    let mut block = 1;
    while let Some(chunk) = file.get(at..).filter(|rest| rest.len() >= CHUNK_HEAD_BYTES) {
        if chunk.starts_with(b"data") {
            return Some((at, block));
        }
        if chunk.starts_with(b"fmt ") {
            let align = chunk.get(CHUNK_HEAD_BYTES + 12..)?.first_chunk().copied()?;
            block = usize::from(u16::from_le_bytes(align)).max(1);
        }
        let length = u32::from_le_bytes(chunk.get(4..)?.first_chunk().copied()?);
        at = at.checked_add(CHUNK_HEAD_BYTES)?.checked_add(usize::try_from(length).ok()?)?;
    }
    None
}

/// The format tag of linear samples.
const PCM: u16 = 1;

fn unreadable(error: &hound::Error) -> WavError {
    WavError::Unreadable(match error {
        hound::Error::IoError(_) => "it ends too early".to_owned(),
        hound::Error::Unsupported => "its encoding is not PCM; convert it first".to_owned(),
        hound::Error::FormatError(why) => (*why).to_owned(),
        other @ (hound::Error::TooWide
        | hound::Error::UnfinishedSample
        | hound::Error::InvalidSampleFormat) => other.to_string(),
    })
}

/// All samples between -1 and 1, channel by channel.
fn floats(reader: &mut WavReader<&[u8]>) -> hound::Result<Vec<f32>> {
    let spec = reader.spec();
    match spec.sample_format {
        SampleFormat::Float => reader.samples::<f32>().collect(),
        SampleFormat::Int => {
            let full = 2_f32.powi(i32::from(spec.bits_per_sample) - 1);
            let scaled = reader.samples::<i32>().map(|s| s.map(|sample| sample as f32 / full));
            scaled.collect()
        }
    }
}

fn mixed_down(interleaved: &[f32], channels: u16) -> Vec<f32> {
    let share = f32::from(channels).recip();
    let frames = interleaved.chunks_exact(usize::from(channels));
    frames.map(|frame| frame.iter().sum::<f32>() * share).collect()
}

fn narrowed(sample: f32) -> i16 {
    // `as` saturates, and NaN becomes 0.
    (sample * 32_768.0).round() as i16
}

#[cfg(test)]
mod tests {
    use super::super::{goertzel, tone};
    use super::*;
    use hound::{WavSpec, WavWriter};
    use proptest::prelude::*;
    use std::io::Cursor;

    #[test]
    fn a_file_that_came_through_a_pipe_is_as_long_as_it_is() {
        let mut piped = file(&[100; 800]);
        piped[4..8].copy_from_slice(&0x7fff_f024_u32.to_le_bytes());
        piped[40..44].copy_from_slice(&0x7fff_f000_u32.to_le_bytes());
        piped.push(1);
        assert!(parse(&piped).is_err());
        measure(&mut piped);
        assert_eq!(parse(&piped).map(|sound| sound.samples().len()).ok(), Some(800));
        for mut other in [Vec::new(), b"RIFF".to_vec(), vec![0xff; 64], file(&[1; 3])] {
            let before = other.clone();
            measure(&mut other);
            assert_eq!(other, before);
        }
    }

    #[test]
    fn what_we_write_is_read_back_sample_by_sample() {
        let samples = tone::steady(&[440.0], -12.0, 100);
        assert_eq!(parse(&file(&samples)).expect("our own file").samples(), samples);
    }

    #[test]
    fn a_studio_recording_becomes_mono_at_eight_kilohertz() {
        for (rate, channels) in [(16_000, 1), (44_100, 2), (48_000, 2), (8_000, 2), (48_000, 1)] {
            let sound = parse(&studio(rate, channels, 16)).expect("a studio recording");
            assert_eq!(sound.samples().len(), 8_000, "{rate} Hz, {channels} channels");
            let level = goertzel::level(&sound.samples()[500..7_500], 1_000.0);
            assert!((level + 9.03).abs() < 0.1, "{rate} Hz, {channels} channels: {level}");
        }
    }

    #[test]
    fn other_sample_sizes_are_as_loud() {
        for bits in [8, 16, 24, 32] {
            let sound = parse(&studio(8_000, 2, bits)).expect("a known size");
            let level = goertzel::level(sound.samples(), 1_000.0);
            assert!((level + 9.03).abs() < 0.1, "{bits} bits: {level}");
        }
    }

    #[test]
    fn a_file_that_cannot_be_played_says_why() {
        let told = |file: &[u8]| parse(file).expect_err("must not be read").to_string();
        assert_eq!(told(&header(0)), "holds no sound");
        assert!(told(b"ID3 no wave at all").starts_with("not a readable PCM WAV file: "));
        let whole = file(&[1; 100]);
        assert!(told(&whole[..100]).ends_with("it ends too early"));
        let mut slow = whole.clone();
        slow[24..28].copy_from_slice(&4_000_u32.to_le_bytes());
        slow[28..32].copy_from_slice(&8_000_u32.to_le_bytes());
        assert!(told(&slow).starts_with("sampled at 4000 Hz"));
        let mut law = whole;
        law[20..22].copy_from_slice(&7_u16.to_le_bytes());
        assert!(told(&law).contains("convert it first"));
    }

    #[test]
    fn a_recording_left_by_a_crash_is_whole_after_its_repair() {
        let mut left = header(0).to_vec();
        left.extend([1, 0, 2, 0, 3]);
        let mended = repair(&left, 49).expect("in need of repair");
        left[..HEADER_BYTES].copy_from_slice(&mended);
        assert_eq!(parse(&left).expect("readable again").samples(), [1, 2]);
        assert_eq!(repair(&left, 49), None);
    }

    #[test]
    fn a_file_that_is_not_ours_is_never_repaired() {
        assert_eq!(repair(&studio(16_000, 1, 16), 1_000), None);
        assert_eq!(repair(&header(0), 3), None);
        assert_eq!(repair(b"RIFF", 1_000), None);
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_reader_panic(noise: Vec<u8>, at in 0_usize..60, with: u8) {
            let _ = parse(&noise);
            let _ = repair(&noise, 100);
            let mut bent = file(&[5; 40]);
            bent[at] = with;
            let _ = parse(&bent);
        }
    }

    /// One second of 1 kHz at half amplitude in each channel.
    fn studio(sample_rate: u32, channels: u16, bits_per_sample: u16) -> Vec<u8> {
        let sample_format = SampleFormat::Int;
        let spec = WavSpec { channels, sample_rate, bits_per_sample, sample_format };
        let mut bytes = Cursor::new(Vec::new());
        let mut writer = WavWriter::new(&mut bytes, spec).expect("a writer");
        let full = f64::from(2_f32.powi(i32::from(bits_per_sample) - 1));
        for n in 0..sample_rate {
            let turn = std::f64::consts::TAU * 1_000.0 * f64::from(n) / f64::from(sample_rate);
            for _ in 0..channels {
                writer.write_sample((turn.sin() * 0.5 * full) as i32).expect("a sample");
            }
        }
        writer.finalize().expect("a file");
        bytes.into_inner()
    }
}
