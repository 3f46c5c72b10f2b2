//! What is known, as Prometheus reads it. It is put together anew for each scrape, from the store and the loop; what is not known is absent,
//! never 0.

use std::{collections::BTreeMap, fmt, sync::atomic::AtomicU64};

use jiff::Timestamp;
use prometheus_client::{
    encoding::prometheus_text,
    metrics::{counter::Counter, family::Family, gauge::Gauge},
    registry::Registry,
};

use super::http::Watched;
use crate::store::{RunCount, RunRow, RunState, ScanRow, StoreError};

/// Labels and their values, in order.
type Labels = Vec<(&'static str, String)>;
type Number = Gauge<f64, AtomicU64>;

/// The exit codes of a scan that went well: done, and done with a control below its bar.
const GOOD: [i64; 2] = [0, 1];

/// One family a name. Only families that hold something are told.
#[derive(Default)]
struct Numbers {
    gauges: BTreeMap<&'static str, (&'static str, Family<Labels, Number>)>,
    runs: Family<Labels, Counter>,
    has_runs: bool,
}

impl Numbers {
    fn set(&mut self, (name, help): (&'static str, &'static str), labels: &[(&'static str, &str)], value: f64) {
        let (_, family) = self.gauges.entry(name).or_insert_with(|| (help, Family::default()));
        let labels: Labels = labels.iter().map(|(label, value)| (*label, (*value).to_owned())).collect();
        family.get_or_create(&labels).set(value);
    }

    fn text(self) -> Result<String, fmt::Error> {
        let mut registry = Registry::default();
        for (name, (help, family)) in self.gauges {
            registry.register(name, help, family);
        }
        if self.has_runs {
            registry.register(
                "rung_runs",
                "Runs of each schedule by what they came to, since the store was made",
                self.runs,
            );
        }
        let mut text = String::new();
        prometheus_text::encode(&mut text, &registry)?;
        Ok(text)
    }
}

const BUILD: (&str, &str) = ("rung_build_info", "The version of rung");
const STORE_UP: (&str, &str) = ("rung_store_up", "1 where the store answers, else 0");
const NEXT: (&str, &str) = ("rung_next_run_timestamp_seconds", "When the next run of the schedule begins");
const UNDER_WAY: (&str, &str) =
    ("rung_run_under_way", "1 while a run of the schedule is under way on this store, else 0");
const LAST_RUN: (&str, &str) = ("rung_last_run_timestamp_seconds", "When the last run of the schedule began");
const LAST_GOOD: (&str, &str) =
    ("rung_last_good_scan_timestamp_seconds", "When the last scan of the schedule that was done ended");
const GOOD_AGE: (&str, &str) =
    ("rung_last_good_scan_age_seconds", "Seconds since the last scan of the schedule that was done ended");
const TOOK: (&str, &str) = ("rung_scan_duration_seconds", "How long the last run of the schedule that ended took");
const LEVEL: (&str, &str) = (
    "rung_control_level",
    "Level of a control in the newest scan of the schedule: confirmed, and possible with unknown counted as met",
);
const PILLAR: (&str, &str) = ("rung_pillar_level", "Level of the pillar in the newest scan of the schedule");
const GAPS: (&str, &str) = ("rung_gaps", "What the newest scan of the schedule could not see");
const FINDINGS: (&str, &str) = ("rung_findings", "Findings of the newest scan of the schedule by result");
const COMPLETE: (&str, &str) =
    ("rung_scan_complete", "1 where the newest scan of the schedule was not cut short, else 0");
const CALLS: (&str, &str) = ("rung_scan_calls", "Requests that AWS answered in the newest scan of the schedule");
const PRICE: (&str, &str) =
    ("rung_scan_list_price_usd", "List price of the calls of the newest scan of the schedule, in US dollars");

/// The text that a scrape is answered with.
pub(super) async fn text(watched: &Watched) -> Result<String, fmt::Error> {
    let mut numbers = Numbers::default();
    numbers.set(BUILD, &[("version", env!("CARGO_PKG_VERSION"))], 1.0);
    for (name, next) in watched.status.coming() {
        numbers.set(NEXT, &[("schedule", &name)], seconds(next));
    }
    let asked = async {
        of_runs(&mut numbers, watched).await?;
        of_scans(&mut numbers, watched).await
    };
    let up = asked.await.is_ok();
    numbers.set(STORE_UP, &[], f64::from(u8::from(up)));
    numbers.text()
}

fn seconds(at: Timestamp) -> f64 {
    at.as_millisecond() as f64 / 1000.0
}

/// What became of runs. The schedules of other configurations on this store are theirs to tell.
async fn of_runs(numbers: &mut Numbers, watched: &Watched) -> Result<(), StoreError> {
    let ours = |name: &String| watched.schedules.contains(name);
    let counts: Vec<RunCount> =
        watched.store.run_counts().await?.into_iter().filter(|count| ours(&count.schedule)).collect();
    for count in counts.iter().filter(|count| count.state != RunState::UnderWay) {
        let labels = vec![("schedule", count.schedule.clone()), ("result", result(count).to_owned())];
        numbers.runs.get_or_create(&labels).inc_by(u64::try_from(count.runs).unwrap_or(0));
        numbers.has_runs = true;
    }
    for name in &watched.schedules {
        let own = || counts.iter().filter(|count| count.schedule == *name);
        let under_way = own().any(|count| count.state == RunState::UnderWay);
        numbers.set(UNDER_WAY, &[("schedule", name)], f64::from(u8::from(under_way)));
        if let Some(began) = own().filter_map(|count| count.started_at).max() {
            numbers.set(LAST_RUN, &[("schedule", name)], seconds(began));
        }
        let good =
            own().filter(|count| count.state == RunState::Ended && count.exit.is_some_and(|exit| GOOD.contains(&exit)));
        if let Some(ended) = good.filter_map(|count| count.ended_at).max() {
            numbers.set(LAST_GOOD, &[("schedule", name)], seconds(ended));
            let age = watched.clock.now().duration_since(ended).as_secs_f64();
            numbers.set(GOOD_AGE, &[("schedule", name)], age);
        }
    }
    Ok(())
}

/// In a word, for a label.
fn result(count: &RunCount) -> &'static str {
    match (count.state, count.exit) {
        (RunState::UnderWay, _) => "under_way",
        (RunState::Missed, _) => "missed",
        (RunState::Skipped, _) => "skipped",
        (RunState::Lost, _) => "lost",
        (RunState::Ended, Some(0)) => "done",
        (RunState::Ended, Some(1)) => "below_target",
        (RunState::Ended, Some(3)) => "incomplete",
        (RunState::Ended, Some(4)) => "credentials",
        (RunState::Ended, Some(130)) => "stopped",
        (RunState::Ended, _) => "failed",
    }
}

/// What the newest scans came to.
async fn of_scans(numbers: &mut Numbers, watched: &Watched) -> Result<(), StoreError> {
    let rows = watched.store.last_runs(1, true).await?;
    for row in rows.iter().filter(|row| watched.schedules.contains(&row.schedule)) {
        if let Some(scan) = scan_of(watched, row).await? {
            of_scan(numbers, watched, &row.schedule, &scan).await?;
        }
    }
    let ended = watched.store.last_ended().await?;
    for row in ended.iter().filter(|row| watched.schedules.contains(&row.schedule)) {
        if let (Some(began), Some(ended)) = (row.started_at, row.ended_at) {
            numbers.set(TOOK, &[("schedule", &row.schedule)], ended.duration_since(began).as_secs_f64());
        }
    }
    Ok(())
}

async fn scan_of(watched: &Watched, row: &RunRow) -> Result<Option<ScanRow>, StoreError> {
    match &row.scan {
        Some(id) => watched.store.scan(id).await,
        None => Ok(None),
    }
}

async fn of_scan(numbers: &mut Numbers, watched: &Watched, name: &str, scan: &ScanRow) -> Result<(), StoreError> {
    let own = ("schedule", name);
    for level in watched.store.levels(scan).await? {
        for (kind, level_of) in [("confirmed", level.confirmed), ("possible", level.possible)] {
            if let Some(value) = level_of {
                numbers.set(LEVEL, &[own, ("control", &level.control), ("kind", kind)], value.into());
            }
        }
    }
    for (kind, level) in [("confirmed", scan.pillar), ("possible", scan.pillar_possible)] {
        if let Some(value) = level {
            numbers.set(PILLAR, &[own, ("kind", kind)], value.into());
        }
    }
    let results = [
        ("fail", scan.fails),
        ("unknown", scan.unknowns),
        ("pass", scan.passes),
        ("not_applicable", scan.not_applicable),
    ];
    for (result, count) in results {
        numbers.set(FINDINGS, &[own, ("result", result)], count as f64);
    }
    numbers.set(GAPS, &[own], scan.gaps as f64);
    numbers.set(COMPLETE, &[own], f64::from(u8::from(scan.complete)));
    let overview = watched.store.overview(scan).await?;
    numbers.set(CALLS, &[own], overview.calls as f64);
    numbers.set(PRICE, &[own], overview.cost_usd);
    Ok(())
}
