mod alarms;
mod caches;
mod cdn;
mod stages;

use std::sync::Arc;

use rung_rules::{
    facts::{self, Facts, Kind},
    model::{Cause, Gap, Observed},
};

use super::*;
use crate::{aws::Place, metrics, testing::place};

/// Every sort of cache, and who watches it.
const CACHES: &[&str] = &[
    "elasticache.DescribeReplicationGroups/two-pages",
    "elasticache.DescribeCacheClusters/two-pages",
    "elasticache.DescribeServerlessCaches/two-pages",
    "memorydb.DescribeClusters/two-pages",
    "dax.DescribeClusters/two-pages",
    "cloudwatch.GetMetricData/caches",
    "cloudwatch.DescribeAlarms/caches",
    "cloudwatch.ListDashboards/one",
    "cloudwatch.GetDashboard/caches",
];
/// No cache.
const NO_CACHES: &[&str] = &[
    "elasticache.DescribeReplicationGroups/empty",
    "elasticache.DescribeCacheClusters/empty",
    "elasticache.DescribeServerlessCaches/empty",
    "memorydb.DescribeClusters/empty",
    "dax.DescribeClusters/empty",
];
/// Nothing to cache.
const NOTHING: &[&str] = &[
    "rds.DescribeDBInstances/empty",
    "rds.DescribeDBClusters/empty",
    "elasticloadbalancing.DescribeLoadBalancers/empty",
    "apigateway.GetRestApis/empty-in-us-east-1",
    "apigateway.GetApis/empty-in-us-east-1",
    "s3.ListBuckets/empty",
    "cloudfront.ListDistributions/empty",
    "route53.ListHostedZones/empty",
];

/// What was seen, and every gap.
struct Seen {
    place: Arc<Place>,
    collected: Collected,
}

impl Seen {
    fn gaps(&self) -> Vec<Gap> {
        self.place.span.registry.snapshot().1
    }

    /// The gap behind an unknown fact.
    fn gap<T: std::fmt::Debug>(&self, fact: &Observed<T>) -> Gap {
        let Observed::Unknown { gap } = fact else { panic!("{fact:?} is known") };
        self.gaps().into_iter().find(|known| known.id == *gap).unwrap()
    }

    fn cause<T: std::fmt::Debug>(&self, fact: &Observed<T>) -> (Cause, String) {
        let gap = self.gap(fact);
        (gap.cause, gap.operation)
    }

    fn named<'a, T>(&'a self, name: &str, pick: impl Fn(&'a Facts) -> Option<&'a T>) -> &'a T {
        let named = self.collected.evidence.iter().filter(|one| one.subject.name.as_deref() == Some(name));
        named.filter_map(|one| pick(&one.facts)).next().unwrap_or_else(|| panic!("no {name} in {:#?}", self.collected))
    }

    fn cache(&self, name: &str) -> &facts::Cache {
        self.named(name, |facts| match facts {
            Facts::Cache(cache) => Some(&**cache),
            _ => None,
        })
    }

    fn stage(&self, name: &str) -> &facts::ApiStage {
        self.named(name, |facts| match facts {
            Facts::ApiStage(stage) => Some(&**stage),
            _ => None,
        })
    }

    fn demand(&self) -> &facts::CacheDemand {
        self.named("what could be cached", |facts| match facts {
            Facts::CacheDemand(demand) => Some(&**demand),
            _ => None,
        })
    }

    fn names(&self, kind: Kind) -> Vec<&str> {
        let of_kind = self.collected.evidence.iter().filter(|one| one.facts.kind() == kind);
        of_kind.filter_map(|one| one.subject.name.as_deref()).collect()
    }

    fn unseen(&self, kind: Kind) -> Vec<(Cause, String)> {
        let of_kind = self.collected.unseen.iter().filter(|unseen| unseen.kind == kind);
        of_kind.map(|unseen| self.cause(&Observed::<bool>::unknown(unseen.gap))).collect()
    }
}

/// The place of `cases`, with some of them replaced: a case of the same operation takes the old one's place.
async fn seen(cases: &[&[&str]], replaced: &[&str]) -> Seen {
    let operation = |case: &str| case.split('/').next().map(str::to_owned);
    let kept = cases.iter().copied().flatten();
    let kept = kept.filter(|case| !replaced.iter().any(|other| operation(other) == operation(case)));
    let place = place("us-east-1", &kept.chain(replaced).copied().collect::<Vec<_>>());
    let (ask, asked) = Ask::channel();
    ask_metrics(&place, &ask).await;
    drop(ask);
    let metrics = metrics::fetch(&place, asked).await;
    let collected = collect(&place, &metrics).await;
    let seen = Seen { place, collected };
    for gap in seen.gaps() {
        assert!(!gap.detail.contains("the recording has no"), "{}", gap.detail);
    }
    seen
}

#[tokio::test]
async fn nothing_is_nothing_and_asks_for_no_alarms() {
    let seen = seen(&[NO_CACHES, NOTHING], &[]).await;
    assert_eq!((seen.collected.evidence.len(), seen.collected.unseen.len()), (1, 0));
    assert_eq!((seen.demand().database.value(), seen.demand().public_origin.value()), (Some(&false), Some(&false)));
    assert_eq!(seen.gaps(), []);
}

#[tokio::test]
async fn what_could_be_cached() {
    let databases = seen(&[NO_CACHES, NOTHING], &["rds.DescribeDBInstances/two-pages"]).await;
    assert_eq!(databases.demand().database.value(), Some(&true));
    assert_eq!(databases.demand().public_origin.value(), Some(&false));
    let api = &["apigateway.GetRestApis/one-in-us-east-1", "apigateway.GetStages/empty"];
    let public = seen(&[NO_CACHES, NOTHING], api).await;
    assert_eq!(public.demand().public_origin.value(), Some(&true));
}

#[tokio::test]
async fn a_denied_list_of_databases_is_not_none() {
    let seen = seen(&[NO_CACHES, NOTHING], &["rds.DescribeDBClusters/denied"]).await;
    let expected = (Cause::DeniedByOrganizationPolicy, "rds:DescribeDBClusters".to_owned());
    assert_eq!(seen.cause(&seen.demand().database), expected);
}
