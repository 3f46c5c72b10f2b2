//! Before a scan: who would ask, in which regions, what may be asked of AWS, what denied operations hide, and what a scan
//! will ask and cost at least.

mod expected;
mod report;
pub mod text;
mod unlocks;

use std::time::Duration;

use futures::{StreamExt, stream};
use rung_collectors::{
    aws::{Account, Budget, Connection, Member, Options, RoleOptions, Selection, connect, members},
    probe::{Probed, Wanted, probe},
};
use rung_rules::model::Scan;
use tokio::sync::watch;

pub use expected::{Expected, LastScan};
pub use report::{AccountReport, Closed, Denied, HeldBack, NotEntered, Operation, Report, SCHEMA, Standing, Unlock};

use crate::{
    cli::accounts::of_members,
    failure::Failure,
    progress::Progress,
    scan::{find, identified, many::why_not_entered, of_connect, of_profile},
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
    /// The accounts.
    pub accounts: Accounts,
}

/// Which accounts are tried.
#[derive(Clone, Debug)]
pub enum Accounts {
    /// The caller's own.
    Own,
    /// Those of the organisation, entered by a role.
    Selected(Selection, RoleOptions),
    /// These, entered by a role.
    Listed(Vec<Member>, RoleOptions),
}

/// Accounts tried at once.
const AT_ONCE: usize = 8;

/// Tries everything in each account. `stop` turns true when the user interrupts: the rest is not tried.
pub async fn run(request: &Request, stop: watch::Receiver<bool>) -> Result<Report, Failure> {
    let connection = connect(options(request, stop.clone())).await.map_err(of_connect)?;
    let found = match request.accounts {
        Accounts::Own => find(&connection, &request.regions, stop.clone()).await,
        _ => identified(&connection, stop.clone()).await,
    };
    let caller = found.map_err(|failure| of_profile(failure, request.profile.as_deref()))?;
    let (members, role) = match &request.accounts {
        Accounts::Own => {
            let accounts = vec![of_account(&connection, &caller, request).await];
            return Ok(Report::new(connection.span.now, !*stop.borrow(), accounts));
        }
        Accounts::Listed(members, role) => (members.clone(), role),
        Accounts::Selected(selection, role) => (selected(&connection, &caller, selection).await?, role),
    };
    let of_members: Vec<_> =
        members.iter().map(|member| of_member(&connection, &caller, member, role, request)).collect();
    let tried: Vec<_> = stream::iter(of_members).buffered(AT_ONCE).collect().await;
    let (mut accounts, mut not_entered) = (Vec::new(), Vec::new());
    for one in tried {
        match one {
            Ok(account) => accounts.push(account),
            Err(closed) => not_entered.push(closed),
        }
    }
    let report = Report::new(connection.span.now, !*stop.borrow(), accounts);
    Ok(Report { not_entered, ..report })
}

async fn selected(connection: &Connection, caller: &Account, selection: &Selection) -> Result<Vec<Member>, Failure> {
    let places = caller.places(connection);
    let global = places.iter().find(|place| place.is_global());
    let Some(global) = global else { return Ok(Vec::new()) };
    members(global, selection).await.map(|found| found.members).map_err(|error| of_members(&error))
}

async fn of_member(
    connection: &Connection,
    caller: &Account,
    member: &Member,
    role: &RoleOptions,
    request: &Request,
) -> Result<AccountReport, NotEntered> {
    let entered = match member.id == caller.id {
        true => connection.enter_own(caller, &request.regions).await,
        false => connection.enter(&member.id, &caller.partition, role, &request.regions).await,
    };
    match entered {
        Ok(entered) => Ok(of_account(&entered.connection, &entered.account, request).await),
        Err(error) => {
            let (cause, words) = why_not_entered(&error);
            Err(NotEntered { account: member.id.to_string(), cause, words })
        }
    }
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
        journal: None,
        now: None,
        credential_wait: Duration::ZERO,
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
