//! What was asked: by account, region and operation, twice the same, at once, refused and never repeated.

use std::{
    collections::{BTreeMap, HashSet},
    sync::{Mutex, PoisonError},
};

use hyper::body::Body;
use serde_json::{Value, json};

use super::asked::Asked;
use crate::common::wire::Answer;

/// Counters of a server.
#[derive(Default)]
pub(crate) struct Counts(Mutex<Counted>);

#[derive(Default)]
struct Counted {
    by_operation: BTreeMap<(String, String, String), u64>,
    answered: u64,
    /// Fingerprints of what was answered, of what was refused by throttling.
    distinct: HashSet<u64>,
    refused: HashSet<u64>,
    twice: BTreeMap<String, u64>,
    throttled: u64,
    errors: u64,
    now: u64,
    most: u64,
    /// Bytes of the bodies of requests and answers.
    received: u64,
    sent: u64,
}

impl Counts {
    fn with<T>(&self, change: impl FnOnce(&mut Counted) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// A request came.
    pub(crate) fn began(&self, asked: &Asked) {
        let key = (asked.account.clone(), asked.region.clone(), format!("{}:{}", asked.service, asked.operation));
        self.with(|counted| {
            *counted.by_operation.entry(key).or_default() += 1;
            counted.received += asked.body.len() as u64;
            counted.now += 1;
            counted.most = counted.most.max(counted.now);
        });
    }

    /// Its answer goes; or it was throttled.
    pub(crate) fn ended(&self, asked: &Asked, answer: &Answer, throttled: bool) {
        let status = answer.status().as_u16();
        self.with(|counted| {
            counted.now -= 1;
            counted.sent += answer.body().size_hint().exact().unwrap_or_default();
            if throttled {
                counted.throttled += 1;
                counted.refused.insert(asked.fingerprint);
                return;
            }
            counted.answered += 1;
            // A 404 is AWS's way to say that something is not there.
            counted.errors += u64::from(status >= 400 && status != 404);
            if !counted.distinct.insert(asked.fingerprint) {
                *counted.twice.entry(format!("{}:{}", asked.service, asked.operation)).or_default() += 1;
            }
        });
    }

    /// Everything, as JSON; with `detail` each account, region and operation.
    pub(crate) fn json(&self, detail: bool) -> Value {
        self.with(|counted| {
            let sum = |key: fn(&(String, String, String)) -> &str| {
                let mut sums = BTreeMap::<&str, u64>::new();
                counted.by_operation.iter().for_each(|(of, count)| *sums.entry(key(of)).or_default() += count);
                json!(sums)
            };
            let each: Vec<_> =
                counted.by_operation.iter().map(|(of, count)| json!([of.0, of.1, of.2, count])).collect();
            json!({
                "answered": counted.answered, "distinct": counted.distinct.len(), "twice": counted.twice,
                "throttled": counted.throttled, "lost": counted.refused.difference(&counted.distinct).count(),
                "received": counted.received, "sent": counted.sent, "errors": counted.errors, "most_at_once": counted.most,
                "operations": sum(|of| &of.2), "accounts": sum(|of| &of.0), "regions": sum(|of| &of.1),
                "each": if detail { json!(each) } else { Value::Null },
            })
        })
    }
}
