//! The memory metrics of the CloudWatch agent. EC2 itself has none, and the agent sends them with whatever dimensions its
//! configuration names: which there are is read from ListMetrics, once a metric name and not once an instance.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, PoisonError},
};

use rung_rules::model::{Cause, GapId, Observed, SourceId};

use crate::{
    aws::Place,
    calls::{
        cloudwatch::GET_METRIC_DATA,
        cloudwatch_metrics::{self, Dimension, LIST_METRICS},
    },
    metrics::{Metric, MetricQuery, Metrics, WINDOW_DAYS},
};

const NAMESPACE: &str = "CWAgent";
const INSTANCE: &str = "InstanceId";
/// What the agent calls used memory, in percent: on Linux, on Windows.
const METRICS: [&str; 2] = ["mem_used_percent", "Memory % Committed Bytes In Use"];
/// Different sets of dimension names that are asked for: an agent's configuration has one or two.
const MOST_SETS: usize = 64;

/// The memory metrics of a place, by instance.
#[derive(Debug)]
pub(super) struct Memory {
    by_instance: HashMap<Arc<str>, OfInstance>,
    from: SourceId,
    gap: Option<GapId>,
}

#[derive(Debug)]
struct OfInstance {
    from: SourceId,
    /// None where its dimensions are of too many kinds to ask for.
    queries: Vec<MetricQuery>,
}

impl Memory {
    pub(super) async fn read(place: &Place) -> Arc<Memory> {
        place.memo(&LIST_METRICS, "memory by instance", read(place)).await
    }

    /// What to ask for about an instance.
    pub(super) fn queries(&self, instance: &str) -> &[MetricQuery] {
        self.by_instance.get(instance).map_or(&[], |found| &found.queries)
    }

    /// Whether the agent sends its memory.
    pub(super) fn is_sent(&self, instance: &str) -> Observed<bool> {
        match (self.by_instance.get(instance), self.gap) {
            (Some(found), _) => Observed::known(true, found.from),
            (None, Some(gap)) => Observed::unknown(gap),
            (None, None) => Observed::known(false, self.from),
        }
    }

    /// Days with data of the metric that has most. None was listed: there was no data in the last two weeks.
    pub(super) fn days(&self, place: &Place, instance: &str, metrics: &Metrics) -> Observed<u32> {
        let Some(found) = self.by_instance.get(instance) else {
            return self.is_sent(instance).map(|_| 0);
        };
        let days = |query: &MetricQuery| match metrics.is_empty(query) {
            true => Observed::known(0, found.from),
            false => metrics.get(query).map(days_of),
        };
        let all: Vec<Observed<u32>> = found.queries.iter().map(days).collect();
        let most = all.iter().max_by_key(|days| days.value().copied()).copied();
        let unread = all.iter().find(|days| days.value().is_none()).copied();
        match (most, unread) {
            (Some(most), _) if most.value().is_some_and(|days| i64::from(*days) >= WINDOW_DAYS) => most,
            (_, Some(unread)) => unread,
            (Some(most), None) => most,
            (None, None) => {
                let what = format!("{NAMESPACE} memory with more than {MOST_SETS} sets of dimensions");
                Observed::unknown(place.gap(&GET_METRIC_DATA, &what, Cause::NotRequested, ""))
            }
        }
    }
}

/// Hours with data over 24, to the nearest day.
pub(super) fn days_of(summary: crate::metrics::Summary) -> u32 {
    (summary.points + 12) / 24
}

async fn read(place: &Place) -> Memory {
    let [linux, windows] = METRICS.map(|name| cloudwatch_metrics::dimensions_of(place, NAMESPACE, name));
    let (linux, windows) = futures::join!(linux, windows);
    let mut memory = Memory { by_instance: HashMap::new(), from: linux.from, gap: linux.gap.or(windows.gap) };
    for (name, listing) in METRICS.into_iter().zip([linux, windows]) {
        for dimensions in &listing.items {
            let Some((_, instance)) = dimensions.iter().find(|(name, _)| &**name == INSTANCE) else { continue };
            let found = memory.by_instance.entry(instance.clone());
            let found = found.or_insert_with(|| OfInstance { from: listing.from, queries: Vec::new() });
            found.queries.extend(query(name, dimensions));
        }
    }
    memory
}

fn query(name: &'static str, dimensions: &[Dimension]) -> Option<MetricQuery> {
    let metric = metric(name, dimensions.iter().map(|(name, _)| &**name).collect())?;
    Some(metric.of_all(dimensions.iter().map(|(_, value)| value.clone())))
}

/// A metric for a set of dimension names, kept for ever: metrics are static, and there are few such sets.
fn metric(name: &'static str, dimensions: Vec<&str>) -> Option<&'static Metric> {
    static KEPT: Mutex<BTreeMap<(&str, Vec<String>), &'static Metric>> = Mutex::new(BTreeMap::new());
    let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    let key = (name, dimensions.iter().map(|name| (*name).to_owned()).collect());
    if let Some(metric) = kept.get(&key) {
        return Some(metric);
    }
    if kept.len() >= MOST_SETS {
        return None;
    }
    let names: Vec<&'static str> = dimensions.into_iter().map(|name| &*String::leak(name.to_owned())).collect();
    let metric: &'static Metric = Box::leak(Box::new(Metric::hourly(NAMESPACE, name, "Average", Vec::leak(names))));
    kept.insert(key, metric);
    Some(metric)
}
