//! Keeps what a port hears: a steady stream of samples, with silence where nothing came.
//!
//! ```text
//!            beep over           key · silence · longest · told to
//! Beeping ─────────────► Hearing ─────────────────────────────────► Ended
//! ```
//!
//! Quiet before the first word is left out but for a short lead, and so is quiet at the end. A
//! recording without a word gives out no block at all.

use super::command::RecordLimits;
use super::playout::FRAME_BYTES_MAX;
use super::traffic::ShardOutput;
use crate::audio::g711::Law;
use crate::audio::level;
use crate::base::id::{PortId, RecordingId};
use crate::base::outbox::Outbox;
use crate::rtp::jitter::JitterBuffer;
use std::time::Duration;

const SAMPLES_PER_MS: u64 = 8;
/// Packets may come this late and still find their place.
const DELAY_MS: u16 = 100;
const DELAY_SAMPLES: u64 = DELAY_MS as u64 * SAMPLES_PER_MS;
/// One block: a second.
const BLOCK_SAMPLES: usize = 8_000;
/// Sound this long without a break is speech; less is a click.
const SPEECH_SAMPLES: u64 = 60 * SAMPLES_PER_MS;
/// Quiet that is kept before the first word.
const LEAD_SAMPLES: usize = 300 * SAMPLES_PER_MS as usize;
/// Quiet that is kept after the last word.
const TAIL_SAMPLES: u64 = 300 * SAMPLES_PER_MS;

/// Why a recording ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// A key was pressed; what was about to be read may hold its click, and is left out.
    Key,
    /// Silence, or the longest time.
    Limit,
    /// Told to, or the call ends: everything that came is kept.
    Told,
}

/// One recording in progress.
#[derive(Debug)]
pub struct Recorder {
    recording: RecordingId,
    limits: RecordLimits,
    law: Law,
    buffer: JitterBuffer,
    /// Whether the beep is over.
    hearing: bool,
    /// Samples read from the buffer, the delay at the start included.
    read: u64,
    /// `read` where sound was loud without a break since; `None` in quiet.
    loud_since: Option<u64>,
    /// `read` at the end of the last speech; `None` before any.
    spoken: Option<u64>,
    /// Samples not given out yet.
    block: Vec<i16>,
    /// Samples given out.
    given: u64,
}

impl Recorder {
    /// A recording that begins with the next beat, or once [`Recorder::begin`] is called if a
    /// beep comes first.
    #[must_use]
    pub fn new(recording: RecordingId, limits: RecordLimits, law: Law) -> Self {
        Self {
            recording,
            limits,
            law,
            buffer: JitterBuffer::new(DELAY_MS, law.silence()),
            hearing: !limits.beep,
            read: 0,
            loud_since: None,
            spoken: None,
            block: Vec::new(),
            given: 0,
        }
    }

    /// The limits it was given.
    #[must_use]
    pub const fn limits(&self) -> &RecordLimits {
        &self.limits
    }

    /// The beep is over.
    pub const fn begin(&mut self) {
        self.hearing = true;
    }

    /// Takes sound that came, in code words of `law`.
    pub fn hear(&mut self, law: Law, timestamp: u32, payload: &[u8]) {
        if !self.hearing {
            return;
        }
        if law != self.law {
            // A re-INVITE changed the code: what waits is in the old one and is let go.
            self.law = law;
            self.buffer = JitterBuffer::new(DELAY_MS, law.silence());
        }
        self.buffer.push(timestamp, payload);
    }

    /// One packet time has passed. How it ends, if a limit is reached.
    pub fn beat(&mut self, samples: usize, out: &mut Outbox<ShardOutput>) -> Option<Ending> {
        if !self.hearing {
            return None;
        }
        self.read_on(samples);
        if self.spoken.is_some() && self.block.len() >= BLOCK_SAMPLES {
            self.give_out(out);
        }
        let heard = self.read.saturating_sub(DELAY_SAMPLES);
        let quiet = heard.saturating_sub(self.spoken.unwrap_or(0).saturating_sub(DELAY_SAMPLES));
        let too_long = heard >= samples_of(self.limits.longest);
        let too_quiet = self.limits.silence.is_some_and(|most| quiet >= samples_of(most));
        (too_long || too_quiet).then_some(Ending::Limit)
    }

    /// Ends it: gives out the rest, and says how much is kept.
    pub fn end(mut self, ending: Ending, port: PortId, out: &mut Outbox<ShardOutput>) {
        if self.hearing && ending == Ending::Told {
            let mut waiting = self.buffer.waiting();
            while waiting > 0 {
                let part = waiting.min(FRAME_BYTES_MAX);
                self.read_on(part);
                waiting -= part;
            }
        }
        let mut kept = 0;
        if let Some(spoken) = self.spoken {
            let quiet = self.read.saturating_sub(spoken);
            let cut = quiet.saturating_sub(TAIL_SAMPLES);
            kept = (self.given + self.block.len() as u64).saturating_sub(cut);
            let rest = usize::try_from(kept.saturating_sub(self.given)).unwrap_or(usize::MAX);
            self.block.truncate(rest);
            self.give_out(out);
        }
        out.push(ShardOutput::RecordEnd { port, recording: self.recording, samples: kept });
    }

    fn read_on(&mut self, samples: usize) {
        let mut words = [0; FRAME_BYTES_MAX];
        let mut linear = [0; FRAME_BYTES_MAX];
        let samples = samples.min(FRAME_BYTES_MAX);
        let (Some(words), Some(linear)) = (words.get_mut(..samples), linear.get_mut(..samples))
        else {
            return;
        };
        let heard = self.buffer.pull(words);
        self.law.decode_slice(words, linear);
        let before = self.read;
        self.read += samples as u64;
        if heard && level::of(linear) >= level::SILENCE_DBOV {
            let since = *self.loud_since.get_or_insert(before);
            if self.read - since >= SPEECH_SAMPLES {
                self.spoken = Some(self.read);
            }
        } else {
            self.loud_since = None;
        }
        // The buffer runs behind: what it reads first is from before the beginning.
        let too_early = usize::try_from(DELAY_SAMPLES.saturating_sub(before)).unwrap_or(0);
        self.block.extend(linear.iter().skip(too_early));
        if self.spoken.is_none() {
            let keep = LEAD_SAMPLES + usize::try_from(SPEECH_SAMPLES).unwrap_or(0);
            self.block.drain(..self.block.len().saturating_sub(keep));
        }
    }

    fn give_out(&mut self, out: &mut Outbox<ShardOutput>) {
        if self.block.is_empty() {
            return;
        }
        let samples = std::mem::take(&mut self.block);
        self.given += samples.len() as u64;
        out.push(ShardOutput::RecordBlock { recording: self.recording, samples });
    }
}

fn samples_of(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX / SAMPLES_PER_MS) * SAMPLES_PER_MS
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::tone;

    const FRAME: usize = 160;

    #[test]
    fn a_word_is_kept_with_a_little_quiet_around_it() {
        let mut sound = vec![0; 8_000];
        sound.extend(tone::steady(&[440.0], -20.0, 1_500));
        sound.extend(vec![0; 40_000]);
        let (samples, kept) = recorded(&limits(30, Some(2)), &sound);
        // 300 ms before, 300 ms after, and the word itself.
        assert!(samples.len() as u64 >= kept, "{} {kept}", samples.len());
        assert!((kept as i64 - 8 * 2_100).abs() <= 2 * 160, "{kept}");
        let word = &samples[8 * 400..8 * 1_700];
        assert!((level::of(word) + 20.0).abs() < 1.0);
    }

    #[test]
    fn silence_and_clicks_leave_nothing() {
        let mut sound = vec![0; 8_000];
        sound.extend(tone::steady(&[440.0], -20.0, 20));
        sound.extend(vec![0; 32_000]);
        assert_eq!(recorded(&limits(3, None), &sound), (vec![], 0));
    }

    #[test]
    fn the_longest_time_ends_it_to_the_packet() {
        let sound = tone::steady(&[440.0], -20.0, 9_000);
        let (samples, kept) = recorded(&limits(4, None), &sound);
        assert_eq!((samples.len(), kept), (32_000, 32_000));
    }

    #[test]
    fn what_never_came_is_silence_of_the_same_length() {
        let mut recorder = Recorder::new(RecordingId::from(1), limits(60, None), Law::A);
        let mut out = Outbox::new();
        let loud = [Law::A.encode(8_000); FRAME];
        for number in 0..100_u32 {
            if number % 10 != 5 {
                recorder.hear(Law::A, number * 160, &loud);
            }
            recorder.beat(FRAME, &mut out);
        }
        recorder.end(Ending::Told, PortId::from(1), &mut out);
        let (samples, kept) = collect(&mut out);
        assert_eq!(kept, 16_000);
        assert_eq!(samples.iter().filter(|&&sample| sample.abs() < 100).count(), 10 * FRAME);
    }

    #[test]
    fn nothing_is_heard_before_the_beep_is_over() {
        let limits = RecordLimits { beep: true, ..limits(60, None) };
        let mut recorder = Recorder::new(RecordingId::from(1), limits, Law::A);
        let mut out = Outbox::new();
        let loud = [Law::A.encode(8_000); FRAME];
        for number in 0..50_u32 {
            if number == 25 {
                recorder.begin();
            }
            recorder.hear(Law::A, number * 160, &loud);
            recorder.beat(FRAME, &mut out);
        }
        recorder.end(Ending::Told, PortId::from(1), &mut out);
        assert_eq!(collect(&mut out).1, 25 * 160);
    }

    #[test]
    fn the_click_of_the_finish_key_is_cut_off() {
        let mut recorder = Recorder::new(RecordingId::from(1), limits(60, None), Law::A);
        let mut out = Outbox::new();
        let loud = [Law::A.encode(8_000); FRAME];
        for number in 0..50_u32 {
            recorder.hear(Law::A, number * 160, &loud);
            recorder.beat(FRAME, &mut out);
        }
        recorder.end(Ending::Key, PortId::from(1), &mut out);
        assert_eq!(collect(&mut out).1, 8_000 - DELAY_SAMPLES);
    }

    fn limits(longest_s: u64, silence_s: Option<u64>) -> RecordLimits {
        RecordLimits {
            longest: Duration::from_secs(longest_s),
            silence: silence_s.map(Duration::from_secs),
            finish: None,
            beep: false,
        }
    }

    /// Plays `sound` to a recorder until it ends by itself: all samples given out, and how many
    /// of them are kept.
    fn recorded(limits: &RecordLimits, sound: &[i16]) -> (Vec<i16>, u64) {
        let mut recorder = Recorder::new(RecordingId::from(1), *limits, Law::Mu);
        let mut out = Outbox::new();
        let mut frames = sound.chunks(FRAME);
        for number in 0..10_000_u32 {
            if let Some(frame) = frames.next() {
                let words: Vec<u8> = frame.iter().map(|&sample| Law::Mu.encode(sample)).collect();
                recorder.hear(Law::Mu, number * 160, &words);
            }
            if let Some(ending) = recorder.beat(FRAME, &mut out) {
                recorder.end(ending, PortId::from(1), &mut out);
                return collect(&mut out);
            }
        }
        panic!("it never ended");
    }

    fn collect(out: &mut Outbox<ShardOutput>) -> (Vec<i16>, u64) {
        let mut all = Vec::new();
        let mut kept = 0;
        for output in out.drain() {
            match output {
                ShardOutput::RecordBlock { ref samples, .. } => all.extend(samples),
                ShardOutput::RecordEnd { samples, .. } => kept = samples,
                ShardOutput::Event(_)
                | ShardOutput::OpenSocket { .. }
                | ShardOutput::ConnectSocket { .. }
                | ShardOutput::DisconnectSocket { .. }
                | ShardOutput::CloseSocket { .. } => panic!("{output:?}"),
            }
        }
        (all, kept)
    }
}
