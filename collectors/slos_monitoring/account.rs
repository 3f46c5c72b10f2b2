//! What an account measures at all: of each place, then of all places of the account together, because the bar is a share of
//! the whole account and not of each region.

use std::collections::BTreeMap;

use rung_rules::{
    facts::{EntryPoint, Facts, Kind, LatencyData, Monitoring},
    model::{Evidence, Observed, Tags},
};

use super::compute;
use crate::{
    Collected,
    aws::{GLOBAL, Listing, Place},
    calls::application_signals::Summary,
    metrics::Metrics,
    network_performance::any_of,
};

/// What a place measures; `collected` has its entry points and deployment targets already.
pub(super) async fn of_place(
    place: &Place,
    collected: &Collected,
    objectives: &Listing<Summary>,
    metrics: &Metrics,
) -> Evidence {
    let from = objectives.from;
    let compute = (!place.is_global()).then(|| compute::count(place, metrics));
    let none = compute::Compute {
        all: Observed::known(0, from),
        measured: Observed::known(0, from),
        unread: Observed::known(0, from),
    };
    let compute = match compute {
        Some(compute) => compute.await,
        None => none,
    };
    let unseen = |kind: Kind| {
        let of_kind = collected.unseen.iter().filter(move |unseen| unseen.kind == kind);
        of_kind.map(|unseen| Observed::unknown(unseen.gap))
    };
    let entries = || {
        collected.evidence.iter().filter_map(|evidence| match &evidence.facts {
            Facts::EntryPoint(entry) => Some(&**entry),
            _ => None,
        })
    };
    let is = |wanted: fn(LatencyData) -> bool| {
        let of_entry = move |entry: &EntryPoint| entry.latency_data.map(wanted);
        any_of(entries().map(of_entry).chain(unseen(Kind::EntryPoint)), from)
    };
    let there = |kind: Kind| {
        let seen = collected.evidence.iter().filter(move |evidence| evidence.facts.kind() == kind);
        any_of(seen.map(|_| Observed::known(true, from)).chain(unseen(kind)), from)
    };
    let facts = Monitoring {
        compute: compute.all,
        compute_measured: compute.measured,
        compute_unread: compute.unread,
        entry_point: there(Kind::EntryPoint),
        measurable_entry_point: is(|data| data != LatencyData::NotPublished),
        latency_data: is(|data| data == LatencyData::Present),
        slo: objectives.any(|_| true),
        deployment_target: there(Kind::DeploymentTarget),
    };
    Evidence { subject: place.subject(arn(place), Some("monitoring"), Tags::new()), facts: facts.into() }
}

fn arn(place: &Place) -> String {
    format!("arn:{}:rung::{}:monitoring", place.partition, place.account)
}

/// Makes one of what the places of each account measure.
pub(crate) fn whole_accounts(evidence: &mut Vec<Evidence>) {
    let mut accounts: BTreeMap<_, Evidence> = BTreeMap::new();
    evidence.retain(|one| {
        let Facts::Monitoring(part) = &one.facts else { return true };
        let account = one.subject.account.clone();
        match accounts.get_mut(&account).map(|whole| &mut whole.facts) {
            Some(Facts::Monitoring(whole)) => **whole = together(whole, part),
            _ => {
                let mut whole = one.clone();
                whole.subject.region = GLOBAL.into();
                accounts.insert(account, whole);
            }
        }
        false
    });
    evidence.extend(accounts.into_values());
}

fn together(a: &Monitoring, b: &Monitoring) -> Monitoring {
    Monitoring {
        compute: sum(a.compute, b.compute),
        compute_measured: sum(a.compute_measured, b.compute_measured),
        compute_unread: sum(a.compute_unread, b.compute_unread),
        entry_point: either(a.entry_point, b.entry_point),
        measurable_entry_point: either(a.measurable_entry_point, b.measurable_entry_point),
        latency_data: either(a.latency_data, b.latency_data),
        slo: either(a.slo, b.slo),
        deployment_target: either(a.deployment_target, b.deployment_target),
    }
}

fn sum(a: Observed<u64>, b: Observed<u64>) -> Observed<u64> {
    match (a, b) {
        (Observed::Known { value, from }, Observed::Known { value: more, .. }) => Observed::known(value + more, from),
        (Observed::Known { .. }, unknown) => unknown,
        (unknown, _) => unknown,
    }
}

fn either(a: Observed<bool>, b: Observed<bool>) -> Observed<bool> {
    match a {
        Observed::Known { from, .. } => any_of([a, b], from),
        Observed::Unknown { .. } if b.value() == Some(&true) => b,
        Observed::Unknown { .. } => a,
    }
}
