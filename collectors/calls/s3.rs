//! S3: buckets, their tiering, lifecycle and website configuration.

use std::sync::Arc;

use aws_sdk_s3::types::{ExpirationStatus, IntelligentTieringStatus, LifecycleRule};
use rung_rules::{
    facts::Kind,
    model::{Cause, Unseen},
};

use super::{Call, Price, call};
use crate::aws::{Listing, PageEnd, Place, Read, drain, once, pages};

/// LIST requests of S3 cost 0.005 USD a thousand; GET requests of a bucket's configuration are billed as GET.
const LIST: Price = Price::PerRequest(0.005 / 1000.0);
const GET: Price = Price::PerRequest(0.0004 / 1000.0);

call!(LIST_BUCKETS, "s3", "S3", "ListBuckets", "ListAllMyBuckets", LIST, "buckets and their regions");
call!(
    LIST_INTELLIGENT_TIERING,
    "s3",
    "S3",
    "ListBucketIntelligentTieringConfigurations",
    "GetIntelligentTieringConfiguration",
    GET,
    "Intelligent-Tiering configurations of buckets"
);
call!(
    GET_LIFECYCLE,
    "s3",
    "S3",
    "GetBucketLifecycleConfiguration",
    "GetLifecycleConfiguration",
    GET,
    "lifecycle rules of buckets"
);

pub(crate) static CALLS: &[&Call] = &[&LIST_BUCKETS, &LIST_INTELLIGENT_TIERING, &GET_LIFECYCLE];

/// A bucket.
#[derive(Clone, Debug)]
pub struct Bucket {
    /// `Name`.
    pub name: Arc<str>,
    /// `BucketRegion`.
    pub region: Option<Arc<str>>,
}

/// Every bucket of the account; asked once, at the global place.
pub async fn buckets(place: &Place) -> Arc<Listing<Bucket>> {
    let place = place.global();
    // With a page size S3 tells each bucket's region; without it does not.
    let stream = place.clients.s3().list_buckets().into_paginator().page_size(1000).send();
    let read = drain(place, &LIST_BUCKETS, "", stream, |page, items| {
        items.extend(page.buckets.unwrap_or_default().into_iter().filter_map(|bucket| {
            Some(Bucket { name: bucket.name?.into(), region: bucket.bucket_region.map(Arc::from) })
        }));
    });
    place.memo(&LIST_BUCKETS, "", read).await
}

/// The buckets that lie in the place's region.
pub fn here<'a>(place: &'a Place, buckets: &'a Listing<Bucket>) -> impl Iterator<Item = &'a Bucket> {
    buckets.items.iter().filter(|bucket| bucket.region.as_deref() == Some(&*place.region))
}

/// Why there may be more buckets here than [`here`] shows: not all were listed, or one that does not tell its region may
/// lie here.
pub(crate) fn unseen_here(place: &Place, kind: Kind, buckets: &Listing<Bucket>) -> Vec<Unseen> {
    let untold = buckets.items.iter().any(|bucket| bucket.region.is_none()).then(|| {
        let gap = place.gap(&LIST_BUCKETS, "BucketRegion", Cause::NotReported, "");
        Unseen { kind, account: place.account.clone(), region: place.region.clone(), gap }
    });
    place.unseen(kind, buckets).into_iter().chain(untold).collect()
}

/// Whether each of the bucket's Intelligent-Tiering configurations is enabled.
pub async fn intelligent_tiering(place: &Place, bucket: &str) -> Arc<Listing<bool>> {
    let client = place.clients.s3();
    let read = pages(
        place,
        &LIST_INTELLIGENT_TIERING,
        bucket,
        |token| {
            client.list_bucket_intelligent_tiering_configurations().bucket(bucket).set_continuation_token(token).send()
        },
        |page, items| {
            let configurations = page.intelligent_tiering_configuration_list.unwrap_or_default();
            items.extend(configurations.iter().map(|one| one.status == IntelligentTieringStatus::Enabled));
            match (page.is_truncated, page.next_continuation_token) {
                (Some(true), Some(token)) => PageEnd::More(token),
                _ => PageEnd::Last,
            }
        },
    );
    place.memo(&LIST_INTELLIGENT_TIERING, bucket, read).await
}

/// Whether an enabled lifecycle rule moves or expires the bucket's objects.
pub async fn has_lifecycle(place: &Place, bucket: &str) -> Arc<Read<bool>> {
    let answer = place.clients.s3().get_bucket_lifecycle_configuration().bucket(bucket).send();
    let read = once(
        place,
        &GET_LIFECYCLE,
        bucket,
        answer,
        |answer| answer.rules.unwrap_or_default().iter().any(moves_or_expires),
        &["NoSuchLifecycleConfiguration"],
        || Some(false),
    );
    place.memo(&GET_LIFECYCLE, bucket, read).await
}

fn moves_or_expires(rule: &LifecycleRule) -> bool {
    let moves = rule.transitions.as_ref().is_some_and(|list| !list.is_empty());
    rule.status == ExpirationStatus::Enabled && (moves || rule.expiration.is_some())
}
