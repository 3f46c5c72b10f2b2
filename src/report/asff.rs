//! ASFF: the AWS Security Finding Format, as a file that a person imports into Security Hub. The program itself sends nothing to AWS.
//!
//! Each line is one request of BatchImportFindings: at most 100 findings of one account and region, for Security Hub takes them only
//! there. Findings come in another order, so the program holds one unfinished batch for each account and region.

use std::{
    collections::BTreeMap,
    io::{self, Write},
};

use serde_json::{Map, Value, json};

use super::{
    Head,
    rows::{Rows, Standing, Told, cut},
};

/// The most findings of a request.
const MOST: usize = 100;
/// The most bytes of a request's findings; AWS takes 6 MB.
const BYTES: usize = 4_000_000;
/// The most bytes of a finding that AWS takes.
const FINDING: usize = 240_000;
/// The most facts of a resource.
const FACTS: usize = 50;
/// The most characters of a title.
const TITLE: usize = 256;
/// The most characters of a description, a value.
const TEXT: usize = 1024;

/// The batches.
pub(super) struct Batches<'a> {
    head: &'a Head,
    out: &'a mut dyn Write,
    open: BTreeMap<(String, String), Batch>,
}

/// Findings of one account and region that are not written yet, as JSON.
#[derive(Default)]
struct Batch {
    findings: Vec<String>,
    bytes: usize,
}

impl<'a> Batches<'a> {
    pub(super) fn begin(head: &'a Head, out: &'a mut dyn Write) -> Self {
        Batches { head, out, open: BTreeMap::new() }
    }
}

impl Rows for Batches<'_> {
    fn row(&mut self, told: &Told<'_>) -> io::Result<()> {
        // Security Hub forgets what is not told again; a criterion that does not speak of a resource is nothing to tell.
        if told.standing() == Standing::NotApplicable {
            return Ok(());
        }
        let region = home(told, self.head);
        let text = within(finding(told, self.head, &region));
        let batch = self.open.entry((told.finding.subject.subject.account.to_string(), region)).or_default();
        if batch.findings.len() == MOST || batch.bytes + text.len() > BYTES {
            write(std::mem::take(batch), self.out)?;
        }
        batch.bytes += text.len();
        batch.findings.push(text);
        Ok(())
    }

    fn end(self: Box<Self>) -> io::Result<()> {
        let Batches { open, out, .. } = *self;
        open.into_values().try_for_each(|batch| write(batch, out))
    }
}

fn write(batch: Batch, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{{\"Findings\":[{}]}}", batch.findings.join(","))
}

/// The region in which Security Hub takes it: what has none belongs to the first region of its partition.
fn home(told: &Told<'_>, head: &Head) -> String {
    match &*told.finding.subject.subject.region {
        "global" => first_region(&head.scan.partition).to_owned(),
        region => region.to_owned(),
    }
}

fn first_region(partition: &str) -> &'static str {
    match partition {
        "aws-cn" => "cn-north-1",
        "aws-us-gov" => "us-gov-west-1",
        "aws-eusc" => "eusc-de-east-1",
        _ => "us-east-1",
    }
}

fn finding(told: &Told<'_>, head: &Head, region: &str) -> Value {
    let (scan, criterion, subject) = (&head.scan, told.criterion, &told.finding.subject.subject);
    let partition = &scan.partition;
    let account = &subject.account;
    json!({
        "SchemaVersion": "2018-10-08",
        "Id": format!("rung/{}/{}", criterion.id, told.fingerprint()),
        "ProductArn": format!("arn:{partition}:securityhub:{region}:{account}:product/{account}/default"),
        "ProductName": "rung",
        "CompanyName": "rung",
        "GeneratorId": criterion.id,
        "AwsAccountId": **account,
        "Types": ["Software and Configuration Checks/Performance Efficiency"],
        "CreatedAt": scan.finished_at.to_string(),
        "UpdatedAt": scan.finished_at.to_string(),
        "Severity": { "Label": severity(told), "Original": told.severity() },
        "Title": cut(&criterion.statement, TITLE),
        "Description": cut(&told.sentence(), TEXT),
        "Remediation": { "Recommendation": { "Text": cut(&criterion.remedy, 512) } },
        "ProductFields": {
            "rung/control": told.control.id.id(),
            "rung/level": criterion.level.number().to_string(),
            "rung/result": told.standing().word(),
            "rung/waived": told.finding.waived.to_string(),
            "rung/scan": scan.id,
            "rung/evidence": text(&told.finding.evidence),
        },
        "Resources": [{
            "Type": "Other",
            "Id": *subject.arn,
            "Partition": partition,
            "Region": region,
            "Details": { "Other": details(told) },
        }],
        "Compliance": compliance(told),
        "Workflow": { "Status": workflow(told) },
        "RecordState": "ACTIVE",
    })
}

/// What decided it. AWS takes no empty value.
fn details(told: &Told<'_>) -> Map<String, Value> {
    let own = [("kind", told.finding.subject.kind.clone()), ("name", told.name())];
    let facts = told.facts().take(FACTS - own.len());
    own.into_iter().chain(facts).map(|(name, value)| (name.to_owned(), text(&cut(&value, TEXT)).into())).collect()
}

fn text(value: &str) -> &str {
    if value.trim().is_empty() { "-" } else { value }
}

fn compliance(told: &Told<'_>) -> Value {
    let status = match told.standing() {
        Standing::Pass => "PASSED",
        Standing::Fail => "FAILED",
        Standing::Unknown => "WARNING",
        Standing::Attested | Standing::NotApplicable => "NOT_AVAILABLE",
    };
    let reason = |words: &String| json!({ "ReasonCode": told.standing().word(), "Description": cut(words, TEXT) });
    let mut compliance = json!({ "Status": status, "RelatedRequirements": [told.control.id.id()] });
    if let Some(fields) = compliance.as_object_mut().filter(|_| !told.causes.is_empty()) {
        fields.insert("StatusReasons".to_owned(), told.causes.iter().map(reason).collect());
    }
    compliance
}

fn severity(told: &Told<'_>) -> &'static str {
    match (told.standing(), told.severity()) {
        (Standing::Fail, "high") => "HIGH",
        (Standing::Fail, "medium") => "MEDIUM",
        (Standing::Fail, _) => "LOW",
        _ => "INFORMATIONAL",
    }
}

fn workflow(told: &Told<'_>) -> &'static str {
    match told.standing() {
        _ if told.is_open() => "NEW",
        Standing::Fail | Standing::Unknown => "SUPPRESSED",
        _ => "RESOLVED",
    }
}

/// The finding as JSON that AWS takes: without its details where they would make it too long.
fn within(mut finding: Value) -> String {
    let text = finding.to_string();
    if text.len() <= FINDING {
        return text;
    }
    if let Some(resource) = finding.pointer_mut("/Resources/0").and_then(Value::as_object_mut) {
        resource.remove("Details");
    }
    finding.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_that_is_too_long_goes_without_details() {
        let long =
            json!({ "Id": "x", "Resources": [{ "Id": "a", "Details": { "Other": { "k": "x".repeat(FINDING) } } }] });
        assert_eq!(within(long), r#"{"Id":"x","Resources":[{"Id":"a"}]}"#);
        let short = json!({ "Id": "x", "Resources": [{ "Details": {} }] });
        assert_eq!(within(short.clone()), short.to_string());
    }
}
