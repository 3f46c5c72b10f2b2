//! The pillar as a whole: the model's checklists decide, the controls stand beside.

use crate::{
    checklists::checklists,
    model::{Assessed, Basis, ChecklistReport, Control, DecidedBy, Level, Levels, Outcome, Pillar, Reached},
};

/// The pillar's levels.
pub fn pillar(assessed: &Assessed<'_>, lists: &[ChecklistReport]) -> Pillar {
    let levels = || assessed.controls.iter().filter_map(|control| control.levels);
    let waived = assessed.controls.iter().any(|control| control.is_waived());
    let level = by_checklists(lists, |list| list.reached == Reached::Yes, all_at_top(levels(), |l| l.confirmed));
    Pillar {
        level: Some(level),
        possible: Some(by_checklists(lists, could_be, all_at_top(levels(), |l| l.possible))),
        by_minimum: levels().map(|levels| levels.confirmed).min(),
        api_ceiling: Some(api_ceiling(assessed)),
        with_waivers: waived.then(|| with_waivers(assessed)),
        why: why(level, lists),
    }
}

/// Cumulative: a level counts only when all below it do.
fn by_checklists(lists: &[ChecklistReport], reached: impl Fn(&ChecklistReport) -> bool, top: bool) -> Level {
    let highest = lists.iter().take_while(|list| reached(list)).map(|list| list.level).last();
    match highest {
        Some(Level::L4) if top => Level::L5,
        Some(level) => level,
        None => Level::L1,
    }
}

fn could_be(list: &ChecklistReport) -> bool {
    list.met + list.unknown >= list.needed
}

/// Whether every applicable control stands at 5: level 5 has no checklist.
fn all_at_top(levels: impl Iterator<Item = Levels>, of: impl Fn(Levels) -> Level) -> bool {
    let mut levels = levels.peekable();
    levels.peek().is_some() && levels.all(|levels| of(levels) == Level::L5)
}

/// The level that would be reached if everything that AWS can show were met, and nothing were attested.
fn api_ceiling(assessed: &Assessed<'_>) -> Level {
    let by_api = |control: Control, id: &str| {
        let criteria = assessed.controls.iter().find(|own| own.control == control).map(|own| &own.criteria);
        let result = criteria.and_then(|criteria| criteria.iter().find(|c| c.criterion.id == id));
        match result {
            Some(result) if result.outcome == Outcome::NotApplicable => Outcome::NotApplicable,
            Some(result) if needs_a_person(result) => Outcome::Unmet,
            Some(_) => Outcome::Met,
            None => Outcome::Unmet,
        }
    };
    let nobody = |control: &crate::model::ControlResult<'_>| {
        !control.criteria.iter().any(|c| c.outcome != Outcome::NotApplicable && needs_a_person(c))
    };
    let top = assessed.controls.iter().all(nobody);
    by_checklists(&checklists(&by_api), |list| list.reached == Reached::Yes, top)
}

fn needs_a_person(result: &crate::model::CriterionResult<'_>) -> bool {
    let attested = result.decided_by == DecidedBy::Attested;
    result.criterion.basis == Basis::Attested || result.needs_attestation || attested
}

fn with_waivers(assessed: &Assessed<'_>) -> Level {
    let lists = checklists(&|control, id| outcome_of(assessed, control, id, true));
    let levels = assessed.controls.iter().filter_map(|control| control.with_waivers);
    by_checklists(&lists, |list| list.reached == Reached::Yes, all_at_top(levels, |l| l.confirmed))
}

/// The outcome of a criterion; unknown for one that there is not.
pub fn outcome_of(assessed: &Assessed<'_>, control: Control, id: &str, with_waivers: bool) -> Outcome {
    let criteria = assessed.controls.iter().find(|own| own.control == control).map(|own| &own.criteria);
    let result = criteria.and_then(|criteria| criteria.iter().find(|c| c.criterion.id == id));
    result.map_or(Outcome::Unknown, |result| if with_waivers { result.with_waivers } else { result.outcome })
}

fn why(level: Level, lists: &[ChecklistReport]) -> String {
    let next = lists.iter().find(|list| list.level > level);
    match (next, level) {
        (Some(list), _) => {
            let decided = match list.reached {
                Reached::Undecided => "is undecided",
                _ => "is not reached",
            };
            format!("The checklist of level {} {decided}: {}", list.level.number(), list.why)
        }
        (None, Level::L5) => "Every checklist is reached, and every applicable control stands at 5.".to_owned(),
        (None, _) => "Every checklist is reached; for level 5 every applicable control has to stand at 5.".to_owned(),
    }
}

#[cfg(test)]
#[path = "pillar_tests.rs"]
mod tests;
