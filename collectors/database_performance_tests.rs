use std::{collections::BTreeMap, sync::Arc};

use pretty_assertions::assert_eq;
use rung_rules::{
    facts::{Database, Facts},
    model::{Cause, Gap, GapId, Observed},
};

use super::collect;
use crate::{Collected, aws::Place, testing};

const INSTANCES: &str = "rds.DescribeDBInstances/two-pages";
const CLUSTERS: &str = "rds.DescribeDBClusters/two-pages";
const PARAMETERS: &str = "rds.DescribeDBParameters/several-groups";
const CLUSTER_PARAMETERS: &str = "rds.DescribeDBClusterParameters/several-groups";
const RECOMMENDATIONS: &str = "rds.DescribeDBRecommendations/two-pages";
const ALARMS: &str = "cloudwatch.DescribeAlarms/databases";
const DETECTORS: &str = "cloudwatch.DescribeAnomalyDetectors/two-pages";
const OBJECTIVES: &str = "application-signals.ListServiceLevelObjectives/databases";
const OBJECTIVE: &str = "application-signals.GetServiceLevelObjective/databases";
const COLLECTIONS: &str = "devops-guru.GetResourceCollection/tags";

/// What a place with databases answers, with some of the cases replaced by others of the same operation.
async fn scan(others: &[&str]) -> (Arc<Place>, Collected) {
    let operation = |case: &str| case.split_once('/').map(|(operation, _)| operation.to_owned());
    let replaced: Vec<_> = others.iter().map(|case| operation(case)).collect();
    let all = [
        INSTANCES,
        CLUSTERS,
        PARAMETERS,
        CLUSTER_PARAMETERS,
        RECOMMENDATIONS,
        ALARMS,
        DETECTORS,
        OBJECTIVES,
        OBJECTIVE,
        COLLECTIONS,
    ];
    let kept = all.into_iter().filter(|case| !replaced.contains(&operation(case)));
    let cases: Vec<_> = kept.chain(others.iter().copied()).collect();
    let place = testing::place("us-east-1", &cases);
    let collected = collect(&place).await;
    (place, collected)
}

/// The databases by name.
fn databases(collected: &Collected) -> BTreeMap<&str, &Database> {
    let named = collected.evidence.iter().map(|evidence| match &evidence.facts {
        Facts::Database(facts) => (evidence.subject.name.as_deref().expect("a name"), &**facts),
        other => panic!("{other:?}"),
    });
    named.collect()
}

#[track_caller]
fn known<T>(fact: &Observed<T>) -> &T {
    fact.value().expect("a fact that was read")
}

#[track_caller]
fn gap<T: std::fmt::Debug>(place: &Place, fact: &Observed<T>) -> Gap {
    match fact {
        Observed::Unknown { gap } => gap_of(place, *gap),
        Observed::Known { value, .. } => panic!("expected a gap: {value:?}"),
    }
}

#[track_caller]
fn gap_of(place: &Place, id: GapId) -> Gap {
    place.span.registry.snapshot().1.into_iter().find(|gap| gap.id == id).expect("a registered gap")
}

#[tokio::test]
async fn instances_of_clusters_are_no_databases_of_their_own() {
    let (_, collected) = scan(&[]).await;
    let names: Vec<_> = databases(&collected).into_keys().collect();
    assert_eq!(names, ["docs", "erp", "graph", "ledger", "orders", "reports", "shop"]);
    assert!(collected.unseen.is_empty());
    let arns: Vec<_> = collected.evidence.iter().map(|evidence| &*evidence.subject.arn).collect();
    assert!(arns.contains(&"arn:aws:rds:us-east-1:123456789012:cluster:shop"), "{arns:?}");
    assert!(arns.contains(&"arn:aws:rds:us-east-1:123456789012:db:orders"), "{arns:?}");
}

#[tokio::test]
async fn an_instance_of_its_own() {
    let (_, collected) = scan(&[]).await;
    let orders = databases(&collected)["orders"];
    assert_eq!((known(&orders.engine).as_str(), known(&orders.engine_version).as_str()), ("mysql", "8.0.40"));
    assert_eq!((*known(&orders.instances), *known(&orders.serverless)), (1, false));
    assert_eq!((*known(&orders.insights_supported), *known(&orders.performance_insights)), (true, true));
    assert_eq!(*known(&orders.performance_insights_retention_days), Some(7));
    assert_eq!(known(&orders.database_insights_mode), "standard");
    assert_eq!(*known(&orders.enhanced_monitoring_interval_s), 60);
    assert_eq!(*known(&orders.log_exports), ["error", "slowquery"]);
    assert_eq!((*known(&orders.slow_query_log), *known(&orders.slow_query_threshold_ms)), (true, Some(500.0)));
}

#[tokio::test]
async fn a_cluster_speaks_for_its_instances_and_they_for_it() {
    let (_, collected) = scan(&[]).await;
    let shop = databases(&collected)["shop"];
    assert_eq!((*known(&shop.instances), *known(&shop.serverless)), (2, true));
    assert_eq!((*known(&shop.performance_insights), known(&shop.database_insights_mode).as_str()), (true, "advanced"));
    assert_eq!(*known(&shop.performance_insights_retention_days), Some(465));
    assert_eq!(*known(&shop.enhanced_monitoring_interval_s), 30);
    assert_eq!(*known(&shop.log_exports), ["postgresql"]);
    // The writer's own group says 250; the reader's says nothing, so that the cluster's 1000 counts for it.
    assert_eq!(*known(&shop.slow_query_threshold_ms), Some(1000.0));
}

#[tokio::test]
async fn engine_defaults_are_off() {
    let (_, collected) = scan(&[]).await;
    let databases = databases(&collected);
    for name in ["ledger", "reports"] {
        let database = databases[name];
        assert_eq!(
            (*known(&database.slow_query_log_supported), *known(&database.slow_query_log)),
            (true, false),
            "{name}"
        );
        assert_eq!(*known(&database.slow_query_threshold_ms), None, "{name}");
    }
    assert_eq!((*known(&databases["reports"].instances), *known(&databases["reports"].serverless)), (0, true));
}

#[tokio::test]
async fn engines_without_a_slow_query_log() {
    let (_, collected) = scan(&[]).await;
    let databases = databases(&collected);
    for name in ["graph", "docs", "erp"] {
        assert!(!known(&databases[name].slow_query_log_supported), "{name}");
    }
    let insights = ["graph", "docs", "erp"].map(|name| *known(&databases[name].insights_supported));
    assert_eq!(insights, [false, true, true]);
    assert_eq!(*known(&databases["docs"].performance_insights_retention_days), None);
}

#[tokio::test]
async fn a_log_that_goes_nowhere_is_off_and_an_unreadable_threshold_unknown() {
    let (place, collected) = scan(&["rds.DescribeDBClusterParameters/unusual-values"]).await;
    let databases = databases(&collected);
    assert!(!known(&databases["reports"].slow_query_log));
    let gap = gap(&place, &databases["shop"].slow_query_threshold_ms);
    assert_eq!((gap.cause, gap.what.as_str()), (Cause::Failed, "log_min_duration_statement"));
}

#[tokio::test]
async fn absent_insights_are_unknown_not_off() {
    let (place, collected) = scan(&[]).await;
    let ledger = databases(&collected)["ledger"];
    let gap = gap(&place, &ledger.performance_insights);
    assert_eq!((gap.cause, gap.what.as_str()), (Cause::NotReported, "PerformanceInsightsEnabled"));
    assert!(ledger.performance_insights_retention_days.value().is_none());
    assert!(ledger.database_insights_mode.value().is_none());
}

#[tokio::test]
async fn alarms_and_detectors_belong_by_dimension_or_resource() {
    let (_, collected) = scan(&[]).await;
    let databases = databases(&collected);
    let facts = |name: &str| {
        let database = databases[name];
        let percentile = *known(&database.latency_alarm_percentile);
        (*known(&database.alarm), *known(&database.anomaly_detection), percentile)
    };
    assert_eq!(facts("orders"), (true, false, Some(99.0)), "p99.9 of the processor is no latency");
    assert_eq!(facts("ledger"), (true, false, None), "neither an average nor free space");
    assert_eq!(facts("shop"), (true, true, None), "a band on the load of one instance");
    assert_eq!(facts("graph"), (true, false, None), "a band on something else");
    assert_eq!(facts("docs"), (false, true, None), "a detector");
    assert_eq!(facts("reports"), (false, true, None), "a detector by metric math");
    assert_eq!(facts("erp"), (true, true, None), "a band on Performance Insights");
}

#[tokio::test]
async fn objectives_belong_by_the_dimension_of_their_metric() {
    let (_, collected) = scan(&[]).await;
    let promised = |name: &str| *known(&databases(&collected)[name].latency_slo_percentile);
    assert_eq!((promised("ledger"), promised("shop")), (Some(95.0), Some(99.9)));
    assert_eq!((promised("docs"), promised("orders")), (None, None), "an average promises no percentile");
}

#[tokio::test]
async fn objectives_that_cannot_be_read_are_not_none() {
    let (place, collected) = scan(&["application-signals.ListServiceLevelObjectives/denied"]).await;
    let databases = databases(&collected);
    let gap = gap(&place, &databases["ledger"].latency_slo_percentile);
    assert_eq!(gap.operation, "application-signals:ListServiceLevelObjectives");
}

#[tokio::test]
async fn devops_guru_covers_by_tag_by_stack_or_everything() {
    let covered = async |case: &str| {
        let (_, collected) = scan(&[case]).await;
        let covered = databases(&collected).into_iter().filter(|(_, database)| *known(&database.devops_guru));
        covered.map(|(name, _)| name.to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(covered("devops-guru.GetResourceCollection/tags").await, ["orders"]);
    assert_eq!(covered("devops-guru.GetResourceCollection/stacks-two-pages").await, ["shop"]);
    assert_eq!(covered("devops-guru.GetResourceCollection/everything").await.len(), 7);
    assert_eq!(covered("devops-guru.GetResourceCollection/empty").await, [""; 0]);
}

#[tokio::test]
async fn the_oldest_performance_recommendation() {
    let (place, collected) = scan(&[]).await;
    let databases = databases(&collected);
    let oldest = |name: &str| *known(&databases[name].oldest_performance_recommendation_at);
    assert_eq!(oldest("orders"), Some("2026-09-01T12:30:00Z".parse().unwrap()), "that of its parameter group");
    assert_eq!(oldest("shop"), None, "security is another matter");
    let gap = gap(&place, &databases["ledger"].oldest_performance_recommendation_at);
    assert_eq!(gap.cause, Cause::NotReported, "one without a time");
}

#[tokio::test]
async fn denied_clusters_hide_databases_but_not_those_that_were_listed() {
    let (place, collected) = scan(&["rds.DescribeDBClusters/denied"]).await;
    let names: Vec<_> = databases(&collected).into_keys().collect();
    assert_eq!(names, ["erp", "ledger", "orders"]);
    let [unseen] = collected.unseen.as_slice() else { panic!("{:?}", collected.unseen) };
    let gap = gap_of(&place, unseen.gap);
    assert_eq!((gap.operation.as_str(), gap.cause), ("rds:DescribeDBClusters", Cause::DeniedByOrganizationPolicy));
}

#[tokio::test]
async fn denied_instances_leave_open_what_they_decide() {
    let (place, collected) = scan(&["rds.DescribeDBInstances/denied"]).await;
    assert_eq!(collected.unseen.len(), 1);
    let databases = databases(&collected);
    let shop = databases["shop"];
    assert_eq!(known(&shop.database_insights_mode), "advanced");
    for gap in [
        gap(&place, &shop.instances),
        gap(&place, &shop.serverless),
        gap(&place, &shop.performance_insights),
        gap(&place, &shop.slow_query_log),
        gap(&place, &databases["reports"].slow_query_log),
    ] {
        assert_eq!((gap.operation.as_str(), gap.cause), ("rds:DescribeDBInstances", Cause::DeniedByIdentityPolicy));
    }
}

#[tokio::test]
async fn denied_parameters_leave_the_slow_query_log_open() {
    let (place, collected) = scan(&["rds.DescribeDBParameters/denied"]).await;
    let databases = databases(&collected);
    for name in ["orders", "ledger", "shop"] {
        let gap = gap(&place, &databases[name].slow_query_log);
        assert_eq!(gap.cause, Cause::DeniedByIdentityPolicy, "{name}");
    }
    assert!(!known(&databases["erp"].slow_query_log_supported));
    assert!(!known(&databases["reports"].slow_query_log), "no instance, so only the cluster's group");
}

#[tokio::test]
async fn denied_detectors_and_collections_hide_only_what_nothing_else_shows() {
    let others = ["cloudwatch.DescribeAnomalyDetectors/denied", "devops-guru.GetResourceCollection/denied"];
    let (place, collected) = scan(&others).await;
    let databases = databases(&collected);
    assert!(*known(&databases["shop"].anomaly_detection), "an alarm shows it");
    let anomaly = gap(&place, &databases["ledger"].anomaly_detection);
    assert_eq!(anomaly.cause, Cause::DeniedByPermissionsBoundary);
    let guru = gap(&place, &databases["orders"].devops_guru);
    assert_eq!(
        (guru.operation.as_str(), guru.cause),
        ("devops-guru:GetResourceCollection", Cause::DeniedByIdentityPolicy)
    );
}

#[tokio::test]
async fn without_databases_nothing_else_is_asked() {
    let cases = ["rds.DescribeDBInstances/empty", "rds.DescribeDBClusters/empty"];
    let place = testing::place("us-east-1", &cases);
    let collected = collect(&place).await;
    assert!(collected.evidence.is_empty() && collected.unseen.is_empty());
    let (sources, gaps) = place.span.registry.snapshot();
    assert_eq!((sources.len(), gaps.len()), (2, 0));
}

#[tokio::test]
async fn nothing_watches_or_recommends() {
    let (_, collected) = scan(&[
        "cloudwatch.DescribeAlarms/empty",
        "cloudwatch.DescribeAnomalyDetectors/empty",
        "rds.DescribeDBRecommendations/empty",
    ])
    .await;
    for (name, database) in databases(&collected) {
        assert!(!known(&database.alarm) && !known(&database.anomaly_detection), "{name}");
        assert_eq!(*known(&database.latency_alarm_percentile), None, "{name}");
        assert_eq!(*known(&database.oldest_performance_recommendation_at), None, "{name}");
    }
}

#[tokio::test]
async fn each_parameter_group_is_read_once() {
    let (place, _) = scan(&[]).await;
    let (sources, gaps) = place.span.registry.snapshot();
    let mut groups: Vec<_> =
        sources.iter().filter(|s| s.operation == "DescribeDBParameters").map(|s| &s.parameters).collect();
    groups.sort();
    assert_eq!(groups, ["default.aurora-postgresql16", "default.postgres16", "orders-mysql", "shop-writer"]);
    assert!(gaps.iter().all(|gap| gap.cause == Cause::NotReported), "every request has a recording: {gaps:?}");
}

#[tokio::test]
async fn global_services_have_no_databases() {
    let collected = collect(&testing::place("global", &[])).await;
    assert!(collected.evidence.is_empty() && collected.unseen.is_empty());
}

#[tokio::test]
async fn digests_of_queries_are_asked_for_where_insights_are_on() {
    let cases = ["rds.DescribeDBInstances/two-pages", "rds.DescribeDBClusters/empty", "pi.DescribeDimensionKeys/top"];
    let place = testing::place("us-east-1", &cases);
    let collected = collect(&place).await;
    let databases = databases(&collected);
    let queries = known(&databases["orders"].top_queries).as_ref().expect("Performance Insights is on");
    let told: Vec<_> = queries.iter().map(|query| (query.digest.as_str(), query.load_average)).collect();
    assert_eq!(told, [("A1B2", 1.5), ("C3D4", 0.25)]);
    assert!(known(&databases["ledger"].top_queries).is_none(), "without Performance Insights there is nothing to ask");
    let denied = gap(&place, &databases["erp"].top_queries);
    assert_eq!((denied.operation.as_str(), denied.cause), ("pi:DescribeDimensionKeys", Cause::DeniedByIdentityPolicy));
}
