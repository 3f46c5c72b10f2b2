//! CloudWatch Synthetics: canaries.

use std::sync::Arc;

use jiff::Timestamp;

use super::{Call, call, time::timestamp};
use crate::aws::{Listing, Place, drain};

call!(DESCRIBE_CANARIES, "synthetics", "synthetics", "DescribeCanaries", "canaries: which run, and since when");

pub(crate) static CALLS: &[&Call] = &[&DESCRIBE_CANARIES];

/// A canary.
#[derive(Clone, Debug)]
pub struct Canary {
    /// `Name`.
    pub name: Option<Arc<str>>,
    /// `Status.State` is `RUNNING`.
    pub running: bool,
    /// `Timeline.LastStarted`.
    pub last_started: Option<Timestamp>,
}

/// Every canary of the place.
pub async fn canaries(place: &Place) -> Arc<Listing<Canary>> {
    let stream = place.clients.synthetics().describe_canaries().into_paginator().page_size(20).send();
    let read = drain(place, &DESCRIBE_CANARIES, "", stream, |page, items| {
        items.extend(page.canaries.unwrap_or_default().into_iter().map(|canary| {
            let state = canary.status.and_then(|status| status.state);
            Canary {
                name: canary.name.map(Arc::from),
                running: state.is_some_and(|state| state.as_str() == "RUNNING"),
                last_started: canary.timeline.and_then(|timeline| timeline.last_started).and_then(timestamp),
            }
        }));
    });
    place.memo(&DESCRIBE_CANARIES, "", read).await
}
