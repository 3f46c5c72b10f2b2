//! What one account has in a region and without a region: monitors, canaries, accelerators, routing by latency.

use jiff::Timestamp;
use rung_rules::{
    facts::{Facts, GlobalNetwork, Kind, RegionalNetwork},
    model::{Evidence, Observed, SourceId},
};

use super::{any_of, names::zones, offered_or_none};
use crate::{
    Collected,
    aws::{Listing, Place},
    calls::{
        cloudfront, ec2_network,
        globalaccelerator::{self, Accelerator, LIST_ACCELERATORS},
        internetmonitor, networkmonitor,
        synthetics::{self, Canary, DESCRIBE_CANARIES},
    },
};

/// The network of a region; `collected` has its VPCs and public origins already.
pub(super) async fn regional(place: &Place, collected: &Collected) -> Evidence {
    let vpcs = ec2_network::vpcs(place).await;
    let (internet, network, subscriptions, canaries) = futures::join!(
        internetmonitor::monitors(place),
        networkmonitor::monitors(place),
        ec2_network::performance_subscriptions(place),
        synthetics::canaries(place)
    );
    let canaries = offered_or_none(place, &canaries, vpcs.gap);
    let facts = RegionalNetwork {
        vpc_in_use: any_in(collected, Kind::Vpc, vpcs.from, |facts| match facts {
            Facts::Vpc(vpc) => Some(vpc.in_use),
            _ => None,
        }),
        public_origin: public_origin(collected, vpcs.from),
        internet_monitor: offered_or_none(place, &internet, vpcs.gap).any(|monitor| monitor.active),
        network_monitor: offered_or_none(place, &network, vpcs.gap).any(|monitor| monitor.active),
        performance_subscription: offered_or_none(place, &subscriptions, vpcs.gap).any(|_| true),
        canaries_since: canaries_since(place, &canaries),
    };
    evidence(place, "regional-network", "regional network", facts.into())
}

/// Whether one of the public origins that were collected is reached by the internet.
pub(super) fn public_origin(collected: &Collected, from: SourceId) -> Observed<bool> {
    any_in(collected, Kind::PublicOrigin, from, |facts| match facts {
        Facts::PublicOrigin(origin) => Some(origin.public),
        _ => None,
    })
}

/// The network without a region.
pub(super) async fn global(place: &Place) -> Evidence {
    let (distributions, accelerators, zones) =
        futures::join!(cloudfront::distributions(place), globalaccelerator::accelerators(place), zones(place));
    let accelerators = offered_or_none(place, &accelerators, distributions.gap);
    let routed = zones.records.iter().map(|records| records.any(|record| record.latency));
    let unlisted = zones.zones.gap.map(Observed::unknown);
    let facts = GlobalNetwork {
        distribution: distributions.any(|one| one.enabled),
        edge_functions: distributions.any(|one| one.enabled && one.edge_behaviours > 0),
        accelerator: accelerator(place, &accelerators),
        latency_routing: any_of(routed.chain(unlisted), zones.zones.from),
    };
    evidence(place, "global-network", "global network", facts.into())
}

/// Whether an accelerator is enabled; unknown when one does not say and no other is.
fn accelerator(place: &Place, accelerators: &Listing<Accelerator>) -> Observed<bool> {
    let says = |accelerator: &Accelerator| {
        place.reported(accelerator.enabled, accelerators.from, &LIST_ACCELERATORS, "Enabled")
    };
    any_of(accelerators.items.iter().map(says).chain(accelerators.gap.map(Observed::unknown)), accelerators.from)
}

fn evidence(place: &Place, id: &str, name: &str, facts: Facts) -> Evidence {
    Evidence { subject: place.subject(place.arn("rung", id), Some(name), Default::default()), facts }
}

/// Whether a fact of one kind is true of any subject, listed or not.
fn any_in(
    collected: &Collected,
    kind: Kind,
    from: SourceId,
    pick: impl Fn(&Facts) -> Option<Observed<bool>>,
) -> Observed<bool> {
    let seen = collected.evidence.iter().filter_map(|evidence| pick(&evidence.facts));
    let unseen = collected.unseen.iter().filter(|unseen| unseen.kind == kind);
    any_of(seen.chain(unseen.map(|unseen| Observed::unknown(unseen.gap))), from)
}

/// Since when the longest-running canary runs; unknown when a running one does not say.
fn canaries_since(place: &Place, canaries: &Listing<Canary>) -> Observed<Option<Timestamp>> {
    let running = || canaries.items.iter().filter(|canary| canary.running);
    if canaries.gap.is_none() && running().any(|canary| canary.last_started.is_none()) {
        return place.reported(None, canaries.from, &DESCRIBE_CANARIES, "Timeline.LastStarted");
    }
    canaries.all_of(|_| running().filter_map(|canary| canary.last_started).min())
}
