//! ElastiCache: replication groups, clusters outside them, and serverless caches.

use std::sync::Arc;

use super::{Call, call};
use crate::aws::{Listing, Place, drain};

call!(
    DESCRIBE_REPLICATION_GROUPS,
    "elasticache",
    "ElastiCache",
    "DescribeReplicationGroups",
    "caches with replicas and shards, and their nodes"
);
call!(
    DESCRIBE_CACHE_CLUSTERS,
    "elasticache",
    "ElastiCache",
    "DescribeCacheClusters",
    "caches outside replication groups, and their nodes"
);
call!(
    DESCRIBE_SERVERLESS_CACHES,
    "elasticache",
    "ElastiCache",
    "DescribeServerlessCaches",
    "serverless caches: engine"
);

pub(crate) static CALLS: &[&Call] =
    &[&DESCRIBE_REPLICATION_GROUPS, &DESCRIBE_CACHE_CLUSTERS, &DESCRIBE_SERVERLESS_CACHES];

/// A node: its `CacheClusterId` and `CacheNodeId`, by which CloudWatch knows it.
pub type Node = [Arc<str>; 2];

/// A replication group.
#[derive(Clone, Debug)]
pub struct ReplicationGroup {
    /// `ReplicationGroupId`.
    pub id: Arc<str>,
    /// `ARN`.
    pub arn: Option<Arc<str>>,
    /// `Engine`: `redis` or `valkey`.
    pub engine: Option<Arc<str>>,
    /// `NodeGroupMembers` of all `NodeGroups`; nothing if AWS names none.
    pub nodes: Option<Vec<Node>>,
}

/// A cluster outside replication groups.
#[derive(Clone, Debug)]
pub struct CacheCluster {
    /// `CacheClusterId`.
    pub id: Arc<str>,
    /// `ARN`.
    pub arn: Option<Arc<str>>,
    /// `Engine`: `memcached`, `redis` or `valkey`.
    pub engine: Option<Arc<str>>,
    /// `CacheNodes`; nothing if AWS names none.
    pub nodes: Option<Vec<Node>>,
}

/// A serverless cache.
#[derive(Clone, Debug)]
pub struct ServerlessCache {
    /// `ServerlessCacheName`, by which CloudWatch knows it.
    pub name: Arc<str>,
    /// `ARN`.
    pub arn: Option<Arc<str>>,
    /// `Engine`: `memcached`, `redis` or `valkey`.
    pub engine: Option<Arc<str>>,
}

/// Whether a status says that the thing is about to exist, never came to exist, or is about to go.
pub(crate) fn in_transition(status: Option<&str>) -> bool {
    let status = status.unwrap_or_default().to_ascii_lowercase();
    matches!(status.as_str(), "creating" | "create-failed" | "restore-failed" | "deleting" | "deleted")
}

/// Every replication group of the place, but those in transition.
pub async fn replication_groups(place: &Place) -> Arc<Listing<ReplicationGroup>> {
    let stream = place.clients.elasticache().describe_replication_groups().into_paginator().page_size(100).send();
    let read = drain(place, &DESCRIBE_REPLICATION_GROUPS, "", stream, |page, items| {
        let there = page.replication_groups.unwrap_or_default().into_iter();
        items.extend(there.filter(|group| !in_transition(group.status.as_deref())).filter_map(replication_group));
    });
    place.memo(&DESCRIBE_REPLICATION_GROUPS, "", read).await
}

fn replication_group(group: aws_sdk_elasticache::types::ReplicationGroup) -> Option<ReplicationGroup> {
    let members = group.node_groups.unwrap_or_default().into_iter();
    let members = members.flat_map(|shard| shard.node_group_members.unwrap_or_default());
    Some(ReplicationGroup {
        id: group.replication_group_id?.into(),
        arn: group.arn.map(Arc::from),
        engine: group.engine.map(Arc::from),
        nodes: named(members.filter_map(|node| Some([node.cache_cluster_id?.into(), node.cache_node_id?.into()]))),
    })
}

/// Every cluster of the place outside replication groups, but those in transition.
pub async fn cache_clusters(place: &Place) -> Arc<Listing<CacheCluster>> {
    let request = place.clients.elasticache().describe_cache_clusters();
    let request = request.show_cache_node_info(true).show_cache_clusters_not_in_replication_groups(true);
    let read =
        drain(place, &DESCRIBE_CACHE_CLUSTERS, "", request.into_paginator().page_size(100).send(), |page, items| {
            let there = page.cache_clusters.unwrap_or_default().into_iter();
            let there = there.filter(|cluster| {
                cluster.replication_group_id.is_none() && !in_transition(cluster.cache_cluster_status.as_deref())
            });
            items.extend(there.filter_map(cache_cluster));
        });
    place.memo(&DESCRIBE_CACHE_CLUSTERS, "", read).await
}

fn cache_cluster(cluster: aws_sdk_elasticache::types::CacheCluster) -> Option<CacheCluster> {
    let id: Arc<str> = cluster.cache_cluster_id?.into();
    let nodes = cluster.cache_nodes.unwrap_or_default().into_iter();
    Some(CacheCluster {
        arn: cluster.arn.map(Arc::from),
        engine: cluster.engine.map(Arc::from),
        nodes: named(nodes.filter_map(|node| Some([id.clone(), node.cache_node_id?.into()]))),
        id,
    })
}

fn named(nodes: impl Iterator<Item = Node>) -> Option<Vec<Node>> {
    let nodes: Vec<_> = nodes.collect();
    (!nodes.is_empty()).then_some(nodes)
}

/// Every serverless cache of the place, but those in transition. AWS names no largest page: its default (50) stays.
pub async fn serverless_caches(place: &Place) -> Arc<Listing<ServerlessCache>> {
    let stream = place.clients.elasticache().describe_serverless_caches().into_paginator().send();
    let read = drain(place, &DESCRIBE_SERVERLESS_CACHES, "", stream, |page, items| {
        let there = page.serverless_caches.unwrap_or_default().into_iter();
        let there = there.filter(|cache| !in_transition(cache.status.as_deref()));
        items.extend(there.filter_map(|cache| {
            Some(ServerlessCache {
                name: cache.serverless_cache_name?.into(),
                arn: cache.arn.map(Arc::from),
                engine: cache.engine.map(Arc::from),
            })
        }));
    });
    place.memo(&DESCRIBE_SERVERLESS_CACHES, "", read).await
}
