//! Goes through the accounts of both scans, one at a time: every step is held and added to its sums, every subject's way is looked at
//! and forgotten, but for the few that are listed.

use super::{
    Changes, FindingCounts, Plan, SCHEMA, ScanRef, Side,
    account::{Account, Ways},
    criterion::Touched,
    gaps::{GapTally, Hiding},
    one::One,
    plan::Which,
    settings,
    state::State,
    through,
    words::Told,
};
use crate::{
    all_criteria,
    model::{Assessed, Control, CriterionResult, EvidenceSet, hold},
};

/// Two scans being compared.
#[derive(Debug)]
pub struct Comparison<'p> {
    plan: &'p Plan,
    /// By step.
    sums: Vec<Assessed<'p>>,
    /// By criterion.
    touched: Vec<Touched>,
    findings: FindingCounts,
    gaps: GapTally,
}

impl<'p> Comparison<'p> {
    pub(super) fn new(plan: &'p Plan) -> Self {
        let nothing = |now| EvidenceSet { now, ..EvidenceSet::default() };
        let sums = plan.stages.iter().map(|stage| {
            let side = if stage.which == Which::Before { &plan.before } else { &plan.after };
            hold(&nothing(side.scan.started_at), &stage.settings).without_findings()
        });
        let touched = all_criteria().map(|_| Touched::default()).collect();
        Comparison {
            plan,
            sums: sums.collect(),
            touched,
            findings: FindingCounts::default(),
            gaps: GapTally::default(),
        }
    }

    /// Adds an account: what each scan saw of it, nothing where a scan did not have it.
    pub fn add(&mut self, before: Option<EvidenceSet>, after: Option<&EvidenceSet>) {
        let mut held: Vec<Option<Assessed<'p>>> = self.plan.stages.iter().map(|_| None).collect();
        self.hold(&mut held, before.as_ref(), &[Which::Before]);
        let before = before.map(|mut set| {
            through::grow_older(&mut set, self.plan.after.scan.started_at);
            set
        });
        self.hold(&mut held, before.as_ref(), &[Which::Older]);
        let through = match (&before, after) {
            (Some(before), Some(after)) => Some(through::seen(self.plan, before, after)),
            // An account that the scan after did not look into is as it was.
            (Some(before), None) => Some(before.clone()),
            (None, _) => None,
        };
        self.hold(&mut held, through.as_ref(), &[Which::Through]);
        self.hold(&mut held, after, &[Which::After]);
        let account = Account::new([before.as_ref(), through.as_ref(), after]);
        self.walk(&held, &account);
        for (sum, held) in self.sums.iter_mut().zip(&held) {
            held.iter().for_each(|held| sum.add(held));
        }
    }

    fn hold(&self, held: &mut [Option<Assessed<'p>>], set: Option<&EvidenceSet>, which: &[Which]) {
        let Some(set) = set else { return };
        for (stage, place) in self.plan.stages.iter().zip(held) {
            if which.contains(&stage.which) {
                *place = Some(hold(set, &stage.settings));
            }
        }
    }

    /// Looks at every subject's way under every criterion.
    fn walk(&mut self, held: &[Option<Assessed<'p>>], account: &Account<'_>) {
        let results: Vec<Vec<&CriterionResult<'p>>> = held
            .iter()
            .map(|held| held.iter().flat_map(|held| &held.controls).flat_map(|control| &control.criteria).collect())
            .collect();
        let mut hiding = Hiding::default();
        let mut ways = Ways::new(account.subjects.len(), self.plan.stages.len());
        for (at, (control, criterion)) in all_criteria().enumerate() {
            let own: Vec<_> = results.iter().map(|all| all.get(at).copied()).collect();
            let Some(touched) = self.touched.get_mut(at) else { continue };
            let one = One { plan: self.plan, account, control, criterion };
            one.look(&own, &mut ways, touched, &mut self.findings);
            one.gaps(&own, touched, &mut hiding);
        }
        self.gaps.add(account, &hiding);
    }

    /// Decides every step, and tells what changed.
    pub fn finish(self) -> Changes {
        let Comparison { plan, mut sums, touched, findings, gaps } = self;
        let mut states = vec![State::stored(&plan.before.stored)];
        for (stage, sum) in plan.stages.iter().zip(&mut sums) {
            sum.decide(&stage.settings);
            states.push(State::held(sum));
        }
        states.push(State::stored(&plan.after.stored));
        let told = Told::new(plan, &states, &touched);
        Changes {
            schema: SCHEMA.to_owned(),
            before: reference(&plan.before),
            after: reference(&plan.after),
            notes: told.notes(),
            pillar: told.pillar(),
            controls: Control::all().map(|control| told.control(control)).collect(),
            criteria: told.criteria(),
            findings,
            gaps: gaps.changes(),
            settings: settings::all(plan, &states),
        }
    }
}

fn reference(side: &Side) -> ScanRef {
    ScanRef { id: side.scan.id.clone(), started_at: side.scan.started_at, rung: side.stored.rung.version.clone() }
}
