//! What a step comes to: levels and outcomes, of a stored assessment or of one that was held just now.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::Standing;
use crate::{
    checklists,
    model::{
        AccountReport, Assessed, Assessment, Control, ControlReport, DecidedBy, Level, Levels, Outcome, Pillar, Program,
    },
    pillar::pillar,
};

/// An assessment as it was stored, without what is long.
#[derive(Clone, Debug, Deserialize)]
pub struct Stored {
    /// The program that made it.
    pub rung: Program,
    /// The pillar.
    pub pillar: Pillar,
    /// The controls with their criteria.
    pub controls: Vec<ControlReport>,
    /// The accounts.
    #[serde(default)]
    pub accounts: Vec<AccountReport>,
}

impl<F> From<&Assessment<F>> for Stored {
    fn from(assessment: &Assessment<F>) -> Self {
        Stored {
            rung: assessment.rung.clone(),
            pillar: assessment.pillar.clone(),
            controls: assessment.controls.clone(),
            accounts: assessment.accounts.clone(),
        }
    }
}

impl Stored {
    /// Whether it looked into an account and region; what it does not tell it did.
    pub(super) fn looked_into(&self, account: &str, region: &str) -> bool {
        let Some(own) = self.accounts.iter().find(|own| own.id == account) else { return self.accounts.is_empty() };
        let everywhere = region == "global" || own.regions.is_empty();
        own.was_entered() && (everywhere || own.regions.iter().any(|one| one == region))
    }
}

/// What a criterion comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Came {
    pub(super) level: Level,
    pub(super) outcome: Outcome,
    pub(super) with_waivers: Outcome,
    pub(super) decided_by: DecidedBy,
}

/// Where everything stands after a step.
#[derive(Clone, Debug)]
pub(super) struct State {
    pub(super) pillar: Option<Level>,
    pub(super) controls: BTreeMap<Control, Option<Standing>>,
    /// By full id.
    pub(super) criteria: BTreeMap<String, (Control, Came)>,
}

fn standing(levels: Levels, waived: Option<Option<Levels>>) -> Standing {
    Standing {
        confirmed: levels.confirmed,
        possible: levels.possible,
        with_waivers: waived.flatten().map(|levels| levels.confirmed),
        all_waived: waived == Some(None),
    }
}

impl State {
    /// Of what was held just now, and decided.
    pub(super) fn held(assessed: &Assessed<'_>) -> Self {
        let mut state = State {
            pillar: pillar(assessed, &checklists::of(assessed)).level,
            controls: BTreeMap::new(),
            criteria: BTreeMap::new(),
        };
        for own in &assessed.controls {
            let waived = own.is_waived().then_some(own.with_waivers);
            state.controls.insert(own.control, own.levels.map(|levels| standing(levels, waived)));
            for result in &own.criteria {
                let came = Came {
                    level: result.criterion.level,
                    outcome: result.outcome,
                    with_waivers: result.with_waivers,
                    decided_by: result.decided_by,
                };
                state.criteria.insert(result.criterion.full_id(own.control), (own.control, came));
            }
        }
        state
    }

    /// Of a stored assessment.
    pub(super) fn stored(stored: &Stored) -> Self {
        let mut state = State { pillar: stored.pillar.level, controls: BTreeMap::new(), criteria: BTreeMap::new() };
        for own in &stored.controls {
            state.controls.insert(own.id, own.standing());
            for report in &own.criteria {
                let came = Came {
                    level: report.level,
                    outcome: report.outcome,
                    with_waivers: report.with_waivers.unwrap_or(report.outcome),
                    decided_by: report.decided_by,
                };
                state.criteria.insert(report.id.clone(), (own.id, came));
            }
        }
        state
    }

    pub(super) fn standing(&self, control: Control) -> Option<Standing> {
        self.controls.get(&control).copied().flatten()
    }

    pub(super) fn came(&self, criterion: &str) -> Option<Came> {
        self.criteria.get(criterion).map(|(_, came)| *came)
    }
}

impl ControlReport {
    fn standing(&self) -> Option<Standing> {
        let (confirmed, possible) = (self.confirmed?, self.possible?);
        let waived = self.with_waivers.map(|with_waivers| with_waivers.levels);
        let levels = Levels { confirmed, possible, observed: self.observed.unwrap_or(confirmed) };
        Some(standing(levels, waived))
    }
}
