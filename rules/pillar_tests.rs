use super::pillar;
use crate::{
    checklists::checklists,
    model::{Assessed, CriterionResult, Level, Outcome, Settings, assess},
    testing::evidence_set,
};

/// All controls with outcomes as `of` says.
fn look(of: impl Fn(&CriterionResult<'_>) -> Outcome, then: impl FnOnce(&Assessed<'_>)) {
    let (set, settings) = (evidence_set(Vec::new(), None), Settings::default());
    let mut assessed = assess(&set, &settings);
    for control in &mut assessed.controls {
        for result in &mut control.criteria {
            result.outcome = of(result);
            result.with_waivers = result.outcome;
            result.needs_attestation = result.outcome == Outcome::Unknown;
        }
        control.levels = crate::model::infer(&control.criteria, |c| c.outcome);
    }
    then(&assessed);
}

fn levels(assessed: &Assessed<'_>) -> (Level, Level) {
    let lists = checklists(&|control, id| super::outcome_of(assessed, control, id, false));
    let pillar = pillar(assessed, &lists);
    (pillar.level.unwrap(), pillar.possible.unwrap())
}

#[test]
fn everything_met_is_level_five_and_nothing_is_level_one() {
    look(|_| Outcome::Met, |all| assert_eq!(levels(all), (Level::L5, Level::L5)));
    look(|_| Outcome::Unmet, |all| assert_eq!(levels(all), (Level::L1, Level::L1)));
    look(|_| Outcome::Unknown, |all| assert_eq!(levels(all), (Level::L1, Level::L5)));
}

#[test]
fn levels_are_cumulative_and_the_top_asks_every_control() {
    let up_to = |level: Level| {
        move |c: &CriterionResult<'_>| if c.criterion.level <= level { Outcome::Met } else { Outcome::Unmet }
    };
    look(up_to(Level::L4), |all| assert_eq!(levels(all), (Level::L4, Level::L4)));
    // Items of level 4 without those of level 3 count for nothing.
    let gap = |c: &CriterionResult<'_>| if c.criterion.level == Level::L3 { Outcome::Unmet } else { Outcome::Met };
    look(gap, |all| assert_eq!(levels(all).0, Level::L2));
}

#[test]
fn the_ceiling_of_api_evidence_lies_below_what_needs_people() {
    look(
        |c| if c.criterion.basis == crate::model::Basis::Observed { Outcome::Unmet } else { Outcome::Unknown },
        |all| {
            let lists = checklists(&|control, id| super::outcome_of(all, control, id, false));
            let pillar = pillar(all, &lists);
            assert_eq!(pillar.level, Some(Level::L1));
            assert!(pillar.api_ceiling < Some(Level::L3), "{:?}", pillar.api_ceiling);
        },
    );
    look(
        |_| Outcome::Met,
        |all| {
            let lists = checklists(&|control, id| super::outcome_of(all, control, id, false));
            assert_eq!(pillar(all, &lists).by_minimum, Some(Level::L5));
        },
    );
}
