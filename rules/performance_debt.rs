//! WAF-PERF-100 Performance Debt.

use crate::model::Criterion;

pub(crate) const CRITERIA: &[Criterion] = &[];
