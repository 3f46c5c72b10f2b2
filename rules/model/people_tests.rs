use crate::{
    facts::{
        Bucket, Database, Facts, StorageAutomation, Volume,
        VolumeType::{Gp2, Gp3},
    },
    model::{
        Attestation, Control, ControlResult, CriterionResult, DecidedBy, EvidenceSet, Level, Outcome, Pattern,
        Settings, TagRule, Waiver, assess,
    },
    testing::{days_ago, evidence_set, known, of, unknown},
};

const AUTO_TUNING: &str = "waf-perf-090.api.aws.storage-auto-tuning";
const MIGRATION: &str = "waf-perf-090.api.aws.gp2-migration-complete";

fn attestation(criterion: &str) -> Attestation {
    Attestation {
        criterion: criterion.to_owned(),
        place: "attestations.toml:1".to_owned(),
        owner: "Ada".to_owned(),
        date: "2026-11-01".parse().unwrap(),
        expires: "2027-01-31".parse().unwrap(),
        statement: "our own controller tunes volumes".to_owned(),
        accounts: Vec::new(),
        tags: Vec::new(),
        proof: Vec::new(),
    }
}

fn waiver(change: impl FnOnce(&mut Waiver)) -> Waiver {
    let mut waiver = Waiver {
        place: "waivers.toml:1".to_owned(),
        control: None,
        criterion: Some(MIGRATION.to_owned()),
        subject: None,
        reason: "moves with the data centre".to_owned(),
        owner: Some("Ada".to_owned()),
        expires: Some("2027-01-31".parse().unwrap()),
    };
    change(&mut waiver);
    waiver
}

pub(crate) fn volume(kind: crate::facts::VolumeType) -> Facts {
    Volume {
        volume_type: known(kind),
        size_gib: known(100),
        iops: known(Some(3000)),
        throughput_mib_s: known(None),
        created_at: known("2020-01-01T00:00:00Z".parse().unwrap()),
        from_snapshot: known(false),
        attached: known(true),
        io_alarm: known(true),
        queue_length_p95: known(0.1),
        burst_balance_min_percent: known(None),
        limit_exceeded: known(Some(false)),
        optimizer_finding: unknown(),
        gp3_saving_usd_month: known(None),
    }
    .into()
}

pub(crate) fn automation(rules: u32) -> Facts {
    let rules = known(rules);
    StorageAutomation { optimizer_rules: rules, event_automations: known(0), volumes: known(2) }.into()
}

fn storage(set: &EvidenceSet, settings: &Settings, look: impl FnOnce(&ControlResult<'_>)) {
    let assessed = assess(set, settings);
    look(assessed.controls.iter().find(|control| control.control == Control::StorageIo).unwrap());
}

pub(super) fn one<'a, 'b>(control: &'b ControlResult<'a>, id: &str) -> &'b CriterionResult<'a> {
    control.criteria.iter().find(|c| c.criterion.full_id(Control::StorageIo) == id).unwrap()
}

fn attested(set: &EvidenceSet, attestations: Vec<Attestation>, look: impl FnOnce(&ControlResult<'_>)) {
    storage(set, &Settings { attestations, ..Settings::default() }, look);
}

#[test]
fn an_attestation_decides_what_aws_does_not_show_and_lifts_no_observed_level() {
    let set = evidence_set(vec![volume(Gp3), automation(0)], None);
    attested(&set, Vec::new(), |control| {
        assert_eq!(one(control, AUTO_TUNING).outcome, Outcome::Unknown);
        assert_eq!(control.levels.unwrap().confirmed, Level::L4);
    });
    attested(&set, vec![attestation(AUTO_TUNING)], |control| {
        let result = one(control, AUTO_TUNING);
        assert_eq!((result.outcome, result.decided_by), (Outcome::Met, DecidedBy::Attested));
        assert!(!result.needs_attestation);
        let levels = control.levels.unwrap();
        assert_eq!((levels.confirmed, levels.observed), (Level::L5, Level::L4));
    });
}

#[test]
fn expired_it_is_unknown_again() {
    let set = evidence_set(vec![volume(Gp3), automation(0)], None);
    let mut expired = attestation(AUTO_TUNING);
    expired.expires = "2026-11-22".parse().unwrap();
    attested(&set, vec![expired.clone()], |control| {
        assert_eq!(one(control, AUTO_TUNING).outcome, Outcome::Unknown);
        assert_eq!(control.levels.unwrap().confirmed, Level::L4);
    });
    expired.expires = "2026-11-23".parse().unwrap();
    attested(&set, vec![expired], |control| assert_eq!(one(control, AUTO_TUNING).outcome, Outcome::Met));
}

#[test]
fn what_aws_alone_decides_takes_no_attestation() {
    let set = evidence_set(vec![volume(Gp2)], None);
    attested(&set, vec![attestation(MIGRATION)], |control| {
        let result = one(control, MIGRATION);
        assert_eq!((result.outcome, result.decided_by), (Outcome::Unmet, DecidedBy::Observed));
    });
}

#[test]
fn an_attestation_for_other_accounts_or_resources_says_nothing_here() {
    let set = evidence_set(vec![volume(Gp3), automation(0)], None);
    let elsewhere = Attestation { accounts: vec!["999999999999".to_owned()], ..attestation(AUTO_TUNING) };
    let tags = vec![TagRule { key: "team".to_owned(), values: vec![Pattern("shop".to_owned())] }];
    let others = Attestation { tags, ..attestation(AUTO_TUNING) };
    for told in [elsewhere, others] {
        attested(&set, vec![told], |control| assert_eq!(one(control, AUTO_TUNING).outcome, Outcome::Unknown));
    }
}

/// A database whose performance recommendation has been open for a year.
fn neglected_database() -> Facts {
    let no = known(false);
    Database {
        engine: known("postgres".to_owned()),
        engine_version: known("17.4".to_owned()),
        instances: known(1),
        serverless: no,
        insights_supported: known(true),
        performance_insights: no,
        performance_insights_retention_days: known(None),
        database_insights_mode: known("standard".to_owned()),
        enhanced_monitoring_interval_s: known(0),
        slow_query_log_supported: known(true),
        slow_query_log: no,
        slow_query_threshold_ms: known(None),
        log_exports: known(Vec::new()),
        alarm: no,
        anomaly_detection: no,
        latency_alarm_percentile: known(None),
        latency_slo_percentile: known(None),
        devops_guru: no,
        oldest_performance_recommendation_at: known(Some(days_ago(365))),
        top_queries: known(None),
    }
    .into()
}

#[test]
fn against_an_observed_unmet_it_is_contested_and_changes_nothing() {
    let set = evidence_set(vec![neglected_database()], None);
    let told =
        Settings { attestations: vec![attestation("waf-perf-040.api.aws.automatic-tuning")], ..Settings::default() };
    let assessed = assess(&set, &told);
    let control = assessed.controls.iter().find(|c| c.control == Control::DatabasePerformance).unwrap();
    let result = control.criteria.iter().find(|c| c.criterion.id == "automatic-tuning").unwrap();
    assert_eq!((result.outcome, result.decided_by), (Outcome::Unmet, DecidedBy::Contested));
}

#[test]
fn a_waived_subject_lifts_only_the_levels_with_waivers() {
    let set = evidence_set(vec![volume(Gp3), volume(Gp2), automation(1)], None);
    let gp2 = "arn:aws:test:us-east-1:123456789012:thing/1";
    let subject = waiver(|one| one.subject = Some(Pattern(gp2.to_owned())));
    storage(&set, &Settings { waivers: vec![subject], ..Settings::default() }, |control| {
        let result = one(control, MIGRATION);
        assert_eq!((result.outcome, result.with_waivers), (Outcome::Unmet, Outcome::Met));
        assert_eq!(result.findings.iter().filter(|finding| finding.waived).count(), 1);
        assert_eq!(control.levels.unwrap().confirmed, Level::L3);
        assert_eq!(control.with_waivers.unwrap().confirmed, Level::L5);
    });
}

#[test]
fn a_waiver_of_another_subject_or_an_expired_one_changes_nothing() {
    let set = evidence_set(vec![volume(Gp3), volume(Gp2), automation(1)], None);
    let other = waiver(|one| one.subject = Some(Pattern("*thing/7".to_owned())));
    let expired = waiver(|one| one.expires = Some("2026-11-22".parse().unwrap()));
    for waiver in [other, expired] {
        storage(&set, &Settings { waivers: vec![waiver], ..Settings::default() }, |control| {
            assert_eq!(one(control, MIGRATION).with_waivers, Outcome::Unmet);
            assert_eq!(control.with_waivers.unwrap().confirmed, Level::L3);
        });
    }
}

#[test]
fn a_criterion_or_a_control_waived_whole_does_not_count() {
    let set = evidence_set(vec![volume(Gp2), automation(0)], None);
    let whole = waiver(|_| ());
    storage(&set, &Settings { waivers: vec![whole], ..Settings::default() }, |control| {
        assert_eq!(one(control, MIGRATION).with_waivers, Outcome::NotApplicable);
        assert_eq!(control.with_waivers.unwrap().confirmed, Level::L1);
    });
    let control_wide = waiver(|one| {
        one.criterion = None;
        one.control = Some(Control::StorageIo);
        one.expires = None;
    });
    storage(&set, &Settings { waivers: vec![control_wide], ..Settings::default() }, |control| {
        assert!(control.with_waivers.is_none());
        assert_eq!(control.levels.unwrap().confirmed, Level::L1);
    });
}

#[test]
fn a_scope_leaves_resources_out_and_unread_tags_leave_them_open() {
    let mut set = evidence_set(vec![volume(Gp3), volume(Gp2), automation(1)], None);
    let tagged = |value: &str| [("env".into(), value.into())].into_iter().collect();
    set.evidence[0].subject.tags = tagged("prod");
    set.evidence[1].subject.tags = tagged("test");
    let mut settings = Settings::default();
    settings.scope.tags = vec![TagRule { key: "env".to_owned(), values: vec![Pattern("prod".to_owned())] }];
    storage(&set, &settings, |control| {
        let result = one(control, MIGRATION);
        assert_eq!((result.outcome, result.tally.pass, result.tally.fail), (Outcome::Met, 1, 0));
    });
    assert_eq!(assess(&set, &settings).left_out, 1);

    set.evidence[1].subject.tags = Default::default();
    set.evidence[1].subject.tags_gap = Some(crate::testing::GAP);
    storage(&set, &settings, |control| {
        let result = one(control, MIGRATION);
        assert_eq!((result.outcome, result.tally.unknown), (Outcome::Unknown, 1));
        assert!(result.gaps.ids().any(|gap| gap == crate::testing::GAP));
    });
}

#[test]
fn a_scope_of_accounts_and_regions_forgets_what_was_unseen_elsewhere() {
    let set = evidence_set(vec![], Some(crate::facts::Kind::Volume));
    let mut settings = Settings::default();
    storage(&set, &settings, |control| assert_eq!(one(control, MIGRATION).outcome, Outcome::Unknown));
    settings.scope.regions = vec![Pattern("eu-*".to_owned())];
    storage(&set, &settings, |control| assert_eq!(one(control, MIGRATION).outcome, Outcome::NotApplicable));
}

#[test]
fn an_attestation_covers_what_could_not_be_listed_only_for_whole_accounts() {
    let set = evidence_set(
        of([Bucket {
            size_bytes: known(1.0),
            intelligent_tiering: known(false),
            lifecycle: known(false),
            intelligent_tiering_bytes: known(0.0),
        }]),
        Some(crate::facts::Kind::StorageAutomation),
    );
    let whole = attestation(AUTO_TUNING);
    let tags = vec![TagRule { key: "team".to_owned(), values: vec![Pattern("shop".to_owned())] }];
    let part = Attestation { tags, ..whole.clone() };
    attested(&set, vec![part], |control| assert_eq!(one(control, AUTO_TUNING).outcome, Outcome::Unknown));
    attested(&set, vec![whole], |control| assert_eq!(one(control, AUTO_TUNING).outcome, Outcome::Met));
}
