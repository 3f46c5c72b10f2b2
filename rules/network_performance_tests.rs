use crate::{
    facts::{Distribution, Facts, GlobalNetwork, Kind, OriginKind, PublicOrigin, RegionalNetwork, Vpc},
    model::{Control, Outcome::*},
    testing::{Case, case, check, days_ago, known, of, times, unknown},
};

fn vpc(change: impl FnOnce(&mut Vpc)) -> Vpc {
    let mut vpc = Vpc {
        in_use: known(true),
        private_route_tables: known(2),
        s3_route_tables: known(2),
        dynamodb_route_tables: known(None),
        services_in_use: names(5),
        services_without_endpoint: names(0),
        nat_gateways: known(1),
    };
    change(&mut vpc);
    vpc
}

fn names(count: usize) -> crate::model::Observed<Vec<String>> {
    known((0..count).map(|n| format!("service{n}")).collect())
}

fn origin(origin: OriginKind, behind: bool) -> PublicOrigin {
    PublicOrigin { origin, public: known(true), behind_distribution: known(behind), endpoint_type: known(None) }
}

fn balancer(behind: bool) -> PublicOrigin {
    origin(OriginKind::LoadBalancer, behind)
}

fn distribution(change: impl FnOnce(&mut Distribution)) -> Distribution {
    let mut distribution = Distribution {
        enabled: known(true),
        http_version: known("http2".to_owned()),
        static_origin: known(true),
        additional_metrics: known(true),
        cache_hit_rate_percent: known(97.0),
        edge_behaviours: known(0),
        response_functions: known(0),
        cache_behaviours: known(vec![]),
        caching: known(true),
        hit_rate_alarm: known(false),
        hit_rate_widget: known(false),
    };
    change(&mut distribution);
    distribution
}

fn hit_rate(percent: f64) -> Vec<Facts> {
    of([distribution(|d| d.cache_hit_rate_percent = known(percent))])
}

fn regional(change: impl FnOnce(&mut RegionalNetwork)) -> RegionalNetwork {
    let mut network = RegionalNetwork {
        vpc_in_use: known(true),
        public_origin: known(true),
        internet_monitor: known(false),
        network_monitor: known(false),
        performance_subscription: known(false),
        canaries_since: known(None),
    };
    change(&mut network);
    network
}

fn global(change: impl FnOnce(&mut GlobalNetwork)) -> GlobalNetwork {
    let mut network = GlobalNetwork {
        distribution: known(false),
        edge_functions: known(false),
        accelerator: known(false),
        latency_routing: known(false),
    };
    change(&mut network);
    network
}

fn unused(network: &mut RegionalNetwork) {
    network.vpc_in_use = known(false);
    network.public_origin = known(false);
}

fn cdn_static() -> Vec<Case> {
    let id = "cdn-static";
    let dynamic = |d: &mut Distribution| d.static_origin = known(false);
    let off = |d: &mut Distribution| d.enabled = known(false);
    let website = |behind| of([origin(OriginKind::Website, behind)]);
    vec![
        case(id, "met", [of([distribution(|_| ())]), of([balancer(false)])].concat(), Met),
        case(id, "one of many is enough", of([distribution(dynamic), distribution(|_| ())]), Met),
        case(id, "unmet", of([distribution(dynamic)]), Unmet),
        case(id, "no distribution though something is public", of([balancer(false)]), Unmet),
        case(
            id,
            "a website behind a distribution is static",
            [of([distribution(dynamic)]), website(true)].concat(),
            Met,
        ),
        case(
            id,
            "a load balancer behind one is not",
            [of([distribution(dynamic)]), of([balancer(true)])].concat(),
            Unmet,
        ),
        case(id, "a disabled distribution serves nobody", [of([distribution(off)]), website(false)].concat(), Unmet),
        case(id, "a disabled one alone", of([distribution(off)]), NotApplicable),
        case(id, "unknown", of([distribution(|d| d.static_origin = unknown())]), Unknown),
        case(id, "distributions not listed", of([balancer(false)]), Unknown).unseen(Kind::Distribution),
        case(id, "met whatever was not listed", of([distribution(|_| ())]), Met).unseen(Kind::PublicOrigin),
        case(id, "nothing", vec![], NotApplicable),
        case(id, "nothing listed", vec![], Unknown).unseen(Kind::PublicOrigin),
    ]
}

fn cdn_for_public_origins() -> Vec<Case> {
    let id = "cdn-for-public-origins";
    let hidden = |o: PublicOrigin| PublicOrigin { behind_distribution: unknown(), ..o };
    let perhaps = |o: PublicOrigin| PublicOrigin { public: unknown(), ..o };
    vec![
        case(id, "met", of([balancer(true), origin(OriginKind::RestApi, true)]), Met),
        case(id, "unmet", of([balancer(true), origin(OriginKind::HttpApi, false)]), Unmet),
        case(id, "unknown", of([balancer(true), hidden(balancer(false))]), Unknown),
        case(id, "one counter-example beats the unseen", of([balancer(false)]), Unmet).unseen(Kind::PublicOrigin),
        case(id, "perhaps not public", of([perhaps(balancer(false))]), Unknown),
        case(id, "others unseen", of([balancer(true)]), Unknown).unseen(Kind::PublicOrigin),
        case(id, "nothing", vec![], NotApplicable),
    ]
}

fn vpc_endpoints() -> Vec<Case> {
    let id = "vpc-endpoints";
    let of_vpc = |change: fn(&mut Vpc)| of([vpc(|_| ()), vpc(change)]);
    vec![
        case(id, "met", of(times(2, vpc(|_| ()))), Met),
        case(id, "unmet", of_vpc(|v| v.s3_route_tables = known(1)), Unmet),
        case(id, "services below", of_vpc(|v| v.services_without_endpoint = names(2)), Unmet),
        case(id, "services at", of_vpc(|v| v.services_without_endpoint = names(1)), Met),
        case(
            id,
            "services above",
            of_vpc(|v| {
                v.services_in_use = names(6);
                v.services_without_endpoint = names(1)
            }),
            Met,
        ),
        case(id, "no service in use needs none", of_vpc(|v| v.services_in_use = names(0)), Met),
        case(
            id,
            "none in use, endpoints hidden",
            of_vpc(|v| {
                v.services_in_use = names(0);
                v.services_without_endpoint = unknown()
            }),
            Met,
        ),
        case(
            id,
            "public subnets only",
            of_vpc(|v| {
                v.private_route_tables = known(0);
                v.s3_route_tables = known(0)
            }),
            Met,
        ),
        case(
            id,
            "public subnets only, endpoints hidden",
            of_vpc(|v| {
                v.private_route_tables = known(0);
                v.s3_route_tables = unknown();
                v.dynamodb_route_tables = unknown()
            }),
            Met,
        ),
        case(id, "dynamodb everywhere", of_vpc(|v| v.dynamodb_route_tables = known(Some(2))), Met),
        case(id, "dynamodb on one of two", of_vpc(|v| v.dynamodb_route_tables = known(Some(1))), Unmet),
        case(id, "unknown", of_vpc(|v| v.s3_route_tables = unknown()), Unknown),
        case(id, "services hidden", of_vpc(|v| v.services_in_use = unknown()), Unknown),
        case(
            id,
            "no gateway, whatever is hidden",
            of_vpc(|v| {
                v.s3_route_tables = known(0);
                v.services_in_use = unknown()
            }),
            Unmet,
        ),
        case(id, "perhaps in use", of_vpc(|v| v.in_use = unknown()), Unknown),
        case(
            id,
            "nothing",
            of([vpc(|v| {
                v.in_use = known(false);
                v.s3_route_tables = known(0)
            })]),
            NotApplicable,
        ),
        case(id, "nothing listed", vec![], Unknown).unseen(Kind::Vpc),
    ]
}

fn latency_baseline() -> Vec<Case> {
    let id = "latency-baseline";
    let one = |change: fn(&mut RegionalNetwork)| of([regional(|_| ()), regional(change)]);
    vec![
        case(id, "met", one(|n| n.internet_monitor = known(true)), Met),
        case(id, "a network monitor", one(|n| n.network_monitor = known(true)), Met),
        case(id, "a subscription", one(|n| n.performance_subscription = known(true)), Met),
        case(id, "canaries above", one(|n| n.canaries_since = known(Some(days_ago(15)))), Met),
        case(id, "canaries at", one(|n| n.canaries_since = known(Some(days_ago(14)))), Met),
        case(id, "canaries below", one(|n| n.canaries_since = known(Some(days_ago(13)))), Unknown),
        case(id, "unknown", one(|_| ()), Unknown),
        case(id, "met in one region, denied in the other", one(|n| n.internet_monitor = known(true)), Met)
            .unseen(Kind::RegionalNetwork),
        case(
            id,
            "a hidden monitor beside a seen one",
            one(|n| {
                n.internet_monitor = unknown();
                n.network_monitor = known(true)
            }),
            Met,
        ),
        case(id, "only a distribution", of([global(|n| n.distribution = known(true))]), Unknown),
        case(id, "nothing", [of([regional(unused)]), of([global(|_| ())])].concat(), NotApplicable),
        case(
            id,
            "perhaps a network",
            of([regional(|n| {
                unused(n);
                n.vpc_in_use = unknown()
            })]),
            Unknown,
        ),
    ]
}

fn cdn_hit_rate() -> Vec<Case> {
    let id = "cdn-hit-rate-95";
    let low = |change: fn(&mut Distribution)| {
        of([distribution(|d| {
            d.cache_hit_rate_percent = known(10.0);
            change(d)
        })])
    };
    vec![
        case(id, "met", hit_rate(97.0), Met),
        case(id, "unmet", [hit_rate(99.0), hit_rate(60.0)].concat(), Unmet),
        case(id, "below", hit_rate(94.9), Unmet),
        case(id, "at", hit_rate(95.0), Met),
        case(id, "above", hit_rate(95.1), Met),
        case(id, "unknown", of([distribution(|d| d.cache_hit_rate_percent = unknown())]), Unknown),
        case(id, "dynamic ones do not count", low(|d| d.static_origin = known(false)), NotApplicable),
        case(id, "disabled ones do not count", low(|d| d.enabled = known(false)), NotApplicable),
        case(id, "http version does not matter", low(|d| d.http_version = unknown()), Unmet),
        case(id, "one counter-example beats the unseen", hit_rate(10.0), Unmet).unseen(Kind::Distribution),
        case(id, "nothing", vec![], NotApplicable),
        case(id, "nothing listed", vec![], Unknown).unseen(Kind::Distribution),
    ]
}

fn anycast_or_edge() -> Vec<Case> {
    let id = "anycast-or-edge";
    let with = |change: fn(&mut GlobalNetwork)| [of([global(change)]), of([regional(|_| ())])].concat();
    vec![
        case(id, "met", with(|n| n.accelerator = known(true)), Met),
        case(id, "functions at the edge", with(|n| n.edge_functions = known(true)), Met),
        case(id, "latency records", with(|n| n.latency_routing = known(true)), Met),
        case(
            id,
            "one is enough, whatever is hidden",
            with(|n| {
                n.accelerator = unknown();
                n.latency_routing = known(true)
            }),
            Met,
        ),
        case(id, "unmet", with(|_| ()), Unmet),
        case(id, "a distribution alone", of([global(|n| n.distribution = known(true))]), Unmet),
        case(id, "unknown", with(|n| n.accelerator = unknown()), Unknown),
        case(id, "nothing public, accelerators hidden", of([global(|n| n.accelerator = unknown())]), Unknown),
        case(id, "nothing", [of([regional(unused)]), of([global(|_| ())])].concat(), NotApplicable),
    ]
}

#[test]
fn every_criterion_at_its_bar() {
    let cases = [
        cdn_static(),
        cdn_for_public_origins(),
        vpc_endpoints(),
        latency_baseline(),
        cdn_hit_rate(),
        anycast_or_edge(),
    ];
    check(Control::NetworkPerformance, cases.into_iter().flatten().collect());
}
