//! `rung schedule run`: scans by a timetable, as a service.
//!
//! What is due is planned purely (`plan.rs`); one loop (`service.rs`) looks at clock and store, starts scans as processes of their own and
//! closes them; the table `runs` of the store is what it remembers by, and the lock between schedulers on one store. Whoever
//! watches it asks over HTTP (`http.rs`, `metrics.rs`).

pub mod after;
pub mod clock;
pub mod http;
mod log;
mod metrics;
pub mod plan;
pub mod print;
mod runner;
pub mod service;
mod status;

use std::{ffi::OsString, fmt::Debug, path::Path};

use crate::{
    config::{Flags, schedule::ScheduleTable},
    failure::Failure,
    runs::{self, Running},
    store::StoreUrl,
};

pub use after::{Around, Finished};
pub use clock::{Clock, SystemClock};
pub use runner::this_process;
pub use service::Scheduler;
pub use status::Status;

/// What starts scans.
pub trait Starter: Debug + Send + Sync + 'static {
    /// Starts the scan of a schedule; its bundle is to lie there.
    fn start(&self, schedule: &ScheduleTable, bundle: &Path) -> Result<Running, Failure>;
}

/// Starts this very program, with the files that the scheduler was given.
#[derive(Clone, Debug, Default)]
pub struct ThisProgram {
    /// The flags that name configuration, attestations, waivers, register.
    pub flags: Flags,
    /// Where bundles lie, where that was named at the start.
    pub scans: Option<OsString>,
    /// The store that runs and scans are in.
    pub store: Option<StoreUrl>,
    /// Variables of the environment that scans need not have: what the scheduler alone uses.
    pub secrets: Vec<String>,
}

impl Starter for ThisProgram {
    fn start(&self, schedule: &ScheduleTable, bundle: &Path) -> Result<Running, Failure> {
        let mut arguments = runs::arguments(&self.flags, bundle);
        arguments.extend(schedule.what.arguments());
        arguments.extend(self.scans.iter().flat_map(|scans| ["--scans".into(), scans.clone()]));
        runs::start(&arguments, self.store.as_ref(), &self.secrets)
    }
}
