//! Texts spoken by a program of the site, and kept in a cache directory.
//!
//! The program is started without a shell. Each `{language}` and `{text}` in its arguments is
//! filled in; where no argument has `{text}`, the text comes by standard input. It writes a WAV
//! file to standard output. What it wrote is kept as `HASH.wav`, by the hash of command, language
//! and text; the files that were not asked for the longest go first when they are too many.

use crate::audio::sound::Sound;
use crate::audio::wav::{self, WavError};
use crate::base::language::Language;
use crate::config::outside::SpeechSettings;
use sha2::{Digest, Sha256};
use std::fmt;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;
use tokio::time::{sleep, timeout};

/// Most bytes that one text may become.
const SPOKEN_BYTES_MAX: u64 = 16 * 1024 * 1024;
/// How often a running program is asked whether it has ended.
const ASK_EVERY: Duration = Duration::from_millis(5);
/// What is left of a full cache, in hundredths, so that it is not tidied at each text.
const CACHE_LEFT: u64 = 90;

/// A program that speaks, and what it has spoken.
#[derive(Debug, Clone)]
pub struct Speech {
    settings: Arc<SpeechSettings>,
    turns: Arc<Semaphore>,
    /// Files that are being written, counted for their names.
    drafts: Arc<AtomicU64>,
}

/// Why a text was not spoken.
#[derive(Debug)]
#[non_exhaustive]
pub enum SpeechError {
    /// The program cannot be started, or a file cannot be written.
    Unreachable(io::Error),
    /// The program ended badly.
    Failed(ExitStatus),
    /// It took longer than `speech.timeout`, with the wait for its turn.
    TooSlow,
    /// It wrote more than `SPOKEN_BYTES_MAX`.
    TooLong,
    /// It wrote no sound.
    Sound(WavError),
}

impl fmt::Display for SpeechError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreachable(error) => write!(f, "{error}"),
            Self::Failed(status) => write!(f, "the program ended with {status}"),
            Self::TooSlow => write!(f, "it took longer than speech.timeout"),
            Self::TooLong => write!(f, "it wrote more than {SPOKEN_BYTES_MAX} bytes"),
            Self::Sound(error) => write!(f, "what it wrote: {error}"),
        }
    }
}

impl std::error::Error for SpeechError {}

impl From<io::Error> for SpeechError {
    fn from(error: io::Error) -> Self {
        Self::Unreachable(error)
    }
}

impl Speech {
    /// Nothing is started yet.
    #[must_use]
    pub fn new(settings: SpeechSettings) -> Self {
        let turns = Arc::new(Semaphore::new(settings.at_once));
        Self { settings: Arc::new(settings), turns, drafts: Arc::default() }
    }

    /// The sound of a text, from the cache or from the program.
    ///
    /// # Errors
    ///
    /// The program or the cache fails, or takes too long.
    pub async fn speak(&self, language: &Language, text: &str) -> Result<Sound, SpeechError> {
        let file = self.settings.cache.join(self.name(language, text));
        let spoken = async {
            if let Some(sound) = kept(&file).await {
                return Ok(sound);
            }
            // The semaphore is never closed.
            let _turn = self.turns.acquire().await.map_err(|_| SpeechError::TooSlow)?;
            // Somebody may have asked for the same text just before.
            match kept(&file).await {
                Some(sound) => Ok(sound),
                None => self.spoken(language, text, &file).await,
            }
        };
        timeout(self.settings.timeout, spoken).await.unwrap_or(Err(SpeechError::TooSlow))
    }

    /// Speaks texts one after another, so that the first caller who hears one need not wait.
    pub async fn warm(self, texts: Vec<(Language, String)>) {
        for (language, text) in texts {
            if let Err(error) = self.speak(&language, &text).await {
                tracing::warn!(%language, text, %error, "a text of a flow cannot be spoken");
            }
        }
    }

    async fn spoken(
        &self,
        language: &Language,
        text: &str,
        file: &Path,
    ) -> Result<Sound, SpeechError> {
        fs::create_dir_all(&self.settings.cache)?;
        let number = self.drafts.fetch_add(1, Ordering::Relaxed);
        let name = format!("draft-{}-{number}", std::process::id());
        let draft = Draft(self.settings.cache.join(name));
        let mut running = self.start(language, text, &draft.0)?;
        let status = loop {
            if let Some(status) = running.0.try_wait()? {
                break status;
            }
            if fs::metadata(&draft.0)?.len() > SPOKEN_BYTES_MAX {
                return Err(SpeechError::TooLong);
            }
            sleep(ASK_EVERY).await;
        };
        if !status.success() {
            return Err(SpeechError::Failed(status));
        }
        let (file, most) = (file.to_owned(), self.settings.cache_bytes_max);
        let kept = spawn_blocking(move || keep(&draft, &file, most)).await;
        kept.map_err(|error| io::Error::other(error.to_string()))?
    }

    fn start(&self, language: &Language, text: &str, out: &Path) -> Result<Running, SpeechError> {
        let filled =
            |part: &String| part.replace("{language}", language.tag()).replace("{text}", text);
        let mut parts = self.settings.command.iter();
        let program = parts.next().ok_or_else(|| io::Error::other("speech.command is empty"))?;
        let by_input = !self.settings.command.iter().any(|part| part.contains("{text}"));
        let child = Command::new(program)
            .args(parts.map(filled))
            .stdin(if by_input { Stdio::piped() } else { Stdio::null() })
            .stdout(File::create(out)?)
            .spawn()
            .map_err(|error| {
                io::Error::new(error.kind(), format!("{program} cannot be started: {error}"))
            })?;
        let mut running = Running(child);
        if let Some(mut input) = running.0.stdin.take() {
            // A text is shorter than what a pipe holds, so this never waits. A program that does
            // not read its input is none of our business: what it writes counts.
            let _ = input.write_all(text.as_bytes());
        }
        Ok(running)
    }

    /// The name of a text in the cache.
    fn name(&self, language: &Language, text: &str) -> String {
        let mut hash = Sha256::new();
        let command = self.settings.command.iter().map(String::as_str);
        for part in command.chain([language.tag(), text]) {
            hash.update(part.as_bytes());
            hash.update([0]);
        }
        let hex: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        format!("{hex}.wav")
    }
}

/// A program that is not left behind.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // One that has ended cannot be killed; there is nothing to tell.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A file that is not left behind.
struct Draft(PathBuf);

impl Drop for Draft {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// The sound of a file of the cache, which is thereby asked for again.
async fn kept(file: &Path) -> Option<Sound> {
    let file = file.to_owned();
    let read = spawn_blocking(move || {
        let sound = wav::parse(&fs::read(&file).ok()?).ok()?;
        let touched = File::open(&file).and_then(|file| file.set_modified(SystemTime::now()));
        if let Err(error) = touched {
            tracing::debug!(%error, "a spoken text keeps its old date");
        }
        Some(sound)
    });
    read.await.ok()?
}

/// Reads what was spoken and puts it into the cache, in the form in which it is played.
fn keep(draft: &Draft, file: &Path, most: u64) -> Result<Sound, SpeechError> {
    let mut bytes = fs::read(&draft.0)?;
    if bytes.len() as u64 > SPOKEN_BYTES_MAX {
        return Err(SpeechError::TooLong);
    }
    wav::measure(&mut bytes);
    let sound = wav::parse(&bytes).map_err(SpeechError::Sound)?;
    fs::write(&draft.0, wav::file(sound.samples()))?;
    fs::rename(&draft.0, file)?;
    if let Some(cache) = file.parent() {
        tidy(cache, most);
    }
    Ok(sound)
}

/// Deletes what was not asked for the longest, until the cache is small enough.
fn tidy(cache: &Path, most: u64) {
    let Ok(entries) = fs::read_dir(cache) else { return };
    let mut files: Vec<(SystemTime, u64, PathBuf)> = entries
        .flatten()
        .filter(|entry| entry.path().extension().is_some_and(|end| end == "wav"))
        .filter_map(|entry| {
            let about = entry.metadata().ok()?;
            Some((about.modified().ok()?, about.len(), entry.path()))
        })
        .collect();
    let mut bytes: u64 = files.iter().map(|(_, bytes, _)| bytes).sum();
    if bytes <= most {
        return;
    }
    files.sort();
    for (_, length, path) in files {
        if bytes <= most / 100 * CACHE_LEFT {
            break;
        }
        match fs::remove_file(&path) {
            Ok(()) => bytes = bytes.saturating_sub(length),
            Err(error) => tracing::warn!(path = %path.display(), %error, "cannot be deleted"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_text_is_spoken_once_and_then_played_from_the_cache() {
        let room = Room::new("cached");
        let spoken = room.spoken(400);
        let speech = room.speech(&["cat", &spoken]);
        let length =
            |sound: Result<Sound, SpeechError>| sound.map(|s| s.duration().as_millis()).ok();
        assert_eq!(length(speech.speak(&english(), "hello").await), Some(400));
        fs::remove_file(&spoken).expect("the sound");
        assert_eq!(length(speech.speak(&english(), "hello").await), Some(400));
        let other = speech.speak(&english(), "other").await;
        assert!(matches!(other, Err(SpeechError::Failed(_))), "{other:?}");
        assert_eq!(room.files().len(), 1);
    }

    #[tokio::test]
    async fn the_text_comes_by_argument_or_by_input() {
        let room = Room::new("input");
        let spoken = room.spoken(200);
        let argument = room.speech(&["cat", "{text}"]);
        assert!(argument.speak(&english(), &spoken).await.is_ok());
        let sound = fs::read(&spoken).expect("the sound");
        let input = room.speech(&["cat"]);
        let text = input.speak(&english(), "no sound").await;
        assert!(matches!(text, Err(SpeechError::Sound(_))), "{text:?} of {}", sound.len());
    }

    #[tokio::test]
    async fn a_program_that_fails_hangs_or_is_not_there_is_told_and_leaves_nothing() {
        let room = Room::new("failing");
        let failed = room.speech(&["false"]).speak(&english(), "a").await;
        assert!(matches!(failed, Err(SpeechError::Failed(_))), "{failed:?}");
        let hangs = room.speech(&["tail", "-f", "/dev/null"]).speak(&english(), "a").await;
        assert!(matches!(hangs, Err(SpeechError::TooSlow)), "{hangs:?}");
        let gone = room.speech(&["/no/such/program"]).speak(&english(), "a").await;
        let told = gone.expect_err("no program").to_string();
        assert!(told.starts_with("/no/such/program cannot be started"), "{told}");
        assert_eq!(room.files(), Vec::<String>::new());
    }

    #[tokio::test]
    async fn the_cache_forgets_what_was_not_asked_for_the_longest() {
        let room = Room::new("full");
        let spoken = room.spoken(100);
        let mut settings = room.settings(&["cat", &spoken]);
        settings.cache_bytes_max = 5_000;
        let speech = Speech::new(settings);
        for text in ["one", "two", "three", "four", "five"] {
            speech.speak(&english(), text).await.expect("a sound");
        }
        let files = room.files();
        assert!((1..=3).contains(&files.len()), "{files:?}");
        assert!(files.contains(&speech.name(&english(), "five")), "{files:?}");
    }

    fn english() -> Language {
        Language::english()
    }

    /// A directory of its own, gone at the end.
    struct Room(PathBuf);

    impl Room {
        fn new(name: &str) -> Self {
            let own = format!("ringback-speech-{}-{name}", std::process::id());
            let path = std::env::temp_dir().join(own);
            fs::create_dir_all(&path).expect("a directory");
            Self(path)
        }

        /// A file that stands for what a program speaks.
        fn spoken(&self, ms: u32) -> String {
            let path = self.0.join("spoken");
            fs::write(&path, wav::file(Sound::silence(ms).samples())).expect("a file");
            path.display().to_string()
        }

        fn settings(&self, command: &[&str]) -> SpeechSettings {
            SpeechSettings {
                command: command.iter().map(|part| (*part).to_owned()).collect(),
                timeout: Duration::from_millis(500),
                at_once: 1,
                cache: self.0.join("cache"),
                cache_bytes_max: 1_000_000,
            }
        }

        fn speech(&self, command: &[&str]) -> Speech {
            Speech::new(self.settings(command))
        }

        fn files(&self) -> Vec<String> {
            let Ok(entries) = fs::read_dir(self.0.join("cache")) else { return Vec::new() };
            let names = entries.flatten().map(|entry| entry.file_name());
            names.map(|name| name.to_string_lossy().into_owned()).collect()
        }
    }

    impl Drop for Room {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }
}
