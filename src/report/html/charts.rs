//! The numbers behind the report's charts: counted over every finding that comes by, also those that no page keeps. A chart
//! stands on one criterion, so that each resource is counted once; what was not seen is counted beside, never as zero.

mod count;
mod specs;

use jiff::Timestamp;
use rung_rules::model::Finding;
use serde::Serialize;

use count::Cells;
use specs::{SPECS, Spec};

/// All charts of a report.
#[derive(Debug)]
pub(super) struct Charts {
    now: Timestamp,
    all: Vec<(&'static Spec, Cells)>,
}

/// A chart as the page's script reads it; the form is written down at the head of `report.js`.
#[derive(Debug, Serialize)]
pub(super) struct Chart<'a> {
    id: &'static str,
    criterion: &'static str,
    form: &'static str,
    #[serde(skip_serializing_if = "<[f64]>::is_empty")]
    edges: &'static [f64],
    #[serde(flatten)]
    cells: &'a Cells,
}

impl Charts {
    /// No finding yet; ages are counted up to `now`.
    pub(super) fn new(now: Timestamp) -> Self {
        Charts { now, all: SPECS.iter().map(|spec| (spec, Cells::default())).collect() }
    }

    /// Whether a criterion's findings are counted.
    pub(super) fn look_at(&self, criterion: &str) -> bool {
        self.all.iter().any(|(spec, _)| spec.criterion == criterion)
    }

    /// Counts a finding.
    pub(super) fn add(&mut self, finding: &Finding) {
        let now = self.now;
        self.all
            .iter_mut()
            .filter(|(spec, _)| spec.criterion == finding.criterion)
            .for_each(|(spec, cells)| cells.add(spec, finding, now));
    }

    /// Those that have something to show.
    pub(super) fn drawn(&self) -> Vec<Chart<'_>> {
        let seen = self.all.iter().filter(|(_, cells)| cells.seen() > 0);
        seen.map(|(spec, cells)| Chart {
            id: spec.id,
            criterion: spec.criterion,
            form: spec.shape.name(),
            edges: spec.shape.edges(),
            cells,
        })
        .collect()
    }
}

#[cfg(test)]
#[path = "charts/tests.rs"]
mod tests;
