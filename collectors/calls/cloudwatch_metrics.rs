//! CloudWatch: which metrics there are.

use std::sync::Arc;

use super::{Call, call};
use crate::aws::{Listing, Place, drain};

call!(
    LIST_METRICS,
    "cloudwatch",
    "CloudWatch",
    "ListMetrics",
    "which metrics there are: memory of the CloudWatch agent, latency of services"
);

pub(crate) static CALLS: &[&Call] = &[&LIST_METRICS];

/// Name and value of a dimension.
pub type Dimension = (Arc<str>, Arc<str>);

/// The dimensions of every metric of this name that had data in the last two weeks, each set in the order of names.
pub async fn dimensions_of(place: &Place, namespace: &str, metric: &str) -> Arc<Listing<Vec<Dimension>>> {
    let parameters = format!("{namespace} {metric}");
    let request = place.clients.cloudwatch().list_metrics().namespace(namespace).metric_name(metric);
    let read = drain(place, &LIST_METRICS, &parameters, request.into_paginator().send(), |page, items| {
        items.extend(page.metrics.unwrap_or_default().into_iter().map(|metric| {
            let dimensions = metric.dimensions.unwrap_or_default().into_iter();
            let mut named: Vec<Dimension> =
                dimensions.filter_map(|one| Some((one.name?.into(), one.value?.into()))).collect();
            named.sort();
            named
        }));
    });
    place.memo(&LIST_METRICS, &parameters, read).await
}
