//! CloudWatch Internet Monitor.

use std::sync::Arc;

use super::{Call, call};
use crate::aws::{Listing, Place, drain};

call!(
    LIST_MONITORS,
    "internetmonitor",
    "InternetMonitor",
    "ListMonitors",
    "internet monitors: latency between users and the region"
);

pub(crate) static CALLS: &[&Call] = &[&LIST_MONITORS];

/// An internet monitor.
#[derive(Clone, Debug)]
pub struct InternetMonitor {
    /// `Status` is `ACTIVE`.
    pub active: bool,
}

/// Every internet monitor of the place.
pub async fn monitors(place: &Place) -> Arc<Listing<InternetMonitor>> {
    let stream = place.clients.internetmonitor().list_monitors().into_paginator().page_size(25).send();
    let read = drain(place, &LIST_MONITORS, "", stream, |page, items| {
        let active = |monitor: aws_sdk_internetmonitor::types::Monitor| monitor.status.as_str() == "ACTIVE";
        items.extend(page.monitors.into_iter().map(|monitor| InternetMonitor { active: active(monitor) }));
    });
    place.memo(&LIST_MONITORS, "", read).await
}
