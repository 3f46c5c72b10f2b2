//! One account on disk: the frames of its lines, ready to be put behind those of other accounts, and what was found of it.
//! Written aside and renamed: an account that is there is whole.

use std::{
    fs,
    io::{BufWriter, Write},
    iter::Peekable,
    path::{Path, PathBuf},
};

use jiff::Timestamp;
use rung_rules::model::{AccountReport, Evidence, EvidenceSet, Gap, PlaceCount, SourceRecord, Unseen};
use serde::{Serialize, de::DeserializeOwned};

use super::{Bundle, EVIDENCE, GAPS, LEDGER, Lines, PARTIAL, SOURCES, UNSEEN, manifest::json, pack, packed};
use crate::failure::Failure;

/// What was found of it.
const REPORT: &str = "account.json";
/// The parts of an account.
pub(super) const PARTS: [&str; 5] = [EVIDENCE, UNSEEN, GAPS, SOURCES, LEDGER];

/// What a scan saw of one account.
#[derive(Clone, Debug, Default)]
pub struct OfAccount {
    /// Its evidence, gaps and sources, in their order.
    pub set: EvidenceSet,
    /// What was asked.
    pub ledger: Vec<PlaceCount>,
}

/// An account in a folder of its own.
#[derive(Clone, Debug)]
pub struct AccountFolder {
    folder: PathBuf,
}

impl AccountFolder {
    /// Writes it into `accounts/<id>`; an older one of that name is replaced.
    pub fn write(accounts: &Path, report: &AccountReport, seen: &OfAccount) -> Result<Self, Failure> {
        let aside = accounts.join(format!("{PARTIAL}{}", report.id));
        let folder = accounts.join(&report.id);
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |error: std::io::Error| Failure::file("write", &path, &error)
        };
        for old in [&aside, &folder] {
            if old.exists() {
                fs::remove_dir_all(old).map_err(failed(old))?;
            }
        }
        fs::create_dir_all(&aside).map_err(failed(&aside))?;
        let OfAccount { set, ledger } = seen;
        lines(&aside, EVIDENCE, &set.evidence)?;
        lines(&aside, UNSEEN, &set.unseen)?;
        lines(&aside, GAPS, &set.gaps)?;
        lines(&aside, SOURCES, &set.sources)?;
        lines(&aside, LEDGER, ledger)?;
        let path = aside.join(REPORT);
        let text = serde_json::to_vec(report).map_err(|error| Failure::file("write", &path, &error.into()))?;
        fs::write(&path, text).map_err(failed(&path))?;
        fs::rename(&aside, &folder).map_err(failed(&folder))?;
        Ok(AccountFolder { folder })
    }

    /// The accounts that are whole in a folder of accounts, by id.
    pub fn all(accounts: &Path) -> Vec<Self> {
        let entries = fs::read_dir(accounts).into_iter().flatten().flatten().map(|entry| entry.path());
        let whole = |folder: &PathBuf| {
            let name = folder.file_name().unwrap_or_default().to_string_lossy();
            !name.starts_with(PARTIAL) && folder.join(REPORT).is_file()
        };
        let mut all: Vec<_> = entries.filter(whole).map(|folder| AccountFolder { folder }).collect();
        all.sort_by(|a, b| a.folder.cmp(&b.folder));
        all
    }

    /// Its id.
    pub fn id(&self) -> String {
        self.folder.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }

    /// What was found of it.
    pub fn report(&self) -> Result<AccountReport, Failure> {
        json(&self.folder.join(REPORT))
    }

    /// Its evidence; `now` is when the scan began.
    pub fn read(&self, now: Timestamp) -> Result<OfAccount, Failure> {
        Ok(OfAccount {
            set: EvidenceSet {
                now,
                accounts: vec![self.id().into()],
                evidence: self.items(EVIDENCE)?,
                unseen: self.items(UNSEEN)?,
                gaps: self.items(GAPS)?,
                sources: self.items(SOURCES)?,
            },
            ledger: self.items(LEDGER)?,
        })
    }

    /// Its calls, one at a time.
    pub fn sources(&self) -> Result<Lines<SourceRecord>, Failure> {
        Lines::packed(&self.part(SOURCES))
    }

    /// The file of a part.
    pub(super) fn part(&self, part: &str) -> PathBuf {
        self.folder.join(packed(part))
    }

    fn items<T: DeserializeOwned>(&self, part: &str) -> Result<Vec<T>, Failure> {
        Lines::packed(&self.part(part))?.collect()
    }
}

fn lines<T: Serialize>(folder: &Path, part: &str, items: &[T]) -> Result<(), Failure> {
    let path = folder.join(packed(part));
    let failed = |error: std::io::Error| Failure::file("write", &path, &error);
    let mut out = BufWriter::new(fs::File::create_new(&path).map_err(failed)?);
    pack(items, &mut out).and_then(|_| out.flush()).map_err(failed)
}

/// The accounts of a bundle, one after another: its lines are in the order of accounts.
pub struct BundleAccounts {
    ids: std::vec::IntoIter<String>,
    now: Timestamp,
    evidence: Group<Evidence>,
    unseen: Group<Unseen>,
    gaps: Group<Gap>,
    sources: Group<SourceRecord>,
    ledger: Group<PlaceCount>,
}

impl Bundle {
    /// Its accounts, one at a time; more than one are never held.
    pub fn accounts(&self) -> Result<BundleAccounts, Failure> {
        let mut ids = self.manifest.scan.accounts.clone();
        ids.sort();
        Ok(BundleAccounts {
            ids: ids.into_iter(),
            now: self.manifest.scan.started_at,
            evidence: Group::new(self, EVIDENCE, |one: &Evidence| &one.subject.account)?,
            unseen: Group::new(self, UNSEEN, |one: &Unseen| &one.account)?,
            gaps: Group::new(self, GAPS, |one: &Gap| &one.account)?,
            sources: Group::new(self, SOURCES, |one: &SourceRecord| &one.account)?,
            ledger: Group::new(self, LEDGER, |one: &PlaceCount| &one.account)?,
        })
    }
}

impl BundleAccounts {
    fn account(&mut self, id: &str) -> Result<OfAccount, Failure> {
        Ok(OfAccount {
            set: EvidenceSet {
                now: self.now,
                accounts: vec![id.into()],
                evidence: self.evidence.of(id)?,
                unseen: self.unseen.of(id)?,
                gaps: self.gaps.of(id)?,
                sources: self.sources.of(id)?,
            },
            ledger: self.ledger.of(id)?,
        })
    }

    /// What no account of the bundle has named: a line out of its order.
    fn rest(&mut self) -> Option<Failure> {
        let rests =
            [self.evidence.rest(), self.unseen.rest(), self.gaps.rest(), self.sources.rest(), self.ledger.rest()];
        rests.into_iter().flatten().next()
    }
}

impl Iterator for BundleAccounts {
    type Item = Result<OfAccount, Failure>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.ids.next() {
            Some(id) => Some(self.account(&id)),
            None => self.rest().map(Err),
        }
    }
}

impl std::fmt::Debug for BundleAccounts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BundleAccounts").field("left", &self.ids.len()).finish_non_exhaustive()
    }
}

/// Lines in the order of accounts.
struct Group<T: DeserializeOwned> {
    part: &'static str,
    lines: Peekable<Lines<T>>,
    account: fn(&T) -> &str,
}

impl<T: DeserializeOwned> Group<T> {
    fn new(bundle: &Bundle, part: &'static str, account: fn(&T) -> &str) -> Result<Self, Failure> {
        Ok(Group { part, lines: bundle.lines(part)?.peekable(), account })
    }

    fn of(&mut self, id: &str) -> Result<Vec<T>, Failure> {
        let account = self.account;
        let own = |line: &Result<T, Failure>| line.as_ref().map_or(true, |item| account(item) == id);
        let mut items = Vec::new();
        while let Some(line) = self.lines.next_if(own) {
            items.push(line?);
        }
        Ok(items)
    }

    fn rest(&mut self) -> Option<Failure> {
        let line = self.lines.next()?;
        let of = |item: &T| {
            let id = (self.account)(item).to_owned();
            Failure::usage(format!(
                "{}: a line of account {id:?} is not where the lines of accounts are in order",
                self.part
            ))
        };
        Some(line.map_or_else(|failure| failure, |item| of(&item)))
    }
}
