//! What stands in the store of a server.

use super::site::Site;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, Connection, Row};

/// The rows of a query, all columns as texts.
pub(super) fn rows(site: &Site, query: &str) -> Vec<Vec<String>> {
    let path = site.path("data/ringback.sqlite");
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(async {
        let options = SqliteConnectOptions::new().filename(path).read_only(true);
        let mut connection = SqliteConnection::connect_with(&options).await.expect("the store");
        let found = sqlx::query(AssertSqlSafe(query.to_owned()));
        let found = found.fetch_all(&mut connection).await.expect("rows");
        connection.close().await.expect("the store");
        found.iter().map(|row| (0..row.len()).map(|column| row.get(column)).collect()).collect()
    })
}

/// State and kept outcomes of all callbacks: `completed: answered`.
pub(super) fn callbacks(site: &Site) -> Vec<String> {
    let query = "SELECT c.state, coalesce(group_concat(\
                 iif(a.callback IS NULL, '', coalesce(a.outcome, 'open')), ' '), '') \
                 FROM callbacks c LEFT JOIN attempts a ON a.callback = c.id \
                 GROUP BY c.id ORDER BY c.id";
    let rows = rows(site, query);
    rows.iter().map(|row| format!("{}: {}", row[0], row[1]).trim_end().to_owned()).collect()
}

/// Results of all calls, in the order in which they began.
pub(super) fn results(site: &Site) -> Vec<String> {
    let rows = rows(site, "SELECT result FROM interactions ORDER BY began_at, id");
    rows.into_iter().flatten().collect()
}
