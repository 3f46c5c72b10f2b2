//! CloudWatch Network Synthetic Monitor.

use std::sync::Arc;

use super::{Call, call};
use crate::aws::{Listing, Place, drain};

call!(
    LIST_MONITORS,
    "networkmonitor",
    "NetworkMonitor",
    "ListMonitors",
    "network monitors: latency between VPCs and own networks"
);

pub(crate) static CALLS: &[&Call] = &[&LIST_MONITORS];

/// A network monitor.
#[derive(Clone, Debug)]
pub struct NetworkMonitor {
    /// `state` is `ACTIVE`.
    pub active: bool,
}

/// Every network monitor of the place.
pub async fn monitors(place: &Place) -> Arc<Listing<NetworkMonitor>> {
    let stream = place.clients.networkmonitor().list_monitors().into_paginator().page_size(25).send();
    let read = drain(place, &LIST_MONITORS, "", stream, |page, items| {
        let active = |monitor: aws_sdk_networkmonitor::types::MonitorSummary| monitor.state.as_str() == "ACTIVE";
        items.extend(page.monitors.into_iter().map(|monitor| NetworkMonitor { active: active(monitor) }));
    });
    place.memo(&LIST_MONITORS, "", read).await
}
