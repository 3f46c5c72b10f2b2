use rung_rules::facts::CacheKind;

use super::*;

async fn caches(replaced: &[&str]) -> Seen {
    seen(&[CACHES, NOTHING], replaced).await
}

#[tokio::test]
async fn every_sort_on_both_pages_without_those_in_transition() {
    let seen = caches(&[]).await;
    let expected = [
        "sessions",
        "catalog",
        "fragments",
        "idle",
        "silent",
        "unsaid",
        "quotes",
        "bare",
        "ledger",
        "plain",
        "carts",
        "unread",
    ];
    assert_eq!(seen.names(Kind::Cache), expected);
    assert_eq!(seen.collected.unseen, []);
}

#[tokio::test]
async fn lookups_are_summed_over_the_nodes_of_a_replication_group() {
    let seen = caches(&[]).await;
    let sessions = seen.cache("sessions");
    assert_eq!(sessions.cache, CacheKind::ReplicationGroup);
    assert_eq!(sessions.engine.value(), Some(&"valkey".to_owned()));
    assert_eq!(sessions.nodes.value(), Some(&Some(2)));
    assert_eq!((sessions.hits.value(), sessions.misses.value()), (Some(&900.0), Some(&100.0)));
    assert_eq!(sessions.hit_rate_percent.value(), Some(&Some(90.0)));
    assert_eq!(sessions.evictions.value(), Some(&Some(2.0)));
}

#[tokio::test]
async fn each_service_has_its_own_counters() {
    let seen = caches(&[]).await;
    let rate = |name: &str| (seen.cache(name).cache, seen.cache(name).hit_rate_percent.value().copied().flatten());
    assert_eq!(rate("fragments"), (CacheKind::CacheCluster, Some(25.0)));
    assert_eq!(rate("quotes"), (CacheKind::ServerlessCache, Some(90.0)));
    assert_eq!(rate("ledger"), (CacheKind::MemoryDb, Some(70.0)));
    assert_eq!(rate("carts"), (CacheKind::Dax, Some(80.0)));
    assert_eq!(seen.cache("ledger").nodes.value(), Some(&Some(3)));
    assert_eq!(seen.cache("carts").nodes.value(), Some(&Some(3)));
    assert_eq!(seen.cache("quotes").nodes.value(), Some(&None));
    assert_eq!(seen.cache("carts").evictions.value(), Some(&None));
    assert_eq!(seen.cache("quotes").evictions.value(), Some(&Some(0.0)));
}

#[tokio::test]
async fn without_lookups_there_is_no_rate_and_without_data_nobody_knows() {
    let seen = caches(&[]).await;
    for name in ["idle", "unread"] {
        assert_eq!(seen.cache(name).hits.value(), Some(&0.0), "{name}");
        assert_eq!(seen.cache(name).hit_rate_percent.value(), Some(&None), "{name}");
    }
    for name in ["silent", "plain"] {
        let cache = seen.cache(name);
        let expected = (Cause::NoData, "cloudwatch:GetMetricData".to_owned());
        assert_eq!(seen.cause(&cache.hits), expected, "{name}");
        assert_eq!(seen.cause(&cache.evictions), expected, "{name}");
        assert_eq!(seen.cause(&cache.hit_rate_percent), expected, "{name}");
    }
}

#[tokio::test]
async fn what_a_cache_does_not_tell_is_unknown() {
    let seen = caches(&[]).await;
    let untold = |fact: &Observed<f64>| {
        let gap = seen.gap(fact);
        (gap.cause, gap.what)
    };
    assert_eq!(untold(&seen.cache("catalog").hits), (Cause::NotReported, "NodeGroups".to_owned()));
    assert_eq!(untold(&seen.cache("unsaid").hits), (Cause::NotReported, "Engine".to_owned()));
    assert_eq!(seen.cause(&seen.cache("catalog").nodes).0, Cause::NotReported);
    assert_eq!(seen.cause(&seen.cache("plain").nodes).0, Cause::NotReported);
    assert_eq!(seen.cache("unsaid").nodes.value(), Some(&Some(1)));
    assert_eq!(seen.cause(&seen.cache("catalog").hit_rate_alarm).0, Cause::NotReported);
    let arns: Vec<_> = seen.collected.evidence.iter().map(|one| &*one.subject.arn).collect();
    assert!(arns.contains(&"arn:aws:elasticache:us-east-1:123456789012:serverlesscache:bare"), "{arns:?}");
    assert!(arns.contains(&"arn:aws:elasticache:us-east-1:123456789012:replicationgroup:catalog"), "{arns:?}");
}

#[tokio::test]
async fn a_forbidden_metric_is_not_zero() {
    let only_serverless = [
        "elasticache.DescribeReplicationGroups/empty",
        "elasticache.DescribeCacheClusters/empty",
        "memorydb.DescribeClusters/empty",
        "dax.DescribeClusters/empty",
        "cloudwatch.GetMetricData/caches-one-forbidden",
    ];
    let seen = caches(&only_serverless).await;
    assert_eq!(seen.cache("quotes").hits.value(), Some(&90.0));
    assert_eq!(seen.cause(&seen.cache("quotes").misses).0, Cause::Failed);
    assert_eq!(seen.cause(&seen.cache("quotes").hit_rate_percent).0, Cause::Failed);
    assert_eq!(seen.cache("bare").hit_rate_percent.value(), Some(&Some(100.0)));
}

#[tokio::test]
async fn denied_lists_leave_caches_unseen() {
    for operation in [
        "elasticache.DescribeReplicationGroups",
        "elasticache.DescribeCacheClusters",
        "elasticache.DescribeServerlessCaches",
        "memorydb.DescribeClusters",
        "dax.DescribeClusters",
    ] {
        let seen = seen(&[NO_CACHES, NOTHING], &[&format!("{operation}/denied")]).await;
        let expected = (Cause::DeniedByIdentityPolicy, operation.replace('.', ":"));
        assert_eq!(seen.unseen(Kind::Cache), [expected]);
    }
}

#[tokio::test]
async fn a_region_without_memorydb_and_dax_has_none_of_them() {
    let not_offered = ["memorydb.DescribeClusters/not-offered", "dax.DescribeClusters/not-offered"];
    let none = seen(&[NO_CACHES, NOTHING], &not_offered).await;
    assert_eq!(none.unseen(Kind::Cache), []);
    let blind = [not_offered.as_slice(), &["elasticache.DescribeReplicationGroups/denied"]].concat();
    let blind = seen(&[NO_CACHES, NOTHING], &blind).await;
    assert_eq!(blind.unseen(Kind::Cache).len(), 3, "whether the region or the way there is at fault, nobody knows");
}
