//! The storage of RDS databases.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::Observed;

/// The storage of one RDS instance. Aurora, Neptune and DocumentDB keep theirs outside the instance and have none here.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DatabaseStorage {
    /// `Engine` (RDS `DescribeDBInstances`).
    pub engine: Observed<String>,
    /// `StorageType`: gp2, gp3, io1, io2, standard.
    pub storage_type: Observed<String>,
    /// `AllocatedStorage`, in GiB.
    pub allocated_gib: Observed<i32>,
    /// `Iops`; nothing where none is provisioned.
    pub iops: Observed<Option<i32>>,
}
