//! A small world of volumes, seen twice.

use jiff::SignedDuration;

use super::super::*;
use crate::{
    compose::{Parts, compose},
    facts::{Facts, Kind, StorageAutomation, Volume, VolumeType},
    model::{
        Assessment, Attestation, Cause, Evidence, EvidenceSet, GapId, Judged, Pattern, Scan, Settings, Subject, Unseen,
        Waiver, assess,
    },
    testing::{days_ago, known, now},
};

pub(super) const ACCOUNT: &str = "123456789012";
pub(super) const NEW: &str = "waf-perf-090.api.aws.gp3-for-new-volumes";
pub(super) const SELECTED: &str = "waf-perf-090.api.aws.storage-type-selected";
pub(super) const ALARMS: &str = "waf-perf-090.api.aws.io-alarms";
pub(super) const TUNING: &str = "waf-perf-090.api.aws.storage-auto-tuning";
pub(super) const DENIED: GapId = GapId(0xde);

/// What a scan would see, and what people had set.
#[derive(Clone)]
pub(super) struct World {
    pub set: EvidenceSet,
    pub settings: Settings,
    pub regions: Vec<String>,
    pub version: String,
}

/// A gp3 volume of long ago, watched; nothing keeps its control from level 3.
pub(super) fn volume(name: &str) -> Evidence {
    let facts: Facts = Volume {
        volume_type: known(VolumeType::Gp3),
        size_gib: known(100),
        iops: known(Some(3000)),
        throughput_mib_s: known(Some(125)),
        created_at: known(days_ago(400)),
        from_snapshot: known(false),
        attached: known(true),
        io_alarm: known(true),
        queue_length_p95: known(0.4),
        burst_balance_min_percent: known(None),
        limit_exceeded: known(Some(false)),
        optimizer_finding: known("Optimized".to_owned()),
        gp3_saving_usd_month: known(None),
    }
    .into();
    let subject = Subject {
        arn: format!("arn:aws:ec2:eu-west-1:{ACCOUNT}:volume/{name}").into(),
        account: ACCOUNT.into(),
        region: "eu-west-1".into(),
        name: Some(name.into()),
        tags: [("environment".into(), "prod".into())].into_iter().collect(),
        tags_gap: None,
    };
    Evidence { subject, facts }
}

pub(super) fn with(name: &str, change: impl FnOnce(&mut Volume)) -> Evidence {
    let mut one = volume(name);
    if let Facts::Volume(facts) = &mut one.facts {
        change(facts);
    }
    one
}

pub(super) fn gap() -> Gap {
    Gap {
        id: DENIED,
        operation: "ec2:DescribeVolumes".to_owned(),
        account: ACCOUNT.to_owned(),
        region: "eu-west-1".to_owned(),
        what: String::new(),
        cause: Cause::DeniedByIdentityPolicy,
        detail: String::new(),
        opens_with: "ec2:DescribeVolumes".to_owned(),
    }
}

pub(super) fn unlisted() -> Unseen {
    Unseen { kind: Kind::Volume, account: ACCOUNT.into(), region: "eu-west-1".into(), gap: DENIED }
}

impl World {
    /// These, and nothing that tunes storage by itself: that needs an attestation.
    pub(super) fn of(mut evidence: Vec<Evidence>) -> Self {
        let mut tuning = volume("tuning");
        tuning.facts =
            StorageAutomation { optimizer_rules: known(0), event_automations: known(0), volumes: known(2) }.into();
        evidence.push(tuning);
        let mut set = EvidenceSet { now: now(), accounts: vec![ACCOUNT.into()], evidence, ..EvidenceSet::default() };
        set.sort();
        World { set, settings: Settings::default(), regions: vec!["eu-west-1".to_owned()], version: "0.1.0".to_owned() }
    }

    pub(super) fn set(mut self, change: impl FnOnce(&mut Settings)) -> Self {
        change(&mut self.settings);
        self
    }

    pub(super) fn denied(mut self) -> Self {
        self.set.unseen.push(unlisted());
        self.set.gaps.push(gap());
        self
    }

    pub(super) fn later(mut self, days: i64) -> Self {
        self.set.now += SignedDuration::from_hours(days * 24);
        self
    }

    pub(super) fn assessment(&self) -> Assessment {
        let scan = Scan {
            id: format!("{}-{ACCOUNT}", self.set.now),
            started_at: self.set.now,
            complete: true,
            accounts: vec![ACCOUNT.to_owned()],
            regions: self.regions.clone(),
            ..Scan::default()
        };
        let assessed = assess(&self.set, &self.settings);
        let parts = Parts { set: &self.set, settings: &self.settings, assessed: &assessed, version: &self.version };
        let (head, findings) = compose(parts, scan).with_findings(());
        head.with_findings(findings.iter().map(Judged::into_finding).collect()).0
    }

    pub(super) fn side(&self) -> Side {
        let assessment = self.assessment();
        let verdicts = serde_json::to_value(&assessment.findings).unwrap();
        Side {
            scan: assessment.scan.clone(),
            settings: self.settings.clone(),
            stored: Stored::from(&assessment),
            verdicts: Some(serde_json::from_value(verdicts).unwrap()),
        }
    }
}

pub(super) fn between(before: (&World, Side), after: (&World, Side)) -> Changes {
    let plan = Plan::new(before.1, after.1);
    let mut comparison = plan.begin();
    comparison.add(Some(before.0.set.clone()), Some(&after.0.set));
    comparison.finish()
}

pub(super) fn diff(before: &World, after: &World) -> Changes {
    between((before, before.side()), (after, after.side()))
}

pub(super) fn storage(changes: &Changes) -> &ControlChange {
    changes.controls.iter().find(|own| own.control == Control::StorageIo).unwrap()
}

pub(super) fn criterion<'c>(changes: &'c Changes, id: &str) -> &'c CriterionChange {
    let of = |own: &&CriterionChange| own.criterion == id;
    changes.criteria.iter().find(of).unwrap_or_else(|| panic!("{id} did not change: {:#?}", changes.criteria))
}

pub(super) fn levels(control: &ControlChange) -> (Option<u8>, Option<u8>) {
    let level = |standing: Option<Standing>| standing.map(|standing| standing.confirmed.number());
    (level(control.before), level(control.after))
}

/// Compares both ways: the way back is the mirror of the way there. Gives the way there.
pub(super) fn both_ways(before: &World, after: &World) -> Changes {
    let (there, back) = (diff(before, after), diff(after, before));
    for (one, other) in there.controls.iter().zip(&back.controls) {
        assert_eq!((&one.before, &one.after), (&other.after, &other.before));
        let mirrored = match one.direction {
            Direction::Rose => Direction::Fell,
            Direction::Fell => Direction::Rose,
            Direction::Wider => Direction::Narrower,
            Direction::Narrower => Direction::Wider,
            Direction::Same => Direction::Same,
        };
        assert_eq!(other.direction, mirrored);
        assert_eq!(sorted(&one.causes), sorted(&other.causes), "{} / {}", one.why, other.why);
    }
    let row = |own: &CriterionChange, mirror: bool| {
        let (from, to) = if mirror { (own.after, own.before) } else { (own.before, own.after) };
        (own.criterion.clone(), from, to, sorted(&own.causes), own.subjects_total)
    };
    let rows =
        |changes: &Changes, mirror: bool| changes.criteria.iter().map(|own| row(own, mirror)).collect::<Vec<_>>();
    assert_eq!(rows(&there, false), rows(&back, true));
    let (one, other) = (&there.findings, &back.findings);
    assert_eq!(
        (one.appeared, one.better, one.seen, one.otherwise),
        (other.gone, other.worse, other.hidden, other.otherwise)
    );
    assert_eq!((one.gone, one.worse, one.hidden, one.same), (other.appeared, other.better, other.seen, other.same));
    assert_eq!((&there.gaps.opened, &there.gaps.closed), (&back.gaps.closed, &back.gaps.opened));
    there
}

pub(super) fn sorted(causes: &[ChangeCause]) -> Vec<ChangeCause> {
    let mut causes = causes.to_vec();
    causes.sort();
    causes
}

pub(super) fn good() -> World {
    World::of(["a", "b", "c"].map(volume).to_vec())
}

pub(super) fn attestation(change: impl FnOnce(&mut Attestation)) -> Attestation {
    let mut one = Attestation {
        criterion: TUNING.to_owned(),
        place: "attestations.toml:1".to_owned(),
        owner: "Ada".to_owned(),
        date: "2026-11-01".parse().unwrap(),
        expires: "2026-12-31".parse().unwrap(),
        statement: "so".to_owned(),
        accounts: Vec::new(),
        tags: Vec::new(),
        proof: Vec::new(),
    };
    change(&mut one);
    one
}

pub(super) fn waiver() -> Waiver {
    Waiver {
        place: "waivers.toml:1".to_owned(),
        control: None,
        criterion: Some(NEW.to_owned()),
        subject: Some(Pattern("a".to_owned())),
        reason: "old encoder".to_owned(),
        owner: Some("Grace".to_owned()),
        expires: Some("2026-12-31".parse().unwrap()),
    }
}

pub(super) fn new_gp2(name: &str) -> Evidence {
    with(name, |volume| {
        volume.volume_type = known(VolumeType::Gp2);
        volume.created_at = known(days_ago(40));
    })
}
