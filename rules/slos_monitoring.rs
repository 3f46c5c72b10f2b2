//! WAF-PERF-050 SLOs & Monitoring.

use crate::model::Criterion;

pub(crate) const CRITERIA: &[Criterion] = &[];
