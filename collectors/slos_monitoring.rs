//! WAF-PERF-050 SLOs & Monitoring: entry points and what watches their latency, objectives, what gates deployments, and how
//! much of an account is measured at all.

mod account;
mod alarms;
mod compute;
mod deployments;
mod entries;
mod guru;
mod latency;
mod objectives;

#[cfg(test)]
mod tests;

use rung_rules::{
    facts::{self, Kind},
    model::{Evidence, Observed},
};

use crate::{
    Collected, at_once,
    aws::Place,
    calls::cloudwatch_anomaly,
    metrics::{Ask, Metrics},
};
use alarms::Alarms;
use entries::{Entries, Entry};
use guru::Guru;
use latency::Sent;
use objectives::Objectives;

pub(crate) use account::whole_accounts;

/// Requests about single entry points under way at once.
const AT_ONCE: usize = 16;

/// The metrics this control needs of a place.
pub(crate) async fn ask_metrics(place: &Place, ask: &Ask) {
    let (entries, ()) = futures::join!(Entries::read(place), compute::ask_metrics(place, ask));
    ask.all(entries.items.iter().filter_map(latency::query));
}

/// The evidence of a place.
pub(crate) async fn collect(place: &Place, metrics: &Metrics) -> Collected {
    let entries = Entries::read(place).await;
    if place.is_global() && entries.items.is_empty() && entries.unseen.is_empty() {
        return Collected::default();
    }
    let mut collected = Collected::default();
    collected.unseen.extend(entries.unseen.iter().cloned());
    let (alarms, objectives) = futures::join!(Alarms::read(place), Objectives::read(place));
    entry_points(place, &entries, &alarms, &objectives, metrics, &mut collected).await;
    if !place.is_global() {
        collected.unseen.extend(place.unseen(Kind::Slo, &objectives.listed));
        collected.evidence.extend(objectives.evidence(place, &alarms));
        deployments::collect(place, &alarms, &mut collected).await;
    }
    let monitoring = account::of_place(place, &collected, &objectives.listed, metrics).await;
    collected.evidence.push(monitoring);
    collected
}

async fn entry_points(
    place: &Place,
    entries: &Entries,
    alarms: &Alarms,
    objectives: &Objectives,
    metrics: &Metrics,
    collected: &mut Collected,
) {
    if entries.items.is_empty() {
        return;
    }
    let (sent, guru, detectors) =
        futures::join!(Sent::read(place, entries), Guru::read(place), cloudwatch_anomaly::detectors(place));
    let evidence = entries.items.iter().map(|entry| async {
        let facts = facts::EntryPoint {
            entry: entry.kind,
            latency_data: latency::data(entry, &sent, metrics),
            latency_alarms: latency_alarms(entry, alarms),
            latency_slos: objectives.on_latency_of(entry),
            anomaly_detector: detectors.any(|detector| detector.metrics.iter().any(|metric| entry.owns(metric))),
            anomaly_alarms: alarms.that(|alarm, metric| alarm.anomaly_band && entry.owns(metric)),
            devops_guru: guru.analyses(place, entry).await,
        };
        Evidence { subject: entry.subject(place), facts: facts.into() }
    });
    collected.evidence.extend(at_once(AT_ONCE, evidence).await);
}

/// Alarms that fire when the latency rises. Where it is not known which services stand behind an entry point, an alarm on
/// the latency of any service may be about it.
fn latency_alarms(entry: &Entry, alarms: &Alarms) -> Observed<Vec<facts::WatchingAlarm>> {
    let found = alarms.on_rising(|metric| entry.is_latency(metric), entry.latency_queries());
    match entry.services_gap {
        Some(gap) if alarms.any_metric(latency::of_service) => Observed::unknown(gap),
        _ => found,
    }
}
