//! A scan of many accounts: so many at once, each handed on as soon as it is read, so that memory does not grow with the organisation.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use futures::{StreamExt, stream};
use rung_collectors::{
    aws::{Account, AccountError, Entered, Member, MembersError, RoleOptions, Selection, members},
    calls::sts::IdentityError,
    closed,
};
use rung_rules::model::{AccountReport, AccountState, CallCount, Cause, PlaceCount, Scan, Scope};
use tokio::sync::{mpsc, watch};

use super::{Connected, Request, collected, connected, identified, ledger, micro, of_profile};
use crate::{bundle::OfAccount, failure::Failure, memory, progress::AccountsProgress};

/// How long to wait before memory is looked at again.
const LOOK_AGAIN: Duration = Duration::from_millis(200);

/// Which accounts, and how.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The accounts.
    pub members: Vec<Member>,
    /// The role of all but the caller's own.
    pub role: RoleOptions,
    /// Most accounts at once.
    pub at_once: usize,
    /// While the process holds more than this, in bytes, no further account is begun.
    pub most_memory: Option<u64>,
    /// Accounts that are finished already.
    pub finished: BTreeSet<String>,
    /// The account that holds the debt register for all, where the members are only a part of them.
    pub register_of: Option<String>,
}

/// An account that was read, or could not be.
#[derive(Debug)]
pub struct Seen {
    /// What is known of it beside its evidence.
    pub told: AccountReport,
    /// What was seen of it.
    pub of: OfAccount,
    /// Whether it was read to its end, so that nobody needs to ask it again.
    pub finished: bool,
}

/// The caller of a scan of many accounts.
pub struct Caller {
    connected: Connected,
    /// The account that asks.
    pub account: Account,
}

impl std::fmt::Debug for Caller {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Caller").field("account", &self.account).finish_non_exhaustive()
    }
}

impl Caller {
    /// Connects, and asks who is calling.
    pub async fn connect(request: &Request, stop: &watch::Receiver<bool>) -> Result<Self, Failure> {
        let connected = connected(request, stop).await?;
        let account = identified(&connected.connection, stop.clone()).await;
        let account = account.map_err(|failure| of_profile(failure, request.profile.as_deref()))?;
        Ok(Caller { connected, account })
    }

    /// The accounts of the organisation, and how many are left out because they are not active, in words.
    pub async fn members(&self, selection: &Selection) -> Result<(Vec<Member>, Option<String>), MembersError> {
        let places = self.account.places(&self.connected.connection);
        let global = places.iter().find(|place| place.is_global());
        let Some(global) = global else { return Err(MembersError::NoOrganization) };
        let found = members(global, selection).await?;
        let left_out = found.left_out();
        Ok((found.members, left_out))
    }

    /// Reads the accounts and hands each on. Ends early when nobody takes them.
    pub async fn scan(
        &self,
        request: &Request,
        asked: &Asked,
        stop: &watch::Receiver<bool>,
        hand: mpsc::Sender<Seen>,
    ) -> Interrupted {
        let wanted: Vec<_> = asked.members.iter().filter(|member| !asked.finished.contains(&*member.id)).collect();
        let progress = AccountsProgress::start(
            request.progress,
            &self.connected.connection,
            asked.members.len(),
            asked.finished.len(),
        );
        let (hand, progress) = (&hand, &progress);
        let all = wanted.into_iter().map(|member| async move {
            wait_for_memory(asked.most_memory, progress).await;
            progress.begun();
            let seen = self.one(request, asked, member, stop).await;
            progress.done(&seen.of.ledger);
            // Whoever writes has failed: that is told by it.
            hand.send(seen).await.is_ok()
        });
        stream::iter(all.collect::<Vec<_>>())
            .buffer_unordered(asked.at_once.max(1))
            .take_while(|taken| std::future::ready(*taken))
            .count()
            .await;
        progress.finish();
        Interrupted(*stop.borrow())
    }

    async fn one(&self, request: &Request, asked: &Asked, member: &Member, stop: &watch::Receiver<bool>) -> Seen {
        let told = AccountReport {
            id: member.id.to_string(),
            name: member.name.as_deref().map(str::to_owned),
            unit: member.unit.as_deref().map(str::to_owned),
            ..AccountReport::default()
        };
        if *stop.borrow() {
            return self.not_entered(told, Cause::CutShort, "interrupted before it was begun");
        }
        let own = *member.id == *self.account.id;
        let entered = match own {
            true => self.connected.connection.enter_own(&self.account, &self.connected.regions).await,
            false => {
                let (id, partition) = (&member.id, &self.account.partition);
                self.connected.connection.enter(id, partition, &asked.role, &self.connected.regions).await
            }
        };
        match entered {
            Ok(entered) => {
                self.read(request, told, entered, self.register_of(asked).is_some_and(|id| *id == *member.id), stop)
                    .await
            }
            Err(error) => {
                let (cause, words) = why_not_entered(&error);
                self.not_entered(told, cause, &words)
            }
        }
    }

    /// The register is one for all: it counts in the caller's own account, or else in the first.
    fn register_of<'m>(&self, asked: &'m Asked) -> Option<&'m str> {
        if asked.register_of.is_some() {
            return asked.register_of.as_deref();
        }
        let own = asked.members.iter().find(|member| member.id == self.account.id);
        own.or(asked.members.first()).map(|member| &*member.id)
    }

    async fn read(
        &self,
        request: &Request,
        told: AccountReport,
        entered: Entered,
        holds_register: bool,
        stop: &watch::Receiver<bool>,
    ) -> Seen {
        let Entered { connection, account, left_out } = entered;
        let places = account.places(&connection);
        let register = request.register.as_ref().filter(|_| holds_register);
        let mut set = collected(request, register, &places, self.connected.tags, |_| ()).await;
        // Regions that are off for this account are gaps that no place registered.
        if !left_out.is_empty() {
            let (_, gaps) = connection.span.registry.snapshot();
            set.gaps.extend(gaps);
        }
        set.sort();
        let ended = connection.span.credentials.given_up().is_some();
        let interrupted = *stop.borrow() || ended;
        let state = if interrupted { AccountState::Interrupted } else { AccountState::Scanned };
        let regions = account.regions.iter().map(ToString::to_string).collect();
        let of = OfAccount { set, ledger: ledger(&connection, &account.id) };
        Seen { told: AccountReport { state, regions, ..told }, of, finished: !interrupted }
    }

    /// Nothing of it was seen; whoever goes on with the scan tries again.
    fn not_entered(&self, told: AccountReport, cause: Cause, words: &str) -> Seen {
        let set = closed(&told.id, self.now(), cause, words);
        let why = Some(format!("{}: {words}", cause.words()));
        let state = if cause == Cause::CutShort { AccountState::Interrupted } else { AccountState::NotEntered };
        let of = OfAccount { set, ledger: Vec::new() };
        Seen { told: AccountReport { state, why, ..told }, of, finished: false }
    }

    /// The scan as a whole, from what was seen of its accounts.
    pub fn described(&self, sums: &ScanSums, interrupted: Interrupted) -> Scan {
        let span = &self.connected.connection.span;
        let mut sums = sums.clone();
        sums.calls.add(&ledger(&self.connected.connection, &self.account.id));
        sums.scan(Scan {
            id: format!("{}-{}", span.now.strftime("%Y%m%dT%H%M%SZ"), self.account.id),
            started_at: span.now,
            finished_at: jiff::Timestamp::now(),
            complete: !interrupted.0,
            partition: self.account.partition.to_string(),
            scope: Scope { tags_read: span.tags, ..Scope::default() },
            ..Scan::default()
        })
    }

    /// When the scan began.
    pub fn now(&self) -> jiff::Timestamp {
        self.connected.connection.span.now
    }
}

/// Whether the user interrupted it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interrupted(pub bool);

/// What the accounts add up to, beside the rules.
#[derive(Clone, Debug, Default)]
pub struct ScanSums {
    accounts: BTreeSet<String>,
    regions: BTreeSet<String>,
    calls: Calls,
    interrupted: bool,
    /// Accounts that were entered.
    pub entered: u64,
    /// Why one could not be.
    pub why_not: Option<String>,
}

impl ScanSums {
    /// Adds an account.
    pub fn add(&mut self, told: &AccountReport, of: &OfAccount) {
        self.add_account(told);
        self.calls.add(&of.ledger);
        // One that was not begun by then says nothing of an interruption itself.
        self.interrupted |= of.set.gaps.iter().any(|gap| gap.cause == Cause::CredentialsEnded);
    }

    /// Adds an account whose calls are among those of a part of the scan.
    pub fn add_account(&mut self, told: &AccountReport) {
        self.accounts.insert(told.id.clone());
        self.regions.extend(told.regions.iter().cloned());
        self.interrupted |= told.state == AccountState::Interrupted;
        match &told.why {
            None => self.entered += 1,
            why => self.why_not = self.why_not.take().or(why.clone()),
        }
    }

    /// Adds the calls of a part of the scan, by operation.
    pub fn add_calls(&mut self, calls: &BTreeMap<String, CallCount>) {
        for (operation, count) in calls {
            self.calls.0.entry(operation.clone()).or_default().add(count);
        }
    }

    /// The scan as a whole: `rest` with the accounts, regions, calls and cost.
    pub fn scan(self, rest: Scan) -> Scan {
        Scan {
            complete: rest.complete && !self.interrupted,
            accounts: self.accounts.into_iter().collect(),
            regions: self.regions.into_iter().collect(),
            cost_usd: micro(self.calls.0.values().map(|count| count.cost_usd).sum()),
            calls: self.calls.0,
            ..rest
        }
    }
}

#[derive(Clone, Debug, Default)]
struct Calls(BTreeMap<String, CallCount>);

impl Calls {
    fn add(&mut self, counts: &[PlaceCount]) {
        for line in counts {
            self.0.entry(line.operation.clone()).or_default().add(&line.count);
        }
    }
}

/// Counts by operation, and their list price in US dollars.
pub fn sums(ledger: &[PlaceCount]) -> (BTreeMap<String, CallCount>, f64) {
    let mut calls = Calls::default();
    calls.add(ledger);
    let usd = calls.0.values().map(|count| count.cost_usd).sum();
    (calls.0, micro(usd))
}

/// Why an account could not be entered: the cause of its gap, and AWS's words.
pub(crate) fn why_not_entered(error: &AccountError) -> (Cause, String) {
    let words = error.to_string();
    let first = words.lines().next().unwrap_or_default().to_owned();
    match error {
        AccountError::Identity(IdentityError::NotAssumed { cause, words }) => (*cause, words.clone()),
        AccountError::Identity(IdentityError::Expired(words)) => (Cause::CredentialsEnded, words.clone()),
        AccountError::RegionOff { .. } => (Cause::RegionNotEnabled, first),
        _ => (Cause::Failed, first),
    }
}

async fn wait_for_memory(most: Option<u64>, progress: &AccountsProgress) {
    let Some(most) = most else { return };
    // With none under way nothing would be given back: then it is this account's turn, whatever it takes.
    while progress.under_way() > 0 && memory::held().is_some_and(|held| held > most) {
        tokio::time::sleep(LOOK_AGAIN).await;
    }
}
