//! Servers behind a load balancer that nothing scales.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::Observed;

/// What a server behind a load balancer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ServerKind {
    /// An EC2 instance registered in a target group.
    Instance,
    /// An ECS service.
    EcsService,
}

/// A server behind a load balancer that nothing scales, or of which that could not be seen. One that is known to scale
/// is no static server and has no record: the Auto Scaling group or the scalable target stands for it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StaticServer {
    /// What it is.
    pub server_kind: ServerKind,
    /// ARNs of the target groups (and names of classic load balancers) that it is registered in (Elastic Load Balancing
    /// `DescribeTargetHealth`, ECS `DescribeServices`).
    pub target_groups: Observed<Vec<String>>,
    /// Whether it is in an Auto Scaling group (`DescribeAutoScalingGroups`: `Instances`), or its service has a scalable
    /// target (Application Auto Scaling `DescribeScalableTargets`).
    pub scaled: Observed<bool>,
}
