//! What would be if criteria were met: the same inference on outcomes that are assumed.

use std::collections::BTreeMap;

use super::{
    Assessed, Bar, Control, Criterion, CriterionResult, EvidenceSet, Outcome, Pattern, Settings, Tally, Verdict, infer,
};
use crate::facts::Facts;

/// What is assumed: that a criterion holds for everything, or for some subjects.
#[derive(Clone, Debug)]
pub struct Assumption {
    /// The control.
    pub control: Control,
    /// The criterion's short id.
    pub criterion: &'static str,
    /// ARNs or names of the subjects that change; none: every one.
    pub subjects: Vec<Pattern>,
}

/// What follows by itself: when the first holds for a subject, so do the others.
///
/// Each is a matter of the criteria's own words: a volume migrated to gp3 is of a chosen type and no new gp2 volume.
const IMPLIED: &[(Control, &str, &[&str])] = &[
    (Control::StorageIo, "gp2-migration-complete", &["gp3-for-new-volumes", "storage-type-selected"]),
    (Control::ComputeSizing, "current-generation-all", &["current-generation-mostly"]),
    (Control::AutoScaling, "autonomous-capacity", &["predictive-scaling", "scaling-configured"]),
    (Control::AutoScaling, "predictive-scaling", &["scaling-configured"]),
    (Control::DatabasePerformance, "slow-query-threshold", &["slow-query-log"]),
];

/// What an assumption changes of one criterion.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// The control.
    pub control: Control,
    /// The criterion's short id.
    pub criterion: &'static str,
    /// Before.
    pub was: Outcome,
    /// Then.
    pub becomes: Outcome,
    /// Indices into the evidence of the subjects that change.
    pub subjects: Vec<u32>,
    /// List-price saving of these subjects in US dollars a month; nothing where no price is known.
    pub saving_usd_month: Option<f64>,
    /// Whether it follows from another assumption.
    pub implied: bool,
}

/// Applies assumptions to an assessment and infers its levels anew.
pub fn assume(set: &EvidenceSet, settings: &Settings, assessed: &mut Assessed<'_>, all: &[Assumption]) -> Vec<Change> {
    let mut wanted: BTreeMap<(Control, &str), (&Assumption, bool)> = BTreeMap::new();
    for one in all {
        for (control, from, follows) in IMPLIED {
            if (*control, *from) == (one.control, one.criterion) {
                for id in *follows {
                    wanted.entry((*control, *id)).or_insert((one, true));
                }
            }
        }
    }
    wanted.extend(all.iter().map(|one| ((one.control, one.criterion), (one, false))));
    let mut changes = Vec::new();
    for control in &mut assessed.controls {
        for result in &mut control.criteria {
            let Some((assumption, implied)) = wanted.get(&(control.control, result.criterion.id)) else { continue };
            let mut change = apply(set, settings, result, &assumption.subjects);
            change.control = control.control;
            change.implied = *implied;
            // What follows is saved once: with what it follows from.
            change.saving_usd_month = change.saving_usd_month.filter(|_| !implied);
            changes.push(change);
        }
        control.levels = infer(&control.criteria, |c| c.outcome);
        control.with_waivers = infer(&control.criteria, |c| c.with_waivers);
    }
    changes
}

fn apply(set: &EvidenceSet, settings: &Settings, result: &mut CriterionResult<'_>, subjects: &[Pattern]) -> Change {
    let mut change = Change {
        control: Control::ComputeSizing,
        criterion: result.criterion.id,
        was: result.outcome,
        becomes: result.outcome,
        subjects: Vec::new(),
        saving_usd_month: None,
        implied: false,
    };
    let mut tally = result.attested_tally;
    for finding in &mut result.findings {
        let short = matches!(finding.verdict, Verdict::Fail | Verdict::Pass | Verdict::Unknown) && !finding.attested;
        let Some(evidence) = set.evidence.get(finding.evidence as usize).filter(|_| short) else { continue };
        let subject = &evidence.subject;
        let name = subject.name.as_deref().unwrap_or_default();
        let meant = |pattern: &Pattern| pattern.matches(&subject.arn) || pattern.matches(name);
        if subjects.is_empty() || subjects.iter().any(meant) {
            let good = good(result.criterion.bar);
            if finding.verdict == good {
                continue;
            }
            recount(&mut tally, finding.verdict, good);
            finding.verdict = good;
            change.subjects.push(finding.evidence);
            if let Some(saving) = saving(result.criterion, &evidence.facts) {
                change.saving_usd_month = Some(change.saving_usd_month.unwrap_or(0.0) + saving);
            }
        }
    }
    tally.unseen &= !subjects.is_empty();
    let decided = result.criterion.bar.decide(tally, &settings.thresholds);
    result.outcome = match (decided, subjects.is_empty()) {
        (Some(outcome), _) => outcome,
        // Nothing there to count: what is assumed is that it is, or that a person attests it.
        (None, true) if result.outcome != Outcome::NotApplicable => Outcome::Met,
        _ => result.outcome,
    };
    result.tally = tally;
    result.attested_tally = tally;
    if result.with_waivers != Outcome::NotApplicable {
        result.with_waivers = result.outcome;
    }
    change.becomes = result.outcome;
    change
}

/// The verdict that a bar wants.
fn good(bar: Bar) -> Verdict {
    match bar {
        Bar::None | Bar::AtMost(_) => Verdict::Fail,
        _ => Verdict::Pass,
    }
}

fn recount(tally: &mut Tally, was: Verdict, becomes: Verdict) {
    let count = |tally: &mut Tally, verdict: Verdict, by: i64| {
        let place = match verdict {
            Verdict::Pass => &mut tally.pass,
            Verdict::Fail => &mut tally.fail,
            Verdict::Unknown => &mut tally.unknown,
            Verdict::NotApplicable => &mut tally.not_applicable,
        };
        *place = place.saturating_add_signed(by);
    };
    count(tally, was, -1);
    count(tally, becomes, 1);
}

/// What the remedy saves a month at list price, where it is known and the remedy is what saves it.
fn saving(criterion: &Criterion, facts: &Facts) -> Option<f64> {
    let saves = criterion.tests.iter().any(|test| test.facts().contains(&"gp3_saving_usd_month"));
    match facts {
        Facts::Volume(volume) if saves => volume.gp3_saving_usd_month.value().copied().flatten(),
        _ => None,
    }
}

#[cfg(test)]
#[path = "whatif_tests.rs"]
mod tests;
