use super::*;

/// Whether an alarm watches, below which percentage it acts, and whether a widget shows it.
type Watched = (Option<bool>, Option<Option<f64>>, Option<bool>);

fn watched(seen: &Seen, name: &str) -> Watched {
    let cache = seen.cache(name);
    let alarm = cache.hit_rate_alarm.value().copied();
    (alarm, cache.hit_rate_alarm_percent.value().copied(), cache.hit_rate_widget.value().copied())
}

async fn caches(replaced: &[&str]) -> Seen {
    seen(&[CACHES, NOTHING], replaced).await
}

#[tokio::test]
async fn alarms_and_widgets_of_each_sort() {
    let seen = caches(&[]).await;
    let expected: &[(&str, Watched)] = &[
        ("sessions", (Some(true), Some(Some(75.0)), Some(false))),
        ("fragments", (Some(true), Some(None), Some(true))),
        ("idle", (Some(true), Some(None), Some(false))),
        ("silent", (Some(false), Some(None), Some(false))),
        ("quotes", (Some(true), Some(Some(70.0)), Some(false))),
        ("ledger", (Some(true), Some(Some(82.0)), Some(true))),
        ("carts", (Some(true), Some(None), Some(false))),
        ("catalog", (None, None, None)),
    ];
    for (name, expected) in expected {
        assert_eq!(watched(&seen, name), *expected, "{name}");
    }
}

#[tokio::test]
async fn denied_alarms_are_not_none() {
    let seen = caches(&["cloudwatch.DescribeAlarms/denied"]).await;
    let sessions = seen.cache("sessions");
    let expected = (Cause::DeniedByIdentityPolicy, "cloudwatch:DescribeAlarms".to_owned());
    assert_eq!(seen.cause(&sessions.hit_rate_alarm), expected);
    assert_eq!(seen.cause(&sessions.hit_rate_alarm_percent), expected);
    assert_eq!(sessions.hit_rate_widget.value(), Some(&false));
}

#[tokio::test]
async fn an_unread_dashboard_leaves_open_what_no_other_shows() {
    let unread = [
        ("cloudwatch.GetDashboard/other-denied", Cause::DeniedByIdentityPolicy),
        ("cloudwatch.GetDashboard/other-unreadable", Cause::NotReported),
        ("cloudwatch.GetDashboard/other-without-body", Cause::NotReported),
        // Which resources have an explorer's tags nobody says.
        ("cloudwatch.GetDashboard/other-explorer", Cause::NotReported),
    ];
    for (case, cause) in unread {
        let seen = caches(&["cloudwatch.ListDashboards/two-pages", "cloudwatch.GetDashboard/caches", case]).await;
        assert_eq!(seen.cache("ledger").hit_rate_widget.value(), Some(&true), "{case}");
        let expected = (cause, "cloudwatch:GetDashboard".to_owned());
        assert_eq!(seen.cause(&seen.cache("sessions").hit_rate_widget), expected, "{case}");
    }
}

#[tokio::test]
async fn both_pages_of_dashboards_and_one_that_is_gone() {
    for case in ["cloudwatch.GetDashboard/other", "cloudwatch.GetDashboard/other-gone"] {
        let seen = caches(&["cloudwatch.ListDashboards/two-pages", "cloudwatch.GetDashboard/caches", case]).await;
        assert_eq!(seen.cache("ledger").hit_rate_widget.value(), Some(&true), "{case}");
        assert_eq!(seen.cache("sessions").hit_rate_widget.value(), Some(&false), "{case}");
    }
}

#[tokio::test]
async fn denied_dashboards_are_not_none() {
    let seen = caches(&["cloudwatch.ListDashboards/denied"]).await;
    let expected = (Cause::DeniedByIdentityPolicy, "cloudwatch:ListDashboards".to_owned());
    assert_eq!(seen.cause(&seen.cache("ledger").hit_rate_widget), expected);
    let none = caches(&["cloudwatch.ListDashboards/empty"]).await;
    assert_eq!(none.cache("ledger").hit_rate_widget.value(), Some(&false));
}
