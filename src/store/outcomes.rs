//! What a scan came to: levels of controls, outcomes of criteria, accounts.

use rung_rules::model::Outcome;
use serde::Serialize;
use sqlx::{Row, any::AnyRow};

use super::{Overview, ScanRow, Store, StoreError, rows, scans::ladder};

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

impl Store {
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
}
