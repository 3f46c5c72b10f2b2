//! CloudFront distributions.

use std::sync::Arc;

use rung_rules::{
    facts::{self, Kind},
    model::{Cause, Evidence, Observed, SourceId},
};

use super::hosts::{host, is_bucket};
use crate::{
    Collected, at_once,
    aws::{Place, Read},
    caching::{self, CdnCaching},
    calls::{
        cloudfront::{self, Distribution, LIST_DISTRIBUTIONS},
        cloudwatch::GET_METRIC_DATA,
    },
    metrics::{Metric, MetricQuery, Metrics},
};

static CACHE_HIT_RATE: Metric =
    Metric::hourly("AWS/CloudFront", "CacheHitRate", "Average", &["DistributionId", "Region"]);

/// Requests about single distributions under way at once.
const AT_ONCE: usize = 8;

/// The hit rates of enabled distributions that publish them.
pub(super) async fn metric_queries(place: &Place) -> Vec<MetricQuery> {
    let distributions = cloudfront::distributions(place).await;
    let asked = distributions.items.iter().filter(|one| one.enabled).map(|one| async move {
        let published = cloudfront::additional_metrics(place, &one.id).await;
        (!is_off(&published)).then(|| hit_rate(&one.id))
    });
    at_once(AT_ONCE, asked).await.into_iter().flatten().collect()
}

/// The evidence about distributions.
pub(super) async fn collect(place: &Place, metrics: &Metrics, collected: &mut Collected) {
    let distributions = cloudfront::distributions(place).await;
    collected.unseen.extend(place.unseen(Kind::Distribution, &distributions));
    if distributions.items.is_empty() {
        return;
    }
    let (from, watches) = (distributions.from, CdnCaching::read(place).await);
    let evidence = distributions.items.iter().map(|one| evidence(place, one, from, metrics, &watches));
    collected.evidence.extend(at_once(AT_ONCE, evidence).await);
}

async fn evidence(
    place: &Place,
    one: &Distribution,
    from: SourceId,
    metrics: &Metrics,
    watches: &CdnCaching,
) -> Evidence {
    let published = cloudfront::additional_metrics(place, &one.id).await;
    let (cache_behaviours, caching) = caching::behaviours(place, one, from).await;
    let (hit_rate_alarm, hit_rate_widget) = watches.watched(place, one);
    let facts = facts::Distribution {
        enabled: Observed::known(one.enabled, from),
        http_version: Observed::known(one.http_version.to_string(), from),
        static_origin: place.reported(has_static_origin(one), from, &LIST_DISTRIBUTIONS, "Origins"),
        additional_metrics: published.fact(|published| *published),
        cache_hit_rate_percent: cache_hit_rate(place, one, &published, metrics),
        edge_behaviours: Observed::known(one.edge_behaviours, from),
        response_functions: Observed::known(one.response_functions, from),
        cache_behaviours,
        caching,
        hit_rate_alarm,
        hit_rate_widget,
    };
    let name = one.aliases.first().unwrap_or(&one.domain);
    Evidence { subject: place.subject(one.arn.clone(), Some(name), Default::default()), facts: facts.into() }
}

/// Without data and without a word on whether it is published, that word is what is missing.
fn cache_hit_rate(place: &Place, one: &Distribution, published: &Read<bool>, metrics: &Metrics) -> Observed<f64> {
    let query = hit_rate(&one.id);
    match published {
        Read::Known { value: false, .. } => not_published(place, one),
        Read::Unknown { gap } if metrics.is_empty(&query) => Observed::unknown(*gap),
        _ => metrics.get(&query).map(|summary| summary.mean()),
    }
}

fn hit_rate(distribution: &Arc<str>) -> MetricQuery {
    CACHE_HIT_RATE.of_all([distribution.clone(), "Global".into()])
}

fn is_off(published: &Read<bool>) -> bool {
    matches!(published, Read::Known { value: false, .. })
}

/// AWS publishes a hit rate only while additional metrics are on.
fn not_published(place: &Place, one: &Distribution) -> Observed<f64> {
    let what = format!("AWS/CloudFront CacheHitRate of {} (turn on its additional metrics)", one.id);
    Observed::unknown(place.gap(&GET_METRIC_DATA, &what, Cause::NoData, ""))
}

/// An S3 origin, or a custom one with a bucket's address: S3 websites can only be custom origins.
fn has_static_origin(one: &Distribution) -> Option<bool> {
    let origins = one.origins.as_ref()?;
    Some(origins.iter().any(|origin| origin.s3 || is_bucket(&host(&origin.host))))
}
