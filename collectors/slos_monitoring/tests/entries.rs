//! Entry points: which there are, what watches their latency, and what learns them.

use rung_rules::facts::{EntryPointKind, LatencyData, WatchingAlarm};

use super::*;

fn alarms(fact: &Observed<Vec<WatchingAlarm>>) -> Vec<(&str, Option<f64>, Option<bool>)> {
    known(fact).iter().map(|alarm| (&*alarm.name, alarm.percentile, alarm.acts.value().copied())).collect()
}

#[tokio::test]
async fn those_that_requests_enter_by() {
    let seen = changed(&[], &[]).await;
    let names = [
        "cdn.example.com",
        "e2shop.cloudfront.net",
        "shop",
        "idle",
        "stream",
        "orders",
        "basket",
        "orders-api",
        "worker",
    ];
    // Not: a disabled distribution, a gateway load balancer, a WebSocket API, a daemon, a service without tasks.
    assert_eq!(seen.names(Kind::EntryPoint), names);
    assert_eq!(seen.entry("basket").entry, EntryPointKind::HttpApi);
    let cdn = seen.of("cdn.example.com").next().expect("the distribution");
    assert_eq!(
        (&*cdn.subject.region, &*cdn.subject.arn),
        ("global", "arn:aws:cloudfront::123456789012:distribution/E1STATIC")
    );
    assert!(seen.of("orders").next().expect("the API").subject.tags.get("Devops-guru-app").is_some());
}

#[tokio::test]
async fn latency_is_there_absent_turned_off_or_not_published() {
    let seen = changed(&[], &[]).await;
    let data = |name: &str| *known(&seen.entry(name).latency_data);
    for name in ["cdn.example.com", "shop", "orders", "basket", "orders-api"] {
        assert_eq!(data(name), LatencyData::Present, "{name}");
    }
    assert_eq!(data("idle"), LatencyData::Absent);
    assert_eq!(data("e2shop.cloudfront.net"), LatencyData::TurnedOff);
    assert_eq!(data("stream"), LatencyData::NotPublished);
    assert_eq!(data("worker"), LatencyData::Present, "by Application Signals");
}

#[tokio::test]
async fn unread_metrics_are_unknown_latency() {
    let seen = seen_without_metrics().await;
    assert_eq!(seen.gap(&seen.entry("shop").latency_data).1, "cloudwatch:GetMetricData");
    assert_eq!(known(&seen.entry("stream").latency_data), &LatencyData::NotPublished);
}

/// As if nobody had asked for metrics.
async fn seen_without_metrics() -> Seen {
    let place = place("us-east-1", REGION);
    let (nobody, asked) = Ask::channel();
    drop(nobody);
    let collected = super::super::collect(&place, &metrics::fetch(&place, asked).await).await;
    Seen { place, collected }
}

#[tokio::test]
async fn alarms_on_rising_latency_with_their_percentile() {
    let seen = changed(&[], &[]).await;
    let of = |name: &str| alarms(&seen.entry(name).latency_alarms);
    // Not: one that fires when it is fast, one on requests, one on another load balancer.
    assert_eq!(
        of("shop"),
        [
            ("shop p99", Some(99.0), Some(true)),
            ("shop average", None, Some(true)),
            ("shop share", Some(97.0), Some(true))
        ]
    );
    assert_eq!(of("orders"), [("orders muted", Some(99.0), Some(false)), ("orders busy p99", Some(99.9), Some(true))]);
    assert_eq!(
        of("orders-api"),
        [("orders-api dead", Some(99.0), Some(true)), ("any slow function", None, Some(true))]
    );
    assert_eq!(of("worker"), [("worker odd", Some(99.0), Some(true))]);
    assert!(of("stream").is_empty() && of("cdn.example.com").is_empty());
    let shop = known(&seen.entry("shop").latency_alarms);
    assert_eq!((shop[0].evaluation_periods, &*shop[0].statistic), (Some(3), "p99"));
    assert_eq!(shop[0].state_since.map(|at| at.to_string()).as_deref(), Some("2026-11-01T00:00:00Z"));
    let muted = &known(&seen.entry("orders").latency_alarms)[0];
    assert_eq!(muted.state_since.map(|at| at.to_string()).as_deref(), Some("2026-11-20T00:00:00Z"), "at least since");
}

#[tokio::test]
async fn composite_alarms_act_for_those_in_their_rules() {
    let seen = changed(&[], &[]).await;
    assert_eq!(alarms(&seen.entry("basket").latency_alarms), [("basket p95", Some(95.0), Some(true))]);
    let denied =
        changed(&["cloudwatch.DescribeAlarms/composite"], &["cloudwatch.DescribeAlarms/composite-denied"]).await;
    let basket = &known(&denied.entry("basket").latency_alarms)[0];
    assert_eq!(denied.gap(&basket.acts), (DENIED, "cloudwatch:DescribeAlarms".to_owned()));
    let shop = &known(&denied.entry("shop").latency_alarms)[0];
    assert_eq!(shop.acts.value(), Some(&true), "acts by itself");
}

#[tokio::test]
async fn denied_alarms_are_unknown_not_none() {
    let seen = changed(&["cloudwatch.DescribeAlarms/latency"], &["cloudwatch.DescribeAlarms/denied"]).await;
    let shop = seen.entry("shop");
    assert_eq!(seen.gap(&shop.latency_alarms).1, "cloudwatch:DescribeAlarms");
    assert_eq!(seen.gap(&shop.anomaly_alarms).1, "cloudwatch:DescribeAlarms");
    assert_eq!(seen.gap(&seen.slo("web latency").burn_rate_alarms).1, "cloudwatch:DescribeAlarms");
    assert_eq!(seen.gap(&seen.target("shop/web").alarm_exists).1, "cloudwatch:DescribeAlarms");
}

#[tokio::test]
async fn denied_target_groups_leave_open_which_services_are_behind() {
    let groups = "elasticloadbalancing.DescribeTargetGroups/entry-points";
    let seen = changed(&[groups], &["elasticloadbalancing.DescribeTargetGroups/denied"]).await;
    let (_, operation) = seen.gap(&seen.entry("idle").latency_slos);
    assert_eq!(operation, "elasticloadbalancing:DescribeTargetGroups");
    // An alarm on the latency of some service may be on one behind it.
    assert_eq!(seen.gap(&seen.entry("shop").latency_alarms).1, "elasticloadbalancing:DescribeTargetGroups");
    assert_eq!(known(&seen.entry("basket").latency_slos).len(), 1);
}

#[tokio::test]
async fn anomalies_by_detector_alarm_and_guru() {
    let seen = changed(&[], &[]).await;
    assert_eq!(known(&seen.entry("shop").anomaly_detector), &true);
    assert_eq!(known(&seen.entry("idle").anomaly_detector), &false);
    assert_eq!(alarms(&seen.entry("worker").anomaly_alarms).len(), 1);
    assert!(alarms(&seen.entry("shop").anomaly_alarms).is_empty());
    let watched = ["cdn.example.com", "shop", "orders", "orders-api", "worker"];
    for name in seen.names(Kind::EntryPoint) {
        assert_eq!(known(&seen.entry(name).devops_guru), &watched.contains(&name), "{name}");
    }
}

#[tokio::test]
async fn denied_tags_hide_what_guru_analyses() {
    let tags = [
        "elasticloadbalancing.DescribeTags/shop-watched",
        "lambda.ListTags/orders-api",
        "cloudfront.ListTagsForResource/static-watched",
    ];
    let denied =
        ["elasticloadbalancing.DescribeTags/denied", "lambda.ListTags/denied", "cloudfront.ListTagsForResource/denied"];
    let seen = changed(&tags, &denied).await;
    for (name, operation) in [
        ("shop", "elasticloadbalancing:DescribeTags"),
        ("orders-api", "lambda:ListTags"),
        ("cdn.example.com", "cloudfront:ListTagsForResource"),
    ] {
        assert_eq!(seen.gap(&seen.entry(name).devops_guru), (DENIED, operation.to_owned()));
    }
    assert_eq!(known(&seen.entry("worker").devops_guru), &true, "its list shows its tags");
}

#[tokio::test]
async fn without_chosen_resources_no_tags_are_asked_for() {
    let tags = [
        "elasticloadbalancing.DescribeTags/shop-watched",
        "lambda.ListTags/orders-api",
        "cloudfront.ListTagsForResource/static-watched",
        "devops-guru.GetResourceCollection/tags",
    ];
    let everything = changed(&tags, &["devops-guru.GetResourceCollection/everything"]).await;
    assert_eq!(known(&everything.entry("shop").devops_guru), &true);
    let nothing = changed(&tags, &["devops-guru.GetResourceCollection/empty"]).await;
    assert_eq!(known(&nothing.entry("shop").devops_guru), &false);
    let denied = changed(&tags, &["devops-guru.GetResourceCollection/denied"]).await;
    assert_eq!(denied.gap(&denied.entry("shop").devops_guru).1, "devops-guru:GetResourceCollection");
}

#[tokio::test]
async fn a_list_that_is_denied_leaves_entry_points_unseen() {
    let balancers = ["elasticloadbalancing.DescribeLoadBalancers/entry-points"];
    let seen = changed(&balancers, &["elasticloadbalancing.DescribeLoadBalancers/denied"]).await;
    assert_eq!(seen.unseen(Kind::EntryPoint), ["elasticloadbalancing:DescribeLoadBalancers"]);
    assert_eq!(known(&seen.account("monitoring").entry_point), &true, "others are seen");
}

#[tokio::test]
async fn only_functions_whose_url_is_requested_are_asked_for_it() {
    let urls = "cloudwatch.ListMetrics/function-urls";
    let asked = "lambda.ListFunctionUrlConfigs/one";
    // Nobody requests a URL: no function is asked, so the recording needs no answer about one.
    let none = changed(&[urls, asked], &["cloudwatch.ListMetrics/function-urls-none"]).await;
    assert!(!none.names(Kind::EntryPoint).contains(&"orders-api"));
    assert!(none.unseen(Kind::EntryPoint).is_empty());
    // Where that cannot be read each function is asked, as there is no other way to know.
    let denied = changed(&[urls], &["cloudwatch.ListMetrics/function-urls-denied"]).await;
    assert!(denied.names(Kind::EntryPoint).contains(&"orders-api"));
}
