//! WAF-PERF-100 Performance Debt.

use crate::{
    Collected,
    aws::Place,
    metrics::{Ask, Metrics},
};

/// The metrics this control needs of a place.
pub(crate) async fn ask_metrics(_place: &Place, _ask: &Ask) {}

/// The evidence of a place.
pub(crate) async fn collect(_place: &Place, _metrics: &Metrics) -> Collected {
    Collected::default()
}
