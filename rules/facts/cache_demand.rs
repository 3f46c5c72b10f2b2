//! What there is to cache.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::Observed;

/// What of one account and region a cache could stand before.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CacheDemand {
    /// Whether there is a database (RDS `DescribeDBInstances`, `DescribeDBClusters`), but those being created or deleted.
    pub database: Observed<bool>,
    /// Whether the internet reaches a load balancer, website or API directly (ELBv2 `DescribeLoadBalancers`, S3
    /// `GetBucketWebsite`, API Gateway `GetRestApis`, `GetApis`).
    pub public_origin: Observed<bool>,
}
