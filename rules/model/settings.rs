//! What people set: all that an assessment depends on beside the evidence.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Attestation, Control, Level, ScopeRule, Thresholds, Waiver};

/// Thresholds, targets, scope, attestations and waivers. A bundle keeps them, so that it can be assessed again.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Settings {
    /// Thresholds that replace defaults.
    #[serde(default)]
    pub thresholds: Thresholds,
    /// The level each control is wanted at.
    #[serde(default)]
    pub targets: BTreeMap<Control, Level>,
    /// Which resources count as production.
    #[serde(default)]
    pub scope: ScopeRule,
    /// What people attest.
    #[serde(default)]
    pub attestations: Vec<Attestation>,
    /// What people accept.
    #[serde(default)]
    pub waivers: Vec<Waiver>,
}
