//! Where requests enter: load balancers, APIs, distributions, function URLs, and ECS services behind none of them.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use rung_rules::{
    facts::{EntryPointKind, Kind},
    model::{GapId, SourceId, Subject, Tags, Unseen},
};

use super::latency;
use crate::{
    at_once,
    aws::{Listing, Place, Read, home_of},
    calls::{
        apigateway, apigatewayv2, cloudfront,
        cloudwatch::AlarmMetric,
        cloudwatch_metrics, ecs,
        elbv2::{self, DESCRIBE_LOAD_BALANCERS, LoadBalancer},
        lambda, lambda_triggers,
    },
};

/// Requests about single functions and distributions under way at once.
const AT_ONCE: usize = 16;

/// An entry point.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) kind: EntryPointKind,
    pub(super) arn: Arc<str>,
    pub(super) name: Option<Arc<str>>,
    /// Tags, where the list of its kind shows them.
    pub(super) tags: Option<Tags>,
    /// The list it was read from.
    pub(super) from: SourceId,
    /// What tells its metrics from others', in the namespace of its kind.
    pub(super) dimensions: Vec<(&'static str, Arc<str>)>,
    /// Names under which Application Signals may know what answers here: its own, and of ECS services behind it.
    pub(super) services: Vec<Arc<str>>,
    /// Why more services may stand behind it.
    pub(super) services_gap: Option<GapId>,
    /// Whether a distribution publishes additional metrics.
    pub(super) additional_metrics: Option<Arc<Read<bool>>>,
}

impl Entry {
    /// Whether this metric is one of its own, or of a service behind it.
    pub(super) fn owns(&self, metric: &AlarmMetric) -> bool {
        let has = |name: &str, value: &str| metric.dimensions.iter().any(|(n, v)| &**n == name && &**v == value);
        let own = &*metric.namespace == latency::namespace(self.kind)
            && self.dimensions.iter().all(|(name, value)| has(name, value));
        own || (latency::is_service_namespace(&metric.namespace)
            && self.services.iter().any(|name| has("Service", name)))
    }

    /// Whether it is one of its latency.
    pub(super) fn is_latency(&self, metric: &AlarmMetric) -> bool {
        self.owns(metric) && (latency::names(self.kind).contains(&&*metric.metric) || latency::of_service(metric))
    }

    /// Namespace and metrics by which a query over all resources may be about its latency.
    pub(super) fn latency_queries(&self) -> (&'static str, &'static [&'static str]) {
        (latency::namespace(self.kind), latency::names(self.kind))
    }

    /// Who it is. A distribution belongs to no region, wherever its metrics are.
    pub(super) fn subject(&self, place: &Place) -> Subject {
        let place = if self.kind == EntryPointKind::Distribution { place.global() } else { place };
        place.subject(self.arn.clone(), self.name.as_deref(), self.tags.clone().unwrap_or_default())
    }
}

/// The entry points of a place.
#[derive(Debug, Default)]
pub(super) struct Entries {
    pub(super) items: Vec<Entry>,
    /// Lists that are not complete.
    pub(super) unseen: Vec<Unseen>,
}

impl Entries {
    pub(super) async fn read(place: &Place) -> Arc<Entries> {
        place.memo(&DESCRIBE_LOAD_BALANCERS, "entry points", read(place)).await
    }

    fn unseen<T>(&mut self, place: &Place, listing: &Listing<T>) {
        self.unseen.extend(place.unseen(Kind::EntryPoint, listing));
    }
}

async fn read(place: &Place) -> Entries {
    let mut entries = Entries::default();
    if holds_distributions(place) {
        distributions(place, &mut entries).await;
    }
    if !place.is_global() {
        let functions = functions(place);
        let (balancers, groups, rest, http, services, (functions, urls_unseen)) = futures::join!(
            elbv2::load_balancers(place),
            elbv2::target_groups(place),
            apigateway::rest_apis(place),
            apigatewayv2::apis(place),
            ecs::services(place),
            functions
        );
        entries.unseen(place, &balancers);
        let behind = Behind::new(&groups, &services);
        entries.items.extend(balancers.items.iter().filter_map(|one| load_balancer(one, balancers.from, &behind)));
        entries.unseen(place, &rest);
        entries.items.extend(rest.items.iter().filter_map(|api| rest_api(place, api, rest.from)));
        entries.unseen(place, &http);
        entries.items.extend(http.items.iter().filter_map(|api| http_api(place, api, http.from)));
        entries.unseen.extend(urls_unseen);
        entries.items.extend(functions);
        entries.unseen(place, &services);
        entries.items.extend(services.items.iter().filter_map(lonely_service));
    }
    entries
}

/// CloudFront has its metrics in one region, and so the alarms on them: that region's place has its distributions, so that
/// nothing is asked twice. The place without a region has them only when the region is not scanned.
fn holds_distributions(place: &Place) -> bool {
    let home = home_of(&place.partition);
    if place.is_global() { !place.regions.iter().any(|region| &**region == home) } else { &*place.region == home }
}

/// Enabled distributions.
async fn distributions(place: &Place, entries: &mut Entries) {
    let distributions = cloudfront::distributions(place).await;
    entries.unseen(place.global(), &distributions);
    let enabled = distributions.items.iter().filter(|one| one.enabled);
    let found = enabled.map(|one| async {
        let name = one.aliases.first().unwrap_or(&one.domain).clone();
        Entry {
            kind: EntryPointKind::Distribution,
            arn: one.arn.clone(),
            services: vec![name.clone()],
            name: Some(name),
            tags: None,
            from: distributions.from,
            dimensions: vec![("DistributionId", one.id.clone())],
            services_gap: None,
            additional_metrics: Some(cloudfront::additional_metrics(place, &one.id).await),
        }
    });
    entries.items.extend(at_once(AT_ONCE, found).await);
}

/// Which ECS services stand behind target groups, and those behind load balancers.
struct Behind {
    /// Names of services by the load balancer's ARN.
    services: HashMap<Arc<str>, Vec<Arc<str>>>,
    gap: Option<GapId>,
}

impl Behind {
    fn new(groups: &Listing<elbv2::TargetGroup>, services: &Listing<ecs::Service>) -> Behind {
        let mut by_group: HashMap<&str, Vec<&Arc<str>>> = HashMap::new();
        for service in services.items.iter().filter(|service| service.active()) {
            for group in &service.load_balancers {
                by_group.entry(group).or_default().push(&service.name);
            }
        }
        let mut behind = Behind { services: HashMap::new(), gap: groups.gap.or(services.gap) };
        for group in &groups.items {
            let names = by_group.get(&*group.arn).into_iter().flatten();
            for (balancer, name) in names.flat_map(|name| group.load_balancers.iter().map(move |one| (one, *name))) {
                behind.services.entry(balancer.clone()).or_default().push(name.clone());
            }
        }
        behind
    }
}

/// Application and network load balancers; a gateway load balancer passes packets on and answers nobody.
fn load_balancer(one: &LoadBalancer, from: SourceId, behind: &Behind) -> Option<Entry> {
    let kind = match one.kind.as_deref()? {
        "application" => EntryPointKind::ApplicationLoadBalancer,
        "network" => EntryPointKind::NetworkLoadBalancer,
        _ => return None,
    };
    let (_, dimension) = one.arn.split_once(":loadbalancer/")?;
    let of_services = behind.services.get(&one.arn).into_iter().flatten();
    Some(Entry {
        kind,
        arn: one.arn.clone(),
        name: one.name.clone(),
        tags: None,
        from,
        dimensions: vec![("LoadBalancer", dimension.into())],
        services: one.name.iter().chain(of_services).cloned().collect(),
        services_gap: behind.gap,
        additional_metrics: None,
    })
}

fn rest_api(place: &Place, api: &apigateway::RestApi, from: SourceId) -> Option<Entry> {
    // CloudWatch knows REST APIs by their names.
    let name = api.name.clone()?;
    Some(Entry {
        kind: EntryPointKind::RestApi,
        arn: api_arn(place, "restapis", &api.id),
        name: Some(name.clone()),
        tags: Some(api.tags.clone()),
        from,
        dimensions: vec![("ApiName", name.clone())],
        services: vec![name],
        services_gap: None,
        additional_metrics: None,
    })
}

/// An HTTP API. A WebSocket API keeps connections open: it has no latency of an answer.
fn http_api(place: &Place, api: &apigatewayv2::Api, from: SourceId) -> Option<Entry> {
    (api.protocol.as_deref() != Some("WEBSOCKET")).then(|| Entry {
        kind: EntryPointKind::HttpApi,
        arn: api_arn(place, "apis", &api.id),
        name: api.name.clone(),
        tags: Some(api.tags.clone()),
        from,
        dimensions: vec![("ApiId", api.id.clone())],
        services: api.name.iter().cloned().collect(),
        services_gap: None,
        additional_metrics: None,
    })
}

/// ARNs of API Gateway name no account.
fn api_arn(place: &Place, kind: &str, id: &str) -> Arc<str> {
    format!("arn:{}:apigateway:{}::/{kind}/{id}", place.partition, place.region).into()
}

/// Functions with a URL of their own that was requested in the last two weeks: one list of metrics tells which, instead of a
/// call for each function. Where the list cannot be read, each is asked.
async fn functions(place: &Place) -> (Vec<Entry>, Option<Unseen>) {
    let functions = lambda::functions(place).await;
    if functions.items.is_empty() {
        return (Vec::new(), place.unseen(Kind::EntryPoint, &*functions));
    }
    let requested = cloudwatch_metrics::dimensions_of(place, "AWS/Lambda", "UrlRequestCount").await;
    let named: HashSet<&str> = requested
        .items
        .iter()
        .flatten()
        .filter(|(name, _)| &**name == "FunctionName")
        .map(|(_, function)| &**function)
        .collect();
    let may = functions.items.iter().filter(|one| requested.gap.is_some() || named.contains(&*one.name));
    let asked = may.map(|one| async move { (one, lambda_triggers::urls(place, &one.name).await) });
    let asked = at_once(AT_ONCE, asked).await;
    let gap = asked.iter().find_map(|(_, urls)| urls.gap).or(functions.gap);
    let with_url = asked.iter().filter(|(_, urls)| !urls.items.is_empty());
    let entries = with_url.map(|(one, urls)| Entry {
        kind: EntryPointKind::FunctionUrl,
        arn: one.arn.clone(),
        name: Some(one.name.clone()),
        tags: None,
        from: urls.from,
        dimensions: vec![("FunctionName", one.name.clone())],
        services: vec![one.name.clone()],
        services_gap: None,
        additional_metrics: None,
    });
    let unseen = place.unseen(Kind::EntryPoint, &Listing::<()> { items: Vec::new(), from: functions.from, gap });
    (entries.collect(), unseen)
}

/// A service that wants tasks and stands behind no load balancer. A daemon is an agent on each instance: nobody enters there.
fn lonely_service(service: &ecs::Service) -> Option<Entry> {
    let lonely = service.active() && service.desired > 0 && !service.daemon && service.load_balancers.is_empty();
    lonely.then(|| Entry {
        kind: EntryPointKind::EcsService,
        arn: service.arn.clone(),
        name: Some(service.name.clone()),
        tags: Some(service.tags.clone()),
        from: service.from,
        dimensions: vec![("ClusterName", service.cluster.clone()), ("ServiceName", service.name.clone())],
        services: vec![service.name.clone()],
        services_gap: None,
        additional_metrics: None,
    })
}
