//! CloudFront: tags, which no list shows.

use std::sync::Arc;

use aws_sdk_cloudfront::operation::list_tags_for_resource::ListTagsForResourceOutput;
use rung_rules::model::Tags;

use super::{Call, call, tags::tags};
use crate::aws::{Place, Read, once};

call!(LIST_TAGS_FOR_RESOURCE, "cloudfront", "CloudFront", "ListTagsForResource", "tags of distributions");

pub(crate) static CALLS: &[&Call] = &[&LIST_TAGS_FOR_RESOURCE];

/// The tags of a distribution; none of one that is gone.
pub async fn of_distribution(place: &Place, arn: &str) -> Arc<Read<Tags>> {
    let place = place.global();
    let answer = Box::pin(place.clients.cloudfront().list_tags_for_resource().resource(arn).send());
    let take = |answer: ListTagsForResourceOutput| {
        let own = answer.tags.and_then(|tags| tags.items).unwrap_or_default();
        tags(own.into_iter().map(|tag| (Some(tag.key), tag.value)))
    };
    let none = || Some(Tags::new());
    let read = once(place, &LIST_TAGS_FOR_RESOURCE, arn, answer, take, &["NoSuchResource"], none);
    place.memo(&LIST_TAGS_FOR_RESOURCE, arn, read).await
}
