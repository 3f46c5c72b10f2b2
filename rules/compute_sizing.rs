//! WAF-PERF-010 Compute Sizing.

use crate::model::Criterion;

pub(crate) const CRITERIA: &[Criterion] = &[];
