//! The engine: holds every criterion against every subject, counts, and decides.
//!
//! Criteria judge one subject; only this file iterates, so that no criterion can leave a loop early. Holding and deciding
//! are apart: sums of many accounts are decided as those of one.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Basis, Context, Control, Criterion, DecidedBy, EvidenceSet, GapId, Levels, Outcome, Reason, Reasons, Settings,
    Tally, Thresholds, Truth, Unseen, Verdict, infer,
    people::{Attested, People, Unsaid, Waived},
    scope::{Membership, date},
    sums::{GapRefs, Short},
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
    /// What attestations leave unsaid.
    pub(super) unsaid: Unsaid,
    /// Gaps behind unknown and unseen subjects.
    pub gaps: GapRefs,
    /// Subjects that have to change, or be seen, for the bar to be reached.
    pub short: Short,
    /// Whether a person's attestation would decide it.
    pub needs_attestation: bool,
    /// One finding per subject of its kinds; none in the sums of several accounts.
    pub findings: Vec<RawFinding>,
    /// The different reasons of its findings; the first are none.
    reasons: Vec<Reasons>,
}

impl CriterionResult<'_> {
    /// Why a finding is unknown; empty otherwise.
    pub fn reasons(&self, finding: &RawFinding) -> &[Reason] {
        self.reasons.get(finding.reasons as usize).map_or(&[], |reasons| reasons)
    }

    /// Subjects that were not seen and that an attestation speaks for.
    pub fn attested(&self) -> u64 {
        self.attestations.iter().map(|told| told.subjects).sum()
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

/// Holds all criteria of all controls against the evidence, and decides.
pub fn assess<'a>(set: &EvidenceSet, settings: &'a Settings) -> Assessed<'a> {
    let mut assessed = hold(set, settings);
    assessed.decide(settings);
    assessed.mark(set);
    assessed
}

/// Holds all criteria against the evidence and counts; nothing is decided yet.
///
/// What is held of several accounts can be added up ([`Assessed::add`]) and then be decided as one: an outcome depends
/// on sums alone, so the evidence of one account at a time is enough.
pub fn hold<'a>(set: &EvidenceSet, settings: &'a Settings) -> Assessed<'a> {
    let scoped = Scoped::new(set, settings);
    let context = Context { now: set.now, thresholds: &settings.thresholds };
    let people = People { set, settings, today: date(set.now) };
    let gaps = set.gaps.iter().map(|gap| (gap.id, gap)).collect();
    let controls = Control::all()
        .map(|control| {
            let judge_one = |criterion: &'static Criterion| {
                let mut result = judge(criterion, set, &scoped, &context);
                result.gaps.describe(&gaps);
                result.short = Short::of(&result, set);
                people.speak(control, &scoped.unseen_of(criterion), &mut result);
                result
            };
            let criteria: Vec<_> = crate::criteria(control).iter().map(judge_one).collect();
            ControlResult { control, levels: None, with_waivers: None, criteria }
        })
        .collect();
    Assessed { controls, left_out: scoped.left_out }
}

impl<'a> Assessed<'a> {
    /// The sums without findings: what further accounts are added to.
    pub fn without_findings(mut self) -> Self {
        for result in self.controls.iter_mut().flat_map(|control| &mut control.criteria) {
            result.findings = Vec::new();
            result.reasons = Vec::new();
            result.gaps.cap();
        }
        self
    }

    /// Adds what was held of another account under the same settings. Findings stay with their account.
    pub fn add(&mut self, other: &Assessed<'a>) {
        self.left_out += other.left_out;
        let criteria = |control: &'_ ControlResult<'a>| control.criteria.len();
        debug_assert!(self.controls.iter().map(criteria).eq(other.controls.iter().map(criteria)));
        for (control, more) in self.controls.iter_mut().zip(&other.controls) {
            for (result, more) in control.criteria.iter_mut().zip(&more.criteria) {
                result.add(more);
            }
        }
    }

    /// Decides every criterion, and infers the levels.
    pub fn decide(&mut self, settings: &Settings) {
        for control in &mut self.controls {
            for result in &mut control.criteria {
                result.outcome = result.decide(&settings.thresholds);
                result.attested_tally = result.tally;
                result.attest(&settings.thresholds);
                result.waive(&settings.thresholds);
            }
            control.levels = infer(&control.criteria, |c| c.outcome);
            control.with_waivers = infer(&control.criteria, |c| c.with_waivers);
        }
    }

    /// Takes over what was decided of the sums that this account is part of, and marks its findings accordingly.
    pub fn mark_as(&mut self, whole: &Assessed<'a>, set: &EvidenceSet) {
        for (control, whole) in self.controls.iter_mut().zip(&whole.controls) {
            (control.levels, control.with_waivers) = (whole.levels, whole.with_waivers);
            for (result, whole) in control.criteria.iter_mut().zip(&whole.criteria) {
                (result.outcome, result.decided_by) = (whole.outcome, whole.decided_by);
                result.with_waivers = whole.with_waivers;
                result.unsaid.decides = whole.unsaid.decides;
            }
        }
        self.mark(set);
    }

    /// How many findings there are.
    pub fn findings(&self) -> u64 {
        let criteria = self.controls.iter().flat_map(|control| &control.criteria);
        criteria.map(|result| result.findings.len() as u64).sum()
    }

    /// Marks which findings are attested and which are waived.
    fn mark(&mut self, set: &EvidenceSet) {
        for result in self.controls.iter_mut().flat_map(|control| &mut control.criteria) {
            result.mark(set);
        }
    }
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
        unsaid: Unsaid::default(),
        gaps: GapRefs::default(),
        short: Short::default(),
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
            let (mut verdict, mut reasons) = verdict(test, &evidence.facts, context);
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
    result
}

fn verdict(test: &Test, facts: &crate::facts::Facts, context: &Context<'_>) -> (Verdict, Reasons) {
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
                Reason::Gap(gap) => self.gaps.insert(*gap),
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
