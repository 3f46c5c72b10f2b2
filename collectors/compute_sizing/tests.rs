use rung_rules::{
    facts::{Facts, Instance, SizedKind, SizedResource},
    model::{Cause, Gap, GapId, Unseen},
};

use super::*;
use crate::{metrics, testing::place};

/// What is not about the case at hand: an account without anything.
const NOTHING: &[&str] = &[
    "autoscaling.DescribeAutoScalingGroups/empty",
    "ecs.ListClusters/empty",
    "codebuild.ListProjects/sizing-none",
    "codepipeline.ListPipelines/sizing-none",
];
const INSTANCES: &[&str] = &[
    "ec2.DescribeInstances/two-pages",
    "ec2.DescribeInstanceTypes/m4-and-m7g",
    "cloudwatch.DescribeAlarms/empty",
    "cloudwatch.ListMetrics/linux-two-pages",
    "cloudwatch.ListMetrics/windows-one",
    "cloudwatch.GetMetricData/instances",
    "compute-optimizer.GetEnrollmentStatus/active",
    "compute-optimizer.GetEC2InstanceRecommendations/two-pages",
    "config.DescribeConfigRules/empty",
];

/// What was seen, and every gap.
struct Seen {
    collected: Collected,
    gaps: Vec<Gap>,
}

impl Seen {
    fn cause<T>(&self, fact: &Observed<T>) -> Cause {
        match fact {
            Observed::Unknown { gap } => self.gap(*gap).cause,
            Observed::Known { .. } => panic!("known"),
        }
    }

    fn gap(&self, id: GapId) -> &Gap {
        self.gaps.iter().find(|gap| gap.id == id).unwrap()
    }

    fn instance(&self, id: &str) -> &Instance {
        let arn = format!("arn:aws:ec2:us-east-1:123456789012:instance/{id}");
        let of_arn = self.collected.evidence.iter().find(|evidence| *evidence.subject.arn == *arn);
        match of_arn.map(|evidence| &evidence.facts) {
            Some(Facts::Instance(facts)) => facts,
            other => panic!("{id}: {other:?}"),
        }
    }

    fn resource(&self, name: &str) -> &SizedResource {
        let named = |evidence: &&Evidence| evidence.subject.name.as_deref() == Some(name);
        let mut resources = self.collected.evidence.iter().filter(named).filter_map(|evidence| match &evidence.facts {
            Facts::SizedResource(facts) => Some(facts),
            _ => None,
        });
        resources.next().unwrap()
    }

    fn practice(&self) -> &SizingPractice {
        let practices = self.collected.evidence.iter().filter_map(|evidence| match &evidence.facts {
            Facts::SizingPractice(facts) => Some(&**facts),
            _ => None,
        });
        let all: Vec<_> = practices.collect();
        assert_eq!(all.len(), 1);
        all[0]
    }

    fn unseen(&self, kind: Kind) -> Option<&Unseen> {
        self.collected.unseen.iter().find(|unseen| unseen.kind == kind)
    }
}

async fn seen(cases: &[&[&str]]) -> Seen {
    let place = place("us-east-1", &cases.concat());
    let (ask, asked) = Ask::channel();
    ask_metrics(&place, &ask).await;
    drop(ask);
    let collected = collect(&place, &metrics::fetch(&place, asked).await).await;
    Seen { collected, gaps: place.span.registry.snapshot().1 }
}

/// The three instances, with other answers to some operations.
async fn instead(cases: &[&str]) -> Seen {
    let operation = |case: &str| case.split('/').next().unwrap_or_default().to_owned();
    let others = |case: &&&str| !cases.iter().any(|own| operation(own) == operation(case));
    let kept: Vec<&str> = INSTANCES.iter().chain(NOTHING).filter(others).copied().collect();
    seen(&[&kept, cases]).await
}

#[tokio::test]
async fn an_instance_with_all_its_facts() {
    let seen = instead(&[]).await;
    let instance = seen.instance("i-1");
    assert_eq!(instance.instance_type.value().map(String::as_str), Some("m4.large"));
    assert_eq!(instance.current_generation.value(), Some(&false));
    assert_eq!(instance.legacy_family.value(), Some(&true));
    assert_eq!(instance.launched_at.value().map(ToString::to_string).as_deref(), Some("2026-01-05T10:00:00Z"));
    assert_eq!(instance.in_auto_scaling_group.value(), Some(&false));
    // 300 hours at 5 % and 36 at 95 %.
    assert_eq!(instance.cpu_average_percent.value().map(|percent| percent.round()), Some(15.0));
    assert_eq!(instance.cpu_p95_percent.value(), Some(&95.0));
    assert_eq!(instance.cpu_days.value(), Some(&14));
    assert_eq!(instance.sizing_reviewed_on.value(), Some(&Some(jiff::civil::date(2026, 11, 3))));
    assert_eq!(instance.sizing_review_age_days.value(), Some(&Some(20)));
    // AWS answered OVER_PROVISIONED.
    assert_eq!(instance.optimizer_finding.value(), Some(&Some("Overprovisioned".to_owned())));
    assert!(seen.unseen(Kind::Instance).is_none());
    assert_eq!(seen.practice().instances.value(), Some(&3));
}

#[tokio::test]
async fn the_other_page_and_the_other_generation() {
    let seen = instead(&[]).await;
    let instance = seen.instance("i-2");
    assert_eq!((instance.current_generation.value(), instance.legacy_family.value()), (Some(&true), Some(&false)));
    assert_eq!(instance.in_auto_scaling_group.value(), Some(&true));
    // 14 hours: more than half a day.
    assert_eq!(instance.cpu_days.value(), Some(&1));
    assert_eq!(instance.sizing_reviewed_on.value(), Some(&None));
    assert_eq!(instance.optimizer_finding.value(), Some(&Some("Optimized".to_owned())));
}

#[tokio::test]
async fn absent_fields_are_unknown_not_false() {
    let seen = instead(&[]).await;
    let bare = seen.instance("i-3");
    assert_eq!(seen.cause(&bare.instance_type), Cause::NotReported);
    assert_eq!(seen.cause(&bare.current_generation), Cause::NotReported);
    assert_eq!(seen.cause(&bare.legacy_family), Cause::NotReported);
    assert_eq!(seen.cause(&bare.launched_at), Cause::NotReported);
    assert_eq!(seen.cause(&bare.cpu_average_percent), Cause::NoData);
    assert_eq!(seen.cause(&bare.cpu_days), Cause::NoData);
    // Compute Optimizer looked at others; AWS left the finding about this one out.
    assert_eq!(bare.optimizer_finding.value(), Some(&None));
}

#[tokio::test]
async fn memory_is_asked_for_with_whatever_dimensions_the_agent_sends() {
    let seen = instead(&[]).await;
    // Three metrics of one instance: one without data, one of 329 hours, one of 100.
    let with_agent = seen.instance("i-1");
    assert_eq!(with_agent.memory_metric.value(), Some(&true));
    assert_eq!(with_agent.memory_days.value(), Some(&14));
    // Nothing listed is an answer: there was no data in the last two weeks.
    let without = seen.instance("i-2");
    assert_eq!((without.memory_metric.value(), without.memory_days.value()), (Some(&false), Some(&0)));
}

#[tokio::test]
async fn memory_that_could_not_be_listed_is_unknown() {
    let seen = instead(&["cloudwatch.ListMetrics/denied", "cloudwatch.ListMetrics/windows-empty"]).await;
    let instance = seen.instance("i-1");
    assert_eq!(seen.cause(&instance.memory_metric), Cause::DeniedByIdentityPolicy);
    assert_eq!(seen.cause(&instance.memory_days), Cause::DeniedByIdentityPolicy);
    // What one of the two lists shows is there, even if the other could not be read.
    let seen = instead(&["cloudwatch.ListMetrics/denied", "cloudwatch.ListMetrics/windows-one"]).await;
    assert_eq!(seen.instance("i-1").memory_metric.value(), Some(&true));
    assert_eq!(seen.instance("i-1").memory_days.value(), Some(&4));
    assert_eq!(seen.cause(&seen.instance("i-2").memory_metric), Cause::DeniedByIdentityPolicy);
}

#[tokio::test]
async fn metrics_without_dimensions_belong_to_nobody() {
    for linux in ["cloudwatch.ListMetrics/without-dimensions", "cloudwatch.ListMetrics/linux-empty"] {
        let seen = instead(&[linux, "cloudwatch.ListMetrics/windows-empty"]).await;
        assert_eq!(seen.instance("i-1").memory_metric.value(), Some(&false));
    }
}

#[tokio::test]
async fn a_list_that_breaks_off_keeps_what_was_read_and_says_so() {
    let seen = instead(&["ec2.DescribeInstances/second-page-fails"]).await;
    assert_eq!(seen.instance("i-2").in_auto_scaling_group.value(), Some(&true));
    let unseen = seen.unseen(Kind::Instance).unwrap();
    assert_eq!(seen.gap(unseen.gap).cause, Cause::CutShort);
    assert!(matches!(seen.practice().instances, Observed::Unknown { .. }));
}

#[tokio::test]
async fn a_denied_list_is_unseen_and_no_account_without_instances() {
    let seen = instead(&["ec2.DescribeInstances/denied"]).await;
    let unseen = seen.unseen(Kind::Instance).unwrap();
    assert_eq!(seen.gap(unseen.gap).cause, Cause::DeniedByIdentityPolicy);
    assert_eq!(seen.cause(&seen.practice().instances), Cause::DeniedByIdentityPolicy);
    // There may be something to optimise: enrolment is asked for.
    assert_eq!(seen.practice().enrolment.value(), Some(&Some("Active".to_owned())));
}

#[tokio::test]
async fn an_account_without_compute_is_asked_for_nothing_more() {
    let cases = ["ec2.DescribeInstances/empty", "config.DescribeConfigRules/empty"];
    let seen = seen(&[&cases, NOTHING]).await;
    let practice = seen.practice();
    assert_eq!(practice.enrolment.value(), Some(&None));
    assert_eq!((practice.instances.value(), practice.auto_scaling_groups.value()), (Some(&0), Some(&0)));
    assert_eq!((practice.ecs_services.value(), practice.config_rule_validates.value()), (Some(&0), Some(&false)));
    assert_eq!(practice.pipeline_validates.value(), Some(&false));
    assert!(seen.collected.unseen.is_empty());
    let asked: Vec<_> = seen.gaps.iter().map(|gap| gap.operation.as_str()).collect();
    assert_eq!(asked, ["aco-automation:ListAutomationRules"], "no recording has it");
}

#[tokio::test]
async fn instance_types() {
    let seen = instead(&["ec2.DescribeInstanceTypes/two-pages"]).await;
    assert_eq!(seen.instance("i-2").current_generation.value(), Some(&true));
    let seen = instead(&["ec2.DescribeInstanceTypes/denied"]).await;
    assert_eq!(seen.cause(&seen.instance("i-1").current_generation), Cause::DeniedByIdentityPolicy);
    assert_eq!(seen.instance("i-1").legacy_family.value(), Some(&true), "a name tells that");
    for without in ["ec2.DescribeInstanceTypes/without-flag", "ec2.DescribeInstanceTypes/empty"] {
        let seen = instead(&[without]).await;
        assert_eq!(seen.cause(&seen.instance("i-1").current_generation), Cause::NotReported, "{without}");
    }
}

#[tokio::test]
async fn enrolment() {
    let status = |seen: &Seen| seen.practice().enrolment.value().cloned().flatten();
    let inactive = instead(&["compute-optimizer.GetEnrollmentStatus/inactive"]).await;
    assert_eq!(status(&inactive).as_deref(), Some("Inactive"));
    let denied = instead(&["compute-optimizer.GetEnrollmentStatus/denied"]).await;
    assert_eq!(denied.cause(&denied.practice().enrolment), Cause::DeniedByIdentityPolicy);
    let silent = instead(&["compute-optimizer.GetEnrollmentStatus/without-status"]).await;
    assert_eq!(silent.cause(&silent.practice().enrolment), Cause::NotReported);
}

#[tokio::test]
async fn findings_that_are_not_there_have_their_cause() {
    let seen = instead(&["compute-optimizer.GetEC2InstanceRecommendations/not-enrolled"]).await;
    assert_eq!(seen.cause(&seen.instance("i-1").optimizer_finding), Cause::NotEnrolled);
    let seen = instead(&["compute-optimizer.GetEC2InstanceRecommendations/denied"]).await;
    assert_eq!(seen.cause(&seen.instance("i-1").optimizer_finding), Cause::DeniedByIdentityPolicy);
    let seen = instead(&["compute-optimizer.GetEC2InstanceRecommendations/empty"]).await;
    assert_eq!(seen.cause(&seen.instance("i-1").optimizer_finding), Cause::NoData, "it has not looked yet");
}

/// Groups `web`, `legacy` and others, and services `web`, `static` and others, beside the instances.
const GROUPS: &[&str] = &[
    "autoscaling.DescribeAutoScalingGroups/two-pages",
    "compute-optimizer.GetAutoScalingGroupRecommendations/two-pages",
];
const SERVICES: &[&str] = &[
    "ecs.ListClusters/shop",
    "ecs.ListServices/two-pages",
    "ecs.DescribeServices/twelve",
    "compute-optimizer.GetECSServiceRecommendations/two-pages",
];

#[tokio::test]
async fn groups_and_services_with_their_findings() {
    let seen = instead(&[GROUPS, SERVICES].concat()).await;
    let findings = |kind: SizedKind| -> Vec<(String, Option<String>)> {
        let resources = seen.collected.evidence.iter().filter_map(|evidence| match &evidence.facts {
            Facts::SizedResource(facts) if facts.sized_kind == kind => {
                let finding = facts.optimizer_finding.value().cloned().flatten()?;
                Some((evidence.subject.name.as_deref()?.to_owned(), Some(finding)))
            }
            _ => None,
        });
        resources.collect()
    };
    let pair = |name: &str, finding: &str| (name.to_owned(), Some(finding.to_owned()));
    assert_eq!(findings(SizedKind::AutoScalingGroup), [pair("web", "Optimized"), pair("legacy", "NotOptimized")]);
    assert_eq!(findings(SizedKind::EcsService), [pair("web", "Underprovisioned"), pair("static", "Optimized")]);
    assert_eq!(seen.resource("worker").optimizer_finding.value(), Some(&None));
    let gone = seen.collected.evidence.iter().any(|evidence| evidence.subject.name.as_deref() == Some("gone"));
    assert!(!gone, "a service that is draining is left out");
}

#[tokio::test]
async fn no_finding_of_one_kind_is_an_answer_once_there_are_others() {
    let empty = ["compute-optimizer.GetAutoScalingGroupRecommendations/empty", GROUPS[0]];
    let seen = instead(&empty).await;
    assert_eq!(seen.resource("legacy").optimizer_finding.value(), Some(&None));
    let nothing = [&empty[..], &["compute-optimizer.GetEC2InstanceRecommendations/empty"]].concat();
    let seen = instead(&nothing).await;
    assert_eq!(seen.cause(&seen.resource("legacy").optimizer_finding), Cause::NoData);
}

#[tokio::test]
async fn findings_about_groups_and_services_that_are_not_there() {
    for (case, cause) in [("not-enrolled", Cause::NotEnrolled), ("denied", Cause::DeniedByIdentityPolicy)] {
        let groups = format!("compute-optimizer.GetAutoScalingGroupRecommendations/{case}");
        let seen = instead(&[GROUPS[0], &groups]).await;
        assert_eq!(seen.cause(&seen.resource("legacy").optimizer_finding), cause);
        let services = format!("compute-optimizer.GetECSServiceRecommendations/{case}");
        let seen = instead(&[&SERVICES[..3], &[&*services]].concat()).await;
        assert_eq!(seen.cause(&seen.resource("worker").optimizer_finding), cause);
    }
    let seen = instead(&[&SERVICES[..3], &["compute-optimizer.GetECSServiceRecommendations/empty"]].concat()).await;
    assert_eq!(seen.resource("worker").optimizer_finding.value(), Some(&None));
}

#[tokio::test]
async fn groups_that_could_not_be_listed_are_unseen() {
    let seen = instead(&["autoscaling.DescribeAutoScalingGroups/denied"]).await;
    let unseen = seen.unseen(Kind::SizedResource).unwrap();
    assert_eq!(seen.gap(unseen.gap).cause, Cause::DeniedByIdentityPolicy);
}

#[tokio::test]
async fn only_a_rule_for_desired_types_that_stays_counts() {
    let seen = instead(&["config.DescribeConfigRules/being-deleted"]).await;
    assert_eq!(seen.practice().config_rule_validates.value(), Some(&false));
    let seen = instead(&["config.DescribeConfigRules/two-pages"]).await;
    assert_eq!(seen.practice().config_rule_validates.value(), Some(&true));
    let seen = instead(&["config.DescribeConfigRules/denied"]).await;
    assert_eq!(seen.cause(&seen.practice().config_rule_validates), Cause::DeniedByIdentityPolicy);
}

/// Projects `app` and `infra-plan`, pipelines of the same names; none of them validates sizes.
const PIPELINES: &[&str] = &[
    "codebuild.ListProjects/sizing",
    "codebuild.BatchGetProjects/sizing-no-check",
    "codepipeline.ListPipelines/sizing",
    "codepipeline.GetPipeline/sizing-app",
];

async fn pipelines(infra: &str, others: &[&str]) -> (Seen, Observed<bool>) {
    let operation = |case: &str| case.split('/').next().unwrap_or_default().to_owned();
    let kept = PIPELINES.iter().filter(|case| !others.iter().any(|own| operation(own) == operation(case)));
    let infra = format!("codepipeline.GetPipeline/sizing-infra{infra}");
    let cases: Vec<&str> = kept.copied().chain([&*infra]).chain(others.iter().copied()).collect();
    let seen = instead(&cases).await;
    let validates = seen.practice().pipeline_validates;
    (seen, validates)
}

#[tokio::test]
async fn a_step_that_validates_sizes_is_recognised() {
    // Sources, approvals and deployments that are called like it validate nothing.
    assert_eq!(pipelines("-no-check", &[]).await.1.value(), Some(&false));
    assert_eq!(pipelines("", &[]).await.1.value(), Some(&true), "infracost among the commands");
    assert_eq!(pipelines("-by-name", &[]).await.1.value(), Some(&true), "a function of that name");
    let project = pipelines("-no-check", &["codebuild.BatchGetProjects/sizing"]).await.1;
    assert_eq!(project.value(), Some(&true), "a policy on instance types in a buildspec");
}

#[tokio::test]
async fn pipelines_that_could_not_be_read_are_unknown_unless_another_validates() {
    let denied = ["codebuild.ListProjects/sizing-denied"];
    let (seen, validates) = pipelines("-no-check", &denied).await;
    assert_eq!(seen.cause(&validates), Cause::DeniedByIdentityPolicy);
    assert_eq!(pipelines("", &denied).await.1.value(), Some(&true));
    let (seen, validates) = pipelines("-no-check", &["codebuild.BatchGetProjects/sizing-denied"]).await;
    assert_eq!(seen.cause(&validates), Cause::DeniedByIdentityPolicy);
    let (seen, validates) = pipelines("-denied", &[]).await;
    assert_eq!(seen.cause(&validates), Cause::DeniedByIdentityPolicy);
    let (seen, validates) = pipelines("-no-check", &["codepipeline.ListPipelines/sizing-denied"]).await;
    assert_eq!(seen.cause(&validates), Cause::DeniedByIdentityPolicy);
}

#[tokio::test]
async fn global_services_have_nothing_to_size() {
    let place = place(crate::aws::GLOBAL, &[]);
    let (ask, asked) = Ask::channel();
    ask_metrics(&place, &ask).await;
    drop(ask);
    let collected = collect(&place, &metrics::fetch(&place, asked).await).await;
    assert!(collected.evidence.is_empty() && collected.unseen.is_empty());
}

#[test]
fn actions_on_volumes_do_not_size_compute() {
    assert!(!changes_compute("UpgradeEbsVolumeType") && !changes_compute("SnapshotAndDeleteUnattachedEbsVolume"));
    assert!(changes_compute("ChangeEc2InstanceType") && changes_compute("RightsizeAutoScalingGroup"));
}
