//! What is done after each run, beside the scans: nothing here can fail a run, and the next scan does not wait for it.

use std::{path::PathBuf, sync::Arc};

use jiff::Timestamp;

use crate::{config::Config, store::Store};

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
    /// The store.
    pub store: Store,
    /// The folder of bundles.
    pub scans: PathBuf,
}

/// What follows a run, at a time.
pub async fn after(finished: &Finished, around: &Around, now: Timestamp) {
    let _ = (finished, around, now);
}
