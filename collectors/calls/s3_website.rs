//! S3: websites of buckets.

use std::sync::Arc;

use super::{Call, Price, call};
use crate::aws::{Place, Read, once};

call!(
    GET_BUCKET_WEBSITE,
    "s3",
    "S3",
    "GetBucketWebsite",
    "GetBucketWebsite",
    Price::PerRequest(0.0004 / 1000.0),
    "which buckets are websites"
);

pub(crate) static CALLS: &[&Call] = &[&GET_BUCKET_WEBSITE];

/// Whether the bucket serves a website. One that only redirects every request (`RedirectAllRequestsTo`) serves nothing.
pub async fn is_website(place: &Place, bucket: &str) -> Arc<Read<bool>> {
    let answer = Box::pin(place.clients.s3().get_bucket_website().bucket(bucket).send());
    let read = once(
        place,
        &GET_BUCKET_WEBSITE,
        bucket,
        answer,
        |answer| answer.redirect_all_requests_to.is_none(),
        &["NoSuchWebsiteConfiguration"],
        || Some(false),
    );
    place.memo(&GET_BUCKET_WEBSITE, bucket, read).await
}
