//! Which metrics count the lookups of which cache.

use crate::metrics::Metric;

const ELASTICACHE: &str = "AWS/ElastiCache";
const MEMORYDB: &str = "AWS/MemoryDB";
const DAX: &str = "AWS/DAX";

/// The metrics that count the lookups of one sort of cache, all with the same dimensions.
#[derive(Debug)]
pub(super) struct Counters {
    /// Their namespace.
    pub(super) namespace: &'static str,
    /// The first of their dimensions: what alarms and widgets name.
    pub(super) dimension: &'static str,
    /// Metrics that are a hit rate, in percent.
    pub(super) rates: &'static [&'static str],
    /// Lookups that found something.
    pub(super) hits: &'static [Metric],
    /// Lookups that found nothing.
    pub(super) misses: &'static [Metric],
    /// Keys that had to go; nothing where the service does not count them.
    pub(super) evictions: &'static [Metric],
    /// Whether AWS publishes values other than zero alone: then no data is none.
    pub(super) silent_at_zero: bool,
}

const fn sum(namespace: &'static str, name: &'static str, dimensions: &'static [&'static str]) -> Metric {
    Metric::hourly(namespace, name, "Sum", dimensions)
}

const NODE: &[&str] = &["CacheClusterId", "CacheNodeId"];
const SERVERLESS_CACHE: &[&str] = &["clusterId"];
const MEMORYDB_CLUSTER: &[&str] = &["ClusterName"];
const DAX_CLUSTER: &[&str] = &["ClusterId"];

/// Nodes of Valkey and Redis OSS.
pub(super) static NODES: Counters = Counters {
    namespace: ELASTICACHE,
    dimension: "CacheClusterId",
    rates: &["CacheHitRate"],
    hits: &[sum(ELASTICACHE, "CacheHits", NODE)],
    misses: &[sum(ELASTICACHE, "CacheMisses", NODE)],
    evictions: &[sum(ELASTICACHE, "Evictions", NODE)],
    silent_at_zero: false,
};
/// Nodes of Memcached.
pub(super) static MEMCACHED_NODES: Counters = Counters {
    namespace: ELASTICACHE,
    dimension: "CacheClusterId",
    rates: &[],
    hits: &[sum(ELASTICACHE, "GetHits", NODE)],
    misses: &[sum(ELASTICACHE, "GetMisses", NODE)],
    evictions: &[sum(ELASTICACHE, "Evictions", NODE)],
    silent_at_zero: false,
};
/// Serverless caches, whatever their engine.
pub(super) static SERVERLESS: Counters = Counters {
    namespace: ELASTICACHE,
    dimension: "clusterId",
    rates: &["CacheHitRate"],
    hits: &[sum(ELASTICACHE, "CacheHits", SERVERLESS_CACHE)],
    misses: &[sum(ELASTICACHE, "CacheMisses", SERVERLESS_CACHE)],
    evictions: &[sum(ELASTICACHE, "Evictions", SERVERLESS_CACHE)],
    silent_at_zero: false,
};
/// Clusters of MemoryDB.
pub(super) static MEMORYDB_CLUSTERS: Counters = Counters {
    namespace: MEMORYDB,
    dimension: "ClusterName",
    rates: &[],
    hits: &[sum(MEMORYDB, "KeyspaceHits", MEMORYDB_CLUSTER)],
    misses: &[sum(MEMORYDB, "KeyspaceMisses", MEMORYDB_CLUSTER)],
    evictions: &[sum(MEMORYDB, "Evictions", MEMORYDB_CLUSTER)],
    silent_at_zero: false,
};
/// Clusters of DAX, which "sends metrics only when they have a non-zero value".
pub(super) static DAX_CLUSTERS: Counters = Counters {
    namespace: DAX,
    dimension: "ClusterId",
    rates: &[],
    hits: &[
        sum(DAX, "ItemCacheHits", DAX_CLUSTER),
        sum(DAX, "QueryCacheHits", DAX_CLUSTER),
        sum(DAX, "ScanCacheHits", DAX_CLUSTER),
    ],
    misses: &[
        sum(DAX, "ItemCacheMisses", DAX_CLUSTER),
        sum(DAX, "QueryCacheMisses", DAX_CLUSTER),
        sum(DAX, "ScanCacheMisses", DAX_CLUSTER),
    ],
    evictions: &[],
    silent_at_zero: true,
};
/// Distributions, which count no hits, only their share.
pub(super) static DISTRIBUTIONS: Counters = Counters {
    namespace: "AWS/CloudFront",
    dimension: "DistributionId",
    rates: &["CacheHitRate"],
    hits: &[],
    misses: &[],
    evictions: &[],
    silent_at_zero: false,
};

impl Counters {
    /// Whether a metric of the namespace tells hits, misses or their rate.
    pub(super) fn tells(&self, metric: &str) -> bool {
        self.names().any(|name| name == metric)
    }

    /// Names of the metrics that tell hits, misses or their rate.
    pub(super) fn names(&self) -> impl Iterator<Item = &'static str> {
        let counts = self.hits.iter().chain(self.misses).map(|metric| metric.name);
        self.rates.iter().copied().chain(counts)
    }
}
