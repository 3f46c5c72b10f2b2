//! Cuts a bundle into files: account after account, and of an account each region's rows into a file of its own. What is held is one account's
//! gaps, and the ends of its open files; findings and evidence pass row by row.

use std::{
    collections::{BTreeMap, BTreeSet, btree_map::Entry},
    io,
    path::PathBuf,
};

use indicatif::ProgressBar;
use rung_rules::model::{AccountReport, Evidence, Finding, GapReport, Scan};
use tokio::sync::mpsc::Sender;

use super::{
    file::{File, Writing, failed},
    names::{Names, Table},
    read::{self, Group},
    row::{AccountRow, Actions, GapRow},
};
use crate::{
    bundle::{Bundle, EVIDENCE},
    failure::Failure,
    report::{
        jsonl,
        rows::{Flat, by_id},
    },
    store::AssessmentHead,
};

/// The region of what has none.
const GLOBAL: &str = "global";

/// All that is read of a bundle.
#[derive(Debug)]
pub(super) struct Source {
    pub(super) names: Names,
    assessment: PathBuf,
    evidence: Group<Evidence>,
}

impl Source {
    pub(super) fn of(bundle: &Bundle) -> Result<Self, Failure> {
        Ok(Source {
            names: Names::of(&bundle.manifest.scan, &bundle.manifest_bytes()?)?,
            assessment: bundle.assessment_path(),
            evidence: Group::new("evidence", bundle.lines(EVIDENCE)?, |one: &Evidence| &one.subject.account),
        })
    }
}

/// What was cut.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sums {
    pub(super) accounts: u64,
    pub(super) findings: u64,
    pub(super) evidence: u64,
    pub(super) gaps: u64,
}

/// Cuts it, and hands on each file as soon as it is whole.
pub(super) fn cut(
    source: Source,
    ready: &Sender<File>,
    bar: &ProgressBar,
) -> Result<(Box<AssessmentHead>, Sums), Failure> {
    let Source { names, assessment, evidence } = source;
    let (head, findings) = read::findings(assessment.clone())?;
    let gaps = read::gaps(assessment);
    let scanned_at = head.scan.started_at.to_string();
    let mut cutting = Cutting {
        at: At { names: &names, scan: &head.scan, scanned_at: &scanned_at, actions: Actions::all() },
        flat: Flat::new(&head.controls, &head.scan, &names.bundle),
        findings,
        gaps,
        evidence,
        sums: Sums::default(),
        left: head.scan.accounts.iter().cloned().collect(),
        ready,
    };
    hand_on(ready, accounts(&head.accounts, &cutting.at)?)?;
    let mut last = None;
    while let Some(id) = cutting.next_account(last.as_deref())? {
        cutting.account(&id)?;
        bar.inc(1);
        last = Some(id);
    }
    let sums = cutting.sums;
    cutting.empty_ones(last.as_deref().unwrap_or("none"))?;
    Ok((head, sums))
}

fn hand_on(ready: &Sender<File>, file: File) -> Result<(), Failure> {
    ready.blocking_send(file).map_err(|_| Failure::usage("the lake takes no more files"))
}

fn accounts(reports: &[AccountReport], at: &At<'_>) -> Result<File, Failure> {
    let mut file = Writing::create(at.names.accounts())?;
    reports.iter().try_for_each(|report| file.json(&AccountRow::new(report, at.names, at.scanned_at)))?;
    file.finish()
}

/// What every row of the scan says.
struct At<'a> {
    names: &'a Names,
    scan: &'a Scan,
    scanned_at: &'a str,
    actions: Actions,
}

struct Cutting<'a> {
    at: At<'a>,
    flat: Flat<'a>,
    findings: Group<Finding>,
    gaps: Group<GapReport>,
    evidence: Group<Evidence>,
    sums: Sums,
    /// Accounts of the scan that did not come yet.
    left: BTreeSet<String>,
    ready: &'a Sender<File>,
}

impl Cutting<'_> {
    /// The next account that anything is told of, or that was to be scanned.
    fn next_account(&mut self, last: Option<&str>) -> Result<Option<String>, Failure> {
        let (findings, gaps, evidence) = (self.findings.account()?, self.gaps.account()?, self.evidence.account()?);
        let of_rows = [&findings, &gaps, &evidence].into_iter().flatten().min();
        // Its file was put already.
        if let (Some(id), Some(last)) = (of_rows, last)
            && id.as_str() <= last
        {
            return Err(match of_rows {
                id if id == findings.as_ref() => self.findings.out_of_order(last),
                id if id == gaps.as_ref() => self.gaps.out_of_order(last),
                _ => self.evidence.out_of_order(last),
            });
        }
        let of_scan = self.left.first();
        Ok([of_rows, of_scan].into_iter().flatten().min().cloned())
    }

    fn account(&mut self, id: &str) -> Result<(), Failure> {
        self.left.remove(id);
        self.sums.accounts += 1;
        let mut files = Files { names: self.at.names, account: id, open: BTreeMap::new() };
        let mut gaps = Vec::new();
        while let Some(gap) = self.gaps.next_of(id) {
            gaps.push(gap?);
        }
        let by_id = by_id(&gaps);
        self.findings_of(id, &gaps, &by_id, &mut files)?;
        self.evidence_of(id, &by_id, &mut files)?;
        self.gaps_of(&gaps, &mut files)?;
        for ((table, _), file) in files.open {
            let file = file.finish()?;
            if table == Table::Findings {
                self.sums.findings += file.listed.rows;
            }
            hand_on(self.ready, file)?;
        }
        Ok(())
    }

    fn findings_of(
        &mut self,
        id: &str,
        gaps: &[GapReport],
        by_id: &BTreeMap<String, &GapReport>,
        files: &mut Files<'_>,
    ) -> Result<(), Failure> {
        let mut put = |region: &str, line: &[u8]| files.row(Table::Findings, region, line);
        while let Some(finding) = self.findings.next_of(id) {
            self.flat.finding(finding?, by_id, &mut put).map_err(|error| unwritten(&error))?;
        }
        self.flat.account(id, gaps, &mut put).map_err(|error| unwritten(&error))
    }

    fn evidence_of(
        &mut self,
        id: &str,
        by_id: &BTreeMap<String, &GapReport>,
        files: &mut Files<'_>,
    ) -> Result<(), Failure> {
        let (scan, bundle, mut line) = (self.at.scan, Some(self.at.names.bundle.as_str()), Vec::new());
        let gap = |id: &str| by_id.get(id).map(|report| &report.gap);
        while let Some(one) = self.evidence.next_of(id) {
            let one = one?;
            self.sums.evidence += 1;
            line.clear();
            jsonl::subject(&one, self.sums.evidence, scan, bundle, &gap, &mut line)
                .and_then(|()| files.row(Table::Evidence, &one.subject.region, &line))
                .map_err(|error| unwritten(&error))?;
        }
        Ok(())
    }

    fn gaps_of(&mut self, gaps: &[GapReport], files: &mut Files<'_>) -> Result<(), Failure> {
        let (at, mut line) = (&self.at, Vec::new());
        for report in gaps {
            line.clear();
            jsonl::line(&GapRow::new(report, at.names, at.scanned_at, &at.actions), &mut line)
                .and_then(|()| files.row(Table::Gaps, &report.gap.region, &line))
                .map_err(|error| unwritten(&error))?;
        }
        self.sums.gaps += gaps.len() as u64;
        Ok(())
    }

    /// A file without rows for each table without any: a pattern that matches no file is an error to DuckDB.
    fn empty_ones(&self, account: &str) -> Result<(), Failure> {
        let rows = |table: Table| match table {
            Table::Findings => self.sums.findings,
            Table::Evidence => self.sums.evidence,
            Table::Gaps => self.sums.gaps,
        };
        for table in Table::ALL.into_iter().filter(|table| rows(*table) == 0) {
            hand_on(self.ready, Writing::create(self.at.names.rows(table, account, GLOBAL)?)?.finish()?)?;
        }
        Ok(())
    }
}

/// The open files of one account.
struct Files<'a> {
    names: &'a Names,
    account: &'a str,
    open: BTreeMap<(Table, String), Writing>,
}

impl Files<'_> {
    fn row(&mut self, table: Table, region: &str, line: &[u8]) -> io::Result<()> {
        match self.open.entry((table, region.to_owned())) {
            Entry::Occupied(open) => open.into_mut().row(line),
            Entry::Vacant(place) => {
                let named = self.names.rows(table, self.account, region);
                let file = named.and_then(Writing::create).map_err(|failure| io::Error::other(failure.message))?;
                place.insert(file).row(line)
            }
        }
    }
}

/// What went wrong on this machine's disk is told with its folder; what the bundle says wrong, as it is.
fn unwritten(error: &io::Error) -> Failure {
    match error.kind() {
        io::ErrorKind::Other => Failure::usage(error.to_string()),
        _ => failed(error),
    }
}
