//! What was not seen, counted: small, however many accounts there are.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Cause;

/// Counts of what an assessment lists in full.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Summary {
    /// Findings.
    pub findings: u64,
    /// Gaps.
    pub gaps: u64,
    /// Gaps that hide a criterion, by operation and cause.
    pub gap_groups: Vec<GapGroup>,
    /// Lines of the coverage ledger, by how far they were read.
    pub coverage: CoverageCounts,
}

/// Gaps of one operation with one cause, over accounts and regions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GapGroup {
    /// The operation, `service:Operation`.
    pub operation: String,
    /// Why.
    pub cause: Cause,
    /// How many accounts it happened in.
    pub accounts: u64,
    /// Regions it happened in.
    pub regions: Vec<String>,
    /// How many gaps.
    pub gaps: u64,
    /// Full ids of the criteria that it hides something of.
    pub hides: Vec<String>,
    /// What would open one of them; the others differ in names only.
    pub opens_with: String,
}

/// Lines of the coverage ledger: an operation in an account and region.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CoverageCounts {
    /// Read to their end.
    pub complete: u64,
    /// Read in part.
    pub partly: u64,
    /// Not read.
    pub not_read: u64,
    /// Left out on the user's word.
    pub not_asked: u64,
}
