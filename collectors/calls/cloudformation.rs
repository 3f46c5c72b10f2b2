//! CloudFormation: stacks by name and description. Their parameters and outputs are never kept.

use std::sync::Arc;

use rung_rules::model::Tags;

use super::{Call, call, tags::tags};
use crate::aws::{Listing, Place, drain};

call!(
    DESCRIBE_STACKS,
    "cloudformation",
    "CloudFormation",
    "DescribeStacks",
    "stacks, for Distributed Load Testing on AWS"
);

pub(crate) static CALLS: &[&Call] = &[&DESCRIBE_STACKS];

/// A stack.
#[derive(Clone, Debug, PartialEq)]
pub struct Stack {
    /// `StackId`, an ARN.
    pub arn: Arc<str>,
    /// `StackName`.
    pub name: Arc<str>,
    /// `Description`.
    pub description: Option<Arc<str>>,
    /// `StackStatus`: `CREATE_COMPLETE` ...
    pub status: Arc<str>,
    /// `Tags`.
    pub tags: Tags,
}

impl Stack {
    /// Whether what it describes is there: not failed to be created, not deleted.
    pub fn stands(&self) -> bool {
        let gone = ["CREATE_", "DELETE_", "REVIEW_", "ROLLBACK_"].iter().any(|begin| self.status.starts_with(begin));
        !gone || &*self.status == "CREATE_COMPLETE"
    }
}

/// Every stack of the place. AWS sets the size of a page.
pub async fn stacks(place: &Place) -> Arc<Listing<Stack>> {
    let stream = place.clients.cloudformation().describe_stacks().into_paginator().send();
    let read = drain(place, &DESCRIBE_STACKS, "", stream, |page, items| {
        items.extend(page.stacks.unwrap_or_default().into_iter().filter_map(|stack| {
            Some(Stack {
                arn: stack.stack_id?.into(),
                name: stack.stack_name?.into(),
                description: stack.description.map(Arc::from),
                status: stack.stack_status?.as_str().into(),
                tags: tags(stack.tags.unwrap_or_default().into_iter().map(|tag| (tag.key, tag.value))),
            })
        }));
    });
    place.memo(&DESCRIBE_STACKS, "", read).await
}
