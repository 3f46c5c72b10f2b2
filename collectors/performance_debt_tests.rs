use jiff::{SignedDuration, Timestamp};
use rung_rules::{
    facts::{DebtDetection, Facts, Kind, OpsItem, PillarRisks, WaWorkload},
    model::{Cause, Observed},
};

use crate::{
    Collected,
    aws::{GLOBAL, Place},
    metrics::{self, Ask},
    testing::place,
};

/// What is collected of the place; what no recording answers is a gap.
fn collected(place: &std::sync::Arc<Place>) -> Collected {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let (nobody, asked) = Ask::channel();
        drop(nobody);
        let metrics = metrics::fetch(place, asked).await;
        super::collect(place, &metrics).await
    })
}

/// The facts of one kind.
macro_rules! facts_of {
    ($collected:expr, $kind:ident) => {
        $collected
            .evidence
            .iter()
            .filter_map(|evidence| match &evidence.facts {
                Facts::$kind(facts) => Some(&**facts),
                _ => None,
            })
            .collect()
    };
}

fn workloads(collected: &Collected) -> Vec<&WaWorkload> {
    facts_of!(collected, WaWorkload)
}

fn items(collected: &Collected) -> Vec<&OpsItem> {
    facts_of!(collected, OpsItem)
}

fn detection(collected: &Collected) -> &DebtDetection {
    let all: Vec<&DebtDetection> = facts_of!(collected, DebtDetection);
    all.first().expect("one an account and region")
}

fn cause(place: &Place, fact: &Observed<impl std::fmt::Debug>) -> Cause {
    let Observed::Unknown { gap } = fact else { panic!("{fact:?} is known") };
    let (_, gaps) = place.span.registry.snapshot();
    gaps.iter().find(|known| known.id == *gap).expect("the gap is registered").cause
}

fn unseen(place: &Place, collected: &Collected, kind: Kind) -> Option<Cause> {
    let unseen = collected.unseen.iter().find(|unseen| unseen.kind == kind)?;
    Some(cause(place, &Observed::<()>::unknown(unseen.gap)))
}

fn days_ago(days: i64) -> Timestamp {
    "2026-11-23T00:00:00Z".parse::<Timestamp>().expect("a time") - SignedDuration::from_hours(24 * days)
}

const SHOP: &[&str] = &[
    "wellarchitected.ListWorkloads/two-pages",
    "wellarchitected.GetLensReview/risks",
    "wellarchitected.ListMilestones/two-pages",
    "wellarchitected.ListMilestones/empty",
];

#[test]
fn workloads_of_both_pages_have_their_risks_and_newest_milestone() {
    let place = place("us-east-1", SHOP);
    let collected = collected(&place);
    let [shop, media] = workloads(&collected)[..] else { panic!("two workloads") };
    assert_eq!(unseen(&place, &collected, Kind::WaWorkload), None);
    assert_eq!(shop.updated_at.value(), Some(&days_ago(5)));
    assert_eq!(shop.performance_risks.value(), Some(&Some(PillarRisks { high: 2, medium: 0, unanswered: 1 })));
    assert_eq!(shop.milestone_at.value(), Some(&Some(days_ago(40))));
    // It uses no lens of the framework: the review is not asked for.
    assert_eq!(media.performance_risks.value(), Some(&None));
    assert_eq!(media.milestone_at.value(), Some(&None));
    let subject = &collected.evidence[0].subject;
    let arn = "arn:aws:wellarchitected:us-east-1:123456789012:workload/0123456789abcdef0123456789abcdef";
    assert_eq!((&*subject.arn, subject.name.as_deref()), (arn, Some("shop")));
}

#[test]
fn a_lens_named_by_its_arn_is_the_frameworks_too() {
    let cases = ["wellarchitected.ListWorkloads/arn-of-lens", "wellarchitected.GetLensReview/risks"];
    let place = place("us-east-1", &cases);
    let collected = collected(&place);
    assert!(workloads(&collected)[0].performance_risks.value().is_some_and(Option::is_some));
}

#[test]
fn absent_fields_are_unknown() {
    let cases = [
        "wellarchitected.ListWorkloads/missing-fields",
        "wellarchitected.GetLensReview/no-counts",
        "wellarchitected.ListMilestones/no-time",
        "ssm.DescribeOpsItems/missing-fields",
    ];
    let place = place("us-east-1", &cases);
    let collected = collected(&place);
    let workload = workloads(&collected)[0];
    assert_eq!(cause(&place, &workload.updated_at), Cause::NotReported);
    assert_eq!(cause(&place, &workload.performance_risks), Cause::NotReported);
    assert_eq!(cause(&place, &workload.milestone_at), Cause::NotReported);
    let item = items(&collected)[0];
    assert_eq!(item.category.value(), Some(&None));
    assert_eq!(cause(&place, &item.status), Cause::NotReported);
    assert_eq!(cause(&place, &item.created_at), Cause::NotReported);
}

#[test]
fn a_review_that_aws_does_not_find_is_no_gap() {
    let cases = ["wellarchitected.ListWorkloads/missing-fields", "wellarchitected.GetLensReview/not-used"];
    let place = place("us-east-1", &cases);
    assert_eq!(workloads(&collected(&place))[0].performance_risks.value(), Some(&None));
}

#[test]
fn what_is_denied_about_a_workload_is_unknown() {
    let cases = [
        "wellarchitected.ListWorkloads/arn-of-lens",
        "wellarchitected.GetLensReview/denied",
        "wellarchitected.ListMilestones/denied",
    ];
    let place = place("us-east-1", &cases);
    let collected = collected(&place);
    let workload = workloads(&collected)[0];
    assert_eq!(cause(&place, &workload.performance_risks), Cause::DeniedByIdentityPolicy);
    assert_eq!(cause(&place, &workload.milestone_at), Cause::DeniedByIdentityPolicy);
}

#[test]
fn a_newer_milestone_may_stand_on_a_page_that_failed() {
    let cases = ["wellarchitected.ListWorkloads/arn-of-lens", "wellarchitected.ListMilestones/second-page-fails"];
    let place = place("us-east-1", &cases);
    let collected = collected(&place);
    assert_eq!(cause(&place, &workloads(&collected)[0].milestone_at), Cause::CutShort);
}

#[test]
fn ops_items_of_both_pages() {
    let place = place("us-east-1", &["ssm.DescribeOpsItems/two-pages"]);
    let collected = collected(&place);
    let [open, resolved] = items(&collected)[..] else { panic!("two items") };
    assert_eq!(unseen(&place, &collected, Kind::OpsItem), None);
    assert_eq!(open.category.value(), Some(&Some("Performance".to_owned())));
    assert_eq!(open.source.value().map(String::as_str), Some("CloudWatch"));
    assert_eq!(open.status.value().map(String::as_str), Some("Open"));
    assert_eq!(open.modified_at.value(), Some(&days_ago(20)));
    assert_eq!(resolved.status.value().map(String::as_str), Some("Resolved"));
    assert_eq!(resolved.created_at.value(), Some(&days_ago(300)));
    let named = collected.evidence.iter().find(|evidence| matches!(evidence.facts, Facts::OpsItem(_)));
    let arn = "arn:aws:ssm:us-east-1:123456789012:opsitem/oi-0123456789ab";
    assert_eq!(named.map(|evidence| &*evidence.subject.arn), Some(arn));
}

#[test]
fn empty_lists_are_complete() {
    let cases = ["ssm.DescribeOpsItems/empty", "wellarchitected.ListWorkloads/empty"];
    let place = place("us-east-1", &cases);
    let collected = collected(&place);
    assert!(workloads(&collected).is_empty() && items(&collected).is_empty());
    assert!(collected.unseen.is_empty());
}

#[test]
fn denied_lists_are_unseen() {
    let place = place("us-east-1", &["ssm.DescribeOpsItems/denied", "wellarchitected.ListWorkloads/denied"]);
    let collected = collected(&place);
    assert_eq!(unseen(&place, &collected, Kind::OpsItem), Some(Cause::DeniedByIdentityPolicy));
    assert_eq!(unseen(&place, &collected, Kind::WaWorkload), Some(Cause::DeniedByIdentityPolicy));
}

#[test]
fn alarms_that_act_create_ops_items_about_performance_or_about_nothing_said() {
    let cases = ["cloudwatch.DescribeAlarms/ops-items", "cloudwatch.DescribeAlarms/composite-ops-items"];
    let place = place("us-east-1", &cases);
    // Two metric alarms and one composite; one about security, one muted and one that only tells people are not among them.
    assert_eq!(detection(&collected(&place)).alarms_creating_ops_items.value(), Some(&3));
}

#[test]
fn rules_on_alarms_that_create_ops_items_count() {
    let place = place("us-east-1", &["events.ListRules/ops-items", "events.ListTargetsByRule/ops-items"]);
    assert_eq!(detection(&collected(&place)).rules_creating_ops_items.value(), Some(&1));
}

#[test]
fn nothing_that_creates_ops_items_is_zero_and_hidden_is_unknown() {
    let cases = ["cloudwatch.DescribeAlarms/empty", "cloudwatch.DescribeAlarms/composite-empty"];
    let seen = place("us-east-1", &cases);
    let found = collected(&seen);
    assert_eq!(detection(&found).alarms_creating_ops_items.value(), Some(&0));
    // No recording of the rules.
    assert!(detection(&found).rules_creating_ops_items.value().is_none());
    let denied =
        place("us-east-1", &["cloudwatch.DescribeAlarms/denied", "cloudwatch.DescribeAlarms/composite-ops-items"]);
    let found = collected(&denied);
    assert_eq!(cause(&denied, &detection(&found).alarms_creating_ops_items), Cause::DeniedByIdentityPolicy);
    let targets_hidden = place("us-east-1", &["events.ListRules/ops-items"]);
    assert!(detection(&collected(&targets_hidden)).rules_creating_ops_items.value().is_none());
}

#[test]
fn global_services_have_none_of_it() {
    let collected = collected(&place(GLOBAL, &[]));
    assert!(collected.evidence.is_empty() && collected.unseen.is_empty());
}
