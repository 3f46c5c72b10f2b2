//! Pipelines: which deploy to production, and what tests load before.

use std::sync::Arc;

use rung_rules::{
    facts::{LoadTestGate, LoadTestRunner, Pipeline as Facts},
    model::{Evidence, GapId, Observed, SourceId, Tags},
};

use super::{
    found::{Candidate, Found, Run, horizon},
    script,
    words::{deploys, production, sorted, tools},
};
use crate::{
    at_once,
    aws::{Listing, Place, Read},
    calls::{
        codebuild::Project,
        codepipeline::{self, Action, Pipeline, Stage},
    },
};

/// Pipelines read at once.
const AT_ONCE: usize = 16;
/// Categories of actions that run something.
const RUNNING: &[&str] = &["Build", "Compute", "Invoke", "Test"];
/// Providers of actions that test load.
const LOAD_PROVIDERS: &[&str] = &["BlazeMeter", "StormRunner"];
/// Tags that say where something belongs.
const ENVIRONMENT_TAGS: &[&str] = &["environment", "env", "stage"];

/// The pipelines of a place.
pub(super) struct Pipelines {
    /// Their names.
    pub names: Arc<Listing<Arc<str>>>,
    read: Vec<Arc<Read<Option<Pipeline>>>>,
}

/// Reads every pipeline of the place.
pub(super) async fn read(place: &Place) -> Pipelines {
    let names = codepipeline::names(place).await;
    let read = at_once(AT_ONCE, names.items.iter().map(|name| codepipeline::pipeline(place, name))).await;
    Pipelines { names, read }
}

/// What an action does, as far as load goes.
enum Work<'a> {
    /// It runs this test.
    Runs(&'a Candidate),
    /// Its name, target, commands or provider say that it tests load.
    Says(Vec<&'static str>),
    /// What it runs could not be read.
    Unread(GapId),
    /// It is a test whose steps AWS does not show.
    Hidden,
    /// Something else.
    Else,
}

impl Pipelines {
    /// Why pipelines, and load tests that are actions of theirs, may be missing.
    pub(super) fn gaps(&self) -> impl Iterator<Item = GapId> {
        let unread = self.read.iter().filter_map(|read| match &**read {
            Read::Unknown { gap } => Some(*gap),
            Read::Known { .. } => None,
        });
        self.names.gap.into_iter().chain(unread)
    }

    fn known(&self) -> impl Iterator<Item = (&Pipeline, SourceId)> {
        self.read.iter().filter_map(|read| match &**read {
            Read::Known { value: Some(pipeline), from } => Some((pipeline, *from)),
            _ => None,
        })
    }

    /// ARNs of the pipelines that run a test.
    pub(super) fn that_run(&self, place: &Place, found: &Found, test: &Candidate) -> Vec<Arc<str>> {
        let runs = |(stage, action): (&Stage, &Action)| matches!(work(place, found, stage, action), Work::Runs(runs) if runs.arn == test.arn);
        let those = self.known().filter(|(pipeline, _)| actions(pipeline).any(runs));
        those.map(|(pipeline, _)| arn(place, pipeline)).collect()
    }

    /// Load tests that are actions of pipelines, and neither projects nor state machines of this place.
    pub(super) async fn tests(&self, place: &Place, found: &Found) -> Vec<Candidate> {
        let mut own = Vec::new();
        for (pipeline, from) in self.known() {
            for (stage, action) in actions(pipeline) {
                if let Work::Says(tools) = work(place, found, stage, action) {
                    own.push(of_action(place, pipeline, stage, action, tools, from));
                }
            }
        }
        at_once(AT_ONCE, own.into_iter()).await
    }

    /// The evidence about each pipeline.
    pub(super) fn evidence(&self, place: &Place, found: &Found) -> Vec<Evidence> {
        let each = self.names.items.iter().zip(&self.read);
        each.filter_map(|(name, read)| {
            let (arn, facts) = match &**read {
                Read::Known { value: None, .. } => return None,
                Read::Known { value: Some(pipeline), from } => {
                    (arn(place, pipeline), facts(place, found, pipeline, *from))
                }
                Read::Unknown { gap } => (place.arn("codepipeline", name), unread(*gap)),
            };
            Some(Evidence { subject: place.subject(arn, Some(name), Tags::default()), facts: facts.into() })
        })
        .collect()
    }
}

fn unread(gap: GapId) -> Facts {
    let unknown = Observed::unknown(gap);
    Facts { stages: Observed::unknown(gap), production_stage: unknown, load_test_gate: Observed::unknown(gap) }
}

fn facts(place: &Place, found: &Found, pipeline: &Pipeline, from: SourceId) -> Facts {
    let known = |stage: Option<usize>| Observed::known(stage.map(|stage| stage as u32 + 1), from);
    let (production_stage, load_test_gate) = match first_production(found, pipeline) {
        Ok(None) => (known(None), Observed::known(None, from)),
        Ok(Some((stage, before))) => (known(Some(stage)), gate(place, found, pipeline, stage, before, from)),
        Err(gap) => (Observed::unknown(gap), Observed::unknown(gap)),
    };
    Facts { stages: Observed::known(pipeline.stages.len() as u32, from), production_stage, load_test_gate }
}

/// The first stage that deploys to production, and the run order of the deployment in it.
fn first_production(found: &Found, pipeline: &Pipeline) -> Result<Option<(usize, i32)>, GapId> {
    let mut unread = None;
    for (number, stage) in pipeline.stages.iter().enumerate() {
        let mut before: Option<i32> = None;
        for action in stage.actions.iter().filter(|action| is_deployment(stage, action)) {
            match to_production(found, pipeline, stage, action) {
                Ok(true) => before = Some(before.map_or(action.run_order, |first| first.min(action.run_order))),
                Ok(false) => {}
                Err(gap) => unread = unread.or(Some(gap)),
            }
        }
        if let Some(before) = before {
            // An earlier deployment that could not be judged may be the first.
            return unread.map_or(Ok(Some((number, before))), Err);
        }
    }
    unread.map_or(Ok(None), Err)
}

fn is_deployment(stage: &Stage, action: &Action) -> bool {
    let says = || deploys(&action.name) || deploys(&stage.name);
    &*action.category == "Deploy" || RUNNING.contains(&&*action.category) && says()
}

/// What is nearest to the deployment decides: its stage, the action, what it deploys, its project's tag, the pipeline.
fn to_production(found: &Found, pipeline: &Pipeline, stage: &Stage, action: &Action) -> Result<bool, GapId> {
    let names = [&stage.name, &action.name].into_iter().chain(action.targets.values());
    if let Some(says) = names.into_iter().find_map(|name| production(name)) {
        return Ok(says);
    }
    let project = action.target("ProjectName").map(|name| project_named(found, name));
    let tagged = project.and_then(|project| project).and_then(|project| {
        let mut tags = project.tags.iter();
        tags.find_map(|(key, value)| {
            ENVIRONMENT_TAGS.contains(&key.to_lowercase().as_str()).then(|| production(value)).flatten()
        })
    });
    match (tagged.or_else(|| production(&pipeline.name)), project, found.projects.gap) {
        (Some(says), ..) => Ok(says),
        (None, Some(None), Some(gap)) => Err(gap),
        (None, ..) => Ok(false),
    }
}

fn gate(
    place: &Place,
    found: &Found,
    pipeline: &Pipeline,
    production: usize,
    before: i32,
    from: SourceId,
) -> Observed<Option<LoadTestGate>> {
    let mut best = LoadTestGate::None;
    let mut gap = None;
    for (number, stage) in pipeline.stages.iter().enumerate().take(production + 1) {
        for action in stage.actions.iter().filter(|action| number < production || action.run_order < before) {
            let (ignored, tests) = match work(place, found, stage, action) {
                Work::Runs(test) => (test.script.as_deref().is_some_and(script::ignores_failure), true),
                Work::Says(_) => (script::ignores_failure(&action.commands.join("\n")), true),
                Work::Unread(unread) => {
                    gap = gap.or(Some(unread));
                    continue;
                }
                Work::Hidden => {
                    best = LoadTestGate::Hidden;
                    continue;
                }
                Work::Else => (false, false),
            };
            if tests && !ignored && !stage.skips_failure && !stage.may_be_skipped {
                return Observed::known(Some(LoadTestGate::Stops), from);
            }
            if tests && best == LoadTestGate::None {
                best = LoadTestGate::PassesOn;
            }
        }
    }
    gap.map_or(Observed::known(Some(best), from), Observed::unknown)
}

fn work<'a>(place: &Place, found: &'a Found, stage: &Stage, action: &Action) -> Work<'a> {
    if !RUNNING.contains(&&*action.category) {
        return Work::Else;
    }
    let here = action.region.as_deref().is_none_or(|region| region == &*place.region);
    let project = action.target("ProjectName").filter(|_| here && &*action.provider == "CodeBuild");
    let machine = action.target("StateMachineArn").filter(|_| here);
    let runs = |test: &&Candidate| match test.runner {
        LoadTestRunner::BuildProject => project == Some(&*test.name),
        _ => machine.is_some_and(|machine| test.started_as.iter().any(|arn| &**arn == machine)),
    };
    if let Some(test) = found.tests.iter().find(runs) {
        return Work::Runs(test);
    }
    let project = project.map(|name| project_named(found, name));
    // What could not be read might run the test, and might ignore its failure.
    match (project, machine, found.projects.gap, found.machines.gap) {
        (Some(None), _, Some(gap), _) | (_, Some(_), _, Some(gap)) => return Work::Unread(gap),
        _ => {}
    }
    let tools = tools_said(stage, action);
    if !tools.is_empty() {
        return Work::Says(tools);
    }
    match project {
        Some(Some(project)) if project.buildspec.is_some() => Work::Else,
        _ if &*action.category == "Test" && &*action.provider != "DeviceFarm" => Work::Hidden,
        _ => Work::Else,
    }
}

/// The stage's name speaks for its only action that runs something.
fn tools_said(stage: &Stage, action: &Action) -> Vec<&'static str> {
    let alone = stage.actions.iter().filter(|action| RUNNING.contains(&&*action.category)).count() == 1;
    let names = std::iter::once(&action.name).chain(action.targets.values()).chain(alone.then_some(&stage.name));
    let by_names = names.flat_map(|name| tools(name));
    let by_commands = action.commands.iter().flat_map(|command| script::tools(command));
    let by_provider = LOAD_PROVIDERS.iter().copied().filter(|provider| action.provider.starts_with(provider));
    sorted(by_names.chain(by_commands).chain(by_provider).collect())
}

fn project_named<'a>(found: &'a Found, name: &str) -> Option<&'a Project> {
    found.projects.items.iter().find(|project| &*project.name == name)
}

fn actions(pipeline: &Pipeline) -> impl Iterator<Item = (&Stage, &Action)> {
    pipeline.stages.iter().flat_map(|stage| stage.actions.iter().map(move |action| (stage, action)))
}

fn arn(place: &Place, pipeline: &Pipeline) -> Arc<str> {
    pipeline.arn.clone().unwrap_or_else(|| place.arn("codepipeline", &pipeline.name))
}

/// A pipeline that succeeded has run all of its actions; when exactly this one ran, its list does not tell.
async fn of_action(
    place: &Place,
    pipeline: &Pipeline,
    stage: &Stage,
    action: &Action,
    tools: Vec<&'static str>,
    from: SourceId,
) -> Candidate {
    let since = horizon(place);
    let executions = codepipeline::executions(place, &pipeline.name, since).await;
    let succeeded = executions.items.iter().filter(|execution| &*execution.status == "Succeeded");
    let runs = succeeded.filter_map(|execution| Some(Run { start: execution.start?, end: execution.last_update }));
    let arn = arn(place, pipeline);
    Candidate {
        arn: format!("{arn}/{}/{}", stage.name, action.name).into(),
        name: format!("{}/{}", stage.name, action.name).into(),
        tags: Tags::default(),
        runner: LoadTestRunner::PipelineAction,
        tools,
        script: (!action.commands.is_empty()).then(|| action.commands.join("\n").into()),
        started_as: vec![arn],
        runs: Listing {
            items: runs.filter(|run| run.start >= since).collect(),
            from: executions.from,
            gap: executions.gap,
        },
        report_groups: Vec::new(),
        from,
    }
}
