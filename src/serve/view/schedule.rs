//! What is scanned when, what became of it, and what is under way where: from `rung.toml` and the runs that schedulers wrote into the store.

use std::collections::BTreeMap;

use axum::{extract::State, response::Response};
use jiff::Timestamp;
use minijinja::context;
use serde::Serialize;

use super::super::{Visitor, Web, WebError, people::config};
use crate::{
    config::schedule::ScheduleTable,
    schedule::{http::words, service::STALE},
    store::{RunRow, RunState},
};

/// Coming instants that are shown.
const COMING: usize = 5;
/// Runs of each schedule that are shown.
const RUNS: i64 = 12;

/// A schedule, as it is shown.
#[derive(Serialize)]
pub(in super::super) struct Shown {
    pub(in super::super) name: String,
    /// When and what; absent where this server's `rung.toml` does not have it.
    pub(in super::super) planned: Option<Planned>,
    /// Its last runs, the newest first.
    pub(in super::super) runs: Vec<Run>,
}

/// When a schedule scans what.
#[derive(Serialize)]
pub(in super::super) struct Planned {
    pub(in super::super) cron: String,
    pub(in super::super) time_zone: String,
    pub(in super::super) jitter_seconds: i64,
    pub(in super::super) catch_up_seconds: i64,
    /// The command of a scan, without files.
    pub(in super::super) command: String,
    pub(in super::super) next: Vec<Coming>,
}

/// A run that comes.
#[derive(Serialize)]
pub(in super::super) struct Coming {
    pub(in super::super) planned: Timestamp,
    pub(in super::super) begins: Timestamp,
    /// As clocks there show it.
    pub(in super::super) local: String,
}

/// A run.
#[derive(Serialize)]
pub(in super::super) struct Run {
    pub(in super::super) row: RunRow,
    /// What became of it, in words.
    pub(in super::super) words: String,
    tone: &'static str,
    bundle: Option<String>,
    seconds: Option<i64>,
    /// Whether whoever runs it has not said so for long.
    silent: bool,
}

/// All schedules: those of `rung.toml`, in their order, then those that only the store knows.
pub(in super::super) async fn schedules(web: &Web) -> Result<Vec<Shown>, WebError> {
    let config = config(web).await?;
    let now = Timestamp::now();
    let mut runs = BTreeMap::<String, Vec<Run>>::new();
    for row in web.store.last_runs(RUNS, false).await? {
        runs.entry(row.schedule.clone()).or_default().push(run(row, now));
    }
    let mut all: Vec<_> = config
        .schedules
        .iter()
        .map(|schedule| Shown {
            planned: Some(planned(schedule, now)),
            runs: runs.remove(&schedule.name).unwrap_or_default(),
            name: schedule.name.clone(),
        })
        .collect();
    all.extend(runs.into_iter().map(|(name, runs)| Shown { name, planned: None, runs }));
    Ok(all)
}

fn planned(schedule: &ScheduleTable, now: Timestamp) -> Planned {
    let timetable = &schedule.timetable;
    let coming = |planned: Timestamp| Coming {
        planned,
        begins: timetable.begins(&schedule.name, planned),
        local: planned.to_zoned(timetable.zone().clone()).strftime("%a %Y-%m-%d %H:%M %:z").to_string(),
    };
    let words = schedule.what.arguments().into_iter().map(|word| word.to_string_lossy().into_owned());
    Planned {
        cron: timetable.cron().to_owned(),
        time_zone: timetable.zone_name().to_owned(),
        jitter_seconds: timetable.jitter.as_secs(),
        catch_up_seconds: timetable.catch_up.as_secs(),
        command: ["rung".to_owned(), "scan".to_owned()].into_iter().chain(words).collect::<Vec<_>>().join(" "),
        next: timetable.coming(now).take(COMING).map(coming).collect(),
    }
}

fn run(row: RunRow, now: Timestamp) -> Run {
    let tone = match (row.state, row.exit) {
        (RunState::Ended, Some(0)) => "good",
        (RunState::Ended, Some(1 | 3 | 130)) | (RunState::UnderWay | RunState::Skipped, _) => "open",
        _ => "bad",
    };
    let took = row.started_at.zip(row.ended_at).map(|(began, ended)| ended.duration_since(began).as_secs());
    Run {
        words: words(&row),
        tone,
        bundle: row.bundle.as_ref().map(|bundle| bundle.display().to_string()),
        seconds: took,
        silent: row.state == RunState::UnderWay && now.duration_since(row.heartbeat) > STALE,
        row,
    }
}

pub(super) async fn page(State(web): State<Web>, visitor: Visitor) -> Result<Response, WebError> {
    let schedules = schedules(&web).await?;
    web.pages.render("schedule.html", visitor.chrome("Schedule", "schedule"), context! { schedules })
}
