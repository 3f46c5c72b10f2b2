//! Stages of REST APIs that have a cache.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::Observed;

/// A stage of a REST API with a cache cluster (`cacheClusterEnabled`). API Gateway `GetStages`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ApiStage {
    /// `cacheClusterSize`, in GB.
    pub cache_size_gb: Observed<f64>,
    /// `cacheClusterStatus`: `AVAILABLE`, `FLUSH_IN_PROGRESS`, `NOT_AVAILABLE`.
    pub cache_status: Observed<String>,
    /// Entries of `methodSettings` with `cachingEnabled`; `*/*` stands for all methods. A cache cluster without one caches nothing.
    pub cached_methods: Observed<u64>,
    /// The longest `cacheTtlInSeconds` of those entries; nothing without one.
    pub cache_ttl_s: Observed<Option<i32>>,
}
