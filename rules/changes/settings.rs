//! What was set otherwise, and whether other rules judged.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Plan, Setting, SettingChange, phrases, state::State, words};
use crate::{
    all_criteria,
    model::{Control, Criterion, Level, Threshold},
};

/// A threshold that was set otherwise.
pub(super) struct Moved {
    pub(super) threshold: &'static Threshold,
    pub(super) before: f64,
    pub(super) after: f64,
}

impl Moved {
    /// In a clause.
    pub(super) fn words(&self) -> String {
        let Moved { threshold, before, after } = self;
        format!("the threshold {} was changed from {before} to {after} {}", threshold.name, threshold.unit)
    }
}

/// The thresholds of a criterion that were set otherwise.
pub(super) fn moved(plan: &Plan, criterion: &Criterion) -> Vec<Moved> {
    let values = |threshold: &'static Threshold| {
        let (before, after) = (&plan.before.settings.thresholds, &plan.after.settings.thresholds);
        Moved { threshold, before: before.value(threshold), after: after.value(threshold) }
    };
    let all = criterion.thresholds.iter().map(|threshold| values(threshold));
    all.filter(|one| one.before != one.after).collect()
}

/// Everything that was set otherwise. `states` tell whether other rules judged.
pub(super) fn all(plan: &Plan, states: &[State]) -> Vec<SettingChange> {
    let mut all = Vec::new();
    all.extend(rules(plan, states));
    let thresholds: BTreeMap<&str, Moved> =
        all_criteria().flat_map(|(_, criterion)| moved(plan, criterion)).map(|one| (one.threshold.name, one)).collect();
    all.extend(thresholds.values().map(|one| SettingChange {
        what: Setting::Threshold,
        name: one.threshold.name.to_owned(),
        before: Some(json!(one.before)),
        after: Some(json!(one.after)),
        why: phrases::sentence(&one.words()),
    }));
    all.extend(Control::all().filter_map(|control| target(plan, control)));
    all.extend(scope(plan));
    all.extend(plan.said.iter().map(super::people::Said::setting));
    all
}

fn rules(plan: &Plan, states: &[State]) -> Option<SettingChange> {
    let (before, after) = (&plan.before.stored.rung.version, &plan.after.stored.rung.version);
    let last = states.len().saturating_sub(1);
    let judged = |at: usize| {
        let (one, other) = (states.get(at.checked_sub(1)?)?, states.get(at)?);
        Some(one.criteria_otherwise(other))
    };
    let otherwise = judged(1).unwrap_or_default() + judged(last).unwrap_or_default();
    if before == after && otherwise == 0 {
        return None;
    }
    let judges = match otherwise {
        0 => "judges everything here as before".to_owned(),
        1 => "judges 1 criterion otherwise, on the same evidence".to_owned(),
        n => format!("judges {n} criteria otherwise, on the same evidence"),
    };
    let why = match before == after {
        true => format!("another build of rung {after} {judges}"),
        false => format!("rung {after} was used instead of rung {before}: it {judges}"),
    };
    let (before, after) = (Some(json!(before)), Some(json!(after)));
    Some(SettingChange { what: Setting::Rules, name: "rung".to_owned(), before, after, why: phrases::sentence(&why) })
}

impl State {
    /// Criteria that come out otherwise.
    fn criteria_otherwise(&self, other: &State) -> usize {
        let names: std::collections::BTreeSet<&String> = self.criteria.keys().chain(other.criteria.keys()).collect();
        let outcome = |state: &State, name: &str| state.came(name).map(|came| (came.outcome, came.with_waivers));
        names.into_iter().filter(|name| outcome(self, name) != outcome(other, name)).count()
    }
}

fn target(plan: &Plan, control: Control) -> Option<SettingChange> {
    let (before, after) = (plan.before.settings.targets.get(&control), plan.after.settings.targets.get(&control));
    if before == after {
        return None;
    }
    let number = |level: Option<&Level>| level.map_or("none".to_owned(), |level| level.number().to_string());
    let value = |level: Option<&Level>| level.map(|level| Value::from(level.number()));
    let why = format!("the target of {} was changed from {} to {}", control.id(), number(before), number(after));
    let (before, after) = (value(before), value(after));
    Some(SettingChange { what: Setting::Target, name: control.id(), before, after, why: phrases::sentence(&why) })
}

fn scope(plan: &Plan) -> Option<SettingChange> {
    let (before, after) = (&plan.before.settings.scope, &plan.after.settings.scope);
    (before != after).then(|| SettingChange {
        what: Setting::Scope,
        name: "scope".to_owned(),
        before: Some(json!(before.words())),
        after: Some(json!(after.words())),
        why: phrases::sentence(&words::scope(plan)),
    })
}
