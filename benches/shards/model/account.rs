//! One account: what it asks in each region, and how long AWS's rates take for that, whoever asks.

use std::collections::BTreeMap;

use super::{
    Measured,
    rates::{Bucket, Rates, bucket},
};

/// What reading an account takes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Account {
    pub(crate) calls: f64,
    pub(crate) findings: f64,
    /// List price of its calls.
    pub(crate) usd: f64,
    /// Seconds that the slowest bucket takes.
    pub(crate) forced: f64,
    /// That bucket.
    pub(crate) slowest: String,
    /// Requests that wait for one another.
    pub(crate) chain: f64,
}

/// Half of an account's resources lie in one region, a quarter in a second, the rest in all others alike.
pub(crate) fn spread(resources: f64, regions: usize) -> Vec<f64> {
    match regions {
        0 => Vec::new(),
        1 => vec![resources],
        2 => vec![resources * 2.0 / 3.0, resources / 3.0],
        _ => {
            let rest = resources / 4.0 / (regions - 2) as f64;
            let first = [resources / 2.0, resources / 4.0];
            first.into_iter().chain(std::iter::repeat_n(rest, regions - 2)).collect()
        }
    }
}

impl Measured {
    /// An account with so many resources in each of its regions.
    pub(crate) fn account(&self, resources: &[f64], rates: Rates) -> Account {
        let mut account =
            Account { calls: 0.0, findings: 0.0, usd: 0.0, forced: 0.0, slowest: "none".to_owned(), chain: 0.0 };
        let places = resources.iter().map(|resources| (false, *resources)).chain([(true, 0.0)]);
        for (global, resources) in places {
            let mut buckets = BTreeMap::<String, (Bucket, f64)>::new();
            for one in self.operations.iter().filter(|one| one.global == global) {
                let calls = self.at(one.calls, resources);
                account.calls += calls;
                account.usd += self.at(one.usd, resources);
                for (name, bucket) in held(&one.name, rates) {
                    buckets.entry(name).or_insert((bucket, 0.0)).1 += calls;
                }
            }
            for (name, (bucket, calls)) in buckets {
                let seconds = bucket.seconds(calls);
                if seconds > account.forced {
                    (account.forced, account.slowest) = (seconds, name);
                }
            }
            account.chain = account.chain.max(self.at(self.chain, resources));
            account.findings += if global { 0.0 } else { self.at(self.findings, resources) };
        }
        account
    }
}

/// The buckets that an operation takes from.
fn held(operation: &str, rates: Rates) -> Vec<(String, Bucket)> {
    match rates {
        Rates::None => Vec::new(),
        Rates::Published => vec![bucket(operation)],
        Rates::Throttling(server) => {
            let service = operation.split(':').next().unwrap_or_default();
            vec![bucket(operation), (format!("{service} at the server"), server)]
        }
    }
}
