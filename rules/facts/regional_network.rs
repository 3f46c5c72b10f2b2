//! The network of one account in one region.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::Observed;

/// What there is to measure in one account and region, and what measures latency.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RegionalNetwork {
    /// Whether a VPC of the account has a network interface other than its endpoints'.
    pub vpc_in_use: Observed<bool>,
    /// Whether the internet reaches a load balancer, website or API directly.
    pub public_origin: Observed<bool>,
    /// Whether there is an internet monitor with `Status` `ACTIVE` (Internet Monitor `ListMonitors`).
    pub internet_monitor: Observed<bool>,
    /// Whether there is a network monitor with `state` `ACTIVE` (Network Synthetic Monitor `ListMonitors`).
    pub network_monitor: Observed<bool>,
    /// Whether there is a subscription to latency between zones and regions (EC2
    /// `DescribeAwsNetworkPerformanceMetricSubscriptions`).
    pub performance_subscription: Observed<bool>,
    /// `Timeline.LastStarted` of the canary that has run longest without a stop (Synthetics `DescribeCanaries`, `RUNNING`);
    /// nothing where none runs.
    pub canaries_since: Observed<Option<Timestamp>>,
}
