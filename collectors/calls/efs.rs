//! EFS: file systems and their lifecycle policies.

use std::sync::Arc;

use rung_rules::model::Tags;

use super::{Call, call, tags::tags};
use crate::aws::{Listing, Place, Read, drain, once};

call!(DESCRIBE_FILE_SYSTEMS, "elasticfilesystem", "EFS", "DescribeFileSystems", "EFS file systems: size and modes");
call!(
    DESCRIBE_LIFECYCLE_CONFIGURATION,
    "elasticfilesystem",
    "EFS",
    "DescribeLifecycleConfiguration",
    "lifecycle policies of EFS file systems"
);

pub(crate) static CALLS: &[&Call] = &[&DESCRIBE_FILE_SYSTEMS, &DESCRIBE_LIFECYCLE_CONFIGURATION];

/// An EFS file system.
#[derive(Clone, Debug)]
pub struct FileSystem {
    /// `FileSystemId`.
    pub id: Arc<str>,
    /// `FileSystemArn`.
    pub arn: Option<Arc<str>>,
    /// `Name`.
    pub name: Option<Arc<str>>,
    /// `SizeInBytes.Value`.
    pub size_bytes: Option<i64>,
    /// `PerformanceMode`.
    pub performance_mode: String,
    /// `ThroughputMode`.
    pub throughput_mode: Option<String>,
    /// `Tags`.
    pub tags: Tags,
}

/// Every file system of the place, but those being deleted.
pub async fn file_systems(place: &Place) -> Arc<Listing<FileSystem>> {
    let stream = place.clients.efs().describe_file_systems().into_paginator().page_size(100).send();
    let read = drain(place, &DESCRIBE_FILE_SYSTEMS, "", stream, |page, items| {
        let there =
            |system: &aws_sdk_efs::types::FileSystemDescription| !system.life_cycle_state.as_str().starts_with("delet");
        items.extend(page.file_systems.unwrap_or_default().into_iter().filter(there).map(|system| FileSystem {
            id: system.file_system_id.into(),
            arn: system.file_system_arn.map(Arc::from),
            name: system.name.filter(|name| !name.is_empty()).map(Arc::from),
            size_bytes: system.size_in_bytes.map(|size| size.value),
            performance_mode: system.performance_mode.as_str().to_owned(),
            throughput_mode: system.throughput_mode.map(|mode| mode.as_str().to_owned()),
            tags: tags(system.tags.into_iter().map(|tag| (Some(tag.key), Some(tag.value)))),
        }));
    });
    place.memo(&DESCRIBE_FILE_SYSTEMS, "", read).await
}

/// Whether a policy moves the file system's files to a colder class.
pub async fn has_lifecycle(place: &Place, id: &str) -> Arc<Read<bool>> {
    let answer = place.clients.efs().describe_lifecycle_configuration().file_system_id(id).send();
    let take =
        |answer: aws_sdk_efs::operation::describe_lifecycle_configuration::DescribeLifecycleConfigurationOutput| {
            let policies = answer.lifecycle_policies.unwrap_or_default();
            policies.iter().any(|policy| policy.transition_to_ia.is_some() || policy.transition_to_archive.is_some())
        };
    let read = once(place, &DESCRIBE_LIFECYCLE_CONFIGURATION, id, answer, take, &[], || None);
    place.memo(&DESCRIBE_LIFECYCLE_CONFIGURATION, id, read).await
}
