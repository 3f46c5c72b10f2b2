//! OpsItems of Systems Manager OpsCenter.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::Observed;

/// An OpsItem, open or resolved (Systems Manager `DescribeOpsItems`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OpsItem {
    /// `Category`: Availability, Cost, Performance, Recovery, Security or a word of one's own; nothing where none was given.
    pub category: Observed<Option<String>>,
    /// `Source`: the service or person it came from.
    pub source: Observed<String>,
    /// `Status`: Open, InProgress, Resolved ...
    pub status: Observed<String>,
    /// `CreatedTime`.
    pub created_at: Observed<Timestamp>,
    /// `LastModifiedTime`.
    pub modified_at: Observed<Timestamp>,
}
