//! For tests of rules: facts, evidence and cases in a line, and the gate that no criterion goes without its cases.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use crate::{
    compose::LazyFindings,
    facts::{Facts, Kind},
    model::{
        Assessed, Basis, Control, Evidence, EvidenceSet, GapId, Nothing, Observed, Outcome, Settings, SourceId,
        Subject, Tags, Unseen, assess,
    },
};

/// The gap behind every unknown fact in tests.
pub(crate) const GAP: GapId = GapId(0xbad);

/// "Today" in tests.
pub(crate) fn now() -> Timestamp {
    "2026-11-23T00:00:00Z".parse().unwrap()
}

/// So many days before today.
pub(crate) fn days_ago(days: i64) -> Timestamp {
    now() - SignedDuration::from_hours(days * 24)
}

/// A fact that was read.
pub(crate) fn known<T>(value: T) -> Observed<T> {
    Observed::known(value, SourceId(1))
}

/// A fact that was not.
pub(crate) fn unknown<T>() -> Observed<T> {
    Observed::unknown(GAP)
}

/// Several subjects alike.
pub(crate) fn times<F: Clone>(count: usize, facts: F) -> Vec<F> {
    vec![facts; count]
}

/// Evidence of anything.
pub(crate) fn of<F: Into<Facts>>(facts: impl IntoIterator<Item = F>) -> Vec<Facts> {
    facts.into_iter().map(Into::into).collect()
}

/// One situation and what a criterion must say to it.
pub(crate) struct Case {
    criterion: &'static str,
    name: &'static str,
    evidence: Vec<Facts>,
    unseen: Option<Kind>,
    expect: Outcome,
}

/// A case; `name` is one of below, at, above, unknown, nothing, or anything else that tells what it is about.
pub(crate) fn case(criterion: &'static str, name: &'static str, evidence: Vec<Facts>, expect: Outcome) -> Case {
    Case { criterion, name, evidence, unseen: None, expect }
}

impl Case {
    /// The same with subjects of a kind that could not be listed.
    pub(crate) fn unseen(mut self, kind: Kind) -> Case {
        self.unseen = Some(kind);
        self
    }
}

/// Evidence about so many subjects, as a scan would have it.
pub(crate) fn evidence_set(evidence: Vec<Facts>, unseen: Option<Kind>) -> EvidenceSet {
    let subject = |n: usize| Subject {
        arn: format!("arn:aws:test:us-east-1:123456789012:thing/{n}").into(),
        account: "123456789012".into(),
        region: "us-east-1".into(),
        name: None,
        tags: Tags::new(),
        tags_gap: None,
    };
    let evidence = evidence.into_iter().enumerate().map(|(n, facts)| Evidence { subject: subject(n), facts }).collect();
    let unseen =
        unseen.map(|kind| Unseen { kind, account: "123456789012".into(), region: "us-east-1".into(), gap: GAP });
    let accounts = vec!["123456789012".into()];
    EvidenceSet { now: now(), accounts, evidence, unseen: unseen.into_iter().collect(), ..EvidenceSet::default() }
}

/// The outcome of one criterion.
pub(crate) fn outcome(control: Control, criterion: &str, set: &EvidenceSet) -> Outcome {
    let settings = Settings::default();
    let assessed = assess(set, &settings);
    let control = assessed.controls.iter().find(|c| c.control == control).expect("the control has rules");
    control
        .criteria
        .iter()
        .find(|c| c.criterion.id == criterion)
        .unwrap_or_else(|| panic!("no criterion {criterion}"))
        .outcome
}

/// Why findings cannot be written: a criterion names a fact that its records do not have.
fn unwritable(control: Control, set: &EvidenceSet) -> Option<String> {
    let settings = Settings::default();
    let assessed = assess(set, &settings);
    let own =
        Assessed { controls: assessed.controls.into_iter().filter(|c| c.control == control).collect(), left_out: 0 };
    serde_json::to_string(&LazyFindings::new(set, &own)).err().map(|error| error.to_string())
}

/// Runs all cases, and fails when a criterion lacks one: below, at and above its bar for shares (met and unmet
/// otherwise), unknown, and nothing there. What only a person can say needs one case.
pub(crate) fn check(control: Control, cases: Vec<Case>) {
    let mut names: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut wrong = Vec::new();
    for case in cases {
        names.entry(case.criterion).or_default().insert(case.name);
        let set = evidence_set(case.evidence, case.unseen);
        let got = outcome(control, case.criterion, &set);
        wrong.extend(unwritable(control, &set));
        if got != case.expect {
            wrong.push(format!("{} / {}: expected {:?}, got {got:?}", case.criterion, case.name, case.expect));
        }
    }
    for criterion in crate::criteria(control) {
        let has = names.remove(criterion.id).unwrap_or_default();
        let needed: &[&str] = match (criterion.basis, criterion.bar.threshold()) {
            (Basis::Attested, _) => &["attestation"],
            (Basis::Observed, Some(_)) => &["below", "at", "above", "unknown", "nothing"],
            (Basis::ObservedOrAttested, Some(_)) => &["at", "above", "unknown", "nothing"],
            (Basis::Observed, None) => &["met", "unmet", "unknown", "nothing"],
            (Basis::ObservedOrAttested, None) if criterion.nothing == Nothing::NeedsAttestation => &["attestation"],
            (Basis::ObservedOrAttested, None) => &["met", "unknown", "nothing"],
        };
        wrong.extend(
            needed.iter().filter(|name| !has.contains(*name)).map(|name| format!("{}: no case {name:?}", criterion.id)),
        );
    }
    wrong.extend(names.keys().map(|id| format!("{id}: no such criterion")));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
