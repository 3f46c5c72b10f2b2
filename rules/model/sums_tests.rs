use serde_json::{Value, json};

use crate::{
    compose::{LazyFindings, Parts, Seen, Sums, compose, coverage, gap_reports, head},
    entry_path::Steps,
    facts::{
        Bucket, Facts, Kind,
        VolumeType::{Gp2, Gp3, Io2},
    },
    model::{
        Assessed, Attestation, Cause, Evidence, EvidenceSet, Gap, GapId, Judged, Pattern, Scan, Settings, Subject,
        Tags, Unseen, Waiver, assess, hold,
        people_tests_support::{automation, volume},
    },
    testing::{known, now, unknown},
};

fn hidden(account: u64) -> Facts {
    let Facts::Volume(mut one) = volume(Gp2) else { panic!("a volume") };
    one.volume_type = crate::model::Observed::unknown(GapId(account));
    Facts::Volume(one)
}

fn bucket() -> Facts {
    Bucket {
        size_bytes: known(1e13),
        intelligent_tiering: unknown(),
        lifecycle: known(false),
        intelligent_tiering_bytes: unknown(),
    }
    .into()
}

/// One account: its evidence, a gap of its own, and perhaps a kind that could not be listed.
fn account(number: u64, facts: Vec<Facts>, unseen: Option<Kind>) -> EvidenceSet {
    let id = format!("{number:012}");
    let subject = |at: usize| Subject {
        arn: format!("arn:aws:ec2:us-east-1:{id}:volume/{at}").into(),
        account: id.as_str().into(),
        region: "us-east-1".into(),
        name: None,
        tags: Tags::new(),
        tags_gap: None,
    };
    let evidence = facts.into_iter().enumerate().map(|(at, facts)| Evidence { subject: subject(at), facts });
    let gap = Gap {
        id: GapId(number),
        operation: "ec2:DescribeVolumes".to_owned(),
        account: id.clone(),
        region: "us-east-1".to_owned(),
        what: format!("thing {number}"),
        cause: Cause::Denied,
        detail: String::new(),
        opens_with: String::new(),
    };
    let unseen =
        unseen.map(|kind| Unseen { kind, account: id.as_str().into(), region: "us-east-1".into(), gap: GapId(number) });
    let mut set = EvidenceSet {
        now: now(),
        accounts: vec![id.as_str().into()],
        evidence: evidence.collect(),
        unseen: unseen.into_iter().collect(),
        gaps: vec![gap],
        sources: Vec::new(),
    };
    set.sort();
    set
}

fn organisation() -> Vec<EvidenceSet> {
    vec![
        account(1, vec![volume(Gp3), volume(Gp2), hidden(1), automation(0)], None),
        account(2, vec![], None),
        account(3, vec![volume(Gp2), volume(Io2), bucket()], Some(Kind::Volume)),
        account(4, vec![hidden(4), hidden(4), automation(0), bucket()], None),
    ]
}

fn attestation(criterion: &str, accounts: &[u64]) -> Attestation {
    Attestation {
        criterion: format!("waf-perf-090.api.aws.{criterion}"),
        place: "attestations.toml:1".to_owned(),
        owner: "Ada".to_owned(),
        date: "2026-11-01".parse().unwrap(),
        expires: "2027-01-31".parse().unwrap(),
        statement: "so it is".to_owned(),
        accounts: accounts.iter().map(|number| format!("{number:012}")).collect(),
        tags: Vec::new(),
        proof: Vec::new(),
    }
}

fn waiver(criterion: Option<&str>, subject: &str) -> Waiver {
    Waiver {
        place: "waivers.toml:1".to_owned(),
        control: None,
        criterion: criterion.map(|id| format!("waf-perf-090.api.aws.{id}")),
        subject: Some(Pattern(subject.to_owned())),
        reason: "old".to_owned(),
        owner: None,
        expires: None,
    }
}

fn every_way_to_speak() -> Vec<Settings> {
    let with = |attestations, waivers| Settings { attestations, waivers, ..Settings::default() };
    let automatic = "storage-auto-tuning";
    vec![
        Settings::default(),
        with(vec![attestation(automatic, &[])], vec![]),
        with(vec![attestation(automatic, &[1])], vec![waiver(None, "*volume/1")]),
        with(
            vec![attestation(automatic, &[4]), attestation(automatic, &[1])],
            vec![waiver(Some(automatic), "*:volume/*")],
        ),
        with(vec![], vec![waiver(Some("gp2-migration-complete"), "*volume/*"), waiver(None, "*:000000000003:*")]),
        with(vec![attestation("caching-strategy", &[1, 2, 3, 4])], vec![]),
    ]
}

/// The assessment by sums, with an account's evidence in sight at a time.
fn by_sums(accounts: &[EvidenceSet], settings: &Settings) -> (Value, Vec<Value>) {
    let mut whole: Option<Assessed<'_>> = None;
    // The order of adding does not matter: the last is the first.
    for set in accounts.iter().rev() {
        let own = hold(set, settings);
        match &mut whole {
            None => whole = Some(own.without_findings()),
            Some(whole) => whole.add(&own),
        }
    }
    let mut whole = whole.unwrap();
    whole.decide(settings);
    let (mut steps, mut seen) = (Steps::default(), Seen::default());
    let (mut findings, mut lines) = (Vec::new(), 0);
    for set in accounts {
        let mut own = hold(set, settings);
        own.mark_as(&whole, set);
        steps.add(set, &own, &whole);
        seen.add(own.findings(), &gap_reports(set, &own), &coverage(set, &[]));
        findings.extend(LazyFindings::after(set, &own, lines).iter().map(|finding| json!(finding.into_finding())));
        lines += set.evidence.len() as u64;
    }
    let sums = Sums { now: now(), settings, assessed: &whole, steps: &steps, seen: &seen, version: "test" };
    (json!(head(sums, Scan::default())), findings)
}

fn at_once(accounts: &[EvidenceSet], settings: &Settings) -> (Value, Vec<Value>) {
    let mut set = EvidenceSet { now: now(), ..EvidenceSet::default() };
    for one in accounts {
        set.accounts.extend(one.accounts.clone());
        set.evidence.extend(one.evidence.clone());
        set.unseen.extend(one.unseen.clone());
        set.gaps.extend(one.gaps.clone());
    }
    set.sort();
    let assessed = assess(&set, settings);
    let parts = Parts { set: &set, settings, assessed: &assessed, version: "test" };
    let (mut head, findings) = compose(parts, Scan::default()).with_findings(());
    (head.gaps, head.coverage) = (Vec::new(), Vec::new());
    // At once, accounts are not told apart.
    head.summary.gap_groups.iter_mut().for_each(|group| group.accounts = group.gaps);
    (json!(head), findings.iter().map(|finding| json!(finding.into_finding())).collect())
}

#[test]
fn account_by_account_or_all_at_once_it_is_the_same_assessment() {
    let accounts = organisation();
    let mut different = std::collections::BTreeSet::new();
    for settings in every_way_to_speak() {
        let ((head, mut findings), (head_at_once, mut at_once)) =
            (by_sums(&accounts, &settings), at_once(&accounts, &settings));
        pretty_assert(&head, &head_at_once);
        // By sums they come account by account, at once criterion by criterion.
        let key = |finding: &Value| finding.to_string();
        findings.sort_by_key(key);
        at_once.sort_by_key(key);
        assert_eq!(findings, at_once);
        different.insert(head.to_string());
    }
    assert_eq!(different.len(), every_way_to_speak().len(), "each way changes something");
}

fn pretty_assert(a: &Value, b: &Value) {
    let text = |value: &Value| serde_json::to_string_pretty(value).unwrap();
    let (a, b) = (text(a), text(b));
    for (left, right) in a.lines().zip(b.lines()) {
        assert_eq!(left, right);
    }
    assert_eq!(a.len(), b.len());
}

#[test]
fn a_gap_is_counted_though_not_listed_and_its_words_are_told_once() {
    let many: Vec<_> = (1..=1200).map(|number| account(number, vec![hidden(number)], None)).collect();
    let (head, _) = by_sums(&many, &Settings::default());
    let criteria = head["controls"][8]["criteria"].as_array().unwrap();
    let one = criteria.iter().find(|c| c["id"] == "waf-perf-090.api.aws.gp2-migration-complete").unwrap();
    assert_eq!((one["gaps"].as_array().unwrap().len(), &one["gaps_total"]), (1000, &json!(1200)));
    assert!(one["why"].as_str().unwrap().contains("and 1198 more gaps"), "{}", one["why"]);
}
