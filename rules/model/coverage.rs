//! The coverage ledger: what was asked of each operation in each account and region, and whether all of it was answered.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{CallCount, Cause};

/// What was asked of one operation in one account and region.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PlaceCount {
    /// Account id.
    pub account: String,
    /// Region, or `global`.
    pub region: String,
    /// `service:Operation`.
    pub operation: String,
    /// The counts.
    #[serde(flatten)]
    pub count: CallCount,
}

/// How far an operation was read in an account and region.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Covered {
    /// Everything that was asked was answered, if only with "there is none".
    Complete,
    /// Part of it was answered.
    Partly,
    /// None of it was answered.
    NotRead,
    /// It was left out on the user's word.
    NotAsked,
}

/// A line of the ledger.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Coverage {
    /// Account id.
    pub account: String,
    /// Region, or `global`.
    pub region: String,
    /// `service:Operation`.
    pub operation: String,
    /// How far it was read.
    pub covered: Covered,
    /// Why not to its end; each cause once.
    pub causes: Vec<Cause>,
    /// Sources: the operation with different parameters.
    pub sources: u64,
    /// Pages read.
    pub pages: u64,
    /// Items read.
    pub items: u64,
    /// Requests that AWS answered, also with a refusal.
    pub calls: u64,
    /// Requests that the journal of an interrupted scan answered: not asked again.
    #[serde(default, skip_serializing_if = "super::assessment::is_zero")]
    pub resumed: u64,
    /// Attempts beyond the first.
    pub retries: u64,
    /// Answers that said "slow down".
    pub throttles: u64,
    /// Requests that ended in a gap after all attempts.
    pub errors: u64,
}

impl Cause {
    /// Whether it means that an answer is missing, and not only that the answer says little.
    pub fn is_unread(self) -> bool {
        !matches!(self, Cause::NoData | Cause::NotReported | Cause::NotRequested)
    }
}
