//! CloudFront distributions.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::Observed;

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
}
