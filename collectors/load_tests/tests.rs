use std::sync::Arc;

use pretty_assertions::assert_eq;
use rung_rules::{
    facts::{Experiment, Facts, Kind, LoadTest, LoadTestGate, LoadTestRunner, Pipeline, RegionalDelivery},
    model::{Cause, Observed},
};

use super::of_place;
use crate::{Collected, aws::Place, testing::place};

const ALL: &[&str] = &[
    "codebuild.ListProjects/load-tests",
    "codebuild.BatchGetProjects/load-tests",
    "codebuild.ListBuildsForProject/load-tests",
    "codebuild.BatchGetBuilds/load-tests",
    "codebuild.ListReportGroups/two-pages",
    "states.ListStateMachines/load-tests",
    "states.ListExecutions/load-tests",
    "cloudformation.DescribeStacks/two-pages",
    "codepipeline.ListPipelines/load-tests",
    "codepipeline.GetPipeline/load-tests",
    "codepipeline.ListPipelineExecutions/load-tests",
    "events.ListRules/load-tests",
    "events.ListTargetsByRule/load-tests",
    "scheduler.ListSchedules/two-pages",
    "fis.ListExperiments/two-pages",
    "fis.ListExperimentTemplates/two-pages",
];
const NONE: &[&str] = &[
    "codebuild.ListProjects/empty",
    "states.ListStateMachines/empty",
    "cloudformation.DescribeStacks/empty",
    "codepipeline.ListPipelines/empty",
    "fis.ListExperiments/empty",
    "fis.ListExperimentTemplates/empty",
];

/// The cases with those of some operations replaced: a case takes the place of every other of its operation.
fn with<'a>(cases: &[&'a str], instead: &[&'a str]) -> Vec<&'a str> {
    let operation = |case: &str| case.split('/').next().unwrap().to_owned();
    let replaced = |case: &&&str| !instead.iter().any(|other| operation(other) == operation(case));
    cases.iter().filter(replaced).chain(instead).copied().collect()
}

/// What a place of these cases holds; no answer may be missing.
async fn collected(cases: &[&str]) -> (Arc<Place>, Collected) {
    let place = place("us-east-1", cases);
    let collected = of_place(&place).await;
    let unrecorded =
        place.span.registry.snapshot().1.into_iter().filter(|gap| gap.detail.contains("the recording has"));
    assert_eq!(unrecorded.map(|gap| gap.detail).collect::<Vec<_>>(), [""; 0]);
    (place, collected)
}

fn named<'a, T: 'a>(collected: &'a Collected, end: &str, of: impl Fn(&'a Facts) -> Option<&'a T>) -> &'a T {
    let mut all = collected.evidence.iter().filter(|one| one.subject.arn.ends_with(end));
    all.find_map(|one| of(&one.facts)).unwrap_or_else(|| panic!("nothing named {end}"))
}

fn load_test<'a>(collected: &'a Collected, end: &str) -> &'a LoadTest {
    named(collected, end, |facts| if let Facts::LoadTest(test) = facts { Some(&**test) } else { None })
}

fn pipeline<'a>(collected: &'a Collected, name: &str) -> &'a Pipeline {
    let end = format!(":{name}");
    named(collected, &end, |facts| if let Facts::Pipeline(one) = facts { Some(&**one) } else { None })
}

fn region(collected: &Collected) -> &RegionalDelivery {
    named(collected, "delivery", |facts| if let Facts::RegionalDelivery(one) = facts { Some(&**one) } else { None })
}

fn experiments(collected: &Collected) -> Vec<&Experiment> {
    let of = |facts: &'_ Facts| matches!(facts, Facts::Experiment(_));
    let those = collected.evidence.iter().filter(|one| of(&one.facts));
    those.filter_map(|one| if let Facts::Experiment(one) = &one.facts { Some(&**one) } else { None }).collect()
}

fn count(collected: &Collected, kind: Kind) -> usize {
    collected.evidence.iter().filter(|one| one.facts.kind() == kind).count()
}

fn unseen(collected: &Collected, kind: Kind) -> usize {
    collected.unseen.iter().filter(|one| one.kind == kind).count()
}

fn known<T: Clone>(fact: &Observed<T>) -> T {
    fact.value().cloned().expect("a fact that was read")
}

fn why<T: std::fmt::Debug>(place: &Place, fact: &Observed<T>) -> (String, Cause) {
    let Observed::Unknown { gap } = fact else { panic!("expected unknown, got {fact:?}") };
    let gaps = place.span.registry.snapshot().1;
    let gap = gaps.iter().find(|known| known.id == *gap).expect("a gap that is registered");
    (gap.operation.clone(), gap.cause)
}

fn days(place: &Place, fact: &Observed<Option<jiff::Timestamp>>) -> Option<i64> {
    known(fact).map(|at| place.span.now.duration_since(at).as_hours() / 24)
}

#[tokio::test]
async fn what_tests_load() {
    let (place, all) = collected(ALL).await;
    assert_eq!(count(&all, Kind::LoadTest), 6, "neither heyday-report nor the stack that was rolled back");
    assert!(all.unseen.is_empty());

    let k6 = load_test(&all, "project/checkout-k6");
    assert_eq!((k6.runner, k6.tools.as_slice()), (LoadTestRunner::BuildProject, ["k6".to_owned()].as_slice()));
    assert_eq!(days(&place, &k6.last_run), Some(12), "the build two days ago failed while it installed");
    assert_eq!((known(&k6.thresholds), known(&k6.ignores_failure)), (Some(true), Some(false)));
    assert_eq!((known(&k6.compares_baseline), known(&k6.reports)), (Some(true), true));
    assert!(known(&k6.scheduled), "the pipeline shop runs it, and a rule starts that");

    let locust = load_test(&all, "project/nightly-perf");
    assert_eq!(locust.tools, ["locust"]);
    assert_eq!((known(&locust.last_run), known(&locust.reports)), (None, false));
    assert_eq!((known(&locust.thresholds), known(&locust.ignores_failure)), (Some(false), Some(true)));
    assert!(!known(&locust.scheduled));

    let gatling = load_test(&all, "stateMachine:shop-gatling");
    assert_eq!((gatling.runner, days(&place, &gatling.last_run)), (LoadTestRunner::StateMachine, Some(5)));
    assert_eq!(known(&gatling.thresholds), None, "AWS does not hold its script");
    assert!(known(&gatling.scheduled), "a schedule starts its alias");

    let express = load_test(&all, "stateMachine:artillery-quick");
    assert_eq!(why(&place, &express.last_run), ("states:ListExecutions".to_owned(), Cause::NotReported));

    let solution = load_test(&all, "8A9B0C1D-x1Y2");
    assert_eq!((solution.runner, days(&place, &solution.last_run)), (LoadTestRunner::StateMachine, Some(60)));

    let action = load_test(&all, "media/LoadTest/Run");
    assert_eq!(
        (action.runner, action.tools.as_slice()),
        (LoadTestRunner::PipelineAction, ["artillery".to_owned(), "load test".to_owned()].as_slice())
    );
    assert_eq!(days(&place, &action.last_run), Some(6), "the execution yesterday failed");
    assert_eq!(known(&action.thresholds), Some(false));
}

#[tokio::test]
async fn gates_of_pipelines() {
    let (_, all) = collected(ALL).await;
    let of = |name| {
        let one = pipeline(&all, name);
        (known(&one.stages), known(&one.production_stage), known(&one.load_test_gate))
    };
    assert_eq!(of("shop"), (5, Some(5), Some(LoadTestGate::Stops)));
    assert_eq!(of("payments"), (3, Some(3), Some(LoadTestGate::None)), "its deployment group says live");
    assert_eq!(of("docs"), (4, Some(4), Some(LoadTestGate::Hidden)), "its project's tag says production");
    assert_eq!(of("media"), (3, Some(3), Some(LoadTestGate::PassesOn)), "the stage is skipped when it fails");
    assert_eq!(count(&all, Kind::Pipeline), 4, "the one that is gone is left out");
}

#[tokio::test]
async fn a_gate_stands_before_and_stops() {
    for (case, production, expected) in [
        ("same-stage", Some(2), Some(LoadTestGate::Stops)),
        ("after-production", Some(2), Some(LoadTestGate::None)),
        ("beside-production", Some(2), Some(LoadTestGate::None)),
        ("may-be-skipped", Some(3), Some(LoadTestGate::PassesOn)),
        ("condition-skips", Some(3), Some(LoadTestGate::PassesOn)),
        ("rolls-back", Some(3), Some(LoadTestGate::Stops)),
        ("ignores-failure", Some(3), Some(LoadTestGate::PassesOn)),
        ("state-machine", Some(3), Some(LoadTestGate::Stops)),
        ("third-party", Some(3), Some(LoadTestGate::Stops)),
        ("other-region", Some(3), Some(LoadTestGate::Stops)),
        ("staging-only", None, None),
    ] {
        let shop = format!("codepipeline.GetPipeline/{case}");
        let place = place("us-east-1", &with(ALL, &["codepipeline.ListPipelines/shop", &shop]));
        let all = of_place(&place).await;
        let one = pipeline(&all, "shop");
        assert_eq!((known(&one.production_stage), known(&one.load_test_gate)), (production, expected), "{case}");
    }
}

#[tokio::test]
async fn experiments_and_templates() {
    let (place, all) = collected(ALL).await;
    let [completed, stopped, without] = experiments(&all)[..] else { panic!("three experiments") };
    assert_eq!(known(&completed.status), "completed");
    assert_eq!(days(&place, &completed.created_at.map(Some)), Some(20));
    assert_eq!(known(&stopped.status), "stopped");
    assert_eq!(why(&place, &without.status), ("fis:ListExperiments".to_owned(), Cause::NotReported));
    assert_eq!(known(&region(&all).experiment_templates), 2);
}

#[tokio::test]
async fn what_was_searched() {
    let (_, all) = collected(ALL).await;
    let found = region(&all);
    let counts = [&found.build_projects, &found.state_machines, &found.stacks, &found.pipelines].map(known);
    assert_eq!(counts, [5, 4, 3, 5]);
}

#[tokio::test]
async fn nothing_there_asks_for_nothing_more() {
    let (place, none) = collected(NONE).await;
    assert_eq!(none.evidence.len(), 1, "only what was searched");
    assert!(none.unseen.is_empty());
    assert_eq!(known(&region(&none).build_projects), 0);
    assert!(place.span.registry.snapshot().0.iter().all(|source| source.service != "scheduler"));
}

#[tokio::test]
async fn builds_under_way_and_stopped_are_no_runs() {
    let instead = &["codebuild.ListBuildsForProject/last-page", "codebuild.BatchGetBuilds/in-progress"];
    let (_, all) = collected(&with(ALL, instead)).await;
    assert_eq!(known(&load_test(&all, "project/checkout-k6").last_run), None);
}

#[tokio::test]
async fn denied_projects_leave_load_tests_unseen() {
    let (place, all) = collected(&with(ALL, &["codebuild.ListProjects/denied"])).await;
    assert_eq!(unseen(&all, Kind::LoadTest), 1);
    assert_eq!(why(&place, &region(&all).build_projects).0, "codebuild:ListProjects");
    assert_eq!(why(&place, &pipeline(&all, "shop").load_test_gate).0, "codebuild:ListProjects");
    assert_eq!(why(&place, &pipeline(&all, "docs").production_stage).0, "codebuild:ListProjects");
    assert_eq!(known(&pipeline(&all, "media").load_test_gate), Some(LoadTestGate::PassesOn), "its commands say it");

    let (place, all) = collected(&with(ALL, &["codebuild.BatchGetProjects/load-tests-denied"])).await;
    assert_eq!(unseen(&all, Kind::LoadTest), 1);
    assert_eq!(why(&place, &region(&all).build_projects).0, "codebuild:BatchGetProjects");
}

#[tokio::test]
async fn a_project_that_went_away_is_no_gap() {
    let (_, all) = collected(&with(ALL, &["codebuild.BatchGetProjects/one-gone"])).await;
    assert_eq!((count(&all, Kind::LoadTest), unseen(&all, Kind::LoadTest)), (5, 0));
}

#[tokio::test]
async fn denied_runs_are_unknown() {
    let last_run = |place: &Place, all: &Collected, end: &str| why(place, &load_test(all, end).last_run).0;
    let (place, all) = collected(&with(ALL, &["codebuild.BatchGetBuilds/denied"])).await;
    assert_eq!(last_run(&place, &all, "project/checkout-k6"), "codebuild:BatchGetBuilds");
    assert_eq!(why(&place, &load_test(&all, "project/checkout-k6").reports).0, "codebuild:BatchGetBuilds");

    let (place, all) = collected(&with(ALL, &["codepipeline.ListPipelineExecutions/denied"])).await;
    assert_eq!(last_run(&place, &all, "media/LoadTest/Run"), "codepipeline:ListPipelineExecutions");

    // The other machines' executions and projects' builds are not recorded here: gaps as well.
    let cases = with(ALL, &["states.ListExecutions/shop-gatling-denied", "codebuild.ListBuildsForProject/denied"]);
    let place = self::place("us-east-1", &cases);
    let all = of_place(&place).await;
    assert_eq!(last_run(&place, &all, "stateMachine:shop-gatling"), "states:ListExecutions");
    assert_eq!(last_run(&place, &all, "project/checkout-k6"), "codebuild:ListBuildsForProject");
}

#[tokio::test]
async fn denied_reports_and_schedules_are_unknown() {
    let (place, all) = collected(&with(ALL, &["codebuild.ListReportGroups/denied"])).await;
    assert_eq!(why(&place, &load_test(&all, "project/checkout-k6").reports).0, "codebuild:ListReportGroups");
    let (_, all) = collected(&with(ALL, &["codebuild.ListReportGroups/empty"])).await;
    assert!(!known(&load_test(&all, "project/checkout-k6").reports), "the group is gone");

    let scheduled = |place: &Place, all: &Collected| why(place, &load_test(all, "project/nightly-perf").scheduled).0;
    for case in
        ["events.ListRules/denied", "scheduler.ListSchedules/denied", "events.ListTargetsByRule/load-tests-denied"]
    {
        let (place, all) = collected(&with(ALL, &[case])).await;
        assert_eq!(
            Some(scheduled(&place, &all).as_str()),
            case.split('/').next().map(|name| name.replace('.', ":")).as_deref()
        );
        let found_anyway = case.starts_with("events");
        assert_eq!(
            load_test(&all, "stateMachine:shop-gatling").scheduled.value(),
            found_anyway.then_some(&true),
            "{case}"
        );
    }
    let (_, all) = collected(&with(ALL, &["events.ListRules/none", "scheduler.ListSchedules/empty"])).await;
    assert!(!known(&load_test(&all, "project/checkout-k6").scheduled));
}

#[tokio::test]
async fn denied_pipelines_stacks_machines_and_experiments() {
    let (place, all) = collected(&with(ALL, &["codepipeline.ListPipelines/denied"])).await;
    assert_eq!((unseen(&all, Kind::Pipeline), unseen(&all, Kind::LoadTest)), (1, 1));
    assert_eq!(why(&place, &load_test(&all, "project/nightly-perf").scheduled).0, "codepipeline:ListPipelines");

    let one = with(ALL, &["codepipeline.ListPipelines/shop", "codepipeline.GetPipeline/shop-denied"]);
    let (place, all) = collected(&one).await;
    assert_eq!(why(&place, &pipeline(&all, "shop").load_test_gate).0, "codepipeline:GetPipeline");
    assert_eq!(unseen(&all, Kind::LoadTest), 1, "an action of it may be a load test");

    let (place, all) = collected(&with(ALL, &["cloudformation.DescribeStacks/denied"])).await;
    assert_eq!(unseen(&all, Kind::LoadTest), 1);
    assert_eq!(why(&place, &region(&all).stacks).0, "cloudformation:DescribeStacks");
    assert_eq!(days(&place, &load_test(&all, "8A9B0C1D-x1Y2").last_run), Some(60), "the same as with its stack");

    let (place, all) = collected(&with(ALL, &["states.ListStateMachines/denied"])).await;
    assert_eq!(unseen(&all, Kind::LoadTest), 1);
    let stack = load_test(&all, "stack/perf-lab/0f1e");
    assert_eq!(stack.runner, LoadTestRunner::SolutionStack);
    let cannot_be_listed = ("states:ListStateMachines".to_owned(), Cause::DeniedByIdentityPolicy);
    assert_eq!(why(&place, &stack.last_run), cannot_be_listed);
    assert_eq!(why(&place, &stack.compares_baseline), cannot_be_listed);
    assert_eq!(why(&place, &stack.reports), cannot_be_listed);
    assert_eq!(why(&place, &stack.scheduled), cannot_be_listed);

    // The solution's stack in a region that only sends load has no machine.
    let (place, all) = collected(&with(ALL, &["states.ListStateMachines/empty"])).await;
    let gap = why(&place, &load_test(&all, "stack/perf-lab/0f1e").last_run);
    assert_eq!(gap, ("cloudformation:DescribeStacks".to_owned(), Cause::NotReported));

    let (place, all) =
        collected(&with(ALL, &["fis.ListExperiments/denied", "fis.ListExperimentTemplates/denied"])).await;
    assert_eq!((unseen(&all, Kind::Experiment), count(&all, Kind::Experiment)), (1, 0));
    assert_eq!(why(&place, &region(&all).experiment_templates).0, "fis:ListExperimentTemplates");
}

#[tokio::test]
async fn the_global_place_has_none() {
    let place = place(crate::aws::GLOBAL, &[]);
    assert!(of_place(&place).await.evidence.is_empty());
}
