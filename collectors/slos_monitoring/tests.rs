mod account;
mod deployments;
mod entries;
mod objectives;

use std::sync::Arc;

use rung_rules::{
    facts::{self, Facts, Kind},
    model::{Cause, Evidence, Observed},
};

use crate::{
    Collected,
    aws::Place,
    metrics::{self, Ask},
    testing::place,
};

/// Something of everything, in us-east-1, whose place has the distributions.
const REGION: &[&str] = &[
    "apigateway.GetApis/entry-points",
    "apigateway.GetRestApis/entry-points",
    "application-signals.BatchGetServiceLevelObjectiveBudgetReport/of-four",
    "application-signals.GetServiceLevelObjective/of-four",
    "application-signals.ListServiceLevelObjectives/two-pages",
    "application-signals.ListTagsForResource/of-four",
    "cloudfront.GetMonitoringSubscription/never-shop",
    "cloudfront.GetMonitoringSubscription/on-static",
    "cloudfront.ListDistributions/two-pages",
    "cloudfront.ListTagsForResource/static-watched",
    "cloudwatch.DescribeAlarms/composite",
    "cloudwatch.DescribeAlarms/latency",
    "cloudwatch.DescribeAnomalyDetectors/shop-requests",
    "cloudwatch.GetMetricData/entry-points",
    "cloudwatch.ListMetrics/function-urls",
    "cloudwatch.ListMetrics/one-agent",
    "cloudwatch.ListMetrics/services",
    "codedeploy.BatchGetDeploymentGroups/of-two",
    "codedeploy.ListApplications/two-pages",
    "codedeploy.ListDeploymentGroups/of-three",
    "devops-guru.GetResourceCollection/tags",
    "ec2.DescribeInstances/two-plain",
    "ecs.DescribeServices/entry-points",
    "ecs.ListClusters/shop",
    "ecs.ListServices/entry-points",
    "elasticloadbalancing.DescribeLoadBalancers/entry-points",
    "elasticloadbalancing.DescribeTags/shop-watched",
    "elasticloadbalancing.DescribeTargetGroups/entry-points",
    "lambda.ListFunctionUrlConfigs/one",
    "lambda.ListFunctions/one",
    "lambda.ListTags/orders-api",
];
/// Nothing of anything.
const NOTHING: &[&str] = &[
    "apigateway.GetApis/none",
    "apigateway.GetRestApis/none",
    "application-signals.ListServiceLevelObjectives/empty",
    "cloudfront.ListDistributions/empty",
    "cloudwatch.DescribeAlarms/composite-empty",
    "cloudwatch.DescribeAlarms/empty",
    "codedeploy.ListApplications/empty",
    "ec2.DescribeInstances/none-running",
    "ecs.ListClusters/empty",
    "elasticloadbalancing.DescribeLoadBalancers/none",
    "elasticloadbalancing.DescribeTargetGroups/empty",
    "lambda.ListFunctions/empty",
];

/// What was collected, and where.
struct Seen {
    place: Arc<Place>,
    collected: Collected,
}

/// The cases of us-east-1 without `left_out`, and `more`.
async fn changed(left_out: &[&str], more: &[&str]) -> Seen {
    for case in left_out {
        assert!(REGION.contains(case), "{case} is not there to be left out");
    }
    let cases: Vec<&str> = REGION.iter().filter(|case| !left_out.contains(case)).chain(more).copied().collect();
    seen(&cases).await
}

async fn seen(cases: &[&str]) -> Seen {
    let place = place("us-east-1", cases);
    let (ask, asked) = Ask::channel();
    super::ask_metrics(&place, &ask).await;
    drop(ask);
    let metrics = metrics::fetch(&place, asked).await;
    let collected = super::collect(&place, &metrics).await;
    for gap in place.span.registry.snapshot().1 {
        assert!(!gap.detail.contains("the recording has no"), "{}", gap.detail);
    }
    Seen { place, collected }
}

macro_rules! facts_of {
    ($($name:ident, $kind:ident;)*) => {
        impl Seen {
            $(fn $name(&self, name: &str) -> &facts::$kind {
                let found = self.of(name).find_map(|evidence| match &evidence.facts {
                    Facts::$kind(facts) => Some(&**facts),
                    _ => None,
                });
                found.unwrap_or_else(|| panic!("no {name} in {:#?}", self.collected.evidence))
            })*
        }
    };
}
facts_of! {
    entry, EntryPoint;
    slo, Slo;
    target, DeploymentTarget;
    account, Monitoring;
}

impl Seen {
    fn of(&self, name: &str) -> impl Iterator<Item = &Evidence> {
        self.collected.evidence.iter().filter(move |evidence| evidence.subject.name.as_deref() == Some(name))
    }

    fn names(&self, kind: Kind) -> Vec<&str> {
        let of_kind = self.collected.evidence.iter().filter(|evidence| evidence.facts.kind() == kind);
        of_kind.filter_map(|evidence| evidence.subject.name.as_deref()).collect()
    }

    /// Cause and operation of the gap behind an unknown fact.
    fn gap<T: std::fmt::Debug>(&self, fact: &Observed<T>) -> (Cause, String) {
        let Observed::Unknown { gap } = fact else { panic!("{fact:?} is known") };
        let (_, gaps) = self.place.span.registry.snapshot();
        let gap = gaps.into_iter().find(|known| known.id == *gap).expect("a registered gap");
        (gap.cause, gap.operation)
    }

    /// The operations whose gaps leave subjects of a kind unseen.
    fn unseen(&self, kind: Kind) -> Vec<String> {
        let unseen = self.collected.unseen.iter().filter(|unseen| unseen.kind == kind);
        unseen.map(|unseen| self.gap(&Observed::<()>::unknown(unseen.gap)).1).collect()
    }
}

fn known<T: std::fmt::Debug>(fact: &Observed<T>) -> &T {
    fact.value().unwrap_or_else(|| panic!("{fact:?}"))
}

const DENIED: Cause = Cause::DeniedByIdentityPolicy;

#[tokio::test]
async fn every_request_is_answered_by_the_recordings() {
    let seen = changed(&[], &[]).await;
    let (_, gaps) = seen.place.span.registry.snapshot();
    let failed: Vec<_> = gaps
        .iter()
        .filter(|gap| !matches!(gap.cause, Cause::NotReported) && !gap.detail.contains("no report now"))
        .collect();
    assert!(failed.is_empty(), "{failed:#?}");
    assert!(seen.collected.unseen.is_empty(), "{:?}", seen.collected.unseen);
}

#[tokio::test]
async fn an_empty_region_is_empty_and_complete() {
    let seen = seen(NOTHING).await;
    assert!(seen.collected.unseen.is_empty(), "{:?}", seen.collected.unseen);
    assert_eq!(seen.collected.evidence.len(), 1, "{:?}", seen.collected.evidence);
    let account = seen.account("monitoring");
    assert_eq!((known(&account.compute), known(&account.entry_point), known(&account.slo)), (&0, &false, &false));
    assert_eq!(known(&account.deployment_target), &false);
}

#[tokio::test]
async fn the_place_without_a_region_asks_nothing_when_the_home_of_cloudfront_is_scanned() {
    let place = place("global", &[]);
    let (ask, asked) = Ask::channel();
    super::ask_metrics(&place, &ask).await;
    drop(ask);
    let collected = super::collect(&place, &metrics::fetch(&place, asked).await).await;
    assert!(collected.evidence.is_empty() && collected.unseen.is_empty());
    assert!(place.span.registry.snapshot().1.is_empty());
}
