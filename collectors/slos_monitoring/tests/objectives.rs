//! Objectives of Application Signals.

use rung_rules::facts::{Indicator, LatencyObjective};

use super::*;

fn covered(fact: &Observed<Vec<LatencyObjective>>) -> Vec<(&str, Option<f64>)> {
    known(fact).iter().map(|slo| (&*slo.name, slo.percentile)).collect()
}

#[tokio::test]
async fn both_pages_are_read_and_one_that_vanished_is_left_out() {
    let seen = changed(&[], &[]).await;
    assert_eq!(seen.names(Kind::Slo), ["web latency", "basket-requests", "bare"]);
    assert_eq!(known(&seen.account("monitoring").slo), &true);
}

#[tokio::test]
async fn what_an_objective_promises() {
    let seen = changed(&[], &[]).await;
    let web = seen.slo("web latency");
    assert_eq!((known(&web.indicator), known(&web.percentile)), (&Indicator::Latency, &Some(99.0)));
    assert_eq!(known(&web.burn_rate_windows_minutes), &[60, 360]);
    assert_eq!(known(&web.goal_percent), &99.9);
    let basket = seen.slo("basket-requests");
    assert_eq!((known(&basket.indicator), known(&basket.percentile)), (&Indicator::Latency, &Some(99.0)));
    assert!(known(&basket.burn_rate_windows_minutes).is_empty());
    let bare = seen.slo("bare");
    assert_eq!(known(&bare.percentile), &None, "an average promises no percentile");
    assert_eq!(seen.gap(&bare.goal_percent).0, Cause::NotReported);
}

#[tokio::test]
async fn tags_are_asked_one_by_one_where_a_scope_may_choose_by_them() {
    let seen_all = changed(&[], &[]).await;
    let subject = |seen: &Seen, name: &str| seen.of(name).next().unwrap().subject.clone();
    let web = subject(&seen_all, "web latency");
    assert_eq!(web.tags.get("environment").map(|value| &**value), Some("production"));
    let bare = subject(&seen_all, "bare");
    assert!(bare.tags.is_empty() && bare.tags_gap.is_none(), "it has none");
    let own = "application-signals.ListTagsForResource";
    let denied = changed(&[&format!("{own}/of-four")], &[&format!("{own}/denied")]).await;
    assert!(subject(&denied, "web latency").tags_gap.is_some());
}

#[tokio::test]
async fn budgets_by_time_by_requests_and_none() {
    let seen = changed(&[], &[]).await;
    let web = seen.slo("web latency");
    assert_eq!((&**known(&web.budget_status), known(&web.budget_remaining_percent)), ("BREACHED", &Some(-25.0)));
    assert_eq!(known(&seen.slo("basket-requests").budget_remaining_percent), &Some(25.0));
    assert_eq!(seen.gap(&seen.slo("bare").budget_status).0, Cause::Failed);
}

#[tokio::test]
async fn alarms_on_burn_rate_attainment_and_bands() {
    let seen = changed(&[], &[]).await;
    let names =
        |fact| known::<Vec<facts::WatchingAlarm>>(fact).iter().map(|alarm| alarm.name.clone()).collect::<Vec<_>>();
    // Not: one that fires when little burns.
    assert_eq!(names(&seen.slo("web latency").burn_rate_alarms), ["web burns", "web burns oddly"]);
    assert_eq!(names(&seen.slo("web latency").anomaly_alarms), ["web burns oddly"]);
    let attains = &known(&seen.slo("basket-requests").burn_rate_alarms)[0];
    assert_eq!(
        (&*attains.name, attains.acts.value()),
        ("basket attains", Some(&false)),
        "NOT ALARM(...) acts for nobody"
    );
    assert!(names(&seen.slo("bare").burn_rate_alarms).is_empty());
}

#[tokio::test]
async fn entry_points_are_covered_by_dimension_and_by_the_service_behind_them() {
    let seen = changed(&[], &[]).await;
    assert_eq!(covered(&seen.entry("shop").latency_slos), [("web latency", Some(99.0))], "web is behind shop");
    assert_eq!(covered(&seen.entry("basket").latency_slos), [("basket-requests", Some(99.0))]);
    assert_eq!(covered(&seen.entry("orders").latency_slos), [("bare", None)]);
    for name in ["idle", "worker", "orders-api", "cdn.example.com"] {
        assert!(covered(&seen.entry(name).latency_slos).is_empty(), "{name}");
    }
}

#[tokio::test]
async fn denied_details_are_unknown_and_hide_what_is_covered() {
    let details = "application-signals.GetServiceLevelObjective/of-four";
    let seen = changed(&[details], &["application-signals.GetServiceLevelObjective/denied"]).await;
    let operation = "application-signals:GetServiceLevelObjective".to_owned();
    assert_eq!(seen.gap(&seen.slo("web latency").goal_percent), (DENIED, operation.clone()));
    assert_eq!(seen.gap(&seen.slo("web latency").anomaly_alarms), (DENIED, operation.clone()));
    assert_eq!(seen.gap(&seen.entry("shop").latency_slos), (DENIED, operation));
    assert_eq!(known(&seen.slo("web latency").burn_rate_alarms).len(), 2, "joined by the name alone");
}

#[tokio::test]
async fn denied_budgets_are_unknown() {
    let operation = "application-signals.BatchGetServiceLevelObjectiveBudgetReport";
    let seen = changed(&[&format!("{operation}/of-four")], &[&format!("{operation}/denied")]).await;
    assert_eq!(seen.gap(&seen.slo("web latency").budget_status).0, DENIED);
    assert_eq!(known(&seen.slo("web latency").goal_percent), &99.9);
}

#[tokio::test]
async fn a_denied_list_is_unseen_and_no_proof_of_none() {
    let with_slos = [
        "application-signals.ListServiceLevelObjectives/two-pages",
        "application-signals.GetServiceLevelObjective/of-four",
        "application-signals.BatchGetServiceLevelObjectiveBudgetReport/of-four",
    ];
    let seen = changed(&with_slos, &["application-signals.ListServiceLevelObjectives/denied"]).await;
    let operation = "application-signals:ListServiceLevelObjectives";
    assert_eq!(seen.unseen(Kind::Slo), [operation]);
    assert_eq!(seen.gap(&seen.account("monitoring").slo), (DENIED, operation.to_owned()));
    assert_eq!(seen.gap(&seen.entry("shop").latency_slos), (DENIED, operation.to_owned()));
}
