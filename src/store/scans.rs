//! Scans as they are stored: lists of them, and what one came to.

use std::path::PathBuf;

use jiff::Timestamp;
use serde::Serialize;
use sqlx::{Row, any::AnyRow};

use super::{
    Store, StoreError,
    db::Arg,
    rows::{self, of_time},
};

/// A scan.
#[derive(Clone, Debug, Serialize)]
pub struct ScanRow {
    #[serde(skip)]
    pub(super) num: i64,
    /// Its id.
    pub id: String,
    /// What it is compared with over time: an account, or an organisation.
    pub series: String,
    /// When it began.
    pub started_at: Timestamp,
    /// When its last answer came.
    pub finished_at: Timestamp,
    /// False when it was interrupted.
    pub complete: bool,
    /// The version of the program.
    pub rung: String,
    /// Regions scanned.
    pub regions: Vec<String>,
    /// Accounts scanned.
    pub accounts: i64,
    /// The folder of its bundle.
    pub bundle: PathBuf,
    /// SHA-256 of the bundle's manifest.
    pub manifest_sha256: String,
    /// The scan before in the chain of bundles.
    pub previous: Option<String>,
    /// The pillar's level, confirmed.
    pub pillar: Option<u8>,
    /// The same with unknown counted as met.
    pub pillar_possible: Option<u8>,
    /// The lowest control.
    pub by_minimum: Option<u8>,
    /// Findings that fail.
    pub fails: i64,
    /// Findings that are not known.
    pub unknowns: i64,
    /// Findings that pass.
    pub passes: i64,
    /// Findings of criteria that do not speak about their subject.
    pub not_applicable: i64,
    /// What could not be seen.
    pub gaps: i64,
    /// When retention took its bundle away, and its findings and gaps with it; levels and outcomes stay.
    pub removed_at: Option<Timestamp>,
    /// Levels of the ten controls: confirmed, possible, observed.
    #[serde(skip)]
    pub(super) levels: String,
}

const SCANS: &str = "SELECT num, id, series, started_at, finished_at, complete, rung, regions, accounts, bundle, manifest_sha256, previous, \
     pillar, pillar_possible, by_minimum, fails, unknowns, passes, not_applicable, gaps, levels, removed_at FROM scans";

impl<'r> sqlx::FromRow<'r, AnyRow> for ScanRow {
    fn from_row(row: &'r AnyRow) -> Result<Self, sqlx::Error> {
        let count = |name: &str| row.try_get::<i64, _>(name);
        let level = |name: &str| row.try_get::<Option<i64>, _>(name).map(rows::number);
        Ok(ScanRow {
            num: count("num")?,
            id: row.try_get("id")?,
            series: row.try_get("series")?,
            started_at: rows::time(count("started_at")?),
            finished_at: rows::time(count("finished_at")?),
            complete: count("complete")? != 0,
            rung: row.try_get("rung")?,
            regions: row.try_get::<String, _>("regions")?.split_whitespace().map(str::to_owned).collect(),
            accounts: count("accounts")?,
            bundle: row.try_get::<String, _>("bundle")?.into(),
            manifest_sha256: row.try_get("manifest_sha256")?,
            previous: row.try_get("previous")?,
            pillar: level("pillar")?,
            pillar_possible: level("pillar_possible")?,
            by_minimum: level("by_minimum")?,
            fails: count("fails")?,
            unknowns: count("unknowns")?,
            passes: count("passes")?,
            not_applicable: count("not_applicable")?,
            gaps: count("gaps")?,
            levels: row.try_get("levels")?,
            removed_at: row.try_get::<Option<i64>, _>("removed_at")?.map(rows::time),
        })
    }
}

impl ScanRow {
    /// Findings in all.
    pub fn findings(&self) -> i64 {
        self.fails + self.unknowns + self.passes + self.not_applicable
    }

    /// Confirmed and possible level of the ten controls, in the model's order.
    pub fn ladder(&self) -> Vec<(Option<u8>, Option<u8>)> {
        ladder(&self.levels)
    }
}

/// Levels from their three characters a control.
pub(super) fn ladder(levels: &str) -> Vec<(Option<u8>, Option<u8>)> {
    let digit = |byte: Option<&u8>| byte.filter(|byte| byte.is_ascii_digit()).map(|byte| byte - b'0');
    levels.as_bytes().chunks(3).map(|of| (digit(of.first()), digit(of.get(1)))).collect()
}

/// Scans that are compared over time.
#[derive(Clone, Debug, Serialize)]
pub struct SeriesRow {
    /// Its name: an account, or an organisation.
    pub name: String,
    /// How many scans.
    pub scans: i64,
    /// When the newest began.
    pub newest: Timestamp,
}

impl Store {
    /// Scans, newest first, and how many there are in all.
    pub async fn scans(&self, offset: i64, limit: i64) -> Result<(Vec<ScanRow>, i64), StoreError> {
        let sql = format!("{SCANS} ORDER BY started_at DESC, num DESC LIMIT $1 OFFSET $2");
        let some = self.db.all(sql, vec![limit.into(), offset.into()]).await?;
        let all = self.db.one::<(i64,)>("SELECT COUNT(*) FROM scans", Vec::new()).await?;
        Ok((some, all.map_or(0, |all| all.0)))
    }

    /// The newest scan.
    pub async fn newest(&self) -> Result<Option<ScanRow>, StoreError> {
        self.db.one(format!("{SCANS} ORDER BY started_at DESC, num DESC LIMIT 1"), Vec::new()).await
    }

    /// A scan by its id.
    pub async fn scan(&self, id: &str) -> Result<Option<ScanRow>, StoreError> {
        self.db.one(format!("{SCANS} WHERE id = $1"), vec![id.into()]).await
    }

    /// The scan before, in the same series.
    pub async fn before(&self, scan: &ScanRow) -> Result<Option<ScanRow>, StoreError> {
        let earlier = "series = $1 AND (started_at < $2 OR (started_at = $2 AND num < $3))";
        let sql = format!("{SCANS} WHERE {earlier} ORDER BY started_at DESC, num DESC LIMIT 1");
        self.db.one(sql, vec![scan.series.as_str().into(), of_time(scan.started_at).into(), scan.num.into()]).await
    }

    /// The scans of a series, newest first.
    pub(super) async fn of_series(&self, series: &str, limit: i64) -> Result<Vec<ScanRow>, StoreError> {
        let sql = format!("{SCANS} WHERE series = $1 ORDER BY started_at DESC, num DESC LIMIT $2");
        self.db.all(sql, vec![series.into(), limit.into()]).await
    }

    /// What there is to compare over time, the newest first.
    pub async fn series(&self) -> Result<Vec<SeriesRow>, StoreError> {
        let sql =
            "SELECT series, COUNT(*), MAX(started_at) FROM scans GROUP BY series ORDER BY MAX(started_at) DESC, series";
        let all: Vec<(String, i64, i64)> = self.db.all(sql, Vec::new()).await?;
        Ok(all.into_iter().map(|(name, scans, newest)| SeriesRow { name, scans, newest: rows::time(newest) }).collect())
    }

    pub(super) fn of(&self, scan: &ScanRow) -> Vec<Arg> {
        vec![scan.num.into()]
    }
}
