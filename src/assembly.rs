//! The assessment of many accounts, with one account's evidence in memory at a time.
//!
//! First each account is held against the rules and added to the sums; when all are in, the sums are decided. Then the accounts
//! are gone through again, in their order, to name what is touched and to write every finding with what was decided of the
//! whole. The same evidence gives the same bytes, in whatever order accounts were scanned and by how many processes.

use std::{
    io::{self, Write},
    iter,
};

use jiff::Timestamp;
use rung_collectors::tags_not_asked;
use rung_rules::{
    changes::Changes,
    compose::{LazyFindings, Seen, Sums, coverage, gap_reports, head},
    entry_path::Steps,
    model::{AccountReport, Assessed, Coverage, EvidenceSet, GapReport, Scan, Settings, SourceRecord, hold},
};

use crate::{
    bundle::{AccountFolder, Bundle, Lines, OfAccount},
    failure::Failure,
    history::History,
    report::{Earlier, Head, html, json},
    scan::micro,
};

/// Where accounts can be read from, as often as wanted, in the order of their ids.
#[derive(Debug)]
pub enum Accounts {
    /// Folders that a scan has written.
    Folders(Vec<AccountFolder>, Timestamp),
    /// A bundle.
    Bundle {
        /// It.
        bundle: Box<Bundle>,
        /// Whether the scope chooses by tags that its scan did not ask for.
        tags_missing: bool,
    },
}

impl Accounts {
    /// Goes through the accounts.
    pub fn each(&self) -> Result<Box<dyn Iterator<Item = Result<OfAccount, Failure>> + '_>, Failure> {
        match self {
            Accounts::Folders(folders, now) => Ok(Box::new(folders.iter().map(|folder| folder.read(*now)))),
            Accounts::Bundle { bundle, tags_missing: false } => Ok(Box::new(bundle.accounts()?)),
            Accounts::Bundle { bundle, tags_missing: true } => Ok(Box::new(bundle.accounts()?.map(|account| {
                account.map(|mut account| {
                    tags_not_asked(&mut account.set);
                    account
                })
            }))),
        }
    }

    /// Every source of all accounts.
    pub fn sources(&self) -> Result<Box<dyn Iterator<Item = Result<SourceRecord, Failure>> + '_>, Failure> {
        match self {
            Accounts::Folders(folders, _) => {
                // One file at a time: of thousands of accounts all at once would hold as many files and zstd windows.
                Ok(Box::new(folders.iter().flat_map(|folder| folder.sources().map_or_else(failed_to_open, boxed))))
            }
            Accounts::Bundle { bundle, .. } => Ok(Box::new(bundle.lines(crate::bundle::SOURCES)?)),
        }
    }
}

type Sources = Box<dyn Iterator<Item = Result<SourceRecord, Failure>>>;

fn boxed(lines: Lines<SourceRecord>) -> Sources {
    Box::new(lines)
}

fn failed_to_open(failure: Failure) -> Sources {
    Box::new(iter::once(Err(failure)))
}

/// The sums of accounts that were held, in any order.
#[derive(Debug)]
pub struct Whole<'a> {
    settings: &'a Settings,
    now: Timestamp,
    assessed: Assessed<'a>,
    accounts: Vec<AccountReport>,
}

impl<'a> Whole<'a> {
    /// No account yet.
    pub fn new(settings: &'a Settings, now: Timestamp) -> Self {
        let nothing = EvidenceSet { now, ..EvidenceSet::default() };
        Whole { settings, now, assessed: hold(&nothing, settings).without_findings(), accounts: Vec::new() }
    }

    /// Adds an account; `told` is what is known of it beside its evidence. Gives what came of it alone.
    pub fn add(&mut self, told: AccountReport, seen: &OfAccount) -> AccountReport {
        let mut own = hold(&seen.set, self.settings);
        self.assessed.add(&own);
        own.decide(self.settings);
        let calls = seen.ledger.iter().map(|line| line.count.calls).sum();
        let cost_usd = seen.ledger.iter().map(|line| line.count.cost_usd).sum();
        let AccountReport { controls, pillar, pillar_possible, subjects, gaps, .. } =
            AccountReport::new(&told.id, &seen.set, &own);
        let report = AccountReport {
            controls,
            pillar,
            pillar_possible,
            subjects,
            gaps,
            calls,
            cost_usd: micro(cost_usd),
            ..told
        };
        self.accounts.push(report.clone());
        report
    }

    /// Decides, and goes through the accounts for what the head of the assessment names.
    pub fn decide(mut self, accounts: &Accounts, scan: Scan) -> Result<Decided<'a>, Failure> {
        self.assessed.decide(self.settings);
        self.accounts.sort_by(|a, b| a.id.cmp(&b.id));
        let (mut steps, mut seen) = (Steps::default(), Seen::default());
        let mut page = html::Page::new(self.now);
        let mut lines = 0;
        for account in accounts.each()? {
            let account = account?;
            let own = marked(&account.set, self.settings, &self.assessed);
            let gaps = gap_reports(&account.set, &own);
            steps.add(&account.set, &own, &self.assessed);
            seen.add(own.findings(), &gaps, &coverage(&account.set, &account.ledger));
            page.add(LazyFindings::after(&account.set, &own, lines).iter(), &gaps, &account.set.sources)
                .map_err(aside_failed)?;
            lines += account.set.evidence.len() as u64;
        }
        let sums = Sums {
            now: self.now,
            settings: self.settings,
            assessed: &self.assessed,
            steps: &steps,
            seen: &seen,
            version: env!("CARGO_PKG_VERSION"),
        };
        let mut head = head(sums, scan);
        head.accounts = self.accounts;
        Ok(Decided { settings: self.settings, whole: self.assessed, head, seen, page, changes: None, history: None })
    }
}

fn marked<'a>(set: &EvidenceSet, settings: &'a Settings, whole: &Assessed<'a>) -> Assessed<'a> {
    let mut own = hold(set, settings);
    own.mark_as(whole, set);
    own
}

fn aside_failed(error: io::Error) -> Failure {
    Failure::file("use", &std::env::temp_dir(), &error)
}

/// What many accounts come to.
#[derive(Debug)]
pub struct Decided<'a> {
    settings: &'a Settings,
    whole: Assessed<'a>,
    /// All of the assessment but what grows with the evidence.
    pub head: Head,
    seen: Seen,
    page: html::Page,
    /// What changed since the scan before, for the page.
    pub changes: Option<Changes>,
    /// The levels of the scans before, for the page.
    pub history: Option<History>,
}

impl Decided<'_> {
    /// The head for people: with the gaps and sources of the findings that a page shows, and coverage by operation.
    pub fn for_people(&mut self) -> Result<Head, Failure> {
        let mut head = self.head.clone();
        (head.gaps, head.sources) = self.page.shown(&head).map_err(aside_failed)?;
        head.coverage = self.seen.by_operation();
        Ok(head)
    }

    /// The HTML report of `head`, which is that for people; `name` is its file's.
    pub fn html<'h>(&'h mut self, head: &'h Head, name: Option<&str>) -> io::Result<html::Report<'h>> {
        let earlier = Earlier { changes: self.changes.as_ref(), history: self.history.as_ref() };
        self.page.report(head, earlier, name)
    }

    /// Writes the assessment as JSON: the same bytes as if all accounts had been held at once.
    pub fn json(&self, accounts: &Accounts, mut out: impl Write) -> io::Result<()> {
        json::begin(&self.head, &mut out)?;
        // What follows the findings is put aside while the accounts are gone through for them.
        let (mut gaps, mut ledger) = (json::aside(",\"gaps\":")?, json::aside(",\"coverage\":")?);
        let mut findings = json::List::begin(&mut out, "\"findings\":")?;
        self.walk(accounts, &mut |visit| {
            visit.findings.iter().try_for_each(|finding| findings.item(&finding))?;
            visit.gaps.iter().try_for_each(|gap| gaps.item(gap))?;
            visit.coverage.iter().try_for_each(|line| ledger.item(line))
        })?;
        findings.end()?;
        json::place(gaps, &mut out)?;
        let mut sources = json::List::begin(&mut out, ",\"sources\":")?;
        for source in accounts.sources().map_err(io::Error::other)? {
            sources.item(&source.map_err(io::Error::other)?)?;
        }
        sources.end()?;
        json::place(ledger, &mut out)?;
        json::end(&mut out)
    }

    /// Goes through the accounts with their findings.
    pub fn walk(&self, accounts: &Accounts, look: &mut dyn FnMut(Visit<'_>) -> io::Result<()>) -> io::Result<()> {
        let mut lines = 0;
        for account in accounts.each().map_err(io::Error::other)? {
            let account = account.map_err(io::Error::other)?;
            let own = marked(&account.set, self.settings, &self.whole);
            look(Visit {
                findings: LazyFindings::after(&account.set, &own, lines),
                gaps: gap_reports(&account.set, &own),
                coverage: coverage(&account.set, &account.ledger),
            })?;
            lines += account.set.evidence.len() as u64;
        }
        Ok(())
    }
}

/// An account that is gone through.
#[derive(Debug)]
pub struct Visit<'v> {
    /// Its findings.
    pub findings: LazyFindings<'v>,
    /// Its gaps, with what they hide.
    pub gaps: Vec<GapReport>,
    /// Its lines of the ledger.
    pub coverage: Vec<Coverage>,
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use std::path::Path;

    use rung_rules::model::SourceId;

    use super::*;

    fn source(id: u64, account: &str) -> SourceRecord {
        serde_json::from_value(serde_json::json!({
            "id": SourceId(id), "service": "ec2", "operation": "DescribeVolumes", "account": account, "region": "r",
            "parameters": "", "read_at": "2026-11-25T02:00:00Z", "pages": 1, "items": 0,
        }))
        .unwrap()
    }

    fn written(folder: &Path, accounts: u64) -> Vec<AccountFolder> {
        let write = |number: u64| {
            let id = format!("{number:012}");
            let set = EvidenceSet { sources: vec![source(number, &id)], ..EvidenceSet::default() };
            let report = AccountReport { id, ..AccountReport::default() };
            AccountFolder::write(folder, &report, &OfAccount { set, ledger: Vec::new() }).unwrap()
        };
        (0..accounts).map(write).collect()
    }

    /// Files below a folder that this process has open.
    fn open_below(folder: &Path) -> usize {
        let open = std::fs::read_dir("/proc/self/fd").unwrap().flatten();
        open.filter(|one| std::fs::read_link(one.path()).is_ok_and(|to| to.starts_with(folder))).count()
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn the_sources_of_any_number_of_accounts_hold_one_file_open() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().canonicalize().unwrap();
        let accounts = Accounts::Folders(written(&path, 20), Timestamp::UNIX_EPOCH);
        let mut most = 0;
        let ids: Vec<_> = accounts
            .sources()
            .unwrap()
            .map(|source| {
                most = most.max(open_below(&path));
                source.unwrap().id
            })
            .collect();
        assert_eq!((ids, most), ((0..20).map(SourceId).collect(), 1));
    }

    #[test]
    fn an_account_whose_sources_cannot_be_read_is_told_where_it_stands() {
        let folder = tempfile::tempdir().unwrap();
        let folders = written(folder.path(), 3);
        std::fs::remove_file(folder.path().join("000000000001/sources.jsonl.zst")).unwrap();
        let accounts = Accounts::Folders(folders, Timestamp::UNIX_EPOCH);
        let all: Vec<_> = accounts.sources().unwrap().collect();
        assert_eq!(all.iter().map(Result::is_ok).collect::<Vec<_>>(), [true, false, true]);
        assert!(all[1].as_ref().unwrap_err().message.contains("000000000001"));
    }
}
