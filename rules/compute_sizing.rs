//! WAF-PERF-010 Compute Sizing: what instances use, which generation they are, who looks at their size.

use crate::{
    facts::{Instance, SizedResource, SizingPractice, Test, every},
    model::{Bar, Basis, Context, Criterion, Effort, Level, Nothing, Observed, Threshold, Truth},
};

static REVIEWED_SHARE: Threshold = Threshold {
    name: "010.sizing_reviewed_share",
    default: 50.0,
    unit: "%",
    reason: "level 2 asks for experience that is written down, not for every instance: half of them show it",
};
static BASELINE_SHARE: Threshold = Threshold {
    name: "010.baseline_share",
    default: 80.0,
    unit: "%",
    reason: "the model's usual bar for \"in place\": four in five",
};
static BASELINE_DAYS: Threshold = Threshold {
    name: "010.baseline_days",
    default: 14.0,
    unit: "days",
    reason: "the framework asks for two weeks of use before a size is decided: each weekday twice",
};
static MISFIT_SHARE: Threshold = Threshold {
    name: "010.misfit_share",
    default: 5.0,
    unit: "%",
    reason: "one instance in twenty may idle or labour for a good reason",
};
static MEASURED_AFTER: Threshold = Threshold {
    name: "010.measured_after_hours",
    default: 30.0,
    unit: "hours",
    reason: "Compute Optimizer itself wants 30 hours of data before it judges an instance",
};
static IDLE_CPU: Threshold = Threshold {
    name: "010.idle_cpu_percent",
    default: 10.0,
    unit: "% CPU",
    reason: "below a tenth on average, two sizes down would still carry the load",
};
static BUSY_CPU: Threshold = Threshold {
    name: "010.busy_cpu_percent",
    default: 80.0,
    unit: "% CPU",
    reason: "the framework's bar for undersized: above it nothing is left for a peak",
};
static MOSTLY_CURRENT_SHARE: Threshold = Threshold {
    name: "010.current_generation_share",
    default: 90.0,
    unit: "%",
    reason: "the framework's bar for level 3; level 4 asks for all",
};
static FOLLOWED_SHARE: Threshold = Threshold {
    name: "010.optimizer_followed_share",
    default: 80.0,
    unit: "%",
    reason: "the model's usual bar for \"in place\": four in five",
};

/// Either word is enough: EC2 still calls some families current that the framework calls previous generation.
fn is_current(instance: &Instance) -> Truth {
    instance.current_generation.truth().and(!instance.legacy_family.truth())
}

/// Whether it runs long enough for its use, and for a finding, to mean anything.
fn is_measured(instance: &Instance, cx: &Context<'_>) -> Truth {
    instance.launched_at.is(|at| cx.days_since(*at) * 24.0 >= cx.value(&MEASURED_AFTER))
}

fn is_misfit(instance: &Instance, cx: &Context<'_>) -> Truth {
    let idle = instance.cpu_average_percent.is(|percent| *percent < cx.value(&IDLE_CPU));
    let busy = instance.cpu_p95_percent.is(|percent| *percent > cx.value(&BUSY_CPU));
    idle.or(busy.and(!instance.in_auto_scaling_group.truth()))
}

fn is_optimised(finding: &Observed<Option<String>>) -> Truth {
    finding.is(|finding| finding.as_deref() == Some("Optimized"))
}

fn has_compute(practice: &SizingPractice) -> Truth {
    let some = |count: &Observed<u64>| count.is(|count| *count > 0);
    some(&practice.instances).or(some(&practice.auto_scaling_groups)).or(some(&practice.ecs_services))
}

pub(crate) const CRITERIA: &[Criterion] = &[
    Criterion {
        id: "sizing-documented",
        level: Level::L2,
        clause: "experience-based; documented",
        statement: "At least half of the instances carry the date of a sizing review in a tag, or a person attests a sizing standard.",
        basis: Basis::ObservedOrAttested,
        tests: &[Test::Instance {
            applies: every,
            holds: |instance, _| instance.sizing_reviewed_on.is(Option::is_some).or_attested(),
            facts: &["instance_type", "sizing_reviewed_on", "sizing_review_age_days"],
        }],
        bar: Bar::Share(&REVIEWED_SHARE),
        nothing: Nothing::NotApplicable,
        thresholds: &[&REVIEWED_SHARE],
        calls: &["ec2:DescribeInstances"],
        remedy: "Tag the instance `sizing-reviewed` with the ISO date on which its size was last reviewed, or attest the sizing standard.",
        effort: Effort::Practice,
    },
    Criterion {
        id: "utilisation-baseline",
        level: Level::L3,
        clause: "measured baseline",
        statement: "At least 80 % of the instances older than 14 days have 14 days of CPU and memory data.",
        basis: Basis::Observed,
        tests: &[Test::Instance {
            applies: |instance, cx| instance.launched_at.is(|at| cx.days_since(*at) > cx.value(&BASELINE_DAYS)),
            holds: |instance, cx| {
                let enough = |days: &Observed<u32>| days.is(|days| f64::from(*days) >= cx.value(&BASELINE_DAYS));
                enough(&instance.cpu_days).and(enough(&instance.memory_days))
            },
            facts: &["launched_at", "cpu_days", "memory_metric", "memory_days"],
        }],
        bar: Bar::Share(&BASELINE_SHARE),
        nothing: Nothing::NotApplicable,
        thresholds: &[&BASELINE_SHARE, &BASELINE_DAYS],
        calls: &["ec2:DescribeInstances", "cloudwatch:ListMetrics", "cloudwatch:GetMetricData"],
        remedy: "Install the CloudWatch agent on the instance and let it send memory (mem_used_percent) with the dimension InstanceId.",
        effort: Effort::Resource,
    },
    // The table has two bars of 5 %, for idle and for busy instances, under one id. A criterion has one bar: it is held
    // against both kinds together, which is never laxer and differs only where some idle and others labour.
    Criterion {
        id: "sized-to-baseline",
        level: Level::L3,
        clause: "measured baseline",
        statement: "At most 5 % of the measured instances do not fit their load: they average below 10 % CPU, or stand outside an Auto Scaling group with a 95th percentile above 80 %.",
        basis: Basis::Observed,
        tests: &[Test::Instance {
            applies: is_measured,
            holds: is_misfit,
            facts: &["instance_type", "cpu_average_percent", "cpu_p95_percent", "cpu_days", "in_auto_scaling_group"],
        }],
        bar: Bar::AtMost(&MISFIT_SHARE),
        nothing: Nothing::NotApplicable,
        thresholds: &[&MISFIT_SHARE, &MEASURED_AFTER, &IDLE_CPU, &BUSY_CPU],
        calls: &["ec2:DescribeInstances", "cloudwatch:GetMetricData"],
        remedy: "Give an idle instance a smaller type or its work to another; give a busy one a larger type or an Auto Scaling group.",
        effort: Effort::Change,
    },
    Criterion {
        id: "current-generation-mostly",
        level: Level::L3,
        clause: "current generation for at least 90 % (framework)",
        statement: "At least 90 % of the instances are of a current generation, by EC2's own flag and by the framework's list of families.",
        basis: Basis::Observed,
        tests: &[Test::Instance {
            applies: every,
            holds: |instance, _| is_current(instance),
            facts: &["instance_type", "current_generation", "legacy_family"],
        }],
        bar: Bar::Share(&MOSTLY_CURRENT_SHARE),
        nothing: Nothing::NotApplicable,
        thresholds: &[&MOSTLY_CURRENT_SHARE],
        calls: &["ec2:DescribeInstances", "ec2:DescribeInstanceTypes"],
        remedy: "Move the instance to the current generation of its family (t2 to t3 or t4g, m4 to m7i or m7g): stop, change the type, start.",
        effort: Effort::Change,
    },
    Criterion {
        id: "sizing-ci-validation",
        level: Level::L3,
        clause: "CI validation",
        statement: "A step of a pipeline, a build project or an AWS Config rule for desired instance types validates sizes, or a person attests one.",
        basis: Basis::ObservedOrAttested,
        tests: &[Test::SizingPractice {
            // A pipeline may deploy into other regions than its own; a Config rule looks at its own only.
            applies: |practice, _| match practice.pipeline_validates.truth() {
                Truth::True => Truth::True,
                _ => has_compute(practice),
            },
            holds: |practice, _| {
                practice.pipeline_validates.truth().or(practice.config_rule_validates.truth()).or_attested()
            },
            facts: &["pipeline_validates", "config_rule_validates"],
        }],
        bar: Bar::Any,
        nothing: Nothing::NotApplicable,
        thresholds: &[],
        calls: &[
            "codebuild:ListProjects",
            "codebuild:BatchGetProjects",
            "codepipeline:ListPipelines",
            "codepipeline:GetPipeline",
            "config:DescribeConfigRules",
            "ec2:DescribeInstances",
            "autoscaling:DescribeAutoScalingGroups",
            "ecs:DescribeServices",
        ],
        remedy: "Check sizes in the pipeline before they are deployed (Infracost, or a policy on instance types), or add the AWS Config rule desired-instance-type.",
        effort: Effort::Resource,
    },
    Criterion {
        id: "compute-optimizer-enrolled",
        level: Level::L4,
        clause: "Compute Optimizer integrated",
        statement: "Every account is enrolled in Compute Optimizer wherever it has instances, Auto Scaling groups or ECS services.",
        basis: Basis::Observed,
        tests: &[Test::SizingPractice {
            applies: |practice, _| has_compute(practice),
            holds: |practice, _| practice.enrolment.is(|status| status.as_deref() == Some("Active")),
            facts: &["enrolment", "instances", "auto_scaling_groups", "ecs_services"],
        }],
        bar: Bar::All,
        nothing: Nothing::NotApplicable,
        thresholds: &[],
        calls: &[
            "compute-optimizer:GetEnrollmentStatus",
            "ec2:DescribeInstances",
            "autoscaling:DescribeAutoScalingGroups",
            "ecs:DescribeServices",
        ],
        remedy: "Opt the account in to Compute Optimizer (UpdateEnrollmentStatus): free, first findings after about a day.",
        effort: Effort::Setting,
    },
    Criterion {
        id: "compute-optimizer-followed",
        level: Level::L4,
        clause: "Compute Optimizer integrated",
        statement: "At least 80 % of the instances, Auto Scaling groups and ECS services with a Compute Optimizer finding are Optimized.",
        basis: Basis::Observed,
        tests: &[
            Test::Instance {
                applies: |instance, cx| match instance.optimizer_finding.is(Option::is_some) {
                    Truth::True => Truth::True,
                    // One that was just started has no finding: not seeing it hides nothing.
                    other => other.and(is_measured(instance, cx)),
                },
                holds: |instance, _| is_optimised(&instance.optimizer_finding),
                facts: &["optimizer_finding", "instance_type", "cpu_average_percent", "cpu_p95_percent"],
            },
            Test::SizedResource {
                applies: |resource: &SizedResource, _| resource.optimizer_finding.is(Option::is_some),
                holds: |resource, _| is_optimised(&resource.optimizer_finding),
                facts: &["optimizer_finding"],
            },
        ],
        bar: Bar::Share(&FOLLOWED_SHARE),
        nothing: Nothing::NotApplicable,
        thresholds: &[&FOLLOWED_SHARE, &MEASURED_AFTER],
        calls: &[
            "ec2:DescribeInstances",
            "autoscaling:DescribeAutoScalingGroups",
            "ecs:DescribeServices",
            "compute-optimizer:GetEC2InstanceRecommendations",
            "compute-optimizer:GetAutoScalingGroupRecommendations",
            "compute-optimizer:GetECSServiceRecommendations",
        ],
        remedy: "Change it to the first of Compute Optimizer's options whose risk you accept, and watch its latency afterwards.",
        effort: Effort::Change,
    },
    Criterion {
        id: "current-generation-all",
        level: Level::L4,
        clause: "current generation for all (framework)",
        statement: "Every instance is of a current generation, by EC2's own flag and by the framework's list of families.",
        basis: Basis::Observed,
        tests: &[Test::Instance {
            applies: every,
            holds: |instance, _| is_current(instance),
            facts: &["instance_type", "current_generation", "legacy_family"],
        }],
        bar: Bar::All,
        nothing: Nothing::NotApplicable,
        thresholds: &[],
        calls: &["ec2:DescribeInstances", "ec2:DescribeInstanceTypes"],
        remedy: "Move the instance to the current generation of its family (t2 to t3 or t4g, m4 to m7i or m7g): stop, change the type, start.",
        effort: Effort::Change,
    },
    Criterion {
        id: "predictive-sizing",
        level: Level::L5,
        clause: "ML-based predictive sizing",
        statement: "Compute Optimizer automation rules change the sizes of compute, or a person attests sizing that a forecast drives.",
        basis: Basis::ObservedOrAttested,
        tests: &[Test::SizingPractice {
            applies: |practice, _| has_compute(practice),
            holds: |practice, _| practice.automation_rules.is(|rules| *rules > 0).or_attested(),
            facts: &["automation_rules", "instances", "auto_scaling_groups", "ecs_services"],
        }],
        bar: Bar::All,
        nothing: Nothing::NotApplicable,
        thresholds: &[],
        calls: &[
            "aco-automation:ListAutomationRules",
            "ec2:DescribeInstances",
            "autoscaling:DescribeAutoScalingGroups",
            "ecs:DescribeServices",
        ],
        remedy: "Let a forecast of the load choose sizes and attest how, or create a Compute Optimizer automation rule once AWS offers one for compute.",
        effort: Effort::Practice,
    },
];

#[cfg(test)]
#[path = "compute_sizing_tests.rs"]
mod tests;
