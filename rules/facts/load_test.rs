//! What tests load, and chaos.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::Observed;

/// What runs a load test.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LoadTestRunner {
    /// A CodeBuild project.
    BuildProject,
    /// An action of a pipeline that neither a build project nor a state machine runs.
    PipelineAction,
    /// A CloudFormation stack of AWS's solution "Distributed Load Testing on AWS" whose state machine is not seen.
    SolutionStack,
    /// A Step Functions state machine.
    StateMachine,
}

/// What tests load, recognised by the words of its tool in its name, image or script.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LoadTest {
    /// What runs it.
    pub runner: LoadTestRunner,
    /// The tools it was recognised by: `k6`, `locust` ... or `load test` by its name alone.
    pub tools: Vec<String>,
    /// When the latest run began that got as far as the test: a build that ended `SUCCEEDED`, or `FAILED` after its
    /// `BUILD` phase began (CodeBuild `ListBuildsForProject`, `BatchGetBuilds`); a `SUCCEEDED` execution (Step Functions
    /// `ListExecutions`, of the last 90 days; CodePipeline `ListPipelineExecutions`). Nothing without one in 180 days.
    pub last_run: Observed<Option<Timestamp>>,
    /// Whether its script names thresholds that fail the run; nothing where AWS does not hold the script (CodeBuild
    /// `BatchGetProjects`: `source.buildspec` that is the text itself; CodePipeline `GetPipeline`: `commands`).
    pub thresholds: Observed<Option<bool>>,
    /// Whether its script goes on when the tool fails, such as by `|| true`; nothing where AWS does not hold the script.
    pub ignores_failure: Observed<Option<bool>>,
    /// Whether its script compares with a baseline; nothing where AWS does not hold the script.
    pub compares_baseline: Observed<Option<bool>>,
    /// Whether a build of the last 180 days left a report in a report group that is still there (`BatchGetBuilds`:
    /// `reportArns`; `ListReportGroups`).
    pub reports: Observed<bool>,
    /// Whether an enabled schedule starts it, or a pipeline that runs it (EventBridge `ListRules`, `ListTargetsByRule`;
    /// EventBridge Scheduler `ListSchedules`).
    pub scheduled: Observed<bool>,
}

/// An experiment of AWS Fault Injection Service.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Experiment {
    /// `state.status` (`ListExperiments`): `completed`, `stopped`, `failed` ... AWS forgets experiments after 120 days.
    pub status: Observed<String>,
    /// `creationTime`: experiments last 12 hours at most, so that it stands for the end.
    pub created_at: Observed<Timestamp>,
}
