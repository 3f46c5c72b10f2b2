//! MemoryDB: clusters.

use std::sync::Arc;

use super::{Call, call, elasticache::in_transition};
use crate::aws::{Listing, Place, drain};

call!(DESCRIBE_CLUSTERS, "memorydb", "MemoryDB", "DescribeClusters", "MemoryDB clusters: engine, nodes");

pub(crate) static CALLS: &[&Call] = &[&DESCRIBE_CLUSTERS];

/// A cluster.
#[derive(Clone, Debug)]
pub struct Cluster {
    /// `Name`, by which CloudWatch knows it.
    pub name: Arc<str>,
    /// `ARN`.
    pub arn: Option<Arc<str>>,
    /// `Engine`: `redis` or `valkey`.
    pub engine: Option<Arc<str>>,
    /// `Nodes` of all `Shards`; nothing if AWS names none.
    pub nodes: Option<u64>,
}

/// Every cluster of the place, but those in transition. AWS names no largest page: its default stays.
pub async fn clusters(place: &Place) -> Arc<Listing<Cluster>> {
    let request = place.clients.memorydb().describe_clusters().show_shard_details(true);
    let read = drain(place, &DESCRIBE_CLUSTERS, "", request.into_paginator().send(), |page, items| {
        let there = page.clusters.unwrap_or_default().into_iter();
        items.extend(there.filter(|cluster| !in_transition(cluster.status.as_deref())).filter_map(|cluster| {
            let shards = cluster.shards.unwrap_or_default();
            let nodes: usize = shards.iter().map(|shard| shard.nodes.as_ref().map_or(0, Vec::len)).sum();
            Some(Cluster {
                name: cluster.name?.into(),
                arn: cluster.arn.map(Arc::from),
                engine: cluster.engine.map(Arc::from),
                nodes: (nodes > 0).then_some(nodes as u64),
            })
        }));
    });
    place.memo(&DESCRIBE_CLUSTERS, "", read).await
}
