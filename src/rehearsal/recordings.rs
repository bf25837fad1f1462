//! Recordings in memory: blocks while they are made, whole sounds once they are durable. Beside
//! them what stands for spoken texts.

use crate::audio::sound::Sound;
use crate::base::id::RecordingId;
use crate::media::command::RecordOutcome;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

const SAMPLES_PER_MS: u64 = 8;
/// How long a letter of a spoken text takes.
const LETTER_MS: u32 = 60;
/// The longest spoken text.
const SPOKEN_MS_MAX: u32 = 60_000;

/// Stands for a text that a program speaks: as long as people need for it, and silent.
#[must_use]
pub fn spoken_text(text: &str) -> Sound {
    let letters = u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
    Sound::silence(letters.saturating_mul(LETTER_MS).min(SPOKEN_MS_MAX))
}

/// All recordings.
#[derive(Debug, Default)]
pub struct Recordings {
    /// Whether the disk fails from now on.
    pub fails: bool,
    /// Whether the program that speaks texts fails.
    pub speechless: bool,
    open: BTreeMap<RecordingId, Vec<i16>>,
    kept: BTreeMap<RecordingId, Arc<Sound>>,
}

impl Recordings {
    /// Stands for what a program speaks; nothing when it fails.
    #[must_use]
    pub fn spoken(&self, text: &str) -> Option<Arc<Sound>> {
        (!self.speechless).then(|| Arc::new(spoken_text(text)))
    }

    /// Adds sound, 8 kHz, to a recording in progress; the first block begins it.
    pub fn add(&mut self, recording: RecordingId, samples: &[i16]) {
        self.open.entry(recording).or_default().extend_from_slice(samples);
    }

    /// The recording is over: its first samples are durable from now on, unless there are none
    /// or the disk fails.
    pub fn finish(&mut self, recording: RecordingId, samples: u64) -> RecordOutcome {
        let mut sound = self.open.remove(&recording).unwrap_or_default();
        sound.truncate(usize::try_from(samples).unwrap_or(usize::MAX));
        if sound.is_empty() {
            return RecordOutcome::Empty;
        }
        if self.fails {
            return RecordOutcome::Failed;
        }
        let millis = u64::try_from(sound.len()).unwrap_or(u64::MAX) / SAMPLES_PER_MS;
        self.kept.insert(recording, Arc::new(Sound::new(sound)));
        RecordOutcome::Kept { length: Duration::from_millis(millis) }
    }

    /// A durable recording.
    #[must_use]
    pub fn find(&self, recording: RecordingId) -> Option<Arc<Sound>> {
        self.kept.get(&recording).map(Arc::clone)
    }

    /// Deletes one.
    pub fn delete(&mut self, recording: RecordingId) {
        self.open.remove(&recording);
        self.kept.remove(&recording);
    }

    /// The process dies: what was not durable is gone.
    pub fn crash(&mut self) {
        self.open.clear();
    }

    /// How many are durable.
    #[must_use]
    pub fn len(&self) -> usize {
        self.kept.len()
    }

    /// Whether none is durable.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_finished_outlives_a_crash() {
        let (done, open) = (RecordingId::from(1), RecordingId::from(2));
        let mut recordings = Recordings::default();
        recordings.add(done, &[1; 100]);
        recordings.add(done, &[2; 100]);
        recordings.add(open, &[3; 100]);
        let length = Duration::from_millis(20);
        assert_eq!(recordings.finish(done, 160), RecordOutcome::Kept { length });
        recordings.crash();
        assert_eq!(recordings.find(done).map(|sound| sound.samples().len()), Some(160));
        assert!(recordings.find(open).is_none());
        assert_eq!(recordings.finish(open, 100), RecordOutcome::Empty);
    }
}
