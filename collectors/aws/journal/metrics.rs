//! GetMetricData in a journal: answered query by query, because which queries share a request depends on what else is asked.
//!
//! A series counts only when every page of its request is there and AWS called it complete; of two answers to one query the later
//! counts. The values of a large account are many: timestamps that series have in common are kept once, values as AWS's CBOR.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use ciborium::Value;
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::Found;
use crate::aws::{
    replay_metrics::{decode, field, id, items},
    wire::{Exchange, RecordedBody, RecordedRequest},
};

/// A metric query in a region and window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct QueryKey([u8; 32]);

/// What identifies a metric query.
#[derive(Debug)]
pub(crate) struct QueryOf<'a> {
    pub(crate) region: &'a str,
    /// Start and end, in seconds of Unix time.
    pub(crate) window: (i64, i64),
    pub(crate) namespace: &'a str,
    pub(crate) name: &'a str,
    pub(crate) statistic: &'a str,
    /// Seconds.
    pub(crate) period: i64,
    /// Name and value.
    pub(crate) dimensions: Vec<(&'a str, &'a str)>,
}

impl QueryOf<'_> {
    pub(crate) fn key(&self) -> QueryKey {
        let QueryOf { region, window, namespace, name, statistic, period, dimensions } = self;
        let all = format!("{:?}", (region, window, namespace, name, statistic, period, dimensions));
        QueryKey(Sha256::digest(all).into())
    }
}

/// Nothing for queries that are no single metric: nobody asks such.
fn key_of(region: &str, window: (i64, i64), query: &Value) -> Option<QueryKey> {
    let stat = field(query, "MetricStat")?;
    let metric = field(stat, "Metric")?;
    let text = |value, name| field(value, name).and_then(Value::as_text);
    let dimensions = items(metric, "Dimensions").iter().map(|one| Some((text(one, "Name")?, text(one, "Value")?)));
    let of = QueryOf {
        region,
        window,
        namespace: text(metric, "Namespace")?,
        name: text(metric, "MetricName")?,
        statistic: text(stat, "Stat")?,
        period: whole(field(stat, "Period")?)?,
        dimensions: dimensions.collect::<Option<_>>()?,
    };
    Some(of.key())
}

fn window(request: &Value) -> Option<(i64, i64)> {
    Some((whole(field(request, "StartTime")?)?, whole(field(request, "EndTime")?)?))
}

/// A whole number, also as the SDK writes times: tagged, sometimes with a point.
fn whole(value: &Value) -> Option<i64> {
    match value {
        Value::Tag(_, inner) => whole(inner),
        Value::Integer(number) => i128::from(*number).try_into().ok(),
        Value::Float(number) if number.fract() == 0.0 => Some(*number as i64),
        _ => None,
    }
}

/// A series that arrived whole.
#[derive(Debug)]
struct Series {
    label: Option<Value>,
    timestamps: Arc<[u8]>,
    values: Box<[u8]>,
    read_at: Timestamp,
}

/// Pages of a request that has not come to its end.
#[derive(Debug, Default)]
struct Chain {
    next: Option<String>,
    results: BTreeMap<String, Result>,
}

#[derive(Debug, Default)]
struct Result {
    label: Option<Value>,
    complete: bool,
    timestamps: Vec<Value>,
    values: Vec<Value>,
}

/// Series by query.
#[derive(Debug, Default)]
pub(super) struct WholeSeries {
    series: HashMap<QueryKey, Series>,
    chains: HashMap<String, Chain>,
    timestamps: BTreeSet<Arc<[u8]>>,
}

impl WholeSeries {
    /// Takes one page, in the order in which they were read.
    pub(super) fn add(&mut self, exchange: &Exchange, read_at: Timestamp) {
        let decoded = |body: &RecordedBody| body.bytes().ok().and_then(|bytes| decode(&bytes));
        let (Some(request), Some(answer)) = (decoded(&exchange.request.body), decoded(&exchange.answer.body)) else {
            return;
        };
        let asked = format!("{} {:?}", exchange.region, without_token(&request));
        // A first page begins anew; a later one goes on only where the page before left off.
        let mut chain = match (token(&request), self.chains.remove(&asked)) {
            (None, _) => Chain::default(),
            (Some(from), Some(chain)) if chain.next.as_deref() == Some(from) => chain,
            _ => return,
        };
        for result in items(&answer, "MetricDataResults") {
            chain.results.entry(id(result).to_owned()).or_default().add(result);
        }
        chain.next = token(&answer).map(str::to_owned);
        if chain.next.is_some() {
            self.chains.insert(asked, chain);
        } else {
            self.finish(&exchange.region, &request, chain, read_at);
        }
    }

    fn finish(&mut self, region: &str, request: &Value, mut chain: Chain, read_at: Timestamp) {
        let Some(window) = window(request) else { return };
        for query in items(request, "MetricDataQueries") {
            let result = chain.results.remove(id(query)).filter(|result| result.complete);
            if let (Some(key), Some(result)) = (key_of(region, window, query), result) {
                let timestamps: Arc<[u8]> = encode(Value::Array(result.timestamps)).into();
                let timestamps = self.timestamps.get(&timestamps).cloned().unwrap_or(timestamps);
                self.timestamps.insert(timestamps.clone());
                let values = encode(Value::Array(result.values)).into();
                self.series.insert(key, Series { label: result.label, timestamps, values, read_at });
            }
        }
    }

    /// Nothing more comes: what did not come to its end is asked again.
    pub(super) fn end(&mut self) {
        self.chains = HashMap::new();
        self.timestamps = BTreeSet::new();
    }

    pub(super) fn is_empty(&self) -> bool {
        self.series.is_empty()
    }

    pub(super) fn knows(&self, query: QueryKey) -> bool {
        self.series.contains_key(&query)
    }

    /// Answers a request of any composition, if every query of it is known; with the time of the oldest.
    pub(super) fn answer(&self, region: &str, request: &RecordedRequest) -> Option<Found> {
        if self.is_empty() {
            return None;
        }
        let asked = decode(&request.body.bytes().ok()?)?;
        let window = window(&asked)?;
        let mut oldest: Option<Timestamp> = None;
        let mut results = Vec::new();
        for query in items(&asked, "MetricDataQueries") {
            let series = self.series.get(&key_of(region, window, query)?)?;
            oldest = Some(oldest.map_or(series.read_at, |so_far| so_far.min(series.read_at)));
            results.push(series.result(id(query))?);
        }
        let body = encode(Value::Map(vec![(text("MetricDataResults"), Value::Array(results))]));
        let headers = [("content-type", "application/cbor"), ("smithy-protocol", "rpc-v2-cbor")];
        let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        Some(Found { status: 200, headers, body, read_at: oldest? })
    }
}

impl Result {
    fn add(&mut self, result: &Value) {
        self.label = field(result, "Label").cloned();
        self.complete = field(result, "StatusCode").and_then(Value::as_text) == Some("Complete");
        self.timestamps.extend_from_slice(items(result, "Timestamps"));
        self.values.extend_from_slice(items(result, "Values"));
    }
}

impl Series {
    fn result(&self, id: &str) -> Option<Value> {
        let mut entries = vec![
            (text("Id"), text(id)),
            (text("Timestamps"), decode(&self.timestamps)?),
            (text("Values"), decode(&self.values)?),
            (text("StatusCode"), text("Complete")),
        ];
        entries.extend(self.label.clone().map(|label| (text("Label"), label)));
        Some(Value::Map(entries))
    }
}

fn token(body: &Value) -> Option<&str> {
    field(body, "NextToken").and_then(Value::as_text).filter(|token| !token.is_empty())
}

fn without_token(request: &Value) -> Vec<&(Value, Value)> {
    let entries = request.as_map().into_iter().flatten();
    entries.filter(|(name, _)| name.as_text() != Some("NextToken")).collect()
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

/// Writing into memory does not fail; if it did, the empty bytes would be no CBOR, and AWS would be asked.
fn encode(value: Value) -> Vec<u8> {
    let mut bytes = Vec::new();
    let _ = ciborium::into_writer(&value, &mut bytes);
    bytes
}
