//! What people attested or accepted: what it decides, and what they should look at again.

use std::io::{self, Write};

use rung_rules::model::{AttestationReport, Effect, Standing, WaiverReport};

use super::{super::Head, bold, wrapped};

/// What attestations decide and waivers except, in a line each; then those that end, do not count or have ended.
pub(super) fn write(head: &Head, out: &mut dyn Write) -> io::Result<()> {
    let attested = head.attestations.iter().filter_map(of_attestation);
    let waived = head.waivers.iter().filter(|waiver| waiver.expired).map(of_waiver);
    let notes: Vec<_> = deciding(head).into_iter().chain(excepting(head)).chain(attested).chain(waived).collect();
    if notes.is_empty() {
        return Ok(());
    }
    writeln!(out, "  {}", bold("People"))?;
    notes.iter().try_for_each(|note| wrapped(note, "", out))?;
    writeln!(out)
}

fn short(id: &str) -> &str {
    id.rsplit('.').next().unwrap_or(id)
}

fn deciding(head: &Head) -> Option<String> {
    let deciding = head.attestations.iter().filter(|told| told.effect == Effect::Decides);
    let one = |told: &AttestationReport| {
        format!(
            "{} ({}, until {})",
            short(&told.attestation.criterion),
            told.attestation.owner,
            told.attestation.expires
        )
    };
    let all: Vec<_> = deciding.map(one).collect();
    (!all.is_empty()).then(|| format!("Attested, not observed: {}.", all.join(", ")))
}

fn excepting(head: &Head) -> Option<String> {
    let one = |waiver: &WaiverReport| {
        let who = waiver.waiver.owner.as_deref().unwrap_or("nobody named");
        let end = waiver.waiver.expires.map_or("without end".to_owned(), |day| format!("until {day}"));
        format!("{} ({who}, {end})", what(waiver))
    };
    let all: Vec<_> = head.waivers.iter().filter(|waiver| !waiver.expired).map(one).collect();
    (!all.is_empty()).then(|| format!("Waived: {}.", all.join(", ")))
}

/// What a waiver speaks of.
fn what(waiver: &WaiverReport) -> String {
    let one = &waiver.waiver;
    let rule = one.criterion.as_deref().map(short).map(str::to_owned).or(one.control.map(|control| control.id()));
    match (rule, &one.subject) {
        (Some(rule), Some(subject)) => format!("{rule} for {}", subject.0),
        (Some(rule), None) => rule,
        (None, subject) => subject.as_ref().map(|subject| subject.0.clone()).unwrap_or_default(),
    }
}

fn of_attestation(told: &AttestationReport) -> Option<String> {
    let one = &told.attestation;
    let who = format!("{}: the attestation of {} of {}", short(&one.criterion), one.owner, one.date);
    match (&told.standing, told.effect) {
        (Standing::Valid, Effect::Contested) => Some(format!("{who} is contested: what AWS shows counts.")),
        (Standing::Valid, _) => None,
        (standing, _) => Some(format!("{who} {}. Renew it with `rung attest`.", standing.words())),
    }
}

fn of_waiver(waiver: &WaiverReport) -> String {
    let one = &waiver.waiver;
    let end = one.expires.map(|day| day.to_string()).unwrap_or_default();
    format!("{}: the waiver at {} ended on {end}.", what(waiver), one.place)
}
