//! Goes through the accounts of both scans, one at a time: every step is held and added to its sums, every subject's way is looked at
//! and forgotten, but for the few that are listed.

use std::collections::{BTreeMap, HashMap};

use super::{
    ChangeCause, Changes, FindingCounts, GapChanges, LISTED_GAPS, Plan, SCHEMA, ScanRef, Side, SubjectChange, Verdicts,
    criterion::Touched, facts::differing, path, plan::Which, settings, state::State, subjects::Code, through,
    words::Told,
};
use crate::{
    all_criteria,
    facts::Kind,
    model::{Assessed, Control, Criterion, CriterionResult, Evidence, EvidenceSet, Gap, GapId, hold},
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

/// No evidence of a subject in a set.
const NONE: u32 = u32::MAX;

/// An account in up to three sets of evidence, its subjects numbered.
struct Account<'s> {
    sets: [Option<&'s EvidenceSet>; 3],
    /// By set and evidence: the subject.
    numbers: [Vec<u32>; 3],
    /// By subject: its evidence in each set.
    subjects: Vec<[u32; 3]>,
}

fn set_of(which: Which) -> usize {
    match which {
        Which::Before | Which::Older => 0,
        Which::Through => 1,
        Which::After => 2,
    }
}

impl<'s> Account<'s> {
    fn new(sets: [Option<&'s EvidenceSet>; 3]) -> Self {
        let mut known: HashMap<(Kind, &str), u32> = HashMap::new();
        let mut subjects: Vec<[u32; 3]> = Vec::new();
        let mut number = |place: usize, set: Option<&'s EvidenceSet>| -> Vec<u32> {
            let evidence = set.map(|set| set.evidence.as_slice()).unwrap_or_default();
            let one = |(at, one): (usize, &'s Evidence)| {
                let number = *known.entry((one.facts.kind(), &*one.subject.arn)).or_insert_with(|| {
                    subjects.push([NONE; 3]);
                    subjects.len() as u32 - 1
                });
                if let Some(at_place) = subjects.get_mut(number as usize).and_then(|own| own.get_mut(place)) {
                    *at_place = at as u32;
                }
                number
            };
            evidence.iter().enumerate().map(one).collect()
        };
        let [before, through, after] = sets;
        let numbers = [number(0, before), number(1, through), number(2, after)];
        Account { sets, numbers, subjects }
    }

    fn evidence(&self, subject: u32, which: Which) -> Option<&'s Evidence> {
        let set = set_of(which);
        let at = *self.subjects.get(subject as usize)?.get(set)?;
        (*self.sets.get(set)?)?.evidence.get(at as usize)
    }

    fn is_there(&self, subject: u32, which: Which) -> bool {
        self.subjects.get(subject as usize).and_then(|own| own.get(set_of(which))).is_some_and(|at| *at != NONE)
    }

    fn number(&self, which: Which, evidence: u32) -> Option<u32> {
        self.numbers.get(set_of(which))?.get(evidence as usize).copied()
    }
}

/// The ways of all subjects under one criterion; the room is used again for the next.
struct Ways {
    codes: Vec<Code>,
    stages: usize,
    touched: Vec<u32>,
}

impl Ways {
    fn new(subjects: usize, stages: usize) -> Self {
        Ways { codes: vec![Code::Absent; subjects * stages], stages, touched: Vec::new() }
    }

    fn own(&mut self, subject: u32) -> &mut [Code] {
        let begin = subject as usize * self.stages;
        self.codes.get_mut(begin..begin + self.stages).unwrap_or_default()
    }
}

/// One criterion of one account.
struct One<'a, 's> {
    plan: &'a Plan,
    account: &'a Account<'s>,
    control: Control,
    criterion: &'static Criterion,
}

impl One<'_, '_> {
    fn look(
        &self,
        results: &[Option<&CriterionResult<'_>>],
        ways: &mut Ways,
        touched: &mut Touched,
        counts: &mut FindingCounts,
    ) {
        for (at, (stage, result)) in self.plan.stages.iter().zip(results).enumerate() {
            for finding in result.iter().flat_map(|result| &result.findings) {
                let Some(subject) = self.account.number(stage.which, finding.evidence) else { continue };
                if ways.own(subject).iter().all(|code| *code == Code::Absent) {
                    ways.touched.push(subject);
                }
                if let Some(code) = ways.own(subject).get_mut(at) {
                    *code = finding.verdict.into();
                }
            }
        }
        let id = self.criterion.full_id(self.control);
        let mut way = Vec::with_capacity(self.plan.states());
        for subject in std::mem::take(&mut ways.touched) {
            let own = ways.own(subject);
            self.way(&id, subject, own, &mut way);
            own.fill(Code::Absent);
            self.tell(subject, &way, touched, counts);
        }
    }

    /// The way of a subject, the stored verdicts at both ends.
    fn way(&self, id: &str, subject: u32, stages: &[Code], way: &mut Vec<Code>) {
        way.clear();
        let held = self.plan.stages.iter().zip(stages).map(|(stage, code)| match code {
            Code::Absent if self.account.is_there(subject, stage.which) => Code::Out,
            code => *code,
        });
        way.push(Code::Absent);
        way.extend(held);
        way.push(Code::Absent);
        let last = way.len() - 1;
        let stored = |verdicts: &Option<Verdicts>, evidence: Option<&Evidence>| {
            let (verdicts, evidence) = (verdicts.as_ref()?, evidence?);
            let verdict = verdicts.of(id, evidence.facts.kind().name(), &evidence.subject.arn);
            Some(verdict.map_or(Code::Absent, Code::from))
        };
        // Where nothing else is known the stored verdict is the one that was held.
        let ends = [(0, 1, &self.plan.before, Which::Before), (last, last - 1, &self.plan.after, Which::After)];
        for (end, beside, side, which) in ends {
            let known = stored(&side.verdicts, self.account.evidence(subject, which));
            let beside = way.get(beside).copied().unwrap_or_default();
            if let Some(code) = way.get_mut(end) {
                *code = known.unwrap_or(beside);
            }
        }
    }

    fn tell(&self, subject: u32, way: &[Code], touched: &mut Touched, counts: &mut FindingCounts) {
        let verdicts: smallvec::SmallVec<[_; 12]> = way.iter().map(|code| code.verdict()).collect();
        let cause = path::steps(&verdicts).last().map(|step| self.plan.cause(*step));
        let (Some(from), Some(to)) = (way.first().copied(), way.last().copied()) else { return };
        counts.count(self.criterion.bar, from, to, cause);
        if verdicts.iter().all(|verdict| verdicts.first() == Some(verdict)) {
            return;
        }
        let (before, after) =
            (self.account.evidence(subject, Which::Before), self.account.evidence(subject, Which::After));
        let facts = || {
            let kind = after.or(before).map(|one| one.facts.kind());
            let test = self.criterion.tests.iter().find(|test| Some(test.kind()) == kind);
            let names = test.map(|test| test.facts()).unwrap_or_default();
            differing(names, before.map(|one| &one.facts), after.map(|one| &one.facts))
        };
        for (step, pair) in way.windows(2).enumerate() {
            if let [from, to] = *pair
                && from.verdict() != to.verdict()
            {
                touched.count((step + 1, from, to), after.or(before), || facts().into_iter().next());
            }
        }
        if let (Some(cause), Some(evidence)) = (cause, after.or(before)) {
            let is_worse = to.rank(self.criterion.bar) < from.rank(self.criterion.bar);
            touched.otherwise.add(cause, is_worse, || {
                let own = matches!(cause, ChangeCause::Resource | ChangeCause::Coverage);
                change(evidence, (from, to), cause, if own { facts() } else { Vec::new() })
            });
        }
    }

    /// Which gaps hide something of the criterion, and since when.
    fn gaps(&self, results: &[Option<&CriterionResult<'_>>], touched: &mut Touched, hiding: &mut Hiding) {
        let of = |which: Which| {
            let at = self.plan.first(which)?.checked_sub(1)?;
            results.get(at).copied().flatten()
        };
        let (first, last) = (of(Which::Through), of(Which::After));
        let ids = |result: Option<&CriterionResult<'_>>| -> std::collections::BTreeSet<GapId> {
            result.iter().flat_map(|result| result.gaps.ids()).collect()
        };
        let (was, is) = (ids(first), ids(last));
        let described = |ids: Vec<&GapId>, set: usize| -> Vec<Gap> {
            let known = self.account.sets.get(set).copied().flatten();
            let find = |id: &&GapId| known.and_then(|set| set.gaps.iter().find(|gap| gap.id == **id));
            // A few are enough for a sentence; each is searched for.
            ids.iter().take(8).filter_map(find).cloned().collect()
        };
        described(is.difference(&was).collect(), 2).iter().for_each(|gap| touched.opened.add(gap));
        described(was.difference(&is).collect(), 0).iter().for_each(|gap| touched.closed.add(gap));
        hiding.0.extend(ids(of(Which::Before)));
        hiding.0.extend(is);
    }
}

fn change(
    evidence: &Evidence,
    (from, to): (Code, Code),
    cause: ChangeCause,
    facts: Vec<super::FactChange>,
) -> SubjectChange {
    let subject = &evidence.subject;
    SubjectChange {
        arn: subject.arn.to_string(),
        name: subject.name.as_deref().map(str::to_owned),
        kind: evidence.facts.kind().name().to_owned(),
        account: subject.account.to_string(),
        region: subject.region.to_string(),
        before: from.verdict(),
        after: to.verdict(),
        cause,
        facts,
    }
}

/// Gaps that hide something in either scan.
#[derive(Debug, Default)]
struct Hiding(std::collections::HashSet<GapId>);

/// Gaps that opened and closed, those that hide something apart.
#[derive(Debug, Default)]
struct GapTally {
    opened: GapList,
    closed: GapList,
}

#[derive(Debug, Default)]
struct GapList {
    hiding: Vec<Gap>,
    others: Vec<Gap>,
    total: u64,
}

impl GapTally {
    fn add(&mut self, account: &Account<'_>, hiding: &Hiding) {
        let [before, _, after] = account.sets;
        let by_id = |set: Option<&EvidenceSet>| -> BTreeMap<GapId, Gap> {
            set.iter().flat_map(|set| &set.gaps).map(|gap| (gap.id, gap.clone())).collect()
        };
        let (was, is) = (by_id(before), by_id(after));
        is.iter().filter(|(id, _)| !was.contains_key(id)).for_each(|(_, gap)| self.opened.add(gap, hiding));
        was.iter().filter(|(id, _)| !is.contains_key(id)).for_each(|(_, gap)| self.closed.add(gap, hiding));
    }

    fn changes(self) -> GapChanges {
        let (opened_total, closed_total) = (self.opened.total, self.closed.total);
        GapChanges { opened: self.opened.listed(), opened_total, closed: self.closed.listed(), closed_total }
    }
}

impl GapList {
    fn add(&mut self, gap: &Gap, hiding: &Hiding) {
        self.total += 1;
        let list = if hiding.0.contains(&gap.id) { &mut self.hiding } else { &mut self.others };
        if list.len() < LISTED_GAPS {
            list.push(gap.clone());
        }
    }

    fn listed(self) -> Vec<Gap> {
        self.hiding.into_iter().chain(self.others).take(LISTED_GAPS).collect()
    }
}
