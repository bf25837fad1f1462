//! The thread that writes recordings: samples as they come, a right header each second, and
//! word back to the shard once a file is complete and durable.
//!
//! ```text
//!          first block              Block                 End, fsync of file and directory
//! (none) ─────────────► Writing ──┬──────┐ ─────────────────────────────────► told: Kept
//!    │                     ▲      │      │
//!    │ End                 └──────┴──────┘ cannot be written ──► told: Failed
//!    └──────► told: Empty, no file
//! ```

use super::Recordings;
use crate::audio::wav;
use crate::base::id::{PortId, RecordingId};
use crate::base::time::Utc;
use crate::media::command::RecordOutcome;
use std::collections::BTreeMap;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::mpsc::Receiver;
use std::time::Duration;

const SAMPLE_BYTES: u64 = 2;
const SAMPLES_PER_SECOND: u64 = 8_000;
const FILE_MODE: u32 = 0o600;
const DIRECTORY_MODE: u32 = 0o700;

/// What the writer is asked.
#[derive(Debug)]
pub enum Write {
    /// Sound of a recording, in order; the first block makes the file.
    Block {
        /// Which.
        recording: RecordingId,
        /// Linear, 8 kHz.
        samples: Vec<i16>,
    },
    /// The recording is over.
    End {
        /// The shard whose port it was.
        shard: usize,
        /// The port.
        port: PortId,
        /// Which.
        recording: RecordingId,
        /// Samples that are kept, from the first; 0 leaves no file.
        samples: u64,
        /// A block never reached the writer: what there is stays playable, but is not whole.
        torn: bool,
    },
}

/// What the writer answers, to the shard named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Written {
    /// The shard.
    pub shard: usize,
    /// The port.
    pub port: PortId,
    /// Which recording.
    pub recording: RecordingId,
    /// How it came out.
    pub outcome: RecordOutcome,
}

/// Writes the files of all recordings in progress.
#[derive(Debug)]
pub struct Writer {
    recordings: Recordings,
    utc: fn() -> Utc,
    open: BTreeMap<RecordingId, Open>,
}

#[derive(Debug)]
struct Open {
    file: File,
    path: PathBuf,
    bytes: u64,
    failed: bool,
}

impl Writer {
    /// A writer that reads the wall clock from `utc`.
    #[must_use]
    pub const fn new(recordings: Recordings, utc: fn() -> Utc) -> Self {
        Self { recordings, utc, open: BTreeMap::new() }
    }

    /// Repairs what a crash left, then works until every sender is gone. Files that were never
    /// ended stay as they are: playable.
    pub fn run(mut self, requests: &Receiver<Write>, mut tell: impl FnMut(Written)) {
        self.recordings.repair();
        while let Ok(request) = requests.recv() {
            if let Some(written) = self.write(request) {
                tell(written);
            }
        }
    }

    /// Does one request; an answer at the end of a recording.
    pub fn write(&mut self, request: Write) -> Option<Written> {
        match request {
            Write::Block { recording, samples } => {
                self.block(recording, &samples);
                None
            }
            Write::End { shard, port, recording, samples, torn } => {
                let outcome = self.end(recording, samples, torn);
                tracing::info!(%recording, ?outcome, "recording ended");
                Some(Written { shard, port, recording, outcome })
            }
        }
    }

    fn block(&mut self, recording: RecordingId, samples: &[i16]) {
        if !self.open.contains_key(&recording) {
            let path = self.recordings.path(recording, (self.utc)());
            match create(&path) {
                Ok(file) => {
                    let open = Open { file, path, bytes: 0, failed: false };
                    self.open.insert(recording, open);
                }
                Err(error) => {
                    tracing::error!(%recording, %error, "recording cannot be made");
                    return;
                }
            }
        }
        let Some(open) = self.open.get_mut(&recording).filter(|open| !open.failed) else { return };
        if let Err(error) = open.append(samples) {
            tracing::error!(%recording, %error, "recording cannot be written");
            open.failed = true;
        }
    }

    fn end(&mut self, recording: RecordingId, samples: u64, torn: bool) -> RecordOutcome {
        let Some(open) = self.open.remove(&recording) else {
            // Without a file there was no sound, or the file could not be made.
            return if samples == 0 { RecordOutcome::Empty } else { RecordOutcome::Failed };
        };
        if samples == 0 {
            return fs::remove_file(&open.path)
                .map_or(RecordOutcome::Failed, |()| RecordOutcome::Empty);
        }
        match open.finish(samples) {
            Ok(true) if !torn => {
                let millis = samples * 1_000 / SAMPLES_PER_SECOND;
                RecordOutcome::Kept { length: Duration::from_millis(millis) }
            }
            Ok(_) => RecordOutcome::Failed,
            Err(error) => {
                tracing::error!(%recording, %error, "recording cannot be finished");
                RecordOutcome::Failed
            }
        }
    }
}

impl Open {
    /// Samples first and then their header: in between, the file reads as the shorter one.
    fn append(&mut self, samples: &[i16]) -> io::Result<()> {
        let bytes: Vec<u8> = samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
        let room = u64::from(wav::DATA_BYTES_MAX).saturating_sub(self.bytes);
        let part = bytes.get(..usize::try_from(room).unwrap_or(usize::MAX).min(bytes.len()));
        let part = part.unwrap_or(&bytes);
        self.file.write_all_at(part, wav::HEADER_BYTES as u64 + self.bytes)?;
        self.bytes += part.len() as u64;
        self.file.write_all_at(&self.header(), 0)
    }

    /// Cuts the file to `samples`, and makes it and its name durable. Whether all of them are
    /// there.
    fn finish(mut self, samples: u64) -> io::Result<bool> {
        let whole = !self.failed && self.bytes >= samples * SAMPLE_BYTES;
        self.bytes = self.bytes.min(samples * SAMPLE_BYTES);
        self.file.set_len(wav::HEADER_BYTES as u64 + self.bytes)?;
        self.file.write_all_at(&self.header(), 0)?;
        self.file.sync_all()?;
        // The day, the month and the year may be as new as the file.
        for directory in self.path.ancestors().skip(1).take(4) {
            File::open(directory)?.sync_all()?;
        }
        Ok(whole)
    }

    fn header(&self) -> [u8; wav::HEADER_BYTES] {
        wav::header(u32::try_from(self.bytes).unwrap_or(wav::DATA_BYTES_MAX))
    }
}

fn create(path: &Path) -> io::Result<File> {
    if let Some(directory) = path.parent() {
        DirBuilder::new().recursive(true).mode(DIRECTORY_MODE).create(directory)?;
    }
    let file =
        OpenOptions::new().read(true).write(true).create_new(true).mode(FILE_MODE).open(path)?;
    file.write_all_at(&wav::header(0), 0)?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_finished_recording_is_cut_to_what_is_kept_and_only_its_owner_may_read_it() {
        let (recordings, mut writer) = studio("kept");
        let recording = RecordingId::from(7);
        writer.write(block(recording, 1, 8_000));
        writer.write(block(recording, 2, 8_000));
        let written = writer.write(end(recording, 12_000)).expect("an answer");
        let length = Duration::from_millis(1_500);
        assert_eq!(written.outcome, RecordOutcome::Kept { length });
        let sound = recordings.load(recording).expect("a sound");
        assert_eq!((sound.samples().len(), sound.samples()[11_999]), (12_000, 2));
        let path = recordings.find(recording).expect("a file");
        let mode = fs::metadata(&path).expect("a file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert!(recordings.delete(recording).expect("deleted"));
        assert!(recordings.load(recording).is_none());
    }

    #[test]
    fn a_recording_without_sound_leaves_no_file() {
        let (recordings, mut writer) = studio("empty");
        let written = writer.write(end(RecordingId::from(7), 0)).expect("an answer");
        assert_eq!(written.outcome, RecordOutcome::Empty);
        assert!(recordings.find(RecordingId::from(7)).is_none());
    }

    #[test]
    fn a_crash_leaves_every_whole_second_readable_and_repair_finds_the_rest() {
        let (recordings, mut writer) = studio("crash");
        let recording = RecordingId::from(7);
        writer.write(block(recording, 1, 8_000));
        assert_eq!(recordings.load(recording).expect("a sound").samples().len(), 8_000);
        // The samples of a second block reached the file, their header did not.
        let file = &writer.open.get(&recording).expect("open").file;
        file.write_all_at(&[1; 4_000], 44 + 16_000).expect("written");
        drop(writer);
        assert_eq!(recordings.repair(), 1);
        assert_eq!(recordings.load(recording).expect("a sound").samples().len(), 10_000);
        assert_eq!(recordings.repair(), 0);
    }

    #[test]
    fn a_recording_that_cannot_be_written_is_told_as_failed() {
        let (recordings, mut writer) = studio("failed");
        fs::create_dir_all(recordings.root.parent().expect("a parent")).expect("made");
        fs::write(&recordings.root, "a file where a directory should be").expect("written");
        let recording = RecordingId::from(7);
        writer.write(block(recording, 1, 8_000));
        let written = writer.write(end(recording, 8_000)).expect("an answer");
        assert_eq!(written.outcome, RecordOutcome::Failed);
    }

    fn studio(story: &str) -> (Recordings, Writer) {
        let name = format!("ringback-{}-{story}", std::process::id());
        let root = std::env::temp_dir().join(name).join("recordings");
        let _ = fs::remove_dir_all(root.parent().expect("a parent"));
        let recordings = Recordings::new(root);
        let writer = Writer::new(recordings.clone(), || Utc::from_millis(1_700_000_000_000));
        (recordings, writer)
    }

    fn block(recording: RecordingId, level: i16, samples: usize) -> Write {
        Write::Block { recording, samples: vec![level; samples] }
    }

    fn end(recording: RecordingId, samples: u64) -> Write {
        Write::End { shard: 0, port: PortId::from(1), recording, samples, torn: false }
    }
}
