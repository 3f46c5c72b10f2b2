//! Caches in memory.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::Observed;

/// What a cache is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CacheKind {
    /// An ElastiCache replication group: Valkey or Redis OSS with its replicas and shards.
    ReplicationGroup,
    /// An ElastiCache cluster outside replication groups: Memcached, or a single node of Valkey or Redis OSS.
    CacheCluster,
    /// An ElastiCache serverless cache.
    ServerlessCache,
    /// A MemoryDB cluster.
    MemoryDb,
    /// A DynamoDB Accelerator (DAX) cluster.
    Dax,
}

/// A cache of ElastiCache, MemoryDB or DAX: `DescribeReplicationGroups`, `DescribeCacheClusters`, `DescribeServerlessCaches` and
/// both `DescribeClusters`, unless a field says otherwise. What is being created or deleted has no record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Cache {
    /// What it is.
    pub cache: CacheKind,
    /// `Engine`: `valkey`, `redis`, `memcached`; `dax` for DAX, which names none.
    pub engine: Observed<String>,
    /// Nodes; nothing for serverless caches.
    pub nodes: Observed<Option<u64>>,
    /// Lookups that found something, summed over all nodes and the window (`GetMetricData`): `CacheHits`; Memcached nodes
    /// `GetHits`, MemoryDB `KeyspaceHits`, DAX `ItemCacheHits`, `QueryCacheHits` and `ScanCacheHits`.
    pub hits: Observed<f64>,
    /// Lookups that found nothing, likewise: `CacheMisses`, `GetMisses`, `KeyspaceMisses`, `ItemCacheMisses` ...
    pub misses: Observed<f64>,
    /// `hits / (hits + misses)`, in percent; nothing where there was no lookup in the window.
    pub hit_rate_percent: Observed<Option<f64>>,
    /// Keys that had to go before their time, summed likewise: `Evictions`; nothing for DAX, which counts bytes.
    pub evictions: Observed<Option<f64>>,
    /// Whether a CloudWatch alarm looks at the hit rate, hits or misses of the cache or of one of its nodes, directly or by
    /// metric math (`DescribeAlarms`).
    pub hit_rate_alarm: Observed<bool>,
    /// The highest hit rate, in percent, below which an alarm with enabled actions fires; nothing where none does. A threshold
    /// on a ratio between 0 and 1 counts as its percentage (`DescribeAlarms`).
    pub hit_rate_alarm_percent: Observed<Option<f64>>,
    /// Whether a widget of a CloudWatch dashboard shows the hit rate, hits or misses of the cache or of one of its nodes
    /// (`ListDashboards`, `GetDashboard`).
    pub hit_rate_widget: Observed<bool>,
}
