//! The latency metrics of entry points, and whether they have data.

use std::sync::Arc;

use rung_rules::{
    facts::{EntryPointKind, LatencyData},
    model::Observed,
};

use super::entries::{Entries, Entry};
use crate::{
    aws::{Listing, Place, Read},
    calls::{
        cloudwatch::AlarmMetric,
        cloudwatch_metrics::{self, Dimension},
    },
    metrics::{Metric, MetricQuery, Metrics},
    network_performance::any_of,
};

static OF_LOAD_BALANCER: Metric =
    Metric::hourly("AWS/ApplicationELB", "TargetResponseTime", "Average", &["LoadBalancer"]);
static OF_REST_API: Metric = Metric::hourly("AWS/ApiGateway", "Latency", "Average", &["ApiName"]);
static OF_HTTP_API: Metric = Metric::hourly("AWS/ApiGateway", "Latency", "Average", &["ApiId"]);
/// CloudFront gives percentiles of it and no average.
static OF_DISTRIBUTION: Metric =
    Metric::hourly("AWS/CloudFront", "OriginLatency", "p50", &["DistributionId", "Region"]);
static OF_FUNCTION_URL: Metric = Metric::hourly("AWS/Lambda", "UrlRequestLatency", "Average", &["FunctionName"]);

const ECS: &str = "AWS/ECS";
/// Where Application Signals writes what services send.
const SIGNALS: &str = "ApplicationSignals";
/// Where it writes what it computes of objectives; some of AWS's examples have services there, too.
const SIGNALS_OF_AWS: &str = "AWS/ApplicationSignals";

/// The namespace of a kind's metrics.
pub(super) fn namespace(kind: EntryPointKind) -> &'static str {
    match kind {
        EntryPointKind::ApplicationLoadBalancer => "AWS/ApplicationELB",
        EntryPointKind::NetworkLoadBalancer => "AWS/NetworkELB",
        EntryPointKind::RestApi | EntryPointKind::HttpApi => "AWS/ApiGateway",
        EntryPointKind::Distribution => "AWS/CloudFront",
        EntryPointKind::FunctionUrl => "AWS/Lambda",
        EntryPointKind::EcsService => ECS,
    }
}

/// The metrics of that namespace that are latency. A Network Load Balancer has none.
pub(super) fn names(kind: EntryPointKind) -> &'static [&'static str] {
    match kind {
        EntryPointKind::ApplicationLoadBalancer | EntryPointKind::EcsService => &["TargetResponseTime"],
        EntryPointKind::NetworkLoadBalancer => &[],
        EntryPointKind::RestApi | EntryPointKind::HttpApi => &["Latency", "IntegrationLatency"],
        EntryPointKind::Distribution => &["OriginLatency"],
        EntryPointKind::FunctionUrl => &["UrlRequestLatency", "Duration"],
    }
}

/// Whether Application Signals writes there.
pub(super) fn is_service_namespace(namespace: &str) -> bool {
    [SIGNALS, SIGNALS_OF_AWS].contains(&namespace)
}

/// Whether a metric is the latency of a service that Application Signals knows.
pub(super) fn of_service(metric: &AlarmMetric) -> bool {
    is_service_namespace(&metric.namespace) && &*metric.metric == "Latency"
}

/// Whether a metric is latency, of whichever resource.
pub(super) fn is_latency(metric: &AlarmMetric) -> bool {
    let name = &*metric.metric;
    name.ends_with("Latency") || name.ends_with("ResponseTime") || name == "Duration"
}

/// What to ask for, where AWS publishes the latency by itself.
pub(super) fn query(entry: &Entry) -> Option<MetricQuery> {
    let (_, value) = entry.dimensions.first()?;
    match entry.kind {
        EntryPointKind::ApplicationLoadBalancer => Some(OF_LOAD_BALANCER.of(value)),
        EntryPointKind::RestApi => Some(OF_REST_API.of(value)),
        EntryPointKind::HttpApi => Some(OF_HTTP_API.of(value)),
        EntryPointKind::Distribution => {
            let on = matches!(entry.additional_metrics.as_deref(), Some(Read::Known { value: true, .. }));
            on.then(|| OF_DISTRIBUTION.of_all([value.clone(), "Global".into()]))
        }
        EntryPointKind::FunctionUrl => Some(OF_FUNCTION_URL.of(value)),
        EntryPointKind::NetworkLoadBalancer | EntryPointKind::EcsService => None,
    }
}

/// The latencies that services send by Service Connect and Application Signals, as far as an entry point may need them.
pub(super) struct Sent {
    by_connect: Option<Arc<Listing<Vec<Dimension>>>>,
    by_signals: Option<Arc<Listing<Vec<Dimension>>>>,
}

impl Sent {
    pub(super) async fn read(place: &Place, entries: &Entries) -> Sent {
        let has = |kind| entries.items.iter().any(|entry| entry.kind == kind);
        let services = has(EntryPointKind::EcsService);
        let signals = services || has(EntryPointKind::NetworkLoadBalancer);
        let connect = async {
            if !services {
                return None;
            }
            Some(cloudwatch_metrics::dimensions_of(place, ECS, "TargetResponseTime").await)
        };
        let signals = async {
            if !signals {
                return None;
            }
            Some(cloudwatch_metrics::dimensions_of(place, SIGNALS, "Latency").await)
        };
        let (by_connect, by_signals) = futures::join!(connect, signals);
        Sent { by_connect, by_signals }
    }

    /// Whether a latency of the entry point, or of a service behind it, was sent in the last two weeks.
    fn of(&self, entry: &Entry) -> Observed<bool> {
        let has = |set: &[Dimension], name: &str, value: &str| set.iter().any(|(n, v)| &**n == name && &**v == value);
        let own = |set: &Vec<Dimension>| entry.dimensions.iter().all(|(name, value)| has(set, name, value));
        let of_service = |set: &Vec<Dimension>| entry.services.iter().any(|name| has(set, "Service", name));
        let by_connect = self.by_connect.iter().filter(|_| entry.kind == EntryPointKind::EcsService);
        let by_connect = by_connect.map(|listing| listing.any(own));
        let by_signals = self.by_signals.iter().map(|listing| listing.any(of_service));
        any_of(by_connect.chain(by_signals).chain(entry.services_gap.map(Observed::unknown)), entry.from)
    }
}

/// Whether CloudWatch has its latency.
pub(super) fn data(entry: &Entry, sent: &Sent, metrics: &Metrics) -> Observed<LatencyData> {
    match (query(entry), entry.additional_metrics.as_deref()) {
        (_, Some(Read::Unknown { gap })) => Observed::unknown(*gap),
        (Some(query), _) => {
            metrics.has_data(&query).map(|data| if data { LatencyData::Present } else { LatencyData::Absent })
        }
        (None, Some(Read::Known { from, .. })) => Observed::known(LatencyData::TurnedOff, *from),
        (None, None) => sent.of(entry).map(|sent| if sent { LatencyData::Present } else { LatencyData::NotPublished }),
    }
}
