//! What is done after each run, beside the scans: nothing here can fail a run, and the next scan does not wait for it.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use jiff::Timestamp;

use super::log::tell;
use crate::{
    config::{Config, Flags},
    depot::Depot,
    failure::Failure,
    notify::{self, Night},
    retention::{self, Retained},
    store::{Store, blocking},
};

/// A run that has ended, its bundle taken into the store.
#[derive(Clone, Debug)]
pub struct Finished {
    /// The schedule's name.
    pub schedule: String,
    /// The instant that it is of.
    pub planned: Timestamp,
    /// When it began.
    pub started: Timestamp,
    /// When it ended; for one that ended without a word the last that was heard of it.
    pub ended: Timestamp,
    /// The exit code; none where a signal ended it, or nobody knows.
    pub exit: Option<i32>,
    /// The folder of its bundle, where it left one.
    pub bundle: Option<PathBuf>,
    /// Its last lines.
    pub lines: Vec<String>,
}

/// What may be used after a run. Cloning is cheap.
#[derive(Clone, Debug)]
pub struct Around {
    /// The configuration, as it was when the scheduler began.
    pub config: Arc<Config>,
    /// Where it is read from: attestations and waivers change while the scheduler runs.
    pub flags: Flags,
    /// The store.
    pub store: Store,
    /// Where bundles lie.
    pub depot: Depot,
}

impl Around {
    /// The folder of bundles.
    pub fn scans(&self) -> &Path {
        self.depot.folder()
    }

    /// The configuration as it is now; as it was where somebody is just changing it.
    async fn config_now(&self, now: Timestamp) -> Arc<Config> {
        let flags = self.flags.clone();
        let read = blocking(move || Config::load(&flags)).await.map_err(Failure::from).flatten();
        read.map(Arc::new).unwrap_or_else(|failure| {
            let why = failure.message.lines().next().unwrap_or_default();
            tell(now, &format!("the configuration cannot be read, so what follows is as it was before: {why}"));
            self.config.clone()
        })
    }
}

/// What follows a run, at a time: whoever wants to know is told, then the bundles that need not be kept go. That one of them fails is
/// told, and keeps nothing from the other.
pub async fn after(finished: &Finished, around: &Around, now: Timestamp) {
    let config = around.config_now(now).await;
    let night = Night {
        schedule: &finished.schedule,
        exit: finished.exit,
        bundle: finished.bundle.as_deref(),
        planned: finished.planned,
        ended: finished.ended,
        lines: &finished.lines,
    };
    let told = notify::after(&night, &config.notify, &config.settings, &around.store, now).await;
    told.lines().iter().for_each(|line| tell(now, &format!("{}: {line}", finished.schedule)));
    match retention::apply(&around.depot, &around.store, &config.retention, now).await {
        Ok(Retained { removed: 0, .. }) => {}
        Ok(Retained { removed, .. }) => {
            tell(now, &format!("{removed} bundles are older than what is kept, and were removed"))
        }
        Err(failure) => {
            let why = failure.message.lines().next().unwrap_or_default();
            tell(now, &format!("bundles that need not be kept could not be removed: {why}"));
        }
    }
}
