//! Automation that changes storage without a person.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::Observed;

/// What of one account and region could change volume types or IOPS by itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StorageAutomation {
    /// Active Compute Optimizer automation rules for EBS (`ListAutomationRules`).
    pub optimizer_rules: Observed<u32>,
    /// EventBridge rules that react to EBS notifications or Compute Optimizer and start an automation (`ListRules`,
    /// `ListTargetsByRule`).
    pub event_automations: Observed<u32>,
    /// EBS volumes in the account and region.
    pub volumes: Observed<u64>,
}
