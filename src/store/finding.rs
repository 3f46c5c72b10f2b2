//! One finding: with what lifts it, what else is said of its subject, and how it came out before.

use std::collections::BTreeMap;

use jiff::Timestamp;
use rung_rules::model::Verdict;
use serde::Serialize;

use super::{FindingRow, ScanRow, Store, StoreError, findings::COLUMNS, rows};

/// A finding with what is known of it over time.
#[derive(Clone, Debug, Serialize)]
pub struct StoredFinding {
    /// The finding.
    #[serde(flatten)]
    pub finding: FindingRow,
    /// What lifts it.
    pub remedy: String,
    /// Names of the facts that decide it.
    pub deciding: Vec<String>,
    /// The subject's other findings in this scan.
    pub others: Vec<FindingRow>,
    /// How it came out in this and the scans before, newest first.
    pub history: Vec<Earlier>,
}

/// How a finding came out in another scan.
#[derive(Clone, Debug, Serialize)]
pub struct Earlier {
    /// The scan.
    pub scan: String,
    /// When it began.
    pub started_at: Timestamp,
    /// How it came out.
    pub result: Verdict,
}

/// Scans that a finding's history looks back at most.
const LOOKED_BACK: i64 = 60;
/// Other findings of a subject that are named.
const OTHERS: i64 = 50;

impl Store {
    /// One finding, by its criterion and the line of its evidence.
    pub async fn finding(
        &self,
        scan: &ScanRow,
        criterion: &str,
        line: i64,
    ) -> Result<Option<StoredFinding>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM findings f JOIN subjects s ON s.num = f.subject JOIN criteria c ON c.num = f.criterion \
             WHERE f.scan = $1 AND f.result IN (0, 1, 2, 3) AND f.criterion IN (SELECT num FROM criteria WHERE id = $2) AND f.line = $3"
        );
        let args = vec![scan.num.into(), criterion.into(), line.into()];
        let Some(finding) = self.db.one::<FindingRow>(sql, args).await? else { return Ok(None) };
        let words = "SELECT remedy, facts FROM criteria WHERE num = $1";
        let words = self.db.one::<(String, String)>(words, vec![finding.criterion_num.into()]).await?;
        let (remedy, facts) = words.unwrap_or_else(|| (String::new(), "{}".to_owned()));
        let mut facts: BTreeMap<String, Vec<String>> = serde_json::from_str(&facts)?;
        Ok(Some(StoredFinding {
            remedy,
            deciding: facts.remove(&finding.kind).unwrap_or_default(),
            others: self.others(scan, &finding).await?,
            history: self.history(scan, &finding).await?,
            finding,
        }))
    }

    async fn others(&self, scan: &ScanRow, finding: &FindingRow) -> Result<Vec<FindingRow>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM findings f JOIN subjects s ON s.num = f.subject JOIN criteria c ON c.num = f.criterion \
             WHERE f.scan = $1 AND f.subject = $2 AND f.criterion <> $3 AND f.result < 3 ORDER BY f.result, c.id LIMIT $4"
        );
        let args = vec![scan.num.into(), finding.subject.into(), finding.criterion_num.into(), OTHERS.into()];
        self.db.all(sql, args).await
    }

    async fn history(&self, scan: &ScanRow, finding: &FindingRow) -> Result<Vec<Earlier>, StoreError> {
        let sql = "SELECT t.id, t.started_at, f.result FROM \
             (SELECT num, id, started_at FROM scans WHERE series = $1 AND started_at <= $2 ORDER BY started_at DESC, num DESC LIMIT $3) t \
             JOIN findings f ON f.scan = t.num AND f.result IN (0, 1, 2, 3) AND f.criterion = $4 AND f.subject = $5 \
             ORDER BY t.started_at DESC, t.num DESC";
        let args = vec![
            scan.series.as_str().into(),
            rows::of_time(scan.started_at).into(),
            LOOKED_BACK.into(),
            finding.criterion_num.into(),
            finding.subject.into(),
        ];
        let all: Vec<(String, i64, i64)> = self.db.all(sql, args).await?;
        let earlier = |(scan, at, result)| Earlier { scan, started_at: rows::time(at), result: rows::verdict(result) };
        Ok(all.into_iter().map(earlier).collect())
    }
}
