//! WAF-PERF-020 Auto-Scaling: what scales, on what, how far ahead, and whether people still have to.

use crate::{
    facts::{PredictiveMode, ScalingKind, ScalingMetric, ScalingTarget, Test, every},
    model::{Bar, Basis, Context, Criterion, Effort, Level, Nothing, Threshold, Truth},
};

static EXERCISED_SHARE: Threshold = Threshold {
    name: "020.exercised_share",
    default: 80.0,
    unit: "%",
    reason: "the model's usual bar for \"in place\": four in five",
};
static EXERCISED_DAYS: Threshold = Threshold {
    name: "020.exercised_days",
    default: 90.0,
    unit: "days",
    reason: "a quarter is the model's review period; AWS itself keeps activities for six weeks, so less is seen",
};
static DEMAND_METRIC_SHARE: Threshold = Threshold {
    name: "020.demand_metric_share",
    default: 80.0,
    unit: "%",
    reason: "the model's usual bar for \"in place\": four in five",
};
static PREDICTIVE_SHARE: Threshold = Threshold {
    name: "020.predictive_share",
    default: 50.0,
    unit: "%",
    reason: "level 4 asks for predictive scaling to be configured, not yet for every workload: half of them show it",
};
static LIMIT_ALARM_SHARE: Threshold = Threshold {
    name: "020.limit_alarm_share",
    default: 80.0,
    unit: "%",
    reason: "the model's usual bar for \"in place\": four in five",
};
static LIMIT_ALARM_PERCENT: Threshold = Threshold {
    name: "020.limit_alarm_percent",
    default: 80.0,
    unit: "%",
    reason: "at four fifths of the maximum there is still time to raise it",
};
static UNTOUCHED_DAYS: Threshold = Threshold {
    name: "020.untouched_days",
    default: 30.0,
    unit: "days",
    reason: "a month without a hand on the capacity holds a month's peaks, and lies within the six weeks that AWS keeps",
};

/// Suspended processes and states that keep a target from following its dynamic policies. (The others, for example
/// `AZRebalance` or `ScheduledScalingSuspended`, leave dynamic scaling alone.)
const STOPS_SCALING: &[&str] = &[
    "AlarmNotification",
    "Launch",
    "Terminate",
    "AddToLoadBalancer",
    "DynamicScalingInSuspended",
    "DynamicScalingOutSuspended",
];

/// A target whose maximum is zero is parked: it can run nothing, so there is nothing to scale.
fn runs(target: &ScalingTarget, _: &Context<'_>) -> Truth {
    target.max.is(|max| *max > 0)
}

fn load_balanced(target: &ScalingTarget, cx: &Context<'_>) -> Truth {
    runs(target, cx).and(target.load_balanced.truth())
}

/// AWS publishes how much capacity is in use for groups and ECS services only.
fn shows_capacity(target: &ScalingTarget, cx: &Context<'_>) -> Truth {
    let kind = &target.scaling_kind;
    Truth::from(matches!(kind, ScalingKind::AutoScalingGroup | ScalingKind::EcsService)).and(runs(target, cx))
}

fn room_to_scale(target: &ScalingTarget) -> Truth {
    target.min.then(|min| target.max.is(|max| min < max))
}

fn scales(target: &ScalingTarget) -> Truth {
    let some = |count: &u32| *count > 0;
    let tracking = target.target_tracking_policies.is(some);
    let dynamic = tracking.or(target.step_policies.is(some)).or(target.simple_policies.is(some));
    let free = target.suspended.is(|names| !names.iter().any(|name| STOPS_SCALING.contains(&name.as_str())));
    room_to_scale(target).and(dynamic).and(free)
}

pub(crate) const CRITERIA: &[Criterion] = &[
    Criterion {
        id: "scaling-configured",
        level: Level::L2,
        clause: "ASG configured, not validated",
        statement: "At least one target has room between minimum and maximum, a dynamic policy, and no suspended scaling.",
        basis: Basis::Observed,
        tests: &[
            Test::ScalingTarget {
                applies: runs,
                holds: |target, _| scales(target),
                facts: &["min", "max", "target_tracking_policies", "step_policies", "simple_policies", "suspended"],
            },
            // Only static servers is "static capacity", the model's level 1; nothing at all is not applicable.
            Test::StaticServer {
                applies: |server, _| !server.scaled.truth(),
                holds: |_, _| Truth::False,
                facts: &["scaled", "target_groups"],
            },
        ],
        bar: Bar::Any,
        nothing: Nothing::NotApplicable,
        thresholds: &[],
        calls: &[
            "autoscaling:DescribeAutoScalingGroups",
            "autoscaling:DescribePolicies",
            "application-autoscaling:DescribeScalableTargets",
            "application-autoscaling:DescribeScalingPolicies",
            "elasticloadbalancing:DescribeTargetGroups",
            "elasticloadbalancing:DescribeTargetHealth",
            "ecs:ListClusters",
            "ecs:ListServices",
            "ecs:DescribeServices",
        ],
        remedy: "Give the group or service a minimum below its maximum and a target tracking policy, and resume suspended processes.",
        effort: Effort::Resource,
    },
    Criterion {
        id: "stateless-workloads-scaled",
        level: Level::L3,
        clause: "for all stateless workloads",
        statement: "Every scaling target scales, and no server behind a load balancer stands outside scaling.",
        basis: Basis::Observed,
        tests: &[
            Test::ScalingTarget {
                applies: runs,
                holds: |target, _| scales(target),
                facts: &["min", "max", "target_tracking_policies", "step_policies", "simple_policies", "suspended"],
            },
            Test::StaticServer {
                applies: every,
                holds: |server, _| server.scaled.truth(),
                facts: &["scaled", "target_groups"],
            },
        ],
        bar: Bar::All,
        nothing: Nothing::NotApplicable,
        thresholds: &[],
        calls: &[
            "autoscaling:DescribeAutoScalingGroups",
            "autoscaling:DescribePolicies",
            "application-autoscaling:DescribeScalableTargets",
            "application-autoscaling:DescribeScalingPolicies",
            "elasticloadbalancing:DescribeTargetGroups",
            "elasticloadbalancing:DescribeTargetHealth",
            "ecs:ListClusters",
            "ecs:ListServices",
            "ecs:DescribeServices",
        ],
        remedy: "Put the instance into an Auto Scaling group, or register the ECS service as a scalable target with a policy.",
        effort: Effort::Change,
    },
    Criterion {
        id: "scaling-exercised",
        level: Level::L3,
        clause: "validated by load test",
        statement: "At least 80 % of the targets were scaled out by a policy in the last 90 days (AWS keeps six weeks of them).",
        basis: Basis::Observed,
        tests: &[Test::ScalingTarget {
            applies: runs,
            holds: |target, cx| {
                let recent = |at| cx.days_since(at) <= cx.value(&EXERCISED_DAYS);
                target.policy_scale_out_at.is(|at| at.is_some_and(recent))
            },
            facts: &["policy_scale_out_at", "activities_90_days"],
        }],
        bar: Bar::Share(&EXERCISED_SHARE),
        nothing: Nothing::NotApplicable,
        thresholds: &[&EXERCISED_SHARE, &EXERCISED_DAYS],
        calls: &[
            "autoscaling:DescribeAutoScalingGroups",
            "autoscaling:DescribeScalingActivities",
            "application-autoscaling:DescribeScalableTargets",
            "application-autoscaling:DescribeScalingActivities",
        ],
        remedy: "Run a load test that drives the target past its policy's bar, and lower a minimum that demand never exceeds.",
        effort: Effort::Practice,
    },
    Criterion {
        id: "scaling-load-tested",
        level: Level::L3,
        clause: "validated by load test",
        statement: "A load test overlapped a scale-out of every target, or a person attests that scaling was load-tested.",
        basis: Basis::ObservedOrAttested,
        tests: &[Test::ScalingTarget {
            applies: runs,
            // A scale-out that no known test overlaps may have been tested by other means.
            holds: |target, _| target.load_tested.is(|tested| *tested == Some(true)).or_attested(),
            facts: &["load_tested", "policy_scale_out_at"],
        }],
        bar: Bar::All,
        nothing: Nothing::NotApplicable,
        thresholds: &[],
        calls: &[
            "autoscaling:DescribeAutoScalingGroups",
            "autoscaling:DescribeScalingActivities",
            "application-autoscaling:DescribeScalableTargets",
            "application-autoscaling:DescribeScalingActivities",
            "codebuild:ListProjects",
            "codebuild:BatchGetProjects",
            "codebuild:ListBuildsForProject",
            "codebuild:BatchGetBuilds",
            "states:ListStateMachines",
            "states:ListExecutions",
        ],
        remedy: "Run a load test against the target, look at its scaling activities, and attest the result with the report.",
        effort: Effort::Practice,
    },
    Criterion {
        id: "demand-metric",
        level: Level::L3,
        clause: "scales on demand, not only on CPU (framework)",
        statement: "At least 80 % of the load-balanced targets scale on requests, latency, queue length or a custom metric.",
        basis: Basis::Observed,
        tests: &[Test::ScalingTarget {
            applies: load_balanced,
            holds: |target, _| target.metrics.is(|metrics| metrics.iter().copied().any(ScalingMetric::is_demand)),
            facts: &["load_balanced", "metrics"],
        }],
        bar: Bar::Share(&DEMAND_METRIC_SHARE),
        nothing: Nothing::NotApplicable,
        thresholds: &[&DEMAND_METRIC_SHARE],
        calls: &[
            "autoscaling:DescribeAutoScalingGroups",
            "autoscaling:DescribePolicies",
            "application-autoscaling:DescribeScalableTargets",
            "application-autoscaling:DescribeScalingPolicies",
            "ecs:DescribeServices",
            "cloudwatch:DescribeAlarms",
        ],
        remedy: "Add a target tracking policy on ALBRequestCountPerTarget, or on a metric of latency or queued work.",
        effort: Effort::Resource,
    },
    Criterion {
        id: "predictive-scaling",
        level: Level::L4,
        clause: "predictive scaling configured",
        statement: "At least half of the load-balanced targets have a predictive policy that forecasts and scales.",
        basis: Basis::Observed,
        tests: &[Test::ScalingTarget {
            applies: load_balanced,
            holds: |target, _| target.predictive.is(|mode| *mode == Some(PredictiveMode::ForecastAndScale)),
            facts: &["load_balanced", "predictive"],
        }],
        bar: Bar::Share(&PREDICTIVE_SHARE),
        nothing: Nothing::NotApplicable,
        thresholds: &[&PREDICTIVE_SHARE],
        calls: &[
            "autoscaling:DescribeAutoScalingGroups",
            "autoscaling:DescribePolicies",
            "application-autoscaling:DescribeScalableTargets",
            "application-autoscaling:DescribeScalingPolicies",
            "ecs:DescribeServices",
        ],
        remedy: "Add a predictive scaling policy, compare its forecast for some days, then set it to ForecastAndScale.",
        effort: Effort::Resource,
    },
    Criterion {
        id: "scaling-limit-alarms",
        level: Level::L4,
        clause: "alarm before the scaling limit (framework)",
        statement: "At least 80 % of the Auto Scaling groups and scaled ECS services have an alarm at 80 to 100 % of their maximum.",
        basis: Basis::Observed,
        tests: &[Test::ScalingTarget {
            applies: shows_capacity,
            holds: |target, cx| {
                let near = |percent| percent >= cx.value(&LIMIT_ALARM_PERCENT);
                target.limit_alarm_percent.is(|percent| percent.is_some_and(near))
            },
            facts: &["limit_alarm_percent", "max", "desired"],
        }],
        bar: Bar::Share(&LIMIT_ALARM_SHARE),
        nothing: Nothing::NotApplicable,
        thresholds: &[&LIMIT_ALARM_SHARE, &LIMIT_ALARM_PERCENT],
        calls: &[
            "autoscaling:DescribeAutoScalingGroups",
            "application-autoscaling:DescribeScalableTargets",
            "cloudwatch:DescribeAlarms",
        ],
        remedy: "Add an alarm on GroupInServiceInstances (group metrics on) or RunningTaskCount (Container Insights on) at 80 % of the maximum.",
        effort: Effort::Resource,
    },
    Criterion {
        id: "no-manual-capacity",
        level: Level::L5,
        clause: "autonomous capacity management",
        statement: "No user changed a target's capacity in the last 30 days, and automation changed some target's there.",
        basis: Basis::Observed,
        tests: &[Test::ScalingTarget {
            applies: runs,
            holds: |target, cx| {
                let recent = |at| cx.days_since(at) <= cx.value(&UNTOUCHED_DAYS);
                let by_hand = target.user_change_at.is(|at| at.is_some_and(recent));
                by_hand.negate().and(target.automatic_change_here_at.is(|at| at.is_some_and(recent)))
            },
            facts: &["user_change_at", "automatic_change_here_at", "activities_30_days"],
        }],
        bar: Bar::All,
        nothing: Nothing::NotApplicable,
        thresholds: &[&UNTOUCHED_DAYS],
        calls: &[
            "autoscaling:DescribeAutoScalingGroups",
            "autoscaling:DescribeScalingActivities",
            "application-autoscaling:DescribeScalableTargets",
            "application-autoscaling:DescribeScalingActivities",
        ],
        remedy: "Replace the hand on the capacity by a policy or a schedule; in infrastructure code leave the desired capacity out.",
        effort: Effort::Practice,
    },
    Criterion {
        id: "autonomous-capacity",
        level: Level::L5,
        clause: "autonomous capacity management",
        statement: "Every load-balanced target forecasts and scales by itself, or a person attests what manages its capacity.",
        basis: Basis::ObservedOrAttested,
        tests: &[Test::ScalingTarget {
            applies: load_balanced,
            // No room to scale, or a forecast that nobody acts on, contradicts autonomy; no forecast at all leaves it open.
            holds: |target, _| {
                let forecasts = target.predictive.then(|mode| match mode {
                    Some(PredictiveMode::ForecastAndScale) => Truth::True,
                    Some(PredictiveMode::ForecastOnly) => Truth::False,
                    None => Truth::attestation(),
                });
                room_to_scale(target).and(forecasts)
            },
            facts: &["load_balanced", "predictive", "min", "max"],
        }],
        bar: Bar::All,
        nothing: Nothing::NotApplicable,
        thresholds: &[],
        calls: &[
            "autoscaling:DescribeAutoScalingGroups",
            "autoscaling:DescribePolicies",
            "application-autoscaling:DescribeScalableTargets",
            "application-autoscaling:DescribeScalingPolicies",
            "ecs:DescribeServices",
        ],
        remedy: "Set the target's predictive policy to ForecastAndScale, or attest the system that manages its capacity.",
        effort: Effort::Practice,
    },
];

#[cfg(test)]
#[path = "auto_scaling_tests.rs"]
mod tests;
