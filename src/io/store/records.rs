//! Calls, contacts and recordings as rows.

use super::callbacks::{key, millis};
use crate::base::id::RecordingId;
use crate::base::number::PhoneNumber;
use crate::base::time::Utc;
use crate::sip::registrar::Binding;
use crate::switchboard::store::Interaction;
use sqlx::{Row as _, SqliteConnection};

/// Inserts or replaces a call.
pub(super) async fn interaction(
    connection: &mut SqliteConnection,
    call: &Interaction,
) -> Result<(), sqlx::Error> {
    sqlx::query("INSERT OR REPLACE INTO interactions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
        .bind(key(call.call.raw()))
        .bind(call.came_by.as_str())
        .bind(call.caller.as_ref().map(PhoneNumber::as_str))
        .bind(call.called.as_str())
        .bind(call.began_at.as_millis())
        .bind(call.ended_at.map(Utc::as_millis))
        .bind(call.queue.as_deref())
        .bind(call.waited.map(millis))
        .bind(call.agent.as_deref())
        .bind(super::words::of_result(call.result))
        .bind(call.callback.map(|callback| key(callback.raw())))
        .execute(&mut *connection)
        .await?;
    remarks(connection, call).await
}

/// Replaces the tags and notes of a call.
async fn remarks(connection: &mut SqliteConnection, call: &Interaction) -> Result<(), sqlx::Error> {
    let id = key(call.call.raw());
    sqlx::query("DELETE FROM remarks WHERE call = ?").bind(id).execute(&mut *connection).await?;
    for (kind, texts) in [("tag", &call.remarks.tags), ("note", &call.remarks.notes)] {
        for (position, text) in (0i64..).zip(texts) {
            sqlx::query("INSERT INTO remarks (call, kind, position, text) VALUES (?, ?, ?, ?)")
                .bind(id)
                .bind(kind)
                .bind(position)
                .bind(text.as_str())
                .execute(&mut *connection)
                .await?;
        }
    }
    Ok(())
}

/// Replaces all contacts of an account.
pub(super) async fn bindings(
    connection: &mut SqliteConnection,
    account: &str,
    bindings: &[Binding],
) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM bindings WHERE account = ?")
        .bind(account)
        .execute(&mut *connection)
        .await?;
    for (position, binding) in (0i64..).zip(bindings) {
        let insert = sqlx::query("INSERT INTO bindings VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")
            .bind(account)
            .bind(position);
        let insert = binding.to_row().into_iter().fold(insert, |insert, text| insert.bind(text));
        insert.execute(&mut *connection).await?;
    }
    Ok(())
}

/// All contacts. One that cannot be read is left out: its phone registers again.
pub(super) async fn load_bindings(
    connection: &mut SqliteConnection,
) -> Result<Vec<(String, Vec<Binding>)>, sqlx::Error> {
    let select = "SELECT account, contact, transport, remote, expires_at, call_id, cseq, \
                  user_agent FROM bindings ORDER BY account, position";
    let mut accounts: Vec<(String, Vec<Binding>)> = Vec::new();
    for row in sqlx::query(select).fetch_all(connection).await? {
        let account: String = row.try_get(0)?;
        let mut texts: [String; 7] = Default::default();
        for (column, text) in texts.iter_mut().enumerate() {
            *text = row.try_get(column + 1)?;
        }
        let Some(binding) = Binding::from_row(&texts) else {
            tracing::warn!(account, "a contact of the store cannot be read");
            continue;
        };
        match accounts.last_mut().filter(|(last, _)| *last == account) {
            Some((_, bindings)) => bindings.push(binding),
            None => accounts.push((account, vec![binding])),
        }
    }
    Ok(accounts)
}

/// Deletes a recording's row.
pub(super) async fn delete_recording(
    connection: &mut SqliteConnection,
    recording: RecordingId,
) -> Result<(), sqlx::Error> {
    let delete = sqlx::query("DELETE FROM recordings WHERE id = ?").bind(key(recording.raw()));
    delete.execute(connection).await.map(drop)
}
