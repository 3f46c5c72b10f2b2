//! What a criterion comes to: for one subject (verdict), and over all (outcome).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A criterion held against one subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It holds.
    Pass,
    /// It does not hold.
    Fail,
    /// It could not be seen.
    Unknown,
    /// The criterion does not speak about this subject.
    NotApplicable,
}

impl Verdict {
    /// What a verdict says of its subject: where a match counts against the criterion, a match fails.
    pub fn of_subject(self, counts_against: bool) -> Self {
        match self {
            Verdict::Pass if counts_against => Verdict::Fail,
            Verdict::Fail if counts_against => Verdict::Pass,
            other => other,
        }
    }
}

/// A criterion over all its subjects. The four are never merged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The bar is reached whatever the unknown subjects are.
    Met,
    /// The bar is missed whatever the unknown subjects are.
    Unmet,
    /// The unknown subjects decide.
    Unknown,
    /// The account has nothing the criterion speaks about.
    NotApplicable,
}

/// What decided an outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DecidedBy {
    /// Evidence read from AWS.
    Observed,
    /// A person's attestation.
    Attested,
    /// An attestation says "met", the evidence "unmet"; the evidence counts.
    Contested,
}
