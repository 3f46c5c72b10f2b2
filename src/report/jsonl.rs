//! JSON lines: one flat row a finding, and one a subject with what was seen of it. Made for DuckDB and Athena, so every row has every
//! column, and facts are maps from text to text: the facts of a volume and of a function have no column in common.

use std::{
    collections::BTreeMap,
    io::{self, Write},
};

use rung_rules::model::{Evidence, Gap, Scan, Tags};
use serde::Serialize;
use serde_json::Value;

use super::{
    Head,
    rows::{Rows, Told},
};

/// A row of findings.
#[derive(Serialize)]
struct Row<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    bundle: Option<&'a str>,
    scan: &'a str,
    scanned_at: String,
    account: &'a str,
    region: &'a str,
    control: String,
    title: &'a str,
    severity: &'a str,
    criterion: &'a str,
    level: u8,
    statement: &'a str,
    result: &'a str,
    waived: bool,
    kind: &'a str,
    arn: &'a str,
    name: Option<&'a str>,
    tags: BTreeMap<&'a str, &'a str>,
    facts: BTreeMap<&'a str, Option<String>>,
    causes: &'a [String],
    remedy: &'a str,
    effort: Value,
    evidence_line: Option<u64>,
    fingerprint: String,
}

/// The rows of findings.
pub(super) struct Lines<'a> {
    head: &'a Head,
    out: &'a mut dyn Write,
}

impl<'a> Lines<'a> {
    pub(super) fn begin(head: &'a Head, out: &'a mut dyn Write) -> Self {
        Lines { head, out }
    }
}

impl Rows for Lines<'_> {
    fn row(&mut self, told: &Told<'_>) -> io::Result<()> {
        finding(told, &self.head.scan, None, self.out)
    }

    fn end(self: Box<Self>) -> io::Result<()> {
        Ok(())
    }
}

/// Writes the row of a finding. `bundle` is named where bundles of one scan may stand beside each other.
pub(super) fn finding(told: &Told<'_>, scan: &Scan, bundle: Option<&str>, out: &mut dyn Write) -> io::Result<()> {
    let (control, criterion, finding) = (told.control, told.criterion, &told.finding);
    let subject = &finding.subject.subject;
    let row = Row {
        bundle,
        scan: &scan.id,
        scanned_at: scan.started_at.to_string(),
        account: &subject.account,
        region: &subject.region,
        control: control.id.id(),
        title: &control.title,
        severity: told.severity(),
        criterion: &criterion.id,
        level: criterion.level.number(),
        statement: &criterion.statement,
        result: told.standing().word(),
        waived: finding.waived,
        kind: &finding.subject.kind,
        arn: &subject.arn,
        name: subject.name.as_deref(),
        tags: tags(&subject.tags),
        facts: finding.facts.iter().map(|(name, fact)| (name.as_str(), text(fact.get("value")))).collect(),
        causes: &told.causes,
        remedy: &criterion.remedy,
        effort: serde_json::to_value(criterion.effort)?,
        evidence_line: finding.evidence.rsplit(':').next().and_then(|line| line.parse().ok()),
        fingerprint: told.fingerprint(),
    };
    line(&row, out)
}

/// A row of evidence.
#[derive(Serialize)]
struct Seen<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    bundle: Option<&'a str>,
    scan: &'a str,
    scanned_at: String,
    account: &'a str,
    region: &'a str,
    kind: &'a str,
    arn: &'a str,
    name: Option<&'a str>,
    tags: BTreeMap<&'a str, &'a str>,
    facts: BTreeMap<&'a str, Option<String>>,
    unknown: BTreeMap<&'a str, String>,
    evidence_line: u64,
}

/// Writes evidence as it comes: facts with their values, and facts that could not be seen with why not.
pub fn evidence(
    scan: &Scan,
    gaps: &BTreeMap<String, Gap>,
    evidence: impl IntoIterator<Item = io::Result<Evidence>>,
    out: &mut dyn Write,
) -> io::Result<()> {
    for (before, one) in evidence.into_iter().enumerate() {
        subject(&one?, before as u64 + 1, scan, None, &|id| gaps.get(id), out)?;
    }
    Ok(())
}

/// Writes the row of a subject, whose evidence stands on this line of the bundle's.
pub fn subject<'g>(
    one: &Evidence,
    evidence_line: u64,
    scan: &Scan,
    bundle: Option<&str>,
    gaps: &dyn Fn(&str) -> Option<&'g Gap>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let facts = serde_json::to_value(&one.facts)?;
    let facts = facts.get("facts").and_then(Value::as_object);
    let (mut values, mut unknown) = (BTreeMap::new(), BTreeMap::new());
    for (name, fact) in facts.into_iter().flatten() {
        match fact.get("gap").and_then(Value::as_str) {
            Some(gap) => _ = unknown.insert(name.as_str(), gaps(gap).map_or(gap.to_owned(), words)),
            None => _ = values.insert(name.as_str(), text(fact.get("value"))),
        }
    }
    let subject = &one.subject;
    let row = Seen {
        bundle,
        scan: &scan.id,
        scanned_at: scan.started_at.to_string(),
        account: &subject.account,
        region: &subject.region,
        kind: one.facts.kind().name(),
        arn: &subject.arn,
        name: subject.name.as_deref(),
        tags: tags(&subject.tags),
        facts: values,
        unknown,
        evidence_line,
    };
    line(&row, out)
}

fn words(gap: &Gap) -> String {
    format!("{}: {}", gap.operation, gap.cause.words())
}

/// A value as text: text as it stands, null as null, anything else as JSON.
fn text(value: Option<&Value>) -> Option<String> {
    match value {
        None | Some(Value::Null) => None,
        Some(Value::String(text)) => Some(text.clone()),
        Some(value) => Some(value.to_string()),
    }
}

fn tags(tags: &Tags) -> BTreeMap<&str, &str> {
    tags.iter().map(|(key, value)| (&**key, &**value)).collect()
}

/// JSON on one line: serde writes control characters, line ends among them, as escapes.
pub(crate) fn line(row: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer(&mut *out, row)?;
    out.write_all(b"\n")
}
