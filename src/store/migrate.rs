//! The schema and its versions. A store that a newer version of rung has changed is refused, never guessed at.

use std::{borrow::Cow, path::Path};

use sqlx::{
    AnyPool, AssertSqlSafe, SqlSafeStr,
    migrate::{Migration, MigrationType, Migrator},
};

use super::StoreError;

/// The steps, in order. What is released is never changed: a change is a further step.
const STEPS: &[(i64, &str, &str)] = &[
    (1, "store", include_str!("migrations/0001_store.sql")),
    (2, "runs", include_str!("migrations/0002_runs.sql")),
    (3, "notified", include_str!("migrations/0003_notified.sql")),
    (4, "kept", include_str!("migrations/0004_kept.sql")),
];

/// Brings the schema to this version.
pub(super) async fn migrate(pool: &AnyPool, postgres: bool) -> Result<(), StoreError> {
    let steps = STEPS.iter().map(|(version, name, text)| {
        let text = if postgres { (*text).to_owned() } else { text.replace("/*sqlite ", "").replace(" */;", ";") };
        Migration::new(*version, Cow::Borrowed(*name), MigrationType::Simple, AssertSqlSafe(text).into_sql_str(), false)
    });
    Ok(Migrator::with_migrations(steps.collect()).run(pool).await?)
}

/// SQLite's driver takes no lock while it migrates: two programs that begin at once take turns by a file of their own.
/// The lock goes with the handle.
pub(super) fn turn(store: &Path) -> std::io::Result<std::fs::File> {
    let mut name = store.as_os_str().to_owned();
    name.push(".lock");
    let file = std::fs::File::options().create(true).truncate(false).write(true).open(Path::new(&name))?;
    file.lock()?;
    Ok(file)
}
