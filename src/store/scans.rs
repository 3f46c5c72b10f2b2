//! Scans as they are stored: lists of them, and what one came to.

use std::path::PathBuf;

use jiff::Timestamp;
use rung_rules::model::Outcome;
use serde::Serialize;
use sqlx::{Row, any::AnyRow};

use super::{
    Overview, Store, StoreError,
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
    /// Levels of the ten controls: confirmed, possible, observed.
    #[serde(skip)]
    pub(super) levels: String,
}

const SCANS: &str = "SELECT num, id, series, started_at, finished_at, complete, rung, regions, accounts, bundle, manifest_sha256, previous, \
     pillar, pillar_possible, by_minimum, fails, unknowns, passes, not_applicable, gaps, levels FROM scans";

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

/// A control's levels in a scan.
#[derive(Clone, Debug, Serialize)]
pub struct LevelRow {
    /// `WAF-PERF-090`.
    pub control: String,
    /// The number in the id: 10 to 100.
    pub number: i64,
    /// Its name.
    pub title: &'static str,
    /// False when there is nothing that it speaks about.
    pub applicable: bool,
    /// Confirmed level.
    pub confirmed: Option<u8>,
    /// The same with unknown counted as met.
    pub possible: Option<u8>,
    /// The same with attestations set aside.
    pub observed: Option<u8>,
    /// Confirmed without what waivers except; absent where nothing is waived.
    pub waived_confirmed: Option<u8>,
    /// What the team wants.
    pub target: Option<u8>,
}

impl<'r> sqlx::FromRow<'r, AnyRow> for LevelRow {
    fn from_row(row: &'r AnyRow) -> Result<Self, sqlx::Error> {
        let level = |name: &str| row.try_get::<Option<i64>, _>(name).map(rows::number);
        let number = row.try_get("control")?;
        Ok(LevelRow {
            control: rows::control_id(number),
            number,
            title: rows::control_title(number),
            applicable: row.try_get::<i64, _>("applicable")? != 0,
            confirmed: level("confirmed")?,
            possible: level("possible")?,
            observed: level("observed")?,
            waived_confirmed: level("waived_confirmed")?,
            target: level("target")?,
        })
    }
}

/// A criterion's outcome in a scan.
#[derive(Clone, Debug, Serialize)]
pub struct OutcomeRow {
    /// The criterion's full id.
    pub criterion: String,
    /// The control's number.
    pub number: i64,
    /// Its level.
    pub level: i64,
    /// What must hold.
    pub statement: String,
    /// What it came to.
    pub outcome: Outcome,
    /// The same without what waivers except; absent where nothing is waived.
    pub waived_outcome: Option<Outcome>,
    /// Subjects that fail.
    pub fails: i64,
    /// Subjects that are not known.
    pub unknowns: i64,
    /// Subjects that pass.
    pub passes: i64,
    /// Whether there may be more subjects than could be listed.
    pub unseen: bool,
    /// Why, in a sentence.
    pub why: String,
}

impl<'r> sqlx::FromRow<'r, AnyRow> for OutcomeRow {
    fn from_row(row: &'r AnyRow) -> Result<Self, sqlx::Error> {
        Ok(OutcomeRow {
            criterion: row.try_get("id")?,
            number: row.try_get("control")?,
            level: row.try_get("level")?,
            statement: row.try_get("statement")?,
            outcome: rows::outcome(row.try_get("outcome")?),
            waived_outcome: row.try_get::<Option<i64>, _>("waived_outcome")?.map(rows::outcome),
            fails: row.try_get("fails")?,
            unknowns: row.try_get("unknowns")?,
            passes: row.try_get("passes")?,
            unseen: row.try_get::<i64, _>("unseen")? != 0,
            why: row.try_get("why")?,
        })
    }
}

/// An account of a scan.
#[derive(Clone, Debug, Serialize)]
pub struct AccountRow {
    /// 12 digits.
    pub account: String,
    /// Its name.
    pub name: Option<String>,
    /// How far it was read.
    pub state: String,
    /// Why it could not be entered.
    pub why: Option<String>,
    /// The pillar's level there alone.
    pub pillar: Option<u8>,
    /// Subjects seen.
    pub subjects: i64,
    /// Gaps.
    pub gaps: i64,
    /// Confirmed and possible level of the ten controls there.
    pub ladder: Vec<(Option<u8>, Option<u8>)>,
}

impl<'r> sqlx::FromRow<'r, AnyRow> for AccountRow {
    fn from_row(row: &'r AnyRow) -> Result<Self, sqlx::Error> {
        Ok(AccountRow {
            account: row.try_get("account")?,
            name: row.try_get("name")?,
            state: row.try_get("state")?,
            why: row.try_get("why")?,
            pillar: row.try_get::<Option<i64>, _>("pillar").map(rows::number)?,
            subjects: row.try_get("subjects")?,
            gaps: row.try_get("gaps")?,
            ladder: ladder(&row.try_get::<String, _>("levels")?),
        })
    }
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

    /// The part of a scan that is only shown.
    pub async fn overview(&self, scan: &ScanRow) -> Result<Overview, StoreError> {
        let text = self.db.one::<(String,)>("SELECT overview FROM scans WHERE num = $1", self.of(scan)).await?;
        Ok(serde_json::from_str(&text.map(|text| text.0).unwrap_or_else(|| "{}".to_owned()))?)
    }

    /// The levels of its controls, in the model's order.
    pub async fn levels(&self, scan: &ScanRow) -> Result<Vec<LevelRow>, StoreError> {
        let sql = "SELECT control, applicable, confirmed, possible, observed, waived_confirmed, target FROM levels \
                   WHERE scan = $1 ORDER BY control";
        self.db.all(sql, self.of(scan)).await
    }

    /// The outcomes of its criteria, by control and level.
    pub async fn outcomes(&self, scan: &ScanRow) -> Result<Vec<OutcomeRow>, StoreError> {
        let sql = "SELECT c.id, c.control, c.level, c.statement, o.outcome, o.waived_outcome, o.fails, o.unknowns, o.passes, \
                   o.unseen, o.why FROM outcomes o JOIN criteria c ON c.num = o.criterion WHERE o.scan = $1 \
                   ORDER BY c.control, c.level, c.id";
        self.db.all(sql, self.of(scan)).await
    }

    /// Some of its accounts, by id.
    pub async fn accounts(&self, scan: &ScanRow, limit: i64) -> Result<Vec<AccountRow>, StoreError> {
        let sql = "SELECT account, name, state, why, pillar, subjects, gaps, levels FROM accounts WHERE scan = $1 \
                   ORDER BY account LIMIT $2";
        self.db.all(sql, vec![scan.num.into(), limit.into()]).await
    }

    pub(super) fn of(&self, scan: &ScanRow) -> Vec<Arg> {
        vec![scan.num.into()]
    }
}
