//! The levels of a series of scans over time.

use jiff::Timestamp;
use serde::Serialize;

use super::{Store, StoreError};

/// A series over time.
#[derive(Clone, Debug, Serialize)]
pub struct Trend {
    /// Which series.
    pub series: String,
    /// Its scans, oldest first.
    pub points: Vec<TrendPoint>,
}

/// A scan in a series.
#[derive(Clone, Debug, Serialize)]
pub struct TrendPoint {
    /// Its id.
    pub scan: String,
    /// When it began.
    pub started_at: Timestamp,
    /// Whether every source was read.
    pub complete: bool,
    /// The pillar's level, confirmed.
    pub pillar: Option<u8>,
    /// The pillar's level with unknown counted as met.
    pub pillar_possible: Option<u8>,
    /// Confirmed level of the ten controls, in the model's order.
    pub confirmed: Vec<Option<u8>>,
    /// Possible level of the ten controls.
    pub possible: Vec<Option<u8>>,
    /// Findings that fail.
    pub fails: i64,
    /// What could not be seen.
    pub gaps: i64,
}

impl Store {
    /// The newest scans of a series.
    pub async fn trend(&self, series: &str, scans: i64) -> Result<Trend, StoreError> {
        let rows = self.of_series(series, scans).await?;
        let point = |row: super::ScanRow| {
            let (confirmed, possible) = row.ladder().into_iter().unzip();
            TrendPoint {
                started_at: row.started_at,
                complete: row.complete,
                pillar: row.pillar,
                pillar_possible: row.pillar_possible,
                confirmed,
                possible,
                fails: row.fails,
                gaps: row.gaps,
                scan: row.id,
            }
        };
        Ok(Trend { series: series.to_owned(), points: rows.into_iter().rev().map(point).collect() })
    }
}
