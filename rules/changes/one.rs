//! One criterion of one account: every subject's way through the steps, and what it tells.

use super::{
    ChangeCause, FindingCounts, Plan, SubjectChange, Verdicts,
    account::{Account, Ways},
    criterion::Touched,
    facts::differing,
    gaps::Hiding,
    path,
    plan::Which,
    subjects::Code,
};
use crate::model::{Control, Criterion, CriterionResult, Evidence, Gap, GapId};

/// One criterion of one account.
pub(super) struct One<'a, 's> {
    pub(super) plan: &'a Plan,
    pub(super) account: &'a Account<'s>,
    pub(super) control: Control,
    pub(super) criterion: &'static Criterion,
}

impl One<'_, '_> {
    pub(super) fn look(
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
    pub(super) fn gaps(&self, results: &[Option<&CriterionResult<'_>>], touched: &mut Touched, hiding: &mut Hiding) {
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
