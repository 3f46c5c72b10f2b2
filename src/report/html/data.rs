//! The data of the pages, as the head of `report.js` writes them down.

use std::{
    collections::BTreeMap,
    io::{self, Write},
};

use rung_rules::changes::Changes;
use rung_rules::model::{
    AccountReport, AttestationReport, ChecklistReport, ControlReport, Coverage, GapReport, ItemReport, Level, Pillar,
    Program, Scan, SourceRecord, StepReport, Summary, WaiverReport,
};
use serde::Serialize;
use serde_json::Value;

use crate::history::History;

use super::{
    Head, Report,
    charts::Chart,
    report::FactsRow,
    table::{SubjectRow, Table},
};

/// Gaps that a criterion's card names; it says how many there are.
const GAPS_OF_CRITERION: usize = 20;
/// Bytes of gaps in the main page, about, beside those that its findings refer to.
const GAP_BYTES: usize = 2_000_000;

/// The table of findings, column by column; their order gives the results.
#[derive(Debug, Default, Serialize)]
pub(super) struct Rows {
    results: [usize; 4],
    criterion: Vec<usize>,
    subject: Vec<usize>,
    marks: Vec<u8>,
    pub(super) shown: Vec<FactsRow>,
}

impl Rows {
    /// Adds a finding; they come in the order of results.
    pub(super) fn add(&mut self, code: usize, criterion: usize, subject: usize, marks: u8) {
        self.results.iter_mut().skip(code).take(1).for_each(|count| *count += 1);
        self.criterion.push(criterion);
        self.subject.push(subject);
        self.marks.push(marks);
    }
}

/// What both kinds of pages have.
#[derive(Serialize)]
struct Common<'a> {
    schema: &'a str,
    rung: &'a Program,
    scan: &'a Scan,
    controls: Vec<ControlReport>,
    levels: Vec<&'static str>,
    causes: BTreeMap<String, &'static str>,
    #[serde(flatten)]
    fields: BTreeMap<&'static str, Value>,
    subjects: &'a [SubjectRow],
    facts: &'a [Value],
    sources: &'a [SourceRecord],
    gaps: Vec<&'a GapReport>,
}

impl<'a> Common<'a> {
    fn new(head: &'a Head, table: &'a Table, gaps: Vec<&'a GapReport>) -> Self {
        let mut controls = head.controls.clone();
        controls
            .iter_mut()
            .flat_map(|control| &mut control.criteria)
            .for_each(|criterion| criterion.gaps.truncate(GAPS_OF_CRITERION));
        Common {
            schema: &head.schema,
            rung: &head.rung,
            scan: &head.scan,
            controls,
            levels: Level::ALL.iter().map(|level| level.label()).collect(),
            causes: head.gaps.iter().chain(gaps.iter().copied()).map(cause).collect(),
            fields: table.fields(),
            subjects: table.subjects.list(),
            facts: table.facts(),
            sources: table.sources.list(),
            gaps,
        }
    }
}

fn cause(gap: &GapReport) -> (String, &'static str) {
    let name = serde_json::to_value(gap.gap.cause).ok().and_then(|name| name.as_str().map(str::to_owned));
    (name.unwrap_or_default(), gap.gap.cause.words())
}

#[derive(Serialize)]
struct Main<'a> {
    #[serde(flatten)]
    common: Common<'a>,
    pillar: &'a Pillar,
    accounts: &'a [AccountReport],
    checklists: &'a [ChecklistReport],
    audit_list: &'a [ItemReport],
    entry_path: &'a [StepReport],
    attestations: &'a [AttestationReport],
    waivers: &'a [WaiverReport],
    summary: &'a Summary,
    coverage: &'a [Coverage],
    charts: Vec<Chart<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    changes: Option<&'a Changes>,
    #[serde(skip_serializing_if = "Option::is_none")]
    history: Option<&'a History>,
    findings: Rows,
    findings_left_out: [u64; 4],
    gaps_left_out: usize,
    details: Details,
}

/// Where the facts are that the main page has not.
#[derive(Serialize)]
struct Details {
    names: Vec<String>,
    first: Vec<usize>,
}

/// The main page's data, escaped for their script element. The facts of its findings move into them.
pub(super) fn main(report: &mut Report<'_>) -> io::Result<String> {
    let findings = rows(report);
    let (head, plan) = (report.head, &report.plan);
    let named = plan.table.gaps.list();
    let gaps = gaps(head, named, |gap| plan.table.gaps.find(&gap.gap.id).is_some());
    let gaps_left_out = head.gaps.len().saturating_sub(gaps.len());
    let details =
        Details { names: report.detail_names(), first: report.details.iter().map(|range| range.start).collect() };
    escaped(&Main {
        common: Common::new(head, &plan.table, gaps),
        pillar: &head.pillar,
        accounts: &head.accounts,
        checklists: &head.checklists,
        audit_list: &head.audit_list,
        entry_path: &head.entry_path,
        attestations: &head.attestations,
        waivers: &head.waivers,
        summary: &head.summary,
        coverage: &head.coverage,
        charts: report.page.charts.drawn(),
        changes: report.earlier.changes,
        history: report.earlier.history,
        findings,
        findings_left_out: plan.left_out,
        gaps_left_out,
        details,
    })
}

fn rows(report: &Report<'_>) -> Rows {
    let (plan, mut rows) = (&report.plan, Rows::default());
    for ((code, entry), (criterion, subject)) in plan.entries.iter().zip(plan.criteria.iter().zip(&plan.subjects)) {
        rows.add(*code, *criterion, *subject, entry.marks);
    }
    rows.shown.clone_from(&plan.shown);
    rows
}

/// Those that findings refer to, in the order of their numbers, and as many of the others as there is room for.
fn gaps<'a>(head: &'a Head, named: &'a [GapReport], is_named: impl Fn(&GapReport) -> bool) -> Vec<&'a GapReport> {
    let mut bytes = 0;
    let others = head.gaps.iter().filter(|gap| !is_named(gap)).take_while(|gap| {
        bytes += 200 + gap.gap.detail.len() + gap.gap.opens_with.len() + 50 * gap.hides.len();
        bytes < GAP_BYTES
    });
    named.iter().chain(others).collect()
}

#[derive(Serialize)]
struct Detail<'a> {
    #[serde(flatten)]
    common: Common<'a>,
    findings: &'a Rows,
    detail: Part,
}

/// Which detail page it is.
#[derive(Serialize)]
struct Part {
    main: String,
    number: usize,
    of: usize,
    first: usize,
    all: usize,
}

/// A detail page's data, escaped for their script element.
pub(super) fn detail(report: &Report<'_>, number: usize, table: &Table, rows: &Rows) -> io::Result<String> {
    let first = report.details.get(number).map_or(0, |range| range.start);
    let detail = Part {
        main: report.name.clone().unwrap_or_default(),
        number: number + 1,
        of: report.details.len(),
        first,
        all: report.plan.entries.len(),
    };
    let gaps = table.gaps.list().iter().collect();
    escaped(&Detail { common: Common::new(report.head, table, gaps), findings: rows, detail })
}

/// JSON that cannot end the script element it stands in.
fn escaped(data: &impl Serialize) -> io::Result<String> {
    let mut out = Escaping(Vec::new());
    serde_json::to_writer(&mut out, data)?;
    String::from_utf8(out.0).map_err(io::Error::other)
}

/// JSON that is text already, made safe for a script element.
pub(super) fn for_script(json: &str) -> String {
    json.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
}

/// Writes `<`, `>` and `&` as JSON escapes. They stand in strings only.
struct Escaping(Vec<u8>);

impl Write for Escaping {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        for byte in bytes {
            match byte {
                b'<' => self.0.extend_from_slice(b"\\u003c"),
                b'>' => self.0.extend_from_slice(b"\\u003e"),
                b'&' => self.0.extend_from_slice(b"\\u0026"),
                byte => self.0.push(*byte),
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_cannot_leave_their_script_element() {
        let hostile = "</script><script>alert(1)</script><!--\u{2028}&amp;";
        let escaped = escaped(&hostile).unwrap();
        assert!(!escaped.contains(['<', '>', '&']), "{escaped}");
        assert_eq!(serde_json::from_str::<String>(&escaped).unwrap(), hostile);
    }
}
