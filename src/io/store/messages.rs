//! Messages of mailboxes as rows.

use super::callbacks::{failed, key, millis};
use crate::base::id::{CallId, MessageId, RecordingId};
use crate::base::language::Language;
use crate::base::number::PhoneNumber;
use crate::base::time::Utc;
use crate::switchboard::store::Refusal;
use crate::voicemail::event::Change;
use crate::voicemail::message::{Caller, Message, State};
use sqlx::sqlite::SqliteRow;
use sqlx::{Row as _, SqliteConnection};
use std::time::Duration;

/// Makes one change.
pub(super) async fn change(
    connection: &mut SqliteConnection,
    change: &Change,
) -> Result<(), Refusal> {
    match change {
        Change::Keep(message) => keep(connection, message).await.map_err(failed),
        Change::Mark { message, state, kept_from } => {
            let update = sqlx::query("UPDATE messages SET state = ?, kept_from = ? WHERE id = ?")
                .bind(state.word())
                .bind(kept_from.as_millis())
                .bind(key(message.raw()));
            one_row(update.execute(connection).await.map_err(failed)?.rows_affected(), *message)
        }
        Change::Told(message) => {
            let update = sqlx::query("UPDATE messages SET notice_due = 0 WHERE id = ?")
                .bind(key(message.raw()));
            one_row(update.execute(connection).await.map_err(failed)?.rows_affected(), *message)
        }
        Change::Delete { message, recording, .. } => {
            let delete = sqlx::query("DELETE FROM messages WHERE id = ?").bind(key(message.raw()));
            delete.execute(&mut *connection).await.map_err(failed)?;
            super::records::delete_recording(connection, *recording).await.map_err(failed)
        }
    }
}

/// All messages, the oldest first. A row that cannot be read is left out and told in the log.
pub(super) async fn load(connection: &mut SqliteConnection) -> Result<Vec<Message>, sqlx::Error> {
    let rows = sqlx::query("SELECT * FROM messages ORDER BY left_at, id");
    let mut messages = Vec::new();
    for row in &rows.fetch_all(connection).await? {
        match read(row) {
            Ok(Some(message)) => messages.push(message),
            Ok(None) => tracing::error!("a message of the store has a field of no meaning"),
            Err(error) => tracing::error!(%error, "a message of the store cannot be read"),
        }
    }
    Ok(messages)
}

async fn keep(connection: &mut SqliteConnection, message: &Message) -> Result<(), sqlx::Error> {
    sqlx::query("INSERT INTO messages VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
        .bind(key(message.id.raw()))
        .bind(message.mailbox.as_str())
        .bind(key(message.recording.raw()))
        .bind(millis(message.length))
        .bind(key(message.call.raw()))
        .bind(message.caller.number.as_ref().map(PhoneNumber::as_str))
        .bind(message.caller.name.as_deref())
        .bind(message.caller.called.as_str())
        .bind(message.caller.language.tag())
        .bind(message.left_at.as_millis())
        .bind(message.state.word())
        .bind(message.kept_from.as_millis())
        .bind(i64::from(message.notice_due))
        .execute(&mut *connection)
        .await?;
    sqlx::query("INSERT INTO recordings (id, adopted_at) VALUES (?, ?)")
        .bind(key(message.recording.raw()))
        .bind(message.left_at.as_millis())
        .execute(connection)
        .await
        .map(drop)
}

/// One row; `None` when a word of it has no meaning.
fn read(row: &SqliteRow) -> Result<Option<Message>, sqlx::Error> {
    let id = |column: &str| row.try_get::<i64, _>(column).map(i64::unsigned_abs);
    let utc = |column: &str| row.try_get(column).map(Utc::from_millis);
    let language = Language::new(row.try_get("language")?);
    let state = State::of_word(row.try_get("state")?);
    let (Some(language), Some(state)) = (language, state) else { return Ok(None) };
    let number: Option<&str> = row.try_get("caller")?;
    Ok(Some(Message {
        id: MessageId::from(id("id")?),
        mailbox: row.try_get("mailbox")?,
        recording: RecordingId::from(id("recording")?),
        length: Duration::from_millis(id("length")?),
        call: CallId::from(id("call")?),
        caller: Caller {
            number: number.and_then(PhoneNumber::from_e164),
            name: row.try_get("name")?,
            called: row.try_get("called")?,
            language,
        },
        left_at: utc("left_at")?,
        state,
        kept_from: utc("kept_from")?,
        notice_due: row.try_get::<i64, _>("notice_due")? != 0,
    }))
}

/// A change of a message that is not there is none.
fn one_row(changed: u64, message: MessageId) -> Result<(), Refusal> {
    if changed == 0 {
        return Err(Refusal::Failed(format!("{message} is not in the store")));
    }
    Ok(())
}
