//! Lambda: tags, which no list shows.

use std::sync::Arc;

use aws_sdk_lambda::operation::list_tags::ListTagsOutput;
use rung_rules::model::Tags;

use super::{Call, call, tags::tags};
use crate::aws::{Place, Read, once};

call!(LIST_TAGS, "lambda", "Lambda", "ListTags", "tags of functions");

pub(crate) static CALLS: &[&Call] = &[&LIST_TAGS];

/// The tags of a function; none of one that is gone.
pub async fn of_function(place: &Place, arn: &str) -> Arc<Read<Tags>> {
    let answer = Box::pin(place.clients.lambda().list_tags().resource(arn).send());
    let take = |answer: ListTagsOutput| {
        tags(answer.tags.unwrap_or_default().into_iter().map(|(key, value)| (Some(key), Some(value))))
    };
    let none = || Some(Tags::new());
    let read = once(place, &LIST_TAGS, arn, answer, take, &["ResourceNotFoundException"], none);
    place.memo(&LIST_TAGS, arn, read).await
}
