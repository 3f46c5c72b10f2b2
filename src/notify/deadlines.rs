//! Attestations and waivers that end soon, or have ended.

use jiff::civil::Date;
use rung_rules::model::{Attestation, Settings, Waiver};

use super::{event::Event, events::digest_of};
use crate::config::notify::EventKind;

/// One that a later one of the same takes the place of is not told.
pub(super) fn all(settings: &Settings, within: i32, today: Date) -> Vec<Event> {
    let attestations = settings.attestations.iter().filter(|one| !is_renewed(one, &settings.attestations));
    let waivers = settings.waivers.iter().filter(|one| !is_prolonged(one, &settings.waivers));
    let mut events: Vec<_> = attestations.filter_map(|one| attestation(one, within, today)).collect();
    events.extend(waivers.filter_map(|one| waiver(one, within, today)));
    events
}

fn is_renewed(one: &Attestation, all: &[Attestation]) -> bool {
    all.iter().any(|other| other.expires > one.expires && other.overlaps(one))
}

fn is_prolonged(one: &Waiver, all: &[Waiver]) -> bool {
    let same = |other: &&Waiver| {
        (&other.control, &other.criterion, &other.subject) == (&one.control, &one.criterion, &one.subject)
    };
    let later = |other: &Waiver| match (other.expires, one.expires) {
        (None, Some(_)) => true,
        (Some(other), Some(own)) => other > own,
        _ => false,
    };
    all.iter().filter(same).any(later)
}

/// `ends tomorrow`, with the word for its key; nothing where it is not near.
fn when(expires: Date, within: i32, today: Date) -> Option<(&'static str, String)> {
    let days = today.until(expires).map_or(i32::MAX, |span| span.get_days());
    match days {
        ..0 => Some(("ended", format!("ended on {expires}"))),
        0 if within >= 0 => Some(("ends", "ends today".to_owned())),
        1 if within >= 1 => Some(("ends", "ends tomorrow".to_owned())),
        days if days <= within => Some(("ends", format!("ends in {days} days, on {expires}"))),
        _ => None,
    }
}

fn attestation(one: &Attestation, within: i32, today: Date) -> Option<Event> {
    let (state, words) = when(one.expires, within, today)?;
    let tags = format!("{:?}", one.tags);
    let parts = [one.criterion.as_str(), tags.as_str()].into_iter().chain(one.accounts.iter().map(String::as_str));
    let then = match state {
        "ended" => "What it said is unknown again.",
        _ => "Then what it says is unknown again.",
    };
    Some(Event {
        kind: EventKind::Deadline,
        key: format!("{state}/attestation/{}/{}", digest_of(parts), one.expires),
        title: format!("The attestation of {} {words}", one.criterion),
        text: format!(
            "{} said on {}: {} {then} `rung attest` renews it.",
            one.owner,
            one.date,
            full_stop(&one.statement)
        ),
        lines: vec![one.place.clone()],
        more: 0,
    })
}

fn waiver(one: &Waiver, within: i32, today: Date) -> Option<Event> {
    let expires = one.expires?;
    let (state, words) = when(expires, within, today)?;
    let of = [
        one.control.map(|control| control.id()),
        one.criterion.clone(),
        one.subject.as_ref().map(|subject| subject.0.clone()),
    ];
    let parts: Vec<&str> = of.iter().map(|part| part.as_deref().unwrap_or_default()).collect();
    let named: Vec<&str> = parts.iter().copied().filter(|part| !part.is_empty()).collect();
    let owner = one.owner.as_deref().unwrap_or("Nobody that the file names");
    Some(Event {
        kind: EventKind::Deadline,
        key: format!("{state}/waiver/{}/{expires}", digest_of(parts.iter().copied())),
        title: format!("The waiver of {} {words}", named.join(" for ")),
        text: format!("{owner} accepted it: {}", full_stop(&one.reason)),
        lines: vec![one.place.clone()],
        more: 0,
    })
}

fn full_stop(text: &str) -> String {
    if text.ends_with(['.', '!', '?']) { text.to_owned() } else { format!("{text}.") }
}
