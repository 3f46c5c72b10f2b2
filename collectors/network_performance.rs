//! WAF-PERF-070 Network Performance: VPCs and their endpoints, public origins and the distributions before them, what
//! measures latency, and what answers near users.

mod account;
mod by_vpc;
mod distributions;
mod hosts;
mod interfaces;
mod names;
mod origins;
mod vpcs;

#[cfg(test)]
mod tests;

use rung_rules::model::{Cause, GapId, Observed, SourceId};

use crate::{
    Collected,
    aws::{Listing, Place},
    metrics::{Ask, Metrics},
};

/// The metrics this control needs of a place: cache hit rates, which CloudFront publishes where its API lives.
pub(crate) async fn ask_metrics(place: &Place, ask: &Ask) {
    if place.is_global() {
        ask.all(distributions::metric_queries(place).await);
    }
}

/// The evidence of a place.
pub(crate) async fn collect(place: &Place, metrics: &Metrics) -> Collected {
    let mut collected = Collected::default();
    if place.is_global() {
        distributions::collect(place, metrics, &mut collected).await;
        collected.evidence.push(account::global(place).await);
    } else {
        vpcs::collect(place, &mut collected).await;
        origins::collect(place, &mut collected).await;
        let regional = account::regional(place, &collected).await;
        collected.evidence.push(regional);
    }
    collected
}

/// Whether one of several facts is true: one is enough; otherwise an unknown one keeps it unknown. Of no facts: false.
pub(crate) fn any_of(facts: impl IntoIterator<Item = Observed<bool>>, from: SourceId) -> Observed<bool> {
    let mut answer = Observed::known(false, from);
    for fact in facts {
        match (fact, answer) {
            (Observed::Known { value: true, .. }, _) => return fact,
            (Observed::Unknown { .. }, Observed::Known { .. }) => answer = fact,
            _ => {}
        }
    }
    answer
}

/// The listing of a service that AWS does not offer in every region: not offered is none, and the list is complete.
///
/// A region without the service shows by a host name that does not resolve, and so does a broken resolver: only where
/// another service of the same place answered (`neighbour` without a gap) is it the region.
fn offered_or_none<T: Clone>(place: &Place, listing: &Listing<T>, neighbour: Option<GapId>) -> Listing<T> {
    let none = neighbour.is_none() && listing.gap.is_some_and(|gap| cause(place, gap) == Some(Cause::NotOffered));
    if none { Listing { gap: None, ..listing.clone() } } else { listing.clone() }
}

fn cause(place: &Place, gap: GapId) -> Option<Cause> {
    let (_, gaps) = place.span.registry.snapshot();
    gaps.iter().find(|known| known.id == gap).map(|known| known.cause)
}
