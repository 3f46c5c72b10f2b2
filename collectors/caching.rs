//! WAF-PERF-030 Caching: caches in memory, caches of API stages, and what there is to cache. Distributions are the network
//! control's; what caching needs to know of them is put together here.

mod caches;
mod cdn;
mod counters;
mod demand;
mod stages;
mod watch;

#[cfg(test)]
mod tests;

use crate::{
    Collected,
    aws::Place,
    calls::{cloudwatch, cloudwatch_dashboards},
    metrics::{Ask, Metrics},
};

pub(crate) use cdn::{CdnCaching, behaviours};

/// The metrics this control needs of a place: hits, misses and evictions of its caches.
pub(crate) async fn ask_metrics(place: &Place, ask: &Ask) {
    if place.is_global() {
        return;
    }
    let caches = caches::caches(place).await;
    ask.all(caches.found.iter().flat_map(caches::Cache::queries));
}

/// The evidence of a place.
pub(crate) async fn collect(place: &Place, metrics: &Metrics) -> Collected {
    let mut collected = Collected::default();
    if place.is_global() {
        return collected;
    }
    let (caches, ()) = futures::join!(caches::caches(place), stages::collect(place, &mut collected));
    collected.unseen.extend(caches.unseen);
    if !caches.found.is_empty() {
        let (alarms, shown) = futures::join!(cloudwatch::alarms(place), cloudwatch_dashboards::shown(place));
        collected.evidence.extend(caches.found.iter().map(|cache| cache.evidence(place, metrics, &alarms, &shown)));
    }
    collected.evidence.push(demand::evidence(place).await);
    collected
}
