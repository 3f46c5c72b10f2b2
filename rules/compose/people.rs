//! What people attest and accept: as data, and in sentences.

use super::Sums;
use crate::model::{
    AttestationReport, Attested, Basis, ControlResult, CriterionResult, DecidedBy, Effect, Outcome, Standing,
    WaiverReport, scope_date,
};

/// Every attestation, in the order in which they are written.
pub(super) fn attestations(sums: Sums<'_>) -> Vec<AttestationReport> {
    let today = scope_date(sums.now);
    let report = |attestation: &crate::model::Attestation| {
        let told = each(sums).find_map(|(control, result)| {
            if result.criterion.full_id(control.control) != attestation.criterion {
                return None;
            }
            let told = result.attestations.iter().find(|told| std::ptr::eq(told.attestation, attestation))?;
            Some((result, told))
        });
        AttestationReport {
            attestation: attestation.clone(),
            standing: attestation.standing(today),
            effect: told.map_or(Effect::NotNeeded, |(result, told)| effect(result, told)),
            subjects: told.map_or(0, |(_, told)| told.subjects),
        }
    };
    sums.settings.attestations.iter().map(report).collect()
}

fn each(sums: Sums<'_>) -> impl Iterator<Item = (&ControlResult<'_>, &CriterionResult<'_>)> {
    sums.assessed.controls.iter().flat_map(|control| control.criteria.iter().map(move |result| (control, result)))
}

fn effect(result: &CriterionResult<'_>, told: &Attested<'_>) -> Effect {
    if !told.standing.counts() {
        return Effect::DoesNotCount;
    }
    match (result.outcome, result.decided_by) {
        (Outcome::Met, DecidedBy::Attested) => Effect::Decides,
        (Outcome::Unmet, _) => Effect::Contested,
        (Outcome::Unknown, _) => Effect::NotEnough,
        _ => Effect::NotNeeded,
    }
}

/// Every waiver, in the order in which they are written.
pub(super) fn waivers(sums: Sums<'_>) -> Vec<WaiverReport> {
    let today = scope_date(sums.now);
    let report = |waiver: &crate::model::Waiver| {
        let mut report = WaiverReport {
            waiver: waiver.clone(),
            expired: waiver.is_expired(today),
            findings: 0,
            criteria: Vec::new(),
        };
        for (control, result) in each(sums) {
            let Some(one) = result.waivers.iter().find(|one| std::ptr::eq(one.waiver, waiver)) else { continue };
            let whole = waiver.subject.is_none() && result.outcome != Outcome::NotApplicable;
            if !report.expired && (one.subjects > 0 || whole) {
                report.findings += one.subjects;
                report.criteria.push(result.criterion.full_id(control.control));
            }
        }
        report
    };
    sums.settings.waivers.iter().map(report).collect()
}

fn told(told: &Attested<'_>) -> String {
    let one = told.attestation;
    let ends = match told.standing {
        Standing::EndsSoon { .. } => format!("{} ({})", one.expires, told.standing.words()),
        _ => one.expires.to_string(),
    };
    format!("{} on {}, valid until {ends}: \u{201c}{}\u{201d}", one.owner, one.date, one.statement)
}

fn counting<'a>(result: &'a CriterionResult<'a>) -> impl Iterator<Item = &'a Attested<'a>> {
    result.attestations.iter().filter(|told| told.standing.counts())
}

/// Why an attested outcome is met.
pub(super) fn attested(result: &CriterionResult<'_>) -> String {
    let all: Vec<_> = counting(result).map(told).collect();
    format!("Attested by {}.", all.join("; and by "))
}

/// What is said against what was seen.
pub(super) fn contested(result: &CriterionResult<'_>) -> String {
    if result.decided_by != DecidedBy::Contested {
        return String::new();
    }
    let all: Vec<_> = counting(result).map(told).collect();
    format!(" Contested: attested by {}; what AWS shows counts.", all.join("; and by "))
}

/// What was attested and does not count any more, or not for everything.
pub(super) fn lapsed(result: &CriterionResult<'_>) -> String {
    let one = |told: &Attested<'_>| match (told.standing.counts(), told.subjects) {
        (true, 0) => format!(" The attestation of {} does not speak for what is unknown.", told.attestation.owner),
        (true, n) => {
            format!(" The attestation of {} speaks for {n} of them; the rest is unknown.", told.attestation.owner)
        }
        (false, _) => {
            let Attested { attestation, standing, .. } = told;
            format!(" The attestation of {} of {} {}.", attestation.owner, attestation.date, standing.words())
        }
    };
    if result.criterion.basis == Basis::Observed {
        return String::new();
    }
    result.attestations.iter().map(one).collect()
}
