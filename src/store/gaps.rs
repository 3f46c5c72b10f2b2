//! What a scan could not see.

use serde::Serialize;
use sqlx::{Row, any::AnyRow};

use super::{ScanRow, Store, StoreError};

/// A gap.
#[derive(Clone, Debug, Serialize)]
pub struct GapRow {
    /// Its id.
    pub id: String,
    /// The account.
    pub account: String,
    /// The region.
    pub region: String,
    /// The operation, `service:Operation`.
    pub operation: String,
    /// What of the answer is missing, where it is less than the whole.
    pub what: String,
    /// Why, as JSON writes it: `not_enrolled`.
    pub cause: String,
    /// AWS's own words.
    pub detail: String,
    /// What would open it.
    pub opens_with: String,
    /// Full ids of the criteria that it hides something of.
    pub hides: Vec<String>,
}

impl<'r> sqlx::FromRow<'r, AnyRow> for GapRow {
    fn from_row(row: &'r AnyRow) -> Result<Self, sqlx::Error> {
        let hides: String = row.try_get("hides")?;
        Ok(GapRow {
            id: row.try_get("id")?,
            account: row.try_get("account")?,
            region: row.try_get("region")?,
            operation: row.try_get("operation")?,
            what: row.try_get("what")?,
            cause: row.try_get("cause")?,
            detail: row.try_get("detail")?,
            opens_with: row.try_get("opens_with")?,
            hides: serde_json::from_str(&hides).map_err(|error| sqlx::Error::Decode(error.into()))?,
        })
    }
}

/// A page of gaps.
#[derive(Clone, Debug, Serialize)]
pub struct GapsPage {
    /// These.
    pub gaps: Vec<GapRow>,
    /// How many there are in all.
    pub total: i64,
}

const COLUMNS: &str = "g.id, g.account, g.region, g.operation, g.what, g.cause, g.detail, g.opens_with, g.hides FROM scan_gaps l JOIN gaps g ON g.num = l.gap";

impl Store {
    /// A page of what a scan could not see, by operation.
    pub async fn gaps(&self, scan: &ScanRow, offset: i64, limit: i64) -> Result<GapsPage, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} WHERE l.scan = $1 ORDER BY g.operation, g.account, g.region, g.what, g.num LIMIT $2 OFFSET $3"
        );
        let gaps = self.db.all(sql, vec![scan.num.into(), limit.into(), offset.into()]).await?;
        Ok(GapsPage { gaps, total: if scan.removed_at.is_some() { 0 } else { scan.gaps } })
    }

    /// The gaps of a scan that one of these ids stands for.
    pub async fn gaps_of(&self, scan: &ScanRow, ids: &[String]) -> Result<Vec<GapRow>, StoreError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let places: Vec<_> = (2..ids.len() + 2).map(|at| format!("${at}")).collect();
        let sql = format!("SELECT {COLUMNS} WHERE l.scan = $1 AND g.id IN ({}) ORDER BY g.id", places.join(", "));
        let args = std::iter::once(scan.num.into()).chain(ids.iter().map(|id| id.as_str().into()));
        self.db.all(sql, args.collect()).await
    }
}
