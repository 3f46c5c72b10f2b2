//! The network of one account that has no region.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::Observed;

/// What of one account answers near its users.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GlobalNetwork {
    /// Whether there is an enabled distribution (CloudFront `ListDistributions`).
    pub distribution: Observed<bool>,
    /// Whether a behaviour of an enabled distribution runs a CloudFront function or Lambda@Edge.
    pub edge_functions: Observed<bool>,
    /// Whether there is an enabled accelerator (Global Accelerator `ListAccelerators`).
    pub accelerator: Observed<bool>,
    /// Whether a record set is routed by latency (`Region` is set; Route 53 `ListResourceRecordSets`).
    pub latency_routing: Observed<bool>,
}
