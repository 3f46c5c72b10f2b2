//! OCSF 1.8: a Compliance Finding (class 2003) a row, as JSON lines, the form in which shippers of events take them.
//!
//! `compliance.status_id` 2 (Warning) is OCSF's own word for a check that "did not yield a result due to missing information":
//! it is what unknown becomes.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::{
    Head,
    rows::{Rows, Standing, Told},
};

/// The version of the schema that the events fit.
const VERSION: &str = "1.8.0";
const CATEGORY: u32 = 2;
const CLASS: u32 = 2003;
/// Create: each scan tells a finding anew.
const ACTIVITY: u32 = 1;

/// The events.
pub(super) struct Events<'a> {
    head: &'a Head,
    out: &'a mut dyn Write,
}

impl<'a> Events<'a> {
    pub(super) fn begin(head: &'a Head, out: &'a mut dyn Write) -> Self {
        Events { head, out }
    }
}

impl Rows for Events<'_> {
    fn row(&mut self, told: &Told<'_>) -> io::Result<()> {
        serde_json::to_writer(&mut *self.out, &event(self.head, told))?;
        self.out.write_all(b"\n")
    }

    fn end(self: Box<Self>) -> io::Result<()> {
        Ok(())
    }
}

fn event(head: &Head, told: &Told<'_>) -> Value {
    let (scan, criterion, subject) = (&head.scan, told.criterion, &told.finding.subject.subject);
    let (severity_id, severity) = severity(told);
    let (status_id, status) = status(told);
    json!({
        "activity_id": ACTIVITY,
        "activity_name": "Create",
        "category_uid": CATEGORY,
        "category_name": "Findings",
        "class_uid": CLASS,
        "class_name": "Compliance Finding",
        "type_uid": CLASS * 100 + ACTIVITY,
        "type_name": "Compliance Finding: Create",
        "time": scan.finished_at.as_millisecond(),
        "start_time": scan.started_at.as_millisecond(),
        "end_time": scan.finished_at.as_millisecond(),
        "severity_id": severity_id,
        "severity": severity,
        "status_id": status_id,
        "status": status,
        "message": told.sentence(),
        "metadata": metadata(head, told),
        "cloud": {
            "provider": "AWS",
            "cloud_partition": scan.partition,
            "region": *subject.region,
            "account": { "uid": *subject.account, "type": "AWS Account", "type_id": 10 },
        },
        "finding_info": {
            "uid": told.fingerprint(),
            "title": criterion.statement,
            "desc": criterion.clause,
            "types": ["Performance efficiency"],
            "created_time": scan.finished_at.as_millisecond(),
        },
        "compliance": compliance(told),
        "remediation": { "desc": criterion.remedy },
        "resources": [resource(told, &scan.partition)],
        "evidences": [{ "name": evidence(told), "data": told.finding.facts }],
        "unmapped": {
            "level": criterion.level.number(),
            "effort": criterion.effort,
            "attested": told.finding.attested,
            "waived": told.finding.waived,
        },
    })
}

fn metadata(head: &Head, told: &Told<'_>) -> Value {
    json!({
        "version": VERSION,
        "profiles": ["cloud"],
        "uid": format!("{}/{}", head.scan.id, told.fingerprint()),
        "correlation_uid": head.scan.id,
        "event_code": told.criterion.id,
        "product": { "name": "rung", "vendor_name": "rung", "version": head.rung.version },
    })
}

fn compliance(told: &Told<'_>) -> Value {
    let (status_id, status) = match told.standing() {
        Standing::Pass => (1, "Pass"),
        Standing::Unknown => (2, "Warning"),
        Standing::Fail => (3, "Fail"),
        Standing::Attested => (99, "Attested"),
        Standing::NotApplicable => (99, "Not applicable"),
    };
    json!({
        "standards": ["WAF++ performance efficiency"],
        "control": told.control.id.id(),
        "requirements": [told.criterion.id],
        "desc": told.control.title,
        "status_id": status_id,
        "status": status,
        "status_code": told.standing().word(),
        "status_details": told.causes,
        "checks": [{ "uid": told.criterion.id, "name": told.criterion.statement, "status_id": status_id, "status": status }],
    })
}

fn resource(told: &Told<'_>, partition: &str) -> Value {
    let subject = &told.finding.subject.subject;
    let tags: Vec<_> = subject.tags.iter().map(|(name, value)| json!({ "name": name, "value": value })).collect();
    json!({
        "uid": *subject.arn,
        "name": told.name(),
        "type": told.finding.subject.kind,
        "region": *subject.region,
        "cloud_partition": partition,
        "tags": tags,
    })
}

fn evidence<'a>(told: &'a Told<'_>) -> &'a str {
    match told.finding.evidence.as_str() {
        "" => "gaps.jsonl",
        line => line,
    }
}

/// What passes is told for information; only what fails is severe.
fn severity(told: &Told<'_>) -> (u32, &'static str) {
    match (told.standing(), told.severity()) {
        (Standing::Fail, "high") => (4, "High"),
        (Standing::Fail, "medium") => (3, "Medium"),
        (Standing::Fail, _) => (2, "Low"),
        _ => (1, "Informational"),
    }
}

/// Where somebody's work with the finding stands.
fn status(told: &Told<'_>) -> (u32, &'static str) {
    match told.standing() {
        Standing::Fail | Standing::Unknown if told.finding.waived => (3, "Suppressed"),
        Standing::Fail | Standing::Unknown => (1, "New"),
        Standing::Pass | Standing::Attested => (4, "Resolved"),
        Standing::NotApplicable => (99, "Not applicable"),
    }
}
