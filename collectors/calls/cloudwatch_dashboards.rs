//! CloudWatch: what dashboards show. Dashboards have no region: each is seen from everywhere, and shows metrics of any region.

use std::sync::Arc;

use serde_json::Value;

use super::{Call, Price, call};
use crate::{
    at_once,
    aws::{Listing, Place, Read, drain, once},
};

/// CloudWatch's price of requests about dashboards, beyond the first million a month.
const REQUEST: Price = Price::PerRequest(0.01 / 1000.0);
/// Dashboards read at once.
const AT_ONCE: usize = 16;

call!(LIST_DASHBOARDS, "cloudwatch", "CloudWatch", "ListDashboards", "ListDashboards", REQUEST, "names of dashboards");
call!(
    GET_DASHBOARD,
    "cloudwatch",
    "CloudWatch",
    "GetDashboard",
    "GetDashboard",
    REQUEST,
    "which metrics dashboards show"
);

pub(crate) static CALLS: &[&Call] = &[&LIST_DASHBOARDS, &GET_DASHBOARD];

/// What a widget shows: a line of a graph, a number, a gauge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Series {
    /// A metric.
    Metric {
        /// Its namespace.
        namespace: Arc<str>,
        /// Its name.
        metric: Arc<str>,
        /// Its dimensions.
        dimensions: Vec<(Arc<str>, Arc<str>)>,
    },
    /// Metric math, a search or a Metrics Insights query.
    Expression(Arc<str>),
    /// A metric of an explorer widget: of all resources with certain tags, whichever they are.
    Explorer(Arc<str>),
}

/// What a widget shows of which region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// `region` of the metric or of its widget.
    pub region: Option<Arc<str>>,
    /// `accountId` of the metric or of its widget: set where it is another account's.
    pub account: Option<Arc<str>>,
    /// What it shows.
    pub series: Series,
}

/// Everything that the metric and explorer widgets of the account's dashboards show; asked once, at the global place. A dashboard that
/// cannot be read leaves a gap.
pub async fn shown(place: &Place) -> Arc<Listing<Shown>> {
    let place = place.global();
    let read = async {
        let names = names(place).await;
        let bodies = at_once(AT_ONCE, names.items.iter().map(|name| body(place, name))).await;
        let (mut items, mut gap) = (Vec::new(), names.gap);
        for read in bodies {
            match read {
                Read::Known { value: Some(shown), .. } => items.extend(shown),
                Read::Known { value: None, .. } => gap = gap.or(Some(unreadable(place))),
                Read::Unknown { gap: unread } => gap = gap.or(Some(unread)),
            }
        }
        Listing { items, from: names.from, gap }
    };
    place.memo(&GET_DASHBOARD, "", read).await
}

async fn names(place: &Place) -> Listing<Arc<str>> {
    let stream = place.clients.cloudwatch().list_dashboards().into_paginator().send();
    drain(place, &LIST_DASHBOARDS, "", stream, |page, items| {
        let entries = page.dashboard_entries.unwrap_or_default().into_iter();
        items.extend(entries.filter_map(|entry| entry.dashboard_name).map(Arc::from));
    })
    .await
}

/// What one dashboard shows; nothing if its body cannot be understood. One that is gone by now shows nothing.
async fn body(place: &Place, name: &str) -> Read<Option<Vec<Shown>>> {
    let answer = place.clients.cloudwatch().get_dashboard().dashboard_name(name).send();
    let gone = &["ResourceNotFound", "DashboardNotFoundError"];
    let take = |answer: aws_sdk_cloudwatch::operation::get_dashboard::GetDashboardOutput| {
        answer.dashboard_body.and_then(|body| widgets(&body))
    };
    once(place, &GET_DASHBOARD, name, answer, take, gone, || Some(Some(Vec::new()))).await
}

fn unreadable(place: &Place) -> rung_rules::model::GapId {
    place.gap(&GET_DASHBOARD, "DashboardBody", rung_rules::model::Cause::NotReported, "")
}

/// What the metric widgets of a dashboard's body show; nothing if the body is no JSON object.
fn widgets(body: &str) -> Option<Vec<Shown>> {
    let body: Value = serde_json::from_str(body).ok()?;
    let widgets = body.as_object()?.get("widgets").and_then(Value::as_array);
    let shown = widgets.into_iter().flatten().flat_map(|widget| {
        let own = widget.get("properties").unwrap_or(&Value::Null);
        match text(widget, "type") {
            Some("metric") => properties(own),
            Some("explorer") => explored(own),
            _ => Vec::new(),
        }
    });
    Some(shown.collect())
}

fn explored(properties: &Value) -> Vec<Shown> {
    let metrics = properties.get("metrics").and_then(Value::as_array).into_iter().flatten();
    let of = |name: &str| text(properties, name).map(Arc::from);
    let named = metrics.filter_map(|metric| text(metric, "metricName"));
    let shown =
        |name: &str| Shown { region: of("region"), account: of("accountId"), series: Series::Explorer(name.into()) };
    named.map(shown).collect()
}

/// The gap of what an explorer widget takes in: its tags are chosen when it is looked at.
pub fn explorer_gap(place: &Place) -> rung_rules::model::GapId {
    place.gap(&GET_DASHBOARD, "resources of explorer widgets", rung_rules::model::Cause::NotReported, "")
}

fn properties(properties: &Value) -> Vec<Shown> {
    let mut shown = Vec::new();
    let mut before: Vec<&str> = Vec::new();
    for line in properties.get("metrics").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_array) {
        let words: Vec<&str> = line.iter().filter_map(Value::as_str).collect();
        let options = line.last().filter(|last| last.is_object()).unwrap_or(&Value::Null);
        let series = match text(options, "expression") {
            Some(expression) if words.is_empty() => Some(Series::Expression(expression.into())),
            _ => {
                before = in_full(&words, &before);
                metric(&before)
            }
        };
        let of = |name: &str| text(options, name).or_else(|| text(properties, name)).map(Arc::from);
        shown.extend(series.map(|series| Shown { region: of("region"), account: of("accountId"), series }));
    }
    shown
}

/// A line in full: `.` repeats the word above it, `...` all words above but as many as follow.
fn in_full<'v>(words: &[&'v str], before: &[&'v str]) -> Vec<&'v str> {
    let (repeated, words) = match words {
        ["...", rest @ ..] => (before.get(..before.len().saturating_sub(rest.len())).unwrap_or_default(), rest),
        _ => (&[][..], words),
    };
    let own = words.iter().enumerate().map(|(at, word)| match *word {
        "." => before.get(repeated.len() + at).copied().unwrap_or("."),
        word => word,
    });
    repeated.iter().copied().chain(own).collect()
}

/// Namespace, name, and dimensions' names and values in turn.
fn metric(words: &[&str]) -> Option<Series> {
    let [namespace, metric, dimensions @ ..] = words else { return None };
    let pairs =
        dimensions.chunks_exact(2).filter_map(|pair| Some((Arc::from(*pair.first()?), Arc::from(*pair.get(1)?))));
    Some(Series::Metric { namespace: (*namespace).into(), metric: (*metric).into(), dimensions: pairs.collect() })
}

fn text<'v>(value: &'v Value, name: &str) -> Option<&'v str> {
    value.get(name).and_then(Value::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(body: &str) -> Vec<String> {
        let line = |shown: Shown| {
            let what = match shown.series {
                Series::Expression(expression) => expression.to_string(),
                Series::Explorer(metric) => format!("explorer of {metric}"),
                Series::Metric { namespace, metric, dimensions } => {
                    let dimensions: Vec<_> = dimensions.iter().map(|(name, value)| format!("{name}={value}")).collect();
                    format!("{namespace} {metric} {}", dimensions.join(","))
                }
            };
            let of = |text: Option<Arc<str>>| text.unwrap_or_else(|| "-".into());
            format!("{} {} {what}", of(shown.region), of(shown.account))
        };
        widgets(body).unwrap().into_iter().map(line).collect()
    }

    #[test]
    fn shorthand_stands_for_what_is_above_it() {
        let body = r#"{"widgets":[{"type":"metric","properties":{"region":"eu-west-1","metrics":[
            ["AWS/ElastiCache","CacheHits","CacheClusterId","a-001","CacheNodeId","0001",{"id":"m1","visible":false}],
            [".","CacheMisses",".",".",".","."],
            ["...","0002"],
            ["...","a-002",".","0001",{"region":"us-east-1","accountId":"222222222222"}],
            [{"expression":"m1/(m1+m2)","label":"hit rate"}]]}}]}"#;
        let expected = [
            "eu-west-1 - AWS/ElastiCache CacheHits CacheClusterId=a-001,CacheNodeId=0001",
            "eu-west-1 - AWS/ElastiCache CacheMisses CacheClusterId=a-001,CacheNodeId=0001",
            "eu-west-1 - AWS/ElastiCache CacheMisses CacheClusterId=a-001,CacheNodeId=0002",
            "us-east-1 222222222222 AWS/ElastiCache CacheMisses CacheClusterId=a-002,CacheNodeId=0001",
            "eu-west-1 - m1/(m1+m2)",
        ];
        assert_eq!(lines(body), expected);
    }

    #[test]
    fn other_widgets_and_odd_lines_show_nothing() {
        let body = r##"{"widgets":[{"type":"text","properties":{"markdown":"# CacheHitRate"}},{"type":"metric"},
            {"type":"metric","properties":{"metrics":[[],["AWS/DAX"],"odd",["..."],[{"id":"m1"}],null]}}]}"##;
        assert_eq!(lines(body), Vec::<String>::new());
        assert_eq!(lines("{}"), Vec::<String>::new());
    }

    #[test]
    fn explorers_show_a_metric_of_whatever_has_their_tags() {
        let body = r#"{"widgets":[{"type":"explorer","properties":{"region":"eu-west-1","metrics":[
            {"metricName":"CacheHitRate","resourceType":"AWS::ElastiCache::CacheCluster","stat":"Average"},{}]}}]}"#;
        assert_eq!(lines(body), ["eu-west-1 - explorer of CacheHitRate"]);
    }

    #[test]
    fn what_is_no_object_is_not_understood() {
        assert_eq!(widgets("not json"), None);
        assert_eq!(widgets("[]"), None);
    }

    #[test]
    fn any_body_is_read_or_is_none() {
        let good = r#"{"widgets":[{"type":"metric","properties":{"region":"eu-west-1","metrics":[["AWS/DAX","A","B","C"],
            ["...","D"],[".",".","E",{"accountId":"222222222222"}],[{"expression":"m1/m2"}]]}}]}"#;
        for text in crate::hostile::changed_text(good, 3_000) {
            assert!(widgets(&text).is_none() || serde_json::from_str::<Value>(&text).is_ok(), "{text}");
        }
    }
}
