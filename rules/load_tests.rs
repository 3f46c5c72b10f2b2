//! WAF-PERF-060 Load Tests: what tests load, whether it stands between a change and production, and chaos experiments.
//!
//! Pipelines and load tests outside AWS are invisible: where none is seen, a person has to attest. What is seen and shows the
//! contrary is unmet: a pipeline that deploys to production without a load test.
//! Thresholds mostly live in the test's own script in the repository: a buildspec without them proves nothing.

use crate::{
    facts::{Experiment, LoadTest, LoadTestGate, Pipeline, RegionalDelivery, Test, every},
    model::{Bar, Basis, Context, Criterion, Effort, Level, Nothing, Threshold, Truth},
};

static RECENT_DAYS: Threshold = Threshold {
    name: "060.load_test_days",
    default: 180.0,
    unit: "days",
    reason: "major releases come at least twice a year: a test older than half a year was before none of them",
};
static CONTINUOUS_DAYS: Threshold = Threshold {
    name: "060.continuous_load_days",
    default: 7.0,
    unit: "days",
    reason: "continuous means that no week goes by without a run",
};
static CHAOS_DAYS: Threshold =
    Threshold { name: "060.chaos_experiment_days", default: 90.0, unit: "days", reason: "the model's quarter" };

pub(crate) const CRITERIA: &[Criterion] = &[
    Criterion {
        id: "load-test-performed",
        level: Level::L2,
        clause: "manual tests before releases",
        statement: "A load test ran in the last 180 days, or a person attests the tests before releases.",
        basis: Basis::ObservedOrAttested,
        tests: &[
            Test::LoadTest {
                applies: every,
                holds: |test, cx| ran_recently(test, cx).or_attested(),
                facts: &["last_run"],
            },
            Test::RegionalDelivery {
                applies: every,
                holds: |place, _| searched(place).and(Truth::attestation()),
                facts: &["build_projects", "state_machines", "stacks", "pipelines"],
            },
        ],
        bar: Bar::Any,
        nothing: Nothing::NeedsAttestation,
        thresholds: &[&RECENT_DAYS],
        calls: &[
            "codebuild:ListProjects",
            "codebuild:BatchGetProjects",
            "codebuild:ListBuildsForProject",
            "codebuild:BatchGetBuilds",
            "states:ListStateMachines",
            "states:ListExecutions",
            "cloudformation:DescribeStacks",
            "codepipeline:ListPipelines",
            "codepipeline:GetPipeline",
            "codepipeline:ListPipelineExecutions",
        ],
        remedy: "Run a load test with k6, Locust, Gatling, JMeter or Artillery from a CodeBuild project or a state machine; where \
                 it runs outside AWS, attest it with its report.",
        effort: Effort::Practice,
    },
    Criterion {
        id: "load-test-gate",
        level: Level::L3,
        clause: "automatic in CI/CD gate",
        statement: "Every pipeline that deploys to production runs a load test before, and stops when it fails.",
        basis: Basis::ObservedOrAttested,
        tests: &[Test::Pipeline {
            applies: |pipeline, _| pipeline.production_stage.is(Option::is_some),
            holds: |pipeline, _| gate(pipeline),
            facts: &["stages", "production_stage", "load_test_gate"],
        }],
        bar: Bar::All,
        nothing: Nothing::NeedsAttestation,
        thresholds: &[],
        calls: &[
            "codepipeline:ListPipelines",
            "codepipeline:GetPipeline",
            "codebuild:ListProjects",
            "codebuild:BatchGetProjects",
            "states:ListStateMachines",
        ],
        remedy: "Add a stage with a load test before the production stage, without a condition that skips it; for pipelines \
                 outside AWS, attest their gates.",
        effort: Effort::Change,
    },
    Criterion {
        id: "load-test-criteria",
        level: Level::L3,
        clause: "acceptance criteria defined and enforced",
        statement: "Every load test that ran in the last 180 days fails when its thresholds are missed, or a person attests its \
                    acceptance criteria.",
        basis: Basis::ObservedOrAttested,
        tests: &[Test::LoadTest {
            applies: ran_recently,
            holds: |test, _| enforces_thresholds(test).or_attested(),
            facts: &["last_run", "thresholds", "ignores_failure"],
        }],
        bar: Bar::All,
        nothing: Nothing::NeedsAttestation,
        thresholds: &[&RECENT_DAYS],
        calls: &[
            "codebuild:ListProjects",
            "codebuild:BatchGetProjects",
            "codebuild:ListBuildsForProject",
            "codebuild:BatchGetBuilds",
            "states:ListStateMachines",
            "states:ListExecutions",
            "cloudformation:DescribeStacks",
            "codepipeline:ListPipelines",
            "codepipeline:GetPipeline",
            "codepipeline:ListPipelineExecutions",
        ],
        remedy: "Give the test thresholds that fail the build; where they stand in a script that AWS does not hold, attest them.",
        effort: Effort::Change,
    },
    Criterion {
        id: "regression-detection",
        level: Level::L4,
        clause: "regression detection automatic",
        statement: "A load test that ran in the last 180 days compares its results with a baseline and keeps them as reports, or \
                    a person attests how regressions are detected.",
        basis: Basis::ObservedOrAttested,
        tests: &[Test::LoadTest {
            applies: every,
            holds: |test, cx| {
                let compares = test.compares_baseline.is(|compares| *compares == Some(true));
                ran_recently(test, cx).and(compares).and(test.reports.truth()).or_attested()
            },
            facts: &["last_run", "compares_baseline", "reports"],
        }],
        bar: Bar::Any,
        nothing: Nothing::NeedsAttestation,
        thresholds: &[&RECENT_DAYS],
        calls: &[
            "codebuild:ListProjects",
            "codebuild:BatchGetProjects",
            "codebuild:ListBuildsForProject",
            "codebuild:BatchGetBuilds",
            "codebuild:ListReportGroups",
            "states:ListStateMachines",
            "states:ListExecutions",
            "cloudformation:DescribeStacks",
            "codepipeline:ListPipelines",
            "codepipeline:GetPipeline",
            "codepipeline:ListPipelineExecutions",
        ],
        remedy: "Let the test write its results into a report group and compare them with those of a baseline run; where a tool \
                 outside AWS or a canary analysis does, attest it.",
        effort: Effort::Change,
    },
    Criterion {
        id: "stress-reports",
        level: Level::L4,
        clause: "stress test reports (2x, 5x)",
        statement: "Reports show how the system behaves at twice and five times its normal load.",
        basis: Basis::Attested,
        tests: &[],
        bar: Bar::All,
        nothing: Nothing::NeedsAttestation,
        thresholds: &[],
        calls: &[],
        remedy: "Run a stress test at twice and at five times the normal load, and attest it with the reports.",
        effort: Effort::Practice,
    },
    Criterion {
        id: "continuous-load",
        level: Level::L5,
        clause: "continuous",
        statement: "A load test that a schedule starts ran in the last 7 days, or a person attests continuous load tests.",
        basis: Basis::ObservedOrAttested,
        tests: &[Test::LoadTest {
            applies: every,
            holds: |test, cx| {
                let this_week = ran_within(test, cx, &CONTINUOUS_DAYS);
                test.scheduled.truth().and(this_week).or_attested()
            },
            facts: &["last_run", "scheduled"],
        }],
        bar: Bar::Any,
        nothing: Nothing::NeedsAttestation,
        thresholds: &[&CONTINUOUS_DAYS],
        calls: &[
            "codebuild:ListProjects",
            "codebuild:BatchGetProjects",
            "codebuild:ListBuildsForProject",
            "codebuild:BatchGetBuilds",
            "states:ListStateMachines",
            "states:ListExecutions",
            "cloudformation:DescribeStacks",
            "codepipeline:ListPipelines",
            "codepipeline:GetPipeline",
            "codepipeline:ListPipelineExecutions",
            "events:ListRules",
            "events:ListTargetsByRule",
            "scheduler:ListSchedules",
        ],
        remedy: "Start the load test, or a pipeline that runs it, from an EventBridge schedule at least once a week.",
        effort: Effort::Resource,
    },
    Criterion {
        id: "chaos-experiments",
        level: Level::L5,
        clause: "chaos engineering",
        statement: "A chaos experiment was completed in the last 90 days, or a person attests one.",
        basis: Basis::ObservedOrAttested,
        tests: &[
            Test::Experiment {
                applies: every,
                holds: |experiment, cx| completed_lately(experiment, cx).or_attested(),
                facts: &["status", "created_at"],
            },
            Test::RegionalDelivery {
                applies: every,
                holds: |place, _| place.experiment_templates.then(|_| Truth::attestation()),
                facts: &["experiment_templates"],
            },
        ],
        bar: Bar::Any,
        nothing: Nothing::NeedsAttestation,
        thresholds: &[&CHAOS_DAYS],
        calls: &["fis:ListExperiments", "fis:ListExperimentTemplates"],
        remedy: "Run an experiment of AWS Fault Injection Service every quarter, with an alarm as its stop condition; attest what \
                 other tools run.",
        effort: Effort::Practice,
    },
];

fn ran_within(test: &LoadTest, cx: &Context<'_>, days: &'static Threshold) -> Truth {
    test.last_run.is(|run| run.is_some_and(|run| cx.days_since(run) <= cx.value(days)))
}

fn ran_recently(test: &LoadTest, cx: &Context<'_>) -> Truth {
    ran_within(test, cx, &RECENT_DAYS)
}

/// Whether everything was searched in which a load test is looked for.
fn searched(place: &RegionalDelivery) -> Truth {
    [&place.build_projects, &place.state_machines, &place.stacks, &place.pipelines]
        .into_iter()
        .fold(Truth::True, |all, searched| all.and(searched.is(|_| true)))
}

/// A test whose steps AWS does not show may be the gate.
fn gate(pipeline: &Pipeline) -> Truth {
    pipeline.load_test_gate.then(|gate| match gate {
        Some(LoadTestGate::Stops) => Truth::True,
        Some(LoadTestGate::Hidden) => Truth::attestation(),
        Some(LoadTestGate::PassesOn | LoadTestGate::None) | None => Truth::False,
    })
}

fn enforces_thresholds(test: &LoadTest) -> Truth {
    let fails = test.ignores_failure.is(|ignores| *ignores != Some(true));
    test.thresholds.is(|thresholds| *thresholds == Some(true)).and(fails)
}

fn completed_lately(experiment: &Experiment, cx: &Context<'_>) -> Truth {
    let lately = experiment.created_at.is(|at| cx.days_since(*at) <= cx.value(&CHAOS_DAYS));
    experiment.status.is(|status| status == "completed").and(lately)
}

#[cfg(test)]
#[path = "load_tests_tests.rs"]
mod tests;
