//! The flat rows of findings (`jsonl`), for whoever puts each where it belongs: account by account, one row in memory at a time.

use std::{collections::BTreeMap, io};

use rung_rules::model::{ControlReport, Finding, GapReport, Scan};

use super::Book;
use crate::report::jsonl;

/// Takes the region of a row, and the row with its line end.
pub type Put<'p> = dyn FnMut(&str, &[u8]) -> io::Result<()> + 'p;

/// Makes the rows of a scan.
pub struct Flat<'a> {
    book: Book<'a>,
    bundle: &'a str,
    line: Vec<u8>,
}

impl std::fmt::Debug for Flat<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Flat")
    }
}

impl<'a> Flat<'a> {
    /// Of a scan; `bundle` stands in every row.
    pub fn new(controls: &'a [ControlReport], scan: &'a Scan, bundle: &'a str) -> Self {
        Flat { book: Book::new(controls, scan), bundle, line: Vec::new() }
    }

    /// The row of a finding; `gaps` are those of its account, by id.
    pub fn finding(
        &mut self,
        finding: Finding,
        gaps: &BTreeMap<String, &GapReport>,
        put: &mut Put<'_>,
    ) -> io::Result<()> {
        self.row(finding, gaps, false, put)
    }

    /// The rows of an account for what has no finding; `gaps` are all of the account's.
    pub fn account(&mut self, account: &str, gaps: &[GapReport], put: &mut Put<'_>) -> io::Result<()> {
        let by_id = by_id(gaps);
        for finding in self.book.unseen(gaps) {
            self.row(finding, &by_id, true, put)?;
        }
        for finding in self.book.without_subjects_of(account) {
            self.row(finding, &BTreeMap::new(), true, put)?;
        }
        Ok(())
    }

    fn row(
        &mut self,
        finding: Finding,
        gaps: &BTreeMap<String, &GapReport>,
        alone: bool,
        put: &mut Put<'_>,
    ) -> io::Result<()> {
        let told = self.book.told(finding, gaps, alone)?;
        self.line.clear();
        jsonl::finding(&told, self.book.scan, Some(self.bundle), &mut self.line)?;
        put(&told.finding.subject.subject.region, &self.line)
    }
}

/// Gaps by their id, as findings name them.
pub fn by_id(gaps: &[GapReport]) -> BTreeMap<String, &GapReport> {
    gaps.iter().map(|gap| (gap.gap.id.to_string(), gap)).collect()
}
