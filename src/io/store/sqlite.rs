//! The SQLite file: how it is opened, brought up to date, locked and checked.

use super::StoreFault;
use crate::base::time::Utc;
use crate::callback::request::Row;
use crate::voicemail::message::Message;
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, Row as _, SqliteConnection};
use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Only we may read numbers and names.
const FILE_MODE: u32 = 0o600;
const DIRECTORY_MODE: u32 = 0o700;
/// A backup or a person with a shell may hold the file for a moment.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// Prepared statements kept; we have fewer.
const STATEMENTS_MAX: usize = 64;
/// Rows that the database's thread reads ahead when everything is loaded.
const ROWS_AHEAD: usize = 1_024;
/// The epoch has 22 bits in an id.
const EPOCH_MAX: u32 = (1 << 22) - 1;

static MIGRATIONS: Migrator = sqlx::migrate!("src/io/store/migrations");

/// The open file, and the lock that says so.
#[derive(Debug)]
pub(super) struct Database {
    pub(super) connection: SqliteConnection,
    path: PathBuf,
    /// Held as long as the process uses the store: two would call everybody twice.
    _lock: File,
}

/// What `store check` found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Complaints of the database about itself; empty is good.
    pub complaints: Vec<String>,
    /// Callbacks whose life is not over.
    pub callbacks_alive: u64,
    /// All callbacks.
    pub callbacks: u64,
    /// All calls.
    pub interactions: u64,
    /// The last boot.
    pub epoch: u64,
}

impl Database {
    /// Opens or makes the file, alone, and brings its schema up to date.
    pub(super) async fn open(path: &Path) -> Result<Self, StoreFault> {
        let lock = lock(path)?;
        private_file(path)?;
        let mut connection = connect(options(path)).await.map_err(|e| fault(path, e))?;
        migrate(&mut connection, path).await?;
        Ok(Self { connection, path: path.to_owned(), _lock: lock })
    }

    /// Counts one more boot and returns its number.
    pub(super) async fn count_boot(&mut self, now: Utc) -> Result<u32, StoreFault> {
        let counted = sqlx::query("INSERT INTO boots (at) VALUES (?) RETURNING epoch")
            .bind(now.as_millis())
            .fetch_one(&mut self.connection)
            .await
            .and_then(|row| row.try_get::<i64, _>(0))
            .map_err(|error| fault(&self.path, error))?;
        u32::try_from(counted)
            .ok()
            .filter(|epoch| *epoch <= EPOCH_MAX)
            .ok_or(StoreFault::BootsUsedUp)
    }

    /// Writes the log back into the file and closes it.
    pub(super) async fn close(self) {
        if let Err(error) = self.connection.close().await {
            tracing::error!(%error, path = %self.path.display(), "the store did not close well");
        }
    }
}

/// Looks at a store without changing it; it may be in use.
///
/// # Errors
///
/// There is no store at `path`, or it cannot be read at all.
pub async fn check(path: &Path) -> Result<Report, StoreFault> {
    let options = options(path).create_if_missing(false).read_only(true);
    let mut connection = connect(options).await.map_err(|e| fault(path, e))?;
    let report = look(&mut connection).await.map_err(|e| fault(path, e))?;
    connection.close().await.map_err(|e| fault(path, e))?;
    Ok(report)
}

/// All callbacks of a store, also those whose life is over, in the order of their places. The
/// store is not changed, and may be in use.
///
/// # Errors
///
/// There is no store at `path`, or it cannot be read.
pub async fn callbacks(path: &Path) -> Result<Vec<Row>, StoreFault> {
    let options = options(path).create_if_missing(false).read_only(true);
    let mut connection = connect(options).await.map_err(|e| fault(path, e))?;
    let rows = super::callbacks::load_all(&mut connection).await.map_err(|e| fault(path, e))?;
    connection.close().await.map_err(|e| fault(path, e))?;
    Ok(rows)
}

/// All messages of all mailboxes, the oldest first. The store is not changed, and may be in use.
///
/// # Errors
///
/// There is no store at `path`, or it cannot be read.
pub async fn messages(path: &Path) -> Result<Vec<Message>, StoreFault> {
    let options = options(path).create_if_missing(false).read_only(true);
    let mut connection = connect(options).await.map_err(|e| fault(path, e))?;
    let rows = super::messages::load(&mut connection).await.map_err(|e| fault(path, e))?;
    connection.close().await.map_err(|e| fault(path, e))?;
    Ok(rows)
}

async fn look(connection: &mut SqliteConnection) -> Result<Report, sqlx::Error> {
    let mut complaints = Vec::new();
    for row in sqlx::query("PRAGMA integrity_check").fetch_all(&mut *connection).await? {
        let line: String = row.try_get(0)?;
        if line != "ok" {
            complaints.push(line);
        }
    }
    for row in sqlx::query("PRAGMA foreign_key_check").fetch_all(&mut *connection).await? {
        let table: String = row.try_get(0)?;
        complaints.push(format!("{table} names a row that is not there"));
    }
    let alive = super::callbacks::ALIVE;
    Ok(Report {
        complaints,
        callbacks_alive: count(connection, &format!("callbacks WHERE {alive}")).await?,
        callbacks: count(connection, "callbacks").await?,
        interactions: count(connection, "interactions").await?,
        epoch: count(connection, "boots").await?,
    })
}

async fn count(connection: &mut SqliteConnection, of: &str) -> Result<u64, sqlx::Error> {
    let sql = sqlx::AssertSqlSafe(format!("SELECT count(*) FROM {of}"));
    let row = sqlx::query(sql).fetch_one(connection).await?;
    Ok(row.try_get::<i64, _>(0)?.unsigned_abs())
}

fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        // A commit is on the disk before it returns; WAL with NORMAL may lose the last ones.
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(BUSY_TIMEOUT)
        .foreign_keys(true)
        .statement_cache_capacity(STATEMENTS_MAX)
        .row_buffer_size(ROWS_AHEAD)
}

async fn connect(options: SqliteConnectOptions) -> Result<SqliteConnection, sqlx::Error> {
    options.disable_statement_logging().connect().await
}

async fn migrate(connection: &mut SqliteConnection, path: &Path) -> Result<(), StoreFault> {
    match MIGRATIONS.run(connection).await {
        Ok(()) => Ok(()),
        Err(MigrateError::VersionMissing(migration)) => {
            Err(StoreFault::Newer { path: path.to_owned(), migration })
        }
        Err(error) => Err(fault(path, error.into())),
    }
}

fn fault(path: &Path, error: sqlx::Error) -> StoreFault {
    StoreFault::database(path, error)
}

/// Takes the lock beside the file; the system lets it go when the process ends, however.
fn lock(path: &Path) -> Result<File, StoreFault> {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let name = PathBuf::from(name);
    if let Some(directory) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        DirBuilder::new()
            .recursive(true)
            .mode(DIRECTORY_MODE)
            .create(directory)
            .map_err(|error| StoreFault::File { path: directory.to_owned(), error })?;
    }
    let file = private_file(&name)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreFault::InUse(path.to_owned())),
        Err(TryLockError::Error(error)) => Err(StoreFault::File { path: name, error }),
    }
}

/// Makes the file with its mode before SQLite does; its companions take the mode from it.
fn private_file(path: &Path) -> Result<File, StoreFault> {
    OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(FILE_MODE)
        .open(path)
        .map_err(|error| StoreFault::File { path: path.to_owned(), error })
}
