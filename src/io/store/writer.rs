//! The one task that writes: everything that waits goes into one transaction.
//!
//! ```text
//! Idle ── request ──► Gathering ── nothing more waits, or full ──► BEGIN
//!   ▲                                                                │ long ones in a savepoint
//!   └── replies, in order ◄── COMMIT: on the disk ◄──────────────────┘
//!                             or lost: all are refused, promises are revoked first next time
//! ```

use super::sqlite::Database;
use super::{Forget, callbacks, messages, records};
use crate::base::id::{CallbackId, RecordingId};
use crate::switchboard::store::{Done, Refusal, Reply, Request, What};
use crate::voicemail::event::Change;
use sqlx::SqliteConnection;
use tokio::sync::{mpsc, oneshot};

/// Most requests in one transaction: some ten milliseconds of work.
const BATCH_MAX: usize = 256;

/// Owns the file.
pub(super) struct Writer {
    database: Database,
    requests: mpsc::Receiver<Request>,
    replies: mpsc::Sender<Reply>,
    forget: Forget,
    /// Promises of a transaction that failed: whoever waited was told "not stored", so if the
    /// disk kept one after all, it is taken back before anything else is done.
    revoked: Vec<CallbackId>,
}

/// The transaction is gone, whatever was done in it.
#[derive(Debug)]
struct Lost(sqlx::Error);

impl Writer {
    pub(super) fn new(
        database: Database,
        requests: mpsc::Receiver<Request>,
        replies: mpsc::Sender<Reply>,
        forget: Forget,
    ) -> Self {
        Self { database, requests, replies, forget, revoked: Vec::new() }
    }

    /// Performs requests until told to stop, or nobody can ask any more; then what still waits.
    pub(super) async fn run(mut self, stop: oneshot::Receiver<()>) {
        let mut stop = std::pin::pin!(stop);
        let mut stopping = false;
        let mut batch = Vec::with_capacity(BATCH_MAX);
        loop {
            tokio::select! {
                biased;
                _ = &mut stop, if !stopping => {
                    stopping = true;
                    self.requests.close();
                }
                count = self.requests.recv_many(&mut batch, BATCH_MAX) => {
                    if count == 0 {
                        break;
                    }
                    self.perform(std::mem::take(&mut batch)).await;
                }
            }
        }
        self.database.close().await;
    }

    /// As after a transaction that failed with this promise in it.
    #[cfg(test)]
    pub(super) fn revoke_first(&mut self, callback: CallbackId) {
        self.revoked.push(callback);
    }

    /// One transaction and its replies.
    pub(super) async fn perform(&mut self, batch: Vec<Request>) {
        let replies = match self.transact(&batch).await {
            Ok(replies) => {
                // A lone request that failed has rolled the revocations back with it.
                if replies.iter().any(|reply| reply.result.is_ok()) {
                    self.revoked.clear();
                }
                self.forget_files(&batch, &replies);
                replies
            }
            Err(Lost(error)) => {
                tracing::error!(%error, requests = batch.len(), "the store failed");
                self.roll_back().await;
                self.revoked.extend(batch.iter().filter_map(promised));
                batch.iter().map(|request| refused(request, &error)).collect()
            }
        };
        for reply in replies {
            // Nobody listens any more when the process ends.
            let _ = self.replies.send(reply).await;
        }
    }

    async fn transact(&mut self, batch: &[Request]) -> Result<Vec<Reply>, Lost> {
        let connection = &mut self.database.connection;
        if let [request] = batch
            && is_one_statement(&request.what)
            && self.revoked.is_empty()
        {
            // Alone it is a transaction by itself.
            let result = one(connection, &request.what).await;
            return Ok(vec![Reply { ticket: request.ticket, result }]);
        }
        run(connection, "BEGIN IMMEDIATE").await?;
        for callback in &self.revoked {
            callbacks::revoke(connection, *callback).await.map_err(Lost)?;
        }
        if let [request] = batch {
            // Alone it needs no savepoint: the transaction is one.
            let result = one(connection, &request.what).await;
            let end = if result.is_ok() { "COMMIT" } else { "ROLLBACK" };
            run(connection, end).await?;
            return Ok(vec![Reply { ticket: request.ticket, result }]);
        }
        let mut replies = Vec::with_capacity(batch.len());
        for request in batch {
            let result = if is_one_statement(&request.what) {
                bare(connection, &request.what).await?
            } else {
                in_savepoint(connection, &request.what).await?
            };
            replies.push(Reply { ticket: request.ticket, result });
        }
        run(connection, "COMMIT").await?;
        Ok(replies)
    }

    /// Ends a transaction that may be over already.
    async fn roll_back(&mut self) {
        if let Err(Lost(error)) = run(&mut self.database.connection, "ROLLBACK").await {
            tracing::debug!(%error, "nothing to roll back");
        }
    }

    fn forget_files(&mut self, batch: &[Request], replies: &[Reply]) {
        for (request, reply) in batch.iter().zip(replies) {
            if let (Some(recording), Ok(_)) = (forgotten(&request.what), &reply.result) {
                (self.forget)(recording);
            }
        }
    }
}

/// The recording whose file goes with a request.
fn forgotten(what: &What) -> Option<RecordingId> {
    match what {
        What::DeleteRecording(recording) => Some(*recording),
        What::Message(change) => match &**change {
            Change::Delete { recording, .. } => Some(*recording),
            Change::Keep(_) | Change::Mark { .. } | Change::Told(_) => None,
        },
        What::Promise(_)
        | What::Update(_)
        | What::LoadCallbacks
        | What::Interaction(_)
        | What::Bindings { .. }
        | What::LoadBindings
        | What::LoadMessages => None,
    }
}

/// Requests whose failure SQLite undoes by itself, without a savepoint. They come once a call,
/// and each word to the database is a change of threads.
const fn is_one_statement(what: &What) -> bool {
    match what {
        What::Interaction(_) | What::DeleteRecording(_) => true,
        What::Promise(_)
        | What::Update(_)
        | What::LoadCallbacks
        | What::Bindings { .. }
        | What::LoadBindings
        | What::Message(_)
        | What::LoadMessages => false,
    }
}

/// One statement. An error that has ended the whole transaction shows because another one can
/// begin.
async fn bare(
    connection: &mut SqliteConnection,
    what: &What,
) -> Result<Result<Done, Refusal>, Lost> {
    let result = one(connection, what).await;
    if result.is_err() && run(connection, "BEGIN").await.is_ok() {
        return Err(Lost(sqlx::Error::Protocol("the transaction is gone".to_owned())));
    }
    Ok(result)
}

/// One request, so that its failure undoes nothing of the others. An error that has ended the
/// whole transaction (disk full, input or output) shows when its savepoint is gone.
async fn in_savepoint(
    connection: &mut SqliteConnection,
    what: &What,
) -> Result<Result<Done, Refusal>, Lost> {
    run(connection, "SAVEPOINT request").await?;
    let result = one(connection, what).await;
    if result.is_err() {
        run(connection, "ROLLBACK TO request").await?;
    }
    run(connection, "RELEASE request").await?;
    Ok(result)
}

async fn one(connection: &mut SqliteConnection, what: &What) -> Result<Done, Refusal> {
    let durable = |()| Done::Durable;
    let failed = callbacks::failed;
    match what {
        What::Promise(row) => callbacks::promise(connection, row).await.map(durable),
        What::Update(row) => callbacks::update(connection, row).await.map(durable),
        What::LoadCallbacks => {
            callbacks::load(connection).await.map(Done::Callbacks).map_err(failed)
        }
        What::Interaction(call) => {
            records::interaction(connection, call).await.map(durable).map_err(failed)
        }
        What::Bindings { account, bindings } => {
            let put = records::bindings(connection, account, bindings).await;
            put.map(durable).map_err(failed)
        }
        What::LoadBindings => {
            records::load_bindings(connection).await.map(Done::Bindings).map_err(failed)
        }
        What::Message(change) => messages::change(connection, change).await.map(durable),
        What::LoadMessages => messages::load(connection).await.map(Done::Messages).map_err(failed),
        What::DeleteRecording(recording) => {
            let deleted = records::delete_recording(connection, *recording).await;
            deleted.map(durable).map_err(failed)
        }
    }
}

async fn run(connection: &mut SqliteConnection, sql: &'static str) -> Result<(), Lost> {
    sqlx::query(sql).execute(connection).await.map(drop).map_err(Lost)
}

fn refused(request: &Request, error: &sqlx::Error) -> Reply {
    Reply { ticket: request.ticket, result: Err(Refusal::Failed(error.to_string())) }
}

const fn promised(request: &Request) -> Option<CallbackId> {
    match &request.what {
        What::Promise(row) => Some(row.promise.callback),
        What::Update(_)
        | What::LoadCallbacks
        | What::Interaction(_)
        | What::Bindings { .. }
        | What::LoadBindings
        | What::Message(_)
        | What::LoadMessages
        | What::DeleteRecording(_) => None,
    }
}
