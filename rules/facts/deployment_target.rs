//! What deployments change.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::Observed;

/// Who deploys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Deployer {
    /// CodeDeploy, to servers.
    CodeDeployServer,
    /// CodeDeploy, to a function.
    CodeDeployLambda,
    /// CodeDeploy, to an ECS service.
    CodeDeployEcs,
    /// ECS itself: `deploymentController` is `ECS`.
    Ecs,
    /// Something else, on an ECS service: `deploymentController` is `EXTERNAL`.
    External,
}

/// A deployment group of CodeDeploy (`BatchGetDeploymentGroups`) or an ECS service that CodeDeploy does not deploy
/// (`DescribeServices`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DeploymentTarget {
    /// Who deploys.
    pub deployer: Observed<Deployer>,
    /// Names of the alarms that stop a deployment: `alarmConfiguration.alarms`, `deploymentConfiguration.alarms.alarmNames`;
    /// empty where that is not enabled. What somebody else deploys to does not show them.
    pub alarms: Observed<Vec<String>>,
    /// Whether at least one of them exists (`DescribeAlarms`).
    pub alarm_exists: Observed<bool>,
    /// Whether such an alarm also rolls back: `DEPLOYMENT_STOP_ON_ALARM` among `autoRollbackConfiguration.events`,
    /// `deploymentConfiguration.alarms.rollback`.
    pub rolls_back: Observed<bool>,
    /// `deploymentConfiguration.deploymentCircuitBreaker.enable`: stops when tasks do not start, which says nothing of a
    /// budget. Nothing for CodeDeploy.
    pub circuit_breaker: Observed<Option<bool>>,
}
