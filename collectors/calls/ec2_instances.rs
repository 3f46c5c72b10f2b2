//! EC2: running instances, and what EC2 says of their types.

use std::{collections::BTreeSet, sync::Arc};

use aws_sdk_ec2::types::{Filter, InstanceType};
use jiff::Timestamp;
use rung_rules::model::{Cause, GapId, SourceId, Tags};

use super::{Call, call, tags::tags, time::timestamp};
use crate::{
    at_once,
    aws::{Listing, Place, drain},
};

call!(DESCRIBE_INSTANCES, "ec2", "EC2", "DescribeInstances", "running instances: type, start, group, tags");
call!(
    DESCRIBE_INSTANCE_TYPES,
    "ec2",
    "EC2",
    "DescribeInstanceTypes",
    "which instance types are of a current generation"
);

pub(crate) static CALLS: &[&Call] = &[&DESCRIBE_INSTANCES, &DESCRIBE_INSTANCE_TYPES];

/// Types that one DescribeInstanceTypes takes by name.
const TYPES_PER_CALL: usize = 100;
/// Batches of types under way at once.
const AT_ONCE: usize = 4;

/// A running instance, as `DescribeInstances` shows it.
#[derive(Clone, Debug)]
pub struct Instance {
    /// `InstanceId`.
    pub id: Arc<str>,
    /// `InstanceType`.
    pub instance_type: Option<Arc<str>>,
    /// `LaunchTime`: of the last start.
    pub launched_at: Option<Timestamp>,
    /// `Tags`.
    pub tags: Tags,
}

impl Instance {
    /// The Auto Scaling group that it belongs to. Only AWS can set the tag, and takes it away when the instance leaves.
    pub fn group(&self) -> Option<&Arc<str>> {
        self.tags.get("aws:autoscaling:groupName")
    }
}

/// An instance type in use.
#[derive(Clone, Debug)]
pub struct TypeInfo {
    /// `InstanceType`.
    pub name: Arc<str>,
    /// `CurrentGeneration`.
    pub current: Option<bool>,
    /// The answer it was read from.
    pub from: SourceId,
}

/// The gap in place of the tags of an instance that does not run: only running ones are listed.
pub fn tags_gap(place: &Place) -> GapId {
    place.gap(&DESCRIBE_INSTANCES, "tags of instances that do not run", Cause::NotReported, "")
}

/// Every running instance of the place.
pub async fn instances(place: &Place) -> Arc<Listing<Instance>> {
    instances_as_they_come(place, |_| {}).await
}

/// The same; `seen` is shown each page as it arrives, unless the list was asked for before.
pub async fn instances_as_they_come(place: &Place, mut seen: impl FnMut(&[Instance]) + Send) -> Arc<Listing<Instance>> {
    let running = Filter::builder().name("instance-state-name").values("running").build();
    let stream = place.clients.ec2().describe_instances().filters(running).into_paginator().page_size(1000).send();
    let read = drain(place, &DESCRIBE_INSTANCES, "running", stream, |page, items| {
        let before = items.len();
        let reservations = page.reservations.unwrap_or_default().into_iter();
        items.extend(reservations.flat_map(|one| one.instances.unwrap_or_default()).filter_map(instance));
        seen(items.get(before..).unwrap_or_default());
    });
    place.memo(&DESCRIBE_INSTANCES, "running", read).await
}

fn instance(instance: aws_sdk_ec2::types::Instance) -> Option<Instance> {
    Some(Instance {
        id: instance.instance_id?.into(),
        instance_type: instance.instance_type.map(|kind| kind.as_str().into()),
        launched_at: instance.launch_time.and_then(timestamp),
        tags: tags(instance.tags.unwrap_or_default().into_iter().map(|tag| (tag.key, tag.value))),
    })
}

/// The types of the place's running instances; with a gap, some of them.
pub async fn types_in_use(place: &Place) -> Arc<Listing<TypeInfo>> {
    place.memo(&DESCRIBE_INSTANCE_TYPES, "in use", read_types_in_use(place)).await
}

async fn read_types_in_use(place: &Place) -> Listing<TypeInfo> {
    let instances = instances(place).await;
    let names: BTreeSet<Arc<str>> = instances.items.iter().filter_map(|one| one.instance_type.clone()).collect();
    let names: Vec<Arc<str>> = names.into_iter().collect();
    let mut all = Listing { items: Vec::with_capacity(names.len()), from: instances.from, gap: None };
    for part in at_once(AT_ONCE, names.chunks(TYPES_PER_CALL).map(|batch| types(place, batch))).await {
        all.from = part.from;
        all.gap = all.gap.or(part.gap);
        all.items.extend(part.items.into_iter().map(|(name, current)| TypeInfo { name, current, from: part.from }));
    }
    all
}

async fn types(place: &Place, names: &[Arc<str>]) -> Listing<(Arc<str>, Option<bool>)> {
    let wanted = names.iter().map(|name| InstanceType::from(&**name)).collect();
    // AWS takes no page size beside names.
    let request = place.clients.ec2().describe_instance_types().set_instance_types(Some(wanted));
    let parameters = names.join(" ");
    drain(place, &DESCRIBE_INSTANCE_TYPES, &parameters, request.into_paginator().send(), |page, items| {
        items.extend(page.instance_types.unwrap_or_default().into_iter().filter_map(|info| {
            let current = info.current_generation;
            Some((info.instance_type?.as_str().into(), current))
        }));
    })
    .await
}
