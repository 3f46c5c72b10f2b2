//! What scales by Amazon EC2 Auto Scaling or Application Auto Scaling.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ScalingMetric;
use crate::model::Observed;

/// What a scaling target is: an Auto Scaling group, or the namespace of an Application Auto Scaling target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ScalingKind {
    /// An Auto Scaling group of EC2 instances.
    AutoScalingGroup,
    /// `ecs`: the tasks of a service.
    EcsService,
    /// Another namespace of Application Auto Scaling: `dynamodb`, `lambda`, `rds` ...
    #[serde(untagged)]
    Other(String),
}

/// What a predictive policy does with its forecast.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub enum PredictiveMode {
    /// Forecasts only: a person decides.
    ForecastOnly,
    /// Changes capacity ahead of the forecast demand.
    ForecastAndScale,
}

/// Scaling activities by what caused them. An activity with two causes counts under both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ScalingCauses {
    /// Anything else: a group's first instances, a capacity brought back within new limits.
    pub other: u32,
    /// An alarm, a target tracking or a predictive policy.
    pub policy: u32,
    /// An instance replaced: health check, instance refresh, Spot interruption, rebalancing.
    pub replacement: u32,
    /// A scheduled action.
    pub schedule: u32,
    /// A user's request that changed the capacity.
    pub user_request: u32,
}

/// An Auto Scaling group, an ECS service or another Application Auto Scaling target.
///
/// AWS keeps scaling activities for six weeks, whatever window is asked for: where a field speaks of 90 days, the
/// older half of them is never seen. No activity in what AWS keeps is an answer, not a gap.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ScalingTarget {
    /// What it is.
    pub scaling_kind: ScalingKind,
    /// `MinSize` (Auto Scaling `DescribeAutoScalingGroups`) or `MinCapacity` (Application Auto Scaling
    /// `DescribeScalableTargets`).
    pub min: Observed<i32>,
    /// `MaxSize` or `MaxCapacity`.
    pub max: Observed<i32>,
    /// `DesiredCapacity`, or `desiredCount` (ECS `DescribeServices`); nothing for other targets, whose scalable target
    /// does not tell it.
    pub desired: Observed<Option<i32>>,
    /// Enabled target tracking policies (`DescribePolicies`; Application Auto Scaling `DescribeScalingPolicies`).
    pub target_tracking_policies: Observed<u32>,
    /// Enabled step scaling policies that an alarm triggers (`Alarms` is not empty).
    pub step_policies: Observed<u32>,
    /// Enabled simple scaling policies that an alarm triggers; Auto Scaling groups only.
    pub simple_policies: Observed<u32>,
    /// Mode of the enabled predictive policy, the stronger one of several; nothing without one.
    pub predictive: Observed<Option<PredictiveMode>>,
    /// What its dynamic policies scale on: predefined or customized metrics of target tracking, and the metrics of the
    /// alarms of step and simple policies (CloudWatch `DescribeAlarms`).
    pub metrics: Observed<Vec<ScalingMetric>>,
    /// `SuspendedProcesses` by name, or the members of `SuspendedState` that are true.
    pub suspended: Observed<Vec<String>>,
    /// `DefaultInstanceWarmup`, in seconds; nothing where it is not set or there is no such thing.
    pub warmup_s: Observed<Option<i32>>,
    /// `DefaultCooldown`, or the longest `ScaleOutCooldown` or `Cooldown` of the target's policies, in seconds.
    pub cooldown_s: Observed<Option<i32>>,
    /// `HealthCheckType`: `EC2`, `ELB` ...; Auto Scaling groups only.
    pub health_check_type: Observed<Option<String>>,
    /// Scheduled actions (`DescribeScheduledActions` of either service).
    pub scheduled_actions: Observed<u32>,
    /// Whether a load balancer sends it traffic: `TargetGroupARNs`, `LoadBalancerNames` or `TrafficSources` of a group,
    /// `loadBalancers` of an ECS service or its task sets. Other targets never are.
    pub load_balanced: Observed<bool>,
    /// The highest threshold, in percent of the maximum, of an alarm that fires when the target's capacity rises above
    /// it (`DescribeAlarms`: `GroupDesiredCapacity` or `GroupInServiceInstances` of a group, `DesiredTaskCount` or
    /// `RunningTaskCount` of a service). Above 100 it could never fire and does not count. Nothing without such an alarm.
    pub limit_alarm_percent: Observed<Option<f64>>,
    /// Activities by cause, of the last 90 days as far as AWS keeps them (`DescribeScalingActivities`).
    pub activities_90_days: Observed<ScalingCauses>,
    /// Activities by cause, of the last 30 days.
    pub activities_30_days: Observed<ScalingCauses>,
    /// The latest scale-out that a policy caused and that did not fail; nothing in what AWS keeps.
    pub policy_scale_out_at: Observed<Option<Timestamp>>,
    /// The latest capacity change that a user requested; nothing in what AWS keeps. Application Auto Scaling records
    /// only its own changes: for its targets this is unknown.
    pub user_change_at: Observed<Option<Timestamp>>,
    /// The latest capacity change that a policy or a schedule caused on any target of the account and region.
    pub automatic_change_here_at: Observed<Option<Timestamp>>,
    /// Whether a load test of the account and region ran when a policy scaled out, or up to ten minutes before (CodeBuild
    /// `BatchGetBuilds`, Step Functions `ListExecutions`); nothing when no load test ran there.
    pub load_tested: Observed<Option<bool>>,
}
