//! From outcomes to levels, and from levels to what blocks the next one.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ControlResult, CriterionResult, DecidedBy, Effort, Level, Outcome, Thresholds};

/// On which rung a control stands. Levels are cumulative: a rung counts only when all below it hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Levels {
    /// The highest level whose every applicable criterion, and all below, is met.
    pub confirmed: Level,
    /// The same with unknown counted as met: where it stands if everything hidden is good.
    pub possible: Level,
    /// Confirmed from AWS alone, with every attestation set aside.
    pub observed: Level,
}

/// The levels of a control by the outcomes that `of` gives; nothing when none of its criteria applies.
pub fn infer(criteria: &[CriterionResult<'_>], of: impl Fn(&CriterionResult<'_>) -> Outcome) -> Option<Levels> {
    if criteria.iter().all(|c| of(c) == Outcome::NotApplicable) {
        return None;
    }
    let highest = |holds: &dyn Fn(Outcome, DecidedBy) -> bool| {
        let missed = |c: &&CriterionResult<'_>| of(c) != Outcome::NotApplicable && !holds(of(c), c.decided_by);
        below(criteria.iter().filter(missed).map(|c| c.criterion.level).min())
    };
    Some(Levels {
        confirmed: highest(&|outcome, _| outcome == Outcome::Met),
        possible: highest(&|outcome, _| matches!(outcome, Outcome::Met | Outcome::Unknown)),
        observed: highest(&|outcome, by| outcome == Outcome::Met && by != DecidedBy::Attested),
    })
}

/// The level below the first missed one.
fn below(first_missed: Option<Level>) -> Level {
    match first_missed {
        None => Level::L5,
        Some(missed) => Level::ALL.into_iter().rev().find(|level| *level < missed).unwrap_or(Level::L1),
    }
}

/// A criterion that keeps a control from its next level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Blocker<'a> {
    /// Which.
    pub criterion: &'a str,
    /// Index into the control's criteria.
    pub index: usize,
    /// How many more subjects must pass, as far as was seen.
    pub missing: u64,
    /// Work per subject.
    pub effort: Effort,
}

/// What keeps a control from the level above its confirmed one, cheapest first: criteria that only need to be seen or
/// attested, then by work for each subject and by how many subjects.
pub fn blockers<'a>(control: &'a ControlResult<'_>, thresholds: &Thresholds) -> Option<(Level, Vec<Blocker<'a>>)> {
    let next = control.levels?.confirmed.next()?;
    let mut blocking: Vec<_> = control
        .criteria
        .iter()
        .enumerate()
        .filter(|(_, c)| c.criterion.level == next && matches!(c.outcome, Outcome::Unmet | Outcome::Unknown))
        .map(|(index, c)| Blocker {
            criterion: c.criterion.id,
            index,
            missing: c.criterion.bar.missing(c.tally, thresholds),
            effort: c.criterion.effort,
        })
        .collect();
    blocking.sort_by_key(|b| (b.effort, b.missing, b.index));
    Some((next, blocking))
}
