//! What of a region a cache could stand before.

use rung_rules::{facts::CacheDemand, model::Evidence};

use crate::{
    aws::Place,
    calls::{rds_clusters, rds_instances},
    network_performance::{any_of, public_origin},
};

pub(super) async fn evidence(place: &Place) -> Evidence {
    let (instances, clusters, public_origin) =
        futures::join!(rds_instances::instances(place), rds_clusters::clusters(place), public_origin(place));
    let seen = [instances.any(|one| !one.in_transition()), clusters.any(|one| !one.in_transition())];
    let facts = CacheDemand { database: any_of(seen, instances.from), public_origin };
    let subject = place.subject(place.arn("rung", "cache-demand"), Some("what could be cached"), Default::default());
    Evidence { subject, facts: facts.into() }
}
