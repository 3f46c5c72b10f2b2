//! EC2: EBS volumes.

use std::sync::Arc;

use jiff::Timestamp;
use rung_rules::{facts::VolumeType, model::Tags};

use super::{Call, call, tags::tags, time::timestamp};
use crate::aws::{Listing, Place, drain};

call!(DESCRIBE_VOLUMES, "ec2", "EC2", "DescribeVolumes", "EBS volumes: type, size, IOPS, throughput, age, attachment");

pub(crate) static CALLS: &[&Call] = &[&DESCRIBE_VOLUMES];

/// An EBS volume as `DescribeVolumes` shows it.
#[derive(Clone, Debug)]
pub struct Volume {
    /// `VolumeId`.
    pub id: Arc<str>,
    /// `VolumeType`.
    pub volume_type: Option<VolumeType>,
    /// `Size`, GiB.
    pub size_gib: Option<u32>,
    /// `Iops`.
    pub iops: Option<u32>,
    /// `Throughput`, MiB/s.
    pub throughput_mib_s: Option<u32>,
    /// `CreateTime`.
    pub created_at: Option<Timestamp>,
    /// `SnapshotId` is set.
    pub from_snapshot: bool,
    /// `State` is `in-use`.
    pub attached: Option<bool>,
    /// `Tags`.
    pub tags: Tags,
}

/// Every volume of the place, but those being deleted.
pub async fn volumes(place: &Place) -> Arc<Listing<Volume>> {
    volumes_as_they_come(place, |_| {}).await
}

/// The same; `seen` is shown each page as it arrives, unless the list was asked for before.
pub async fn volumes_as_they_come(place: &Place, mut seen: impl FnMut(&[Volume]) + Send) -> Arc<Listing<Volume>> {
    let stream = place.clients.ec2().describe_volumes().into_paginator().page_size(500).send();
    let read = drain(place, &DESCRIBE_VOLUMES, "", stream, |page, items| {
        let before = items.len();
        items.extend(page.volumes.unwrap_or_default().into_iter().filter_map(volume));
        seen(items.get(before..).unwrap_or_default());
    });
    place.memo(&DESCRIBE_VOLUMES, "", read).await
}

fn volume(volume: aws_sdk_ec2::types::Volume) -> Option<Volume> {
    let state = volume.state.as_ref().map(|state| state.as_str().to_owned());
    if matches!(state.as_deref(), Some("deleting" | "deleted")) {
        return None;
    }
    let whole = |number: Option<i32>| number.and_then(|number| u32::try_from(number).ok());
    Some(Volume {
        id: volume.volume_id?.into(),
        volume_type: volume.volume_type.map(|kind| VolumeType::from(kind.as_str())),
        size_gib: whole(volume.size),
        iops: whole(volume.iops),
        throughput_mib_s: whole(volume.throughput),
        created_at: volume.create_time.and_then(timestamp),
        from_snapshot: volume.snapshot_id.is_some_and(|id| !id.is_empty()),
        attached: state.map(|state| state == "in-use"),
        tags: tags(volume.tags.unwrap_or_default().into_iter().map(|tag| (tag.key, tag.value))),
    })
}
