//! Schedules and their runs.

use serde::Serialize;
use utoipa::ToSchema;

use super::super::super::view::schedule as shown;
use crate::store::RunState as Stored;

/// Schedules.
#[derive(Serialize, ToSchema)]
pub(in super::super) struct Schedules {
    /// Those of the server's `rung.toml`, in their order, then those that only the store knows.
    pub(in super::super) schedules: Vec<Schedule>,
}

/// A schedule.
#[derive(Serialize, ToSchema)]
pub(in super::super) struct Schedule {
    name: String,
    /// Five fields; absent where the server's `rung.toml` does not have this schedule.
    cron: Option<String>,
    /// IANA name.
    time_zone: Option<String>,
    /// Its next instants.
    next: Vec<NextRun>,
    /// Its last runs, newest first.
    runs: Vec<Run>,
}

/// A run that comes.
#[derive(Serialize, ToSchema)]
pub(in super::super) struct NextRun {
    /// As the expression says.
    #[schema(format = DateTime)]
    planned: String,
    /// The same with its jitter.
    #[schema(format = DateTime)]
    begins: String,
}

/// What became of a run.
#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(in super::super) enum RunState {
    /// It runs.
    UnderWay,
    /// It has ended; the exit code says how.
    Ended,
    /// Nobody was there to run it.
    Missed,
    /// The run before was still under way.
    Skipped,
    /// Whoever ran it stopped saying so.
    Lost,
}

impl From<Stored> for RunState {
    fn from(state: Stored) -> Self {
        match state {
            Stored::UnderWay => RunState::UnderWay,
            Stored::Ended => RunState::Ended,
            Stored::Missed => RunState::Missed,
            Stored::Skipped => RunState::Skipped,
            Stored::Lost => RunState::Lost,
        }
    }
}

/// A run.
#[derive(Serialize, ToSchema)]
pub(in super::super) struct Run {
    #[schema(format = DateTime)]
    planned: String,
    /// 1, or 2 where the first ended without a word.
    attempt: i64,
    state: RunState,
    /// What became of it, in words.
    words: String,
    started_at: Option<String>,
    ended_at: Option<String>,
    /// Its exit code.
    exit: Option<i64>,
    /// The id of its scan, where it left a bundle.
    scan: Option<String>,
    /// Instants right before it that nothing was run for.
    missed: i64,
    /// Why nothing was run, or what went wrong.
    why: Option<String>,
    /// Where it runs or ran.
    host: String,
    pid: i64,
    /// When it was last heard of.
    #[schema(format = DateTime)]
    heartbeat: String,
}

impl From<shown::Shown> for Schedule {
    fn from(shown: shown::Shown) -> Self {
        let next = shown.planned.iter().flat_map(|planned| &planned.next);
        let next =
            next.map(|one| NextRun { planned: one.planned.to_string(), begins: one.begins.to_string() }).collect();
        let (cron, time_zone) = shown.planned.map(|planned| (planned.cron, planned.time_zone)).unzip();
        Schedule { name: shown.name, cron, time_zone, next, runs: shown.runs.into_iter().map(Run::from).collect() }
    }
}

impl From<shown::Run> for Run {
    fn from(run: shown::Run) -> Self {
        let row = run.row;
        Run {
            planned: row.planned.to_string(),
            attempt: row.attempt,
            state: row.state.into(),
            words: run.words,
            started_at: row.started_at.map(|at| at.to_string()),
            ended_at: row.ended_at.map(|at| at.to_string()),
            exit: row.exit,
            scan: row.scan,
            missed: row.missed,
            why: row.why,
            host: row.host,
            pid: row.pid,
            heartbeat: row.heartbeat.to_string(),
        }
    }
}
