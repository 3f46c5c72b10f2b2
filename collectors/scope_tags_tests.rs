use rung_rules::{
    facts::Bucket,
    model::{Cause, Evidence, EvidenceSet, Observed, SourceId, Tags},
};

use crate::{Collected, aws::Place, testing::place};

fn bucket() -> Bucket {
    let from = SourceId(1);
    Bucket {
        size_bytes: Observed::known(0.0, from),
        intelligent_tiering: Observed::known(false, from),
        lifecycle: Observed::known(false, from),
        intelligent_tiering_bytes: Observed::known(0.0, from),
    }
}

/// Three resources without tags: two functions, and one whose service tells tags itself.
fn collected(place: &Place) -> Collected {
    let arns = ["function:orders-api", "function:untagged"].map(|name| place.arn("lambda", name));
    let volume = place.arn("ec2", "volume/vol-1");
    let evidence = |arn| Evidence { subject: place.subject(arn, None, Tags::new()), facts: bucket().into() };
    Collected { evidence: arns.into_iter().chain([volume]).map(evidence).collect(), unseen: Vec::new() }
}

fn filled(case: &str) -> (std::sync::Arc<Place>, Collected) {
    let place = place("us-east-1", &[case]);
    let mut collected = collected(&place);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(super::fill(&place, &mut collected));
    (place, collected)
}

#[test]
fn tags_are_filled_in_and_what_a_whole_answer_leaves_out_has_none() {
    let (_, collected) = filled("tag.GetResources/one-page");
    let subjects: Vec<_> = collected.evidence.iter().map(|evidence| &evidence.subject).collect();
    assert_eq!(subjects[0].tags.get("environment").map(|value| &**value), Some("production"));
    assert!(subjects[1].tags.is_empty() && subjects[1].tags_gap.is_none());
}

#[test]
fn denied_tags_are_unknown_where_they_were_asked_for() {
    let (place, collected) = filled("tag.GetResources/denied");
    let gaps: Vec<_> = collected.evidence.iter().map(|evidence| evidence.subject.tags_gap).collect();
    assert!(gaps[0].is_some() && gaps[1].is_some());
    assert!(gaps[2].is_none(), "volumes tell their tags themselves: this one has none");
    let (_, known) = place.span.registry.snapshot();
    let gap = known.iter().find(|gap| Some(gap.id) == gaps[0]).expect("registered");
    assert_eq!((gap.cause, gap.operation.as_str()), (Cause::DeniedByIdentityPolicy, "tag:GetResources"));
}

#[test]
fn tags_that_no_call_tells_are_open() {
    let place = place("us-east-1", &[]);
    let subject = place.subject(place.arn("dynamodb", "table/orders"), None, Tags::new());
    let mut collected = Collected { evidence: vec![Evidence { subject, facts: bucket().into() }], unseen: Vec::new() };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(super::fill(&place, &mut collected));
    assert!(collected.evidence[0].subject.tags_gap.is_some());
}

#[test]
fn tags_that_a_scan_did_not_ask_for_are_open() {
    let place = place("us-east-1", &[]);
    let mut set = EvidenceSet { evidence: collected(&place).evidence, ..EvidenceSet::default() };
    super::not_asked(&mut set);
    assert!(set.evidence[0].subject.tags_gap.is_some() && set.evidence[2].subject.tags_gap.is_none());
    assert_eq!(set.gaps.len(), 1);
    assert_eq!(set.gaps[0].cause, Cause::NotRequested);
}

#[test]
fn a_register_is_read_from_s3_or_a_gap_stands_for_it() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let read = |case: &str| {
        let place = place("global", &[case]);
        let object = crate::calls::s3_object::object(&place, "larch-governance", "debt.csv");
        let read = runtime.block_on(object);
        (read, place)
    };
    let (object, _) = read("s3.GetObject/register");
    let (object, _) = object.expect("it is there");
    assert!(object.bytes.starts_with(b"id,description"));
    assert_eq!(object.last_modified, Some("2026-11-02T09:00:00Z".parse().expect("a time")));
    let (missing, place) = read("s3.GetObject/missing");
    let gap = missing.expect_err("it is not there");
    let (_, known) = place.span.registry.snapshot();
    let gap = known.iter().find(|one| one.id == gap).expect("registered");
    assert!(gap.detail.contains("does not exist"), "{}", gap.detail);
}
