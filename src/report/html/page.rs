//! A report being put together, account by account: which findings it keeps, and what they refer to, on the shelf.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    io,
};

use jiff::Timestamp;
use rung_rules::{
    all_criteria,
    model::{Finding, FindingSubject, GapId, GapReport, Judged, SourceId, SourceRecord},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    Earlier, Head, Report,
    charts::Charts,
    kept::Kept,
    report::Plan,
    shelf::{Place, Shelf},
    table::Once,
};

/// A finding of the report: what the table of findings needs, and where the rest lies.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    pub(super) criterion: u32,
    pub(super) subject: u32,
    pub(super) marks: u8,
    pub(super) rest: Place,
}

/// The rest of a finding.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Rest {
    pub(super) facts: BTreeMap<String, Value>,
    pub(super) reasons: Vec<String>,
}

/// A report that is being put together.
#[derive(Debug)]
pub struct Page {
    pub(super) kept: Kept<Entry>,
    pub(super) shelf: Shelf,
    pub(super) charts: Charts,
    pub(super) criteria: Once<String>,
    pub(super) subjects: Once<String, Place>,
    pub(super) gaps: HashMap<GapId, Place>,
    pub(super) sources: HashMap<SourceId, Place>,
    /// Criteria that speak about what must be absent or rare: a match counts against them.
    pub(super) against: HashSet<String>,
}

impl Page {
    /// No finding yet. Ages are counted up to `now`, when the scan began.
    pub fn new(now: Timestamp) -> Self {
        Page {
            kept: Kept::default(),
            shelf: Shelf::default(),
            charts: Charts::new(now),
            criteria: Once::default(),
            subjects: Once::default(),
            gaps: HashMap::new(),
            sources: HashMap::new(),
            against: all_criteria()
                .filter(|(_, own)| own.bar.counts_against())
                .map(|(control, own)| own.full_id(control))
                .collect(),
        }
    }

    /// The report of an assessment whose findings are all at hand.
    pub fn of(head: &Head, findings: impl IntoIterator<Item: Judged>) -> io::Result<Self> {
        let mut page = Page::new(head.scan.started_at);
        page.add(findings, &head.gaps, &head.sources)?;
        Ok(page)
    }

    /// Adds an account.
    pub fn add(
        &mut self,
        findings: impl IntoIterator<Item: Judged>,
        gaps: &[GapReport],
        sources: &[SourceRecord],
    ) -> io::Result<()> {
        let mut named = References::default();
        findings.into_iter().try_for_each(|finding| self.one(finding, &mut named))?;
        let Page { shelf, gaps: own_gaps, sources: own_sources, .. } = self;
        for gap in gaps.iter().filter(|gap| named.gaps.contains(&gap.gap.id)) {
            own_gaps.insert(gap.gap.id, shelf.put(gap)?);
        }
        for source in sources.iter().filter(|source| named.sources.contains(&source.id)) {
            own_sources.insert(source.id, shelf.put(source)?);
        }
        Ok(())
    }

    fn one(&mut self, finding: impl Judged, named: &mut References) -> io::Result<()> {
        let criterion = finding.criterion();
        let result = finding.result().of_subject(self.against.contains(&criterion));
        let (counts, stays) = (self.charts.look_at(&criterion), self.kept.has_room(result));
        if !counts && !stays {
            return Ok(());
        }
        let finding = finding.into_finding();
        if counts {
            self.charts.add(&finding);
        }
        if stays {
            named.add(&finding);
            let entry = self.entry(criterion, finding)?;
            self.kept.push(result, entry);
        }
        Ok(())
    }

    fn entry(&mut self, criterion: String, finding: Finding) -> io::Result<Entry> {
        let Finding { subject, facts, evidence, reasons, attested, waived, .. } = finding;
        let rest = self.shelf.put(&Rest { facts, reasons })?;
        let subject = match self.subjects.find(&evidence) {
            Some(number) => number,
            None => {
                let place = self.shelf.put(&(subject, line(&evidence)))?;
                self.subjects.of(evidence, || place)
            }
        };
        let criterion = match self.criteria.find(&criterion) {
            Some(number) => number,
            None => self.criteria.of(criterion.clone(), || criterion),
        };
        let number = |index: usize| u32::try_from(index).map_err(io::Error::other);
        let (criterion, subject) = (number(criterion)?, number(subject)?);
        Ok(Entry { criterion, subject, marks: u8::from(waived) + 2 * u8::from(attested), rest })
    }

    /// The gaps and sources that the findings of its first page refer to.
    pub fn shown(&mut self, head: &Head) -> io::Result<(Vec<GapReport>, Vec<SourceRecord>)> {
        let plan = Plan::of(self, head)?;
        let mut gaps = plan.table.gaps.list().to_vec();
        gaps.sort_by(|a, b| key_of(a).cmp(&key_of(b)));
        let mut sources = plan.table.sources.list().to_vec();
        sources.sort_by_key(|source| source.id);
        Ok((gaps, sources))
    }

    /// The report, ready to be written. `name` is that of its file: the detail pages are named after it; without one there are
    /// none. `earlier` is what is known of the scans before.
    pub fn report<'p>(
        &'p mut self,
        head: &'p Head,
        earlier: Earlier<'p>,
        name: Option<&str>,
    ) -> io::Result<Report<'p>> {
        let plan = Plan::of(self, head)?;
        Ok(Report::new(self, head, earlier, name, plan))
    }

    pub(super) fn subject(&mut self, number: u32) -> io::Result<(FindingSubject, u64)> {
        let place = self.subjects.list().get(number as usize).copied();
        place.map_or_else(|| Err(io::ErrorKind::NotFound.into()), |place| self.shelf.get(place))
    }
}

fn key_of(gap: &GapReport) -> (&str, &str, &str, GapId) {
    (&gap.gap.account, &gap.gap.region, &gap.gap.operation, gap.gap.id)
}

/// `evidence.jsonl:28` is line 28.
fn line(evidence: &str) -> u64 {
    evidence.rsplit(':').next().and_then(|number| number.parse().ok()).unwrap_or_default()
}

/// Gaps and sources that findings refer to.
#[derive(Debug, Default)]
pub(super) struct References {
    gaps: HashSet<GapId>,
    sources: HashSet<SourceId>,
}

impl References {
    fn add(&mut self, finding: &Finding) {
        let (gaps, sources) = references(&finding.facts, &finding.reasons);
        self.gaps.extend(gaps);
        self.sources.extend(sources);
    }
}

/// The gaps and sources that a finding refers to.
pub(super) fn references(facts: &BTreeMap<String, Value>, reasons: &[String]) -> (BTreeSet<GapId>, BTreeSet<SourceId>) {
    let id = |fact: &Value, field: &str| fact.get(field).and_then(Value::as_str).map(str::to_owned);
    let gaps = reasons.iter().cloned().chain(facts.values().filter_map(|fact| id(fact, "gap")));
    let sources = facts.values().filter_map(|fact| id(fact, "from"));
    (
        gaps.filter_map(|id| GapId::try_from(id).ok()).collect(),
        sources.filter_map(|id| SourceId::try_from(id).ok()).collect(),
    )
}
