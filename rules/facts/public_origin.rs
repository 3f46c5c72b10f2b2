//! Origins that the internet reaches directly.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::Observed;

/// What kind of thing answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OriginKind {
    /// An Application Load Balancer.
    LoadBalancer,
    /// The website of an S3 bucket.
    Website,
    /// A REST API of API Gateway.
    RestApi,
    /// An HTTP API of API Gateway.
    HttpApi,
}

/// A load balancer, S3 website or API with an address of its own on the internet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PublicOrigin {
    /// What it is.
    pub origin: OriginKind,
    /// Whether the internet reaches it: `Scheme` of a load balancer (ELBv2 `DescribeLoadBalancers`), a website of a bucket (S3
    /// `GetBucketWebsite`), an endpoint type other than `PRIVATE` (API Gateway `GetRestApis`); an HTTP API always is.
    pub public: Observed<bool>,
    /// Whether an enabled CloudFront distribution has it as an origin, directly or by a Route 53 record (CloudFront
    /// `ListDistributions`, Route 53 `ListResourceRecordSets`), or it is an edge-optimised API, which AWS puts behind its own.
    pub behind_distribution: Observed<bool>,
    /// `EndpointConfiguration.Types` of a REST API: `EDGE`, `REGIONAL`; nothing for the other kinds.
    pub endpoint_type: Observed<Option<String>>,
}
