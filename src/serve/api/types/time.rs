//! Scans held against each other.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use super::{FindingResult, Level, Outcome, Scan, by_control};
use crate::store::{Compared, ScanRow, TrendPoint};

/// Levels over time.
#[derive(Serialize, ToSchema)]
pub(in super::super) struct Trend {
    pub(in super::super) series: String,
    /// Oldest first.
    pub(in super::super) points: Vec<Point>,
}

/// A scan in a trend.
#[derive(Serialize, ToSchema)]
pub(in super::super) struct Point {
    scan: String,
    #[schema(format = DateTime)]
    started_at: String,
    complete: bool,
    pillar: Level,
    /// Levels by control.
    controls: BTreeMap<String, Level>,
    fail: i64,
    gaps: i64,
}

impl From<TrendPoint> for Point {
    fn from(point: TrendPoint) -> Self {
        Point {
            scan: point.scan,
            started_at: point.started_at.to_string(),
            complete: point.complete,
            pillar: (point.pillar, point.pillar_possible).into(),
            controls: by_control(point.confirmed.into_iter().zip(point.possible).collect()),
            fail: point.fails,
            gaps: point.gaps,
        }
    }
}

/// A control in two scans.
#[derive(Serialize, ToSchema)]
pub(in super::super) struct ControlChange {
    control: String,
    title: String,
    before: Level,
    after: Level,
    /// `rose`, `fell`, `wider`, `narrower` or `same`.
    direction: String,
}

/// A criterion that came out otherwise.
#[derive(Serialize, ToSchema)]
pub(in super::super) struct OutcomeChange {
    criterion: String,
    level: i64,
    /// Absent where the rules of that scan did not have it.
    before: Option<Outcome>,
    after: Option<Outcome>,
    why: String,
}

/// Findings of two scans, counted.
#[derive(Serialize, ToSchema)]
pub(in super::super) struct FindingCounts {
    appeared: i64,
    gone: i64,
    better: i64,
    worse: i64,
    /// Judged now, not seen before.
    seen: i64,
    /// Not seen any more.
    hidden: i64,
    same: i64,
}

/// A finding that changed.
#[derive(Serialize, ToSchema)]
pub(in super::super) struct FindingChange {
    criterion: String,
    kind: String,
    arn: String,
    name: Option<String>,
    account: String,
    region: String,
    /// Absent where it was not there.
    before: Option<FindingResult>,
    /// Absent where it is gone.
    after: Option<FindingResult>,
}

/// Two scans held against each other.
#[derive(Serialize, ToSchema)]
pub(in super::super) struct Comparison {
    a: Scan,
    b: Scan,
    controls: Vec<ControlChange>,
    criteria: Vec<OutcomeChange>,
    /// Absent where retention removed the findings of one of them.
    findings: Option<FindingCounts>,
    /// The most telling ones, worse ones first; at most 100.
    changed: Vec<FindingChange>,
}

impl Comparison {
    pub(in super::super) fn new(a: &ScanRow, b: &ScanRow, compared: Compared) -> Self {
        let control = |one: crate::store::LevelChange| ControlChange {
            control: one.control,
            title: one.title.to_owned(),
            before: one.before.into(),
            after: one.after.into(),
            direction: one.direction.to_owned(),
        };
        let outcome = |one: crate::store::OutcomeChange| OutcomeChange {
            criterion: one.criterion,
            level: one.level,
            before: one.before.map(Outcome::from),
            after: one.after.map(Outcome::from),
            why: one.why,
        };
        let finding = |one: crate::store::ChangedFinding| FindingChange {
            criterion: one.criterion,
            kind: one.kind,
            arn: one.arn,
            name: one.name,
            account: one.account,
            region: one.region,
            before: one.before.map(FindingResult::from),
            after: one.after.map(FindingResult::from),
        };
        let Compared { levels, outcomes, known, appeared, gone, better, worse, seen, hidden, same, findings } =
            compared;
        Comparison {
            a: a.into(),
            b: b.into(),
            controls: levels.into_iter().map(control).collect(),
            criteria: outcomes.into_iter().map(outcome).collect(),
            findings: known.then_some(FindingCounts { appeared, gone, better, worse, seen, hidden, same }),
            changed: findings.into_iter().map(finding).collect(),
        }
    }
}
