//! The connection to either database. SQL here is what both understand: `$1` for values, no types of their own.

use std::{
    borrow::Cow,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use sqlx::{
    Any, AnyConnection, AnyPool, AssertSqlSafe, Connection, Executor, FromRow, Transaction,
    any::{AnyArguments, AnyPoolOptions, AnyRow},
};
use tokio::sync::{Mutex, MutexGuard, Semaphore, SemaphorePermit};

use super::{StoreError, StoreUrl, migrate};
use crate::failure::Failure;

/// What a store of SQLite's has to be told before its first table, or before it is written anew.
const GIVES_BACK: &str = "PRAGMA auto_vacuum = INCREMENTAL";
/// Connections at once. A page asks its questions one after another, so a few serve many readers.
const CONNECTIONS: u32 = 6;
/// How long a connection may take to come about. Whoever waits for a turn, waits before that.
const PATIENCE: Duration = Duration::from_secs(5);

/// What a question of SQL is asked with.
#[derive(Clone, Debug)]
pub(super) enum Arg {
    Int(Option<i64>),
    Text(Option<String>),
}

impl From<i64> for Arg {
    fn from(value: i64) -> Self {
        Arg::Int(Some(value))
    }
}

impl From<Option<i64>> for Arg {
    fn from(value: Option<i64>) -> Self {
        Arg::Int(value)
    }
}

impl From<&str> for Arg {
    fn from(value: &str) -> Self {
        Arg::Text(Some(clean(value)))
    }
}

impl From<Option<&str>> for Arg {
    fn from(value: Option<&str>) -> Self {
        Arg::Text(value.map(clean))
    }
}

/// PostgreSQL keeps no NUL in a text; a name that has one shows that it had.
fn clean(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

/// Either database.
#[derive(Debug)]
pub(super) struct Db {
    pool: AnyPool,
    postgres: bool,
    asked: AtomicU64,
    /// Whoever reads takes turns, so that nobody waits for a connection longer than [`PATIENCE`].
    turns: Semaphore,
    /// One connection is for whoever writes.
    alone: Mutex<()>,
}

/// A change that is made whole or not at all.
pub(super) type Change = Transaction<'static, Any>;

impl Db {
    pub(super) async fn open(url: &StoreUrl) -> Result<Self, StoreError> {
        sqlx::any::install_default_drivers();
        let postgres = matches!(url, StoreUrl::Postgres(_));
        let turn = match url {
            StoreUrl::Postgres(_) => None,
            StoreUrl::Sqlite(path) => Some(prepare(path).await?),
        };
        let setup: &[&str] = match postgres {
            true => &[],
            // Written by one while others read; a writer waits for another's end.
            false => &[
                "PRAGMA busy_timeout = 60000",
                "PRAGMA journal_mode = WAL",
                "PRAGMA synchronous = NORMAL",
                "PRAGMA cache_size = -16000",
            ],
        };
        // Alone first: a pool would try again and again, and in the end say only that it took too long.
        let mut first = AnyConnection::connect(&url.driver()?).await.map_err(|error| named(error, url))?;
        // Of a new store alone, before anything else: what retention takes out is given back to the disk. Of another one this would wait
        // for whoever writes.
        let new = matches!(url, StoreUrl::Sqlite(path) if path.metadata().map_or(0, |file| file.len()) == 0);
        for words in new.then_some(&GIVES_BACK).into_iter().chain(setup) {
            first.execute(*words).await.map_err(|error| named(error, url))?;
        }
        first.close().await.map_err(|error| named(error, url))?;
        let options = AnyPoolOptions::new().max_connections(CONNECTIONS).acquire_timeout(PATIENCE);
        let options = options.after_connect(move |connection, _| {
            Box::pin(async move {
                for words in setup {
                    connection.execute(*words).await?;
                }
                Ok(())
            })
        });
        let pool = options.connect(&url.driver()?).await.map_err(|error| named(error, url))?;
        migrate::migrate(&pool, postgres).await?;
        drop(turn);
        Ok(Db {
            pool,
            postgres,
            asked: AtomicU64::new(0),
            turns: Semaphore::new(CONNECTIONS as usize - 1),
            alone: Mutex::default(),
        })
    }

    /// All rows of a question.
    pub(super) async fn all<T>(&self, sql: impl Into<Cow<'static, str>>, args: Vec<Arg>) -> Result<Vec<T>, StoreError>
    where
        T: for<'r> FromRow<'r, AnyRow>,
    {
        self.asked.fetch_add(1, Ordering::Relaxed);
        let _turn = self.turns.acquire().await;
        let rows = sqlx::query_with(AssertSqlSafe(sql.into()), arguments(args)?).fetch_all(&self.pool).await?;
        rows.iter().map(|row| Ok(T::from_row(row)?)).collect()
    }

    /// The first row of a question, if there is one.
    pub(super) async fn one<T>(
        &self,
        sql: impl Into<Cow<'static, str>>,
        args: Vec<Arg>,
    ) -> Result<Option<T>, StoreError>
    where
        T: for<'r> FromRow<'r, AnyRow>,
    {
        Ok(self.all(sql, args).await?.into_iter().next())
    }

    /// The one in this program who may change something now.
    pub(super) async fn alone(&self) -> MutexGuard<'_, ()> {
        self.alone.lock().await
    }

    /// Begins a change: whoever else wants to change something, in whichever program, waits.
    pub(super) async fn change(&self) -> Result<Change, StoreError> {
        self.change_of("scans").await
    }

    /// Begins a change of a few rows of one table: it waits for a turn as readers do, not for whoever takes a bundle in.
    pub(super) async fn small_change(&self, table: &str) -> Result<(Option<SemaphorePermit<'_>>, Change), StoreError> {
        let turn = self.turns.acquire().await.ok();
        Ok((turn, self.change_of(table).await?))
    }

    async fn change_of(&self, table: &str) -> Result<Change, StoreError> {
        if self.postgres {
            let mut change = self.pool.begin().await?;
            tell(&mut change, format!("LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE"), Vec::new()).await?;
            return Ok(change);
        }
        Ok(self.pool.begin_with("BEGIN IMMEDIATE").await?)
    }

    /// Gives space that is free back to the disk. Best effort: what is not given back is used again.
    pub(super) async fn give_back(&self) {
        let Ok(mut connection) = self.pool.acquire().await else { return };
        let _ = match self.postgres {
            true => plainly(&mut connection, &["VACUUM findings, facets, scan_gaps, subjects, gaps"]).await,
            false => match plainly(&mut connection, &["PRAGMA auto_vacuum"]).await.as_deref() {
                // A store of an earlier version has to be written anew once.
                Ok([0]) => plainly(&mut connection, &[GIVES_BACK, "VACUUM", EMPTIED]).await,
                _ => plainly(&mut connection, &["PRAGMA incremental_vacuum", EMPTIED]).await,
            },
        };
    }

    /// How many questions were asked so far.
    pub(super) fn asked(&self) -> u64 {
        self.asked.load(Ordering::Relaxed)
    }

    /// Lets go of every connection.
    pub(super) async fn close(&self) {
        self.pool.close().await;
    }
}

/// The write-ahead log goes into the file, which then ends earlier.
const EMPTIED: &str = "PRAGMA wal_checkpoint(TRUNCATE)";

/// Statements that no transaction may be around, one after another; the numbers that the last one answers.
async fn plainly(connection: &mut AnyConnection, all: &[&'static str]) -> Result<Vec<i64>, StoreError> {
    let mut rows = Vec::new();
    for sql in all {
        rows = sqlx::raw_sql(*sql).fetch_all(&mut *connection).await?;
    }
    Ok(rows.iter().filter_map(|row| sqlx::Row::try_get::<i64, _>(row, 0).ok()).collect())
}

/// Makes the folder, and waits for whoever else is opening the store.
async fn prepare(path: &std::path::Path) -> Result<std::fs::File, StoreError> {
    let (path, shown) = (path.to_owned(), path.to_owned());
    let turn = tokio::task::spawn_blocking(move || {
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder)?;
        }
        migrate::turn(&path)
    });
    let turn = turn.await.map_err(|error| StoreError::Defect(error.into()))?;
    turn.map_err(|error| Failure::file("open the store", &shown, &error).into())
}

/// An error of opening names the store, without its password.
fn named(error: sqlx::Error, url: &StoreUrl) -> StoreError {
    match StoreError::from(error) {
        StoreError::Away(why) => StoreError::Away(format!("{url}: {why}")),
        StoreError::Defect(why) => StoreError::Refused(format!("the store {url} cannot be opened: {why}")),
        refused => refused,
    }
}

fn arguments(args: Vec<Arg>) -> Result<AnyArguments, StoreError> {
    use sqlx::Arguments;
    let mut arguments = AnyArguments::default();
    for arg in args {
        match arg {
            Arg::Int(value) => arguments.add(value),
            Arg::Text(value) => arguments.add(value),
        }
        .map_err(|error| StoreError::Defect(anyhow::anyhow!(error)))?;
    }
    Ok(arguments)
}

/// All rows of a question within a change.
pub(super) async fn ask<T>(
    change: &mut Change,
    sql: impl Into<Cow<'static, str>>,
    args: Vec<Arg>,
) -> Result<Vec<T>, StoreError>
where
    T: for<'r> FromRow<'r, AnyRow>,
{
    let rows = sqlx::query_with(AssertSqlSafe(sql.into()), arguments(args)?).fetch_all(&mut **change).await?;
    rows.iter().map(|row| Ok(T::from_row(row)?)).collect()
}

/// A change of rows.
pub(super) async fn tell(
    change: &mut Change,
    sql: impl Into<Cow<'static, str>>,
    args: Vec<Arg>,
) -> Result<u64, StoreError> {
    let done = sqlx::query_with(AssertSqlSafe(sql.into()), arguments(args)?).execute(&mut **change).await?;
    Ok(done.rows_affected())
}

/// A change of rows by a statement that will not come again.
pub(super) async fn tell_once(change: &mut Change, sql: String) -> Result<(), StoreError> {
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut **change).await?;
    Ok(())
}

/// `($1, $2), ($3, $4)`: places for so many rows of so many values.
pub(super) fn places(rows: usize, columns: usize) -> String {
    let row =
        |row: usize| (1..=columns).map(|column| format!("${}", row * columns + column)).collect::<Vec<_>>().join(", ");
    (0..rows).map(|at| format!("({})", row(at))).collect::<Vec<_>>().join(", ")
}

/// Inserts rows of `columns` values each; `rows` may be empty.
pub(super) async fn insert(
    change: &mut Change,
    into: &str,
    columns: usize,
    rows: &[Vec<Arg>],
) -> Result<(), StoreError> {
    /// Below both databases' limits of values in a statement.
    const VALUES: usize = 4000;
    for some in rows.chunks((VALUES / columns).max(1)) {
        let sql = format!("INSERT INTO {into} VALUES {}", places(some.len(), columns));
        tell(change, sql, some.concat()).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_count_on_over_rows() {
        assert_eq!(places(2, 3), "($1, $2, $3), ($4, $5, $6)");
        assert_eq!(places(0, 3), "");
    }
}
