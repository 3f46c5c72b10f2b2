//! S3 buckets.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::Observed;

/// An S3 bucket.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Bucket {
    /// Latest `BucketSizeBytes` over all storage types, in bytes (CloudWatch `GetMetricData`, one value a day).
    pub size_bytes: Observed<f64>,
    /// Whether an enabled Intelligent-Tiering configuration exists (S3 `ListBucketIntelligentTieringConfigurations`).
    pub intelligent_tiering: Observed<bool>,
    /// Whether an enabled lifecycle rule moves objects to another storage class or expires them (S3
    /// `GetBucketLifecycleConfiguration`).
    pub lifecycle: Observed<bool>,
    /// Bytes that lie in the Intelligent-Tiering storage class already, in bytes (`BucketSizeBytes`).
    pub intelligent_tiering_bytes: Observed<f64>,
}
