//! CloudFront distributions.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::Observed;

/// How long a cache behaviour keeps what its origin says nothing about, and within which limits what it does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CacheBehaviour {
    /// `DefaultTTL`, in seconds.
    pub default_ttl_s: i64,
    /// `MaxTTL`, in seconds; 0 caches nothing.
    pub max_ttl_s: i64,
    /// `MinTTL`, in seconds.
    pub min_ttl_s: i64,
    /// `PathPattern`; `*` for the default behaviour.
    pub path: String,
}

/// A CloudFront distribution. CloudFront `ListDistributions`, unless a field says otherwise.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Distribution {
    /// `Enabled`.
    pub enabled: Observed<bool>,
    /// `HttpVersion`, in lower case: `http1.1`, `http2`, `http3`, `http2and3`.
    pub http_version: Observed<String>,
    /// Whether one of its `Origins` is an S3 bucket, by its REST or its website address.
    pub static_origin: Observed<bool>,
    /// Whether additional metrics are on (`GetMonitoringSubscription`); without them AWS publishes no hit rate.
    pub additional_metrics: Observed<bool>,
    /// Mean of the hourly average of `CacheHitRate` over the window, in percent (`GetMetricData` in us-east-1). Hours count
    /// alike, however many requests they had.
    pub cache_hit_rate_percent: Observed<f64>,
    /// Behaviours that run a CloudFront function or Lambda@Edge.
    pub edge_behaviours: Observed<u64>,
    /// Behaviours whose CloudFront function or Lambda@Edge runs on the response (`EventType` `viewer-response` or
    /// `origin-response`): there it can set cache headers. What its code does is not read.
    pub response_functions: Observed<u64>,
    /// TTLs of every behaviour, by its cache policy (`GetCachePolicy`) or its own older settings.
    pub cache_behaviours: Observed<Vec<CacheBehaviour>>,
    /// Whether a behaviour caches anything: its longest TTL is above 0.
    pub caching: Observed<bool>,
    /// Whether a CloudWatch alarm looks at its `CacheHitRate` (`DescribeAlarms` where CloudFront's metrics live).
    pub hit_rate_alarm: Observed<bool>,
    /// Whether a widget of a CloudWatch dashboard shows its `CacheHitRate` (`ListDashboards`, `GetDashboard`).
    pub hit_rate_widget: Observed<bool>,
}
