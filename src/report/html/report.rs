//! A report ready to be written: its main page, which has every finding in its table and the facts of the most telling ones, and
//! detail pages with the facts of the others, separate files of the same folder. A page opened from disk may load no file, but
//! it may link to one.

use std::{
    io::{self, Write},
    ops::Range,
    path::Path,
};

use super::{
    Earlier, Head, Page, data,
    page::{Entry, Rest, references},
    table::Table,
    template,
};

/// Findings whose facts lie in the main page, at most.
const MOST_SHOWN: usize = 10_000;
/// Bytes of facts, subjects and sources in the main page, about: above it the rest of the facts goes into detail pages.
const SHOWN_BYTES: usize = 6_000_000;
/// Bytes of the table of findings beyond that, about: above it what follows is left out and counted.
const INDEX_BYTES: usize = 12_000_000;
/// Findings in a detail page, at most, and bytes, about.
const MOST_IN_DETAIL: usize = 4_000;
const DETAIL_BYTES: usize = 4_000_000;

/// Facts and reasons of a finding, as indices into the tables.
pub(super) type FactsRow = (Vec<usize>, Vec<i64>);

/// What goes into the main page.
#[derive(Debug)]
pub(super) struct Plan {
    /// Findings in the table, in the order of their numbers, each with its result's number.
    pub(super) entries: Vec<(usize, Entry)>,
    /// The criterion of each, as its place in the assessment.
    pub(super) criteria: Vec<usize>,
    /// The subject of each, as a row.
    pub(super) subjects: Vec<usize>,
    /// Facts of the first of them.
    pub(super) shown: Vec<FactsRow>,
    /// The main page's tables.
    pub(super) table: Table,
    /// Findings that are not in the table, by result.
    pub(super) left_out: [u64; 4],
}

impl Plan {
    /// Lays out the main page.
    pub(super) fn of(page: &mut Page, head: &Head) -> io::Result<Plan> {
        let mut plan = Plan {
            entries: Vec::new(),
            criteria: Vec::new(),
            subjects: Vec::new(),
            shown: Vec::new(),
            table: Table::default(),
            left_out: page.kept.left_out(),
        };
        let places = places(page, head);
        let all: Vec<_> = page.kept.iter().map(|(code, entry)| (code, *entry)).collect();
        for (code, entry) in all {
            // A finding of a criterion that the assessment does not have would stand under another's name.
            let Some(place) = places.get(entry.criterion as usize).copied().flatten() else { continue };
            match plan.table.bytes() > SHOWN_BYTES + INDEX_BYTES {
                true => plan.left_out.iter_mut().skip(code).take(1).for_each(|count| *count += 1),
                false => plan.add(page, code, entry, place)?,
            }
        }
        Ok(plan)
    }

    fn add(&mut self, page: &mut Page, code: usize, entry: Entry, place: usize) -> io::Result<()> {
        let room = self.shown.len() < MOST_SHOWN && self.table.bytes() < SHOWN_BYTES;
        let whole = room && self.shown.len() == self.entries.len();
        self.subjects.push(subject_row(page, &mut self.table, entry.subject, whole)?);
        self.criteria.push(place);
        self.entries.push((code, entry));
        if whole {
            self.shown.push(facts_row(page, &mut self.table, entry)?);
        }
        Ok(())
    }
}

/// For each criterion that findings name its place among all criteria of all controls.
fn places(page: &Page, head: &Head) -> Vec<Option<usize>> {
    let all: Vec<_> = head.controls.iter().flat_map(|control| &control.criteria).map(|own| own.id.as_str()).collect();
    page.criteria.list().iter().map(|id| all.iter().position(|own| own == id)).collect()
}

fn subject_row(page: &mut Page, table: &mut Table, number: u32, whole: bool) -> io::Result<usize> {
    match table.subjects.find(&number) {
        Some(row) => Ok(row),
        None => page.subject(number).map(|subject| table.subject(number, whole, subject)),
    }
}

fn facts_row(page: &mut Page, table: &mut Table, entry: Entry) -> io::Result<FactsRow> {
    let Rest { facts, reasons } = page.shelf.get(entry.rest)?;
    let (gaps, sources) = references(&facts, &reasons);
    for id in gaps.iter().filter(|id| table.gaps.find(id).is_none()).collect::<Vec<_>>() {
        if let Some(place) = page.gaps.get(id) {
            table.gap(page.shelf.get(*place)?);
        }
    }
    for id in sources.iter().filter(|id| table.sources.find(id).is_none()).collect::<Vec<_>>() {
        if let Some(place) = page.sources.get(id) {
            table.source(page.shelf.get(*place)?);
        }
    }
    let rows = facts.iter().map(|(name, fact)| table.fact(name, fact)).collect();
    Ok((rows, reasons.iter().filter_map(|reason| reason_row(table, reason)).collect()))
}

fn reason_row(table: &Table, reason: &str) -> Option<i64> {
    if reason == "attestation" {
        return Some(-1);
    }
    let gap = rung_rules::model::GapId::try_from(reason.to_owned()).ok()?;
    table.gaps.find(&gap).and_then(|index| i64::try_from(index).ok())
}

/// A report that is ready to be written.
#[derive(Debug)]
pub struct Report<'p> {
    pub(super) page: &'p mut Page,
    pub(super) head: &'p Head,
    pub(super) earlier: Earlier<'p>,
    pub(super) plan: Plan,
    /// The main page's file, where it has one.
    pub(super) name: Option<String>,
    /// Findings of each detail page.
    pub(super) details: Vec<Range<usize>>,
}

impl<'p> Report<'p> {
    pub(super) fn new(
        page: &'p mut Page,
        head: &'p Head,
        earlier: Earlier<'p>,
        name: Option<&str>,
        plan: Plan,
    ) -> Self {
        let details = match name {
            Some(_) => cut(plan.shown.len(), &plan.entries),
            None => Vec::new(),
        };
        Report { page, head, earlier, plan, name: name.map(str::to_owned), details }
    }

    /// The names of its detail pages, in order: `report-0001.html`.
    pub fn detail_names(&self) -> Vec<String> {
        let stem = self.stem().unwrap_or_default();
        (1..=self.details.len()).map(|number| format!("{stem}-{number:04}.html")).collect()
    }

    /// The main page's name without its end.
    pub(super) fn stem(&self) -> Option<String> {
        let name = self.name.as_deref()?;
        Path::new(name).file_stem().map(|stem| stem.to_string_lossy().into_owned())
    }

    /// How many findings have their facts in detail pages.
    pub fn in_details(&self) -> usize {
        self.details.iter().map(Range::len).sum()
    }

    /// Writes the main page.
    pub fn write(&mut self, out: &mut dyn Write) -> io::Result<()> {
        let data = data::main(self)?;
        template::main(self.head, &data, out)
    }

    /// Writes a detail page, counted from 0.
    pub fn write_detail(&mut self, number: usize, out: &mut dyn Write) -> io::Result<()> {
        let range = self.details.get(number).cloned().unwrap_or_default();
        let (mut table, mut rows) = (Table::default(), data::Rows::default());
        for index in range {
            let Some((code, entry)) = self.plan.entries.get(index).copied() else { continue };
            let criterion = self.plan.criteria.get(index).copied().unwrap_or_default();
            let subject = subject_row(self.page, &mut table, entry.subject, true)?;
            rows.add(code, criterion, subject, entry.marks);
            rows.shown.push(facts_row(self.page, &mut table, entry)?);
        }
        let data = data::detail(self, number, &table, &rows)?;
        template::detail(self.head, number, self.details.len(), &data, out)
    }
}

/// What follows the first `from` findings, in pages.
fn cut(from: usize, entries: &[(usize, Entry)]) -> Vec<Range<usize>> {
    let mut pages = Vec::new();
    let (mut begin, mut bytes) = (from, 0);
    for (index, (_, entry)) in entries.iter().enumerate().skip(from) {
        bytes += entry.rest.length();
        if index + 1 - begin >= MOST_IN_DETAIL || bytes >= DETAIL_BYTES || index + 1 == entries.len() {
            pages.push(begin..index + 1);
            (begin, bytes) = (index + 1, 0);
        }
    }
    pages
}
