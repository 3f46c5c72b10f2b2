//! SARIF 2.1.0: a rule a criterion, a result for each resource that fails or is unknown.
//!
//! A result that is unknown has the kind `open`, SARIF's word for a rule that could not be evaluated; the standard then asks for
//! the level `none`. What passes, is attested or not spoken about is no result.

use std::{
    collections::BTreeMap,
    io::{self, Write},
};

use rung_rules::model::{ControlReport, CriterionReport, GapGroup, Severity};
use serde_json::{Value, json};

use super::{
    Head,
    json::{List, open},
    rows::{Rows, Standing, Told},
};
use crate::plain::plain;

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// The results.
pub(super) struct Results<'a> {
    list: List<&'a mut dyn Write>,
    rules: Vec<&'a str>,
}

impl<'a> Results<'a> {
    pub(super) fn begin(head: &'a Head, out: &'a mut dyn Write) -> io::Result<Self> {
        let criteria =
            || head.controls.iter().flat_map(|control| control.criteria.iter().map(move |one| (control, one)));
        write!(out, r#"{{"$schema":"{SCHEMA}","version":"2.1.0","runs":["#)?;
        open(&run(head, criteria().map(|(control, one)| rule(control, one)).collect()), out)?;
        let list = List::begin(out, ",\"results\":")?;
        Ok(Results { list, rules: criteria().map(|(_, one)| one.id.as_str()).collect() })
    }
}

impl Rows for Results<'_> {
    fn row(&mut self, told: &Told<'_>) -> io::Result<()> {
        let (kind, level) = match told.standing() {
            Standing::Fail => ("fail", level(told.control.severity)),
            Standing::Unknown => ("open", "none"),
            _ => return Ok(()),
        };
        let index = self.rules.iter().position(|id| *id == told.criterion.id);
        self.list.item(&result(told, kind, level, index))
    }

    fn end(self: Box<Self>) -> io::Result<()> {
        self.list.end()?.write_all(b"}]}\n")
    }
}

fn run(head: &Head, rules: Vec<Value>) -> Value {
    let scan = &head.scan;
    json!({
        "tool": { "driver": { "name": "rung", "semanticVersion": head.rung.version, "rules": rules } },
        "automationDetails": { "id": format!("rung/{}", scan.id) },
        "invocations": [{
            "executionSuccessful": scan.complete,
            "startTimeUtc": scan.started_at.to_string(),
            "endTimeUtc": scan.finished_at.to_string(),
            "toolExecutionNotifications": head.summary.gap_groups.iter().map(not_seen).collect::<Vec<_>>(),
        }],
        "properties": {
            "accounts": scan.accounts,
            "regions": scan.regions,
            "pillarLevel": head.pillar.level,
            "pillarPossible": head.pillar.possible,
            "controls": head.controls.iter().map(standing).collect::<Vec<_>>(),
        },
    })
}

fn standing(control: &ControlReport) -> Value {
    json!({ "id": control.id, "confirmed": control.confirmed, "possible": control.possible })
}

/// Gaps of one operation and cause, as a warning about the scan itself.
fn not_seen(group: &GapGroup) -> Value {
    let text = format!(
        "not seen: {} in {}: {}; hides {} criteria; opens with: {}",
        group.operation,
        group.regions.join(", "),
        group.cause.words(),
        group.hides.len(),
        plain(&group.opens_with)
    );
    json!({ "level": "warning", "message": { "text": literal(&text) }, "properties": { "hides": group.hides } })
}

fn rule(control: &ControlReport, criterion: &CriterionReport) -> Value {
    let help = format!(
        "{} Level {} of {} ({}). Remedy: {}",
        criterion.statement,
        criterion.level.number(),
        control.id.id(),
        control.title,
        criterion.remedy
    );
    json!({
        "id": criterion.id,
        "name": criterion.id.rsplit('.').next(),
        "shortDescription": { "text": literal(&criterion.statement) },
        "fullDescription": { "text": literal(&criterion.clause) },
        "help": { "text": literal(&help) },
        "defaultConfiguration": { "level": level(control.severity) },
        "properties": {
            "control": control.id,
            "level": criterion.level,
            "effort": criterion.effort,
            "outcome": criterion.outcome,
            "why": criterion.why,
        },
    })
}

fn result(told: &Told<'_>, kind: &str, level: &str, index: Option<usize>) -> Value {
    let subject = &told.finding.subject.subject;
    let mut result = json!({
        "ruleId": told.criterion.id,
        "ruleIndex": index,
        "kind": kind,
        "level": level,
        "message": { "text": literal(&told.sentence()) },
        "partialFingerprints": { "rung/v1": told.fingerprint() },
        "locations": [{ "logicalLocations": [{
            "name": told.name(),
            "fullyQualifiedName": *subject.arn,
            "kind": "resource",
        }] }],
        "properties": {
            "account": *subject.account,
            "region": *subject.region,
            "kind": told.finding.subject.kind,
            "facts": told.facts().collect::<BTreeMap<_, _>>(),
            "causes": told.causes,
            "evidence": told.finding.evidence,
        },
    });
    if told.finding.waived
        && let Some(fields) = result.as_object_mut()
    {
        let accepted = json!([{ "kind": "external", "status": "accepted", "justification": "a waiver of the team" }]);
        fields.insert("suppressions".to_owned(), accepted);
    }
    result
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low => "note",
    }
}

/// Text that a viewer takes as it stands: SARIF reads braces as placeholders, and brackets as links.
fn literal(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut out, c| {
        match c {
            '{' => out.push_str("{{"),
            '}' => out.push_str("}}"),
            '[' | ']' | '\\' => out.extend(['\\', c]),
            _ => out.push(c),
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_neither_links_nor_placeholders() {
        assert_eq!(literal("[click](http://x) {0}"), "\\[click\\](http://x) {{0}}");
    }
}
