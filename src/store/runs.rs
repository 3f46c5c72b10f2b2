//! Runs of schedules: who runs what now, what ended how, what was missed. The table is the lock between schedulers on one store: whoever
//! has written the row runs the scan, and says with a heartbeat that it still does.

use std::{collections::BTreeMap, path::PathBuf};

use jiff::Timestamp;
use serde::Serialize;
use sqlx::{Row, any::AnyRow};

use super::{
    Store, StoreError,
    db::{Arg, Change, ask, tell},
    rows::{self, of_time},
};

/// Who runs scans: a process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Runner {
    /// The machine's name.
    pub host: String,
    /// The process id there.
    pub pid: i64,
    /// What no other process has.
    pub id: String,
}

/// What became of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    /// It runs.
    UnderWay,
    /// It has ended; its exit code says how.
    Ended,
    /// Nobody was there to run it, and it was too late when somebody was.
    Missed,
    /// The run before was still under way.
    Skipped,
    /// Whoever ran it stopped saying so.
    Lost,
}

impl RunState {
    fn number(self) -> i64 {
        match self {
            RunState::UnderWay => 0,
            RunState::Ended => 1,
            RunState::Missed => 2,
            RunState::Skipped => 3,
            RunState::Lost => 4,
        }
    }

    fn of(number: i64) -> Self {
        match number {
            0 => RunState::UnderWay,
            1 => RunState::Ended,
            2 => RunState::Missed,
            3 => RunState::Skipped,
            _ => RunState::Lost,
        }
    }
}

/// A run.
#[derive(Clone, Debug, Serialize)]
pub struct RunRow {
    #[serde(skip)]
    pub(crate) num: i64,
    /// The schedule's name.
    pub schedule: String,
    /// The instant that it is of.
    pub planned: Timestamp,
    /// 1, or 2 where the first ended without a word.
    pub attempt: i64,
    /// What became of it.
    pub state: RunState,
    /// When it began.
    pub started_at: Option<Timestamp>,
    /// When it ended, as far as anybody knows.
    pub ended_at: Option<Timestamp>,
    /// Its exit code; none where there is none.
    pub exit: Option<i64>,
    /// The folder of its bundle.
    pub bundle: Option<PathBuf>,
    /// The id of its scan, where it left a bundle.
    pub scan: Option<String>,
    /// Instants right before it that nothing was run for.
    pub missed: i64,
    /// Why nothing was run, or what went wrong.
    pub why: Option<String>,
    /// Where it runs or ran.
    pub host: String,
    /// The process that runs or ran it.
    pub pid: i64,
    /// The last word of that process.
    pub heartbeat: Timestamp,
    /// The scan's last lines.
    pub lines: Vec<String>,
}

const RUNS: &str = "num, schedule, planned, attempt, state, started_at, ended_at, exit_code, bundle, scan, missed, why, host, pid, heartbeat, lines";

impl<'r> sqlx::FromRow<'r, AnyRow> for RunRow {
    fn from_row(row: &'r AnyRow) -> Result<Self, sqlx::Error> {
        let number = |name: &str| row.try_get::<i64, _>(name);
        let time = |name: &str| row.try_get::<Option<i64>, _>(name).map(|time| time.map(rows::time));
        let lines: String = row.try_get("lines")?;
        Ok(RunRow {
            num: number("num")?,
            schedule: row.try_get("schedule")?,
            planned: rows::time(number("planned")?),
            attempt: number("attempt")?,
            state: RunState::of(number("state")?),
            started_at: time("started_at")?,
            ended_at: time("ended_at")?,
            exit: row.try_get("exit_code")?,
            bundle: row.try_get::<Option<String>, _>("bundle")?.map(PathBuf::from),
            scan: row.try_get("scan")?,
            missed: number("missed")?,
            why: row.try_get("why")?,
            host: row.try_get("host")?,
            pid: number("pid")?,
            heartbeat: rows::time(number("heartbeat")?),
            lines: lines.lines().map(str::to_owned).collect(),
        })
    }
}

/// A run that somebody wants to begin, or that is written down as not run.
#[derive(Clone, Debug)]
pub struct NewRun<'r> {
    /// The schedule's name.
    pub schedule: &'r str,
    /// The instant.
    pub planned: Timestamp,
    /// The time now.
    pub now: Timestamp,
    /// Instants right before it that nothing was run for.
    pub missed: u32,
    /// Where its bundle is to lie.
    pub bundle: Option<PathBuf>,
    /// Runs with an older heartbeat are over.
    pub stale: Timestamp,
}

/// What came of wanting to begin a run.
#[derive(Clone, Debug)]
pub enum Claim {
    /// It is ours: its number.
    Ours(i64),
    /// This instant was run, is run, or is written down as not run.
    Taken,
    /// Another run of the schedule is under way.
    UnderWay(Box<RunRow>),
}

/// How a run ended.
#[derive(Clone, Debug)]
pub struct RunEnd {
    /// When.
    pub at: Timestamp,
    /// Its exit code.
    pub exit: Option<i32>,
    /// Its bundle, where it left one.
    pub bundle: Option<PathBuf>,
    /// The id of that scan.
    pub scan: Option<String>,
    /// Its last lines.
    pub lines: Vec<String>,
}

/// Runs of a schedule that came to the same.
#[derive(Clone, Debug)]
pub struct RunCount {
    /// The schedule's name.
    pub schedule: String,
    /// What became of them.
    pub state: RunState,
    /// Their exit code.
    pub exit: Option<i64>,
    /// How many.
    pub runs: i64,
    /// When the last of them began.
    pub started_at: Option<Timestamp>,
    /// When the last of them ended.
    pub ended_at: Option<Timestamp>,
}

impl Store {
    /// Since when a schedule has been planned as it is now; one that is new or was changed is planned from now on.
    pub async fn scheduled_since(&self, name: &str, timetable: &str, now: Timestamp) -> Result<Timestamp, StoreError> {
        let (_turn, mut change) = self.db.small_change("schedules").await?;
        let sql = "SELECT timetable, since FROM schedules WHERE name = $1";
        let there: Vec<(String, i64)> = ask(&mut change, sql, vec![name.into()]).await?;
        if let Some((_, since)) = there.first().filter(|(same, _)| same == timetable) {
            return Ok(rows::time(*since));
        }
        tell(&mut change, "DELETE FROM schedules WHERE name = $1", vec![name.into()]).await?;
        let row = vec![name.into(), timetable.into(), of_time(now).into()];
        tell(&mut change, "INSERT INTO schedules (name, timetable, since) VALUES ($1, $2, $3)", row).await?;
        change.commit().await?;
        Ok(now)
    }

    /// Up to which instant each schedule is done. A run that ended without a word is not done until it was tried once more.
    pub async fn planned_until(&self, now: Timestamp) -> Result<BTreeMap<String, Timestamp>, StoreError> {
        let sql = "SELECT schedule, MAX(planned) FROM runs WHERE planned <= $1 AND NOT (state = 4 AND attempt = 1) GROUP BY schedule";
        let all: Vec<(String, i64)> = self.db.all(sql, vec![of_time(now).into()]).await?;
        Ok(all.into_iter().map(|(name, planned)| (name, rows::time(planned))).collect())
    }

    /// Begins a run, if nobody has begun it and no other of its schedule is under way.
    pub async fn claim_run(&self, new: &NewRun<'_>, runner: &Runner) -> Result<Claim, StoreError> {
        let (_turn, mut change) = self.db.small_change("runs").await?;
        let Some(attempt) = attempt(&mut change, new).await? else { return Ok(Claim::Taken) };
        let sql = format!("SELECT {RUNS} FROM runs WHERE schedule = $1 AND state = 0 AND heartbeat >= $2 ORDER BY num");
        let others: Vec<RunRow> = ask(&mut change, sql, vec![new.schedule.into(), of_time(new.stale).into()]).await?;
        if let Some(other) = others.into_iter().next() {
            return Ok(Claim::UnderWay(Box::new(other)));
        }
        let num = insert(&mut change, new, runner, (RunState::UnderWay, attempt, None)).await?;
        change.commit().await?;
        Ok(Claim::Ours(num))
    }

    /// Writes down that nothing was run for an instant; false where it is written down already.
    pub async fn note_run(
        &self,
        new: &NewRun<'_>,
        state: RunState,
        why: &str,
        runner: &Runner,
    ) -> Result<bool, StoreError> {
        let (_turn, mut change) = self.db.small_change("runs").await?;
        let Some(attempt) = attempt(&mut change, new).await? else { return Ok(false) };
        insert(&mut change, new, runner, (state, attempt, Some(why))).await?;
        change.commit().await?;
        Ok(true)
    }

    /// Says that a run is still under way.
    pub async fn beat(&self, num: i64, runner: &Runner, now: Timestamp) -> Result<(), StoreError> {
        let (_turn, mut change) = self.db.small_change("runs").await?;
        let sql = "UPDATE runs SET heartbeat = $1, state = 0 WHERE num = $2 AND runner = $3 AND state IN (0, 4)";
        tell(&mut change, sql, vec![of_time(now).into(), num.into(), runner.id.as_str().into()]).await?;
        Ok(change.commit().await?)
    }

    /// Closes a run.
    pub async fn end_run(&self, num: i64, end: &RunEnd) -> Result<(), StoreError> {
        let (_turn, mut change) = self.db.small_change("runs").await?;
        let sql = "UPDATE runs SET state = 1, ended_at = $1, heartbeat = $1, exit_code = $2, bundle = $3, scan = $4, lines = $5 WHERE num = $6";
        let bundle = end.bundle.as_deref().map(|path| path.to_string_lossy().into_owned());
        let args = vec![
            of_time(end.at).into(),
            end.exit.map(i64::from).into(),
            bundle.as_deref().into(),
            end.scan.as_deref().into(),
            end.lines.join("\n").as_str().into(),
            num.into(),
        ];
        tell(&mut change, sql, args).await?;
        Ok(change.commit().await?)
    }

    /// Writes down what went wrong with a run after its end.
    pub async fn remark_run(&self, num: i64, why: &str) -> Result<(), StoreError> {
        let (_turn, mut change) = self.db.small_change("runs").await?;
        tell(&mut change, "UPDATE runs SET why = $1 WHERE num = $2", vec![why.into(), num.into()]).await?;
        Ok(change.commit().await?)
    }

    /// Closes the runs of others whose last word is older than `stale`, as ended without a word at that time.
    pub async fn lost_runs(&self, stale: Timestamp, runner: &Runner) -> Result<Vec<RunRow>, StoreError> {
        let wanted = "state = 0 AND heartbeat < $1 AND runner <> $2";
        let args = || vec![of_time(stale).into(), runner.id.as_str().into()];
        let there: Option<(i64,)> = self.db.one(format!("SELECT num FROM runs WHERE {wanted} LIMIT 1"), args()).await?;
        if there.is_none() {
            return Ok(Vec::new());
        }
        let (_turn, mut change) = self.db.small_change("runs").await?;
        let sql = format!("SELECT {RUNS} FROM runs WHERE {wanted} ORDER BY num");
        let lost: Vec<RunRow> = ask(&mut change, sql, args()).await?;
        tell(&mut change, format!("UPDATE runs SET state = 4, ended_at = heartbeat WHERE {wanted}"), args()).await?;
        change.commit().await?;
        let closed = |row: RunRow| RunRow { state: RunState::Lost, ended_at: Some(row.heartbeat), ..row };
        Ok(lost.into_iter().map(closed).collect())
    }

    /// Which scan a run that ended without a word left.
    pub async fn found_scan(&self, num: i64, scan: &str) -> Result<(), StoreError> {
        let (_turn, mut change) = self.db.small_change("runs").await?;
        tell(&mut change, "UPDATE runs SET scan = $1 WHERE num = $2", vec![scan.into(), num.into()]).await?;
        Ok(change.commit().await?)
    }

    /// The last runs of each schedule, newest first; only those that left a scan, or all.
    pub async fn last_runs(&self, of_each: i64, with_scan: bool) -> Result<Vec<RunRow>, StoreError> {
        self.last_of(of_each, if with_scan { "WHERE scan IS NOT NULL" } else { "" }).await
    }

    /// The last run of each schedule that ended.
    pub async fn last_ended(&self) -> Result<Vec<RunRow>, StoreError> {
        self.last_of(1, "WHERE state = 1").await
    }

    async fn last_of(&self, of_each: i64, only: &'static str) -> Result<Vec<RunRow>, StoreError> {
        let sql = format!(
            "SELECT {RUNS} FROM (SELECT {RUNS}, ROW_NUMBER() OVER (PARTITION BY schedule ORDER BY planned DESC, attempt DESC) AS place \
             FROM runs {only}) AS placed WHERE place <= $1 ORDER BY planned DESC, attempt DESC, schedule"
        );
        self.db.all(sql, vec![of_each.into()]).await
    }

    /// How many runs of each schedule came to what.
    pub async fn run_counts(&self) -> Result<Vec<RunCount>, StoreError> {
        let sql = "SELECT schedule, state, exit_code, COUNT(*), MAX(started_at), MAX(ended_at) FROM runs GROUP BY schedule, state, exit_code \
                   ORDER BY schedule, state, exit_code";
        type Counted = (String, i64, Option<i64>, i64, Option<i64>, Option<i64>);
        let all: Vec<Counted> = self.db.all(sql, Vec::new()).await?;
        let count = |(schedule, state, exit, runs, started, ended): Counted| RunCount {
            schedule,
            state: RunState::of(state),
            exit,
            runs,
            started_at: started.map(rows::time),
            ended_at: ended.map(rows::time),
        };
        Ok(all.into_iter().map(count).collect())
    }
}

/// The attempt that a new run of this instant would be: the first, or the second after one that ended without a word; none where it is taken.
async fn attempt(change: &mut Change, new: &NewRun<'_>) -> Result<Option<i64>, StoreError> {
    let sql = "SELECT attempt, state FROM runs WHERE schedule = $1 AND planned = $2 ORDER BY attempt";
    let there: Vec<(i64, i64)> = ask(change, sql, vec![new.schedule.into(), of_time(new.planned).into()]).await?;
    Ok(match there.as_slice() {
        [] => Some(1),
        [(1, state)] if RunState::of(*state) == RunState::Lost => Some(2),
        _ => None,
    })
}

async fn insert(
    change: &mut Change,
    new: &NewRun<'_>,
    runner: &Runner,
    (state, attempt, why): (RunState, i64, Option<&str>),
) -> Result<i64, StoreError> {
    let last: Vec<(i64,)> = ask(change, "SELECT COALESCE(MAX(num), 0) FROM runs", Vec::new()).await?;
    let num = last.first().map_or(0, |last| last.0) + 1;
    let bundle = new.bundle.as_deref().map(|path| path.to_string_lossy().into_owned());
    let started = (state == RunState::UnderWay).then(|| of_time(new.now));
    let row: Vec<Arg> = vec![
        num.into(),
        new.schedule.into(),
        of_time(new.planned).into(),
        attempt.into(),
        state.number().into(),
        started.into(),
        bundle.as_deref().into(),
        i64::from(new.missed).into(),
        why.into(),
        runner.host.as_str().into(),
        runner.pid.into(),
        runner.id.as_str().into(),
        of_time(new.now).into(),
    ];
    let sql = "INSERT INTO runs (num, schedule, planned, attempt, state, started_at, bundle, missed, why, host, pid, runner, heartbeat, lines) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, '')";
    tell(change, sql, row).await?;
    Ok(num)
}
