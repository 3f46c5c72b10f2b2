//! What was asked, by operation: calls, retries, throttles, errors, bytes, time, list price.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use rung_rules::model::CallCount;

use crate::calls::{Call, Price};

/// Counts of one scan, shared by all its clients.
#[derive(Debug, Default)]
pub struct Counters {
    by_operation: Mutex<BTreeMap<String, CallCount>>,
}

impl Counters {
    fn update(&self, call: &Call, change: impl FnOnce(&mut CallCount)) {
        let mut counts = self.by_operation.lock().unwrap_or_else(PoisonError::into_inner);
        change(counts.entry(call.name()).or_default());
    }

    /// One HTTP exchange, whatever its status.
    pub(crate) fn exchange(&self, call: &Call, status: u16, bytes: usize, took: Duration, throttled: bool) {
        self.update(call, |count| {
            count.bytes += bytes as u64;
            count.milliseconds += took.as_millis() as u64;
            if throttled {
                count.throttles += 1;
            } else if status < 500 {
                count.calls += 1;
            }
            if let Price::PerRequest(usd) = call.price {
                count.cost_usd += usd;
            }
        });
    }

    /// An attempt beyond the first.
    pub(crate) fn retry(&self, call: &Call) {
        self.update(call, |count| count.retries += 1);
    }

    /// A request that ended in an error after all its attempts.
    pub(crate) fn error(&self, call: &Call) {
        self.update(call, |count| count.errors += 1);
    }

    /// Metrics asked for.
    pub(crate) fn metrics(&self, call: &Call, metrics: usize) {
        if let Price::PerMetric(usd) = call.price {
            self.update(call, |count| count.cost_usd += usd * metrics as f64);
        }
    }

    /// The counts so far, by `service:Operation`.
    pub fn snapshot(&self) -> BTreeMap<String, CallCount> {
        self.by_operation.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Requests answered and throttles so far, for the progress line.
    pub fn totals(&self) -> (u64, u64) {
        let counts = self.by_operation.lock().unwrap_or_else(PoisonError::into_inner);
        counts.values().fold((0, 0), |(calls, throttles), c| (calls + c.calls, throttles + c.throttles))
    }
}
