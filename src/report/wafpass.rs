//! WAF++'s result file, `wafpass-result.json` of schema 1.1: what its server and its dashboards read.
//!
//! The file has PASS, FAIL, SKIP, ERROR and WAIVED. Unknown is ERROR: the check could not be carried out. A resource that a criterion
//! does not speak of, and one that only a person vouches for, is SKIP.

use std::{
    collections::BTreeSet,
    io::{self, Write},
};

use rung_rules::model::{ControlReport, Outcome};
use serde_json::{Value, json};

use super::{
    Head,
    json::{List, open},
    rows::{Rows, Standing, Told},
};
use crate::plain::plain;

/// How the result is filed on the server.
#[derive(Clone, Debug, Default)]
pub struct Project {
    /// The project; none: `aws-` and the account.
    pub name: Option<String>,
    /// The branch.
    pub branch: String,
    /// The stage, for example `prod`.
    pub stage: String,
}

/// The result.
pub(super) struct Result<'a> {
    list: List<&'a mut dyn Write>,
}

impl<'a> Result<'a> {
    pub(super) fn begin(head: &Head, project: &Project, out: &'a mut dyn Write) -> io::Result<Self> {
        open(&result(head, project), out)?;
        Ok(Result { list: List::begin(out, ",\"findings\":")? })
    }
}

impl Rows for Result<'_> {
    fn row(&mut self, told: &Told<'_>) -> io::Result<()> {
        self.list.item(&finding(told))
    }

    fn end(self: Box<Self>) -> io::Result<()> {
        self.list.end()?.write_all(b"}\n")
    }
}

/// The project that an account belongs to when nobody names one.
fn named(head: &Head) -> String {
    match head.scan.accounts.as_slice() {
        [account] => format!("aws-{account}"),
        _ => "aws-organisation".to_owned(),
    }
}

fn result(head: &Head, project: &Project) -> Value {
    let (scan, score) = (&head.scan, score(head));
    json!({
        "schema_version": "1.1",
        "project": project.name.clone().unwrap_or_else(|| named(head)),
        "branch": project.branch,
        "git_sha": "",
        "triggered_by": "rung",
        "run": run(head),
        "iac_framework": "aws-api",
        "stage": project.stage,
        "score": score,
        "pillar_scores": { "performance": score },
        "path": scan.accounts.iter().map(|account| format!("aws:{account}")).collect::<Vec<_>>().join(" | "),
        "controls_loaded": head.controls.len(),
        "controls_run": head.controls.iter().filter(|control| control.applicable).count(),
        "detected_regions": regions(head),
        "source_paths": [],
        "controls_meta": head.controls.iter().map(meta).collect::<Vec<_>>(),
        "completed_at": scan.finished_at.to_string(),
    })
}

/// What the format has no field for, unknown above all.
fn run(head: &Head) -> Value {
    let outcomes =
        |outcome: Outcome| head.controls.iter().flat_map(|c| &c.criteria).filter(|c| c.outcome == outcome).count();
    let level = |control: &ControlReport| json!({ "id": control.id, "confirmed": control.confirmed, "possible": control.possible });
    json!({
        "tool": "rung",
        "version": head.rung.version,
        "scan": head.scan.id,
        "complete": head.scan.complete,
        "criteria": {
            "met": outcomes(Outcome::Met),
            "unmet": outcomes(Outcome::Unmet),
            "unknown": outcomes(Outcome::Unknown),
            "not_applicable": outcomes(Outcome::NotApplicable),
        },
        "pillar": { "level": head.pillar.level, "possible": head.pillar.possible },
        "levels": head.controls.iter().map(level).collect::<Vec<_>>(),
        "gaps": head.summary.gaps,
    })
}

/// Criteria that are met, in percent of those that apply, rounded down. Unknown is not met.
fn score(head: &Head) -> u64 {
    let criteria = || head.controls.iter().flat_map(|control| &control.criteria);
    let of = criteria().filter(|criterion| criterion.outcome != Outcome::NotApplicable).count() as u64;
    let met = criteria().filter(|criterion| criterion.outcome == Outcome::Met).count() as u64;
    (met * 100).checked_div(of).unwrap_or(0)
}

fn regions(head: &Head) -> Vec<Value> {
    let regions: BTreeSet<_> = head.scan.regions.iter().filter(|region| *region != "global").collect();
    regions.into_iter().map(|region| json!([region, "aws", null])).collect()
}

fn meta(control: &ControlReport) -> Value {
    let severity = control.severity;
    let check = |one: &rung_rules::model::CriterionReport| json!({ "id": one.id, "title": one.statement, "severity": severity, "remediation": one.remedy });
    json!({
        "id": control.id,
        "title": control.title,
        "pillar": "performance",
        "severity": severity,
        "category": "performance efficiency",
        "description": control.cells.iter().zip(1..).map(|(cell, level)| format!("{level}: {cell}")).collect::<Vec<_>>().join("; "),
        "rationale": control.why,
        "checks": control.criteria.iter().map(check).collect::<Vec<_>>(),
    })
}

fn finding(told: &Told<'_>) -> Value {
    let status = match told.standing() {
        Standing::Pass => "PASS",
        Standing::Fail | Standing::Unknown if told.finding.waived => "WAIVED",
        Standing::Fail => "FAIL",
        Standing::Unknown => "ERROR",
        Standing::Attested | Standing::NotApplicable => "SKIP",
    };
    json!({
        "check_id": told.criterion.id,
        "check_title": told.criterion.statement,
        "control_id": told.control.id,
        "pillar": "performance",
        "severity": told.severity(),
        "status": status,
        "resource": plain(&told.finding.subject.subject.arn),
        "message": told.sentence(),
        "remediation": told.criterion.remedy,
    })
}
