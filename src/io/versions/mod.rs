//! Published versions of a site's flows, in the data directory.
//!
//! ```text
//! DATA/versions/
//!   3f2a9c01b7de/main-line.flow.yaml …   one version: its texts, never changed
//!   history.jsonl                        who made which version live, when and why; the last
//!                                        line says what is live
//!   lock                                 held while something is published
//! ```
//!
//! A version is written beside its place, made durable and renamed, and only then the history is,
//! in the same way: whenever the process dies, what is live is a whole version.

mod history;
#[cfg(test)]
mod tests;
mod texts;

pub use history::{Deed, Entry};
pub use texts::{Change, FlowTexts};

use history::History;
use std::fmt;
use std::fs::{self, DirBuilder, File};
use std::io::{self, Write as _};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

/// Only its owner may look in.
const OWNER_ONLY: u32 = 0o700;
/// What is live is asked for by this name.
pub const LIVE: &str = "live";
/// What was live before the version that is live now.
pub const PREVIOUS: &str = "previous";

/// The versions of one data directory.
#[derive(Debug, Clone)]
pub struct Versions {
    dir: PathBuf,
}

/// Why versions cannot be read or written.
#[derive(Debug)]
#[non_exhaustive]
pub enum VersionError {
    /// A file or directory gives trouble.
    Disk(PathBuf, io::Error),
    /// No version is called so, or several begin so.
    Unknown(String, &'static str),
    /// The texts of a version are not those that were published.
    Damaged(String),
}

impl fmt::Display for VersionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Disk(path, fault) => write!(
                f,
                "{}: {fault}\n  help: check the directory's permissions and its free space",
                path.display()
            ),
            Self::Unknown(name, why) => write!(
                f,
                "{why}: `{name}`\n  help: `ringback flow list` shows the versions; the first \
                 letters of one are enough"
            ),
            Self::Damaged(version) => write!(
                f,
                "the files of version {version} are not those that were published\n  help: take \
                 another version, or bring its directory back from a backup"
            ),
        }
    }
}

impl std::error::Error for VersionError {}

fn trouble(path: &Path) -> impl Fn(io::Error) -> VersionError + '_ {
    |fault| VersionError::Disk(path.to_owned(), fault)
}

impl Versions {
    /// The versions in this data directory; nothing is made before something is published.
    #[must_use]
    pub fn in_data(data: &Path) -> Self {
        Self { dir: data.join("versions") }
    }

    /// Everything that was ever made live, oldest first.
    ///
    /// # Errors
    ///
    /// The history cannot be read.
    pub fn history(&self) -> Result<Vec<Entry>, VersionError> {
        let path = self.history_path();
        let history = History::read(&path).map_err(trouble(&path))?;
        Ok(history.entries)
    }

    /// What made the version live that is live now.
    ///
    /// # Errors
    ///
    /// As [`Self::history`].
    pub fn live(&self) -> Result<Option<Entry>, VersionError> {
        Ok(self.history()?.pop())
    }

    /// Where the files of a version stand.
    #[must_use]
    pub fn path(&self, version: &str) -> PathBuf {
        self.dir.join(version)
    }

    /// The texts of a version, as they were published.
    ///
    /// # Errors
    ///
    /// They cannot be read, or somebody has changed them.
    pub fn texts(&self, version: &str) -> Result<FlowTexts, VersionError> {
        let path = self.path(version);
        let texts = FlowTexts::read(&path).map_err(trouble(&path))?;
        if texts.version() == version {
            Ok(texts)
        } else {
            Err(VersionError::Damaged(version.to_owned()))
        }
    }

    /// The version of a name: `live`, `previous`, or the beginning of its own.
    ///
    /// # Errors
    ///
    /// There is none, or more than one.
    pub fn find(&self, name: &str) -> Result<String, VersionError> {
        let entries = self.history()?;
        let unknown = |why| VersionError::Unknown(name.to_owned(), why);
        match name {
            LIVE => {
                let live = entries.last().map(|entry| entry.version.clone());
                live.ok_or_else(|| unknown("nothing is published yet"))
            }
            PREVIOUS => history::previous(&entries).ok_or_else(|| {
                unknown("there is no step further back; `ringback flow list` names every version")
            }),
            begins => {
                let known = entries.iter().map(|entry| &entry.version);
                let mut found: Vec<&String> = known.filter(|v| v.starts_with(begins)).collect();
                found.sort();
                found.dedup();
                match found.as_slice() {
                    [one] if !begins.is_empty() => Ok((*one).clone()),
                    [] | [_] => Err(unknown("no version is called so")),
                    [..] => Err(unknown("several versions begin so")),
                }
            }
        }
    }

    /// Writes a version and the history that makes it live, beside their places. Nobody else
    /// publishes until the answer is dropped.
    ///
    /// # Errors
    ///
    /// The disk gives trouble; nothing has changed.
    pub fn prepare(&self, flows: &FlowTexts, entry: Entry) -> Result<Prepared, VersionError> {
        // Flows may hold what only their owner should read, such as tokens for other servers.
        let made = DirBuilder::new().recursive(true).mode(OWNER_ONLY).create(&self.dir);
        made.map_err(trouble(&self.dir))?;
        let path = self.dir.join("lock");
        let lock = File::create(&path).and_then(|lock| lock.lock().map(|()| lock));
        let lock = lock.map_err(trouble(&path))?;
        let place = self.path(&entry.version);
        let is_new = !place.is_dir();
        if is_new {
            self.write(flows, &place)?;
        }
        let path = self.history_path();
        let mut history = History::read(&path).map_err(trouble(&path))?;
        history.entries.push(entry);
        let beside = path.with_extension("new");
        write_durably(&beside, history.to_text().as_bytes()).map_err(trouble(&beside))?;
        let new = is_new.then_some(place);
        Ok(Prepared { beside, path, new, _lock: lock })
    }

    /// A directory that is there is a whole version: it got its name last.
    fn write(&self, flows: &FlowTexts, place: &Path) -> Result<(), VersionError> {
        let beside = self.dir.join("new");
        // What a crash has left.
        let _ = fs::remove_dir_all(&beside);
        fs::create_dir(&beside).map_err(trouble(&beside))?;
        for (name, text) in flows.iter() {
            let path = beside.join(name);
            write_durably(&path, text.as_bytes()).map_err(trouble(&path))?;
        }
        let renamed = sync(&beside).and_then(|()| fs::rename(&beside, place));
        renamed.and_then(|()| sync(&self.dir)).map_err(trouble(place))
    }

    fn history_path(&self) -> PathBuf {
        self.dir.join("history.jsonl")
    }
}

/// A version that is written and not yet live; dropped, it never was.
#[derive(Debug)]
pub struct Prepared {
    beside: PathBuf,
    path: PathBuf,
    /// The directory, if this made it.
    new: Option<PathBuf>,
    _lock: File,
}

impl Prepared {
    /// Makes it live.
    ///
    /// # Errors
    ///
    /// The disk gives trouble; what was live still is.
    pub fn commit(mut self) -> Result<(), VersionError> {
        fs::rename(&self.beside, &self.path).map_err(trouble(&self.path))?;
        self.new = None;
        let dir = self.path.parent().unwrap_or_else(|| Path::new("."));
        sync(dir).map_err(trouble(dir))
    }
}

impl Drop for Prepared {
    fn drop(&mut self) {
        // After a commit nothing is left of them; what cannot be taken away does no harm.
        let _ = fs::remove_file(&self.beside);
        if let Some(dir) = &self.new {
            let _ = fs::remove_dir_all(dir);
        }
    }
}

fn write_durably(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Makes names in a directory durable.
fn sync(dir: &Path) -> io::Result<()> {
    File::open(dir)?.sync_all()
}
