//! What people attested or accepted and should look at again.

use std::io::{self, Write};

use rung_rules::model::{AttestationReport, Effect, Standing, WaiverReport};

use super::{super::Head, bold, wrapped};

/// Attestations that end or do not count, and waivers that have ended.
pub(super) fn write(head: &Head, out: &mut dyn Write) -> io::Result<()> {
    let attested = head.attestations.iter().filter_map(of_attestation);
    let waived = head.waivers.iter().filter(|waiver| waiver.expired).map(of_waiver);
    let notes: Vec<_> = attested.chain(waived).collect();
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
    let what = one.criterion.as_deref().map(short).map(str::to_owned).or(one.control.map(|control| control.id()));
    let what = what.or(one.subject.as_ref().map(|subject| subject.0.clone())).unwrap_or_default();
    let end = one.expires.map(|day| day.to_string()).unwrap_or_default();
    format!("{what}: the waiver at {} ended on {end}.", one.place)
}
