//! WAF-PERF-060 Load Tests.

use crate::model::Criterion;

pub(crate) const CRITERIA: &[Criterion] = &[];
