use rung_rules::{
    facts::{Facts, Kind, VolumeType},
    model::{Cause, Observed},
};

use crate::{
    Collected,
    aws::Place,
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

fn volumes(collected: &Collected) -> Vec<(&str, &rung_rules::facts::Volume)> {
    collected
        .evidence
        .iter()
        .filter_map(|evidence| match &evidence.facts {
            Facts::Volume(facts) => Some((evidence.subject.arn.rsplit('/').next()?, &**facts)),
            _ => None,
        })
        .collect()
}

fn cause(place: &Place, fact: &Observed<impl std::fmt::Debug>) -> Cause {
    let Observed::Unknown { gap } = fact else { panic!("{fact:?} is known") };
    let (_, gaps) = place.span.registry.snapshot();
    gaps.iter().find(|known| known.id == *gap).expect("the gap is registered").cause
}

#[test]
fn both_pages_are_read_and_volumes_being_deleted_left_out() {
    let place = place("us-east-1", &["ec2.DescribeVolumes/two-pages"]);
    let collected = collected(&place);
    let volumes = volumes(&collected);
    assert_eq!(volumes.iter().map(|(id, _)| *id).collect::<Vec<_>>(), ["vol-1", "vol-2"]);
    let (_, first) = &volumes[0];
    assert_eq!(first.volume_type.value(), Some(&VolumeType::Gp2));
    assert_eq!(first.attached.value(), Some(&true));
    assert_eq!(first.from_snapshot.value(), Some(&true));
    assert_eq!(first.gp3_saving_usd_month.value(), Some(&Some(2.0)));
    let named =
        collected.evidence.iter().find(|e| &*e.subject.arn == "arn:aws:ec2:us-east-1:123456789012:volume/vol-1");
    assert_eq!(named.and_then(|e| e.subject.name.as_deref()), Some("orders-data"));
}

#[test]
fn absent_fields_are_unknown_not_false() {
    let place = place("us-east-1", &["ec2.DescribeVolumes/two-pages"]);
    let collected = collected(&place);
    let (_, second) = volumes(&collected)[1];
    assert_eq!(cause(&place, &second.volume_type), Cause::NotReported);
    assert_eq!(cause(&place, &second.created_at), Cause::NotReported);
    assert_eq!(second.from_snapshot.value(), Some(&false));
    // Alarms could not be read: "no alarm" would be a guess.
    assert!(matches!(second.io_alarm, Observed::Unknown { .. }));
}

#[test]
fn an_empty_list_is_complete() {
    let place = place("us-east-1", &["ec2.DescribeVolumes/empty"]);
    let collected = collected(&place);
    assert!(volumes(&collected).is_empty());
    assert!(collected.unseen.iter().all(|unseen| unseen.kind != Kind::Volume));
}

#[test]
fn a_list_that_breaks_off_keeps_what_was_read_and_says_so() {
    let place = place("us-east-1", &["ec2.DescribeVolumes/second-page-fails"]);
    let collected = collected(&place);
    assert_eq!(volumes(&collected).len(), 1);
    let unseen = collected.unseen.iter().find(|unseen| unseen.kind == Kind::Volume).expect("there may be more");
    assert_eq!(cause(&place, &Observed::<()>::unknown(unseen.gap)), Cause::CutShort);
}

#[test]
fn a_denied_list_is_unseen_with_its_cause() {
    let place = place("us-east-1", &["ec2.DescribeVolumes/denied-by-organisation"]);
    let collected = collected(&place);
    let unseen = collected.unseen.iter().find(|unseen| unseen.kind == Kind::Volume).expect("nothing was seen");
    assert_eq!(cause(&place, &Observed::<()>::unknown(unseen.gap)), Cause::DeniedByOrganizationPolicy);
}

#[test]
fn a_bucket_that_does_not_tell_its_region_makes_buckets_unseen() {
    let place = place("eu-west-1", &["ec2.DescribeVolumes/empty", "s3.ListBuckets/one-without-region"]);
    let collected = collected(&place);
    let unseen = collected.unseen.iter().find(|unseen| unseen.kind == Kind::Bucket).expect("there may be more");
    assert_eq!(cause(&place, &Observed::<()>::unknown(unseen.gap)), Cause::NotReported);
}

#[test]
fn rules_on_ebs_events_that_start_an_automation_count() {
    let cases =
        ["ec2.DescribeVolumes/empty", "events.ListRules/storage-automation", "events.ListTargetsByRule/automation"];
    let place = place("us-east-1", &cases);
    let collected = collected(&place);
    let automation = collected.evidence.iter().find_map(|evidence| match &evidence.facts {
        Facts::StorageAutomation(facts) => Some(facts),
        _ => None,
    });
    assert_eq!(automation.expect("one an account and region").event_automations.value(), Some(&1));
}
