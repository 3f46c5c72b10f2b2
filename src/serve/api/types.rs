//! What the API answers with. Names here are a contract: they may be added to, never changed.

mod finding;
mod scan;
mod schedule;
mod time;

use std::collections::BTreeMap;

use rung_rules::model::{Control, Outcome as ModelOutcome, Verdict};
use serde::Serialize;
use utoipa::ToSchema;

pub(super) use finding::{Finding, FindingDetail, Findings, Gap, Gaps};
pub(super) use scan::{Scan, ScanDetail, Scans};
pub(super) use schedule::Schedules;
pub(super) use time::{Comparison, Trend};

/// Why something cannot be answered.
#[derive(Serialize, ToSchema)]
pub(super) struct Problem {
    /// In words.
    error: String,
}

/// How a criterion came out for a subject.
#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum FindingResult {
    /// It does not hold.
    Fail,
    /// It could not be seen.
    Unknown,
    /// It holds.
    Pass,
    /// The criterion does not speak about this subject.
    NotApplicable,
}

impl From<Verdict> for FindingResult {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Fail => FindingResult::Fail,
            Verdict::Unknown => FindingResult::Unknown,
            Verdict::Pass => FindingResult::Pass,
            Verdict::NotApplicable => FindingResult::NotApplicable,
        }
    }
}

/// What a criterion came to over all subjects.
#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Outcome {
    /// The bar is missed whatever the unknown subjects are.
    Unmet,
    /// The unknown subjects decide.
    Unknown,
    /// The bar is reached whatever the unknown subjects are.
    Met,
    /// There is nothing that it speaks about.
    NotApplicable,
}

impl From<ModelOutcome> for Outcome {
    fn from(outcome: ModelOutcome) -> Self {
        match outcome {
            ModelOutcome::Unmet => Outcome::Unmet,
            ModelOutcome::Unknown => Outcome::Unknown,
            ModelOutcome::Met => Outcome::Met,
            ModelOutcome::NotApplicable => Outcome::NotApplicable,
        }
    }
}

/// The order of a list of findings.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[allow(dead_code, reason = "described here, read by `Order`")]
pub(super) enum Sort {
    Result,
    Criterion,
    Name,
    Kind,
    Account,
    Region,
    Owner,
}

/// A level confirmed, and what everything unknown could still reach.
#[derive(Clone, Copy, Serialize, ToSchema)]
pub(super) struct Level {
    /// 1 to 5; absent where it does not apply.
    #[schema(minimum = 1, maximum = 5)]
    confirmed: Option<u8>,
    /// 1 to 5.
    #[schema(minimum = 1, maximum = 5)]
    possible: Option<u8>,
}

impl From<(Option<u8>, Option<u8>)> for Level {
    fn from((confirmed, possible): (Option<u8>, Option<u8>)) -> Self {
        Level { confirmed, possible }
    }
}

fn by_control(ladder: Vec<(Option<u8>, Option<u8>)>) -> BTreeMap<String, Level> {
    Control::all().map(Control::id).zip(ladder.into_iter().map(Level::from)).collect()
}
