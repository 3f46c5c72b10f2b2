//! CSV: every finding on a row (RFC 4180), safe to open in a spreadsheet.

use std::io::{self, Write};

use rung_rules::model::{Finding, Judged};
use serde_json::Value;

/// Writes all findings.
pub fn write(findings: impl IntoIterator<Item: Judged>, out: &mut dyn Write) -> io::Result<()> {
    let mut lines = Lines::begin(out)?;
    lines.add(findings)?;
    lines.end()
}

/// A file of findings that come in several lots.
pub struct Lines<'o> {
    rows: csv::Writer<&'o mut dyn Write>,
}

impl std::fmt::Debug for Lines<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Lines")
    }
}

impl<'o> Lines<'o> {
    /// Begins with the names of the columns.
    pub fn begin(out: &'o mut dyn Write) -> io::Result<Self> {
        let mut rows = csv::Writer::from_writer(out);
        rows.write_record([
            "criterion",
            "result",
            "kind",
            "arn",
            "name",
            "account",
            "region",
            "facts",
            "reasons",
            "evidence",
            "attested",
            "waived",
        ])
        .map_err(broken)?;
        Ok(Lines { rows })
    }

    /// More findings.
    pub fn add(&mut self, findings: impl IntoIterator<Item: Judged>) -> io::Result<()> {
        findings.into_iter().map(Judged::into_finding).try_for_each(|finding| self.row(&finding))
    }

    fn row(&mut self, finding: &Finding) -> io::Result<()> {
        let subject = &finding.subject.subject;
        let facts: Vec<_> = finding.facts.iter().map(|(name, fact)| format!("{name}={}", value(fact))).collect();
        let row = [
            guarded(&finding.criterion),
            guarded(result(finding)),
            guarded(&finding.subject.kind),
            guarded(&subject.arn),
            guarded(subject.name.as_deref().unwrap_or_default()),
            guarded(&subject.account),
            guarded(&subject.region),
            guarded(&facts.join("; ")),
            guarded(&finding.reasons.join("; ")),
            guarded(&finding.evidence),
            finding.attested.to_string(),
            finding.waived.to_string(),
        ];
        self.rows.write_record(row).map_err(broken)
    }

    /// The end.
    pub fn end(mut self) -> io::Result<()> {
        self.rows.flush()
    }
}

/// The error beneath: that a reader went away (`| head`) must be seen for what it is.
pub(super) fn broken(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

fn result(finding: &Finding) -> &'static str {
    use rung_rules::model::Verdict;
    match finding.result {
        Verdict::Pass => "pass",
        Verdict::Fail => "fail",
        Verdict::Unknown => "unknown",
        Verdict::NotApplicable => "not_applicable",
    }
}

fn value(fact: &Value) -> String {
    match fact.get("value") {
        Some(Value::String(text)) => text.clone(),
        Some(value) => value.to_string(),
        None => "unknown".to_owned(),
    }
}

/// A cell that no spreadsheet takes for a formula, and without control characters.
pub(crate) fn guarded(cell: &str) -> String {
    let text = crate::plain::plain(cell);
    if text.starts_with(['=', '+', '-', '@']) { format!("'{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_text() {
        assert_eq!(guarded("=HYPERLINK(\"x\")"), "'=HYPERLINK(\"x\")");
        assert_eq!(guarded("@SUM(A1)"), "'@SUM(A1)");
        assert_eq!(guarded("vol-1"), "vol-1");
        assert_eq!(guarded("a\tb"), "a\\u{9}b");
    }
}
