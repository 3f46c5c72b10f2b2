//! What Compute Optimizer sizes besides single instances.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::Observed;

/// What a sized resource is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SizedKind {
    /// An Auto Scaling group: the type of its instances.
    AutoScalingGroup,
    /// An ECS service: CPU and memory of its tasks. Compute Optimizer looks at services on Fargate.
    EcsService,
}

/// An Auto Scaling group (Auto Scaling `DescribeAutoScalingGroups`) or an ECS service (ECS `DescribeServices`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SizedResource {
    /// What it is.
    pub sized_kind: SizedKind,
    /// Compute Optimizer's finding (`GetAutoScalingGroupRecommendations`, `GetECSServiceRecommendations`): `Optimized`,
    /// `NotOptimized`, `Overprovisioned` or `Underprovisioned`; nothing where it has findings in the account and region but
    /// none about this resource.
    pub optimizer_finding: Observed<Option<String>>,
}
