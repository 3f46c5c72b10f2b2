//! CloudFront: distributions, their origins, and whether they publish additional metrics.

use std::sync::Arc;

use aws_sdk_cloudfront::types::{
    DistributionSummary, FunctionAssociations, LambdaFunctionAssociations, RealtimeMetricsSubscriptionStatus,
};

use super::{Call, call};
use crate::aws::{Listing, Place, Read, drain, once};

call!(
    LIST_DISTRIBUTIONS,
    "cloudfront",
    "CloudFront",
    "ListDistributions",
    "distributions: origins, behaviours, functions at the edge"
);
call!(
    GET_MONITORING_SUBSCRIPTION,
    "cloudfront",
    "CloudFront",
    "GetMonitoringSubscription",
    "whether a distribution publishes its cache hit rate"
);

pub(crate) static CALLS: &[&Call] = &[&LIST_DISTRIBUTIONS, &GET_MONITORING_SUBSCRIPTION];

/// A distribution.
#[derive(Clone, Debug)]
pub struct Distribution {
    /// `Id`.
    pub id: Arc<str>,
    /// `ARN`.
    pub arn: Arc<str>,
    /// `DomainName`: `d111111abcdef8.cloudfront.net`.
    pub domain: Arc<str>,
    /// `Aliases`: the names its viewers use.
    pub aliases: Vec<Arc<str>>,
    /// `Enabled`.
    pub enabled: bool,
    /// `HttpVersion`, in lower case: AWS writes both `HTTP2` and `http2`.
    pub http_version: Arc<str>,
    /// `Origins`: every distribution has one, and the SDK makes an empty list of a missing one.
    pub origins: Option<Vec<Origin>>,
    /// Behaviours with `FunctionAssociations` or `LambdaFunctionAssociations`, the default one included.
    pub edge_behaviours: u64,
}

/// An origin of a distribution.
#[derive(Clone, Debug)]
pub struct Origin {
    /// `DomainName`, as it stands there.
    pub host: Arc<str>,
    /// `S3OriginConfig` is set: a bucket by its REST address.
    pub s3: bool,
}

/// Every distribution of the account, but those for staging, which serve only tests; asked once, at the global place.
pub async fn distributions(place: &Place) -> Arc<Listing<Distribution>> {
    let place = place.global();
    let stream = place.clients.cloudfront().list_distributions().into_paginator().page_size(100).send();
    let read = drain(place, &LIST_DISTRIBUTIONS, "", stream, |page, items| {
        let list = page.distribution_list.and_then(|list| list.items).unwrap_or_default();
        items.extend(list.into_iter().filter(|summary| !summary.staging).map(distribution));
    });
    place.memo(&LIST_DISTRIBUTIONS, "", read).await
}

fn distribution(summary: DistributionSummary) -> Distribution {
    let origins: Vec<_> = summary.origins.iter().flat_map(|origins| &origins.items).map(origin).collect();
    Distribution {
        edge_behaviours: edge_behaviours(&summary),
        id: summary.id.into(),
        arn: summary.arn.into(),
        domain: summary.domain_name.into(),
        aliases: summary.aliases.and_then(|list| list.items).unwrap_or_default().into_iter().map(Arc::from).collect(),
        enabled: summary.enabled,
        http_version: summary.http_version.as_str().to_ascii_lowercase().into(),
        origins: (!origins.is_empty()).then_some(origins),
    }
}

fn origin(origin: &aws_sdk_cloudfront::types::Origin) -> Origin {
    Origin { host: origin.domain_name.as_str().into(), s3: origin.s3_origin_config.is_some() }
}

fn edge_behaviours(summary: &DistributionSummary) -> u64 {
    let runs = |functions: &Option<FunctionAssociations>, lambdas: &Option<LambdaFunctionAssociations>| {
        functions.as_ref().is_some_and(|list| list.quantity > 0)
            || lambdas.as_ref().is_some_and(|list| list.quantity > 0)
    };
    let default = summary.default_cache_behavior.iter();
    let default = default.filter(|b| runs(&b.function_associations, &b.lambda_function_associations)).count();
    let others = summary.cache_behaviors.iter().flat_map(|list| list.items.iter().flatten());
    let others = others.filter(|b| runs(&b.function_associations, &b.lambda_function_associations)).count();
    (default + others) as u64
}

/// Whether the distribution publishes additional metrics; one without a subscription does not.
pub async fn additional_metrics(place: &Place, distribution: &str) -> Arc<Read<bool>> {
    let place = place.global();
    let request = place.clients.cloudfront().get_monitoring_subscription().distribution_id(distribution);
    let answer = Box::pin(request.send());
    let enabled = RealtimeMetricsSubscriptionStatus::Enabled;
    let read = once(
        place,
        &GET_MONITORING_SUBSCRIPTION,
        distribution,
        answer,
        |answer| {
            let subscription = answer.monitoring_subscription.and_then(|s| s.realtime_metrics_subscription_config);
            subscription.is_some_and(|config| config.realtime_metrics_subscription_status == enabled)
        },
        &["NoSuchMonitoringSubscription"],
        || Some(false),
    );
    place.memo(&GET_MONITORING_SUBSCRIPTION, distribution, read).await
}
