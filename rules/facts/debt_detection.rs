//! What finds performance debt without a person.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::Observed;

/// What of one account and region writes debt down by itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DebtDetection {
    /// CloudWatch alarms with actions enabled whose `AlarmActions` create an OpsItem of the category Performance or of none
    /// (`DescribeAlarms`).
    pub alarms_creating_ops_items: Observed<u32>,
    /// Enabled EventBridge rules on CloudWatch's events with a target that creates OpsItems (`ListRules`,
    /// `ListTargetsByRule`). Rules on other events do not count: OpsCenter's own default rules are such.
    pub rules_creating_ops_items: Observed<u32>,
}
