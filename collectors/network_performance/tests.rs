mod account;
mod distributions;
mod origins;
mod vpcs;

use std::sync::Arc;

use rung_rules::{
    facts::{self, Facts, Kind, OriginKind},
    model::{Cause, Gap, Observed},
};

use super::{any_of, offered_or_none};
use crate::{
    Collected,
    aws::Place,
    calls::{ec2_network, internetmonitor, route53},
    metrics::{self, Ask},
    testing::place,
};

const GLOBAL: &[&str] = &[
    "cloudfront.ListDistributions/two-pages",
    "cloudfront.GetMonitoringSubscription/on-static",
    "cloudfront.GetMonitoringSubscription/never-shop",
    "cloudfront.GetMonitoringSubscription/off-disabled",
    "cloudfront.GetCachePolicy/optimized",
    "cloudwatch.GetMetricData/cache-hit-rate",
    "cloudwatch.DescribeAlarms/distributions",
    "cloudwatch.ListDashboards/one",
    "cloudwatch.GetDashboard/caches",
    "globalaccelerator.ListAccelerators/two-pages",
    "route53.ListHostedZones/public-and-private",
    "route53.ListResourceRecordSets/public",
    "route53.ListResourceRecordSets/private",
];
const REGION: &[&str] = &[
    "cloudfront.ListDistributions/two-pages",
    "route53.ListHostedZones/public-and-private",
    "route53.ListResourceRecordSets/public",
    "route53.ListResourceRecordSets/private",
    "ec2.DescribeVpcs/two-pages",
    "ec2.DescribeSubnets/public-and-private",
    "ec2.DescribeRouteTables/main-and-own",
    "ec2.DescribeNatGateways/available-and-deleted",
    "ec2.DescribeVpcEndpoints/gateway-and-interface",
    "ec2.DescribeNetworkInterfaces/two-pages",
    "ec2.DescribeAwsNetworkPerformanceMetricSubscriptions/one",
    "elasticloadbalancing.DescribeLoadBalancers/public-and-internal",
    "apigateway.GetRestApis/two-pages",
    "apigateway.GetApis/two-pages",
    "s3.ListBuckets/websites",
    "s3.GetBucketWebsite/of-four-buckets",
    "internetmonitor.ListMonitors/two-pages",
    "networkmonitor.ListMonitors/active",
    "synthetics.DescribeCanaries/two-pages",
];

/// The place of `cases`, with some of them replaced: a case of the same operation takes the old one's place.
fn with(region: &str, cases: &[&str], replaced: &[&str]) -> Arc<Place> {
    let operation = |case: &str| case.split('/').next().map(str::to_owned);
    let kept = cases.iter().filter(|case| !replaced.iter().any(|other| operation(other) == operation(case)));
    place(region, &kept.chain(replaced).copied().collect::<Vec<_>>())
}

async fn collect(place: &Arc<Place>) -> Collected {
    let (ask, asked) = Ask::channel();
    super::ask_metrics(place, &ask).await;
    drop(ask);
    let metrics = metrics::fetch(place, asked).await;
    super::collect(place, &metrics).await
}

async fn regional(replaced: &[&str]) -> (Arc<Place>, Collected) {
    let place = with("eu-west-1", REGION, replaced);
    let collected = collect(&place).await;
    (place, collected)
}

async fn global(replaced: &[&str]) -> (Arc<Place>, Collected) {
    let place = with("global", GLOBAL, replaced);
    let collected = collect(&place).await;
    (place, collected)
}

macro_rules! facts_of {
    ($name:ident, $kind:ident) => {
        fn $name<'a>(collected: &'a Collected, id: &str) -> &'a facts::$kind {
            let of_id = |arn: &str| arn.rsplit(['/', ':']).next() == Some(id) || arn.contains(&format!("/{id}/"));
            let found = collected.evidence.iter().find_map(|evidence| match &evidence.facts {
                Facts::$kind(facts) if of_id(&evidence.subject.arn) => Some(facts),
                _ => None,
            });
            found.unwrap_or_else(|| panic!("no {id} in {:#?}", collected.evidence))
        }
    };
}
facts_of!(vpc, Vpc);
facts_of!(origin, PublicOrigin);
facts_of!(distribution, Distribution);
facts_of!(network, RegionalNetwork);
facts_of!(edge, GlobalNetwork);

fn count(collected: &Collected, kind: Kind) -> usize {
    collected.evidence.iter().filter(|evidence| evidence.facts.kind() == kind).count()
}

fn names(values: &[&str]) -> Vec<String> {
    values.iter().map(|value| (*value).to_owned()).collect()
}

/// The gap behind an unknown fact.
fn gap<T: std::fmt::Debug>(place: &Place, fact: &Observed<T>) -> Gap {
    let Observed::Unknown { gap } = fact else { panic!("{fact:?} is known") };
    let (_, gaps) = place.span.registry.snapshot();
    gaps.into_iter().find(|known| known.id == *gap).expect("a registered gap")
}

fn cause<T: std::fmt::Debug>(place: &Place, fact: &Observed<T>) -> (Cause, String) {
    let gap = gap(place, fact);
    (gap.cause, gap.operation)
}

#[tokio::test]
async fn every_request_of_a_region_is_answered_by_the_recordings() {
    let (place, _) = regional(&[]).await;
    let (_, gaps) = place.span.registry.snapshot();
    let failed: Vec<_> = gaps.iter().filter(|gap| matches!(gap.cause, Cause::Failed | Cause::CutShort)).collect();
    assert!(failed.is_empty(), "{failed:#?}");
}

#[tokio::test]
async fn every_request_without_a_region_is_answered_by_the_recordings() {
    let (place, _) = global(&[]).await;
    let (_, gaps) = place.span.registry.snapshot();
    let failed: Vec<_> = gaps.iter().filter(|gap| matches!(gap.cause, Cause::Failed | Cause::CutShort)).collect();
    assert!(failed.is_empty(), "{failed:#?}");
}
