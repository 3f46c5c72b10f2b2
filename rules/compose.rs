//! From results to the assessment that other programs and people read: sentences, counts, what blocks the next level.

mod coverage;
mod findings;
mod named;
mod people;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{
    Assessed, Assessment, Bar, BarReport, BlockedBy, Control, ControlReport, ControlResult, Counts, CriterionReport,
    CriterionResult, EvidenceSet, GapId, GapReport, Next, Outcome, Program, SCHEMA, Scan, Settings, ThresholdReport,
    Thresholds, Verdict, WithWaivers, blockers,
};
use crate::{
    checklists::{audit_list, checklists},
    entry_path::entry_path,
    pillar::{outcome_of, pillar},
};

pub use findings::{LazyFinding, LazyFindings};
pub use words::bar as bar_words;

/// Subjects named under a criterion that blocks a level; the rest is counted.
const NAMED_SUBJECTS: usize = 20;

/// What the assessment is made of.
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

/// The assessment, with findings that are written as a stream: they are many, and each is made when it is written.
pub fn compose<'a>(parts: Parts<'a>, mut scan: Scan) -> Assessment<LazyFindings<'a>> {
    scan.scope.rule = parts.settings.scope.words();
    scan.scope.left_out = parts.assessed.left_out;
    let gaps = BTreeMap::from_iter(parts.set.gaps.iter().map(|gap| (gap.id, gap)));
    let controls: Vec<_> =
        parts.assessed.controls.iter().map(|control| control_report(parts, &gaps, control)).collect();
    let coverage = coverage::coverage(parts, &std::mem::take(&mut scan.ledger));
    let outcome = |control: Control, id: &str| outcome_of(parts.assessed, control, id, false);
    let checklists = checklists(&outcome);
    Assessment {
        schema: SCHEMA.to_owned(),
        rung: Program { version: parts.version.to_owned() },
        scan,
        pillar: pillar(parts.assessed, &checklists),
        controls,
        audit_list: audit_list(&outcome),
        checklists,
        entry_path: entry_path(parts.set, parts.assessed, &|result| words::criterion(parts, &gaps, result)),
        attestations: people::attestations(parts),
        waivers: people::waivers(parts),
        findings: LazyFindings::new(parts.set, parts.assessed),
        gaps: gap_reports(parts),
        sources: parts.set.sources.clone(),
        coverage,
    }
}

type Gaps<'a> = BTreeMap<GapId, &'a crate::model::Gap>;

fn control_report(parts: Parts<'_>, gaps: &Gaps<'_>, result: &ControlResult<'_>) -> ControlReport {
    let next = next(parts, result);
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
        target: parts.settings.targets.get(&result.control).copied(),
        why: words::control(parts, gaps, result),
        criteria: result.criteria.iter().map(|c| criterion_report(parts, gaps, result.control, c)).collect(),
        next,
    }
}

fn criterion_report(
    parts: Parts<'_>,
    gaps: &Gaps<'_>,
    control: Control,
    result: &CriterionResult<'_>,
) -> CriterionReport {
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
        bar: bar_report(bar, &parts.settings.thresholds),
        counts: Counts {
            pass: result.tally.pass,
            fail: result.tally.fail,
            unknown: result.tally.unknown,
            not_applicable: result.tally.not_applicable,
            unseen: result.tally.unseen,
        },
        why: words::criterion(parts, gaps, result),
        remedy: criterion.remedy.to_owned(),
        effort: criterion.effort,
        needs_attestation: result.needs_attestation,
        attested: result.findings.iter().filter(|finding| finding.attested).count() as u64,
        with_waivers: result.waivers.iter().any(|one| !one.expired).then_some(result.with_waivers),
        gaps: result.gaps.iter().map(ToString::to_string).collect(),
        thresholds: threshold_reports(criterion, &parts.settings.thresholds),
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

fn next(parts: Parts<'_>, control: &ControlResult<'_>) -> Option<Next> {
    let (level, blocking) = blockers(control, &parts.settings.thresholds)?;
    let blocked_by = blocking
        .into_iter()
        .filter_map(|blocker| {
            let result = control.criteria.get(blocker.index)?;
            let short = |f: &&crate::model::RawFinding| is_short(result, f.verdict);
            let subjects =
                result.findings.iter().filter(short).filter_map(|f| parts.set.evidence.get(f.evidence as usize));
            Some(BlockedBy {
                criterion: result.criterion.full_id(control.control),
                outcome: result.outcome,
                missing: blocker.missing,
                remedy: words::remedy(result),
                effort: blocker.effort,
                subjects: subjects.take(NAMED_SUBJECTS).map(|evidence| evidence.subject.arn.clone()).collect(),
                subjects_total: result.findings.iter().filter(short).count() as u64,
            })
        })
        .collect();
    Some(Next { level, blocked_by })
}

/// Whether a subject with this verdict is one that has to change, or be seen, for the bar to be reached.
fn is_short(result: &CriterionResult<'_>, verdict: Verdict) -> bool {
    match result.criterion.bar {
        Bar::None | Bar::AtMost(_) => matches!(verdict, Verdict::Pass | Verdict::Unknown),
        _ => matches!(verdict, Verdict::Fail | Verdict::Unknown),
    }
}

fn gap_reports(parts: Parts<'_>) -> Vec<GapReport> {
    let mut hides: BTreeMap<GapId, BTreeSet<String>> = BTreeMap::new();
    for control in &parts.assessed.controls {
        for criterion in &control.criteria {
            for gap in &criterion.gaps {
                hides.entry(*gap).or_default().insert(criterion.criterion.full_id(control.control));
            }
        }
    }
    let report = |gap: &crate::model::Gap| GapReport {
        gap: gap.clone(),
        hides: hides.remove(&gap.id).unwrap_or_default().into_iter().collect(),
    };
    parts.set.gaps.iter().map(report).collect()
}

/// Whether an outcome keeps a control from a level.
pub fn blocks(outcome: Outcome) -> bool {
    matches!(outcome, Outcome::Unmet | Outcome::Unknown)
}
