//! A night of an organisation: planned, scanned in shards by so many processes at once, merged.

use std::collections::BTreeMap;

use rung::shards::{Shard, pack};
use rung_collectors::aws::Member;

use super::{
    Measured,
    account::{Account, spread},
    assumed::{ACCOUNTS_OF_PAGE, BESIDE, CALLS_OF_SHARD, LARGE_ONE, LARGE_TIMES, LATENCY},
    process::{Bound, Process, one_after_another},
    rates::{Rates, bucket},
};

/// An organisation.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Organisation {
    pub(crate) accounts: usize,
    pub(crate) regions: usize,
    /// Resources of the middle account.
    pub(crate) median: f64,
}

/// How a night went.
#[derive(Clone, Debug)]
pub(crate) struct Night {
    pub(crate) calls: f64,
    pub(crate) findings: f64,
    pub(crate) usd: f64,
    pub(crate) shards: usize,
    /// Of the middle shard, and of the one that takes longest.
    pub(crate) usual: f64,
    pub(crate) longest: f64,
    /// What binds the middle one.
    pub(crate) binds: Bound,
    /// Seconds of all shards added up.
    pub(crate) busy: f64,
    pub(crate) plan: f64,
    pub(crate) scan: f64,
    pub(crate) merge: f64,
    /// Seconds that AWS's rates take for the slowest account.
    pub(crate) forced: f64,
}

impl Organisation {
    /// Its accounts, one of twenty large.
    pub(crate) fn accounts(&self, measured: &Measured, rates: Rates) -> Vec<Account> {
        let of = |times: f64| measured.account(&spread(self.median * times, self.regions), rates);
        let (usual, large) = (of(1.0), of(LARGE_TIMES));
        let account = |n| if n % LARGE_ONE == LARGE_ONE / 2 { large.clone() } else { usual.clone() };
        (0..self.accounts).map(account).collect()
    }

    /// A night over so many shards; by what `rung plan` aims at where none are named.
    pub(crate) fn night(&self, measured: &Measured, process: &Process, shards: Option<usize>, at_once: usize) -> Night {
        let accounts = self.accounts(measured, Rates::Published);
        let sum = |of: fn(&Account) -> f64| accounts.iter().map(of).sum::<f64>();
        let calls = sum(|one| one.calls);
        let shards = shards.unwrap_or((calls / CALLS_OF_SHARD).ceil() as usize);
        let mut went: Vec<_> = packed(accounts.clone(), shards, true).iter().map(|own| process.read(own)).collect();
        let jobs: Vec<f64> = went.iter().map(|one| one.seconds).collect();
        let scan = one_after_another(&jobs, at_once);
        went.sort_by(|a, b| a.seconds.total_cmp(&b.seconds));
        let (usual, longest) = (went[went.len() / 2], went[went.len() - 1]);
        let findings = sum(|one| one.findings);
        Night {
            calls,
            findings,
            usd: sum(|one| one.usd),
            shards: went.len(),
            usual: usual.seconds,
            longest: longest.seconds,
            binds: usual.binds,
            busy: jobs.iter().sum(),
            plan: self.plan(),
            scan,
            merge: measured.merge_seconds(findings) + BESIDE,
            forced: accounts.iter().map(|one| one.forced).fold(0.0, f64::max),
        }
    }

    /// The list of accounts: a page follows the one before.
    fn plan(&self) -> f64 {
        let pages = self.accounts as f64 / ACCOUNTS_OF_PAGE;
        bucket("organizations:ListAccounts").1.seconds(pages).max(pages * LATENCY) + BESIDE
    }
}

/// The accounts in shards, as the program packs them: by the calls of each, where a scan before has measured them.
pub(crate) fn packed(accounts: Vec<Account>, shards: usize, measured: bool) -> Vec<Vec<Account>> {
    let by_id: BTreeMap<String, Account> =
        accounts.into_iter().enumerate().map(|(n, account)| (format!("{n:012}"), account)).collect();
    let members = by_id.keys().map(|id| Member { id: id.as_str().into(), name: None, unit: None }).collect();
    let calls = |id: &str| by_id.get(id).filter(|_| measured).map(|account| account.calls as u64);
    let own = |shard: &Shard| shard.members().iter().filter_map(|one| by_id.get(&*one.id).cloned()).collect();
    pack(members, shards, calls).iter().map(own).collect()
}

impl Measured {
    /// Seconds of a merge of so many findings: as many a second as in the largest that was measured.
    pub(crate) fn merge_seconds(&self, findings: f64) -> f64 {
        let largest = self.merges.iter().max_by(|a, b| a.findings.total_cmp(&b.findings));
        largest.map_or(f64::NAN, |merge| merge.seconds / merge.findings * findings)
    }
}
