//! CloudFront: distributions, their origins and TTLs, and whether they publish additional metrics.

use std::sync::Arc;

use aws_sdk_cloudfront::types::{
    CacheBehavior, CachePolicyConfig, DefaultCacheBehavior, DistributionSummary, EventType, FunctionAssociations,
    LambdaFunctionAssociations, RealtimeMetricsSubscriptionStatus,
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
call!(GET_CACHE_POLICY, "cloudfront", "CloudFront", "GetCachePolicy", "TTLs of cache policies");

pub(crate) static CALLS: &[&Call] = &[&LIST_DISTRIBUTIONS, &GET_MONITORING_SUBSCRIPTION, &GET_CACHE_POLICY];

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
    /// Behaviours with one of them on the response (`viewer-response`, `origin-response`).
    pub response_functions: u64,
    /// How each behaviour caches, the default one first.
    pub behaviours: Vec<Behaviour>,
}

/// How a behaviour caches.
#[derive(Clone, Debug)]
pub struct Behaviour {
    /// `PathPattern`; `*` for the default behaviour.
    pub path: Arc<str>,
    /// For how long.
    pub ttls: BehaviourTtls,
}

/// What says for how long a behaviour caches.
#[derive(Clone, Debug)]
pub enum BehaviourTtls {
    /// `CachePolicyId`.
    Policy(Arc<str>),
    /// Its own settings, from before there were cache policies.
    Own(Ttls),
    /// Neither is reported.
    Unreported,
}

/// For how long CloudFront keeps answers, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ttls {
    /// `MinTTL`.
    pub min_s: i64,
    /// `DefaultTTL`: where the origin says nothing.
    pub default_s: i64,
    /// `MaxTTL`; 0 caches nothing.
    pub max_s: i64,
}

impl Ttls {
    /// With CloudFront's documented defaults for what is left out: a day, a year, and never less than the ones before.
    fn of(min: i64, default: Option<i64>, max: Option<i64>) -> Ttls {
        let default_s = default.unwrap_or_else(|| min.max(86_400));
        Ttls { min_s: min, default_s, max_s: max.unwrap_or_else(|| default_s.max(31_536_000)) }
    }
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
    let behaviours = behaviours(&summary);
    Distribution {
        edge_behaviours: behaviours.iter().filter(|one| one.runs_functions()).count() as u64,
        response_functions: behaviours.iter().filter(|one| one.runs_on_response()).count() as u64,
        behaviours: behaviours.iter().map(AnyBehaviour::behaviour).collect(),
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

/// What default and other behaviours have in common.
struct AnyBehaviour<'a> {
    path: &'a str,
    functions: Option<&'a FunctionAssociations>,
    lambdas: Option<&'a LambdaFunctionAssociations>,
    policy: Option<&'a str>,
    /// `MinTTL`, `DefaultTTL`, `MaxTTL`.
    own: [Option<i64>; 3],
    forwards: bool,
}

impl<'a> From<&'a DefaultCacheBehavior> for AnyBehaviour<'a> {
    #[expect(deprecated, reason = "distributions made before cache policies have only these")]
    fn from(one: &'a DefaultCacheBehavior) -> Self {
        AnyBehaviour {
            path: "*",
            functions: one.function_associations.as_ref(),
            lambdas: one.lambda_function_associations.as_ref(),
            policy: one.cache_policy_id.as_deref(),
            own: [one.min_ttl, one.default_ttl, one.max_ttl],
            forwards: one.forwarded_values.is_some(),
        }
    }
}

impl<'a> From<&'a CacheBehavior> for AnyBehaviour<'a> {
    #[expect(deprecated, reason = "distributions made before cache policies have only these")]
    fn from(one: &'a CacheBehavior) -> Self {
        AnyBehaviour {
            path: &one.path_pattern,
            functions: one.function_associations.as_ref(),
            lambdas: one.lambda_function_associations.as_ref(),
            policy: one.cache_policy_id.as_deref(),
            own: [one.min_ttl, one.default_ttl, one.max_ttl],
            forwards: one.forwarded_values.is_some(),
        }
    }
}

impl AnyBehaviour<'_> {
    fn events(&self) -> impl Iterator<Item = &EventType> {
        let functions = self.functions.iter().flat_map(|list| list.items.iter().flatten()).map(|one| &one.event_type);
        let lambdas = self.lambdas.iter().flat_map(|list| list.items.iter().flatten()).map(|one| &one.event_type);
        functions.chain(lambdas)
    }

    fn runs_functions(&self) -> bool {
        self.functions.is_some_and(|list| list.quantity > 0) || self.lambdas.is_some_and(|list| list.quantity > 0)
    }

    fn runs_on_response(&self) -> bool {
        self.events().any(|event| matches!(event, EventType::ViewerResponse | EventType::OriginResponse))
    }

    fn behaviour(&self) -> Behaviour {
        let ttls = match (self.policy.filter(|id| !id.is_empty()), self.own) {
            (Some(policy), _) => BehaviourTtls::Policy(policy.into()),
            (None, [None, None, None]) if !self.forwards => BehaviourTtls::Unreported,
            (None, [min, default, max]) => BehaviourTtls::Own(Ttls::of(min.unwrap_or(0), default, max)),
        };
        Behaviour { path: self.path.into(), ttls }
    }
}

fn behaviours(summary: &DistributionSummary) -> Vec<AnyBehaviour<'_>> {
    let others = summary.cache_behaviors.iter().flat_map(|list| list.items.iter().flatten());
    summary.default_cache_behavior.iter().map(AnyBehaviour::from).chain(others.map(AnyBehaviour::from)).collect()
}

/// The TTLs of a cache policy, AWS's own policies included.
pub async fn cache_policy(place: &Place, id: &str) -> Arc<Read<Option<Ttls>>> {
    let place = place.global();
    let answer = Box::pin(place.clients.cloudfront().get_cache_policy().id(id).send());
    let take = |answer: aws_sdk_cloudfront::operation::get_cache_policy::GetCachePolicyOutput| {
        let config = answer.cache_policy.and_then(|policy| policy.cache_policy_config);
        config.map(|CachePolicyConfig { min_ttl, default_ttl, max_ttl, .. }| Ttls::of(min_ttl, default_ttl, max_ttl))
    };
    let read = once(place, &GET_CACHE_POLICY, id, answer, take, &[], || None);
    place.memo(&GET_CACHE_POLICY, id, read).await
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
