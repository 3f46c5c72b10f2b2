//! How an account sizes its compute.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::Observed;

/// What of one account and region sizes compute, and whether there is any.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SizingPractice {
    /// Running EC2 instances (EC2 `DescribeInstances`).
    pub instances: Observed<u64>,
    /// Auto Scaling groups (Auto Scaling `DescribeAutoScalingGroups`).
    pub auto_scaling_groups: Observed<u64>,
    /// Active ECS services (ECS `DescribeServices`).
    pub ecs_services: Observed<u64>,
    /// Enrolment in Compute Optimizer, `status` of `GetEnrollmentStatus`: `Active`, `Inactive`, `Pending` or `Failed`;
    /// nothing where it was not asked: the account has no compute in the region.
    pub enrolment: Observed<Option<String>>,
    /// Active Compute Optimizer automation rules whose `recommendedActionTypes` change instances, groups or services
    /// (`ListAutomationRules`). In 2026 AWS has such actions for EBS volumes only.
    pub automation_rules: Observed<u32>,
    /// Whether there is an AWS Config rule made from `DESIRED_INSTANCE_TYPE` (`DescribeConfigRules`).
    pub config_rule_validates: Observed<bool>,
    /// Whether a build project or a step of a pipeline validates sizes, by its name or its commands (CodeBuild
    /// `BatchGetProjects`, CodePipeline `GetPipeline`). A buildspec in a repository is not seen.
    pub pipeline_validates: Observed<bool>,
}
