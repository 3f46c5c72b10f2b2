//! Service level objectives.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::WatchingAlarm;
use crate::model::Observed;

/// What an objective measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Indicator {
    /// How long answers take.
    Latency,
    /// How many answers are good.
    Availability,
    /// Another metric.
    Other,
}

/// A service level objective of Application Signals (`GetServiceLevelObjective`, unless a field says otherwise).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Slo {
    /// `MetricType`, or what the metric behind it measures.
    pub indicator: Observed<Indicator>,
    /// The percentile that a latency objective promises (see [`super::LatencyObjective`]); nothing for others.
    pub percentile: Observed<Option<f64>>,
    /// `Goal.AttainmentGoal`, in percent.
    pub goal_percent: Observed<f64>,
    /// `BurnRateConfigurations`: the windows over which AWS computes a burn rate, in minutes, shortest first.
    pub burn_rate_windows_minutes: Observed<Vec<i32>>,
    /// `BudgetStatus`: `OK`, `WARNING`, `BREACHED` or `INSUFFICIENT_DATA` (`BatchGetServiceLevelObjectiveBudgetReport`).
    pub budget_status: Observed<String>,
    /// What is left of the error budget, in percent; negative when it is overdrawn. Nothing where AWS reports no total.
    pub budget_remaining_percent: Observed<Option<f64>>,
    /// Alarms on its `BurnRate` or `AttainmentRate` in `AWS/ApplicationSignals` (`DescribeAlarms`).
    pub burn_rate_alarms: Observed<Vec<WatchingAlarm>>,
    /// Alarms with an anomaly band on its burn rate, its attainment or the metric that it measures (`DescribeAlarms`).
    pub anomaly_alarms: Observed<Vec<WatchingAlarm>>,
}
