use super::*;

#[tokio::test]
async fn edge_and_anycast_on_any_page() {
    let (_, collected) = global(&[]).await;
    let edge = edge(&collected, "global-network");
    let facts = [edge.distribution, edge.edge_functions, edge.accelerator, edge.latency_routing];
    assert!(facts.iter().all(|fact| fact.value() == Some(&true)), "{edge:?}");
}

#[tokio::test]
async fn accelerators_disabled_untold_none_and_denied() {
    let accelerator = async |case: &str| {
        let (place, collected) = global(&[case]).await;
        let fact = edge(&collected, "global-network").accelerator;
        fact.value().copied().ok_or_else(|| cause(&place, &fact).0)
    };
    assert_eq!(accelerator("globalaccelerator.ListAccelerators/disabled").await, Ok(false));
    assert_eq!(accelerator("globalaccelerator.ListAccelerators/empty").await, Ok(false));
    assert_eq!(accelerator("globalaccelerator.ListAccelerators/does-not-say").await, Err(Cause::NotReported));
    assert_eq!(accelerator("globalaccelerator.ListAccelerators/denied").await, Err(Cause::DeniedByIdentityPolicy));
}

#[tokio::test]
async fn latency_routing_in_one_zone_is_enough_and_a_denied_zone_keeps_it_open() {
    let denied = "route53.ListResourceRecordSets/private-denied";
    let routing = async |public: &str| {
        let (_, collected) = global(&[public, denied]).await;
        edge(&collected, "global-network").latency_routing.value().copied()
    };
    assert_eq!(routing("route53.ListResourceRecordSets/public").await, Some(true));
    assert_eq!(routing("route53.ListResourceRecordSets/public-without-latency").await, None);
    let (_, none) = global(&["route53.ListHostedZones/empty"]).await;
    assert_eq!(edge(&none, "global-network").latency_routing.value(), Some(&false));
}

#[tokio::test]
async fn what_measures_latency_on_any_page() {
    let (_, collected) = regional(&[]).await;
    let network = network(&collected, "regional-network");
    for fact in [network.internet_monitor, network.network_monitor, network.performance_subscription] {
        assert_eq!(fact.value(), Some(&true));
    }
    let since = network.canaries_since.value().cloned().flatten().expect("a running canary");
    assert_eq!(since.as_second(), 1_790_000_000, "the longest-running one, not the stopped one");
}

#[tokio::test]
async fn nothing_measures_latency() {
    let none = [
        "internetmonitor.ListMonitors/inactive",
        "networkmonitor.ListMonitors/pending",
        "ec2.DescribeAwsNetworkPerformanceMetricSubscriptions/empty",
        "synthetics.DescribeCanaries/empty",
    ];
    let (_, collected) = regional(&none).await;
    let network = network(&collected, "regional-network");
    for fact in [network.internet_monitor, network.network_monitor, network.performance_subscription] {
        assert_eq!(fact.value(), Some(&false));
    }
    assert_eq!(network.canaries_since.value(), Some(&None));
}

#[tokio::test]
async fn no_monitors_at_all() {
    let none = ["internetmonitor.ListMonitors/empty", "networkmonitor.ListMonitors/empty"];
    let (_, collected) = regional(&none).await;
    let network = network(&collected, "regional-network");
    assert_eq!((network.internet_monitor.value(), network.network_monitor.value()), (Some(&false), Some(&false)));
}

#[tokio::test]
async fn a_running_canary_without_a_timeline_is_unknown() {
    let (place, collected) = regional(&["synthetics.DescribeCanaries/no-timeline"]).await;
    let since = &network(&collected, "regional-network").canaries_since;
    assert_eq!(cause(&place, since), (Cause::NotReported, "synthetics:DescribeCanaries".to_owned()));
}

#[tokio::test]
async fn not_offered_is_none_and_denied_is_unknown() {
    let not_offered = [
        "internetmonitor.ListMonitors/not-offered",
        "ec2.DescribeAwsNetworkPerformanceMetricSubscriptions/not-offered",
    ];
    let (_, collected) = regional(&not_offered).await;
    let offered = network(&collected, "regional-network");
    assert_eq!(offered.internet_monitor.value(), Some(&false));
    assert_eq!(offered.performance_subscription.value(), Some(&false));
    let (place, collected) = regional(&["internetmonitor.ListMonitors/denied"]).await;
    let denied = &network(&collected, "regional-network").internet_monitor;
    assert_eq!(cause(&place, denied).0, Cause::DeniedByOtherPolicy);
}

#[tokio::test]
async fn not_offered_proves_nothing_where_nothing_else_answers() {
    let place = with("eu-west-1", &["internetmonitor.ListMonitors/not-offered", "ec2.DescribeVpcs/denied"], &[]);
    let (monitors, vpcs) = (internetmonitor::monitors(&place).await, ec2_network::vpcs(&place).await);
    assert!(offered_or_none(&place, &monitors, vpcs.gap).gap.is_some());
    assert!(offered_or_none(&place, &monitors, None).gap.is_none());
}

#[test]
fn one_true_is_enough_and_one_unknown_keeps_it_open() {
    use rung_rules::model::{GapId, SourceId};
    let from = SourceId(1);
    let (yes, no, open) = (Observed::known(true, from), Observed::known(false, from), Observed::unknown(GapId(1)));
    assert_eq!(any_of([no, open, yes], from), yes);
    assert_eq!(any_of([no, open, no], from), open);
    assert_eq!(any_of([], from), no);
}
