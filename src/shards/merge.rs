//! From what the shards left to accounts on this machine's disk, one at a time, and what is known of the whole beside them.
//! A shard that left nothing is a gap of each of its accounts.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use jiff::Timestamp;
use rung_collectors::{aws::Member, closed};
use rung_rules::model::{AccountReport, AccountState, Cause, Scan, Scope, Settings};

use super::{Calls, Shard, ShardPlan, Taken};
use crate::{
    assembly::{Accounts, Whole},
    bundle::{AccountFolder, Bundle, OfAccount},
    failure::Failure,
    scan::many::ScanSums,
};

/// What opens the gap of an account whose shard did not reach it.
const SCAN_AGAIN: &str = "scan its shard of the plan again, then merge again";

/// Accounts being gathered.
#[derive(Debug)]
pub struct Merging<'a> {
    plan: &'a ShardPlan,
    whole: Whole<'a>,
    sums: ScanSums,
    /// What the shards had in their scope, the same for all.
    scope: Option<Scope>,
    finished_at: Timestamp,
    accounts: PathBuf,
    /// Calls of each account.
    pub calls: Calls,
    /// Shards that left no bundle, or none that holds together.
    pub missing: Vec<usize>,
    /// Shards whose bundle is not of their whole accounts.
    pub incomplete: Vec<usize>,
}

/// Begins to gather the accounts of a plan into a folder.
pub fn begin<'a>(plan: &'a ShardPlan, settings: &'a Settings, accounts: &Path) -> Merging<'a> {
    let mut sums = ScanSums::default();
    sums.add_calls(&plan.asked);
    Merging {
        plan,
        whole: Whole::new(settings, plan.began()),
        sums,
        scope: None,
        finished_at: plan.began(),
        accounts: accounts.to_owned(),
        calls: Calls::default(),
        missing: Vec::new(),
        incomplete: Vec::new(),
    }
}

impl<'a> Merging<'a> {
    /// How many shards the plan has.
    pub fn shards(&self) -> usize {
        self.plan.shards.len()
    }

    /// Adds what a shard left; nothing of it is kept beside the accounts' own folders.
    pub fn add(&mut self, number: usize, taken: Taken) -> Result<(), Failure> {
        let shard = self.plan.shard(number)?;
        match taken {
            Taken::Bundle(bundle, _folder) => self.add_bundle(number, shard, &bundle),
            Taken::Nothing => self.add_missing(number, shard, "left no bundle"),
            Taken::Damaged(why) => self.add_missing(number, shard, &format!("left a bundle that is damaged: {why}")),
        }
    }

    fn add_bundle(&mut self, number: usize, shard: &Shard, bundle: &Bundle) -> Result<(), Failure> {
        let scan = &bundle.manifest.scan;
        if scan.started_at != self.plan.began() {
            let words = "is of another scan: the plan's folder was used twice";
            return Err(Failure::usage(format!("the bundle of shard {number}, {}, {words}", scan.id)));
        }
        if !scan.complete {
            self.incomplete.push(number);
        }
        self.finished_at = self.finished_at.max(scan.finished_at);
        self.scope.get_or_insert_with(|| scan.scope.clone());
        // What was asked beside the accounts too: who is calling, in which regions.
        self.sums.add_calls(&scan.calls);
        let reports = bundle.assessment_accounts()?;
        let mut wanted = shard.members();
        for of in bundle.accounts()? {
            let of = of?;
            let id = of.set.accounts.first().map(ToString::to_string).unwrap_or_default();
            let Some(at) = wanted.iter().position(|member| *member.id == *id) else {
                return Err(Failure::usage(format!(
                    "the bundle of shard {number} has account {id}, the plan does not"
                )));
            };
            wanted.remove(at);
            let told = reports.iter().find(|report| report.id == id).cloned().ok_or_else(|| {
                let words = "has evidence of it, and its assessment does not say how far it was read";
                Failure::usage(format!("account {id}: the bundle of shard {number} {words}"))
            })?;
            self.add_account(told, &of)?;
        }
        self.add_closed(&wanted, &format!("shard {number} of the plan ended before this account"))
    }

    fn add_missing(&mut self, number: usize, shard: &Shard, words: &str) -> Result<(), Failure> {
        self.missing.push(number);
        self.add_closed(&shard.members(), &format!("shard {number} of the plan {words}"))
    }

    /// Accounts of which nothing was seen.
    fn add_closed(&mut self, members: &[Member], words: &str) -> Result<(), Failure> {
        for member in members {
            let text = |text: &Option<Arc<str>>| text.as_deref().map(str::to_owned);
            let told = AccountReport {
                id: member.id.to_string(),
                name: text(&member.name),
                unit: text(&member.unit),
                state: AccountState::NotEntered,
                why: Some(format!("{}: {words}", Cause::CutShort.words())),
                ..AccountReport::default()
            };
            let mut set = closed(&member.id, self.plan.began(), Cause::CutShort, words);
            set.gaps.iter_mut().for_each(|gap| SCAN_AGAIN.clone_into(&mut gap.opens_with));
            self.add_account(told, &OfAccount { set, ledger: Vec::new() })?;
        }
        Ok(())
    }

    fn add_account(&mut self, told: AccountReport, of: &OfAccount) -> Result<(), Failure> {
        self.sums.add_account(&told);
        self.calls.add(&told);
        let report = self.whole.add(told, of);
        AccountFolder::write(&self.accounts, &report, of).map(drop)
    }

    /// All that was gathered: the sums, the scan as a whole, the accounts.
    pub fn end(self) -> (Whole<'a>, Scan, Accounts) {
        let folders = AccountFolder::all(&self.accounts);
        let plan = &self.plan.scan;
        let unseen = || Scope { tags_read: !plan.settings.scope.tags.is_empty(), ..Scope::default() };
        let scope = self.scope.unwrap_or_else(unseen);
        let complete = self.missing.is_empty() && self.incomplete.is_empty();
        let scan = self.sums.scan(Scan {
            id: self.plan.id.clone(),
            started_at: plan.started_at,
            finished_at: self.finished_at,
            complete,
            partition: self.plan.partition.clone(),
            scope,
            ..Scan::default()
        });
        (self.whole, scan, Accounts::Folders(folders, plan.started_at))
    }
}
