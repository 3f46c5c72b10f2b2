//! EBS volumes.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::Observed;

/// The type of an EBS volume, as EC2 names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum VolumeType {
    /// General purpose SSD, third generation.
    Gp3,
    /// General purpose SSD, second generation.
    Gp2,
    /// Provisioned IOPS SSD, first generation.
    Io1,
    /// Provisioned IOPS SSD, second generation.
    Io2,
    /// Throughput-optimised HDD.
    St1,
    /// Cold HDD.
    Sc1,
    /// Magnetic, the first generation.
    Standard,
    /// A type newer than this program.
    #[serde(untagged)]
    Other(String),
}

impl From<&str> for VolumeType {
    fn from(name: &str) -> Self {
        match name {
            "gp3" => VolumeType::Gp3,
            "gp2" => VolumeType::Gp2,
            "io1" => VolumeType::Io1,
            "io2" => VolumeType::Io2,
            "st1" => VolumeType::St1,
            "sc1" => VolumeType::Sc1,
            "standard" => VolumeType::Standard,
            other => VolumeType::Other(other.to_owned()),
        }
    }
}

impl VolumeType {
    /// gp2 or magnetic: the types the model wants left behind.
    pub fn is_outdated(&self) -> bool {
        matches!(self, VolumeType::Gp2 | VolumeType::Standard)
    }
}

/// An EBS volume. EC2 `DescribeVolumes`, unless a field says otherwise.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Volume {
    /// `VolumeType`.
    pub volume_type: Observed<VolumeType>,
    /// `Size`, in GiB.
    pub size_gib: Observed<u32>,
    /// `Iops`: provisioned, or the baseline of gp2. HDD and magnetic volumes have none.
    pub iops: Observed<Option<u32>>,
    /// `Throughput`, in MiB/s: gp3 only.
    pub throughput_mib_s: Observed<Option<u32>>,
    /// `CreateTime`.
    pub created_at: Observed<Timestamp>,
    /// Whether it was made from a snapshot (`SnapshotId` is set): its type may come from an old image.
    pub from_snapshot: Observed<bool>,
    /// Whether it is attached to an instance (`State` is `in-use`).
    pub attached: Observed<bool>,
    /// Whether a CloudWatch alarm watches its queue length, burst balance or exceeded checks (`DescribeAlarms`).
    pub io_alarm: Observed<bool>,
    /// 95th percentile of the hourly average of `VolumeQueueLength` over the window (`GetMetricData`).
    pub queue_length_p95: Observed<f64>,
    /// Lowest `BurstBalance` in the window, in percent; nothing for types without burst credits.
    pub burst_balance_min_percent: Observed<Option<f64>>,
    /// Whether `VolumeIOPSExceededCheck` or `VolumeThroughputExceededCheck` was 1 in the window; nothing where AWS
    /// publishes a queue length but no check (volumes on instances without Nitro).
    pub limit_exceeded: Observed<Option<bool>>,
    /// Compute Optimizer's finding (`GetEBSVolumeRecommendations`): `Optimized` or `NotOptimized`.
    pub optimizer_finding: Observed<String>,
    /// What gp3 of the same size would save a month by list price, in US dollars; nothing for other types than gp2.
    pub gp3_saving_usd_month: Observed<Option<f64>>,
}
