//! WAF-PERF-050 SLOs & Monitoring: what is measured, targets, alarms on the slow tail, objectives and their budgets.
//!
//! A Network Load Balancer has no latency metric in CloudWatch, so no latency alarm is asked of it; an objective, which may be
//! on the service behind it, is. An alarm that has had no data for a week watches nothing and does not count. Without any
//! objective in an account with entry points, a criterion about every objective is not met for want of something to judge:
//! observed ones are unmet (nobody is told of a burn rate that nobody computes), the others need an attestation.

use crate::{
    facts::{DeploymentTarget, EntryPoint, LatencyData, Monitoring, Slo, Test, WatchingAlarm, every},
    model::{Bar, Basis, Context, Criterion, Effort, Level, Nothing, Observed, Threshold, Truth},
};

static MEASURED_SHARE: Threshold = Threshold {
    name: "050.compute_measured_share",
    default: 50.0,
    unit: "%",
    reason: "level 2 asks that metrics are collected, not that every server has an agent: half of the compute shows it",
};
static ALARM_PERCENTILE: Threshold = Threshold {
    name: "050.alarm_percentile",
    default: 95.0,
    unit: "percentile",
    reason: "an average hides the slow requests; p95 is the lowest percentile that the model accepts for p99 alerting",
};
static SLO_PERCENTILE: Threshold = Threshold {
    name: "050.slo_percentile",
    default: 95.0,
    unit: "percentile",
    reason: "the model's formal objectives are on P95 or P99",
};
static WITHOUT_DATA_DAYS: Threshold = Threshold {
    name: "050.alarm_without_data_days",
    default: 7.0,
    unit: "days",
    reason: "a new alarm or a quiet weekend lacks data for a few days; after a week the alarm watches nothing",
};

/// Not in INSUFFICIENT_DATA for so long that nobody can believe in it. One that does not say since when is not believed.
fn is_alive(alarm: &WatchingAlarm, cx: &Context<'_>) -> bool {
    let dead_for = |days: f64| days > cx.value(&WITHOUT_DATA_DAYS);
    alarm.state != "INSUFFICIENT_DATA" || alarm.state_since.is_some_and(|since| !dead_for(cx.days_since(since)))
}

/// Whether one of the alarms is alive and is as wanted.
fn any(alarms: &Observed<Vec<WatchingAlarm>>, cx: &Context<'_>, wanted: impl Fn(&WatchingAlarm) -> Truth) -> Truth {
    alarms.then(|alarms| {
        let alive = alarms.iter().filter(|alarm| is_alive(alarm, cx));
        alive.fold(Truth::False, |so_far, alarm| so_far.or(wanted(alarm)))
    })
}

fn half_is_measured(account: &Monitoring, cx: &Context<'_>) -> Truth {
    let share = cx.value(&MEASURED_SHARE);
    let enough = account
        .compute
        .then(|all| account.compute_measured.is(|measured| *measured as f64 * 100.0 >= share * *all as f64));
    match enough {
        // Those that could not be read may be the ones that are missing.
        Truth::False => account.compute_unread.is(|_| false),
        enough => enough,
    }
}

/// An average will do: a threshold is a target, a learnt band is not.
fn has_latency_target(entry: &EntryPoint, cx: &Context<'_>) -> Truth {
    any(&entry.latency_alarms, cx, |alarm| (!alarm.anomaly_band).into())
}

/// Where nobody asks anything there is no latency to alert on; a distribution whose metric is turned off has one.
fn has_latency_metric(entry: &EntryPoint) -> Truth {
    entry.latency_data.is(|data| matches!(data, LatencyData::Present | LatencyData::TurnedOff))
}

fn alerts_on_the_tail(entry: &EntryPoint, cx: &Context<'_>) -> Truth {
    let high = |alarm: &WatchingAlarm| alarm.percentile.is_some_and(|p| p >= cx.value(&ALARM_PERCENTILE));
    any(&entry.latency_alarms, cx, |alarm| Truth::from(high(alarm)).and(alarm.acts.truth()))
}

fn has_formal_slo(entry: &EntryPoint, cx: &Context<'_>) -> Truth {
    let formal = |percentile: f64| percentile >= cx.value(&SLO_PERCENTILE);
    entry.latency_slos.is(|slos| slos.iter().any(|slo| slo.percentile.is_some_and(formal)))
}

fn alerts_on_burn_rate(slo: &Slo, cx: &Context<'_>) -> Truth {
    any(&slo.burn_rate_alarms, cx, |alarm| alarm.acts.truth())
}

fn has_a_managed_budget(slo: &Slo) -> Truth {
    let goal = slo.goal_percent.is(|goal| *goal > 0.0);
    let windows = slo.burn_rate_windows_minutes.is(|windows| !windows.is_empty());
    goal.and(windows).and(slo.budget_status.is(|status| status != "INSUFFICIENT_DATA"))
}

/// To stop is enough: the next deployment waits. What blocks deployments outside CodeDeploy and ECS, AWS does not show.
fn is_gated(target: &DeploymentTarget) -> Truth {
    target.alarms.is(|alarms| !alarms.is_empty()).and(target.alarm_exists.truth())
}

fn entry_points_without_slo(account: &Monitoring, _: &Context<'_>) -> Truth {
    account.entry_point.truth().and(!account.slo.truth())
}

fn nothing_known_to_deploy(account: &Monitoring, _: &Context<'_>) -> Truth {
    let something = account.compute.is(|count| *count > 0).or(account.entry_point.truth());
    something.and(!account.deployment_target.truth())
}

pub(crate) const CRITERIA: &[Criterion] = &[
    Criterion {
        id: "basic-metrics",
        level: Level::L2,
        clause: "CPU, memory, latency collected",
        statement: "At least half of the running instances and ECS services have CPU and memory data, and at least one entry point has latency data.",
        basis: Basis::Observed,
        tests: &[Test::Monitoring {
            applies: |account, _| account.compute.is(|count| *count > 0).or(account.measurable_entry_point.truth()),
            holds: |account, cx| {
                let latency = (!account.measurable_entry_point.truth()).or(account.latency_data.truth());
                half_is_measured(account, cx).and(latency)
            },
            facts: &["compute", "compute_measured", "compute_unread", "measurable_entry_point", "latency_data"],
        }],
        bar: Bar::All,
        nothing: Nothing::NotApplicable,
        thresholds: &[&MEASURED_SHARE],
        calls: &[
            "ec2:DescribeInstances",
            "ecs:ListClusters",
            "ecs:ListServices",
            "ecs:DescribeServices",
            "elasticloadbalancing:DescribeLoadBalancers",
            "apigateway:GetRestApis",
            "apigateway:GetApis",
            "cloudfront:ListDistributions",
            "cloudfront:GetMonitoringSubscription",
            "lambda:ListFunctions",
            "lambda:ListFunctionUrlConfigs",
            "cloudwatch:ListMetrics",
            "cloudwatch:GetMetricData",
        ],
        remedy: "Install the CloudWatch agent with its memory metrics on the instances, and turn on additional metrics of distributions.",
        effort: Effort::Change,
    },
    Criterion {
        id: "latency-targets",
        level: Level::L2,
        clause: "informal targets, average values",
        statement: "An alarm on the latency of an entry point or an objective states a target, or a person attests the targets.",
        basis: Basis::ObservedOrAttested,
        tests: &[
            Test::EntryPoint {
                applies: every,
                holds: |entry, cx| has_latency_target(entry, cx).or_attested(),
                facts: &["latency_alarms"],
            },
            Test::Slo { applies: every, holds: |_, _| Truth::True, facts: &["indicator", "goal_percent"] },
        ],
        bar: Bar::Any,
        nothing: Nothing::NotApplicable,
        thresholds: &[&WITHOUT_DATA_DAYS],
        calls: &[
            "elasticloadbalancing:DescribeLoadBalancers",
            "elasticloadbalancing:DescribeTargetGroups",
            "apigateway:GetRestApis",
            "apigateway:GetApis",
            "cloudfront:ListDistributions",
            "lambda:ListFunctions",
            "lambda:ListFunctionUrlConfigs",
            "ecs:DescribeServices",
            "cloudwatch:DescribeAlarms",
            "application-signals:ListServiceLevelObjectives",
        ],
        remedy: "Write down how fast each entry point shall answer and set an alarm on its average latency at that number.",
        effort: Effort::Resource,
    },
    Criterion {
        id: "formal-slos",
        level: Level::L3,
        clause: "formal SLOs",
        statement: "Every entry point is covered by an objective on its 95th or a higher percentile of latency, or a person attests the SLO documents.",
        basis: Basis::ObservedOrAttested,
        tests: &[Test::EntryPoint {
            applies: every,
            holds: |entry, cx| has_formal_slo(entry, cx).or_attested(),
            facts: &["latency_slos"],
        }],
        bar: Bar::All,
        nothing: Nothing::NotApplicable,
        thresholds: &[&SLO_PERCENTILE],
        calls: &[
            "elasticloadbalancing:DescribeLoadBalancers",
            "elasticloadbalancing:DescribeTargetGroups",
            "apigateway:GetRestApis",
            "apigateway:GetApis",
            "cloudfront:ListDistributions",
            "lambda:ListFunctions",
            "lambda:ListFunctionUrlConfigs",
            "ecs:DescribeServices",
            "application-signals:ListServiceLevelObjectives",
            "application-signals:GetServiceLevelObjective",
        ],
        remedy: "Create a latency objective in Application Signals on the p95 or p99 of the entry point's metric, or attest the SLO documents.",
        effort: Effort::Practice,
    },
    Criterion {
        id: "p99-alerting",
        level: Level::L3,
        clause: "P99 alerting",
        statement: "Every entry point with a latency metric has an alarm on its 95th or a higher percentile that somebody hears.",
        basis: Basis::Observed,
        tests: &[Test::EntryPoint {
            applies: |entry, _| has_latency_metric(entry),
            holds: alerts_on_the_tail,
            facts: &["latency_data", "latency_alarms"],
        }],
        bar: Bar::All,
        nothing: Nothing::NotApplicable,
        thresholds: &[&ALARM_PERCENTILE, &WITHOUT_DATA_DAYS],
        calls: &[
            "elasticloadbalancing:DescribeLoadBalancers",
            "elasticloadbalancing:DescribeTargetGroups",
            "apigateway:GetRestApis",
            "apigateway:GetApis",
            "cloudfront:ListDistributions",
            "cloudfront:GetMonitoringSubscription",
            "lambda:ListFunctions",
            "lambda:ListFunctionUrlConfigs",
            "ecs:DescribeServices",
            "cloudwatch:ListMetrics",
            "cloudwatch:GetMetricData",
            "cloudwatch:DescribeAlarms",
        ],
        remedy: "Add a CloudWatch alarm on the p99 of the entry point's latency, with its actions on and a topic that somebody reads.",
        effort: Effort::Resource,
    },
    Criterion {
        id: "slo-burn-alerts",
        level: Level::L3,
        clause: "burn rate alerting",
        statement: "Every objective has an alarm on its burn rate or its attainment that somebody hears; entry points without any objective have none.",
        basis: Basis::Observed,
        tests: &[
            Test::Slo {
                applies: every,
                holds: alerts_on_burn_rate,
                facts: &["burn_rate_windows_minutes", "burn_rate_alarms"],
            },
            Test::Monitoring {
                applies: entry_points_without_slo,
                holds: |_, _| Truth::False,
                facts: &["entry_point", "slo"],
            },
        ],
        bar: Bar::All,
        nothing: Nothing::NotApplicable,
        thresholds: &[&WITHOUT_DATA_DAYS],
        calls: &[
            "application-signals:ListServiceLevelObjectives",
            "application-signals:GetServiceLevelObjective",
            "cloudwatch:DescribeAlarms",
            "elasticloadbalancing:DescribeLoadBalancers",
            "apigateway:GetRestApis",
            "apigateway:GetApis",
            "cloudfront:ListDistributions",
            "lambda:ListFunctionUrlConfigs",
            "ecs:DescribeServices",
        ],
        remedy: "Give the objective burn-rate windows (for example 60 minutes) and add an alarm on BurnRate in AWS/ApplicationSignals.",
        effort: Effort::Resource,
    },
    Criterion {
        id: "error-budgets",
        level: Level::L4,
        clause: "error budget management",
        statement: "Every objective has a goal, burn-rate windows and a reported budget, or a person attests how budgets are managed.",
        basis: Basis::ObservedOrAttested,
        tests: &[
            Test::Slo {
                applies: every,
                holds: |slo, _| has_a_managed_budget(slo).or_attested(),
                facts: &["goal_percent", "burn_rate_windows_minutes", "budget_status", "budget_remaining_percent"],
            },
            Test::Monitoring {
                applies: entry_points_without_slo,
                holds: |_, _| Truth::attestation(),
                facts: &["entry_point", "slo"],
            },
        ],
        bar: Bar::All,
        nothing: Nothing::NotApplicable,
        thresholds: &[],
        calls: &[
            "application-signals:ListServiceLevelObjectives",
            "application-signals:GetServiceLevelObjective",
            "application-signals:BatchGetServiceLevelObjectiveBudgetReport",
        ],
        remedy: "Add burn-rate windows to the objective and make sure that its metric has data, or attest how error budgets are managed.",
        effort: Effort::Setting,
    },
    Criterion {
        id: "deployments-gated",
        level: Level::L4,
        clause: "deployments blocked on budget exhaustion",
        statement: "Every deployment group and ECS service stops or rolls back a deployment on an alarm, or a person attests what blocks deployments.",
        basis: Basis::ObservedOrAttested,
        tests: &[
            Test::DeploymentTarget {
                applies: every,
                holds: |target, _| is_gated(target).or_attested(),
                facts: &["deployer", "alarms", "alarm_exists", "rolls_back", "circuit_breaker"],
            },
            Test::Monitoring {
                applies: nothing_known_to_deploy,
                holds: |_, _| Truth::attestation(),
                facts: &["compute", "entry_point", "deployment_target"],
            },
        ],
        bar: Bar::All,
        nothing: Nothing::NotApplicable,
        thresholds: &[],
        calls: &[
            "codedeploy:ListApplications",
            "codedeploy:ListDeploymentGroups",
            "codedeploy:BatchGetDeploymentGroups",
            "ecs:ListClusters",
            "ecs:ListServices",
            "ecs:DescribeServices",
            "cloudwatch:DescribeAlarms",
        ],
        remedy: "Name the burn-rate alarms in the deployment group's alarm configuration or the service's deployment alarms, with rollback.",
        effort: Effort::Setting,
    },
    Criterion {
        id: "predictive-burn-alerts",
        level: Level::L5,
        clause: "predictive burn rate alerts",
        statement: "Every objective has an anomaly alarm on its burn rate or on what it measures, or a person attests what predicts its breach.",
        basis: Basis::ObservedOrAttested,
        tests: &[
            Test::Slo {
                applies: every,
                holds: |slo, cx| any(&slo.anomaly_alarms, cx, |alarm| alarm.acts.truth()).or_attested(),
                facts: &["anomaly_alarms"],
            },
            Test::Monitoring {
                applies: entry_points_without_slo,
                holds: |_, _| Truth::attestation(),
                facts: &["entry_point", "slo"],
            },
        ],
        bar: Bar::All,
        nothing: Nothing::NotApplicable,
        thresholds: &[&WITHOUT_DATA_DAYS],
        calls: &[
            "application-signals:ListServiceLevelObjectives",
            "application-signals:GetServiceLevelObjective",
            "cloudwatch:DescribeAlarms",
        ],
        remedy: "Add an anomaly detection alarm on the objective's BurnRate or on the latency that it measures.",
        effort: Effort::Resource,
    },
    Criterion {
        id: "anomaly-detection",
        level: Level::L5,
        clause: "ML-assisted anomaly detection",
        statement: "A CloudWatch anomaly detector, an anomaly alarm or DevOps Guru watches every entry point.",
        basis: Basis::Observed,
        tests: &[Test::EntryPoint {
            applies: every,
            holds: |entry, cx| {
                let learnt = entry.anomaly_detector.truth().or(any(&entry.anomaly_alarms, cx, |_| Truth::True));
                learnt.or(entry.devops_guru.truth())
            },
            facts: &["anomaly_detector", "anomaly_alarms", "devops_guru"],
        }],
        bar: Bar::All,
        nothing: Nothing::NotApplicable,
        thresholds: &[&WITHOUT_DATA_DAYS],
        calls: &[
            "elasticloadbalancing:DescribeLoadBalancers",
            "elasticloadbalancing:DescribeTags",
            "apigateway:GetRestApis",
            "apigateway:GetApis",
            "cloudfront:ListDistributions",
            "cloudfront:ListTagsForResource",
            "lambda:ListFunctions",
            "lambda:ListFunctionUrlConfigs",
            "lambda:ListTags",
            "ecs:DescribeServices",
            "cloudwatch:DescribeAlarms",
            "cloudwatch:DescribeAnomalyDetectors",
            "devops-guru:GetResourceCollection",
        ],
        remedy: "Turn on anomaly detection for the entry point's latency or requests, or let DevOps Guru analyse it.",
        effort: Effort::Resource,
    },
];

#[cfg(test)]
#[path = "slos_monitoring_tests.rs"]
mod tests;
