use super::*;

#[tokio::test]
async fn both_pages_without_the_staging_one() {
    let (_, collected) = global(&[]).await;
    assert_eq!(count(&collected, Kind::Distribution), 3);
    assert_eq!(distribution(&collected, "E3OFF").enabled.value(), Some(&false));
}

#[tokio::test]
async fn http_versions_in_lower_case() {
    let (_, collected) = global(&[]).await;
    for id in ["E1STATIC", "E2SHOP"] {
        assert_eq!(distribution(&collected, id).http_version.value(), Some(&"http2".to_owned()));
    }
}

#[tokio::test]
async fn static_by_rest_and_by_website_address() {
    let (_, collected) = global(&[]).await;
    let is_static = |id| distribution(&collected, id).static_origin.value().copied();
    assert_eq!(is_static("E1STATIC"), Some(true));
    assert_eq!(is_static("E2SHOP"), Some(false));
    assert_eq!(is_static("E3OFF"), Some(true));
}

#[tokio::test]
async fn behaviours_with_functions_are_counted() {
    let (_, collected) = global(&[]).await;
    assert_eq!(distribution(&collected, "E1STATIC").edge_behaviours.value(), Some(&1));
    assert_eq!(distribution(&collected, "E2SHOP").edge_behaviours.value(), Some(&1));
}

#[tokio::test]
async fn the_hit_rate_is_the_mean_and_unknown_where_none_is_published() {
    let (place, collected) = global(&[]).await;
    let published = distribution(&collected, "E1STATIC");
    assert_eq!(published.additional_metrics.value(), Some(&true));
    assert_eq!(published.cache_hit_rate_percent.value(), Some(&94.0));
    for id in ["E2SHOP", "E3OFF"] {
        let other = distribution(&collected, id);
        assert_eq!(other.additional_metrics.value(), Some(&false));
        let gap = gap(&place, &other.cache_hit_rate_percent);
        assert_eq!((gap.cause, gap.operation.as_str()), (Cause::NoData, "cloudwatch:GetMetricData"));
        assert!(gap.opens_with.contains("turn on its additional metrics"), "{}", gap.opens_with);
    }
}

#[tokio::test]
async fn a_forbidden_metric_is_not_one_without_data() {
    let (place, collected) = global(&["cloudwatch.GetMetricData/cache-hit-rate-forbidden"]).await;
    let gap = gap(&place, &distribution(&collected, "E1STATIC").cache_hit_rate_percent);
    assert_eq!(gap.cause, Cause::Failed);
}

#[tokio::test]
async fn what_a_distribution_does_not_tell_is_unknown() {
    let cases = [
        "cloudfront.ListDistributions/no-origins",
        "cloudfront.GetMonitoringSubscription/denied-others",
        "cloudwatch.GetMetricData/cache-hit-rate-none",
    ];
    let (place, collected) = global(&cases).await;
    let untold = distribution(&collected, "E7");
    let (cause_of_origins, _) = cause(&place, &untold.static_origin);
    assert_eq!(cause_of_origins, Cause::NotReported);
    let (denied, operation) = cause(&place, &untold.additional_metrics);
    assert_eq!((denied, operation.as_str()), (Cause::DeniedByIdentityPolicy, "cloudfront:GetMonitoringSubscription"));
    assert_eq!(cause(&place, &untold.cache_hit_rate_percent), (denied, operation), "not that it has no data");
}

#[tokio::test]
async fn none_and_unlisted_are_told_apart() {
    let (_, none) = global(&["cloudfront.ListDistributions/empty"]).await;
    assert_eq!((count(&none, Kind::Distribution), none.unseen.len()), (0, 0));
    let (_, denied) = global(&["cloudfront.ListDistributions/denied"]).await;
    assert_eq!(denied.unseen.len(), 1);
    assert!(edge(&denied, "global-network").distribution.value().is_none());
}

#[tokio::test]
async fn alarms_and_widgets_on_the_hit_rate() {
    let (_, collected) = global(&[]).await;
    let watched = |id| {
        let one = distribution(&collected, id);
        (one.hit_rate_alarm.value().copied(), one.hit_rate_widget.value().copied())
    };
    assert_eq!(watched("E1STATIC"), (Some(true), Some(false)));
    assert_eq!(watched("E2SHOP"), (Some(false), Some(true)), "an alarm on errors is none on the hit rate");
    assert_eq!(watched("E3OFF"), (Some(false), Some(false)));
    assert_eq!(distribution(&collected, "E1STATIC").caching.value(), Some(&true));
    assert_eq!(distribution(&collected, "E2SHOP").response_functions.value(), Some(&0));
}

#[tokio::test]
async fn denied_policies_alarms_and_dashboards_are_unknown() {
    let cases = [
        "cloudfront.GetCachePolicy/denied-optimized",
        "cloudwatch.DescribeAlarms/denied-without-region",
        "cloudwatch.ListDashboards/denied",
    ];
    let (place, collected) = global(&cases).await;
    let one = distribution(&collected, "E1STATIC");
    let denied = |operation: &str| (Cause::DeniedByIdentityPolicy, operation.to_owned());
    assert_eq!(cause(&place, &one.caching), denied("cloudfront:GetCachePolicy"));
    assert_eq!(cause(&place, &one.hit_rate_alarm), denied("cloudwatch:DescribeAlarms"));
    assert_eq!(cause(&place, &one.hit_rate_widget), denied("cloudwatch:ListDashboards"));
}
