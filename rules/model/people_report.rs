//! Attestations and waivers as other programs read them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Attestation, Levels, Standing, Waiver};

/// An attestation, and whether it counts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AttestationReport {
    /// What was said.
    #[serde(flatten)]
    pub attestation: Attestation,
    /// Whether it counts.
    pub standing: Standing,
    /// What came of it: `decides`, `contested` (the evidence says otherwise and counts), `not_needed` (the evidence
    /// decides alone), `not_enough` (part of it is still unknown), `does_not_count`.
    pub effect: Effect,
    /// Subjects that were not seen and that it speaks for.
    pub subjects: u64,
}

/// What came of an attestation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// It decides the outcome.
    Decides,
    /// The evidence says otherwise, and counts.
    Contested,
    /// The evidence says so already, or there is nothing to speak of.
    NotNeeded,
    /// Part of what the criterion asks is still unknown.
    NotEnough,
    /// It has expired, or its proof is not the attested one.
    DoesNotCount,
}

/// A waiver, and what it excepts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct WaiverReport {
    /// What was accepted.
    #[serde(flatten)]
    pub waiver: Waiver,
    /// Whether it has ended.
    pub expired: bool,
    /// Findings that it excepts.
    pub findings: u64,
    /// Full ids of the criteria it speaks of and excepts something of.
    pub criteria: Vec<String>,
}

/// Levels without what waivers except.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WithWaivers {
    /// The levels; absent when every criterion is excepted.
    pub levels: Option<Levels>,
}
