//! What a comparison says of two scans.

mod world;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::*;
use crate::{
    facts::{Facts, VolumeType},
    model::{Attestation, Evidence, Pattern, ScopeRule, SourceId, TagRule, Thresholds},
    testing::{days_ago, known},
};

use world::*;

#[test]
fn the_same_scan_twice_is_no_change() {
    let changes = both_ways(&good(), &good());
    assert!(changes.is_nothing(), "{changes:#?}");
    assert_eq!(storage(&changes).why, format!("Unchanged at {}.", levels(storage(&changes)).0.unwrap()));
    assert!(changes.findings.same > 0);
}

#[test]
fn where_facts_were_read_is_no_change_of_them() {
    let mut again = good();
    for one in &mut again.set.evidence {
        if let Facts::Volume(volume) = &mut one.facts {
            volume.volume_type = crate::model::Observed::known(VolumeType::Gp3, SourceId(7));
        }
    }
    assert!(diff(&good(), &again).is_nothing());
}

#[test]
fn a_resource_that_changed_is_named_with_the_fact() {
    let before = World::of(vec![with("a", |volume| volume.created_at = known(days_ago(40))), volume("b")]);
    let after = World::of(vec![new_gp2("a"), volume("b")]);
    let changes = both_ways(&before, &after);
    let own = storage(&changes);
    assert_eq!((levels(own), own.direction), ((Some(4), Some(2)), Direction::Fell), "{own:?}");
    assert_eq!(own.causes, [ChangeCause::Resource]);
    assert_eq!(
        own.why,
        "Fell from 4 to 2: gp3-for-new-volumes is unmet, was met, because a fails now (volume_type was gp3, is gp2)."
    );
    let changed = &criterion(&changes, NEW).subjects;
    let [one] = changed.as_slice() else { panic!("{changed:?}") };
    assert_eq!((one.before, one.after, one.cause), (Some(Verdict::Pass), Some(Verdict::Fail), ChangeCause::Resource));
    let fact = FactChange { name: "volume_type".to_owned(), before: Some(json!("gp3")), after: Some(json!("gp2")) };
    assert_eq!(one.facts, [fact]);
    assert!(changes.findings.worse > 0 && changes.findings.better == 0);
}

#[test]
fn resources_that_appear_and_go() {
    let after = World::of(vec![volume("a"), volume("b"), volume("c"), new_gp2("d")]);
    let changes = both_ways(&good(), &after);
    let own = storage(&changes);
    assert_eq!(own.direction, Direction::Fell);
    assert!(own.why.ends_with("because d appeared and fails."), "{}", own.why);
    assert!(changes.findings.appeared > 0 && changes.findings.gone == 0, "{:?}", changes.findings);
    let back = diff(&after, &good());
    assert!(storage(&back).why.ends_with("because d is gone."), "{}", storage(&back).why);
    assert!(back.findings.gone > 0 && back.findings.appeared == 0);
    assert_eq!(criterion(&back, NEW).subjects[0].after, None);
}

#[test]
fn a_threshold() {
    let world = World::of(vec![new_gp2("a"), volume("b"), volume("c"), volume("d")]);
    let set = [("090.new_volume_days".to_owned(), 20.0)];
    let after = world.clone().set(|settings| settings.thresholds = Thresholds::new(set.into()));
    let changes = both_ways(&world, &after);
    let own = storage(&changes);
    assert_eq!((own.direction, own.causes.as_slice()), (Direction::Rose, &[ChangeCause::Threshold][..]));
    assert!(
        own.why.contains("because the threshold 090.new_volume_days was changed from 90 to 20 days."),
        "{}",
        own.why
    );
    let [setting] = changes.settings.as_slice() else { panic!("{:?}", changes.settings) };
    assert_eq!(
        (setting.what, &setting.before, &setting.after),
        (Setting::Threshold, &Some(json!(90.0)), &Some(json!(20.0)))
    );
    assert_eq!(criterion(&changes, NEW).subjects[0].cause, ChangeCause::Threshold);
}

#[test]
fn a_scope() {
    let mut test = new_gp2("a");
    test.subject.tags = [("environment".into(), "test".into())].into_iter().collect();
    let world = World::of(vec![test, volume("b")]);
    let rule = TagRule { key: "environment".to_owned(), values: vec![Pattern("prod".to_owned())] };
    let after = world.clone().set(|settings| settings.scope = ScopeRule { tags: vec![rule], ..ScopeRule::default() });
    let changes = both_ways(&world, &after);
    assert_eq!(storage(&changes).causes, [ChangeCause::Scope]);
    assert!(
        storage(&changes).why.contains("the scope was changed: before, every resource"),
        "{}",
        storage(&changes).why
    );
    assert_eq!(changes.settings[0].what, Setting::Scope);
    assert_eq!(criterion(&changes, NEW).subjects[0].cause, ChangeCause::Scope);

    // With the scope as it is, another tag is a change of the resource.
    let mut tagged = after.clone();
    for one in &mut tagged.set.evidence {
        one.subject.tags = [("environment".into(), "prod".into())].into_iter().collect();
    }
    let changes = both_ways(&after, &tagged);
    assert_eq!(storage(&changes).causes, [ChangeCause::Resource]);
    assert!(storage(&changes).why.contains("a came into the scope and fails"), "{}", storage(&changes).why);
}

#[test]
fn what_is_not_listed_any_more_is_not_gone() {
    let before = World::of(vec![volume("a"), new_gp2("b"), volume("c")]);
    let after = World::of(Vec::new()).denied();
    let changes = both_ways(&before, &after);
    assert_eq!((changes.findings.gone, changes.findings.worse), (0, 0), "{:?}", changes.findings);
    assert!(changes.findings.hidden > 0);
    for own in &changes.criteria {
        assert_eq!(own.causes, [ChangeCause::Coverage], "{}: {}", own.criterion, own.why);
        assert!(own.subjects.iter().all(|subject| subject.cause == ChangeCause::Coverage));
    }
    let why = &criterion(&changes, SELECTED).why;
    let words = "ec2:DescribeVolumes in eu-west-1: denied by the caller's own policy";
    assert_eq!(*why, format!("Unknown, was met: what was seen before is not seen now ({words})."));
    assert_eq!((changes.gaps.opened_total, changes.gaps.closed_total), (1, 0));
    assert_eq!(changes.gaps.opened[0].id, DENIED);

    // Seen again, the volume that fails fails as it did; that it is unmet now is of coverage.
    let back = diff(&after, &before);
    let own = criterion(&back, NEW);
    assert_eq!((own.before, own.after), (Some(Outcome::Unknown), Some(Outcome::Unmet)));
    assert_eq!(own.causes, [ChangeCause::Coverage]);
    assert!(own.why.contains("what was not seen before is seen now (it was: ec2:DescribeVolumes"), "{}", own.why);
    assert_eq!(back.findings.worse, 0);
}

#[test]
fn a_fact_that_is_not_seen_any_more_is_coverage_and_what_else_changed_is_the_resource() {
    let hide = |evidence: Evidence| {
        let mut evidence = evidence;
        if let Facts::Volume(volume) = &mut evidence.facts {
            volume.io_alarm = crate::model::Observed::unknown(DENIED);
        }
        evidence
    };
    let before = World::of(vec![with("a", |volume| volume.created_at = known(days_ago(40)))]);
    let mut after = World::of(vec![hide(new_gp2("a"))]);
    after.set.gaps.push(gap());
    let changes = diff(&before, &after);
    assert_eq!(criterion(&changes, ALARMS).causes, [ChangeCause::Coverage]);
    assert_eq!(criterion(&changes, ALARMS).subjects[0].facts[0].after, Some(json!({"gap": DENIED.to_string()})));
    assert_eq!(criterion(&changes, NEW).causes, [ChangeCause::Resource]);
}

#[test]
fn a_region_that_was_not_scanned_is_coverage() {
    let mut after = World::of(vec![volume("a")]);
    let before = World::of(vec![volume("a"), {
        let mut far = new_gp2("far");
        far.subject.region = "us-east-1".into();
        far
    }]);
    let before = World { regions: vec!["eu-west-1".to_owned(), "us-east-1".to_owned()], ..before };
    let changes = both_ways(&before, &after);
    let own = criterion(&changes, NEW);
    assert_eq!(own.causes, [ChangeCause::Coverage]);
    assert!(own.why.contains("us-east-1 was scanned before and not now"), "{}", own.why);
    // Where it was scanned, it is gone.
    after.regions = before.regions.clone();
    assert_eq!(criterion(&diff(&before, &after), NEW).causes, [ChangeCause::Resource]);
}

#[test]
fn attestations_that_are_added_withdrawn_and_changed() {
    let attested = |one: Attestation| good().set(|settings| settings.attestations = vec![one]);
    let changes = both_ways(&good(), &attested(attestation(|_| ())));
    let own = criterion(&changes, TUNING);
    assert_eq!((own.before, own.after), (Some(Outcome::Unknown), Some(Outcome::Met)));
    assert_eq!(own.causes, [ChangeCause::Attestation]);
    assert_eq!(own.why, "Met, was unknown: Ada attests it (until 2026-12-31).");
    assert_eq!(storage(&changes).direction, Direction::Rose, "{:?}", storage(&changes));

    let back = diff(&attested(attestation(|_| ())), &good());
    assert!(storage(&back).why.contains("because the attestation of Ada (until 2026-12-31) was withdrawn."));

    // Somebody set its end to a day that has passed.
    let ended = attested(attestation(|one| one.expires = "2026-11-10".parse().unwrap()));
    let changes = diff(&attested(attestation(|_| ())), &ended);
    assert_eq!(storage(&changes).causes, [ChangeCause::Attestation]);
    assert!(storage(&changes).why.contains("the attestation of Ada ended on 2026-11-10."), "{}", storage(&changes).why);
    assert_eq!(changes.settings[0].what, Setting::Attestation);

    // Another line of the file is no change.
    let moved = attested(attestation(|one| one.place = "attestations.toml:9".to_owned()));
    assert!(diff(&attested(attestation(|_| ())), &moved).is_nothing());
}

#[test]
fn an_attestation_whose_day_passed() {
    let before = good().set(|settings| settings.attestations = vec![attestation(|_| ())]);
    let after = before.clone().later(60);
    let changes = both_ways(&before, &after);
    let own = storage(&changes);
    assert_eq!(
        (own.direction, own.causes.as_slice()),
        (Direction::Fell, &[ChangeCause::Attestation, ChangeCause::Time][..])
    );
    assert!(own.why.ends_with("because the attestation of Ada ended on 2026-12-31."), "{}", own.why);
    let [setting] = changes.settings.as_slice() else { panic!("{:?}", changes.settings) };
    assert_eq!(
        (setting.what, setting.why.as_str()),
        (Setting::Attestation, "The attestation of Ada ended on 2026-12-31.")
    );
}

#[test]
fn waivers_that_are_added_and_end() {
    let world = World::of(vec![new_gp2("a"), volume("b"), volume("c")]);
    let waived = world.clone().set(|settings| settings.waivers = vec![waiver()]);
    let changes = both_ways(&world, &waived);
    let own = storage(&changes);
    assert_eq!((own.direction, own.causes.as_slice()), (Direction::Same, &[ChangeCause::Waiver][..]));
    assert!(own.why.starts_with("With waivers it is 3, was 2: "), "{}", own.why);
    assert!(own.why.ends_with("because the waiver of Grace for a was added (until 2026-12-31)."), "{}", own.why);
    let own = criterion(&changes, NEW);
    assert_eq!(
        (own.before, own.after, own.causes.as_slice()),
        (Some(Outcome::Unmet), Some(Outcome::Unmet), &[ChangeCause::Waiver][..])
    );

    // The gp2 volume stays new for long enough.
    let set = [("090.new_volume_days".to_owned(), 300.0)];
    let waived = waived.set(|settings| settings.thresholds = Thresholds::new(set.into()));
    let changes = both_ways(&waived, &waived.clone().later(60));
    assert_eq!(storage(&changes).causes, [ChangeCause::Waiver, ChangeCause::Time]);
    assert!(
        storage(&changes).why.contains("the waiver of Grace for a ended on 2026-12-31"),
        "{}",
        storage(&changes).why
    );
}

#[test]
fn time_alone() {
    let world = World::of(vec![new_gp2("a"), volume("b"), volume("c")]);
    let changes = both_ways(&world, &world.clone().later(60));
    let own = storage(&changes);
    assert_eq!((own.direction, own.causes.as_slice()), (Direction::Rose, &[ChangeCause::Time][..]));
    assert!(own.why.ends_with("because it is 60 days later and nothing else changed of a."), "{}", own.why);
    assert_eq!(criterion(&changes, NEW).subjects[0].cause, ChangeCause::Time);
    assert!(criterion(&changes, NEW).subjects[0].facts.is_empty());
    let back = diff(&world.clone().later(60), &world);
    assert_eq!(back.notes.len(), 1, "the order is told: {:?}", back.notes);
}

#[test]
fn what_time_takes_and_a_resource_gives_back_has_not_changed() {
    // A new volume that passes grows old, and another one is new.
    let fresh = |name: &str, at: Timestamp| with(name, |volume| volume.created_at = known(at));
    let before = World::of(vec![fresh("a", days_ago(40))]);
    let after = World::of(vec![fresh("a", days_ago(40)), fresh("b", days_ago(-50))]).later(60);
    let changes = diff(&before, &after);
    assert_eq!(storage(&changes).direction, Direction::Same);
    assert!(storage(&changes).causes.is_empty(), "{:?}", storage(&changes));
    assert_eq!(criterion(&changes, NEW).subjects_total, 2);
}

#[test]
fn another_version_of_the_rules() {
    let world = good();
    let mut old = world.side();
    old.stored.rung.version = "0.0.9".to_owned();
    let stored = old.stored.controls.iter_mut().find(|own| own.id == Control::StorageIo).unwrap();
    (stored.confirmed, stored.possible) = (Some(Level::L2), Some(Level::L2));
    stored.criteria.iter_mut().find(|own| own.id == NEW).unwrap().outcome = Outcome::Unmet;
    stored.criteria.retain(|own| own.id != TUNING);
    let mut gone = stored.criteria[0].clone();
    gone.id = "waf-perf-090.api.aws.of-old".to_owned();
    stored.criteria.push(gone);
    let changes = between((&world, old.clone()), (&world, world.side()));
    let own = storage(&changes);
    assert_eq!((own.direction, own.causes.as_slice()), (Direction::Rose, &[ChangeCause::Rule][..]));
    assert!(own.why.contains("today's rules judge the same evidence otherwise than rung 0.0.9 did"), "{}", own.why);
    assert_eq!(criterion(&changes, TUNING).before, None);
    assert!(criterion(&changes, TUNING).why.contains("rung 0.1.0 has this criterion and rung 0.0.9 did not"));
    assert_eq!(criterion(&changes, "waf-perf-090.api.aws.of-old").after, None);
    assert_eq!(changes.settings[0].what, Setting::Rules);

    let back = between((&world, world.side()), (&world, old));
    assert_eq!(
        (storage(&back).direction, storage(&back).causes.as_slice()),
        (Direction::Fell, &[ChangeCause::Rule][..])
    );
}

#[test]
fn stored_verdicts_tell_which_subjects_other_rules_judged_otherwise() {
    let world = good();
    let mut findings = world.assessment().findings;
    let own =
        findings.iter_mut().find(|one| one.criterion == SELECTED && one.subject.subject.name.as_deref() == Some("b"));
    own.unwrap().result = Verdict::Fail;
    let verdicts = serde_json::from_value(serde_json::to_value(findings).unwrap()).unwrap();
    let old = Side { verdicts: Some(verdicts), ..world.side() };
    let changes = between((&world, old), (&world, world.side()));
    let own = criterion(&changes, SELECTED);
    assert_eq!((own.subjects_total, own.subjects[0].cause), (1, ChangeCause::Rule));
    assert_eq!(own.why, "Met as before; 1 subject came out otherwise: 1 by rule.");
}

#[test]
fn an_account_of_one_scan_only_is_coverage() {
    let (one, other) = (good(), World::of(vec![new_gp2("z")]));
    let mut after = Side { verdicts: None, ..one.side() };
    let strange = "210987654321";
    after.scan.accounts.push(strange.to_owned());
    let mut set = other.set.clone();
    set.accounts = vec![strange.into()];
    for evidence in &mut set.evidence {
        evidence.subject.account = strange.into();
    }
    let plan = Plan::new(one.side(), after);
    let mut comparison = plan.begin();
    comparison.add(Some(one.set.clone()), Some(&one.set));
    comparison.add(None, Some(&set));
    let changes = comparison.finish();
    let own = &criterion(&changes, NEW).subjects[0];
    assert_eq!((own.account.as_str(), own.cause), (strange, ChangeCause::Coverage));
    assert_eq!(changes.notes.len(), 1, "{:?}", changes.notes);
}

#[test]
fn lists_are_bounded_and_counted() {
    let many = |kind: VolumeType| {
        let one = |n: usize| with(&format!("v{n:04}"), |volume| volume.volume_type = known(kind.clone()));
        World::of((0..3000).map(one).collect())
    };
    let changes = diff(&many(VolumeType::Gp3), &many(VolumeType::Gp2));
    let own = criterion(&changes, SELECTED);
    assert_eq!((own.subjects.len(), own.subjects_total), (LISTED_SUBJECTS, 3000));
    assert!(own.why.contains("v0000, v0001 and 2998 more fail now (volume_type was gp3, is gp2)"), "{}", own.why);
}

#[test]
fn written_and_read_again_it_is_the_same() {
    let changes = diff(&good(), &World::of(vec![new_gp2("\u{202e}<script>=1+1"), volume("b")]));
    let text = serde_json::to_string(&changes).unwrap();
    assert_eq!(serde_json::from_str::<Changes>(&text).unwrap(), changes);
    let value: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(value["schema"], SCHEMA);
    assert_eq!(value["controls"].as_array().unwrap().len(), 10);
}
