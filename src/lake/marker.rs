//! The marker of a scan: what makes its rows count. It is a row of its own for query engines.

use std::collections::BTreeMap;

use jiff::Timestamp;
use rung_rules::model::{ControlReport, Level};
use serde::Serialize;

use super::{Written, file::Listed, names::Names};
use crate::store::AssessmentHead;

const SCHEMA: &str = "rung/lake/v1";

/// A scan that is whole in the lake.
#[derive(Debug, Serialize)]
pub(super) struct Marker<'a> {
    schema: &'static str,
    scan: &'a str,
    bundle: &'a str,
    scan_date: &'a str,
    started_at: Timestamp,
    finished_at: Timestamp,
    complete: bool,
    accounts: u64,
    findings: u64,
    evidence: u64,
    gaps: u64,
    pillar: Option<Level>,
    pillar_possible: Option<Level>,
    confirmed: BTreeMap<String, Level>,
    possible: BTreeMap<String, Level>,
    files: u64,
    bytes: u64,
    /// Where the files are listed: an organisation has too many for a row.
    list: &'a str,
    list_sha256: &'a str,
}

impl<'a> Marker<'a> {
    pub(super) fn new(names: &'a Names, head: &AssessmentHead, written: &Written, list: &'a Listed) -> Self {
        let of = |level: fn(&ControlReport) -> Option<Level>| {
            head.controls.iter().filter_map(|control| Some((control.id.id(), level(control)?))).collect()
        };
        Marker {
            schema: SCHEMA,
            scan: &names.scan,
            bundle: &names.bundle,
            scan_date: &names.date,
            started_at: head.scan.started_at,
            finished_at: head.scan.finished_at,
            complete: head.scan.complete,
            accounts: written.accounts,
            findings: written.findings,
            evidence: written.evidence,
            gaps: written.gaps,
            pillar: head.pillar.level,
            pillar_possible: head.pillar.possible,
            confirmed: of(|control| control.confirmed),
            possible: of(|control| control.possible),
            files: written.files,
            bytes: written.bytes,
            list: &list.name,
            list_sha256: &list.sha256,
        }
    }
}
