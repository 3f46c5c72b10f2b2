//! From results to the assessment that other programs and people read: sentences, counts, what blocks the next level.

mod coverage;
mod findings;
mod named;
pub(crate) use named::Named;
mod people;
mod seen;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::model::{
    AccountReport, AccountState, Assessed, Assessment, Bar, BarReport, BlockedBy, Control, ControlReport,
    ControlResult, Counts, CriterionReport, CriterionResult, EvidenceSet, GapId, GapReport, LISTED_GAPS, Next, Outcome,
    Program, SCHEMA, Scan, Settings, ThresholdReport, Thresholds, WithWaivers, blockers,
};
use crate::{
    checklists::{audit_list, checklists},
    entry_path::Steps,
    pillar::{outcome_of, pillar},
};

pub use coverage::coverage;

pub use findings::{LazyFinding, LazyFindings};
pub use seen::Seen;
pub use words::bar as bar_words;

/// What the assessment of one set of evidence is made of.
#[derive(Clone, Copy, Debug)]
pub struct Parts<'a> {
    /// What was seen.
    pub set: &'a EvidenceSet,
    /// What people set.
    pub settings: &'a Settings,
    /// What it comes to.
    pub assessed: &'a Assessed<'a>,
    /// Version of the program.
    pub version: &'a str,
}

/// What the head of an assessment is made of: sums of one or many accounts, and no evidence.
#[derive(Clone, Copy, Debug)]
pub struct Sums<'a> {
    /// "Today" of every rule about age.
    pub now: Timestamp,
    /// What people set.
    pub settings: &'a Settings,
    /// What it comes to.
    pub assessed: &'a Assessed<'a>,
    /// What the steps of the entry path touch.
    pub steps: &'a Steps,
    /// What was not seen.
    pub seen: &'a Seen,
    /// Version of the program.
    pub version: &'a str,
}

/// The assessment, with findings that are written as a stream: they are many, and each is made when it is written.
pub fn compose<'a>(parts: Parts<'a>, mut scan: Scan) -> Assessment<LazyFindings<'a>> {
    let Parts { set, settings, assessed, version } = parts;
    let mut steps = Steps::default();
    steps.add(set, assessed, assessed);
    let coverage = coverage(set, &std::mem::take(&mut scan.ledger));
    let gaps = gap_reports(set, assessed);
    let mut seen = Seen::default();
    seen.add(assessed.findings(), &gaps, &coverage);
    let sums = Sums { now: set.now, settings, assessed, steps: &steps, seen: &seen, version };
    let (mut head, ()) = head(sums, scan).with_findings(LazyFindings::new(set, assessed));
    if let [account] = set.accounts.as_slice() {
        let calls = head.scan.calls.values().map(|count| count.calls).sum();
        let own = AccountReport::new(account, set, assessed);
        let (regions, cost_usd) = (head.scan.regions.clone(), head.scan.cost_usd);
        let state = if head.scan.complete { AccountState::Scanned } else { AccountState::Interrupted };
        head.accounts = vec![AccountReport { state, regions, calls, cost_usd, ..own }];
    }
    head.gaps = gaps;
    head.sources.clone_from(&set.sources);
    head.coverage = coverage;
    head
}

/// All of the assessment but what grows with the evidence: findings, gaps, sources, coverage and accounts are left empty.
pub fn head(sums: Sums<'_>, mut scan: Scan) -> Assessment<()> {
    let Sums { settings, assessed, .. } = sums;
    scan.scope.rule = settings.scope.words();
    scan.scope.left_out = assessed.left_out;
    scan.ledger = Vec::new();
    let outcome = |control: Control, id: &str| outcome_of(assessed, control, id, false);
    let checklists = checklists(&outcome);
    Assessment {
        schema: SCHEMA.to_owned(),
        rung: Program { version: sums.version.to_owned() },
        scan,
        pillar: pillar(assessed, &checklists),
        controls: assessed.controls.iter().map(|control| control_report(sums, control)).collect(),
        accounts: Vec::new(),
        audit_list: audit_list(&outcome),
        checklists,
        entry_path: sums.steps.report(assessed, &|result| words::criterion(sums, result)),
        attestations: people::attestations(sums),
        waivers: people::waivers(sums),
        summary: sums.seen.summary(),
        findings: (),
        gaps: Vec::new(),
        sources: Vec::new(),
        coverage: Vec::new(),
    }
}

fn control_report(sums: Sums<'_>, result: &ControlResult<'_>) -> ControlReport {
    let next = next(sums, result);
    ControlReport {
        id: result.control,
        title: result.control.title().to_owned(),
        severity: result.control.severity(),
        cells: result.control.cells().map(str::to_owned).to_vec(),
        applicable: result.levels.is_some(),
        confirmed: result.levels.map(|levels| levels.confirmed),
        possible: result.levels.map(|levels| levels.possible),
        observed: result.levels.map(|levels| levels.observed),
        with_waivers: result.is_waived().then_some(WithWaivers { levels: result.with_waivers }),
        target: sums.settings.targets.get(&result.control).copied(),
        why: words::control(sums, result),
        criteria: result.criteria.iter().map(|c| criterion_report(sums, result.control, c)).collect(),
        next,
    }
}

fn criterion_report(sums: Sums<'_>, control: Control, result: &CriterionResult<'_>) -> CriterionReport {
    let criterion = result.criterion;
    let bar = criterion.bar;
    CriterionReport {
        id: criterion.full_id(control),
        level: criterion.level,
        clause: criterion.clause.to_owned(),
        statement: criterion.statement.to_owned(),
        basis: criterion.basis,
        outcome: result.outcome,
        decided_by: result.decided_by,
        bar: bar_report(bar, &sums.settings.thresholds),
        counts: Counts {
            pass: result.tally.pass,
            fail: result.tally.fail,
            unknown: result.tally.unknown,
            not_applicable: result.tally.not_applicable,
            unseen: result.tally.unseen,
        },
        why: words::criterion(sums, result),
        remedy: criterion.remedy.to_owned(),
        effort: criterion.effort,
        needs_attestation: result.needs_attestation,
        attested: result.attested(),
        with_waivers: result.waivers.iter().any(|one| !one.expired).then_some(result.with_waivers),
        gaps: result.gaps.ids().take(LISTED_GAPS).map(|id| id.to_string()).collect(),
        gaps_total: result.gaps.total(),
        thresholds: threshold_reports(criterion, &sums.settings.thresholds),
        calls: criterion.calls.iter().map(|call| (*call).to_owned()).collect(),
    }
}

/// The bar as data.
pub fn bar_report(bar: Bar, thresholds: &Thresholds) -> BarReport {
    BarReport { kind: bar.kind().to_owned(), threshold: bar.threshold().map(|threshold| thresholds.value(threshold)) }
}

/// The thresholds of a criterion as data.
pub fn threshold_reports(criterion: &crate::model::Criterion, thresholds: &Thresholds) -> Vec<ThresholdReport> {
    let report = |threshold: &&crate::model::Threshold| ThresholdReport {
        name: threshold.name.to_owned(),
        value: thresholds.value(threshold),
        default: threshold.default,
        unit: threshold.unit.to_owned(),
        reason: threshold.reason.to_owned(),
    };
    criterion.thresholds.iter().map(report).collect()
}

fn next(sums: Sums<'_>, control: &ControlResult<'_>) -> Option<Next> {
    let (level, blocking) = blockers(control, &sums.settings.thresholds)?;
    let blocked_by = blocking
        .into_iter()
        .filter_map(|blocker| {
            let result = control.criteria.get(blocker.index)?;
            Some(BlockedBy {
                criterion: result.criterion.full_id(control.control),
                outcome: result.outcome,
                missing: blocker.missing,
                remedy: words::remedy(result),
                effort: blocker.effort,
                subjects: result.short.arns().collect(),
                subjects_total: result.short.total,
            })
        })
        .collect();
    Some(Next { level, blocked_by })
}

/// Every gap, with the criteria that it hides something of.
pub fn gap_reports(set: &EvidenceSet, assessed: &Assessed<'_>) -> Vec<GapReport> {
    let mut hides: BTreeMap<GapId, BTreeSet<String>> = BTreeMap::new();
    for control in &assessed.controls {
        for criterion in &control.criteria {
            for gap in criterion.gaps.ids() {
                hides.entry(gap).or_default().insert(criterion.criterion.full_id(control.control));
            }
        }
    }
    let report = |gap: &crate::model::Gap| GapReport {
        gap: gap.clone(),
        hides: hides.remove(&gap.id).unwrap_or_default().into_iter().collect(),
    };
    set.gaps.iter().map(report).collect()
}

/// Whether an outcome keeps a control from a level.
pub fn blocks(outcome: Outcome) -> bool {
    matches!(outcome, Outcome::Unmet | Outcome::Unknown)
}
