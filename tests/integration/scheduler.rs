//! A scheduler of which the tests hold everything in their hands: its clock, and the scans that it starts.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use futures::future::BoxFuture;
use jiff::Timestamp;
use rung::{
    config::{Config, Flags, schedule::ScheduleTable},
    depot::Depot,
    failure::Failure,
    runs::{Hand, Running},
    schedule::{Around, Clock, Scheduler, Starter, Status, this_process},
    store::{RunRow, Store},
};
use tokio::{
    sync::{mpsc, watch},
    task::JoinHandle,
};

use crate::{
    both::Place,
    history::{Night, night},
};

/// Longer than anything here takes; whoever waits this long has failed.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// The time, as the tests say it.
#[derive(Clone, Debug)]
pub(crate) struct Time(pub watch::Sender<Timestamp>);

impl Time {
    pub(crate) fn at(text: &str) -> Self {
        Time(watch::Sender::new(text.parse().unwrap()))
    }

    pub(crate) fn now(&self) -> Timestamp {
        *self.0.borrow()
    }
}

/// A clock of that time, which tells how often and until when it was waited.
#[derive(Clone, Debug)]
pub(crate) struct Moved {
    time: Time,
    waits: watch::Sender<(u64, Timestamp)>,
}

impl Clock for Moved {
    fn now(&self) -> Timestamp {
        self.time.now()
    }

    fn sleep_until(&self, at: Timestamp) -> BoxFuture<'static, ()> {
        let (mut time, waits) = (self.time.0.subscribe(), self.waits.clone());
        Box::pin(async move {
            waits.send_modify(|waits| *waits = (waits.0 + 1, at));
            time.wait_for(|now| *now >= at).await.map(drop).unwrap();
        })
    }
}

/// A scan that was asked for.
pub(crate) struct Asked {
    pub schedule: String,
    pub bundle: PathBuf,
    pub hand: Hand,
}

/// Starts nothing: hands each scan to the test.
#[derive(Debug)]
pub(crate) struct ToTheTest {
    asked: mpsc::UnboundedSender<Asked>,
    refuse: Option<&'static str>,
}

impl Starter for ToTheTest {
    fn start(&self, schedule: &ScheduleTable, bundle: &Path) -> Result<Running, Failure> {
        if let Some(why) = self.refuse {
            return Err(Failure::usage(why));
        }
        let (running, hand) = Running::by_hand();
        let asked = Asked { schedule: schedule.name.clone(), bundle: bundle.to_owned(), hand };
        self.asked.send(asked).map_err(|_| Failure::usage("nobody looks"))?;
        Ok(running)
    }
}

impl Place {
    pub(crate) fn flags(&self) -> Flags {
        Flags { config: Some(self.folder.path().join("rung.toml")), ..Flags::default() }
    }

    pub(crate) fn config(&self, text: &str) -> Config {
        let flags = self.flags();
        fs::write(flags.config.as_ref().unwrap(), text).unwrap();
        Config::load(&flags).unwrap()
    }

    pub(crate) async fn service(&self, time: &Time, toml: &str) -> Service {
        self.service_that(time, toml, None).await
    }

    pub(crate) async fn service_that(&self, time: &Time, toml: &str, refuse: Option<&'static str>) -> Service {
        let store = Store::open(&self.url).await.unwrap();
        let (asked, scans) = mpsc::unbounded_channel();
        let clock = Moved { time: time.clone(), waits: watch::Sender::new((0, Timestamp::MIN)) };
        let around = Around {
            config: Arc::new(self.config(toml)),
            flags: self.flags(),
            store: store.clone(),
            depot: Depot::in_folder(&self.folder.path().join("scans")),
        };
        let starter = Arc::new(ToTheTest { asked, refuse });
        let scheduler = Scheduler::new(around, Arc::new(clock.clone()), starter, this_process().unwrap());
        let (status, stop) = (scheduler.status(), watch::Sender::new(false));
        let task = tokio::spawn(scheduler.run(stop.subscribe()));
        let mut service = Service { clock, scans, status, stop, task, store, seen: 0 };
        service.settled().await;
        service
    }
}

/// A scheduler in this process.
pub(crate) struct Service {
    pub clock: Moved,
    pub scans: mpsc::UnboundedReceiver<Asked>,
    pub status: Status,
    pub stop: watch::Sender<bool>,
    pub task: JoinHandle<()>,
    pub store: Store,
    /// Waits of its clock that were seen.
    seen: u64,
}

impl Service {
    /// Waits until the loop waits for a time to come, and has done so since the last time that this was asked.
    pub(crate) async fn settled(&mut self) {
        let mut waits = self.clock.waits.subscribe();
        let (seen, time) = (self.seen, self.clock.time.clone());
        let quiet = waits.wait_for(|(count, at)| *count > seen && *at > time.now());
        self.seen = tokio::time::timeout(PATIENCE, quiet).await.expect("the loop turns").unwrap().0;
    }

    /// Moves the clock, and waits until all is done that is due then.
    pub(crate) async fn to(&mut self, text: &str) {
        self.until_time(text.parse().unwrap()).await;
    }

    pub(crate) async fn until_time(&mut self, at: Timestamp) {
        let waits = self.clock.waits.borrow().1 <= at;
        self.clock.time.0.send_replace(at);
        if waits {
            self.settled().await;
        }
    }

    /// The scan that was begun.
    pub(crate) async fn begun(&mut self) -> Asked {
        tokio::time::timeout(PATIENCE, self.scans.recv()).await.expect("a scan begins").unwrap()
    }

    pub(crate) fn nothing_begun(&mut self) {
        assert!(self.scans.try_recv().is_err(), "no scan begins");
    }

    /// Ends a scan, and waits until its run is closed.
    pub(crate) async fn end(&mut self, asked: Asked, code: i32) {
        asked.hand.end(Some(code));
        self.settled().await;
    }

    pub(crate) async fn runs(&self) -> Vec<RunRow> {
        let mut runs = self.store.last_runs(100, false).await.unwrap();
        runs.reverse();
        runs
    }

    /// Tells it to stop, and waits for its end.
    pub(crate) async fn stopped(self) -> Store {
        self.stop.send_replace(true);
        tokio::time::timeout(PATIENCE, self.task).await.expect("it ends").unwrap();
        self.store
    }

    /// As `kill -9` does: it says nothing any more.
    pub(crate) async fn killed(self) {
        self.task.abort();
        assert!(self.task.await.unwrap_err().is_cancelled());
    }
}

/// What became of runs: `planned state`, with exit code and what was missed.
pub(crate) fn shown(runs: &[RunRow]) -> Vec<String> {
    let one = |run: &RunRow| {
        let state = format!("{:?}", run.state).to_lowercase();
        let exit = run.exit.map(|exit| format!(" {exit}")).unwrap_or_default();
        let missed = if run.missed == 0 { String::new() } else { format!(" after {}", run.missed) };
        let attempt = if run.attempt == 1 { String::new() } else { format!(" attempt {}", run.attempt) };
        format!("{} {} {state}{exit}{missed}{attempt}", run.schedule, run.planned.strftime("%m-%dT%H:%M"))
    };
    runs.iter().map(one).collect()
}

/// What a scan leaves: the bundle of a night.
pub(crate) fn leaves(bundle: &Path) -> Night {
    let (scans, bundle) = (bundle.parent().unwrap().to_owned(), bundle.to_owned());
    // It has a runtime of its own.
    std::thread::spawn(move || {
        let left = night(&scans, 0, |_, _| ());
        fs::rename(&left.folder, &bundle).unwrap();
        left
    })
    .join()
    .unwrap()
}

pub(crate) fn schedule(name: &str, cron: &str, more: &str) -> String {
    format!("[[schedule]]\nname = \"{name}\"\ncron = \"{cron}\"\n{more}\n")
}
