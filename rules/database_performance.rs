//! WAF-PERF-040 Database Performance: slow queries seen, load measured, regressions found, queries with targets.

use crate::{
    facts::{Test, every},
    model::{Bar, Basis, Criterion, Effort, Level, Nothing, Threshold, Truth},
};

static SLOW_QUERY_MS: Threshold = Threshold {
    name: "040.slow_query_ms",
    default: 1000.0,
    unit: "ms",
    reason: "the framework's own number; MySQL's default of 10 s hides what users feel",
};
static SLOW_QUERY_SHARE: Threshold = Threshold {
    name: "040.slow_query_share",
    default: 80.0,
    unit: "%",
    reason: "the model's usual bar for \"in place\": four in five",
};
static SLO_PERCENTILE: Threshold = Threshold {
    name: "040.slo_percentile",
    default: 95.0,
    unit: "percentile",
    reason: "an average hides the slow queries; p95 is the lowest percentile that the model accepts for a target",
};
static RECOMMENDATION_DAYS: Threshold = Threshold {
    name: "040.recommendation_days",
    default: 30.0,
    unit: "days",
    reason: "tuning that waits longer than a month is not automatic",
};

pub(crate) const CRITERIA: &[Criterion] = &[
    Criterion {
        id: "slow-query-log",
        level: Level::L2,
        clause: "slow query log enabled",
        statement: "At least one database logs its slow queries.",
        basis: Basis::Observed,
        tests: &[Test::Database {
            applies: |database, _| database.slow_query_log_supported.truth(),
            holds: |database, _| database.slow_query_log.truth(),
            facts: &["engine", "slow_query_log"],
        }],
        bar: Bar::Any,
        nothing: Nothing::NotApplicable,
        thresholds: &[],
        calls: &[
            "rds:DescribeDBInstances",
            "rds:DescribeDBClusters",
            "rds:DescribeDBParameters",
            "rds:DescribeDBClusterParameters",
        ],
        remedy: "Set slow_query_log to 1 (MySQL, MariaDB) or log_min_duration_statement (PostgreSQL) in the parameter group: no restart.",
        effort: Effort::Setting,
    },
    // AWS differs from the model's reading "Performance or Database Insights": every database has Database Insights in
    // standard mode, with Performance Insights on or off. Only the advanced mode, which cannot be without Performance
    // Insights, shows by itself that load is measured.
    Criterion {
        id: "database-insights",
        level: Level::L3,
        clause: "Performance Insights active",
        statement: "Performance Insights or the advanced mode of Database Insights is on for every database.",
        basis: Basis::Observed,
        tests: &[Test::Database {
            applies: |database, _| database.insights_supported.truth(),
            holds: |database, _| {
                let hidden = Truth::from(database.performance_insights.value().is_none());
                let advanced = database.database_insights_mode.is(|mode| mode == "advanced");
                database.performance_insights.truth().or(hidden.and(advanced))
            },
            facts: &["engine", "performance_insights", "performance_insights_retention_days", "database_insights_mode"],
        }],
        bar: Bar::All,
        nothing: Nothing::NotApplicable,
        thresholds: &[],
        calls: &["rds:DescribeDBInstances", "rds:DescribeDBClusters"],
        remedy: "Turn Performance Insights on (ModifyDBInstance, ModifyDBCluster): no downtime, 7 days are free; the smallest classes of MySQL and MariaDB cannot.",
        effort: Effort::Setting,
    },
    Criterion {
        id: "slow-query-threshold",
        level: Level::L3,
        clause: "slow queries logged from 1000 ms (framework)",
        statement: "At least 80 % of the databases log every query that takes longer than 1000 ms.",
        basis: Basis::Observed,
        tests: &[Test::Database {
            applies: |database, _| database.slow_query_log_supported.truth(),
            holds: |database, cx| {
                database.slow_query_threshold_ms.is(|ms| ms.is_some_and(|ms| ms <= cx.value(&SLOW_QUERY_MS)))
            },
            facts: &["engine", "slow_query_log", "slow_query_threshold_ms"],
        }],
        bar: Bar::Share(&SLOW_QUERY_SHARE),
        nothing: Nothing::NotApplicable,
        thresholds: &[&SLOW_QUERY_SHARE, &SLOW_QUERY_MS],
        calls: &[
            "rds:DescribeDBInstances",
            "rds:DescribeDBClusters",
            "rds:DescribeDBParameters",
            "rds:DescribeDBClusterParameters",
        ],
        remedy: "Set long_query_time to 1 (seconds) or log_min_duration_statement to 1000 (milliseconds) in the parameter group: no restart.",
        effort: Effort::Setting,
    },
    Criterion {
        id: "index-strategy",
        level: Level::L3,
        clause: "index strategy",
        statement: "A person attests how indexes are chosen, reviewed and removed.",
        basis: Basis::Attested,
        tests: &[Test::Database {
            applies: every,
            holds: |_, _| Truth::attestation(),
            facts: &["engine", "engine_version"],
        }],
        bar: Bar::All,
        nothing: Nothing::NotApplicable,
        thresholds: &[],
        calls: &["rds:DescribeDBInstances", "rds:DescribeDBClusters"],
        remedy: "Write down how indexes follow from queries, who reviews them and when unused ones go, and attest it.",
        effort: Effort::Practice,
    },
    Criterion {
        id: "query-regression-detection",
        level: Level::L4,
        clause: "automatic regression detection",
        statement: "DevOps Guru, Database Insights in advanced mode or an anomaly alarm on load or latency watches every database, or a person attests what else does.",
        basis: Basis::ObservedOrAttested,
        tests: &[Test::Database {
            applies: every,
            holds: |database, _| {
                let advanced = database.database_insights_mode.is(|mode| mode == "advanced");
                database.devops_guru.truth().or(advanced).or(database.anomaly_detection.truth()).or_attested()
            },
            facts: &["devops_guru", "database_insights_mode", "anomaly_detection"],
        }],
        bar: Bar::All,
        nothing: Nothing::NotApplicable,
        thresholds: &[],
        calls: &[
            "rds:DescribeDBInstances",
            "rds:DescribeDBClusters",
            "devops-guru:GetResourceCollection",
            "cloudwatch:DescribeAlarms",
            "cloudwatch:DescribeAnomalyDetectors",
        ],
        remedy: "Add an anomaly detection alarm on DBLoad or a latency, turn on Database Insights in advanced mode, or let DevOps Guru analyse the database.",
        effort: Effort::Resource,
    },
    Criterion {
        id: "query-slos",
        level: Level::L5,
        clause: "query SLOs",
        statement: "Every database has an objective or an alarm on the 95th or a higher percentile of a latency, or a person attests its query SLOs.",
        basis: Basis::ObservedOrAttested,
        tests: &[Test::Database {
            applies: every,
            holds: |database, cx| {
                let high = |percentile: f64| percentile >= cx.value(&SLO_PERCENTILE);
                let alarm = database.latency_alarm_percentile.is(|percentile| percentile.is_some_and(high));
                let objective = database.latency_slo_percentile.is(|percentile| percentile.is_some_and(high));
                objective.or(alarm).or_attested()
            },
            facts: &["latency_slo_percentile", "latency_alarm_percentile", "alarm"],
        }],
        bar: Bar::All,
        nothing: Nothing::NotApplicable,
        thresholds: &[&SLO_PERCENTILE],
        calls: &[
            "rds:DescribeDBInstances",
            "rds:DescribeDBClusters",
            "application-signals:ListServiceLevelObjectives",
            "application-signals:GetServiceLevelObjective",
            "cloudwatch:DescribeAlarms",
        ],
        remedy: "Set a target for query latency, as an objective or an alarm on its p95 or p99, or attest the SLOs that are kept elsewhere.",
        effort: Effort::Practice,
    },
    // An old recommendation contradicts automatic tuning, whatever is attested; capacity that scales by itself is all of it
    // that AWS shows.
    Criterion {
        id: "automatic-tuning",
        level: Level::L5,
        clause: "automatic tuning",
        statement: "No performance recommendation is open for more than 30 days, and every database is serverless or a person attests how it is tuned.",
        basis: Basis::ObservedOrAttested,
        tests: &[Test::Database {
            applies: every,
            holds: |database, cx| {
                let oldest = &database.oldest_performance_recommendation_at;
                let followed = oldest.is(|at| at.is_none_or(|at| cx.days_since(at) <= cx.value(&RECOMMENDATION_DAYS)));
                followed.and(database.serverless.truth().or_attested())
            },
            facts: &["oldest_performance_recommendation_at", "serverless"],
        }],
        bar: Bar::All,
        nothing: Nothing::NotApplicable,
        thresholds: &[&RECOMMENDATION_DAYS],
        calls: &["rds:DescribeDBInstances", "rds:DescribeDBClusters", "rds:DescribeDBRecommendations"],
        remedy: "Apply or dismiss the open recommendations; move varying load to Aurora Serverless, or attest what tunes the database.",
        effort: Effort::Change,
    },
];

#[cfg(test)]
#[path = "database_performance_tests.rs"]
mod tests;
