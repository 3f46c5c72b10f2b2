//! CloudWatch: anomaly detectors.

use std::sync::Arc;

use aws_sdk_cloudwatch::types::{AnomalyDetector, AnomalyDetectorType, Dimension, MetricDataQuery};

use super::{Call, call, cloudwatch::AlarmMetric};
use crate::aws::{Listing, Place, drain};

call!(
    DESCRIBE_ANOMALY_DETECTORS,
    "cloudwatch",
    "CloudWatch",
    "DescribeAnomalyDetectors",
    "anomaly detectors: the metrics they learn"
);

pub(crate) static CALLS: &[&Call] = &[&DESCRIBE_ANOMALY_DETECTORS];

/// An anomaly detector: of one metric, or of several by metric math.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Detector {
    /// The metrics it learns.
    pub metrics: Vec<AlarmMetric>,
    /// Its expressions of metric math.
    pub expressions: Vec<Arc<str>>,
}

/// Every anomaly detector of the place.
pub async fn detectors(place: &Place) -> Arc<Listing<Detector>> {
    let request = place.clients.cloudwatch().describe_anomaly_detectors();
    let kinds = vec![AnomalyDetectorType::SingleMetric, AnomalyDetectorType::MetricMath];
    let stream = request.set_anomaly_detector_types(Some(kinds)).into_paginator().page_size(100).send();
    let read = drain(place, &DESCRIBE_ANOMALY_DETECTORS, "", stream, |page, items| {
        items.extend(page.anomaly_detectors.unwrap_or_default().into_iter().map(detector));
    });
    place.memo(&DESCRIBE_ANOMALY_DETECTORS, "", read).await
}

fn detector(detector: AnomalyDetector) -> Detector {
    let single = detector.single_metric_anomaly_detector.map(|single| AlarmMetric {
        namespace: single.namespace.unwrap_or_default().into(),
        metric: single.metric_name.unwrap_or_default().into(),
        dimensions: dimensions(single.dimensions),
        statistic: single.stat.unwrap_or_default().into(),
    });
    let queries = detector.metric_math_anomaly_detector.and_then(|math| math.metric_data_queries).unwrap_or_default();
    let metrics = single.into_iter().chain(queries.iter().filter_map(of_query)).collect();
    Detector { metrics, expressions: queries.into_iter().filter_map(|query| query.expression.map(Arc::from)).collect() }
}

fn of_query(query: &MetricDataQuery) -> Option<AlarmMetric> {
    let stat = query.metric_stat.as_ref()?;
    let metric = stat.metric.clone()?;
    Some(AlarmMetric {
        namespace: metric.namespace.unwrap_or_default().into(),
        metric: metric.metric_name.unwrap_or_default().into(),
        dimensions: dimensions(metric.dimensions),
        statistic: stat.stat.clone().unwrap_or_default().into(),
    })
}

fn dimensions(dimensions: Option<Vec<Dimension>>) -> Vec<(Arc<str>, Arc<str>)> {
    let dimensions = dimensions.unwrap_or_default().into_iter();
    dimensions.filter_map(|d| Some((d.name?.into(), d.value?.into()))).collect()
}
