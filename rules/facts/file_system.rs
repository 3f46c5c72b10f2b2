//! EFS file systems.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::Observed;

/// An EFS file system.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FileSystem {
    /// `SizeInBytes.Value` (EFS `DescribeFileSystems`).
    pub size_bytes: Observed<i64>,
    /// `PerformanceMode`.
    pub performance_mode: Observed<String>,
    /// `ThroughputMode`.
    pub throughput_mode: Observed<String>,
    /// Whether a policy moves files to a colder class (EFS `DescribeLifecycleConfiguration`).
    pub lifecycle: Observed<bool>,
}
