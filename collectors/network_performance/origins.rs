//! Origins that the internet reaches directly, and whether a distribution stands before them.

use std::{
    collections::{BTreeSet, HashSet},
    sync::Arc,
};

use rung_rules::{
    facts::{Kind, OriginKind, PublicOrigin},
    model::{Cause, Evidence, GapId, Observed, SourceId, Tags},
};

use super::{
    hosts::{custom_api_domain, host, of_bucket},
    names::{Names, zones},
};
use crate::{
    Collected, at_once,
    aws::Place,
    calls::{
        Call,
        apigateway::{self, GET_REST_APIS, RestApi},
        apigatewayv2::{self, Api, GET_APIS},
        cloudfront::{self, LIST_DISTRIBUTIONS},
        elbv2::{self, DESCRIBE_LOAD_BALANCERS, LoadBalancer},
        s3, s3_website,
    },
};

/// Requests about single buckets under way at once.
const AT_ONCE: usize = 16;

/// The evidence about public origins.
pub(super) async fn collect(place: &Place, collected: &mut Collected) {
    let (fronts, balancers, rest, http) = futures::join!(
        Fronts::read(place),
        elbv2::load_balancers(place),
        apigateway::rest_apis(place),
        apigatewayv2::apis(place)
    );
    let unseen = [
        place.unseen(Kind::PublicOrigin, &balancers),
        place.unseen(Kind::PublicOrigin, &rest),
        place.unseen(Kind::PublicOrigin, &http),
    ];
    collected.unseen.extend(unseen.into_iter().flatten());
    let found = balancers.items.iter().filter_map(|one| load_balancer(place, one, balancers.from, &fronts));
    collected.evidence.extend(found);
    websites(place, &fronts, collected).await;
    collected.evidence.extend(rest.items.iter().filter_map(|api| rest_api(place, api, rest.from, &fronts)));
    collected.evidence.extend(http.items.iter().filter_map(|api| http_api(place, api, http.from, &fronts)));
}

/// The hosts that enabled distributions fetch from.
struct Fronts<'a> {
    hosts: HashSet<String>,
    from: SourceId,
    /// Why there may be more distributions or origins.
    gap: Option<GapId>,
    /// An origin that leads nobody knows where, and why no record explains it.
    open: Option<(String, Option<GapId>)>,
    global: &'a Place,
}

impl Fronts<'_> {
    async fn read(place: &Place) -> Fronts<'_> {
        let (distributions, zones) = futures::join!(cloudfront::distributions(place), zones(place));
        let names = Names::of(&zones);
        let enabled = || distributions.items.iter().filter(|one| one.enabled);
        let (mut hosts, mut open) = (HashSet::new(), BTreeSet::new());
        for origin in enabled().flat_map(|one| one.origins.iter().flatten()) {
            let leads = names.follow(&origin.host);
            hosts.extend(leads.hosts);
            open.extend(leads.open);
        }
        let global = place.global();
        let untold = enabled().any(|one| one.origins.is_none());
        let untold = untold.then(|| not_reported(global, &LIST_DISTRIBUTIONS, "Origins"));
        let open = open.pop_first().map(|first| (first, names.gap));
        Fronts { hosts, from: distributions.from, gap: distributions.gap.or(untold), open, global }
    }

    /// Whether a distribution fetches from one of these hosts. An origin that leads nobody knows where leaves it open.
    fn stand_before(&self, candidates: &[String]) -> Observed<bool> {
        let found = candidates.iter().any(|candidate| self.hosts.contains(candidate));
        match (found, self.gap, &self.open) {
            (true, _, _) | (false, None, None) => Observed::known(found, self.from),
            (false, Some(gap), _) => Observed::unknown(gap),
            (false, None, Some((_, Some(gap)))) => Observed::unknown(*gap),
            (false, None, Some((origin, None))) => {
                let what = format!("where the origin {origin} leads");
                Observed::unknown(not_reported(self.global, &LIST_DISTRIBUTIONS, &what))
            }
        }
    }

    /// The same for an API. A distribution before a custom domain of the region may lead to any API there: which one, none
    /// of our calls shows.
    fn stand_before_api(&self, place: &Place, id: &str, call: &'static Call) -> Observed<bool> {
        let seen = self.stand_before(&[format!("{id}.execute-api.{}.{}", place.region, suffix(place))]);
        match (&seen, custom_api_domain(&self.hosts, &place.region)) {
            (Observed::Known { value: false, .. }, Some(domain)) => {
                Observed::unknown(not_reported(place, call, &format!("the API behind {domain}")))
            }
            _ => seen,
        }
    }
}

fn not_reported(place: &Place, call: &Call, what: &str) -> GapId {
    place.gap(call, what, Cause::NotReported, "")
}

fn suffix(place: &Place) -> &'static str {
    if &*place.partition == "aws-cn" { "amazonaws.com.cn" } else { "amazonaws.com" }
}

fn evidence(place: &Place, arn: Arc<str>, name: Option<&str>, tags: Tags, facts: PublicOrigin) -> Evidence {
    Evidence { subject: place.subject(arn, name, tags), facts: facts.into() }
}

/// An application load balancer, unless it is internal.
fn load_balancer(place: &Place, one: &LoadBalancer, from: SourceId, fronts: &Fronts<'_>) -> Option<Evidence> {
    let call = &DESCRIBE_LOAD_BALANCERS;
    if one.kind.as_deref().is_some_and(|kind| kind != "application") || one.scheme.as_deref() == Some("internal") {
        return None;
    }
    let public = one.kind.as_ref().and(one.scheme.as_ref()).map(|scheme| &**scheme == "internet-facing");
    let facts = PublicOrigin {
        origin: OriginKind::LoadBalancer,
        public: place.reported(public, from, call, "Type or Scheme"),
        behind_distribution: match &one.dns_name {
            Some(name) => fronts.stand_before(&[host(name)]),
            None => place.reported(None, from, call, "DNSName"),
        },
        endpoint_type: Observed::known(None, from),
    };
    Some(evidence(place, one.arn.clone(), one.name.as_deref(), Tags::new(), facts))
}

/// The websites of the region's buckets.
async fn websites(place: &Place, fronts: &Fronts<'_>, collected: &mut Collected) {
    let buckets = s3::buckets(place).await;
    collected.unseen.extend(s3::unseen_here(place, Kind::PublicOrigin, &buckets));
    let found = s3::here(place, &buckets).map(|bucket| website(place, bucket, buckets.from, fronts));
    collected.evidence.extend(at_once(AT_ONCE, found).await.into_iter().flatten());
}

async fn website(place: &Place, bucket: &s3::Bucket, from: SourceId, fronts: &Fronts<'_>) -> Option<Evidence> {
    let public = s3_website::is_website(place, &bucket.name).await.fact(|website| *website);
    if public.value() == Some(&false) {
        return None;
    }
    let facts = PublicOrigin {
        origin: OriginKind::Website,
        public,
        behind_distribution: fronts.stand_before(&of_bucket(&bucket.name, &place.region, suffix(place))),
        endpoint_type: Observed::known(None, from),
    };
    let arn = format!("arn:{}:s3:::{}", place.partition, bucket.name).into();
    Some(evidence(place, arn, Some(&bucket.name), Tags::new(), facts))
}

/// A REST API, unless it is private. AWS puts an edge-optimised one behind a distribution of its own.
fn rest_api(place: &Place, api: &RestApi, from: SourceId, fronts: &Fronts<'_>) -> Option<Evidence> {
    let kind = api.endpoint_type.as_deref();
    if kind == Some("PRIVATE") {
        return None;
    }
    let field = "endpointConfiguration.types";
    let facts = PublicOrigin {
        origin: OriginKind::RestApi,
        public: place.reported(kind.map(|_| true), from, &GET_REST_APIS, field),
        behind_distribution: match kind {
            Some("EDGE") => Observed::known(true, from),
            _ => fronts.stand_before_api(place, &api.id, &GET_REST_APIS),
        },
        endpoint_type: place.reported(kind.map(|kind| Some(kind.to_owned())), from, &GET_REST_APIS, field),
    };
    Some(evidence(place, api_arn(place, "restapis", &api.id), api.name.as_deref(), api.tags.clone(), facts))
}

/// An HTTP API. CloudFront caches nothing of a WebSocket API, which is left out.
fn http_api(place: &Place, api: &Api, from: SourceId, fronts: &Fronts<'_>) -> Option<Evidence> {
    let protocol = api.protocol.as_deref();
    if protocol.is_some_and(|protocol| protocol != "HTTP") {
        return None;
    }
    let facts = PublicOrigin {
        origin: OriginKind::HttpApi,
        public: place.reported(protocol.map(|_| true), from, &GET_APIS, "ProtocolType"),
        behind_distribution: fronts.stand_before_api(place, &api.id, &GET_APIS),
        endpoint_type: Observed::known(None, from),
    };
    Some(evidence(place, api_arn(place, "apis", &api.id), api.name.as_deref(), api.tags.clone(), facts))
}

/// ARNs of API Gateway name no account.
fn api_arn(place: &Place, kind: &str, id: &str) -> Arc<str> {
    format!("arn:{}:apigateway:{}::/{kind}/{id}", place.partition, place.region).into()
}
