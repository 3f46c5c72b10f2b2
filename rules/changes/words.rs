//! Sentences: why a level, an outcome, a subject is not what it was. Names in them come from strangers; whoever prints them escapes them.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    ChangeCause, ControlChange, CriterionChange, Direction, FactChange, PillarChange, Plan, Standing, criterion::Group,
    criterion::NAMED, criterion::Touched, criterion::short, path, settings, state::State, subjects::Code,
};
use crate::{
    all_criteria,
    model::{Bar, Control, Criterion, Level, Outcome},
};

/// Everything that sentences are made of.
pub(super) struct Told<'a> {
    plan: &'a Plan,
    states: &'a [State],
    touched: &'a [Touched],
    /// By full id.
    known: BTreeMap<String, (usize, &'static Criterion)>,
}

/// A clause as a sentence: its first letter large, unless it is the name of an operation, and a full stop.
pub(super) fn sentence(clause: &str) -> String {
    let is_name = clause.split(' ').next().is_some_and(|word| word.contains([':', '.']));
    if is_name { format!("{clause}.") } else { format!("{}.", large(clause)) }
}

fn large_first(first: char, rest: &str) -> String {
    first.to_uppercase().chain(rest.chars()).collect()
}

/// What the scope was and is.
pub(super) fn scope(plan: &Plan) -> String {
    let (before, after) = (plan.before.settings.scope.words(), plan.after.settings.scope.words());
    format!("the scope was changed: before, {before}; now, {after}")
}

fn outcome(outcome: Option<Outcome>) -> &'static str {
    match outcome {
        Some(Outcome::Met) => "met",
        Some(Outcome::Unmet) => "unmet",
        Some(Outcome::Unknown) => "unknown",
        Some(Outcome::NotApplicable) => "not applicable",
        None => "not among the rules",
    }
}

fn last_part(criterion: &str) -> &str {
    criterion.rsplit('.').next().unwrap_or(criterion)
}

/// A level, or that there is none.
fn number(level: Option<Level>) -> String {
    level.map_or("none".to_owned(), |level| level.number().to_string())
}

/// What of a standing a sentence is about.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Of {
    Confirmed,
    Possible,
    Waived,
}

impl Of {
    fn level(self, standing: Option<Standing>) -> Option<Level> {
        let standing = standing?;
        match self {
            Of::Confirmed => Some(standing.confirmed),
            Of::Possible => Some(standing.possible),
            Of::Waived => Some(standing.with_waivers.unwrap_or(standing.confirmed)),
        }
    }

    fn holds(self, outcome: Outcome) -> bool {
        match self {
            Of::Possible => outcome != Outcome::Unmet,
            _ => matches!(outcome, Outcome::Met | Outcome::NotApplicable),
        }
    }
}

impl<'a> Told<'a> {
    pub(super) fn new(plan: &'a Plan, states: &'a [State], touched: &'a [Touched]) -> Self {
        let known = all_criteria().enumerate();
        let known = known.map(|(at, (control, criterion))| (criterion.full_id(control), (at, criterion))).collect();
        Told { plan, states, touched, known }
    }

    /// What a reader has to know of the comparison.
    pub(super) fn notes(&self) -> Vec<String> {
        let (before, after) = (&self.plan.before.scan, &self.plan.after.scan);
        let mut notes = Vec::new();
        if before.started_at > after.started_at {
            let words = "The scan that stands first is the later one: what reads as a change is the way back.";
            notes.push(words.to_owned());
        }
        let only = |one: &[String], other: &[String]| one.iter().filter(|id| !other.contains(id)).count();
        for (count, which) in
            [(only(&before.accounts, &after.accounts), "before"), (only(&after.accounts, &before.accounts), "after")]
        {
            let accounts = if count == 1 { "1 account is".to_owned() } else { format!("{count} accounts are") };
            if count > 0 {
                notes.push(format!(
                    "{accounts} in the scan {which} only: that counts as seen or not seen, not as a change."
                ));
            }
        }
        for (scan, which) in [(before, "before"), (after, "after")] {
            if !scan.complete {
                notes.push(format!("The scan {which} was interrupted: what it did not read is unknown."));
            }
        }
        notes
    }

    /// The steps that lead a level in the direction it went, from what and to what.
    fn steps<T: PartialEq + PartialOrd + Copy>(values: &[T]) -> Vec<(usize, T, T)> {
        let (Some(first), Some(last)) = (values.first(), values.last()) else { return Vec::new() };
        let pair = |step: usize| Some((step, *values.get(step.checked_sub(1)?)?, *values.get(step)?));
        let all = path::steps(values).into_iter().filter_map(pair);
        all.filter(|(_, from, to)| from.partial_cmp(to) == first.partial_cmp(last)).collect()
    }

    pub(super) fn pillar(&self) -> PillarChange {
        let levels: Vec<_> = self.states.iter().map(|state| state.pillar).collect();
        let (before, after) = (levels.first().copied().flatten(), levels.last().copied().flatten());
        let steps = Self::steps(&levels);
        let ended = |step: usize| self.plan.said.iter().any(|said| said.is_of(self.plan.cause(step)));
        let causes: Vec<_> = steps.iter().rev().flat_map(|(step, ..)| self.causes(*step, ended(*step), None)).collect();
        let words: Vec<_> = causes.iter().map(|cause| because(*cause)).collect();
        let why = match before.cmp(&after) {
            std::cmp::Ordering::Equal => "Unchanged.".to_owned(),
            order => {
                let verb = if order == std::cmp::Ordering::Less { "Rose" } else { "Fell" };
                format!("{verb} from {} to {}: {}.", number(before), number(after), words.join("; "))
            }
        };
        PillarChange { before, after, causes: each_once(causes), why }
    }

    /// The causes that a step stands for. What ended by its date is of both.
    fn causes(&self, step: usize, ended: bool, of: Option<(Control, &str)>) -> Vec<ChangeCause> {
        let cause = self.plan.cause(step);
        if cause != ChangeCause::Time || !ended {
            return vec![cause];
        }
        let said = self.plan.said.iter().filter(|said| said.by_date);
        let said = said.filter(|said| of.is_none_or(|(control, id)| said.speaks_of(control, id)));
        let mut causes: Vec<_> = said
            .map(|said| match said.what {
                super::Setting::Waiver => ChangeCause::Waiver,
                _ => ChangeCause::Attestation,
            })
            .collect();
        causes.push(cause);
        each_once(causes)
    }

    fn causes_of(&self, step: usize, control: Control, id: &str) -> Vec<ChangeCause> {
        self.causes(step, true, Some((control, id)))
    }

    pub(super) fn control(&self, control: Control) -> ControlChange {
        let standings: Vec<_> = self.states.iter().map(|state| state.standing(control)).collect();
        let (before, after) = (standings.first().copied().flatten(), standings.last().copied().flatten());
        let direction = direction(before, after);
        let of = match direction {
            Direction::Rose | Direction::Fell => Some(Of::Confirmed),
            Direction::Wider | Direction::Narrower => Some(Of::Possible),
            Direction::Same if before.is_some() != after.is_some() => Some(Of::Confirmed),
            Direction::Same if Of::Waived.level(before) != Of::Waived.level(after) => Some(Of::Waived),
            Direction::Same => None,
        };
        let (causes, why) = match of {
            None => (Vec::new(), self.unchanged(control, after)),
            Some(of) => self.led(control, of, &standings, direction),
        };
        ControlChange { control, title: control.title().to_owned(), before, after, direction, causes, why }
    }

    fn unchanged(&self, control: Control, standing: Option<Standing>) -> String {
        let otherwise = |(id, (own, _)): (&String, &(Control, super::state::Came))| {
            *own == control && self.outcomes(id).first() != self.outcomes(id).last()
        };
        let all: BTreeMap<_, _> = self.states.iter().flat_map(|state| &state.criteria).collect();
        let count = all.into_iter().filter(|(id, came)| otherwise((id, came))).count();
        let stands = match standing {
            Some(standing) => format!("Unchanged at {}", standing.confirmed.number()),
            None => "Not applicable, as before".to_owned(),
        };
        match count {
            0 => format!("{stands}."),
            1 => format!("{stands}; 1 criterion came out otherwise."),
            n => format!("{stands}; {n} criteria came out otherwise."),
        }
    }

    /// What led a control from where it stood to where it stands.
    fn led(
        &self,
        control: Control,
        of: Of,
        standings: &[Option<Standing>],
        direction: Direction,
    ) -> (Vec<ChangeCause>, String) {
        let levels: Vec<_> = standings.iter().map(|standing| of.level(*standing)).collect();
        let steps = Self::steps(&levels);
        let (mut causes, mut clauses) = (Vec::new(), Vec::new());
        for (step, from, to) in steps.iter().rev() {
            let deciding = self.deciding(control, of, *step, *from, *to);
            let Some((first, more)) = deciding.split_first() else {
                causes.push(self.plan.cause(*step));
                clauses.push(because(self.plan.cause(*step)).to_owned());
                continue;
            };
            causes.extend(self.causes_of(*step, control, first));
            clauses.push(self.decided(control, of, *step, first, more.len()));
        }
        let (before, after) = (levels.first().copied().flatten(), levels.last().copied().flatten());
        let went = match (direction, of) {
            (Direction::Rose, _) => format!("Rose from {} to {}", number(before), number(after)),
            (Direction::Fell, _) => format!("Fell from {} to {}", number(before), number(after)),
            (_, Of::Possible) => {
                let confirmed = standings.last().copied().flatten().map(|standing| standing.confirmed);
                let (from, to) = (number(before), number(after));
                format!("Confirmed {} as before; possible is {to}, was {from}", number(confirmed))
            }
            (_, Of::Waived) => format!("With waivers it is {}, was {}", number(after), number(before)),
            _ if after.is_none() => format!("Not applicable any more, was {}", number(before)),
            _ => format!("Applies now, at {}", number(after)),
        };
        (each_once(causes), format!("{went}: {}.", clauses.join("; ")))
    }

    /// The criteria that made the difference in a step, the first being the one to name.
    fn deciding(&self, control: Control, of: Of, step: usize, from: Option<Level>, to: Option<Level>) -> Vec<String> {
        let Some((before, after)) = step.checked_sub(1).and_then(|at| self.states.get(at)).zip(self.states.get(step))
        else {
            return Vec::new();
        };
        let came = |state: &State, id: &str| {
            state.came(id).map(|came| if of == Of::Waived { came.with_waivers } else { came.outcome })
        };
        let ids: BTreeSet<&String> = before.criteria.keys().chain(after.criteria.keys()).collect();
        let own = |id: &&&String| {
            [before, after].iter().any(|state| state.criteria.get(**id).is_some_and(|(own, _)| *own == control))
        };
        let level = |id: &str| after.came(id).or(before.came(id)).map(|came| came.level);
        let holds = |state: &State, id: &str| came(state, id).is_none_or(|outcome| of.holds(outcome));
        let otherwise: Vec<&String> =
            ids.into_iter().filter(|id| own(&id) && came(before, id) != came(after, id)).collect();
        // The rung above the lower of the two levels is the one that was lost or won.
        let rung = from.min(to).and_then(Level::next);
        let fell = to < from;
        let switched = |id: &&&String| holds(before, id) == fell && holds(after, id) != fell;
        let at_rung: Vec<&&String> =
            otherwise.iter().filter(switched).filter(|id| rung.is_some() && level(id) == rung).collect();
        let switched: Vec<&&String> = otherwise.iter().filter(switched).collect();
        let mut chosen = match (at_rung.is_empty(), switched.is_empty()) {
            (false, _) => at_rung,
            (true, false) => switched,
            (true, true) => otherwise.iter().collect(),
        };
        chosen.sort_by_key(|id| level(id));
        chosen.into_iter().map(|id| (*id).clone()).collect()
    }

    /// "gp3-for-new-volumes is unmet, was met (and 1 more criterion), because ..."
    fn decided(&self, control: Control, of: Of, step: usize, id: &str, more: usize) -> String {
        let at = |state: Option<&State>| {
            state
                .and_then(|state| state.came(id))
                .map(|came| if of == Of::Waived { came.with_waivers } else { came.outcome })
        };
        let before = at(step.checked_sub(1).and_then(|before| self.states.get(before)));
        let after = at(self.states.get(step));
        let more = match more {
            0 => String::new(),
            1 => " (and 1 more criterion)".to_owned(),
            n => format!(" (and {n} more criteria)"),
        };
        let clause = self.clause(control, id, step, before, after);
        let name = last_part(id);
        format!("{name} is {}, was {}{more}, because {clause}", outcome(after), outcome(before))
    }

    fn outcomes(&self, id: &str) -> Vec<Option<Outcome>> {
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
    fn clause(
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

fn direction(before: Option<Standing>, after: Option<Standing>) -> Direction {
    use std::cmp::Ordering::{Equal, Greater, Less};
    let (Some(before), Some(after)) = (before, after) else { return Direction::Same };
    match (after.confirmed.cmp(&before.confirmed), after.possible.cmp(&before.possible)) {
        (Greater, _) => Direction::Rose,
        (Less, _) => Direction::Fell,
        (Equal, Greater) => Direction::Wider,
        (Equal, Less) => Direction::Narrower,
        (Equal, Equal) => Direction::Same,
    }
}

fn because(cause: ChangeCause) -> &'static str {
    match cause {
        ChangeCause::Resource => "resources changed",
        ChangeCause::Rule => "the program judges the same evidence otherwise",
        ChangeCause::Threshold => "thresholds were changed",
        ChangeCause::Scope => "the scope was changed",
        ChangeCause::Coverage => "not the same could be seen",
        ChangeCause::Attestation => "attestations were added, changed, withdrawn or ended",
        ChangeCause::Waiver => "waivers were added, changed, withdrawn or ended",
        ChangeCause::Time => "time passed",
    }
}

fn large(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| large_first(first, chars.as_str())).unwrap_or_default()
}

fn each_once(causes: Vec<ChangeCause>) -> Vec<ChangeCause> {
    let mut seen = BTreeSet::new();
    causes.into_iter().filter(|cause| seen.insert(*cause)).collect()
}

/// The groups of a step that went the way the outcome went, those that decide it; all of them where none did.
fn relevant<'t>(
    touched: &'t Touched,
    step: usize,
    bar: Bar,
    before: Option<Outcome>,
    after: Option<Outcome>,
) -> Vec<(Code, Code, &'t Group)> {
    let rank = |outcome| match outcome {
        Some(Outcome::Unmet) => 0,
        Some(Outcome::Unknown) => 1,
        _ => 2,
    };
    let order = |from: Code, to: Code| to.rank(bar).cmp(&from.rank(bar));
    let mut all: Vec<_> = touched.of_step(step).collect();
    all.sort_by_key(|(_, _, group)| std::cmp::Reverse(group.count));
    let wanted = rank(after).cmp(&rank(before));
    let along: Vec<_> = all.iter().copied().filter(|(from, to, _)| order(*from, *to) == wanted).collect();
    // One that passes is enough for "any"; for every other bar it is those that do not that count.
    let decides = |code: Code| if matches!(bar, Bar::Any) { code.rank(bar) == 3 } else { code.rank(bar) < 2 };
    let deciding: Vec<_> = along.iter().copied().filter(|(from, to, _)| decides(*from) || decides(*to)).collect();
    match (deciding.is_empty(), along.is_empty()) {
        (false, _) => deciding,
        (true, false) => along,
        (true, true) => all,
    }
}

/// What became of resources, the largest groups first.
fn resources(groups: &[(Code, Code, &Group)], bar: Bar) -> Option<String> {
    let words: Vec<_> = groups.iter().take(2).map(|(from, to, group)| went(*from, *to, group, bar)).collect();
    (!words.is_empty()).then(|| words.join(", and "))
}

fn went(from: Code, to: Code, group: &Group, bar: Bar) -> String {
    let many = group.count > 1;
    let names = names(group);
    let is = if many { "are" } else { "is" };
    let comes_out = comes_out(to, bar, many);
    match (from, to) {
        (Code::Absent, _) => format!("{names} appeared and {comes_out}"),
        (_, Code::Absent) => format!("{names} {is} gone"),
        (Code::Out, _) => format!("{names} came into the scope and {comes_out}"),
        (_, Code::Out) => format!("{names} left the scope"),
        (_, Code::NotConcerned) => format!("{names} {is} not concerned any more{}", fact(group)),
        (Code::NotConcerned, _) => format!("{names} {is} concerned now and {comes_out}{}", fact(group)),
        _ => format!("{names} {comes_out} now{}", fact(group)),
    }
}

fn comes_out(code: Code, bar: Bar, many: bool) -> &'static str {
    let must_not_be = matches!(bar, Bar::None | Bar::AtMost(_));
    match (code, must_not_be, many) {
        (Code::Pass, false, false) => "passes",
        (Code::Pass, false, true) => "pass",
        (Code::Pass, true, false) => "is of the kind that may not be",
        (Code::Pass, true, true) => "are of the kind that may not be",
        (Code::Fail, false, false) => "fails",
        (Code::Fail, false, true) => "fail",
        (Code::Fail, true, false) => "is not of that kind",
        (Code::Fail, true, true) => "are not of that kind",
        _ => "cannot be judged",
    }
}

/// "a", "a and b", "a, b and 3 more".
fn names(group: &Group) -> String {
    let more = group.count.saturating_sub(group.named.len() as u64);
    match (group.named.as_slice(), more) {
        ([], _) => format!("{} subjects", group.count),
        (named, 0) => named.join(" and "),
        (named, more) => {
            format!("{} and {more} more", named.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", "))
        }
    }
}

fn fact(group: &Group) -> String {
    let Some(FactChange { name, before, after }) = &group.fact else { return String::new() };
    let value = |value: &Option<serde_json::Value>| match value {
        None => "nothing".to_owned(),
        Some(value) if super::through::is_gap(value) => "not seen".to_owned(),
        Some(serde_json::Value::String(text)) => short(text),
        Some(value) => short(&value.to_string()),
    };
    format!(" ({name} was {}, is {})", value(before), value(after))
}
