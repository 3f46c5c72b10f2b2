//! Sentences: why a level, an outcome, a subject is not what it was. Names in them come from strangers; whoever prints them escapes them.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    ChangeCause, ControlChange, Direction, PillarChange, Plan, Standing,
    criterion::Touched,
    path,
    phrases::{because, each_once, outcome},
    state::State,
};
use crate::{
    all_criteria,
    model::{Control, Criterion, Level, Outcome},
};

/// Everything that sentences are made of.
pub(super) struct Told<'a> {
    pub(super) plan: &'a Plan,
    pub(super) states: &'a [State],
    pub(super) touched: &'a [Touched],
    /// By full id.
    pub(super) known: BTreeMap<String, (usize, &'static Criterion)>,
}

/// What the scope was and is.
pub(super) fn scope(plan: &Plan) -> String {
    let (before, after) = (plan.before.settings.scope.words(), plan.after.settings.scope.words());
    format!("the scope was changed: before, {before}; now, {after}")
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
                notes.push(format!("The scan {which} was cut short: what it did not read is unknown."));
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

    pub(super) fn causes_of(&self, step: usize, control: Control, id: &str) -> Vec<ChangeCause> {
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
