//! What was asked, by operation: calls, retries, throttles, errors, bytes, time, list price.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use rung_rules::model::{CallCount, PlaceCount};

use crate::calls::{Call, Price};

/// Counts of one scan, shared by all its clients.
#[derive(Debug, Default)]
pub struct Counters {
    counts: Mutex<BTreeMap<Key, CallCount>>,
}

/// Operation, account, region.
type Key = (&'static str, &'static str, Arc<str>, Arc<str>);

/// Where something was asked.
#[derive(Clone, Copy, Debug)]
pub(crate) struct At<'a> {
    pub(crate) call: &'static Call,
    pub(crate) account: &'a Arc<str>,
    pub(crate) region: &'a Arc<str>,
}

impl Counters {
    fn update(&self, at: At<'_>, change: impl FnOnce(&mut CallCount)) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (at.call.service, at.call.operation, at.account.clone(), at.region.clone());
        change(counts.entry(key).or_default());
    }

    /// One HTTP exchange, whatever its status.
    pub(crate) fn exchange(&self, at: At<'_>, status: u16, bytes: usize, took: Duration, throttled: bool) {
        self.update(at, |count| {
            count.bytes += bytes as u64;
            count.milliseconds += took.as_millis() as u64;
            if throttled {
                count.throttles += 1;
            } else if status < 500 {
                count.calls += 1;
            }
            if let Price::PerRequest(usd) = at.call.price {
                count.cost_usd += usd;
            }
        });
    }

    /// An attempt beyond the first.
    pub(crate) fn retry(&self, at: At<'_>) {
        self.update(at, |count| count.retries += 1);
    }

    /// A request that ended in an error after all its attempts.
    pub(crate) fn error(&self, at: At<'_>) {
        self.update(at, |count| count.errors += 1);
    }

    /// A request that the journal of an interrupted scan answered.
    pub(crate) fn resumed(&self, at: At<'_>) {
        self.update(at, |count| count.resumed += 1);
    }

    /// Metrics asked for.
    pub(crate) fn metrics(&self, at: At<'_>, metrics: usize) {
        if let Price::PerMetric(usd) = at.call.price {
            self.update(at, |count| count.cost_usd += usd * metrics as f64);
        }
    }

    /// The counts so far, by `service:Operation`.
    pub fn snapshot(&self) -> BTreeMap<String, CallCount> {
        let mut sums: BTreeMap<String, CallCount> = BTreeMap::new();
        for ((service, operation, ..), count) in self.counts.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            sums.entry(format!("{service}:{operation}")).or_default().add(count);
        }
        sums
    }

    /// The counts so far, by account, region and operation.
    pub fn ledger(&self) -> Vec<PlaceCount> {
        let counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let line = |((service, operation, account, region), count): (&Key, &CallCount)| PlaceCount {
            account: account.to_string(),
            region: region.to_string(),
            operation: format!("{service}:{operation}"),
            count: *count,
        };
        let mut lines: Vec<_> = counts.iter().map(line).collect();
        lines.sort_by(|a, b| (&a.account, &a.region, &a.operation).cmp(&(&b.account, &b.region, &b.operation)));
        lines
    }

    /// Requests answered and throttles so far, for the progress line.
    pub fn totals(&self) -> (u64, u64) {
        let counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts.values().fold((0, 0), |(calls, throttles), c| (calls + c.calls, throttles + c.throttles))
    }
}
