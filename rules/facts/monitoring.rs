//! What one account measures at all.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::Observed;

/// What an account measures and has, over all its regions in the scan. One that was seen is enough for "any"; counts are
/// unknown as soon as one region's are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Monitoring {
    /// Running EC2 instances (`DescribeInstances`) and active ECS services that want tasks (`DescribeServices`).
    pub compute: Observed<u64>,
    /// Those of them that are seen to have CPU and memory data in 14 days: `CPUUtilization` and the CloudWatch agent's memory
    /// of an instance, `CPUUtilization` and `MemoryUtilization` of a service (`GetMetricData`, `ListMetrics`).
    pub compute_measured: Observed<u64>,
    /// Those of them whose data could not be read: 0, or the gap.
    pub compute_unread: Observed<u64>,
    /// Whether there is an entry point.
    pub entry_point: Observed<bool>,
    /// Whether there is one whose latency AWS can publish.
    pub measurable_entry_point: Observed<bool>,
    /// Whether one of them has latency data in 14 days.
    pub latency_data: Observed<bool>,
    /// Whether there is a service level objective (`ListServiceLevelObjectives`).
    pub slo: Observed<bool>,
    /// Whether there is a deployment target.
    pub deployment_target: Observed<bool>,
}
