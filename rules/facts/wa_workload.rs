//! Workloads in the AWS Well-Architected Tool.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::Observed;

/// A workload of the Well-Architected Tool (`ListWorkloads`), its own or shared with the account.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct WaWorkload {
    /// `UpdatedAt`: when the workload was last changed, by an answer or otherwise.
    pub updated_at: Observed<Timestamp>,
    /// The risks of its Performance Efficiency pillar (`GetLensReview` of the lens `wellarchitected`,
    /// `PillarReviewSummaries`); nothing where the workload does not use that lens.
    pub performance_risks: Observed<Option<PillarRisks>>,
    /// `RecordedAt` of its newest milestone (`ListMilestones`); nothing without any.
    pub milestone_at: Observed<Option<Timestamp>>,
}

/// Questions of a pillar by risk: `RiskCounts`. A risk that AWS does not list has no questions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PillarRisks {
    /// `HIGH`.
    pub high: u32,
    /// `MEDIUM`.
    pub medium: u32,
    /// `UNANSWERED`.
    pub unanswered: u32,
}
