//! How one's own software is built, tested and deployed.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::Observed;

/// What stands before the first deployment to production.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LoadTestGate {
    /// A load test whose failure stops the pipeline.
    Stops,
    /// A load test whose failure lets the pipeline go on: the stage may be skipped, or the script ignores it.
    PassesOn,
    /// No known load test, but a test whose steps AWS does not show: a buildspec in the repository, another provider.
    Hidden,
    /// Nothing that tests load.
    None,
}

/// A pipeline of CodePipeline.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Pipeline {
    /// How many stages it has (`GetPipeline`).
    pub stages: Observed<u32>,
    /// The number of the first stage that deploys to production, from 1: a deployment whose stage, action, target or build
    /// project's tag says so, or whose pipeline does where they say nothing. Nothing without one.
    pub production_stage: Observed<Option<u32>>,
    /// What tests load before that deployment; nothing for a pipeline that does not deploy to production.
    pub load_test_gate: Observed<Option<LoadTestGate>>,
}

/// What was searched for pipelines, load tests and experiments in one account and region.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RegionalDelivery {
    /// Build projects (CodeBuild `ListProjects`, `BatchGetProjects`).
    pub build_projects: Observed<u64>,
    /// State machines (Step Functions `ListStateMachines`).
    pub state_machines: Observed<u64>,
    /// Stacks (CloudFormation `DescribeStacks`).
    pub stacks: Observed<u64>,
    /// Pipelines (CodePipeline `ListPipelines`).
    pub pipelines: Observed<u64>,
    /// Templates of experiments (FIS `ListExperimentTemplates`).
    pub experiment_templates: Observed<u64>,
}
