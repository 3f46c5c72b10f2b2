//! The engine: holds every criterion against every subject, counts, and decides.
//!
//! Criteria judge one subject; only this file iterates, so that no criterion can leave a loop early.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Basis, Context, Control, Criterion, DecidedBy, EvidenceSet, GapId, Levels, Outcome, Reason, Reasons, Settings,
    Tally, Thresholds, Truth, Unseen, Verdict, infer,
    people::{Attested, People, Waived},
    scope::{Membership, date},
};
use crate::facts::{Kind, Test};

/// A criterion held against one subject, by index into the evidence. There may be millions: twelve bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RawFinding {
    /// Index into [`EvidenceSet::evidence`].
    pub evidence: u32,
    /// How it came out.
    pub verdict: Verdict,
    /// Whether an attestation speaks for it: it was not seen, and counts as a pass.
    pub attested: bool,
    /// Whether a waiver excepts it.
    pub waived: bool,
    /// Index into [`CriterionResult::reasons`].
    reasons: u32,
}

/// A criterion over all its subjects.
#[derive(Debug)]
pub struct CriterionResult<'a> {
    /// The criterion.
    pub criterion: &'static Criterion,
    /// What it comes to.
    pub outcome: Outcome,
    /// What decided it.
    pub decided_by: DecidedBy,
    /// What it comes to without what waivers except.
    pub with_waivers: Outcome,
    /// How its subjects came out.
    pub tally: Tally,
    /// The same with attested subjects counted as passes.
    pub attested_tally: Tally,
    /// What people attest about it, whether or not it counts.
    pub attestations: Vec<Attested<'a>>,
    /// What people accept of it, whether or not it counts.
    pub waivers: Vec<Waived<'a>>,
    /// Gaps behind unknown and unseen subjects.
    pub gaps: BTreeSet<GapId>,
    /// Whether a person's attestation would decide it.
    pub needs_attestation: bool,
    /// One finding per subject of its kinds.
    pub findings: Vec<RawFinding>,
    /// The different reasons of its findings; the first are none.
    reasons: Vec<Reasons>,
}

impl CriterionResult<'_> {
    /// Why a finding is unknown; empty otherwise.
    pub fn reasons(&self, finding: &RawFinding) -> &[Reason] {
        self.reasons.get(finding.reasons as usize).map_or(&[], |reasons| reasons)
    }
}

/// A control with all its criteria.
#[derive(Debug)]
pub struct ControlResult<'a> {
    /// The control.
    pub control: Control,
    /// Its levels; nothing when no criterion applies.
    pub levels: Option<Levels>,
    /// Its levels without what waivers except; nothing when no criterion is left.
    pub with_waivers: Option<Levels>,
    /// Its criteria, in the order of the rule file.
    pub criteria: Vec<CriterionResult<'a>>,
}

impl ControlResult<'_> {
    /// Whether a waiver that has not ended excepts anything of it.
    pub fn is_waived(&self) -> bool {
        self.criteria.iter().any(|criterion| criterion.waivers.iter().any(|one| !one.expired))
    }
}

/// All controls.
#[derive(Debug)]
pub struct Assessed<'a> {
    /// In the model's order.
    pub controls: Vec<ControlResult<'a>>,
    /// Resources that the scope rule leaves out.
    pub left_out: u64,
}

/// Holds all criteria of all controls against the evidence.
pub fn assess<'a>(set: &'a EvidenceSet, settings: &'a Settings) -> Assessed<'a> {
    let scoped = Scoped::new(set, settings);
    let context = Context { now: set.now, thresholds: &settings.thresholds };
    let people = People { set, settings, today: date(set.now) };
    let controls = Control::all()
        .map(|control| {
            let judge_one = |criterion: &'static Criterion| {
                let mut result = judge(criterion, set, &scoped, &context);
                people.attest(control, &scoped.unseen_of(criterion), &mut result);
                people.waive(control, &mut result);
                result
            };
            let criteria: Vec<_> = crate::criteria(control).iter().map(judge_one).collect();
            ControlResult {
                control,
                levels: infer(&criteria, |c| c.outcome),
                with_waivers: infer(&criteria, |c| c.with_waivers),
                criteria,
            }
        })
        .collect();
    Assessed { controls, left_out: scoped.left_out }
}

/// The evidence that counts, by kind.
struct Scoped<'a> {
    by_kind: Vec<Vec<u32>>,
    unread: BTreeMap<u32, GapId>,
    unseen: Vec<&'a Unseen>,
    left_out: u64,
}

impl<'a> Scoped<'a> {
    fn new(set: &'a EvidenceSet, settings: &Settings) -> Self {
        let rule = &settings.scope;
        let mut scoped =
            Scoped { by_kind: vec![Vec::new(); Kind::COUNT], unread: BTreeMap::new(), unseen: Vec::new(), left_out: 0 };
        let mut left_out = BTreeSet::new();
        for (index, evidence) in set.evidence.iter().enumerate() {
            let index = index as u32;
            let membership = if rule.is_everything() { Membership::In } else { rule.membership(evidence) };
            match membership {
                Membership::Out => {
                    left_out.insert(&*evidence.subject.arn);
                    continue;
                }
                Membership::Unknown(gap) => drop(scoped.unread.insert(index, gap)),
                Membership::In => {}
            }
            if let Some(list) = scoped.by_kind.get_mut(evidence.facts.kind() as usize) {
                list.push(index);
            }
        }
        scoped.left_out = left_out.len() as u64;
        scoped.unseen = set.unseen.iter().filter(|unseen| rule.covers_place(&unseen.account, &unseen.region)).collect();
        scoped
    }

    fn of_kind(&self, kind: Kind) -> &[u32] {
        self.by_kind.get(kind as usize).map_or(&[], Vec::as_slice)
    }

    fn unseen_of(&self, criterion: &Criterion) -> Vec<&'a Unseen> {
        let speaks_of = |unseen: &&&Unseen| criterion.tests.iter().any(|test| test.kind() == unseen.kind);
        self.unseen.iter().filter(speaks_of).copied().collect()
    }
}

fn judge<'a>(
    criterion: &'static Criterion,
    set: &EvidenceSet,
    scoped: &Scoped<'_>,
    context: &Context<'_>,
) -> CriterionResult<'a> {
    let mut result = CriterionResult {
        criterion,
        outcome: Outcome::Unknown,
        decided_by: DecidedBy::Observed,
        with_waivers: Outcome::Unknown,
        tally: Tally::default(),
        attested_tally: Tally::default(),
        attestations: Vec::new(),
        waivers: Vec::new(),
        gaps: BTreeSet::new(),
        needs_attestation: false,
        findings: Vec::new(),
        reasons: vec![Reasons::new()],
    };
    let mut numbers = BTreeMap::from([(Reasons::new(), 0)]);
    for test in criterion.tests {
        let subjects = scoped.of_kind(test.kind());
        result.findings.reserve_exact(subjects.len());
        for index in subjects {
            let Some(evidence) = set.evidence.get(*index as usize) else { continue };
            let (mut verdict, mut reasons) = hold(test, &evidence.facts, context);
            // Whether it is production is not known: then neither is whether it counts.
            if let Some(gap) = scoped.unread.get(index).filter(|_| verdict != Verdict::NotApplicable) {
                (verdict, reasons) = (Verdict::Unknown, Reasons::from_slice(&[Reason::Gap(*gap)]));
            }
            result.count(verdict, &reasons);
            let reasons = match numbers.get(&reasons) {
                Some(number) => *number,
                None => {
                    let number = result.reasons.len() as u32;
                    result.reasons.push(reasons.clone());
                    *numbers.entry(reasons).or_insert(number)
                }
            };
            result.findings.push(RawFinding { evidence: *index, verdict, attested: false, waived: false, reasons });
        }
    }
    for unseen in scoped.unseen_of(criterion) {
        result.tally.unseen = true;
        result.gaps.insert(unseen.gap);
    }
    result.outcome = result.decide(context.thresholds);
    result.attested_tally = result.tally;
    result
}

fn hold(test: &Test, facts: &crate::facts::Facts, context: &Context<'_>) -> (Verdict, Reasons) {
    let (applies, holds) = test.run(facts, context);
    match (applies, holds) {
        (Truth::False, _) => (Verdict::NotApplicable, Reasons::new()),
        (Truth::Unknown(reasons), _) | (Truth::True, Truth::Unknown(reasons)) => (Verdict::Unknown, reasons),
        (Truth::True, Truth::True) => (Verdict::Pass, Reasons::new()),
        (Truth::True, Truth::False) => (Verdict::Fail, Reasons::new()),
    }
}

impl CriterionResult<'_> {
    fn count(&mut self, verdict: Verdict, reasons: &Reasons) {
        match verdict {
            Verdict::Pass => self.tally.pass += 1,
            Verdict::Fail => self.tally.fail += 1,
            Verdict::Unknown => self.tally.unknown += 1,
            Verdict::NotApplicable => self.tally.not_applicable += 1,
        }
        for reason in reasons {
            match reason {
                Reason::Gap(gap) => drop(self.gaps.insert(*gap)),
                Reason::Attestation => self.needs_attestation = true,
            }
        }
    }

    fn decide(&mut self, thresholds: &Thresholds) -> Outcome {
        if self.criterion.basis == Basis::Attested {
            self.needs_attestation = true;
            return self.outcome_of_attested();
        }
        let outcome = self.criterion.bar.decide(self.tally, thresholds).unwrap_or(self.criterion.outcome_of_nothing());
        if outcome == Outcome::Unknown && self.gaps.is_empty() {
            self.needs_attestation = true;
        }
        if outcome != Outcome::Unknown {
            self.needs_attestation = false;
        }
        outcome
    }

    /// What only a person can say still needs something to say it about, if the criterion names subjects.
    fn outcome_of_attested(&mut self) -> Outcome {
        let nothing_there = self.tally.applicable() == 0 && !self.tally.unseen && !self.criterion.tests.is_empty();
        if nothing_there && self.criterion.outcome_of_nothing() == Outcome::NotApplicable {
            self.needs_attestation = false;
            return Outcome::NotApplicable;
        }
        Outcome::Unknown
    }
}
