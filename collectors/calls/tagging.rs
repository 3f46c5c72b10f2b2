//! Resource Groups Tagging API: the tags of resources whose own lists carry none.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use rung_rules::model::{Cause, GapId, Tags};

use super::{Call, call, tags::tags};
use crate::aws::{Listing, Place, drain};

call!(
    GET_RESOURCES,
    "tag",
    "ResourceGroupsTaggingAPI",
    "GetResources",
    "tags, where the scope chooses by tag: many lists carry none"
);

pub(crate) static CALLS: &[&Call] = &[&GET_RESOURCES];

/// Services whose lists carry no tags. AWS refuses a filter that it does not know.
const SERVICES: &[&str] = &[
    "apigateway",
    "cloudfront",
    "codebuild",
    "codedeploy",
    "codepipeline",
    "dax",
    "ecs",
    "elasticache",
    "elasticloadbalancing",
    "fis",
    "lambda",
    "memorydb",
    "s3",
    "states",
    "wellarchitected",
];

/// The service an ARN names.
fn service(arn: &str) -> Option<&'static str> {
    let named = arn.split(':').nth(2)?;
    SERVICES.iter().find(|service| **service == named).copied()
}

/// Services whose tags come with their lists: none there is none.
const CARRIED: &[&str] = &["autoscaling", "cloudformation", "ec2", "elasticfilesystem", "rds"];

/// Whether a resource's own list or collector told its tags.
pub(crate) fn is_carried(arn: &str) -> bool {
    arn.split(':').nth(2).is_some_and(|service| CARRIED.contains(&service))
}

/// The gap of tags that no call here tells.
pub(crate) fn untold(place: &Place, arn: &str) -> GapId {
    let service = arn.split(':').nth(2).unwrap_or_default();
    place.gap(&GET_RESOURCES, &format!("tags of {service}"), Cause::NotReported, "")
}

/// Whether the tags of a resource can be asked for.
pub(crate) fn is_asked(arn: &str) -> bool {
    service(arn).is_some()
}

/// A resource and its tags.
#[derive(Clone, Debug)]
pub struct Tagged {
    /// `ResourceARN`.
    pub arn: Arc<str>,
    /// `Tags`.
    pub tags: Tags,
}

/// The tags of every tagged resource here of the services that these ARNs belong to.
pub(crate) async fn of(place: &Place, arns: &[Arc<str>]) -> Arc<Listing<Tagged>> {
    let services: BTreeSet<&str> = arns.iter().filter_map(|arn| service(arn)).collect();
    let filters = services.iter().map(|service| (*service).to_owned()).collect();
    let request = place.clients.tagging().get_resources().set_resource_type_filters(Some(filters));
    let stream = request.resources_per_page(100).into_paginator().send();
    let parameters = services.into_iter().collect::<Vec<_>>().join(",");
    let read = drain(place, &GET_RESOURCES, &parameters, stream, |page, items| {
        items.extend(page.resource_tag_mapping_list.unwrap_or_default().into_iter().filter_map(|one| {
            let pairs = one.tags.unwrap_or_default().into_iter().map(|tag| (Some(tag.key), Some(tag.value)));
            Some(Tagged { arn: one.resource_arn?.into(), tags: tags(pairs) })
        }));
    });
    place.memo(&GET_RESOURCES, &parameters, read).await
}

/// By ARN.
pub(crate) fn by_arn(listing: &Listing<Tagged>) -> HashMap<&str, &Tags> {
    listing.items.iter().map(|one| (&*one.arn, &one.tags)).collect()
}
