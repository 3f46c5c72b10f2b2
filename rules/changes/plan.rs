//! The way from one scan to the other: which steps there are, and what each changes.

use jiff::civil::Date;

use super::{ChangeCause, Comparison, Stored, Verdicts, people::Said};
use crate::model::{Control, Scan, Settings, scope_date};

/// One of two scans, without its evidence.
#[derive(Clone, Debug)]
pub struct Side {
    /// The scan.
    pub scan: Scan,
    /// What people had set.
    pub settings: Settings,
    /// What it came to, as it was stored.
    pub stored: Stored,
    /// How each subject came out, as it was stored: worth reading where another version of the program assessed it.
    pub verdicts: Option<Verdicts>,
}

impl Side {
    /// The day of the scan.
    pub(super) fn today(&self) -> Date {
        scope_date(self.scan.started_at)
    }

    /// Whether it looked into an account and region.
    pub(super) fn looked_into(&self, account: &str, region: &str) -> bool {
        let scan = &self.scan;
        let of_scan = region == "global" || scan.regions.is_empty() || scan.regions.iter().any(|one| one == region);
        scan.accounts.iter().any(|one| one == account) && of_scan && self.stored.looked_into(account, region)
    }
}

/// Which evidence a step holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Which {
    /// That of the scan before.
    Before,
    /// The same, as old as it is on the day of the scan after.
    Older,
    /// That of the scan after, as far as the scan before would have seen it.
    Through,
    /// That of the scan after.
    After,
}

/// A step: evidence held against settings.
#[derive(Clone, Debug)]
pub(super) struct Stage {
    /// What it changes.
    pub(super) cause: ChangeCause,
    pub(super) which: Which,
    pub(super) settings: Settings,
}

/// The steps from one scan to the other.
#[derive(Debug)]
pub struct Plan {
    pub(super) before: Side,
    pub(super) after: Side,
    pub(super) stages: Vec<Stage>,
    pub(super) said: Vec<Said>,
}

impl Plan {
    /// Lays out the steps; those that change nothing are left out.
    pub fn new(before: Side, after: Side) -> Self {
        let mut settings = before.settings.clone();
        let mut stages = Vec::new();
        let push = |stages: &mut Vec<Stage>, cause, which, settings: &Settings| {
            stages.push(Stage { cause, which, settings: settings.clone() });
        };
        push(&mut stages, ChangeCause::Rule, Which::Before, &settings);
        let wanted = &after.settings;
        if settings.thresholds != wanted.thresholds {
            settings.thresholds = wanted.thresholds.clone();
            push(&mut stages, ChangeCause::Threshold, Which::Before, &settings);
        }
        if settings.scope != wanted.scope {
            settings.scope = wanted.scope.clone();
            push(&mut stages, ChangeCause::Scope, Which::Before, &settings);
        }
        if settings.attestations != wanted.attestations {
            settings.attestations.clone_from(&wanted.attestations);
            push(&mut stages, ChangeCause::Attestation, Which::Before, &settings);
        }
        if settings.waivers != wanted.waivers {
            settings.waivers.clone_from(&wanted.waivers);
            push(&mut stages, ChangeCause::Waiver, Which::Before, &settings);
        }
        if before.scan.started_at != after.scan.started_at {
            push(&mut stages, ChangeCause::Time, Which::Older, &settings);
        }
        push(&mut stages, ChangeCause::Resource, Which::Through, &settings);
        push(&mut stages, ChangeCause::Coverage, Which::After, &settings);
        let said = Said::all(&before, &after);
        Plan { before, after, stages, said }
    }

    /// Begins to compare.
    pub fn begin(&self) -> Comparison<'_> {
        Comparison::new(self)
    }

    /// How many states there are: the stored ones stand at both ends.
    pub(super) fn states(&self) -> usize {
        self.stages.len() + 2
    }

    /// What leads to a state from the one before it.
    pub(super) fn cause(&self, state: usize) -> ChangeCause {
        let stage = state.checked_sub(1).and_then(|at| self.stages.get(at));
        stage.map_or(ChangeCause::Rule, |stage| stage.cause)
    }

    /// Which evidence a state holds.
    pub(super) fn which(&self, state: usize) -> Which {
        let stage = state.checked_sub(1).and_then(|at| self.stages.get(at));
        stage.map_or(if state == 0 { Which::Before } else { Which::After }, |stage| stage.which)
    }

    /// The state that holds this evidence first.
    pub(super) fn first(&self, which: Which) -> Option<usize> {
        (1..=self.stages.len()).find(|state| self.which(*state) == which)
    }

    /// Days from the scan before to the scan after; negative when the order is the other way round.
    pub(super) fn days(&self) -> i64 {
        let hours = self.after.scan.started_at.duration_since(self.before.scan.started_at).as_hours();
        (hours as f64 / 24.0).round() as i64
    }

    /// What is said otherwise of a criterion.
    pub(super) fn said_of(&self, control: Control, criterion: &str) -> impl Iterator<Item = &Said> {
        self.said.iter().filter(move |said| said.speaks_of(control, criterion))
    }
}
