//! WAF-PERF-070 Network Performance: the way of users to origins, of VPCs to AWS's services, and what measures both.
//!
//! Where AWS differs from the model's plain words:
//! - DynamoDB "where used": no network call shows which VPC uses a table, so only a VPC that has a DynamoDB gateway endpoint
//!   must have it on every private route table. The S3 gateway is free and wanted in every VPC in use.
//! - "Services in use" are those that network interfaces show. Lambda sends a function's own logs and traces outside the
//!   function's VPC, so a function's interface shows no service; what code on an instance or in a function calls, no interface
//!   shows.
//! - Which canaries run is shown, how long their history is, is not: the time since the last start stands for it.

use jiff::Timestamp;

use crate::{
    facts::{Distribution, GlobalNetwork, OriginKind, PublicOrigin, RegionalNetwork, Test, Vpc},
    model::{Bar, Basis, Context, Criterion, Effort, Level, Nothing, Threshold, Truth},
};

static ENDPOINT_SHARE: Threshold = Threshold {
    name: "070.service_endpoint_share",
    default: 80.0,
    unit: "%",
    reason: "the model's usual bar for \"in place\": four in five of the services in use",
};
static CANARY_DAYS: Threshold = Threshold {
    name: "070.canary_history_days",
    default: 14.0,
    unit: "days",
    reason: "a baseline needs the two weeks that every other measured fact looks back",
};
static HIT_RATE: Threshold = Threshold {
    name: "070.cdn_hit_rate_percent",
    default: 95.0,
    unit: "%",
    reason: "the model's number for static content",
};

/// One rule of two controls: caching (030) has it, too, with the same threshold.
pub(crate) const CDN_HIT_RATE_95: Criterion = Criterion {
    id: "cdn-hit-rate-95",
    level: Level::L4,
    clause: "CDN hit rate >= 95 % for static content",
    statement: "Every enabled distribution with a static (S3) origin answers at least 95 % of its requests from the cache.",
    basis: Basis::Observed,
    tests: &[Test::Distribution {
        applies: |distribution, cx| enabled(distribution, cx).and(distribution.static_origin.truth()),
        holds: |distribution, cx| distribution.cache_hit_rate_percent.is(|percent| *percent >= cx.value(&HIT_RATE)),
        facts: &["static_origin", "additional_metrics", "cache_hit_rate_percent"],
    }],
    bar: Bar::All,
    nothing: Nothing::NotApplicable,
    thresholds: &[&HIT_RATE],
    calls: &["cloudfront:ListDistributions", "cloudfront:GetMonitoringSubscription", "cloudwatch:GetMetricData"],
    remedy: "Turn on the distribution's additional metrics, then lengthen TTLs and leave what does not vary out of the cache key.",
    effort: Effort::Setting,
};

pub(crate) const CRITERIA: &[Criterion] = &[
    Criterion {
        id: "cdn-static",
        level: Level::L2,
        clause: "CDN for static content",
        statement: "An enabled CloudFront distribution has a static (S3) origin.",
        basis: Basis::Observed,
        tests: &[
            Test::Distribution {
                applies: enabled,
                holds: |distribution, _| distribution.static_origin.truth(),
                facts: &["enabled", "static_origin"],
            },
            Test::PublicOrigin {
                applies: public,
                holds: |origin, _| {
                    Truth::from(origin.origin == OriginKind::Website).and(origin.behind_distribution.truth())
                },
                facts: &["public", "behind_distribution"],
            },
        ],
        bar: Bar::Any,
        nothing: Nothing::NotApplicable,
        thresholds: &[],
        calls: &[
            "cloudfront:ListDistributions",
            "route53:ListHostedZones",
            "route53:ListResourceRecordSets",
            "elasticloadbalancing:DescribeLoadBalancers",
            "s3:ListBuckets",
            "s3:GetBucketWebsite",
            "apigateway:GetRestApis",
            "apigateway:GetApis",
        ],
        remedy: "Put static files into a bucket and a CloudFront distribution with origin access control in front of it.",
        effort: Effort::Change,
    },
    Criterion {
        id: "cdn-for-public-origins",
        level: Level::L3,
        clause: "VPC endpoints + CDN configured",
        statement: "Every public load balancer, website and API is behind an enabled CloudFront distribution.",
        basis: Basis::Observed,
        tests: &[Test::PublicOrigin {
            applies: public,
            holds: |origin, _| origin.behind_distribution.truth(),
            facts: &["public", "endpoint_type", "behind_distribution"],
        }],
        bar: Bar::All,
        nothing: Nothing::NotApplicable,
        thresholds: &[],
        calls: &[
            "cloudfront:ListDistributions",
            "route53:ListHostedZones",
            "route53:ListResourceRecordSets",
            "elasticloadbalancing:DescribeLoadBalancers",
            "s3:ListBuckets",
            "s3:GetBucketWebsite",
            "apigateway:GetRestApis",
            "apigateway:GetApis",
        ],
        remedy: "Make it an origin of a CloudFront distribution and point its DNS record at the distribution.",
        effort: Effort::Change,
    },
    Criterion {
        id: "vpc-endpoints",
        level: Level::L3,
        clause: "VPC endpoints + CDN configured",
        statement: "Every VPC in use has S3 (and, where used, DynamoDB) gateway endpoints on all private route tables, and \
                    interface endpoints for at least 80 % of the services that its network interfaces show in use.",
        basis: Basis::Observed,
        tests: &[Test::Vpc {
            applies: |vpc, _| vpc.in_use.truth(),
            holds: |vpc, cx| gateways_everywhere(vpc).and(services_have_endpoints(vpc, cx)),
            facts: &[
                "private_route_tables",
                "s3_route_tables",
                "dynamodb_route_tables",
                "services_in_use",
                "services_without_endpoint",
                "nat_gateways",
            ],
        }],
        bar: Bar::All,
        nothing: Nothing::NotApplicable,
        thresholds: &[&ENDPOINT_SHARE],
        calls: &[
            "ec2:DescribeVpcs",
            "ec2:DescribeSubnets",
            "ec2:DescribeRouteTables",
            "ec2:DescribeVpcEndpoints",
            "ec2:DescribeNetworkInterfaces",
            "ec2:DescribeNatGateways",
        ],
        remedy: "Add the S3 gateway endpoint (free) to every private route table, and interface endpoints with private DNS.",
        effort: Effort::Resource,
    },
    Criterion {
        id: "latency-baseline",
        level: Level::L4,
        clause: "latency baseline measured",
        statement: "A network or internet monitor, a network-performance subscription or canaries with at least 14 days of \
                    history measure latency, or a person attests the baseline.",
        basis: Basis::ObservedOrAttested,
        tests: &[
            Test::RegionalNetwork {
                applies: |network, cx| has_network(network).or(measured(network, cx)),
                holds: |network, cx| measured(network, cx).or_attested(),
                facts: &["internet_monitor", "network_monitor", "performance_subscription", "canaries_since"],
            },
            Test::GlobalNetwork {
                applies: |network, _| network.distribution.truth(),
                holds: |_, _| Truth::attestation(),
                facts: &["distribution"],
            },
        ],
        bar: Bar::Any,
        nothing: Nothing::NotApplicable,
        thresholds: &[&CANARY_DAYS],
        calls: &[
            "internetmonitor:ListMonitors",
            "networkmonitor:ListMonitors",
            "ec2:DescribeAwsNetworkPerformanceMetricSubscriptions",
            "synthetics:DescribeCanaries",
            "ec2:DescribeVpcs",
            "ec2:DescribeNetworkInterfaces",
            "cloudfront:ListDistributions",
            "elasticloadbalancing:DescribeLoadBalancers",
            "s3:ListBuckets",
            "s3:GetBucketWebsite",
            "apigateway:GetRestApis",
            "apigateway:GetApis",
        ],
        remedy: "Create an Internet Monitor for the VPC or distribution, or a canary, and write its first weeks down as baseline.",
        effort: Effort::Resource,
    },
    CDN_HIT_RATE_95,
    Criterion {
        id: "anycast-or-edge",
        level: Level::L5,
        clause: "anycast, edge computing",
        statement: "Global Accelerator, functions at the edge or latency-based routing are in use.",
        basis: Basis::Observed,
        tests: &[
            Test::GlobalNetwork {
                applies: |network, _| network.distribution.truth().or(near_users(network)),
                holds: |network, _| near_users(network),
                facts: &["distribution", "accelerator", "edge_functions", "latency_routing"],
            },
            Test::RegionalNetwork {
                applies: |network, _| network.public_origin.truth(),
                holds: |_, _| Truth::False,
                facts: &["public_origin"],
            },
        ],
        bar: Bar::Any,
        nothing: Nothing::NotApplicable,
        thresholds: &[],
        calls: &[
            "globalaccelerator:ListAccelerators",
            "cloudfront:ListDistributions",
            "route53:ListHostedZones",
            "route53:ListResourceRecordSets",
            "elasticloadbalancing:DescribeLoadBalancers",
            "s3:ListBuckets",
            "s3:GetBucketWebsite",
            "apigateway:GetRestApis",
            "apigateway:GetApis",
        ],
        remedy: "Put an accelerator in front of it, answer at the edge with a CloudFront function, or route by latency.",
        effort: Effort::Change,
    },
];

fn enabled(distribution: &Distribution, _: &Context<'_>) -> Truth {
    distribution.enabled.truth()
}

fn public(origin: &PublicOrigin, _: &Context<'_>) -> Truth {
    origin.public.truth()
}

/// Both gateways on every private route table, DynamoDB's only where the VPC has one. Without private subnets none is needed.
fn gateways_everywhere(vpc: &Vpc) -> Truth {
    vpc.private_route_tables.then(|tables| {
        let s3 = vpc.s3_route_tables.is(|served| served >= tables);
        let dynamodb = vpc.dynamodb_route_tables.is(|served| served.is_none_or(|served| served >= *tables));
        Truth::from(*tables == 0).or(s3.and(dynamodb))
    })
}

/// The share of services in use that have an endpoint; a VPC that shows none needs none.
fn services_have_endpoints(vpc: &Vpc, cx: &Context<'_>) -> Truth {
    vpc.services_in_use.then(|services| {
        let needed = cx.value(&ENDPOINT_SHARE) * services.len() as f64;
        let covered = |without: &Vec<String>| services.len().saturating_sub(without.len()) as f64 * 100.0;
        Truth::from(services.is_empty()).or(vpc.services_without_endpoint.is(|without| covered(without) >= needed))
    })
}

fn has_network(network: &RegionalNetwork) -> Truth {
    network.vpc_in_use.truth().or(network.public_origin.truth())
}

fn measured(network: &RegionalNetwork, cx: &Context<'_>) -> Truth {
    let long_enough = |since: &Timestamp| cx.days_since(*since) >= cx.value(&CANARY_DAYS);
    network
        .internet_monitor
        .truth()
        .or(network.network_monitor.truth())
        .or(network.performance_subscription.truth())
        .or(network.canaries_since.is(|since| since.as_ref().is_some_and(long_enough)))
}

fn near_users(network: &GlobalNetwork) -> Truth {
    network.accelerator.truth().or(network.edge_functions.truth()).or(network.latency_routing.truth())
}

#[cfg(test)]
#[path = "network_performance_tests.rs"]
mod tests;
