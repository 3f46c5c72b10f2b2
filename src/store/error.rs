//! What goes wrong with a store: it is away, it refuses, or it is not as this program left it.

use sqlx::migrate::MigrateError;

use crate::failure::Failure;

/// Why the store could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// It cannot be reached or read now.
    #[error("the store cannot be reached: {0}")]
    Away(String),
    /// What was to be added, or the store itself, is not what this program takes; with the way out.
    #[error("{0}")]
    Refused(String),
    /// A defect.
    #[error("the store: {0:#}")]
    Defect(anyhow::Error),
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::PoolTimedOut => StoreError::Away("no connection within the time-out".to_owned()),
            sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => {
                StoreError::Away(error.to_string())
            }
            sqlx::Error::Database(inner) if is_away(inner.code().as_deref()) => StoreError::Away(inner.to_string()),
            _ => StoreError::Defect(error.into()),
        }
    }
}

/// PostgreSQL: connection (08), too many of something (53), shut down by somebody (57), a login that is refused (28, 3D).
/// SQLite: busy, locked, not readable, broken, full, not there, not a database; the low byte of its extended codes, of which
/// none has five digits as all of PostgreSQL's have.
fn is_away(code: Option<&str>) -> bool {
    match code {
        Some(code) if code.len() == 5 => ["08", "53", "57", "28", "3D"].iter().any(|class| code.starts_with(class)),
        Some(code) => code.parse::<u32>().is_ok_and(|code| matches!(code & 0xff, 5 | 6 | 8 | 10 | 11 | 13 | 14 | 26)),
        None => false,
    }
}

impl From<MigrateError> for StoreError {
    fn from(error: MigrateError) -> Self {
        match error {
            MigrateError::VersionMissing(version) => StoreError::Refused(format!(
                "the store was written by a newer version of rung (its schema has step {version}, which this one does not \
                 know): use that version, or name another store"
            )),
            MigrateError::VersionMismatch(version) => StoreError::Refused(format!(
                "the store's schema (step {version}) is not one of this version of rung: name another store; `rung serve` fills it \
                 from the bundles"
            )),
            MigrateError::Execute(error) => error.into(),
            other => StoreError::Defect(other.into()),
        }
    }
}

impl From<serde_json::Error> for StoreError {
    fn from(error: serde_json::Error) -> Self {
        StoreError::Defect(error.into())
    }
}

impl From<Failure> for StoreError {
    fn from(failure: Failure) -> Self {
        StoreError::Refused(failure.message)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Failure::usage(error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_pass_is_away_and_what_is_wrong_is_a_defect() {
        for away in ["08006", "57P01", "53300", "28P01", "3D000", "5", "14", "26", "522", "261"] {
            assert!(is_away(Some(away)), "{away}");
        }
        for defect in ["42601", "42P01", "23505", "22021", "1", "19", "2067"] {
            assert!(!is_away(Some(defect)), "{defect}");
        }
        assert!(!is_away(None));
    }
}
