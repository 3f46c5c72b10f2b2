//! WAF-PERF-030 Caching: caches, distributions and API stages that cache, their hit rates, and who watches them.
//!
//! Where AWS differs from the model's plain words:
//! - A distribution whose behaviours all have a longest TTL of 0 is no cache: it has no hit rate worth measuring.
//! - A cache without a lookup in the window has no hit rate. It is neither above nor below the bar.
//! - "Adaptive TTLs": AWS shows that a function runs on the response, not what it sets there.

use crate::{
    facts::{ApiStage, CacheDemand, Distribution, Test, every},
    model::{Bar, Basis, Context, Criterion, Effort, Level, Nothing, Threshold, Truth},
    network_performance::CDN_HIT_RATE_95,
};

static HIT_RATE: Threshold = Threshold {
    name: "030.hit_rate_percent",
    default: 80.0,
    unit: "%",
    reason: "the model's number: four lookups in five are answered from the cache",
};
static ALARM_PERCENT: Threshold = Threshold {
    name: "030.hit_rate_alarm_percent",
    default: 70.0,
    unit: "%",
    reason: "an alarm may leave ten points below the bar of 80 % for a busy hour; further down it enforces nothing",
};

/// What shows caches, what else caches, and what there is to cache.
const CALLS_OF_ALL: &[&str] = &[
    "elasticache:DescribeReplicationGroups",
    "elasticache:DescribeCacheClusters",
    "elasticache:DescribeServerlessCaches",
    "memorydb:DescribeClusters",
    "dax:DescribeClusters",
    "cloudfront:ListDistributions",
    "cloudfront:GetCachePolicy",
    "apigateway:GetRestApis",
    "apigateway:GetStages",
    "rds:DescribeDBInstances",
    "rds:DescribeDBClusters",
    "elasticloadbalancing:DescribeLoadBalancers",
    "s3:ListBuckets",
    "s3:GetBucketWebsite",
    "apigateway:GetApis",
];

/// Where there is something to cache, or a cache, only a person can say what the clause asks for.
const ATTESTED: &[Test] = &[
    Test::Cache { applies: every, holds: |_, _| Truth::attestation(), facts: &["engine"] },
    Test::Distribution { applies: caches, holds: |_, _| Truth::attestation(), facts: &["enabled", "cache_behaviours"] },
    Test::ApiStage { applies: every, holds: |_, _| Truth::attestation(), facts: &["cache_ttl_s"] },
    Test::CacheDemand { applies: wanted, holds: |_, _| Truth::attestation(), facts: &["database", "public_origin"] },
];

pub(crate) const CRITERIA: &[Criterion] = &[
    Criterion {
        id: "cache-present",
        level: Level::L2,
        clause: "ad-hoc cache",
        statement: "Where there are databases or public entry points, there is a cache, a CloudFront distribution that caches or an \
                    API stage with a cache.",
        basis: Basis::Observed,
        tests: &[
            Test::Cache { applies: every, holds: |_, _| Truth::True, facts: &["engine", "nodes"] },
            Test::Distribution {
                applies: |distribution, _| distribution.enabled.truth(),
                holds: |distribution, _| distribution.caching.truth(),
                facts: &["enabled", "caching"],
            },
            Test::ApiStage {
                applies: every,
                holds: |stage, _| stage_caches(stage),
                facts: &["cache_size_gb", "cache_status", "cached_methods"],
            },
            Test::CacheDemand { applies: wanted, holds: |_, _| Truth::False, facts: &["database", "public_origin"] },
        ],
        bar: Bar::Any,
        nothing: Nothing::NotApplicable,
        thresholds: &[],
        calls: CALLS_OF_ALL,
        remedy: "Cache what is read most: a distribution before public content, ElastiCache before the busiest database.",
        effort: Effort::Change,
    },
    Criterion {
        id: "caching-strategy",
        level: Level::L3,
        clause: "strategy documented",
        statement: "A person attests a documented caching strategy: what each layer caches, for how long, and how it is invalidated.",
        basis: Basis::Attested,
        tests: ATTESTED,
        bar: Bar::All,
        nothing: Nothing::NotApplicable,
        thresholds: &[],
        calls: CALLS_OF_ALL,
        remedy: "Write down layers, TTLs and invalidation for each kind of data, name an owner, and attest the document.",
        effort: Effort::Practice,
    },
    Criterion {
        id: "hit-rate-measured",
        level: Level::L3,
        clause: "hit rate measured",
        statement: "Every cache and every distribution that caches has hit-rate data, and an alarm or a dashboard widget on it.",
        basis: Basis::Observed,
        tests: &[
            Test::Cache {
                applies: every,
                holds: |cache, _| {
                    let data = cache.hits.is(|_| true).and(cache.misses.is(|_| true));
                    data.and(cache.hit_rate_alarm.truth().or(cache.hit_rate_widget.truth()))
                },
                facts: &["hits", "misses", "hit_rate_alarm", "hit_rate_widget"],
            },
            Test::Distribution {
                applies: caches,
                holds: |distribution, _| {
                    let data =
                        distribution.additional_metrics.truth().and(distribution.cache_hit_rate_percent.is(|_| true));
                    data.and(distribution.hit_rate_alarm.truth().or(distribution.hit_rate_widget.truth()))
                },
                facts: &[
                    "caching",
                    "additional_metrics",
                    "cache_hit_rate_percent",
                    "hit_rate_alarm",
                    "hit_rate_widget",
                ],
            },
        ],
        bar: Bar::All,
        nothing: Nothing::NotApplicable,
        thresholds: &[],
        calls: &[
            "elasticache:DescribeReplicationGroups",
            "elasticache:DescribeCacheClusters",
            "elasticache:DescribeServerlessCaches",
            "memorydb:DescribeClusters",
            "dax:DescribeClusters",
            "cloudfront:ListDistributions",
            "cloudfront:GetCachePolicy",
            "cloudfront:GetMonitoringSubscription",
            "cloudwatch:GetMetricData",
            "cloudwatch:DescribeAlarms",
            "cloudwatch:ListDashboards",
            "cloudwatch:GetDashboard",
        ],
        remedy: "Alarm on CacheHitRate, or on hits / (hits + misses) by metric math; turn on a distribution's additional metrics.",
        effort: Effort::Resource,
    },
    Criterion {
        id: "hit-rate-80",
        level: Level::L4,
        clause: "cache hit >= 80 %",
        statement: "Every cache with lookups in the last 14 days answers at least 80 % of them.",
        basis: Basis::Observed,
        tests: &[Test::Cache {
            applies: |cache, _| cache.hit_rate_percent.is(Option::is_some),
            holds: |cache, cx| {
                cache.hit_rate_percent.is(|rate| rate.is_some_and(|percent| percent >= cx.value(&HIT_RATE)))
            },
            facts: &["hits", "misses", "hit_rate_percent", "evictions"],
        }],
        bar: Bar::All,
        nothing: Nothing::NotApplicable,
        thresholds: &[&HIT_RATE],
        calls: &[
            "elasticache:DescribeReplicationGroups",
            "elasticache:DescribeCacheClusters",
            "elasticache:DescribeServerlessCaches",
            "memorydb:DescribeClusters",
            "dax:DescribeClusters",
            "cloudwatch:GetMetricData",
        ],
        remedy: "Lengthen TTLs, give the cache more memory where it evicts, and fill it before it is asked.",
        effort: Effort::Change,
    },
    Criterion {
        id: "hit-rate-enforced",
        level: Level::L4,
        clause: "enforced",
        statement: "Every cache has an alarm with enabled actions that fires when its hit rate falls below 70 % or earlier.",
        basis: Basis::Observed,
        tests: &[Test::Cache {
            applies: every,
            holds: |cache, cx| {
                cache
                    .hit_rate_alarm_percent
                    .is(|below| below.is_some_and(|percent| percent >= cx.value(&ALARM_PERCENT)))
            },
            facts: &["hit_rate_alarm", "hit_rate_alarm_percent"],
        }],
        bar: Bar::All,
        nothing: Nothing::NotApplicable,
        thresholds: &[&ALARM_PERCENT],
        calls: &[
            "elasticache:DescribeReplicationGroups",
            "elasticache:DescribeCacheClusters",
            "elasticache:DescribeServerlessCaches",
            "memorydb:DescribeClusters",
            "dax:DescribeClusters",
            "cloudwatch:DescribeAlarms",
        ],
        remedy: "Alarm when the hit rate falls below 70 % or more, and let the alarm notify or act.",
        effort: Effort::Resource,
    },
    CDN_HIT_RATE_95,
    Criterion {
        id: "adaptive-ttl",
        level: Level::L5,
        clause: "adaptive TTLs",
        statement: "A function at the edge runs on the responses of a distribution that caches, where it can set cache headers (AWS \
                    shows the function, not what it sets), or a person attests how TTLs adapt.",
        basis: Basis::ObservedOrAttested,
        tests: &[
            Test::Distribution {
                applies: caches,
                holds: |distribution, _| distribution.response_functions.is(|count| *count > 0).or_attested(),
                facts: &["response_functions", "edge_behaviours", "cache_behaviours"],
            },
            Test::Cache { applies: every, holds: |_, _| Truth::attestation(), facts: &["engine"] },
            Test::ApiStage { applies: every, holds: |_, _| Truth::attestation(), facts: &["cache_ttl_s"] },
            Test::CacheDemand {
                applies: wanted,
                holds: |_, _| Truth::attestation(),
                facts: &["database", "public_origin"],
            },
        ],
        bar: Bar::Any,
        nothing: Nothing::NotApplicable,
        thresholds: &[],
        calls: CALLS_OF_ALL,
        remedy: "Set Cache-Control by how often content changes, in a function on the response or in the application; attest the latter.",
        effort: Effort::Practice,
    },
    Criterion {
        id: "cache-warming",
        level: Level::L5,
        clause: "intelligent warming",
        statement: "A person attests how caches are filled before they are asked: after deployments, failovers and before known peaks.",
        basis: Basis::Attested,
        tests: ATTESTED,
        bar: Bar::All,
        nothing: Nothing::NotApplicable,
        thresholds: &[],
        calls: CALLS_OF_ALL,
        remedy: "Fill caches from what is asked most, after each start and before each peak, and attest how.",
        effort: Effort::Practice,
    },
];

fn caches(distribution: &Distribution, _: &Context<'_>) -> Truth {
    distribution.enabled.truth().and(distribution.caching.truth())
}

fn stage_caches(stage: &ApiStage) -> Truth {
    stage.cached_methods.is(|methods| *methods > 0).and(stage.cache_status.is(|status| status != "NOT_AVAILABLE"))
}

/// Something that a cache could stand before.
fn wanted(demand: &CacheDemand, _: &Context<'_>) -> Truth {
    demand.database.truth().or(demand.public_origin.truth())
}

#[cfg(test)]
#[path = "caching_tests.rs"]
mod tests;
