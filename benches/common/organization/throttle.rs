//! Throttling as AWS does it: a token bucket for each account, region and service, refused in the words of each protocol.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Instant,
};

use ciborium::Value;
use serde_json::json;

use super::asked::{Asked, Protocol};
use crate::common::wire::{Answer, encode, map, respond, string};

/// Requests that a full bucket holds, and that come back in a second.
pub(crate) const CAPACITY: f64 = 50.0;
pub(crate) const REFILL: f64 = 10.0;

/// The buckets of a server.
#[derive(Default)]
pub(crate) struct Buckets(Mutex<HashMap<(String, String, String), Bucket>>);

struct Bucket {
    tokens: f64,
    first: Instant,
    last: Instant,
    answered: u64,
    throttled: u64,
}

impl Buckets {
    /// Takes a token; false if there is none.
    pub(crate) fn take(&self, asked: &Asked) -> bool {
        let key = (asked.account.clone(), asked.region.clone(), asked.service.clone());
        let mut buckets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let fresh = Bucket { tokens: CAPACITY, first: now, last: now, answered: 0, throttled: 0 };
        let bucket = buckets.entry(key).or_insert(fresh);
        let since = now.duration_since(bucket.last).as_secs_f64();
        (bucket.tokens, bucket.last) = ((bucket.tokens + since * REFILL).min(CAPACITY), now);
        let taken = bucket.tokens >= 1.0;
        bucket.tokens -= f64::from(u8::from(taken));
        bucket.answered += u64::from(taken);
        bucket.throttled += u64::from(!taken);
        taken
    }

    /// The seconds that the most used bucket takes at least. Of those that were emptied: how many, and the rate at which each was used after what it held at first.
    pub(crate) fn json(&self) -> serde_json::Value {
        let buckets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let settled = |bucket: &Bucket| {
            let seconds = bucket.last.duration_since(bucket.first).as_secs_f64();
            (bucket.throttled > 0 && seconds > 0.0).then(|| (bucket.answered as f64 - CAPACITY) / seconds)
        };
        let mut rates: Vec<f64> = buckets.values().filter_map(settled).collect();
        rates.sort_by(f64::total_cmp);
        let at = |share: usize| rates.get((rates.len().saturating_sub(1)) * share / 2).copied();
        let most = buckets.values().map(|bucket| bucket.answered).max().unwrap_or(0) as f64;
        let floor = ((most - CAPACITY) / REFILL).max(0.0);
        json!({"floor": floor, "all": buckets.len(), "emptied": rates.len(), "least": at(0), "median": at(1), "most": at(2)})
    }
}

/// The refusal.
pub(crate) fn refusal(asked: &Asked) -> Answer {
    let message = "Rate exceeded";
    let xml = |code: &str| format!("<Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>");
    let json = |code: &str| json!({"__type": code, "message": message}).to_string();
    match (asked.protocol, asked.service.as_str()) {
        (Protocol::Ec2, _) => {
            let errors = xml("RequestLimitExceeded");
            let body = format!("<Response><Errors>{errors}</Errors><RequestID>r</RequestID></Response>");
            respond(503, "text/xml", body)
        }
        (Protocol::RestXml, "s3") => respond(503, "application/xml", xml("SlowDown")),
        (Protocol::Query | Protocol::RestXml, _) => {
            respond(400, "text/xml", format!("<ErrorResponse>{}</ErrorResponse>", xml("Throttling")))
        }
        (Protocol::RestJson, "lambda") => respond(429, "application/json", json("TooManyRequestsException")),
        (Protocol::RestJson, _) => respond(429, "application/json", json("ThrottlingException")),
        (Protocol::Json, _) => respond(400, "application/x-amz-json-1.1", json("ThrottlingException")),
        (Protocol::Cbor, _) => {
            let fields: Vec<(&str, Value)> =
                vec![("__type", string("ThrottlingException")), ("message", string(message))];
            respond(400, "application/cbor", encode(&map(fields)))
        }
    }
}
