//! Load tests of the same account and region, against which scale-outs are held. One that runs elsewhere is not seen.

use jiff::{SignedDuration, Timestamp};
use rung_rules::model::GapId;

use crate::{
    aws::Place,
    load_tests::{Found, found},
};

/// A scale-out may follow the end of a test: alarms look back some minutes, and capacity comes after them.
const GRACE: SignedDuration = SignedDuration::from_mins(10);

/// When load tests ran.
pub(super) struct LoadRuns {
    runs: Vec<(Timestamp, Timestamp)>,
    /// Why runs may be missing.
    pub(super) gap: Option<GapId>,
}

impl LoadRuns {
    /// Runs of the place's build projects and state machines that have ended.
    pub(super) async fn of(place: &Place) -> LoadRuns {
        let found = found(place).await;
        let Found { tests, projects, machines, .. } = &*found;
        let runs = tests.iter().flat_map(|test| &test.runs.items);
        LoadRuns {
            runs: runs.filter_map(|run| Some((run.start, run.end? + GRACE))).collect(),
            gap: projects.gap.or(machines.gap).or(tests.iter().find_map(|test| test.runs.gap)),
        }
    }

    /// Whether one ran at all.
    pub(super) fn any(&self) -> bool {
        !self.runs.is_empty()
    }

    /// Whether one ran then, or a few minutes before.
    pub(super) fn overlap(&self, at: Timestamp) -> bool {
        self.runs.iter().any(|(start, end)| (*start..=*end).contains(&at))
    }
}
