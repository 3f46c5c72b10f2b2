//! DevOps Guru: which resources it analyses, as CloudFormation stacks or as tags.

use std::sync::Arc;

use aws_sdk_devopsguru::types::{ResourceCollectionFilter, ResourceCollectionType};
use rung_rules::model::Tags;

use super::{Call, call};
use crate::aws::{Listing, Place, drain_unless_absent};

call!(
    GET_RESOURCE_COLLECTION,
    "devops-guru",
    "DevOpsGuru",
    "GetResourceCollection",
    "what DevOps Guru analyses: stacks and tags"
);

pub(crate) static CALLS: &[&Call] = &[&GET_RESOURCE_COLLECTION];

/// The tag that CloudFormation puts on what it makes.
const STACK_TAG: &str = "aws:cloudformation:stack-name";
/// Everything of the account and region, in place of a stack's name or a tag's value.
const ALL: &str = "*";

/// Resources that DevOps Guru analyses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Analysed {
    /// `CloudFormation.StackNames`: the resources of a stack; `*` is every resource.
    Stack(Arc<str>),
    /// `Tags`: resources with the key `AppBoundaryKey` and a value of `TagValues`; `*` is any value.
    Tag(Arc<str>, Arc<str>),
}

impl Analysed {
    /// Whether a resource with these tags is analysed.
    pub fn covers(&self, tags: &Tags) -> bool {
        match self {
            Analysed::Stack(name) => &**name == ALL || tags.get(STACK_TAG).is_some_and(|stack| stack == name),
            Analysed::Tag(key, value) => tags.get(key).is_some_and(|own| &**value == ALL || own == value),
        }
    }
}

/// What is analysed, by the ways in which it can be chosen: all resources, by stack, by tag. An account uses one of them.
pub async fn collections(place: &Place) -> [Arc<Listing<Analysed>>; 3] {
    let (all, stacks, tags) = futures::join!(
        collection(place, ResourceCollectionType::AwsService),
        collection(place, ResourceCollectionType::AwsCloudFormation),
        collection(place, ResourceCollectionType::AwsTags),
    );
    [all, stacks, tags]
}

async fn collection(place: &Place, kind: ResourceCollectionType) -> Arc<Listing<Analysed>> {
    let parameters = kind.as_str().to_owned();
    let request = place.clients.devopsguru().get_resource_collection().resource_collection_type(kind);
    // An account that never chose resources has no collection: AWS says so by an error, and nothing is analysed.
    let (stream, none) = (request.into_paginator().send(), ["ResourceNotFoundException"]);
    let read = drain_unless_absent(place, &GET_RESOURCE_COLLECTION, &parameters, stream, &none, |page, items| {
        items.extend(page.resource_collection.into_iter().flat_map(analysed));
    });
    place.memo(&GET_RESOURCE_COLLECTION, &parameters, read).await
}

fn analysed(filter: ResourceCollectionFilter) -> impl Iterator<Item = Analysed> {
    let stacks = filter.cloud_formation.and_then(|stacks| stacks.stack_names).unwrap_or_default();
    let tags = filter.tags.unwrap_or_default().into_iter().flat_map(|tag| {
        let key: Arc<str> = tag.app_boundary_key.into();
        tag.tag_values.into_iter().map(move |value| Analysed::Tag(key.clone(), value.into()))
    });
    stacks.into_iter().map(|name| Analysed::Stack(name.into())).chain(tags)
}
