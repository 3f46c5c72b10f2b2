//! CodePipeline: pipelines, their stages in order, and when they ran. Of an action's configuration only what names its
//! target is kept: tokens, inputs and environment variables stay out.

use std::{collections::BTreeMap, sync::Arc};

use aws_sdk_codepipeline::types::{ActionDeclaration, Condition, PipelineDeclaration, StageDeclaration};
use jiff::Timestamp;

use super::{Call, call, time::timestamp};
use crate::aws::{Listing, PageEnd, Place, Read, drain, once, pages};

call!(LIST_PIPELINES, "codepipeline", "CodePipeline", "ListPipelines", "pipelines");
call!(
    GET_PIPELINE,
    "codepipeline",
    "CodePipeline",
    "GetPipeline",
    "stages and actions of a pipeline: gates before production"
);
call!(
    LIST_PIPELINE_EXECUTIONS,
    "codepipeline",
    "CodePipeline",
    "ListPipelineExecutions",
    "when a pipeline with a load test ran"
);

pub(crate) static CALLS: &[&Call] = &[&LIST_PIPELINES, &GET_PIPELINE, &LIST_PIPELINE_EXECUTIONS];

/// Keys of an action's configuration that say what it works on. Nothing else of it is kept.
const TARGET_KEYS: &[&str] = &[
    "ApplicationName",
    "BucketName",
    "ClusterName",
    "DeploymentGroupName",
    "EnvironmentName",
    "FunctionName",
    "ProjectName",
    "ServiceName",
    "StackName",
    "StateMachineArn",
];

/// A pipeline, as `GetPipeline` shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct Pipeline {
    /// `pipeline.name`.
    pub name: Arc<str>,
    /// `metadata.pipelineArn`.
    pub arn: Option<Arc<str>>,
    /// `pipeline.stages`, in the order in which they run.
    pub stages: Vec<Stage>,
}

/// A stage of a pipeline.
#[derive(Clone, Debug, PartialEq)]
pub struct Stage {
    /// `name`.
    pub name: Arc<str>,
    /// `actions`, in the order of the declaration; those with the same run order run side by side.
    pub actions: Vec<Action>,
    /// Whether a failure lets the pipeline go on: `onFailure.result`, or a condition of `onFailure`, is `SKIP`.
    pub skips_failure: bool,
    /// Whether a condition of `beforeEntry` may pass the stage over: its `result` is `SKIP`.
    pub may_be_skipped: bool,
}

/// An action of a stage.
#[derive(Clone, Debug, PartialEq)]
pub struct Action {
    /// `name`.
    pub name: Arc<str>,
    /// `actionTypeId.category`: `Source`, `Build`, `Deploy`, `Test`, `Invoke`, `Approval`, `Compute`.
    pub category: Arc<str>,
    /// `actionTypeId.provider`: `CodeBuild`, `CodeDeploy`, `StepFunctions` ...
    pub provider: Arc<str>,
    /// `runOrder`; one when AWS leaves it out.
    pub run_order: i32,
    /// `region`, where it is not the pipeline's own.
    pub region: Option<Arc<str>>,
    /// What of `configuration` names a target, such as `ProjectName`.
    pub targets: BTreeMap<Arc<str>, Arc<str>>,
    /// `commands` of a Commands action.
    pub commands: Vec<Arc<str>>,
}

impl Action {
    /// A target of the action by its key of `configuration`.
    pub fn target(&self, key: &str) -> Option<&str> {
        self.targets.get(key).map(|value| &**value)
    }
}

/// An execution of a pipeline.
#[derive(Clone, Debug, PartialEq)]
pub struct Execution {
    /// `status`: `Succeeded`, `Failed`, `InProgress` ...
    pub status: Arc<str>,
    /// `startTime`.
    pub start: Option<Timestamp>,
    /// `lastUpdateTime`: when it ended, if it has.
    pub last_update: Option<Timestamp>,
}

/// Names of the place's pipelines.
pub async fn names(place: &Place) -> Arc<Listing<Arc<str>>> {
    let stream = place.clients.codepipeline().list_pipelines().into_paginator().page_size(1000).send();
    let read = drain(place, &LIST_PIPELINES, "", stream, |page, items| {
        let pipelines = page.pipelines.unwrap_or_default();
        items.extend(pipelines.into_iter().filter_map(|pipeline| pipeline.name).map(Arc::from));
    });
    place.memo(&LIST_PIPELINES, "", read).await
}

/// One pipeline; nothing when it went away since it was listed.
pub async fn pipeline(place: &Place, name: &str) -> Arc<Read<Option<Pipeline>>> {
    let answer = place.clients.codepipeline().get_pipeline().name(name).send();
    let gone = &["PipelineNotFoundException"];
    let read = once(
        place,
        &GET_PIPELINE,
        name,
        answer,
        |answer| {
            let arn = answer.metadata.and_then(|metadata| metadata.pipeline_arn);
            answer.pipeline.map(|pipeline| slim(pipeline, arn))
        },
        gone,
        || Some(None),
    );
    place.memo(&GET_PIPELINE, name, read).await
}

/// A pipeline's executions since then, newest first; AWS keeps them for a year.
pub async fn executions(place: &Place, name: &str, since: Timestamp) -> Arc<Listing<Execution>> {
    let client = place.clients.codepipeline();
    let read = pages(
        place,
        &LIST_PIPELINE_EXECUTIONS,
        name,
        |token| client.list_pipeline_executions().pipeline_name(name).set_next_token(token).max_results(100).send(),
        |page, items| {
            let executions = page.pipeline_execution_summaries.unwrap_or_default();
            items.extend(executions.into_iter().map(|execution| Execution {
                status: execution.status.map_or_else(|| "".into(), |status| status.as_str().into()),
                start: execution.start_time.and_then(timestamp),
                last_update: execution.last_update_time.and_then(timestamp),
            }));
            let past = |execution: &Execution| execution.start.is_some_and(|start| start < since);
            page.next_token.filter(|_| !items.last().is_some_and(past)).map_or(PageEnd::Last, PageEnd::More)
        },
    );
    place.memo(&LIST_PIPELINE_EXECUTIONS, name, read).await
}

fn slim(pipeline: PipelineDeclaration, arn: Option<String>) -> Pipeline {
    Pipeline {
        name: pipeline.name.into(),
        arn: arn.map(Arc::from),
        stages: pipeline.stages.into_iter().map(stage).collect(),
    }
}

fn stage(stage: StageDeclaration) -> Stage {
    let on_failure = stage.on_failure.as_ref();
    let result = on_failure.and_then(|failure| failure.result.as_ref());
    let failure = on_failure.and_then(|failure| failure.conditions.as_deref()).unwrap_or_default();
    let entry = stage.before_entry.as_ref().map(|entry| &*entry.conditions).unwrap_or_default();
    Stage {
        name: stage.name.into(),
        skips_failure: result.is_some_and(|result| result.as_str() == "SKIP") || failure.iter().any(skips),
        may_be_skipped: entry.iter().any(skips),
        actions: stage.actions.into_iter().map(action).collect(),
    }
}

fn skips(condition: &Condition) -> bool {
    condition.result.as_ref().is_some_and(|result| result.as_str() == "SKIP")
}

fn action(action: ActionDeclaration) -> Action {
    let (category, provider) = match action.action_type_id {
        Some(id) => (id.category.as_str().into(), id.provider.into()),
        None => ("".into(), "".into()),
    };
    let configuration = action.configuration.unwrap_or_default().into_iter();
    let targets = configuration.filter(|(key, _)| TARGET_KEYS.contains(&key.as_str()));
    Action {
        name: action.name.into(),
        category,
        provider,
        run_order: action.run_order.unwrap_or(1),
        region: action.region.map(Arc::from),
        targets: targets.map(|(key, value)| (key.into(), value.into())).collect(),
        commands: action.commands.unwrap_or_default().into_iter().map(Arc::from).collect(),
    }
}
