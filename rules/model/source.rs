//! Where a fact was read: one call, in one account and region, paginated to its end.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::gap::hex_id;

hex_id!(
    /// Identifies a source; the same call with the same parameters has the same id in every scan.
    SourceId,
    "s-"
);

/// One call in one account and region, with its parameters, as it went.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SourceRecord {
    /// The id that facts carry in `from`.
    pub id: SourceId,
    /// The service as IAM writes it, for example `ec2`.
    pub service: String,
    /// The API operation, for example `DescribeVolumes`.
    pub operation: String,
    /// Account that was asked.
    pub account: String,
    /// Region that was asked; `global` for services without regions.
    pub region: String,
    /// What was asked for, where the operation takes parameters (for example a bucket's name); empty otherwise.
    pub parameters: String,
    /// When the first page was asked for.
    pub read_at: jiff::Timestamp,
    /// Pages read.
    pub pages: u32,
    /// Items kept.
    pub items: u64,
    /// AWS's request ids of the pages (at most the first eight): they find the call in CloudTrail.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub request_ids: Vec<String>,
}
