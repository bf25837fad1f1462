//! Callback requests as rows.

use super::words;
use crate::base::id::{CallId, CallbackId, EntryId, RecordingId};
use crate::base::language::Language;
use crate::base::number::PhoneNumber;
use crate::base::skill::Skills;
use crate::base::time::Utc;
use crate::callback::request::{Attempt, Material, Promise, Row, Rules};
use crate::switchboard::store::Refusal;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row as _, SqliteConnection};
use std::collections::BTreeMap;
use std::time::Duration;

/// Rows whose life is not over; the condition of the index `callbacks_alive`, letter by letter,
/// or SQLite does not use it.
pub(super) const ALIVE: &str = "state IN \
    ('waiting', 'offered', 'agent_media', 'dialing', 'connected', 'requeued', 'retry')";

/// Inserts a new request with what it promised. The index `callbacks_alive` refuses a second
/// living one for the same number and queue.
pub(super) async fn promise(connection: &mut SqliteConnection, row: &Row) -> Result<(), Refusal> {
    let promise = &row.promise;
    if let Err(error) = insert(connection, row).await {
        let existing = living(connection, promise).await.map_err(failed)?;
        return Err(existing.map_or_else(|| failed(error), Refusal::Duplicate));
    }
    insert_media(connection, promise).await.map_err(failed)?;
    insert_attempts(connection, row).await.map_err(failed)
}

/// Replaces the changeable part of a request and its attempts.
pub(super) async fn update(connection: &mut SqliteConnection, row: &Row) -> Result<(), Refusal> {
    let id = key(row.promise.callback.raw());
    let changed = sqlx::query(
        "UPDATE callbacks SET state = ?, troubles = ?, not_before = ?, changed_at = ? \
         WHERE id = ?",
    )
    .bind(words::of_state(row.state))
    .bind(i64::from(row.troubles))
    .bind(row.not_before.as_millis())
    .bind(row.changed_at.as_millis())
    .bind(id)
    .execute(&mut *connection)
    .await
    .map_err(failed)?;
    if changed.rows_affected() == 0 {
        return Err(Refusal::Failed(format!("{} is not in the store", row.promise.callback)));
    }
    sqlx::query("DELETE FROM attempts WHERE callback = ?")
        .bind(id)
        .execute(&mut *connection)
        .await
        .map_err(failed)?;
    insert_attempts(connection, row).await.map_err(failed)
}

/// Takes back what was never promised: the caller was told that it was not stored.
pub(super) async fn revoke(
    connection: &mut SqliteConnection,
    callback: CallbackId,
) -> Result<(), sqlx::Error> {
    let delete = sqlx::query("DELETE FROM callbacks WHERE id = ?").bind(key(callback.raw()));
    delete.execute(connection).await.map(drop)
}

/// All requests that are alive, in the order of their places. A row that cannot be read is
/// left out and told in the log.
pub(super) async fn load(connection: &mut SqliteConnection) -> Result<Vec<Row>, sqlx::Error> {
    load_where(connection, ALIVE).await
}

/// All requests, also those whose life is over, in the order of their places.
pub(super) async fn load_all(connection: &mut SqliteConnection) -> Result<Vec<Row>, sqlx::Error> {
    load_where(connection, "TRUE").await
}

async fn load_where(
    connection: &mut SqliteConnection,
    which: &str,
) -> Result<Vec<Row>, sqlx::Error> {
    let mut media = load_media(connection, which).await?;
    let mut attempts = load_attempts(connection, which).await?;
    let select = format!("SELECT * FROM callbacks WHERE {which} ORDER BY enqueued_at, id");
    let rows = sqlx::query(sqlx::AssertSqlSafe(select)).fetch_all(connection).await?;
    let mut loaded = Vec::with_capacity(rows.len());
    for row in &rows {
        let id: i64 = row.try_get("id")?;
        match read(row) {
            Ok(Some(mut read)) => {
                read.promise.agent_media = media.remove(&id).unwrap_or_default();
                read.attempts = attempts.remove(&id).unwrap_or_default();
                loaded.push(read);
            }
            Ok(None) => tracing::error!(id, "a callback of the store has a field of no meaning"),
            Err(error) => tracing::error!(id, %error, "a callback of the store cannot be read"),
        }
    }
    Ok(loaded)
}

async fn living(
    connection: &mut SqliteConnection,
    promise: &Promise,
) -> Result<Option<CallbackId>, sqlx::Error> {
    let select = format!("SELECT id FROM callbacks WHERE number = ? AND queue = ? AND {ALIVE}");
    let found = sqlx::query(sqlx::AssertSqlSafe(select))
        .bind(promise.number.as_str())
        .bind(promise.queue.as_str())
        .fetch_optional(connection)
        .await?;
    found.map(|row| Ok(CallbackId::from(row.try_get::<i64, _>(0)?.unsigned_abs()))).transpose()
}

async fn insert(connection: &mut SqliteConnection, row: &Row) -> Result<(), sqlx::Error> {
    let Promise { rules, .. } = &row.promise;
    let promise = &row.promise;
    let data = serde_json::to_string(&promise.data).unwrap_or_else(|_| "{}".to_owned());
    sqlx::query(
        "INSERT INTO callbacks (id, entry, call, number, queue, ani, language, priority, \
         enqueued_at, registered_at, attempts_max, retry_after, busy_retry_after, \
         trouble_retry_after, ring, expires_at, data, state, troubles, not_before, changed_at, \
         skills) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(key(promise.callback.raw()))
    .bind(key(promise.entry.raw()))
    .bind(key(promise.call.raw()))
    .bind(promise.number.as_str())
    .bind(promise.queue.as_str())
    .bind(promise.ani.as_ref().map(PhoneNumber::as_str))
    .bind(promise.language.tag())
    .bind(promise.priority)
    .bind(promise.enqueued_at.as_millis())
    .bind(promise.registered_at.as_millis())
    .bind(i64::from(rules.attempts))
    .bind(millis(rules.retry_after))
    .bind(millis(rules.busy_retry_after))
    .bind(millis(rules.trouble_retry_after))
    .bind(millis(rules.ring))
    .bind(rules.expires_at.as_millis())
    .bind(data)
    .bind(words::of_state(row.state))
    .bind(i64::from(row.troubles))
    .bind(row.not_before.as_millis())
    .bind(row.changed_at.as_millis())
    .bind(promise.skills.to_string())
    .execute(connection)
    .await
    .map(drop)
}

async fn insert_media(
    connection: &mut SqliteConnection,
    promise: &Promise,
) -> Result<(), sqlx::Error> {
    let callback = key(promise.callback.raw());
    for (position, material) in (0i64..).zip(&promise.agent_media) {
        let (prompt, recording) = match material {
            Material::Prompt(name) => (Some(name.as_str()), None),
            Material::Recording(recording) => (None, Some(key(recording.raw()))),
        };
        sqlx::query("INSERT INTO agent_media VALUES (?, ?, ?, ?)")
            .bind(callback)
            .bind(position)
            .bind(prompt)
            .bind(recording)
            .execute(&mut *connection)
            .await?;
        if recording.is_some() {
            sqlx::query("INSERT OR REPLACE INTO recordings VALUES (?, ?, ?)")
                .bind(recording)
                .bind(callback)
                .bind(promise.registered_at.as_millis())
                .execute(&mut *connection)
                .await?;
        }
    }
    Ok(())
}

async fn insert_attempts(connection: &mut SqliteConnection, row: &Row) -> Result<(), sqlx::Error> {
    for attempt in &row.attempts {
        sqlx::query("INSERT INTO attempts VALUES (?, ?, ?, ?, ?, ?)")
            .bind(key(row.promise.callback.raw()))
            .bind(i64::from(attempt.number))
            .bind(attempt.at.as_millis())
            .bind(attempt.agent.as_str())
            .bind(attempt.trunk.as_str())
            .bind(attempt.outcome.map(words::of_outcome))
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

async fn load_media(
    connection: &mut SqliteConnection,
    which: &str,
) -> Result<BTreeMap<i64, Vec<Material>>, sqlx::Error> {
    let select = format!(
        "SELECT callback, prompt, recording FROM agent_media JOIN callbacks ON id = callback \
         WHERE {which} ORDER BY callback, position"
    );
    let mut media: BTreeMap<i64, Vec<Material>> = BTreeMap::new();
    for row in sqlx::query(sqlx::AssertSqlSafe(select)).fetch_all(connection).await? {
        let recording: Option<i64> = row.try_get(2)?;
        let material = match recording {
            Some(id) => Material::Recording(RecordingId::from(id.unsigned_abs())),
            None => Material::Prompt(row.try_get(1)?),
        };
        media.entry(row.try_get(0)?).or_default().push(material);
    }
    Ok(media)
}

async fn load_attempts(
    connection: &mut SqliteConnection,
    which: &str,
) -> Result<BTreeMap<i64, Vec<Attempt>>, sqlx::Error> {
    let select = format!(
        "SELECT callback, attempts.number, at, agent, trunk, outcome FROM attempts \
         JOIN callbacks ON id = callback WHERE {which} ORDER BY callback, attempts.number"
    );
    let mut attempts: BTreeMap<i64, Vec<Attempt>> = BTreeMap::new();
    for row in sqlx::query(sqlx::AssertSqlSafe(select)).fetch_all(connection).await? {
        let outcome: Option<&str> = row.try_get(5)?;
        attempts.entry(row.try_get(0)?).or_default().push(Attempt {
            number: row.try_get(1)?,
            at: Utc::from_millis(row.try_get(2)?),
            agent: row.try_get(3)?,
            trunk: row.try_get(4)?,
            outcome: outcome.and_then(words::outcome),
        });
    }
    Ok(attempts)
}

/// One row without its attempts and media; `None` when a word of it has no meaning.
fn read(row: &SqliteRow) -> Result<Option<Row>, sqlx::Error> {
    let number = PhoneNumber::from_e164(row.try_get("number")?);
    let language = Language::new(row.try_get("language")?);
    let state = words::state(row.try_get("state")?);
    let data = serde_json::from_str(row.try_get("data")?).ok();
    let (Some(number), Some(language), Some(state), Some(data)) = (number, language, state, data)
    else {
        return Ok(None);
    };
    let ani: Option<&str> = row.try_get("ani")?;
    let promise = Promise {
        callback: CallbackId::from(id(row, "id")?),
        entry: EntryId::from(id(row, "entry")?),
        call: CallId::from(id(row, "call")?),
        number,
        queue: row.try_get("queue")?,
        ani: ani.and_then(PhoneNumber::from_e164),
        agent_media: Vec::new(),
        language,
        priority: row.try_get("priority")?,
        skills: Skills::read(row.try_get("skills")?),
        enqueued_at: utc(row, "enqueued_at")?,
        registered_at: utc(row, "registered_at")?,
        rules: Rules {
            attempts: row.try_get("attempts_max")?,
            retry_after: span(row, "retry_after")?,
            busy_retry_after: span(row, "busy_retry_after")?,
            trouble_retry_after: span(row, "trouble_retry_after")?,
            ring: span(row, "ring")?,
            expires_at: utc(row, "expires_at")?,
        },
        data,
    };
    Ok(Some(Row {
        promise,
        state,
        attempts: Vec::new(),
        troubles: row.try_get("troubles")?,
        not_before: utc(row, "not_before")?,
        changed_at: utc(row, "changed_at")?,
    }))
}

fn id(row: &SqliteRow, column: &str) -> Result<u64, sqlx::Error> {
    row.try_get::<i64, _>(column).map(i64::unsigned_abs)
}

fn utc(row: &SqliteRow, column: &str) -> Result<Utc, sqlx::Error> {
    row.try_get(column).map(Utc::from_millis)
}

fn span(row: &SqliteRow, column: &str) -> Result<Duration, sqlx::Error> {
    row.try_get::<i64, _>(column).map(|millis| Duration::from_millis(millis.unsigned_abs()))
}

/// An id has 63 bits.
pub(super) fn key(id: u64) -> i64 {
    i64::try_from(id).unwrap_or(i64::MAX)
}

/// A span in whole milliseconds.
pub(super) fn millis(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
}

/// What the database said, for the log.
pub(super) fn failed(error: sqlx::Error) -> Refusal {
    Refusal::Failed(error.to_string())
}
