//! CloudWatch: alarms. (Metrics are asked in batches, see `metrics.rs`.)

use std::{collections::HashSet, sync::Arc};

use aws_sdk_cloudwatch::types::{MetricAlarm, MetricDataQuery};

use jiff::Timestamp;

use super::{Call, Price, call, ops_items::PERFORMANCE, time::timestamp};
use crate::aws::{Listing, Place, drain};

call!(DESCRIBE_ALARMS, "cloudwatch", "CloudWatch", "DescribeAlarms", "alarms: what they watch, thresholds, actions");
call!(
    GET_METRIC_DATA,
    "cloudwatch",
    "CloudWatch",
    "GetMetricData",
    "GetMetricData",
    Price::PerMetric(0.01 / 1000.0),
    "metrics over 14 days (left out with --metrics off)"
);

pub(crate) static CALLS: &[&Call] = &[&DESCRIBE_ALARMS, &GET_METRIC_DATA];

/// A metric that an alarm looks at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AlarmMetric {
    /// `Namespace`.
    pub namespace: Arc<str>,
    /// `MetricName`.
    pub metric: Arc<str>,
    /// `Dimensions`.
    pub dimensions: Vec<(Arc<str>, Arc<str>)>,
    /// `Statistic` or `ExtendedStatistic`: `Average`, `p99` ...
    pub statistic: Arc<str>,
}

/// A metric alarm.
#[derive(Clone, Debug)]
pub struct Alarm {
    /// `AlarmName`.
    pub name: Arc<str>,
    /// `ActionsEnabled`, with at least one alarm action.
    pub acts: bool,
    /// `ActionsEnabled`, with an alarm action that creates an OpsItem of the category Performance or of none.
    pub creates_ops_items: bool,
    /// `StateValue`.
    pub state: Arc<str>,
    /// `StateTransitionedTimestamp`, or `StateUpdatedTimestamp` where AWS leaves that out.
    pub state_since: Option<Timestamp>,
    /// `EvaluationPeriods`.
    pub evaluation_periods: Option<i32>,
    /// `Threshold`; none for anomaly bands.
    pub threshold: Option<f64>,
    /// `ComparisonOperator`.
    pub comparison: Arc<str>,
    /// Whether it compares with an anomaly detection band.
    pub anomaly_band: bool,
    /// The metrics it looks at.
    pub metrics: Vec<AlarmMetric>,
    /// The expressions of metric math and Metrics Insights it looks at.
    pub expressions: Vec<Arc<str>>,
}

/// Every metric alarm of the place.
pub async fn alarms(place: &Place) -> Arc<Listing<Alarm>> {
    let request = place.clients.cloudwatch().describe_alarms();
    let stream = request.alarm_types("MetricAlarm".into()).into_paginator().page_size(100).send();
    let read = drain(place, &DESCRIBE_ALARMS, "", stream, |page, items| {
        items.extend(page.metric_alarms.unwrap_or_default().into_iter().map(alarm));
    });
    place.memo(&DESCRIBE_ALARMS, "", read).await
}

/// `arn:aws:ssm:us-east-1:123456789012:opsitem:3#CATEGORY=Performance`: the severity, and a category if one was chosen.
pub(crate) fn creates_ops_items(actions: &[String]) -> bool {
    let about_performance =
        |item: &str| item.split_once("#CATEGORY=").is_none_or(|(_, category)| category == PERFORMANCE);
    actions.iter().filter_map(|action| action.split_once(":opsitem:")).any(|(_, item)| about_performance(item))
}

fn alarm(alarm: MetricAlarm) -> Alarm {
    let text = |text: Option<String>| Arc::from(text.unwrap_or_default());
    let creates_ops_items = alarm.actions_enabled == Some(true) && creates_ops_items(alarm.alarm_actions());
    let queries = alarm.metrics.unwrap_or_default();
    let mut metrics: Vec<_> = queries.iter().filter_map(of_query).collect();
    if let Some(metric) = alarm.metric_name {
        let statistic = alarm.statistic.map(|s| s.as_str().to_owned()).or(alarm.extended_statistic);
        metrics.push(AlarmMetric {
            namespace: text(alarm.namespace),
            metric: metric.into(),
            dimensions: dimensions(alarm.dimensions),
            statistic: text(statistic),
        });
    }
    let expressions: Vec<Arc<str>> = queries.into_iter().filter_map(|query| query.expression.map(Arc::from)).collect();
    let band = expressions.iter().any(|expression| expression.contains("ANOMALY_DETECTION_BAND"));
    Alarm {
        name: text(alarm.alarm_name),
        creates_ops_items,
        acts: alarm.actions_enabled == Some(true) && alarm.alarm_actions.is_some_and(|actions| !actions.is_empty()),
        state: text(alarm.state_value.map(|state| state.as_str().to_owned())),
        state_since: alarm.state_transitioned_timestamp.or(alarm.state_updated_timestamp).and_then(timestamp),
        evaluation_periods: alarm.evaluation_periods,
        threshold: alarm.threshold,
        comparison: text(alarm.comparison_operator.map(|operator| operator.as_str().to_owned())),
        anomaly_band: band || alarm.threshold_metric_id.is_some(),
        metrics,
        expressions,
    }
}

fn of_query(query: &MetricDataQuery) -> Option<AlarmMetric> {
    let stat = query.metric_stat.as_ref()?;
    let metric = stat.metric.clone()?;
    Some(AlarmMetric {
        namespace: metric.namespace.unwrap_or_default().into(),
        metric: metric.metric_name.unwrap_or_default().into(),
        dimensions: dimensions(metric.dimensions),
        statistic: stat.stat.clone().unwrap_or_default().into(),
    })
}

fn dimensions(dimensions: Option<Vec<aws_sdk_cloudwatch::types::Dimension>>) -> Vec<(Arc<str>, Arc<str>)> {
    let dimensions = dimensions.unwrap_or_default().into_iter();
    dimensions.filter_map(|d| Some((d.name?.into(), d.value?.into()))).collect()
}

/// What alarms watch of one namespace: the values of one dimension, or everything (Metrics Insights over the namespace).
#[derive(Debug, Default)]
pub struct Watched {
    values: HashSet<Arc<str>>,
    everything: bool,
}

impl Watched {
    /// Whether the resource with this dimension value is watched.
    pub fn has(&self, value: &str) -> bool {
        self.everything || self.values.contains(value)
    }
}

/// Which values of `dimension` some alarm watches by one of `metrics`. An alarm counts when `counts` says so.
pub fn watched(
    alarms: &[Alarm],
    namespace: &str,
    metrics: &[&str],
    dimension: &str,
    counts: impl Fn(&Alarm, &AlarmMetric) -> bool,
) -> Watched {
    let mut watched = Watched::default();
    for alarm in alarms {
        for metric in alarm.metrics.iter().filter(|m| &*m.namespace == namespace && metrics.contains(&&*m.metric)) {
            if counts(alarm, metric) {
                let of_dimension = metric.dimensions.iter().filter(|(name, _)| &**name == dimension);
                watched.values.extend(of_dimension.map(|(_, value)| value.clone()));
            }
        }
        watched.everything |= alarm.expressions.iter().any(|query| selects(query, namespace, metrics));
    }
    watched
}

/// A Metrics Insights query over all resources of the namespace: `SELECT MAX(VolumeQueueLength) FROM SCHEMA("AWS/EBS", VolumeId)`.
pub(crate) fn selects(query: &str, namespace: &str, metrics: &[&str]) -> bool {
    let upper = query.trim_start().get(..6).is_some_and(|word| word.eq_ignore_ascii_case("select"));
    upper
        && !query.to_uppercase().contains(" WHERE ")
        && query.contains(namespace)
        && metrics.iter().any(|m| query.contains(m))
}
