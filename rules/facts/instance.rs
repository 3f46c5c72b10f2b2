//! EC2 instances.

use jiff::{Timestamp, civil::Date};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::Observed;

/// The families that the framework's own check of this control calls previous generation.
const LEGACY_FAMILIES: &[&str] = &["c3", "c4", "cc2", "cr1", "d2", "g2", "hi1", "hs1", "i2", "m3", "m4", "r4", "t2"];

/// A running EC2 instance. EC2 `DescribeInstances`, unless a field says otherwise. Metrics are of 14 days, hour by hour
/// (CloudWatch `GetMetricData`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Instance {
    /// `InstanceType`.
    pub instance_type: Observed<String>,
    /// EC2's own word for the type: `CurrentGeneration` (`DescribeInstanceTypes`).
    pub current_generation: Observed<bool>,
    /// Whether the framework calls the type's family previous generation: `t2`, `m4`, `c4` ... EC2 still calls some of them
    /// current.
    pub legacy_family: Observed<bool>,
    /// `LaunchTime`: when it was started last.
    pub launched_at: Observed<Timestamp>,
    /// Whether it belongs to an Auto Scaling group: tag `aws:autoscaling:groupName`, which AWS sets and takes away.
    pub in_auto_scaling_group: Observed<bool>,
    /// Mean of `CPUUtilization` over the window, in percent.
    pub cpu_average_percent: Observed<f64>,
    /// 95th percentile of the hourly averages of `CPUUtilization` over the window, in percent.
    pub cpu_p95_percent: Observed<f64>,
    /// Days with CPU data in the window: hours with data over 24, to the nearest day.
    pub cpu_days: Observed<u32>,
    /// Whether CloudWatch has a memory metric of the CloudWatch agent for it: `mem_used_percent` or
    /// `Memory % Committed Bytes In Use` in namespace `CWAgent` with its `InstanceId` (`ListMetrics`, which shows what had
    /// data in the last two weeks).
    pub memory_metric: Observed<bool>,
    /// Days with memory data in the window: hours with data over 24, to the nearest day; of several such metrics the one
    /// with most.
    pub memory_days: Observed<u32>,
    /// The newest ISO date in the tags `sizing-reviewed` and `rightsizing-reviewed`; nothing without a date.
    pub sizing_reviewed_on: Observed<Option<Date>>,
    /// Days since then.
    pub sizing_review_age_days: Observed<Option<i32>>,
    /// Whether an alarm watches its `CPUUtilization`, or its group's, for being high (`DescribeAlarms`).
    pub high_cpu_alarm: Observed<bool>,
    /// Whether an alarm watches it for being low.
    pub low_cpu_alarm: Observed<bool>,
    /// Compute Optimizer's finding (`GetEC2InstanceRecommendations`): `Optimized`, `Overprovisioned`, `Underprovisioned` or
    /// `NotOptimized`; nothing where it has findings in the account and region but none about this instance.
    pub optimizer_finding: Observed<Option<String>>,
}

impl Instance {
    /// Whether an instance type is of a family that the framework calls previous generation.
    pub fn is_legacy(instance_type: &str) -> bool {
        instance_type.split_once('.').is_some_and(|(family, _)| LEGACY_FAMILIES.contains(&family))
    }
}

#[cfg(test)]
mod tests {
    use super::Instance;

    #[test]
    fn families_not_prefixes() {
        assert!(Instance::is_legacy("t2.micro") && Instance::is_legacy("m4.16xlarge"));
        assert!(!Instance::is_legacy("t3.micro") && !Instance::is_legacy("m4x.large") && !Instance::is_legacy("d2"));
    }
}
