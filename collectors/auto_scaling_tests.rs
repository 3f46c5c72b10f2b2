use pretty_assertions::assert_eq;
use rung_rules::{
    facts::{Facts, Kind, PredictiveMode, ScalingCauses, ScalingKind, ScalingMetric, ScalingTarget, StaticServer},
    model::{Cause, GapId, Observed},
};

use super::collect;
use crate::{Collected, aws::Place, testing::place};

/// Cases of a place in which nothing that a test does not name has anything.
const NO_GROUPS: &str = "autoscaling.DescribeAutoScalingGroups/empty";
const NO_TARGETS: &str = "application-autoscaling.DescribeScalableTargets/empty";
const NO_TARGET_GROUPS: &str = "elasticloadbalancing.DescribeTargetGroups/empty";
const NO_CLUSTERS: &str = "ecs.ListClusters/empty";
const NO_ALARMS: &str = "cloudwatch.DescribeAlarms/empty";
const NO_PROJECTS: &str = "codebuild.ListProjects/empty";
const NO_MACHINES: &str = "states.ListStateMachines/empty";
const NO_STACKS: &str = "cloudformation.DescribeStacks/empty";

const GROUPS: &[&str] = &[
    "autoscaling.DescribeAutoScalingGroups/two-pages",
    "autoscaling.DescribePolicies/two-pages",
    "autoscaling.DescribeScalingActivities/all-causes",
    "autoscaling.DescribeScheduledActions/morning",
    "cloudwatch.DescribeAlarms/capacity",
    NO_TARGETS,
    NO_TARGET_GROUPS,
    NO_CLUSTERS,
    NO_PROJECTS,
    NO_MACHINES,
    NO_STACKS,
];
const SERVICES: &[&str] = &[
    NO_GROUPS,
    "application-autoscaling.DescribeScalableTargets/empty-but-ecs-and-dynamodb",
    "application-autoscaling.DescribeScalableTargets/ecs-two-pages",
    "application-autoscaling.DescribeScalableTargets/dynamodb",
    "application-autoscaling.DescribeScalingPolicies/ecs-two-pages",
    "application-autoscaling.DescribeScalingPolicies/dynamodb",
    "application-autoscaling.DescribeScalingActivities/ecs",
    "application-autoscaling.DescribeScalingActivities/dynamodb",
    "application-autoscaling.DescribeScheduledActions/ecs",
    "application-autoscaling.DescribeScheduledActions/dynamodb-empty",
    "cloudwatch.DescribeAlarms/capacity",
    "ecs.ListClusters/shop",
    "ecs.ListServices/two-pages",
    "ecs.DescribeServices/twelve",
    NO_TARGET_GROUPS,
    NO_PROJECTS,
    NO_MACHINES,
    NO_STACKS,
];
const SERVERS: &[&str] = &[
    "autoscaling.DescribeAutoScalingGroups/two-pages",
    "autoscaling.DescribePolicies/empty",
    "autoscaling.DescribeScalingActivities/empty",
    "autoscaling.DescribeScheduledActions/empty",
    "elasticloadbalancing.DescribeTargetGroups/two-pages",
    "elasticloadbalancing.DescribeTargetHealth/web-and-admin",
    "ec2.DescribeInstances/one-tagged",
    NO_ALARMS,
    NO_TARGETS,
    NO_CLUSTERS,
    NO_PROJECTS,
    NO_MACHINES,
    NO_STACKS,
];

/// The cases with those of some operations replaced: a case takes the place of every other of its operation.
fn with<'a>(cases: &[&'a str], instead: &[&'a str]) -> Vec<&'a str> {
    let operation = |case: &str| case.split('/').next().unwrap().to_owned();
    let replaced = |case: &&&str| !instead.iter().any(|other| operation(other) == operation(case));
    cases.iter().filter(replaced).chain(instead).copied().collect()
}

/// What a place of these cases holds; no answer may be missing.
async fn collected(cases: &[&str]) -> (std::sync::Arc<Place>, Collected) {
    let place = place("us-east-1", cases);
    let collected = collect(&place).await;
    let unrecorded =
        place.span.registry.snapshot().1.into_iter().filter(|gap| gap.detail.contains("the recording has"));
    assert_eq!(unrecorded.map(|gap| gap.detail).collect::<Vec<_>>(), [""; 0]);
    (place, collected)
}

fn target<'a>(collected: &'a Collected, arn_end: &str) -> &'a ScalingTarget {
    let of = |facts: &'a Facts| match facts {
        Facts::ScalingTarget(target) => Some(&**target),
        _ => None,
    };
    let mut all = collected.evidence.iter().filter(|one| one.subject.arn.ends_with(arn_end));
    all.find_map(|one| of(&one.facts)).unwrap_or_else(|| panic!("no scaling target {arn_end}"))
}

fn servers(collected: &Collected) -> Vec<(&str, &StaticServer)> {
    let of = |one: &'_ rung_rules::model::Evidence| matches!(one.facts, Facts::StaticServer(_));
    let mut servers: Vec<_> = collected
        .evidence
        .iter()
        .filter(|one| of(one))
        .filter_map(|one| match &one.facts {
            Facts::StaticServer(server) => Some((one.subject.arn.rsplit('/').next().unwrap(), &**server)),
            _ => None,
        })
        .collect();
    servers.sort_by_key(|(name, _)| *name);
    servers
}

fn known<T: Clone>(fact: &Observed<T>) -> T {
    fact.value().cloned().expect("a fact that was read")
}

fn cause(place: &Place, gap: GapId) -> Cause {
    place.span.registry.snapshot().1.iter().find(|known| known.id == gap).expect("a gap that is registered").cause
}

fn why<T: std::fmt::Debug>(place: &Place, fact: &Observed<T>) -> Cause {
    match fact {
        Observed::Unknown { gap } => cause(place, *gap),
        known => panic!("expected unknown, got {known:?}"),
    }
}

fn unseen(collected: &Collected, place: &Place) -> Vec<(Kind, Cause)> {
    collected.unseen.iter().map(|unseen| (unseen.kind, cause(place, unseen.gap))).collect()
}

fn day(fact: &Observed<Option<jiff::Timestamp>>) -> Option<String> {
    known(fact).map(|at| at.to_string()[..10].to_owned())
}

#[tokio::test]
async fn a_place_with_nothing_has_no_evidence_and_no_gaps() {
    let (place, collected) = collected(&[NO_GROUPS, NO_TARGETS, NO_TARGET_GROUPS, NO_CLUSTERS]).await;
    assert_eq!((collected.evidence.len(), collected.unseen.len()), (0, 0));
    assert_eq!(place.span.registry.snapshot().1, []);
}

#[tokio::test]
async fn groups_of_both_pages_but_not_those_being_deleted() {
    let (_, collected) = collected(GROUPS).await;
    let names: Vec<_> = collected.evidence.iter().map(|one| one.subject.name.as_deref().unwrap()).collect();
    assert_eq!(names, ["web", "batch", "legacy"]);
    let web = target(&collected, "/web");
    assert_eq!((known(&web.min), known(&web.max), known(&web.desired)), (2, 10, Some(4)));
    assert_eq!((known(&web.warmup_s), known(&web.cooldown_s)), (Some(120), Some(300)));
    assert_eq!(known(&web.health_check_type).as_deref(), Some("ELB"));
    assert_eq!(known(&web.scheduled_actions), 2);
    assert_eq!(known(&target(&collected, "/batch").warmup_s), None);
    assert_eq!(known(&target(&collected, "/batch").suspended), ["AZRebalance", "Launch"]);
    assert_eq!(collected.evidence[0].subject.tags.get("environment").map(|tag| &**tag), Some("prod"));
}

#[tokio::test]
async fn a_group_is_load_balanced_by_target_groups_classic_balancers_or_traffic_sources() {
    let (_, groups) = collected(GROUPS).await;
    let balanced = |name: &str| known(&target(&groups, name).load_balanced);
    assert_eq!((balanced("/web"), balanced("/batch"), balanced("/legacy")), (true, false, true));
    let (_, lattice) = collected(&with(GROUPS, &["autoscaling.DescribeAutoScalingGroups/traffic-source-only"])).await;
    assert!(known(&target(&lattice, "/lattice").load_balanced));
}

#[tokio::test]
async fn policies_by_type_on_both_pages() {
    let (_, collected) = collected(GROUPS).await;
    let counts = |name: &str| {
        let target = target(&collected, name);
        (known(&target.target_tracking_policies), known(&target.step_policies), known(&target.simple_policies))
    };
    assert_eq!(counts("/web"), (1, 0, 0));
    assert_eq!(counts("/legacy"), (0, 1, 0), "a disabled policy, and one that no alarm triggers, do not count");
    assert_eq!(known(&target(&collected, "/web").predictive), Some(PredictiveMode::ForecastAndScale));
    assert_eq!(known(&target(&collected, "/legacy").predictive), None);
}

#[tokio::test]
async fn metrics_are_predefined_customized_or_those_of_an_alarm() {
    use ScalingMetric::*;
    let (_, collected) = collected(GROUPS).await;
    assert_eq!(known(&target(&collected, "/web").metrics), [RequestCount]);
    assert_eq!(known(&target(&collected, "/batch").metrics), [Queue, Other], "messages over instances");
    assert_eq!(known(&target(&collected, "/legacy").metrics), [Cpu]);
}

#[tokio::test]
async fn activities_by_cause() {
    let (_, collected) = collected(GROUPS).await;
    let web = target(&collected, "/web");
    let days_90 = ScalingCauses { policy: 3, schedule: 1, user_request: 1, replacement: 2, other: 1 };
    assert_eq!(known(&web.activities_90_days), days_90);
    assert_eq!(known(&web.activities_30_days), ScalingCauses { schedule: 0, other: 0, ..days_90 });
    assert_eq!(day(&web.policy_scale_out_at).as_deref(), Some("2026-11-20"), "the launch of the 22nd failed");
    assert_eq!(day(&web.user_change_at).as_deref(), Some("2026-11-10"));
    let legacy = target(&collected, "/legacy");
    assert_eq!(day(&legacy.policy_scale_out_at), day(&legacy.user_change_at), "one activity with two causes");
    let batch = target(&collected, "/batch");
    assert_eq!(known(&batch.activities_90_days), ScalingCauses::default());
    assert_eq!((day(&batch.policy_scale_out_at), day(&batch.user_change_at)), (None, None), "nothing is an answer");
    assert_eq!(day(&batch.automatic_change_here_at).as_deref(), Some("2026-11-20"), "that of another group counts");
}

#[tokio::test]
async fn alarms_near_the_maximum() {
    let (_, groups) = collected(GROUPS).await;
    let percent = |name: &str| known(&target(&groups, name).limit_alarm_percent);
    assert_eq!(percent("/web"), Some(90.0), "one above the maximum never fires");
    assert_eq!(percent("/batch"), Some(85.0), "a ratio to GroupMaxSize");
    assert_eq!(percent("/legacy"), None);
    let (_, services) = collected(SERVICES).await;
    assert_eq!(known(&target(&services, "shop/web").limit_alarm_percent), Some(85.0));
}

#[tokio::test]
async fn fields_that_aws_leaves_out_are_unknown() {
    let bare = [
        "autoscaling.DescribeAutoScalingGroups/missing-fields",
        "autoscaling.DescribePolicies/missing-fields",
        "autoscaling.DescribeScalingActivities/empty",
    ];
    let (place, collected) = collected(&with(GROUPS, &bare)).await;
    let bare = target(&collected, "/bare");
    assert_eq!(why(&place, &bare.suspended), Cause::NotReported);
    assert_eq!(why(&place, &bare.metrics), Cause::NotReported);
    assert_eq!(why(&place, &bare.predictive), Cause::NotReported);
    assert_eq!(known(&bare.limit_alarm_percent), None, "a maximum that the SDK reads as zero is no reason to divide");
    assert_eq!(known(&bare.target_tracking_policies), 1);
}

#[tokio::test]
async fn denials_become_gaps_with_their_cause() {
    let denied = ["autoscaling.DescribePolicies/denied", "autoscaling.DescribeScalingActivities/denied"];
    let (place, collected_facts) = collected(&with(GROUPS, &denied)).await;
    let web = target(&collected_facts, "/web");
    for fact in [&web.target_tracking_policies, &web.step_policies, &web.simple_policies] {
        assert_eq!(why(&place, fact), Cause::DeniedByIdentityPolicy);
    }
    assert_eq!(why(&place, &web.predictive), Cause::DeniedByIdentityPolicy);
    assert_eq!(why(&place, &web.metrics), Cause::DeniedByIdentityPolicy);
    assert_eq!(why(&place, &web.policy_scale_out_at), Cause::DeniedByIdentityPolicy);
    assert_eq!(why(&place, &web.user_change_at), Cause::DeniedByIdentityPolicy);
    assert_eq!(why(&place, &web.activities_30_days), Cause::DeniedByIdentityPolicy);
    assert_eq!(why(&place, &web.automatic_change_here_at), Cause::DeniedByIdentityPolicy);

    let (place, nothing) = collected(&with(GROUPS, &["autoscaling.DescribeAutoScalingGroups/denied"])).await;
    assert_eq!(unseen(&nothing, &place), [(Kind::ScalingTarget, Cause::DeniedByIdentityPolicy)]);
}

#[tokio::test]
async fn without_alarms_only_what_hangs_on_them_is_unknown() {
    let (place, collected) = collected(&with(GROUPS, &["cloudwatch.DescribeAlarms/denied"])).await;
    let (web, legacy) = (target(&collected, "/web"), target(&collected, "/legacy"));
    assert_eq!(why(&place, &web.limit_alarm_percent), Cause::DeniedByIdentityPolicy);
    assert_eq!(known(&web.metrics), [ScalingMetric::RequestCount]);
    assert_eq!(why(&place, &legacy.metrics), Cause::DeniedByIdentityPolicy);
    assert_eq!(known(&legacy.step_policies), 1);
}

#[tokio::test]
async fn activities_cut_short_still_show_what_was_read() {
    let (place, collected) = collected(&with(GROUPS, &["autoscaling.DescribeScalingActivities/cut-short"])).await;
    let web = target(&collected, "/web");
    assert_eq!(day(&web.policy_scale_out_at).as_deref(), Some("2026-11-20"));
    assert_eq!(day(&web.automatic_change_here_at).as_deref(), Some("2026-11-20"));
    assert_eq!(why(&place, &web.activities_90_days), Cause::CutShort);
    assert_eq!(why(&place, &web.user_change_at), Cause::CutShort, "one may stand on the page that was not read");
    assert_eq!(why(&place, &target(&collected, "/batch").policy_scale_out_at), Cause::CutShort);
}

#[tokio::test]
async fn services_are_joined_with_their_targets() {
    use ScalingMetric::*;
    let (place, collected) = collected(SERVICES).await;
    let web = target(&collected, "service/shop/web");
    assert_eq!(web.scaling_kind, ScalingKind::EcsService);
    assert_eq!((known(&web.min), known(&web.max), known(&web.desired)), (2, 20, Some(4)));
    assert_eq!(known(&web.cooldown_s), Some(120), "the longest of its policies");
    assert!(known(&web.load_balanced));
    assert_eq!((known(&web.target_tracking_policies), known(&web.step_policies)), (1, 1));
    assert_eq!(known(&web.metrics), [Cpu, Queue]);
    assert_eq!(known(&web.predictive), Some(PredictiveMode::ForecastOnly));
    assert_eq!(known(&web.scheduled_actions), 1);
    assert_eq!(
        known(&web.activities_30_days),
        ScalingCauses { policy: 2, schedule: 1, other: 1, ..Default::default() }
    );
    assert_eq!(day(&web.policy_scale_out_at).as_deref(), Some("2026-11-20"));
    assert_eq!(why(&place, &web.user_change_at), Cause::NotReported, "a hand on a service leaves no activity");
    let external = target(&collected, "service/shop/external");
    assert!(known(&external.load_balanced), "by its task set");
    assert_eq!(known(&external.suspended), ["DynamicScalingOutSuspended"]);
    assert_eq!(collected.evidence.len(), 4, "a draining service and one that is gone have no target; one is static");
}

#[tokio::test]
async fn other_targets_know_less() {
    let (place, collected_facts) = collected(SERVICES).await;
    let orders = target(&collected_facts, "ReadCapacityUnits");
    assert_eq!(orders.scaling_kind, ScalingKind::Other("dynamodb".to_owned()));
    assert_eq!((known(&orders.desired), known(&orders.load_balanced)), (None, false));
    assert_eq!(why(&place, &orders.suspended), Cause::NotReported);
    assert_eq!(day(&orders.policy_scale_out_at).as_deref(), Some("2026-11-19"), "from 10 to 20");

    let untold = ["application-autoscaling.DescribeScalingActivities/dynamodb-direction-untold"];
    let ecs = ["application-autoscaling.DescribeScalingActivities/ecs"];
    let (place, collected_facts) = collected(&with(SERVICES, &[untold, ecs].concat())).await;
    let orders = target(&collected_facts, "ReadCapacityUnits");
    assert_eq!(why(&place, &orders.policy_scale_out_at), Cause::NotReported, "10 units, from more or from less");
}

#[tokio::test]
async fn a_target_whose_service_could_not_be_read_stays() {
    let cases = with(SERVICES, &["ecs.ListClusters/denied"]);
    let (place, collected) = collected(&cases).await;
    let web = target(&collected, "service/shop/web");
    assert_eq!(why(&place, &web.load_balanced), Cause::DeniedByIdentityPolicy);
    assert_eq!(why(&place, &web.desired), Cause::DeniedByIdentityPolicy);
    assert_eq!(known(&web.max), 20);
    assert_eq!(unseen(&collected, &place), [(Kind::StaticServer, Cause::DeniedByIdentityPolicy)]);
}

#[tokio::test]
async fn static_services_stand_behind_a_balancer_without_a_target() {
    let (_, collected_facts) = collected(SERVICES).await;
    let [(name, server)] = servers(&collected_facts)[..] else { panic!("one static service") };
    assert_eq!((name, known(&server.scaled)), ("static", false), "daemons, drained services and workers are none");

    let denied = [
        "application-autoscaling.DescribeScalableTargets/empty-but-ecs",
        "application-autoscaling.DescribeScalableTargets/ecs-denied",
    ];
    let (place, collected_facts) = collected(&with(SERVICES, &denied)).await;
    let names: Vec<_> = servers(&collected_facts).iter().map(|(name, _)| *name).collect();
    assert_eq!(names, ["external", "static", "web"]);
    for (_, server) in servers(&collected_facts) {
        assert_eq!(why(&place, &server.scaled), Cause::DeniedByOrganizationPolicy);
    }
    assert_eq!(unseen(&collected_facts, &place), [(Kind::ScalingTarget, Cause::DeniedByOrganizationPolicy)]);
}

#[tokio::test]
async fn services_of_a_batch_that_was_denied_are_unseen() {
    let (place, collected) = collected(&with(SERVICES, &["ecs.DescribeServices/half-denied"])).await;
    assert_eq!(unseen(&collected, &place), [(Kind::StaticServer, Cause::DeniedByOtherPolicy)]);
    assert!(known(&target(&collected, "service/shop/web").load_balanced), "it was in the other batch");
}

#[tokio::test]
async fn static_instances_are_registered_and_in_no_group() {
    let (_, collected) = collected(SERVERS).await;
    let [(name, server)] = servers(&collected)[..] else { panic!("one static instance") };
    assert_eq!(name, "i-0e00000000000001", "not of a group, not even of one being deleted, and not draining");
    assert_eq!(known(&server.target_groups).len(), 2, "two ports of one target group count once");
    assert!(!known(&server.scaled));
}

#[tokio::test]
async fn static_instances_have_the_tags_of_the_instance() {
    let subject = async |case: &str| {
        let (place, collected) = collected(&with(SERVERS, &[case])).await;
        let server = collected.evidence.iter().find(|one| matches!(one.facts, Facts::StaticServer(_))).unwrap();
        (server.subject.tags.clone(), server.subject.tags_gap.map(|gap| cause(&place, gap)))
    };
    let (tags, gap) = subject("ec2.DescribeInstances/one-tagged").await;
    assert_eq!((tags.get("environment").map(|value| &**value), gap), (Some("production"), None));
    // Of one that does not run, or that could not be listed, nobody knows them: that is not the same as none.
    assert_eq!(subject("ec2.DescribeInstances/none-running").await.1, Some(Cause::NotReported));
    assert_eq!(subject("ec2.DescribeInstances/denied").await.1, Some(Cause::DeniedByIdentityPolicy));
}

#[tokio::test]
async fn membership_is_unknown_without_the_groups() {
    let (place, collected) = collected(&with(SERVERS, &["autoscaling.DescribeAutoScalingGroups/denied"])).await;
    assert_eq!(servers(&collected).len(), 4);
    for (_, server) in servers(&collected) {
        assert_eq!(why(&place, &server.scaled), Cause::DeniedByIdentityPolicy);
    }
}

#[tokio::test]
async fn instances_of_a_scaled_spot_fleet_are_not_told_apart() {
    let fleet = [
        "application-autoscaling.DescribeScalableTargets/spot-fleet",
        "application-autoscaling.DescribeScalingPolicies/spot-fleet-empty",
        "application-autoscaling.DescribeScalingActivities/spot-fleet-empty",
        "application-autoscaling.DescribeScheduledActions/spot-fleet-empty",
    ];
    let (place, collected) = collected(&with(SERVERS, &fleet)).await;
    let [(_, server)] = servers(&collected)[..] else { panic!("one server") };
    assert_eq!(why(&place, &server.scaled), Cause::NotReported);
    let fleet = collected.evidence.iter().find_map(|one| match &one.facts {
        Facts::ScalingTarget(target) if target.scaling_kind == ScalingKind::Other("ec2".to_owned()) => Some(target),
        _ => None,
    });
    assert_eq!(why(&place, &fleet.expect("the fleet").load_balanced), Cause::NotReported);
}

#[tokio::test]
async fn servers_that_could_not_be_listed_are_unseen() {
    let (place, none) = collected(&with(SERVERS, &["elasticloadbalancing.DescribeTargetGroups/denied"])).await;
    assert_eq!(unseen(&none, &place), [(Kind::StaticServer, Cause::DeniedByIdentityPolicy)]);
    let (place, some) = collected(&with(SERVERS, &["elasticloadbalancing.DescribeTargetHealth/admin-denied"])).await;
    assert_eq!(unseen(&some, &place), [(Kind::StaticServer, Cause::DeniedByPermissionsBoundary)]);
    assert_eq!(servers(&some).len(), 1, "what was read still counts");
}

#[tokio::test]
async fn load_balancers_with_their_scheme_type_and_name() {
    let place = place("us-east-1", &["elasticloadbalancing.DescribeLoadBalancers/two-pages"]);
    let balancers = crate::calls::elbv2::load_balancers(&place).await;
    let text = |text: &Option<std::sync::Arc<str>>| text.as_deref().unwrap_or("-").to_owned();
    let shown: Vec<_> = balancers.items.iter().map(|lb| (text(&lb.name), text(&lb.scheme), text(&lb.kind))).collect();
    let expected =
        [("web", "internet-facing", "application"), ("db", "internal", "network"), ("inspect", "-", "gateway")];
    assert_eq!(shown, expected.map(|(name, scheme, kind)| (name.to_owned(), scheme.to_owned(), kind.to_owned())));
    assert_eq!(text(&balancers.items[0].dns_name), "web-1.us-east-1.elb.amazonaws.com");
    assert_eq!(balancers.gap, None);
}

#[tokio::test]
async fn the_global_place_has_nothing_of_it() {
    let collected = collect(&place("global", &[])).await;
    assert_eq!((collected.evidence.len(), collected.unseen.len()), (0, 0));
}

#[tokio::test]
async fn scale_outs_during_load_tests() {
    let (_, none) = collected(GROUPS).await;
    assert_eq!(known(&target(&none, "/web").load_tested), None, "no load test ran");

    let runs = |case: &'static str| with(GROUPS, &["states.ListStateMachines/shop-gatling", case]);
    for (case, expected) in [
        ("states.ListExecutions/ends-minutes-before-scale-out", Some(true)),
        ("states.ListExecutions/ends-long-before-scale-out", Some(false)),
        ("states.ListExecutions/begins-after-scale-out", Some(false)),
        ("states.ListExecutions/shop-gatling-none", None),
    ] {
        let (_, collected) = collected(&runs(case)).await;
        assert_eq!(known(&target(&collected, "/web").load_tested), expected, "{case}");
        assert_ne!(known(&target(&collected, "/batch").load_tested), Some(true), "it never scaled out");
    }
}

#[tokio::test]
async fn load_tests_that_could_not_be_read_leave_it_open() {
    for case in ["states.ListStateMachines/denied", "codebuild.ListProjects/denied"] {
        let (place, collected) = collected(&with(GROUPS, &[case])).await;
        assert_eq!(why(&place, &target(&collected, "/web").load_tested), Cause::DeniedByIdentityPolicy, "{case}");
    }
    let cases = ["states.ListStateMachines/shop-gatling", "states.ListExecutions/shop-gatling-denied"];
    let (place, denied) = collected(&with(GROUPS, &cases)).await;
    assert_eq!(why(&place, &target(&denied, "/web").load_tested), Cause::Denied);

    let unread = ["autoscaling.DescribeScalingActivities/denied"];
    let (_, without) = collected(&with(GROUPS, &unread)).await;
    assert_eq!(known(&target(&without, "/web").load_tested), None, "no load test to hold against what was not read");
    let run = "states.ListExecutions/ends-minutes-before-scale-out";
    let cases = with(GROUPS, &["states.ListStateMachines/shop-gatling", run, unread[0]]);
    let (place, with_run) = collected(&cases).await;
    assert_eq!(why(&place, &target(&with_run, "/web").load_tested), Cause::DeniedByIdentityPolicy);
    let half = ["autoscaling.DescribeScalingActivities/cut-short"];
    let (_, seen) = collected(&with(&cases, &half)).await;
    assert_eq!(known(&target(&seen, "/web").load_tested), Some(true), "one that was seen is enough");
}
