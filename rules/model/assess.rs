//! The engine: holds every criterion against every subject, counts, and decides.
//!
//! Criteria judge one subject; only this file iterates, so that no criterion can leave a loop early.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Basis, Context, Control, Criterion, DecidedBy, EvidenceSet, GapId, Levels, Outcome, Reason, Reasons, Tally,
    Thresholds, Truth, Verdict, infer,
};
use crate::facts::{Kind, Test};

/// A criterion held against one subject, by index into the evidence. There may be millions: twelve bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RawFinding {
    /// Index into [`EvidenceSet::evidence`].
    pub evidence: u32,
    /// How it came out.
    pub verdict: Verdict,
    /// Index into [`CriterionResult::reasons`].
    reasons: u32,
}

/// A criterion over all its subjects.
#[derive(Debug)]
pub struct CriterionResult {
    /// The criterion.
    pub criterion: &'static Criterion,
    /// What it comes to.
    pub outcome: Outcome,
    /// What decided it.
    pub decided_by: DecidedBy,
    /// How its subjects came out.
    pub tally: Tally,
    /// Gaps behind unknown and unseen subjects.
    pub gaps: BTreeSet<GapId>,
    /// Whether a person's attestation would decide it.
    pub needs_attestation: bool,
    /// One finding per subject of its kinds.
    pub findings: Vec<RawFinding>,
    /// The different reasons of its findings; the first are none.
    reasons: Vec<Reasons>,
}

impl CriterionResult {
    /// Why a finding is unknown; empty otherwise.
    pub fn reasons(&self, finding: &RawFinding) -> &[Reason] {
        self.reasons.get(finding.reasons as usize).map_or(&[], |reasons| reasons)
    }
}

/// A control with all its criteria.
#[derive(Debug)]
pub struct ControlResult {
    /// The control.
    pub control: Control,
    /// Its levels; nothing when no criterion applies.
    pub levels: Option<Levels>,
    /// Its criteria, in the order of the rule file.
    pub criteria: Vec<CriterionResult>,
}

/// All controls.
#[derive(Debug)]
pub struct Assessed {
    /// In the model's order.
    pub controls: Vec<ControlResult>,
}

/// Holds all criteria of all controls against the evidence.
pub fn assess(set: &EvidenceSet, thresholds: &Thresholds) -> Assessed {
    let by_kind = index_by_kind(set);
    let context = Context { now: set.now, thresholds };
    let controls = Control::all()
        .filter(|control| !crate::criteria(*control).is_empty())
        .map(|control| {
            let criteria: Vec<_> = crate::criteria(control).iter().map(|c| judge(c, set, &by_kind, &context)).collect();
            ControlResult { control, levels: infer(&criteria), criteria }
        })
        .collect();
    Assessed { controls }
}

fn index_by_kind(set: &EvidenceSet) -> Vec<Vec<u32>> {
    let mut by_kind = vec![Vec::new(); Kind::COUNT];
    for (index, evidence) in set.evidence.iter().enumerate() {
        if let Some(list) = by_kind.get_mut(evidence.facts.kind() as usize) {
            list.push(index as u32);
        }
    }
    by_kind
}

fn judge(
    criterion: &'static Criterion,
    set: &EvidenceSet,
    by_kind: &[Vec<u32>],
    context: &Context<'_>,
) -> CriterionResult {
    let mut result = CriterionResult {
        criterion,
        outcome: Outcome::Unknown,
        decided_by: DecidedBy::Observed,
        tally: Tally::default(),
        gaps: BTreeSet::new(),
        needs_attestation: false,
        findings: Vec::new(),
        reasons: vec![Reasons::new()],
    };
    let mut numbers = BTreeMap::from([(Reasons::new(), 0)]);
    for test in criterion.tests {
        let subjects = by_kind.get(test.kind() as usize).map_or(&[][..], Vec::as_slice);
        result.findings.reserve_exact(subjects.len());
        for index in subjects {
            let Some(evidence) = set.evidence.get(*index as usize) else { continue };
            let (verdict, reasons) = hold(test, &evidence.facts, context);
            result.count(verdict, &reasons);
            let reasons = match numbers.get(&reasons) {
                Some(number) => *number,
                None => {
                    let number = result.reasons.len() as u32;
                    result.reasons.push(reasons.clone());
                    *numbers.entry(reasons).or_insert(number)
                }
            };
            result.findings.push(RawFinding { evidence: *index, verdict, reasons });
        }
        for unseen in set.unseen.iter().filter(|unseen| unseen.kind == test.kind()) {
            result.tally.unseen = true;
            result.gaps.insert(unseen.gap);
        }
    }
    result.outcome = result.decide(context.thresholds);
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

impl CriterionResult {
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
