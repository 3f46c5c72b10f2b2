//! What tests load in a place, with its runs. Builds and executions are read only of what is recognised.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use rung_rules::{
    facts::LoadTestRunner,
    model::{Cause, SourceId, Tags},
};

use super::{
    script,
    words::{SOLUTION, sorted, tools},
};
use crate::{
    at_once,
    aws::{Listing, Place},
    calls::{
        cloudformation::{self, DESCRIBE_STACKS, Stack},
        codebuild::{self, Build, Project},
        sfn::{self, LIST_EXECUTIONS, StateMachine},
    },
};

/// Runs older than this are not read: the longest that a rule looks back.
const RUN_DAYS: i64 = 180;
/// Tests whose runs are read at once.
const AT_ONCE: usize = 16;

/// What tests load in a place, and the lists in which it was looked for.
#[derive(Debug)]
pub(crate) struct Found {
    /// Build projects, state machines, and stacks without a state machine, that test load.
    pub tests: Vec<Candidate>,
    /// Every build project.
    pub projects: Arc<Listing<Project>>,
    /// Every state machine.
    pub machines: Arc<Listing<StateMachine>>,
    /// Every stack.
    pub stacks: Arc<Listing<Stack>>,
}

/// Something that tests load.
#[derive(Debug)]
pub(crate) struct Candidate {
    /// Its ARN.
    pub arn: Arc<str>,
    /// Its name.
    pub name: Arc<str>,
    /// Its tags, where the list has them.
    pub tags: Tags,
    /// What runs it.
    pub runner: LoadTestRunner,
    /// The tools it was recognised by.
    pub tools: Vec<&'static str>,
    /// Its script, where AWS holds it.
    pub script: Option<Arc<str>>,
    /// ARNs by which schedules start it.
    pub started_as: Vec<Arc<str>>,
    /// Runs that got as far as the test, newest first.
    pub runs: Listing<Run>,
    /// Report groups that hold reports of its builds.
    pub report_groups: Vec<Arc<str>>,
    /// The answer it was read from.
    pub from: SourceId,
}

/// A run of a load test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Run {
    /// When it began.
    pub start: Timestamp,
    /// When it ended.
    pub end: Option<Timestamp>,
}

/// So long ago that no rule looks.
pub(super) fn horizon(place: &Place) -> Timestamp {
    place.span.now - SignedDuration::from_hours(RUN_DAYS * 24)
}

/// What tests load in the place.
pub(crate) async fn found(place: &Place) -> Arc<Found> {
    place.memo(&codebuild::LIST_PROJECTS, "load tests", look(place)).await
}

async fn look(place: &Place) -> Found {
    let (projects, machines, stacks) =
        futures::join!(codebuild::projects(place), sfn::state_machines(place), cloudformation::stacks(place));
    let of_projects = projects.items.iter().map(|project| (project, tools_of(project)));
    let of_projects = of_projects.filter(|(_, tools)| !tools.is_empty());
    let of_machines = machines.items.iter().map(|machine| (machine, tools(&machine.name)));
    let of_machines = of_machines.filter(|(_, tools)| !tools.is_empty());
    let (projects_found, mut found) = futures::join!(
        at_once(AT_ONCE, of_projects.map(|(project, tools)| of_project(place, project, tools))),
        at_once(AT_ONCE, of_machines.map(|(machine, tools)| of_machine(place, machine, tools, machines.from))),
    );
    // Its machine has the solution's runs, and is its subject whether stacks can be read or not.
    if !found.iter().any(|machine| machine.tools.contains(&SOLUTION)) {
        let solutions = stacks.items.iter().filter(|stack| stack.stands() && is_solution(stack));
        found.extend(solutions.map(|stack| of_stack(place, stack, &machines)));
    }
    let tests = projects_found.into_iter().chain(found).collect();
    Found { tests, projects, machines, stacks }
}

fn tools_of(project: &Project) -> Vec<&'static str> {
    let by_name = tools(&project.name).into_iter().chain(project.image.iter().flat_map(|image| tools(image)));
    let all: Vec<_> = by_name.chain(project.buildspec.iter().flat_map(|spec| script::tools(spec))).collect();
    sorted(all)
}

fn is_solution(stack: &Stack) -> bool {
    let says = |text: &str| tools(text).contains(&SOLUTION);
    says(&stack.name) || stack.description.as_deref().is_some_and(says)
}

async fn of_project(place: &Place, project: &Project, tools: Vec<&'static str>) -> Candidate {
    let since = horizon(place);
    let builds = codebuild::builds(place, &project.name, since).await;
    let recent = || builds.items.iter().filter(|build| build.start.is_some_and(|start| start >= since));
    let run = |build: &Build| Some(Run { start: build.start?, end: build.end });
    let runs = recent().filter(|build| tested(build)).filter_map(run).collect();
    Candidate {
        arn: project.arn.clone(),
        name: project.name.clone(),
        tags: project.tags.clone(),
        runner: LoadTestRunner::BuildProject,
        tools,
        script: project.buildspec.clone(),
        started_as: vec![project.arn.clone()],
        runs: Listing { items: runs, from: builds.from, gap: builds.gap },
        report_groups: sorted(recent().flat_map(|build| build.report_groups.clone()).collect()),
        from: project.from,
    }
}

/// A test that failed its thresholds has run; a build that failed while it installed the tool has not.
fn tested(build: &Build) -> bool {
    &*build.status == "SUCCEEDED" || &*build.status == "FAILED" && build.built
}

async fn of_machine(place: &Place, machine: &StateMachine, tools: Vec<&'static str>, from: SourceId) -> Candidate {
    let runs = if machine.standard {
        let executions = sfn::executions(place, &machine.arn).await;
        let run = |one: &sfn::Success| Some(Run { start: one.start?, end: one.stop });
        Listing { items: executions.items.iter().filter_map(run).collect(), from: executions.from, gap: executions.gap }
    } else {
        let gap = place.gap(&LIST_EXECUTIONS, "executions of express state machines", Cause::NotReported, "");
        Listing { items: Vec::new(), from, gap: Some(gap) }
    };
    Candidate {
        arn: machine.arn.clone(),
        name: machine.name.clone(),
        tags: Tags::default(),
        runner: LoadTestRunner::StateMachine,
        tools,
        script: None,
        started_as: vec![machine.arn.clone()],
        runs,
        report_groups: Vec::new(),
        from,
    }
}

/// A solution whose state machine, by which it runs its tests, is not among those listed.
fn of_stack(place: &Place, stack: &Stack, machines: &Listing<StateMachine>) -> Candidate {
    let unseen = || place.gap(&DESCRIBE_STACKS, "runs of Distributed Load Testing", Cause::NotReported, "");
    Candidate {
        arn: stack.arn.clone(),
        name: stack.name.clone(),
        tags: stack.tags.clone(),
        runner: LoadTestRunner::SolutionStack,
        tools: vec![SOLUTION],
        script: None,
        started_as: Vec::new(),
        runs: Listing { items: Vec::new(), from: machines.from, gap: Some(machines.gap.unwrap_or_else(unseen)) },
        report_groups: Vec::new(),
        from: machines.from,
    }
}
