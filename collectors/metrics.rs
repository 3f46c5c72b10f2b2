//! CloudWatch metrics: every collector's queries together, 500 a call, each reduced to a summary as it arrives.
//!
//! Missing data is missing, not zero: a query without data is a gap. Only counts that AWS publishes when something
//! happened (`count_or_zero`) may be read as zero, and only when the answer is complete.

use std::{
    collections::{HashMap, hash_map::Entry},
    hash::{Hash, Hasher},
    sync::Arc,
};

use aws_sdk_cloudwatch::types::{Dimension, MetricDataQuery, MetricStat, ScanBy, StatusCode};
use futures::{StreamExt, stream::FuturesUnordered};
use jiff::{SignedDuration, Timestamp};
use rung_rules::model::{Cause, GapId, Observed, SourceId, SourceRecord};
use smallvec::SmallVec;
use tokio::sync::mpsc;

use crate::{
    apart,
    aws::{Part, Place, QueryOf, drain_part},
    calls::{cloudwatch::GET_METRIC_DATA, time::date_time},
};

/// Queries a GetMetricData call takes at most.
const QUERIES_PER_CALL: usize = 500;
/// Calls of one place under way at once; the limit of the scan is above it.
const CALLS_AT_ONCE: usize = 8;
/// The look-back of every metric fact.
pub const WINDOW_DAYS: i64 = 14;
/// One hour: the finest period that CloudWatch keeps for the whole window and longer.
pub const HOUR: i32 = 3600;
/// One day: storage metrics of S3 come once a day.
pub const DAY: i32 = 86_400;

/// A metric with a statistic, as a collector asks for it of any number of resources.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Metric {
    /// Namespace.
    pub namespace: &'static str,
    /// Metric name.
    pub name: &'static str,
    /// Statistic: `Average`, `Sum`, `Maximum`, `p99` ...
    pub statistic: &'static str,
    /// Seconds.
    pub period: i32,
    /// Names of its dimensions.
    pub dimensions: &'static [&'static str],
}

impl Metric {
    /// A metric with one dimension and an hourly period.
    pub const fn hourly(
        namespace: &'static str,
        name: &'static str,
        statistic: &'static str,
        dimensions: &'static [&'static str],
    ) -> Self {
        Metric { namespace, name, statistic, period: HOUR, dimensions }
    }

    /// A metric with a daily period.
    pub const fn daily(
        namespace: &'static str,
        name: &'static str,
        statistic: &'static str,
        dimensions: &'static [&'static str],
    ) -> Self {
        Metric { namespace, name, statistic, period: DAY, dimensions }
    }

    /// This metric of the resource with this value of its one dimension.
    pub fn of(&'static self, value: &Arc<str>) -> MetricQuery {
        MetricQuery { metric: self, values: SmallVec::from_buf([value.clone()]) }
    }

    /// This metric of the resource with these values of its dimensions, in their order.
    pub fn of_all(&'static self, values: impl IntoIterator<Item = Arc<str>>) -> MetricQuery {
        MetricQuery { metric: self, values: values.into_iter().collect() }
    }

    fn parameters(&self) -> String {
        format!("{} {} {} {} s", self.namespace, self.name, self.statistic, self.period)
    }

    /// Nodes and serverless caches report metrics of one name: their dimensions tell the sources apart.
    fn source_parameters(&self) -> String {
        format!("{} by {}", self.parameters(), self.dimensions.join(", "))
    }
}

/// By what tells most; the whole of it would be hashed half a million times.
impl Hash for Metric {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.name, self.statistic).hash(state);
    }
}

/// One metric of one resource. There may be hundreds of thousands: 32 bytes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct MetricQuery {
    /// The metric.
    pub metric: &'static Metric,
    /// Values of its dimensions.
    pub values: SmallVec<[Arc<str>; 1]>,
}

/// What is kept of a series.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Summary {
    /// Data points.
    pub points: u32,
    /// Sum over them.
    pub sum: f64,
    /// Lowest.
    pub min: f64,
    /// Highest.
    pub max: f64,
    /// 95th percentile, nearest rank.
    pub p95: f64,
    /// The latest.
    pub latest: f64,
}

impl Summary {
    /// Mean over the data points.
    pub fn mean(&self) -> f64 {
        self.sum / f64::from(self.points)
    }

    /// The summary of values in the order of time; nothing without values.
    pub fn of(values: &[f64]) -> Option<Summary> {
        let latest = *values.last()?;
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        let rank = (sorted.len() * 95).div_ceil(100).max(1) - 1;
        Some(Summary {
            points: values.len() as u32,
            sum: values.iter().sum(),
            min: *sorted.first()?,
            max: *sorted.last()?,
            p95: *sorted.get(rank)?,
            latest,
        })
    }
}

enum Series {
    Data(Summary),
    Empty,
    Unread(GapId),
}

/// Summaries of everything that was asked in one place.
pub struct Metrics {
    place: Arc<Place>,
    asked: HashMap<MetricQuery, u32>,
    /// Answers by the number that `asked` gives; nothing until it comes.
    answers: Vec<Option<Series>>,
    sources: HashMap<&'static Metric, Source>,
}

/// A metric of a place, over all that were asked for it.
struct Source {
    id: SourceId,
    items: u64,
    /// When the first of them was asked for.
    read_at: Option<Timestamp>,
}

/// A query that nobody asked before, with its number.
type Numbered = (u32, MetricQuery);

impl Metrics {
    /// The summary of a query; a gap when there are no data, when the call failed, or when nobody asked.
    pub fn get(&self, query: &MetricQuery) -> Observed<Summary> {
        match self.series(query) {
            Some(Series::Data(summary)) => Observed::known(*summary, self.source(query.metric)),
            Some(Series::Unread(gap)) => Observed::unknown(*gap),
            Some(Series::Empty) => Observed::unknown(self.gap(query, Cause::NoData)),
            None => Observed::unknown(self.gap(query, Cause::NotRequested)),
        }
    }

    /// The sum of a count that AWS publishes only when something happened: no data, completely read, is zero.
    pub fn count_or_zero(&self, query: &MetricQuery) -> Observed<f64> {
        match self.series(query) {
            Some(Series::Empty) => Observed::known(0.0, self.source(query.metric)),
            _ => self.get(query).map(|summary| summary.sum),
        }
    }

    /// Whether the query was answered without any data.
    pub fn is_empty(&self, query: &MetricQuery) -> bool {
        matches!(self.series(query), Some(Series::Empty))
    }

    /// Whether there are data: "no" only when the query was answered completely.
    pub fn has_data(&self, query: &MetricQuery) -> Observed<bool> {
        match self.series(query) {
            Some(Series::Empty) => Observed::known(false, self.source(query.metric)),
            _ => self.get(query).map(|_| true),
        }
    }

    fn series(&self, query: &MetricQuery) -> Option<&Series> {
        self.answers.get(*self.asked.get(query)? as usize)?.as_ref()
    }

    /// The queries that nobody asked before, numbered in their order, with their sources.
    fn note(&mut self, queries: impl IntoIterator<Item = MetricQuery>, new: &mut Vec<Numbered>) {
        for query in queries {
            let number = self.asked.len() as u32;
            if let Entry::Vacant(vacant) = self.asked.entry(query) {
                let query = vacant.key().clone();
                vacant.insert(number);
                let fresh = || Source { id: source(&self.place, query.metric), items: 0, read_at: None };
                self.sources.entry(query.metric).or_insert_with(fresh).items += 1;
                new.push((number, query));
            }
        }
    }

    fn answer(&mut self, answered: Answered) {
        self.answers.resize_with(self.asked.len(), || None);
        for ((number, query), series) in answered.batch.into_iter().zip(answered.series) {
            if let Some(place) = self.answers.get_mut(number as usize) {
                *place = Some(series);
            }
            if let Some(source) = self.sources.get_mut(query.metric) {
                source.read_at = Some(source.read_at.map_or(answered.read_at, |at| at.min(answered.read_at)));
            }
        }
    }

    fn source(&self, metric: &'static Metric) -> SourceId {
        self.sources.get(metric).map_or_else(|| source(&self.place, metric), |source| source.id)
    }

    fn gap(&self, query: &MetricQuery, cause: Cause) -> GapId {
        let what = format!("{} {}", query.metric.namespace, query.metric.name);
        self.place.gap(&GET_METRIC_DATA, &what, cause, "")
    }

    /// One source a metric, statistic and period: how many queries share a call depends on what else is asked, this does not.
    fn record_sources(&self) {
        let (start, end) = window(self.place.span.now);
        #[expect(clippy::iter_over_hash_type, reason = "the order does not show: the registry sorts")]
        for (metric, Source { id, items, read_at }) in &self.sources {
            self.place.span.registry.add_source(SourceRecord {
                id: *id,
                service: GET_METRIC_DATA.service.to_owned(),
                operation: GET_METRIC_DATA.operation.to_owned(),
                account: self.place.account.to_string(),
                region: self.place.region.to_string(),
                parameters: format!("{}, {start} to {end}", metric.source_parameters()),
                read_at: read_at.unwrap_or_else(|| self.place.span.time()),
                pages: items.div_ceil(QUERIES_PER_CALL as u64) as u32,
                items: *items,
                request_ids: Vec::new(),
            });
        }
    }
}

/// The window of every query: whole hours, so that a replay asks the same.
fn window(now: Timestamp) -> (Timestamp, Timestamp) {
    let end = Timestamp::from_second(now.as_second() / i64::from(HOUR) * i64::from(HOUR)).unwrap_or(now);
    (end - SignedDuration::from_hours(WINDOW_DAYS * 24), end)
}

fn source(place: &Place, metric: &Metric) -> SourceId {
    crate::aws::source_id(&GET_METRIC_DATA.name(), &place.account, &place.region, &metric.source_parameters())
}

/// Where collectors ask for metrics. Asking again for the same costs nothing: it is asked of AWS once.
#[derive(Clone)]
pub struct Ask(mpsc::UnboundedSender<MetricQuery>);

impl Ask {
    /// An asker, and the queries asked through it and its clones.
    pub(crate) fn channel() -> (Ask, mpsc::UnboundedReceiver<MetricQuery>) {
        let (sender, receiver) = mpsc::unbounded_channel();
        (Ask(sender), receiver)
    }

    /// Asks for all of them.
    pub fn all(&self, queries: impl IntoIterator<Item = MetricQuery>) {
        for query in queries {
            // Nobody listens any more only when the scan is given up.
            let _ = self.0.send(query);
        }
    }
}

/// Asks for the queries of a place as they come, each once, until nobody can ask any more. While a long list is still being
/// read, the metrics of its first pages are on their way.
pub(crate) async fn fetch(place: &Arc<Place>, mut queries: mpsc::UnboundedReceiver<MetricQuery>) -> Metrics {
    let mut metrics =
        Metrics { place: place.clone(), asked: HashMap::new(), answers: Vec::new(), sources: HashMap::new() };
    if !place.span.metrics {
        return metrics;
    }
    let journal = place.journal().await.filter(|journal| journal.has_metrics());
    // What an interrupted scan knows is asked apart from the rest: a request is answered by the journal only as a whole.
    let known = |(_, query): &Numbered| journal.as_ref().is_some_and(|journal| journal.knows_metric(key(place, query)));
    let (mut batches, mut under_way, mut open) = ([Vec::new(), Vec::new()], FuturesUnordered::new(), true);
    let (mut arrived, mut new) = (Vec::new(), Vec::new());
    while open || !under_way.is_empty() {
        tokio::select! {
            count = queries.recv_many(&mut arrived, QUERIES_PER_CALL), if open && under_way.len() < CALLS_AT_ONCE => {
                open = count > 0;
                metrics.note(arrived.drain(..), &mut new);
                let (of_journal, of_aws): (Vec<_>, Vec<_>) = new.drain(..).partition(known);
                for (batch, more) in batches.iter_mut().zip([of_journal, of_aws]) {
                    batch.extend(more);
                    while batch.len() >= QUERIES_PER_CALL || (!open && !batch.is_empty()) {
                        let full = batch.drain(..batch.len().min(QUERIES_PER_CALL)).collect();
                        under_way.push(apart(fetch_batch(place.clone(), full)));
                    }
                }
            }
            Some(answered) = under_way.next() => metrics.answer(answered),
        }
    }
    metrics.record_sources();
    metrics
}

/// How the journal knows a query.
fn key(place: &Place, query: &MetricQuery) -> crate::aws::QueryKey {
    let (start, end) = window(place.span.now);
    let MetricQuery { metric, values } = query;
    QueryOf {
        region: &place.region,
        window: (start.as_second(), end.as_second()),
        namespace: metric.namespace,
        name: metric.name,
        statistic: metric.statistic,
        period: metric.period.into(),
        dimensions: metric.dimensions.iter().copied().zip(values.iter().map(|value| &**value)).collect(),
    }
    .key()
}

struct Answered {
    batch: Vec<Numbered>,
    series: Vec<Series>,
    read_at: Timestamp,
}

async fn fetch_batch(place: Arc<Place>, batch: Vec<Numbered>) -> Answered {
    let (start, end) = window(place.span.now);
    let asked = batch.iter().enumerate().map(|(index, (_, query))| data_query(index, query)).collect();
    let request = place
        .clients
        .cloudwatch()
        .get_metric_data()
        .set_metric_data_queries(Some(asked))
        .start_time(date_time(start))
        .end_time(date_time(end))
        .scan_by(ScanBy::TimestampAscending);
    let mut answers: Vec<(Vec<f64>, bool)> = vec![Default::default(); batch.len()];
    let pages = request.into_paginator().send();
    let Part { gap, read_at } = drain_part(&place, &GET_METRIC_DATA, batch.len(), pages, |page| {
        for result in page.metric_data_results.unwrap_or_default() {
            let index = result.id.as_deref().and_then(|id| id.strip_prefix('m')).and_then(|n| n.parse::<usize>().ok());
            if let Some((values, complete)) = index.and_then(|index| answers.get_mut(index)) {
                match result.values {
                    Some(first) if values.is_empty() => *values = first,
                    more => values.extend(more.unwrap_or_default()),
                }
                *complete = result.status_code == Some(StatusCode::Complete);
            }
        }
    })
    .await;
    let series = |query: &MetricQuery, (values, complete): (Vec<f64>, bool)| {
        let incomplete = || {
            let what = format!("{} {}", query.metric.namespace, query.metric.name);
            place.gap(&GET_METRIC_DATA, &what, Cause::Failed, "the result is not complete")
        };
        reduce(&values, gap.or_else(|| (!complete).then(incomplete)))
    };
    let series = batch.iter().zip(answers).map(|((_, query), answer)| series(query, answer)).collect();
    Answered { batch, series, read_at }
}

/// A series that did not arrive whole is unread, whatever arrived of it: forbidden or failed is not "no data".
fn reduce(values: &[f64], gap: Option<GapId>) -> Series {
    match (Summary::of(values), gap) {
        (_, Some(gap)) => Series::Unread(gap),
        (Some(summary), None) => Series::Data(summary),
        (None, None) => Series::Empty,
    }
}

fn data_query(index: usize, query: &MetricQuery) -> MetricDataQuery {
    let MetricQuery { metric, values } = query;
    let named = metric.dimensions.iter().zip(values);
    let dimensions = named.map(|(name, value)| Dimension::builder().name(*name).value(&**value).build());
    let of_resource = aws_sdk_cloudwatch::types::Metric::builder()
        .namespace(metric.namespace)
        .metric_name(metric.name)
        .set_dimensions(Some(dimensions.collect()))
        .build();
    let stat = MetricStat::builder().metric(of_resource).period(metric.period).stat(metric.statistic).build();
    MetricDataQuery::builder().id(format!("m{index}")).metric_stat(stat).return_data(true).build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_of_nothing_is_nothing() {
        assert_eq!(Summary::of(&[]), None);
    }

    #[test]
    fn p95_is_the_nearest_rank() {
        let values: Vec<f64> = (1..=100).map(f64::from).collect();
        let summary = Summary::of(&values).unwrap();
        assert_eq!((summary.p95, summary.min, summary.max, summary.latest), (95.0, 1.0, 100.0, 100.0));
        assert_eq!(Summary::of(&[7.0]).unwrap().p95, 7.0);
    }

    #[test]
    fn a_forbidden_or_failed_result_is_unread_not_empty() {
        assert!(matches!(reduce(&[], Some(GapId(1))), Series::Unread(GapId(1))));
        assert!(matches!(reduce(&[1.0], Some(GapId(1))), Series::Unread(_)));
        assert!(matches!(reduce(&[], None), Series::Empty));
    }

    #[test]
    fn a_query_that_two_controls_need_is_asked_once() {
        static ANY: Metric = Metric::hourly("AWS/EBS", "X", "Average", &["VolumeId"]);
        static SAME: Metric = Metric::hourly("AWS/EBS", "X", "Average", &["VolumeId"]);
        let place = crate::testing::place("us-east-1", &[]);
        let mut metrics = Metrics { place, asked: HashMap::new(), answers: Vec::new(), sources: HashMap::new() };
        let (first, second) = ("vol-1".into(), "vol-2".into());
        let mut asked = Vec::new();
        metrics.note([ANY.of(&first), ANY.of(&second), SAME.of(&first)], &mut asked);
        metrics.note([SAME.of(&second)], &mut asked);
        assert_eq!(asked, [(0, ANY.of(&first)), (1, ANY.of(&second))]);
        assert_eq!(metrics.sources.values().map(|source| source.items).collect::<Vec<_>>(), [2]);
        assert!(matches!(metrics.get(&ANY.of(&first)), Observed::Unknown { .. }), "not answered is not empty");
        assert!(!metrics.is_empty(&ANY.of(&first)));
    }

    #[test]
    fn metrics_of_one_name_and_other_dimensions_are_two_sources() {
        static NODE: Metric = Metric::hourly("AWS/ElastiCache", "X", "Sum", &["CacheClusterId", "CacheNodeId"]);
        static SERVERLESS: Metric = Metric::hourly("AWS/ElastiCache", "X", "Sum", &["clusterId"]);
        let place = crate::testing::place("us-east-1", &[]);
        assert_ne!(source(&place, &NODE), source(&place, &SERVERLESS));
        assert_eq!(SERVERLESS.source_parameters(), "AWS/ElastiCache X Sum 3600 s by clusterId");
    }

    #[test]
    fn the_window_is_whole_hours() {
        let (start, end) = window("2026-11-23T20:48:11Z".parse().unwrap());
        assert_eq!(
            (start.to_string(), end.to_string()),
            ("2026-11-09T20:00:00Z".into(), "2026-11-23T20:00:00Z".into())
        );
    }
}
