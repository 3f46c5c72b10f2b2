//! Sentences of criteria: why an outcome, or subjects below it, came out otherwise.

use std::collections::BTreeMap;

use super::{
    ChangeCause, CriterionChange,
    criterion::{Group, Touched},
    path,
    phrases::{because, each_once, large, names, outcome, relevant, resources},
    settings,
    subjects::Code,
    words::{Told, scope},
};
use crate::{
    all_criteria,
    model::{Bar, Control, Outcome},
};

impl Told<'_> {
    pub(super) fn outcomes(&self, id: &str) -> Vec<Option<Outcome>> {
        self.states.iter().map(|state| state.came(id).map(|came| came.outcome)).collect()
    }

    fn waived(&self, id: &str) -> Vec<Option<Outcome>> {
        self.states.iter().map(|state| state.came(id).map(|came| came.with_waivers)).collect()
    }

    /// The criteria of which something changed: those of this program in its order, then those it does not have.
    pub(super) fn criteria(&self) -> Vec<CriterionChange> {
        let own = all_criteria().map(|(control, criterion)| (criterion.full_id(control), control));
        let stored = self.states.iter().flat_map(|state| &state.criteria);
        let foreign: BTreeMap<String, Control> = stored
            .filter(|(id, _)| !self.known.contains_key(*id))
            .map(|(id, (control, _))| (id.clone(), *control))
            .collect();
        own.chain(foreign).filter_map(|(id, control)| self.criterion(id, control)).collect()
    }

    fn criterion(&self, id: String, control: Control) -> Option<CriterionChange> {
        let touched = self.known.get(&id).and_then(|(at, _)| self.touched.get(*at));
        let total = touched.map(|touched| touched.otherwise.total).unwrap_or_default();
        let (outcomes, waived) = (self.outcomes(&id), self.waived(&id));
        let (mut way, mut of_waivers) = (&outcomes, false);
        if path::steps(way).is_empty() {
            (way, of_waivers) = (&waived, true);
        }
        let steps = path::steps(way);
        if steps.is_empty() && total == 0 {
            return None;
        }
        let (before, after) = (outcomes.first().copied().flatten(), outcomes.last().copied().flatten());
        let level = self.states.iter().rev().find_map(|state| state.came(&id))?.level;
        let clauses: Vec<_> = steps
            .iter()
            .rev()
            .map(|step| {
                let at = |at: Option<usize>| at.and_then(|at| way.get(at)).copied().flatten();
                self.clause(control, &id, *step, at(step.checked_sub(1)), at(Some(*step)))
            })
            .collect();
        let causes = steps.iter().rev().flat_map(|step| self.causes_of(*step, control, &id)).collect();
        let (causes, why) = match (steps.is_empty(), of_waivers) {
            (true, _) => self.below(touched, after),
            (_, true) => {
                let (from, to) = (way.first().copied().flatten(), way.last().copied().flatten());
                let with = format!("with waivers {}, was {}", outcome(to), outcome(from));
                (causes, format!("{}, {with}: {}.", large(outcome(after)), clauses.join("; ")))
            }
            _ => (causes, format!("{}, was {}: {}.", large(outcome(after)), outcome(before), clauses.join("; "))),
        };
        let subjects = touched.map(|touched| touched.otherwise.listed()).unwrap_or_default();
        Some(CriterionChange {
            criterion: id,
            control,
            level,
            before,
            after,
            causes: each_once(causes),
            why,
            subjects,
            subjects_total: total,
        })
    }

    /// The outcome is what it was, subjects are not.
    fn below(&self, touched: Option<&Touched>, after: Option<Outcome>) -> (Vec<ChangeCause>, String) {
        let counted = touched.map(|touched| touched.otherwise.causes.clone()).unwrap_or_default();
        let mut causes: Vec<_> = counted.into_iter().collect();
        causes.sort_by_key(|(cause, count)| (std::cmp::Reverse(*count), *cause));
        let words: Vec<_> = causes.iter().map(|(cause, count)| format!("{count} by {}", cause.words())).collect();
        let subjects: u64 = causes.iter().map(|(_, count)| count).sum();
        let noun = if subjects == 1 { "subject" } else { "subjects" };
        let why =
            format!("{} as before; {subjects} {noun} came out otherwise: {}.", large(outcome(after)), words.join(", "));
        (causes.into_iter().map(|(cause, _)| cause).collect(), why)
    }

    /// Why a step made a criterion come out otherwise.
    pub(super) fn clause(
        &self,
        control: Control,
        id: &str,
        step: usize,
        before: Option<Outcome>,
        after: Option<Outcome>,
    ) -> String {
        let cause = self.plan.cause(step);
        let known = self.known.get(id);
        let touched = known.and_then(|(at, _)| self.touched.get(*at));
        let bar = known.map_or(Bar::All, |(_, criterion)| criterion.bar);
        let groups = touched.map(|touched| relevant(touched, step, bar, before, after)).unwrap_or_default();
        let words = match cause {
            ChangeCause::Rule => Some(self.rule(step, before, after)),
            ChangeCause::Threshold => known.and_then(|(_, criterion)| {
                let moved: Vec<_> = settings::moved(self.plan, criterion).iter().map(settings::Moved::words).collect();
                (!moved.is_empty()).then(|| moved.join(" and "))
            }),
            ChangeCause::Scope => Some(scope(self.plan)),
            ChangeCause::Attestation | ChangeCause::Waiver => self.people(control, id, cause),
            ChangeCause::Time => self.people(control, id, cause).or_else(|| self.later(&groups)),
            ChangeCause::Resource => resources(&groups, bar),
            ChangeCause::Coverage => touched.map(|touched| self.coverage(touched, before, after)),
        };
        words.unwrap_or_else(|| because(cause).to_owned())
    }

    fn rule(&self, step: usize, before: Option<Outcome>, after: Option<Outcome>) -> String {
        let (old, new) = (&self.plan.before.stored.rung.version, &self.plan.after.stored.rung.version);
        match (before, after) {
            (None, Some(_)) => format!("rung {new} has this criterion and rung {old} did not"),
            (Some(_), None) => format!("rung {new} does not have this criterion any more"),
            _ if old == new => format!("another build of rung {new} judges the same evidence otherwise"),
            _ if step == 1 => format!("today's rules judge the same evidence otherwise than rung {old} did"),
            _ => format!("rung {new} judged the same evidence otherwise than today's rules"),
        }
    }

    fn people(&self, control: Control, id: &str, cause: ChangeCause) -> Option<String> {
        let said = self.plan.said_of(control, id).filter(|said| said.is_of(cause));
        let words: Vec<_> = said.map(|said| said.words.clone()).collect();
        (!words.is_empty()).then(|| words.join(" and "))
    }

    fn later(&self, groups: &[(Code, Code, &Group)]) -> Option<String> {
        let days = self.plan.days();
        let apart = match days.unsigned_abs() {
            0 => "some hours".to_owned(),
            1 => "1 day".to_owned(),
            n => format!("{n} days"),
        };
        let way = if self.plan.after.scan.started_at < self.plan.before.scan.started_at { "earlier" } else { "later" };
        let (_, _, group) = groups.first()?;
        Some(format!("it is {apart} {way} and nothing else changed of {}", names(group)))
    }

    fn coverage(&self, touched: &Touched, before: Option<Outcome>, after: Option<Outcome>) -> String {
        let opened = touched.opened.words().map(|gap| format!("what was seen before is not seen now ({gap})"));
        let closed = touched.closed.words().map(|gap| format!("what was not seen before is seen now (it was: {gap})"));
        let less = after == Some(Outcome::Unknown) && before != after;
        let gap = if less { opened.or(closed) } else { closed.or(opened) };
        gap.or_else(|| self.not_scanned()).unwrap_or_else(|| because(ChangeCause::Coverage).to_owned())
    }

    /// Accounts and regions that only one of the scans looked into.
    fn not_scanned(&self) -> Option<String> {
        let (before, after) = (&self.plan.before.scan, &self.plan.after.scan);
        let only = |one: &[String], other: &[String]| {
            let all: Vec<_> = one.iter().filter(|id| !other.contains(id)).take(3).cloned().collect();
            (!all.is_empty()).then(|| all.join(", "))
        };
        let not_now = only(&before.accounts, &after.accounts).or_else(|| only(&before.regions, &after.regions));
        let new = only(&after.accounts, &before.accounts).or_else(|| only(&after.regions, &before.regions));
        not_now
            .map(|places| format!("{places} was scanned before and not now"))
            .or_else(|| new.map(|places| format!("{places} was not scanned before and is now")))
    }
}
