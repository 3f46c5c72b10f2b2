//! WAF-PERF-030 Caching.

use crate::model::Criterion;

pub(crate) const CRITERIA: &[Criterion] = &[];
