//! Formats with a row a finding: what each row tells, put together once for all of them.
//!
//! Findings come as a stream, one account after another, and each row is written when it comes. Some of what an assessment says has
//! no finding: a criterion that the account has nothing for, or needs a person for, and resources that could not be listed.
//! There the account itself stands as the resource, so that no reader of an export takes silence for a pass.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{self, Write},
};

use rung_rules::model::{
    ControlReport, CriterionReport, Finding, FindingSubject, GapReport, Judged, Outcome, Scan, Subject, Tags, Verdict,
};

mod flat;
mod told;

pub use flat::{Flat, Put, by_id};
pub(super) use told::{Standing, Told, clean, cut};

use super::{Format, Head, Project, asff, jsonl, ocsf, sarif, wafpass};

/// The kind of rows in which the account stands as the resource.
pub const ACCOUNT: &str = "account";

/// The most gaps that a row names.
const GAPS: usize = 20;

/// A format that is written row by row.
pub(super) trait Rows {
    /// One more row.
    fn row(&mut self, told: &Told<'_>) -> io::Result<()>;
    /// The end.
    fn end(self: Box<Self>) -> io::Result<()>;
}

/// A file of rows whose findings come in lots: an account each.
pub struct Lots<'a> {
    book: Book<'a>,
    rows: Box<dyn Rows + 'a>,
}

impl std::fmt::Debug for Lots<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Lots")
    }
}

impl<'a> Lots<'a> {
    /// Begins; an error for formats that have no rows.
    pub fn begin(format: Format, head: &'a Head, project: &Project, out: &'a mut dyn Write) -> io::Result<Self> {
        let rows: Box<dyn Rows + 'a> = match format {
            Format::Ocsf => Box::new(ocsf::Events::begin(head, out)),
            Format::Sarif => Box::new(sarif::Results::begin(head, out)?),
            Format::Asff => Box::new(asff::Batches::begin(head, out)),
            Format::Wafpass => Box::new(wafpass::Result::begin(head, project, out)?),
            Format::Jsonl => Box::new(jsonl::Lines::begin(head, out)),
            other => return Err(io::Error::other(format!("{other:?} has no rows"))),
        };
        Ok(Lots { book: Book::new(&head.controls, &head.scan), rows })
    }

    /// A lot of findings, and the gaps of the accounts that they are of.
    pub fn add(&mut self, findings: impl IntoIterator<Item: Judged>, gaps: &[GapReport]) -> io::Result<()> {
        let by_id = by_id(gaps);
        for finding in findings {
            self.rows.row(&self.book.told(finding.into_finding(), &by_id, false)?)?;
        }
        for finding in self.book.unseen(gaps) {
            self.rows.row(&self.book.told(finding, &by_id, true)?)?;
        }
        Ok(())
    }

    /// The end.
    pub fn end(mut self) -> io::Result<()> {
        for finding in self.book.without_subjects() {
            self.rows.row(&self.book.told(finding, &BTreeMap::new(), true)?)?;
        }
        self.rows.end()
    }
}

/// The controls and criteria of an assessment, by the criterion's id.
struct Book<'a> {
    scan: &'a Scan,
    criteria: BTreeMap<&'a str, (&'a ControlReport, &'a CriterionReport)>,
}

impl<'a> Book<'a> {
    fn new(controls: &'a [ControlReport], scan: &'a Scan) -> Self {
        let of = |control: &'a ControlReport| control.criteria.iter().map(move |one| (one.id.as_str(), (control, one)));
        Book { scan, criteria: controls.iter().flat_map(of).collect() }
    }

    fn told(&self, finding: Finding, gaps: &BTreeMap<String, &GapReport>, alone: bool) -> io::Result<Told<'a>> {
        let Some((control, criterion)) = self.criteria.get(finding.criterion.as_str()) else {
            return Err(io::Error::other(format!("a finding names {:?}, which no control has", finding.criterion)));
        };
        Ok(Told::new(control, criterion, finding, gaps, alone))
    }

    /// Of each account that hides resources from a criterion: that there may be more than were judged.
    fn unseen(&self, gaps: &[GapReport]) -> Vec<Finding> {
        let accounts: BTreeSet<&str> = gaps.iter().map(|gap| gap.gap.account.as_str()).collect();
        let hidden = self.criteria.values().filter(|(_, criterion)| criterion.counts.unseen);
        let of = |(_, criterion): &(_, &CriterionReport)| {
            accounts.iter().filter_map(|account| self.unseen_of(criterion, account, gaps)).collect::<Vec<_>>()
        };
        hidden.flat_map(of).collect()
    }

    fn unseen_of(&self, criterion: &CriterionReport, account: &str, gaps: &[GapReport]) -> Option<Finding> {
        let own = |gap: &&GapReport| gap.gap.account == account && gap.hides.contains(&criterion.id);
        let reasons: Vec<_> = gaps.iter().filter(own).take(GAPS).map(|gap| gap.gap.id.to_string()).collect();
        (!reasons.is_empty())
            .then(|| Finding { reasons, ..self.account_stands(&criterion.id, account, Verdict::Unknown) })
    }

    /// Criteria that were held against nothing, and yet come to something: of each account.
    fn without_subjects(&self) -> Vec<Finding> {
        let accounts = || self.scan.accounts.iter();
        let of = |(id, verdict)| accounts().map(move |account| self.account_stands(id, account, verdict));
        self.held_against_nothing().flat_map(of).collect()
    }

    /// The same of one account.
    fn without_subjects_of(&self, account: &str) -> Vec<Finding> {
        self.held_against_nothing().map(|(id, verdict)| self.account_stands(id, account, verdict)).collect()
    }

    fn held_against_nothing(&self) -> impl Iterator<Item = (&'a str, Verdict)> {
        let nothing = |criterion: &CriterionReport| {
            let counts = criterion.counts;
            !counts.unseen && counts.pass + counts.fail + counts.unknown == 0
        };
        let verdict = |criterion: &CriterionReport| match criterion.outcome {
            Outcome::Met => Some(Verdict::Pass),
            Outcome::Unmet => Some(Verdict::Fail),
            Outcome::Unknown => Some(Verdict::Unknown),
            Outcome::NotApplicable => None,
        };
        let alone = self.criteria.iter().filter(move |(_, (_, criterion))| nothing(criterion));
        alone.filter_map(move |(id, (_, criterion))| verdict(criterion).map(|verdict| (*id, verdict)))
    }

    fn account_stands(&self, criterion: &str, account: &str, result: Verdict) -> Finding {
        let arn = format!("arn:{}:iam::{account}:root", self.scan.partition);
        let subject = Subject {
            arn: arn.into(),
            account: account.into(),
            region: "global".into(),
            name: None,
            tags: Tags::default(),
            tags_gap: None,
        };
        Finding {
            criterion: criterion.to_owned(),
            subject: FindingSubject { kind: ACCOUNT.to_owned(), subject },
            result,
            facts: BTreeMap::new(),
            evidence: String::new(),
            reasons: Vec::new(),
            attested: false,
            waived: false,
        }
    }
}
