//! Performs the heart's requests to its store: what is answered "durable" survives a crash.
//!
//! ```text
//! heart ── ask ──► requests (bounded) ──► writer: one transaction for all that wait ──► disk
//!       ◄─ reply ── replies (bounded) ◄──┘
//! ```

mod callbacks;
mod messages;
mod records;
mod sqlite;
mod words;
mod writer;

pub use sqlite::{Report, callbacks, check, messages};

use crate::base::id::RecordingId;
use crate::switchboard::store::{Reply, Request};
use std::fmt;
use std::path::{Path, PathBuf};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

/// Requests that may wait for the disk; the next is refused.
const REQUESTS_WAITING_MAX: usize = 4_096;
/// Replies that may wait for the heart; then the writer waits.
const REPLIES_WAITING_MAX: usize = 4_096;

/// What deletes a recording's file when its row is gone.
pub type Forget = Box<dyn FnMut(RecordingId) + Send>;

/// An open store: one writer task and its two channels.
#[derive(Debug)]
pub struct Store {
    requests: mpsc::Sender<Request>,
    replies: mpsc::Receiver<Reply>,
    stop: oneshot::Sender<()>,
    writer: JoinHandle<()>,
}

/// Why a store cannot be used.
#[derive(Debug)]
#[non_exhaustive]
pub enum StoreFault {
    /// The directory or file cannot be made or opened.
    File {
        /// What was opened.
        path: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
    /// Another process has it open.
    InUse(PathBuf),
    /// It was written by a newer version of this program.
    Newer {
        /// The store.
        path: PathBuf,
        /// The migration that we do not know.
        migration: i64,
    },
    /// It is no store, or it is damaged.
    Database {
        /// The store.
        path: PathBuf,
        /// What the database said.
        error: sqlx::Error,
    },
    /// The boots are used up: ids would repeat.
    BootsUsedUp,
}

impl Store {
    /// Opens or makes the store at `path`, brings its schema up to date, and counts this boot;
    /// the epoch is unique to it, for [`crate::base::id::Ids`].
    ///
    /// # Errors
    ///
    /// See [`StoreFault`]; nothing was changed, except perhaps the schema.
    pub async fn open(path: &Path) -> Result<(Self, u32), StoreFault> {
        Self::open_with(path, Box::new(|_| {})).await
    }

    /// As [`Self::open`]; `forget` deletes the file of a recording once its row is gone.
    ///
    /// # Errors
    ///
    /// As [`Self::open`].
    pub async fn open_with(path: &Path, forget: Forget) -> Result<(Self, u32), StoreFault> {
        let mut database = sqlite::Database::open(path).await?;
        let epoch = database.count_boot(super::clock::utc()).await?;
        let (requests, asked) = mpsc::channel(REQUESTS_WAITING_MAX);
        let (answer, replies) = mpsc::channel(REPLIES_WAITING_MAX);
        let (stop, stopped) = oneshot::channel();
        let writer = writer::Writer::new(database, asked, answer, forget);
        let writer = tokio::spawn(writer.run(stopped));
        tracing::info!(path = %path.display(), epoch, "store opened");
        Ok((Self { requests, replies, stop, writer }, epoch))
    }

    /// Asks; `false` when the store is too far behind, and there will be no reply.
    #[must_use]
    pub fn ask(&self, request: Request) -> bool {
        self.requests.try_send(request).is_ok()
    }

    /// Where requests go. Full means that the store is too far behind.
    #[must_use]
    pub fn requests(&self) -> mpsc::Sender<Request> {
        self.requests.clone()
    }

    /// The next reply; dropping the future loses nothing. `None` when the writer has died.
    pub async fn reply(&mut self) -> Option<Reply> {
        self.replies.recv().await
    }

    /// Performs what was asked before, closes the files, and returns the replies that nobody
    /// has taken.
    pub async fn close(mut self) -> Vec<Reply> {
        // A writer that has died already needs no word.
        let _ = self.stop.send(());
        drop(self.requests);
        let mut left = Vec::new();
        while let Some(reply) = self.replies.recv().await {
            left.push(reply);
        }
        if let Err(error) = self.writer.await {
            tracing::error!(%error, "the store's writer has died");
        }
        left
    }
}

impl StoreFault {
    fn database(path: &Path, error: sqlx::Error) -> Self {
        Self::Database { path: path.to_owned(), error }
    }
}

impl fmt::Display for StoreFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path, error } => {
                write!(f, "the store {} cannot be opened: {error}", path.display())
            }
            Self::InUse(path) => {
                write!(f, "the store {} is in use by another process", path.display())
            }
            Self::Newer { path, migration } => write!(
                f,
                "the store {} was written by a newer version (migration {migration}); \
                 use that version, or restore a copy made before it",
                path.display()
            ),
            Self::Database { path, error } => {
                write!(f, "the store {} cannot be used: {error}", path.display())
            }
            Self::BootsUsedUp => f.write_str("the store has counted too many boots"),
        }
    }
}

impl std::error::Error for StoreFault {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::File { error, .. } => Some(error),
            Self::Database { error, .. } => Some(error),
            Self::InUse(_) | Self::Newer { .. } | Self::BootsUsedUp => None,
        }
    }
}

#[cfg(test)]
mod tests;
