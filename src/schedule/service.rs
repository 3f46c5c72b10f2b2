//! The loop: what is due is begun, what has ended is closed, who has vanished is noticed.
//!
//! One scan at a time in a process; of one schedule, one at a time on a store. Without the store nothing is begun, because nobody could tell
//! whether another scheduler runs it already; a scan under way goes on, and is closed when the store is back.

mod closing;

use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

use jiff::{SignedDuration, Timestamp};
use tokio::{
    sync::{Mutex, watch},
    task::JoinSet,
};

use super::{
    Around, Clock, Starter, Status,
    clock::LOOK,
    log::{shown, tell},
    plan::Due,
    status::UnderWay,
};
use crate::{
    config::schedule::ScheduleTable,
    failure::Failure,
    runs::{Running, free},
    store::{Claim, NewRun, RunRow, RunState, Runner, StoreError},
};
use closing::ended;

/// How often a run says that it is still under way.
pub const BEAT: SignedDuration = SignedDuration::from_secs(20);
/// A run that has said nothing for so long is over.
pub const STALE: SignedDuration = SignedDuration::from_mins(2);
/// How soon what the store could not take is tried again.
const AGAIN: SignedDuration = SignedDuration::from_secs(10);

/// The scheduler.
#[derive(Debug)]
pub struct Scheduler {
    schedules: Vec<ScheduleTable>,
    around: Around,
    clock: Arc<dyn Clock>,
    starter: Arc<dyn Starter>,
    runner: Runner,
    status: Status,
    since: BTreeMap<String, Timestamp>,
    current: Option<Current>,
    last_exit: Option<i32>,
    aftermath: JoinSet<()>,
    /// What follows a run is done run by run.
    in_turn: Arc<Mutex<()>>,
}

/// A run that is not closed yet.
#[derive(Debug)]
struct Current {
    schedule: String,
    num: i64,
    planned: Timestamp,
    started: Timestamp,
    bundle: PathBuf,
    scan: Running,
    ended: Option<(Timestamp, Option<i32>)>,
}

impl Scheduler {
    /// Puts it together.
    pub fn new(around: Around, clock: Arc<dyn Clock>, starter: Arc<dyn Starter>, runner: Runner) -> Self {
        Scheduler {
            schedules: around.config.schedules.clone(),
            around,
            clock,
            starter,
            runner,
            status: Status::default(),
            since: BTreeMap::new(),
            current: None,
            last_exit: None,
            aftermath: JoinSet::new(),
            in_turn: Arc::default(),
        }
    }

    /// What it is about, for those who ask.
    pub fn status(&self) -> Status {
        self.status.clone()
    }

    /// Runs until it is told to stop; a scan under way is told to end then, and waited for.
    pub async fn run(mut self, mut stop: watch::Receiver<bool>) {
        loop {
            let stopping = *stop.borrow_and_update();
            if stopping {
                self.stop();
            }
            if !self.turn(stopping).await {
                break;
            }
            self.wait(&mut stop).await;
        }
        while self.aftermath.join_next().await.is_some() {}
    }

    /// One run now, whatever the timetable says; the exit code of its scan.
    pub async fn once(mut self, name: &str, mut stop: watch::Receiver<bool>) -> Result<Option<i32>, Failure> {
        let now = self.clock.now();
        self.reap(now).await?;
        match self.claim(name, now, 0, now).await? {
            Claim::Ours(_) => {}
            Claim::Taken => return Err(Failure::usage(format!("{name}: another run began at this very moment"))),
            Claim::UnderWay(other) => {
                return Err(Failure::usage(format!("{name}: {}: nothing was begun", under_way(&other))));
            }
        }
        while self.current.is_some() {
            self.wait(&mut stop).await;
            if *stop.borrow_and_update() {
                self.stop();
            }
            let now = self.clock.now();
            if let Err(error) = self.follow(now).await {
                if self.current.as_ref().is_some_and(|current| current.ended.is_some()) {
                    return Err(Failure::from(error).and("The scan has ended; its run is not closed in the store."));
                }
                tell(now, &error.to_string());
            }
        }
        while self.aftermath.join_next().await.is_some() {}
        Ok(self.last_exit)
    }

    /// Waits until something is to be done: by the clock, because a scan has ended, or because it is told to stop.
    async fn wait(&mut self, stop: &mut watch::Receiver<bool>) {
        let (wake, ended) = (self.wake(), ended(self.current.as_ref()));
        let told = async {
            if stop.changed().await.is_err() {
                // Whoever could stop it is gone.
                std::future::pending::<()>().await;
            }
        };
        tokio::select! {
            () = self.clock.sleep_until(wake) => {}
            code = ended => self.note_end(code),
            () = told => {}
        }
    }

    /// One look at everything; false when it is time to end.
    async fn turn(&mut self, stopping: bool) -> bool {
        let now = self.clock.now();
        let looked = self.look(now, stopping).await;
        self.status.turned(now);
        let away = looked.err().map(|error| error.to_string());
        if self.status.away(away.clone()) {
            match &away {
                Some(why) => tell(now, &format!("no scan begins until this is mended: {why}")),
                None => tell(now, "the store answers again"),
            }
        }
        match &self.current {
            _ if !stopping => true,
            None => false,
            Some(current) if current.ended.is_some() => {
                tell(
                    now,
                    &format!(
                        "{}: its run could not be closed in the store; its bundle is taken in at the next start",
                        current.schedule
                    ),
                );
                false
            }
            Some(_) => true,
        }
    }

    async fn look(&mut self, now: Timestamp, stopping: bool) -> Result<(), StoreError> {
        self.follow(now).await?;
        if stopping {
            return Ok(());
        }
        self.reap(now).await?;
        let done = self.around.store.planned_until(now).await?;
        for at in 0..self.schedules.len() {
            let Some(schedule) = self.schedules.get(at).cloned() else { continue };
            let since = self.since(&schedule, now).await?;
            let since = done.get(&schedule.name).copied().map_or(since, |done| done.max(since));
            self.consider(&schedule, since, now).await?;
        }
        Ok(())
    }

    /// Since when a schedule is planned; asked of the store once.
    async fn since(&mut self, schedule: &ScheduleTable, now: Timestamp) -> Result<Timestamp, StoreError> {
        if let Some(since) = self.since.get(&schedule.name) {
            return Ok(*since);
        }
        let timetable = schedule.timetable.to_string();
        let since = self.around.store.scheduled_since(&schedule.name, &timetable, now).await?;
        self.since.insert(schedule.name.clone(), since);
        Ok(since)
    }

    /// Does what is due of a schedule.
    async fn consider(&mut self, schedule: &ScheduleTable, since: Timestamp, now: Timestamp) -> Result<(), StoreError> {
        let name = &schedule.name;
        let later =
            |from: Timestamp| schedule.timetable.next(from.max(now)).map(|next| schedule.timetable.begins(name, next));
        match schedule.timetable.due(name, since, now) {
            Due::Later(next) => {
                self.status.next(name, next);
                return Ok(());
            }
            Due::TooLate { instant, missed } => {
                let why = "nobody was there to run it, and it is too late to catch it up";
                self.note(name, instant, missed, now, (RunState::Missed, why)).await?;
            }
            Due::Now { instant, missed, late } => {
                match self.current.as_ref().map(|current| current.schedule == *name) {
                    None => self.begin(schedule, instant, missed, (now, late)).await?,
                    Some(true) => {
                        let why = "the run before was still under way";
                        self.note(name, instant, missed, now, (RunState::Skipped, why)).await?;
                    }
                    // Another schedule's scan is under way: this one's turn comes after it.
                    Some(false) => {}
                }
            }
        }
        self.status.next(name, later(now));
        Ok(())
    }

    async fn begin(
        &mut self,
        schedule: &ScheduleTable,
        instant: Timestamp,
        missed: u32,
        (now, late): (Timestamp, bool),
    ) -> Result<(), StoreError> {
        let name = &schedule.name;
        if late {
            let more = if missed == 0 { String::new() } else { format!(", and {missed} before it are left out") };
            tell(now, &format!("{name}: the run of {} was missed and is caught up now{more}", shown(instant)));
        }
        match self.claim(name, instant, missed, now).await? {
            // Somebody else has it; the next look at the store knows.
            Claim::Ours(_) | Claim::Taken => Ok(()),
            Claim::UnderWay(other) => {
                self.note(name, instant, missed, now, (RunState::Skipped, &under_way(&other))).await
            }
        }
    }

    /// Takes a run and starts its scan.
    async fn claim(
        &mut self,
        name: &str,
        planned: Timestamp,
        missed: u32,
        now: Timestamp,
    ) -> Result<Claim, StoreError> {
        let bundle = free(self.around.scans(), now);
        let new = NewRun { bundle: Some(bundle.clone()), ..self.new_run(name, planned, missed, now) };
        let claim = self.around.store.claim_run(&new, &self.runner).await?;
        let Claim::Ours(num) = claim else { return Ok(claim) };
        let schedule = self.schedules.iter().find(|schedule| schedule.name == name);
        let made = std::fs::create_dir_all(self.around.scans())
            .map_err(|error| Failure::file("make", self.around.scans(), &error));
        let none = || Failure::usage(format!("there is no schedule {name:?}"));
        let started = made.and_then(|()| self.starter.start(schedule.ok_or_else(none)?, &bundle));
        let (scan, ended) = match started {
            Ok(scan) => (scan, None),
            // It is closed as any other: as one that ended at once, with the reason as its last line.
            Err(failure) => {
                let (scan, hand) = Running::by_hand();
                hand.say(&failure.message);
                (scan, Some((now, Some(failure.exit as i32))))
            }
        };
        tell(now, &format!("{name}: begun, for {}; its bundle will be {}", shown(planned), bundle.display()));
        self.status.under_way(Some(UnderWay { schedule: name.to_owned(), planned, started: now }));
        let schedule = name.to_owned();
        self.current = Some(Current { schedule, num, planned, started: now, bundle, scan, ended });
        if ended.is_some() {
            self.follow(now).await?;
        }
        Ok(claim)
    }

    fn new_run<'r>(&self, schedule: &'r str, planned: Timestamp, missed: u32, now: Timestamp) -> NewRun<'r> {
        NewRun { schedule, planned, now, missed, bundle: None, stale: now - STALE }
    }

    /// Writes down that nothing was run.
    async fn note(
        &mut self,
        name: &str,
        instant: Timestamp,
        missed: u32,
        now: Timestamp,
        (state, why): (RunState, &str),
    ) -> Result<(), StoreError> {
        let new = self.new_run(name, instant, missed, now);
        if self.around.store.note_run(&new, state, why, &self.runner).await? {
            let more = if missed == 0 { String::new() } else { format!(" (and {missed} before it)") };
            tell(now, &format!("{name}: nothing is run for {}{more}: {why}", shown(instant)));
        }
        Ok(())
    }

    fn stop(&mut self) {
        self.status.stopping();
        if let Some(current) = self.current.as_ref().filter(|current| !current.scan.is_stopping()) {
            tell(self.clock.now(), &format!("{}: told to end; waiting for its bundle", current.schedule));
            current.scan.stop();
        }
    }

    /// When to look again.
    fn wake(&self) -> Timestamp {
        let now = self.clock.now();
        let soon = match &self.current {
            Some(current) if current.ended.is_some() => AGAIN,
            Some(_) => BEAT,
            None if self.status.is_away() => AGAIN,
            None => LOOK,
        };
        let next = self.status.coming().into_values().filter(|next| *next > now).min();
        next.map_or(now + soon, |next| next.min(now + soon))
    }
}

fn under_way(other: &RunRow) -> String {
    let since = other.started_at.map(|started| format!(" since {}", shown(started))).unwrap_or_default();
    format!("a run is under way{since} on {}, process {}", other.host, other.pid)
}
