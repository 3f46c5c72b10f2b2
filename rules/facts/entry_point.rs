//! Where requests enter, and what watches how long they take.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::Observed;

/// What kind of thing answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EntryPointKind {
    /// An Application Load Balancer.
    ApplicationLoadBalancer,
    /// A Network Load Balancer.
    NetworkLoadBalancer,
    /// A REST API of API Gateway.
    RestApi,
    /// An HTTP API of API Gateway.
    HttpApi,
    /// A CloudFront distribution.
    Distribution,
    /// A Lambda function with a URL of its own that was requested in the last two weeks (`ListMetrics`, `UrlRequestCount`).
    FunctionUrl,
    /// An ECS service behind no load balancer.
    EcsService,
}

/// Whether CloudWatch has the latency of an entry point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LatencyData {
    /// Its latency metric has data in the window of 14 days.
    Present,
    /// AWS publishes its latency with every request, and there are no data: nobody asked it anything in 14 days.
    Absent,
    /// AWS would publish it, but it is turned off: a distribution without additional metrics.
    TurnedOff,
    /// AWS publishes none: a Network Load Balancer or an ECS service without Service Connect and Application Signals.
    NotPublished,
}

/// A CloudWatch alarm that looks at an entry point or at an objective.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct WatchingAlarm {
    /// Whether somebody hears it: `ActionsEnabled` with one of `AlarmActions`, or a composite alarm with both names it in its
    /// `AlarmRule`.
    pub acts: Observed<bool>,
    /// Whether it compares with an anomaly detection band instead of a fixed threshold.
    pub anomaly_band: bool,
    /// `EvaluationPeriods`.
    pub evaluation_periods: Option<i32>,
    /// `AlarmName`.
    pub name: String,
    /// The percentile it looks at: 99 of `p99` and of `PR(:0.5)` (the share within half a
    /// second) below 99; 100 of `Maximum`; nothing for averages and trimmed
    /// means.
    pub percentile: Option<f64>,
    /// `StateValue`: `OK`, `ALARM` or `INSUFFICIENT_DATA`.
    pub state: String,
    /// Since when: `StateTransitionedTimestamp`, or `StateUpdatedTimestamp` where AWS leaves that out.
    pub state_since: Option<Timestamp>,
    /// `Statistic` or `ExtendedStatistic`, or `Stat` of the metric in metric math.
    pub statistic: String,
}

/// A service level objective on the latency of an entry point.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LatencyObjective {
    /// `Name`.
    pub name: String,
    /// The percentile it promises: of the statistic of a period-based objective; of a request-based one its goal, because 99 %
    /// of the requests under a limit is a 99th percentile under it. Nothing for averages.
    pub percentile: Option<f64>,
}

/// A load balancer, API, distribution, function URL or ECS service that requests enter by.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EntryPoint {
    /// What it is.
    pub entry: EntryPointKind,
    /// Whether CloudWatch has its latency (`GetMetricData`): `TargetResponseTime` of a load balancer, `Latency` of an API,
    /// `OriginLatency` of a distribution with additional metrics, `UrlRequestLatency` of a function URL; of an ECS service
    /// and of a Network Load Balancer whether `ListMetrics` has `TargetResponseTime` (Service Connect) of the service, or
    /// `Latency` (Application Signals) of the service or one behind it.
    pub latency_data: Observed<LatencyData>,
    /// The alarms on that latency that fire when it rises (`DescribeAlarms`).
    pub latency_alarms: Observed<Vec<WatchingAlarm>>,
    /// The objectives on its latency (Application Signals `GetServiceLevelObjective`), joined by the metric's dimensions or
    /// by the name of the service.
    pub latency_slos: Observed<Vec<LatencyObjective>>,
    /// Whether an anomaly detector learns one of its metrics (`DescribeAnomalyDetectors`).
    pub anomaly_detector: Observed<bool>,
    /// Alarms with an anomaly band on one of its metrics (`DescribeAlarms`).
    pub anomaly_alarms: Observed<Vec<WatchingAlarm>>,
    /// Whether DevOps Guru analyses it: all resources, its CloudFormation stack or one of its tags (`GetResourceCollection`).
    pub devops_guru: Observed<bool>,
}
