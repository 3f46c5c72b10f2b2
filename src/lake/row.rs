//! Rows that only the lake has: gaps and accounts. As with those of findings and evidence every row has every column.

use std::collections::BTreeMap;

use rung_collectors::calls;
use rung_rules::model::{AccountReport, AccountState, Cause, GapReport, Level, Levels};
use serde::Serialize;

use super::names::Names;

/// Something that could not be seen.
#[derive(Serialize)]
pub(super) struct GapRow<'a> {
    bundle: &'a str,
    scan: &'a str,
    scanned_at: &'a str,
    account: &'a str,
    region: &'a str,
    gap: String,
    operation: &'a str,
    action: &'a str,
    what: &'a str,
    cause: Cause,
    denied: bool,
    detail: &'a str,
    opens_with: &'a str,
    hides: &'a [String],
}

/// The IAM actions of operations.
#[derive(Debug)]
pub(super) struct Actions(BTreeMap<String, String>);

impl Actions {
    pub(super) fn all() -> Self {
        Actions(calls::all().map(|call| (call.name(), call.iam())).collect())
    }
}

impl<'a> GapRow<'a> {
    pub(super) fn new(report: &'a GapReport, names: &'a Names, scanned_at: &'a str, actions: &'a Actions) -> Self {
        let gap = &report.gap;
        GapRow {
            bundle: &names.bundle,
            scan: &names.scan,
            scanned_at,
            account: &gap.account,
            region: &gap.region,
            gap: gap.id.to_string(),
            operation: &gap.operation,
            action: actions.0.get(&gap.operation).unwrap_or(&gap.operation),
            what: &gap.what,
            cause: gap.cause,
            denied: is_denied(gap.cause),
            detail: &gap.detail,
            opens_with: &gap.opens_with,
            hides: &report.hides,
        }
    }
}

/// Whether a permission would open it.
fn is_denied(cause: Cause) -> bool {
    match cause {
        Cause::DeniedByIdentityPolicy
        | Cause::DeniedByOrganizationPolicy
        | Cause::DeniedByPermissionsBoundary
        | Cause::DeniedByOtherPolicy
        | Cause::Denied => true,
        Cause::NotEnrolled
        | Cause::RegionNotEnabled
        | Cause::NotOffered
        | Cause::Throttled
        | Cause::TimedOut
        | Cause::Failed
        | Cause::CutShort
        | Cause::NoData
        | Cause::NotReported
        | Cause::OverBudget
        | Cause::CredentialsEnded
        | Cause::NotRequested => false,
    }
}

/// An account of a scan.
#[derive(Serialize)]
pub(super) struct AccountRow<'a> {
    bundle: &'a str,
    scan: &'a str,
    scanned_at: &'a str,
    account: &'a str,
    name: Option<&'a str>,
    unit: Option<&'a str>,
    state: AccountState,
    why: Option<&'a str>,
    regions: &'a [String],
    pillar: Option<Level>,
    pillar_possible: Option<Level>,
    confirmed: BTreeMap<String, Level>,
    possible: BTreeMap<String, Level>,
    subjects: u64,
    gaps: u64,
    calls: u64,
    cost_usd: f64,
}

impl<'a> AccountRow<'a> {
    pub(super) fn new(report: &'a AccountReport, names: &'a Names, scanned_at: &'a str) -> Self {
        let of = |level: fn(&Levels) -> Level| {
            report.controls.iter().map(|(control, levels)| (control.id(), level(levels))).collect()
        };
        AccountRow {
            bundle: &names.bundle,
            scan: &names.scan,
            scanned_at,
            account: &report.id,
            name: report.name.as_deref(),
            unit: report.unit.as_deref(),
            state: report.state,
            why: report.why.as_deref(),
            regions: &report.regions,
            pillar: report.pillar,
            pillar_possible: report.pillar_possible,
            confirmed: of(|levels| levels.confirmed),
            possible: of(|levels| levels.possible),
            subjects: report.subjects,
            gaps: report.gaps,
            calls: report.calls,
            cost_usd: report.cost_usd,
        }
    }
}
