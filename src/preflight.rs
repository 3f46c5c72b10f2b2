//! Before a scan: who would ask, in which regions, what may be asked of AWS, what denied operations hide, and what a scan
//! will ask and cost at least.

mod expected;
mod report;
pub mod text;
mod unlocks;

use std::time::Duration;

use rung_collectors::{
    aws::{Account, Budget, Connection, Options, connect},
    probe::{Probed, Wanted, probe},
};
use rung_rules::model::Scan;
use tokio::sync::watch;

pub use expected::{Expected, LastScan};
pub use report::{AccountReport, Closed, Denied, HeldBack, Operation, Report, SCHEMA, Standing, Unlock};

use crate::{
    failure::Failure,
    progress::Progress,
    scan::{find, of_connect, of_profile},
};

/// Attempts of a probe may take so many time-outs of one attempt together.
const TIMEOUTS: u32 = 3;

/// What to try and how.
#[derive(Debug)]
pub struct Request {
    /// Named profile.
    pub profile: Option<String>,
    /// Regions as given; `all` for every enabled one.
    pub regions: Vec<String>,
    /// Whether the scan to come asks for CloudWatch metrics.
    pub metrics: bool,
    /// Whether its scope chooses by tag.
    pub tags: bool,
    /// Whether it asks for SQL digests.
    pub sql_digests: bool,
    /// Bucket and key of its debt register in S3.
    pub register: Option<(String, String)>,
    /// Whether requests are paced; nothing: at AWS they are, at an endpoint of one's own not.
    pub paced: Option<bool>,
    /// Most calls in flight.
    pub concurrency: usize,
    /// Most attempts of one call.
    pub max_attempts: u32,
    /// Time-out of one attempt.
    pub timeout: Duration,
    /// Whether a progress bar may be shown.
    pub progress: bool,
    /// Stored scans, of any account.
    pub past: Vec<Scan>,
}

/// Tries everything in the account of these credentials. `stop` turns true when the user interrupts: the rest is not tried.
pub async fn run(request: &Request, stop: watch::Receiver<bool>) -> Result<Report, Failure> {
    let connection = connect(options(request, stop.clone())).await.map_err(of_connect)?;
    let found = find(&connection, &request.regions, stop.clone()).await;
    let account = found.map_err(|failure| of_profile(failure, request.profile.as_deref()))?;
    let mut accounts = Vec::new();
    for account in [account] {
        accounts.push(of_account(&connection, &account, request).await);
    }
    Ok(Report::new(connection.span.now, !*stop.borrow(), accounts))
}

fn options(request: &Request, interrupted: watch::Receiver<bool>) -> Options {
    Options {
        profile: request.profile.clone(),
        region: request.regions.iter().find(|region| *region != "all").cloned(),
        concurrency: request.concurrency,
        max_attempts: request.max_attempts,
        timeout: request.timeout,
        metrics: request.metrics,
        tags: request.tags,
        sql_digests: request.sql_digests,
        budget: Budget::default(),
        paced: request.paced,
        replay: None,
        recorder: None,
        interrupted,
    }
}

/// Tries everything in one account.
pub async fn of_account(connection: &Connection, account: &Account, request: &Request) -> AccountReport {
    let places = account.places(connection);
    let progress = Progress::start(request.progress, connection, &places);
    let wanted = Wanted { register: request.register.clone(), limit: request.timeout * TIMEOUTS };
    let probed: Vec<Probed> = probe(connection, account, &places, &wanted, |place| progress.place_done(place)).await;
    progress.finish();
    let expected = Expected::of(account, &probed, &request.past);
    AccountReport::new(account, &probed, expected, &connection.span.counters)
}
