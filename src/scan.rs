//! The orchestration of a scan: connect, find the account, collect everywhere at once, until done or interrupted.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use jiff::Timestamp;
use rung_collectors::{
    aws::{
        Account, AccountError, Budget, ConnectError, Connection, Journal, Options, Place, Recorder, RecordingHeader,
        Replay, UNKNOWN_ACCOUNT, connect,
    },
    calls::sts::IdentityError,
    collect_all, tags_not_asked,
};
use rung_rules::model::{EvidenceSet, PlaceCount, Scan, Scope};
use tokio::sync::watch;

pub mod many;
mod register;
pub use register::{Content, Handed};

use crate::{
    failure::{Exit, Failure},
    progress::Progress,
};

/// Where the answers come from.
#[derive(Debug)]
pub enum Input {
    /// AWS, by the SDK's default chain.
    Aws,
    /// A recording.
    Replay(Arc<Replay>),
}

/// What to scan and how.
#[derive(Debug)]
pub struct Request {
    /// Where the answers come from.
    pub input: Input,
    /// Named profile.
    pub profile: Option<String>,
    /// Regions as given; `all` for every enabled one.
    pub regions: Vec<String>,
    /// Whether CloudWatch metrics are asked for.
    pub metrics: bool,
    /// Whether the scope chooses by tag, so that tags are asked for where lists carry none.
    pub tags: bool,
    /// Whether SQL digests are asked for.
    pub sql_digests: bool,
    /// The performance debt register.
    pub register: Option<Handed>,
    /// Writes each exchange into this folder.
    pub record: Option<PathBuf>,
    /// Whether the recording gets pseudonyms.
    pub redact: bool,
    /// Most requests, retries counted.
    pub max_calls: Option<u64>,
    /// Most list price, in US dollars.
    pub max_usd: Option<f64>,
    /// Whether requests are paced; nothing: at AWS they are, at an endpoint of one's own not.
    pub paced: Option<bool>,
    /// Most calls in flight.
    pub concurrency: usize,
    /// Most attempts of one call.
    pub max_attempts: u32,
    /// Time-out of one attempt.
    pub timeout: Duration,
    /// How long credentials that have ended are waited for.
    pub credential_wait: Duration,
    /// Whether a progress bar may be shown.
    pub progress: bool,
    /// What an interrupted scan read answers first, and what is read is added to it.
    pub journal: Option<Journal>,
    /// When the scan began that this one goes on with.
    pub now: Option<Timestamp>,
    /// The account of the scan that this one goes on with; the credentials must be of it.
    pub account: Option<String>,
}

impl Request {
    /// A scan with every default.
    pub fn new(input: Input) -> Self {
        Request {
            input,
            profile: None,
            regions: Vec::new(),
            metrics: true,
            tags: false,
            sql_digests: false,
            register: None,
            record: None,
            redact: false,
            max_calls: None,
            max_usd: None,
            paced: None,
            concurrency: 32,
            max_attempts: 8,
            timeout: Duration::from_secs(30),
            credential_wait: Duration::ZERO,
            progress: false,
            journal: None,
            now: None,
            account: None,
        }
    }
}

/// What a scan saw.
#[derive(Debug)]
pub struct Scanned {
    /// Evidence, gaps, sources.
    pub set: EvidenceSet,
    /// When, where, at what price.
    pub scan: Scan,
    /// Whether the user interrupted it.
    pub interrupted: bool,
    /// Why the recording that was asked for is none; what was seen is not lost with it.
    pub unrecorded: Option<Failure>,
}

/// Runs a scan of the caller's account. `stop` turns true when the user interrupts: what was seen until then is the result.
pub async fn run(request: Request, stop: watch::Receiver<bool>) -> Result<Scanned, Failure> {
    let connected = connected(&request, &stop).await?;
    let Connected { connection, regions, tags, metrics } = &connected;
    let account = find(connection, regions, stop.clone()).await;
    let account = account.map_err(|failure| of_profile(failure, request.profile.as_deref()))?;
    same_account(request.account.as_deref(), &account.id)?;
    let places = account.places(connection);
    let progress = Progress::start(request.progress, connection, &places);
    let register = request.register.as_ref();
    let mut set = collected(&request, register, &places, *tags, |place| progress.place_done(place)).await;
    progress.finish();
    set.sort();
    let interrupted = *stop.borrow();
    let unrecorded = finish_recording(connection, &account, *metrics, request.record.as_deref()).err();
    let scan = described(connection, &account, interrupted);
    Ok(Scanned { set, scan, interrupted, unrecorded })
}

/// What one account's credentials began another's do not go on with.
pub(crate) fn same_account(begun_by: Option<&str>, account: &str) -> Result<(), Failure> {
    match begun_by.filter(|before| *before != account) {
        None => Ok(()),
        Some(before) => Err(Failure::credentials(format!(
            "the scan was begun by account {before}, but these credentials are of {account}"
        ))),
    }
}

/// A connection, and what a recording says of the scan that made it.
struct Connected {
    connection: Connection,
    regions: Vec<String>,
    tags: bool,
    metrics: bool,
}

async fn connected(request: &Request, stop: &watch::Receiver<bool>) -> Result<Connected, Failure> {
    let mut regions = request.regions.clone();
    let mut metrics = request.metrics;
    // A recording is for any scope.
    let mut tags = request.tags || request.record.is_some();
    let replay = match &request.input {
        Input::Aws => None,
        Input::Replay(replay) => {
            if regions.is_empty() {
                regions.clone_from(&replay.header().regions);
            }
            metrics &= replay.header().metrics;
            tags = replay.header().tags;
            Some(replay.clone())
        }
    };
    let recorder = match &request.record {
        None => None,
        Some(folder) => {
            let recorder = Recorder::create(folder, request.redact)
                .map_err(|error| Failure::usage(format!("cannot record into {}: {error}", folder.display())))?;
            Some(Arc::new(recorder))
        }
    };
    let options = Options {
        profile: request.profile.clone(),
        region: regions.iter().find(|region| *region != "all").cloned(),
        concurrency: request.concurrency,
        max_attempts: request.max_attempts,
        timeout: request.timeout,
        credential_wait: request.credential_wait,
        metrics,
        tags,
        sql_digests: request.sql_digests,
        budget: Budget::new(request.max_calls, request.max_usd),
        paced: request.paced,
        replay,
        recorder,
        journal: request.journal.clone(),
        now: request.now,
        interrupted: stop.clone(),
    };
    let connection = connect(options).await.map_err(of_connect)?;
    Ok(Connected { connection, regions, tags, metrics })
}

/// The evidence of an account's places, with the register if it is the account that has it.
async fn collected(
    request: &Request,
    register: Option<&Handed>,
    places: &[Arc<Place>],
    tags: bool,
    done: impl Fn(&Place),
) -> EvidenceSet {
    let handed = match (register, places.iter().find(|place| place.is_global())) {
        (Some(register), Some(place)) => register::evidence(register, place).await,
        _ => (Vec::new(), None),
    };
    let mut set = collect_all(places, done).await;
    set.evidence.extend(handed.0);
    set.unseen.extend(handed.1);
    if request.tags && !tags {
        tags_not_asked(&mut set);
    }
    set
}

/// The account of the credentials, unless the user interrupts.
pub(crate) async fn find(
    connection: &Connection,
    regions: &[String],
    mut stop: watch::Receiver<bool>,
) -> Result<Account, Failure> {
    tokio::select! {
        account = Account::find(connection, regions) => account.map_err(of_account),
        _ = stop.wait_for(|stop| *stop) => Err(too_early()),
    }
}

/// Who is calling, unless the user interrupts; which regions there are is a matter of each account.
pub(crate) async fn identified(connection: &Connection, mut stop: watch::Receiver<bool>) -> Result<Account, Failure> {
    tokio::select! {
        account = Account::identified(connection) => account.map_err(of_account),
        _ = stop.wait_for(|stop| *stop) => Err(too_early()),
    }
}

fn too_early() -> Failure {
    let message = "interrupted before the account was known: nothing was seen".to_owned();
    Failure { exit: Exit::Interrupted, message }
}

/// A named profile without credentials is most often a name that the configuration does not have.
pub(crate) fn of_profile(failure: Failure, profile: Option<&str>) -> Failure {
    match (failure.exit, profile) {
        (Exit::Credentials, Some(name)) => {
            let hint = "`aws configure list-profiles` lists the profiles of ~/.aws/config and ~/.aws/credentials.";
            Failure::credentials(format!("profile {name:?}: {}\n{hint}", failure.message))
        }
        _ => failure,
    }
}

/// What went wrong before the first call, for the user.
pub(crate) fn of_connect(error: ConnectError) -> Failure {
    match error {
        ConnectError::NoRegion => Failure::usage(error.to_string()),
        ConnectError::NoCredentials => Failure::credentials(error.to_string()),
    }
}

fn of_account(error: AccountError) -> Failure {
    match &error {
        AccountError::Identity(IdentityError::Other(_) | IdentityError::Unreachable(_)) => {
            Failure::usage(error.to_string())
        }
        AccountError::Identity(_) => Failure::credentials(error.to_string()),
        _ => Failure::usage(error.to_string()),
    }
}

fn finish_recording(
    connection: &Connection,
    account: &Account,
    metrics: bool,
    folder: Option<&Path>,
) -> Result<(), Failure> {
    let (Some(recorder), Some(folder)) = (&connection.recorder, folder) else { return Ok(()) };
    let header = RecordingHeader {
        schema: "rung/recording/v1".to_owned(),
        recorded_at: connection.span.now,
        account: account.id.to_string(),
        partition: account.partition.to_string(),
        home_region: connection.home_region.clone(),
        regions: account.regions.iter().map(ToString::to_string).collect(),
        redacted: false,
        metrics,
        tags: connection.span.tags,
        exchanges: 0,
    };
    recorder.finish(header).map_err(|error| {
        let words = "It cannot be replayed; make room, or name another folder with --record.";
        Failure::usage(format!("the recording in {} is not whole: {error}\n{words}", folder.display()))
    })
}

fn described(connection: &Connection, account: &Account, interrupted: bool) -> Scan {
    let span = &connection.span;
    let calls = span.counters.snapshot();
    Scan {
        id: format!("{}-{}", span.now.strftime("%Y%m%dT%H%M%SZ"), account.id),
        started_at: span.now,
        finished_at: if span.fixed_clock { span.now } else { Timestamp::now() },
        complete: !interrupted,
        accounts: vec![account.id.to_string()],
        partition: account.partition.to_string(),
        regions: account.regions.iter().map(ToString::to_string).collect(),
        scope: Scope { tags_read: span.tags, ..Scope::default() },
        cost_usd: micro(calls.values().map(|count| count.cost_usd).sum()),
        calls,
        ledger: ledger(connection, &account.id),
    }
}

/// What was asked, by place. Who is calling is asked before the account is known.
fn ledger(connection: &Connection, account: &str) -> Vec<PlaceCount> {
    let mut lines = connection.span.counters.ledger();
    for line in lines.iter_mut().filter(|line| line.account == UNKNOWN_ACCOUNT) {
        account.clone_into(&mut line.account);
    }
    lines.sort_by(|a, b| (&a.account, &a.region, &a.operation).cmp(&(&b.account, &b.region, &b.operation)));
    lines
}

pub(crate) fn micro(usd: f64) -> f64 {
    (usd * 1e6).round() / 1e6
}
