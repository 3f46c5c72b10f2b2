//! Scans, and what one came to.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use super::{Level, Outcome, by_control};
use crate::store::{AccountRow, LevelRow, OutcomeRow, Overview, ScanRow};

/// Findings, counted.
#[derive(Serialize, ToSchema)]
pub(in super::super) struct Counts {
    fail: i64,
    unknown: i64,
    pass: i64,
    not_applicable: i64,
}

/// A scan.
#[derive(Serialize, ToSchema)]
pub(in super::super) struct Scan {
    /// Its id.
    id: String,
    /// What it is compared with over time: an account, or an organisation.
    series: String,
    #[schema(format = DateTime)]
    started_at: String,
    #[schema(format = DateTime)]
    finished_at: String,
    /// False when it was interrupted.
    complete: bool,
    /// The version of rung.
    rung: String,
    regions: Vec<String>,
    /// How many accounts.
    accounts: i64,
    pillar: Level,
    /// The lowest confirmed level of a control.
    by_minimum: Option<u8>,
    findings: Counts,
    /// What could not be seen.
    gaps: i64,
    /// SHA-256 of the bundle's manifest.
    manifest_sha256: String,
    /// The scan before in the chain of bundles.
    previous: Option<String>,
    /// When retention removed its bundle, findings and gaps; absent while they are there.
    #[schema(format = DateTime)]
    removed_at: Option<String>,
}

impl From<&ScanRow> for Scan {
    fn from(row: &ScanRow) -> Self {
        Scan {
            id: row.id.clone(),
            series: row.series.clone(),
            started_at: row.started_at.to_string(),
            finished_at: row.finished_at.to_string(),
            complete: row.complete,
            rung: row.rung.clone(),
            regions: row.regions.clone(),
            accounts: row.accounts,
            pillar: (row.pillar, row.pillar_possible).into(),
            by_minimum: row.by_minimum,
            findings: Counts {
                fail: row.fails,
                unknown: row.unknowns,
                pass: row.passes,
                not_applicable: row.not_applicable,
            },
            gaps: row.gaps,
            manifest_sha256: row.manifest_sha256.clone(),
            previous: row.previous.clone(),
            removed_at: row.removed_at.map(|at| at.to_string()),
        }
    }
}

/// A page of scans.
#[derive(Serialize, ToSchema)]
pub(in super::super) struct Scans {
    pub(in super::super) scans: Vec<Scan>,
    pub(in super::super) page: i64,
    pub(in super::super) per_page: i64,
    /// How many there are in all.
    pub(in super::super) total: i64,
}

/// Where a control stands.
#[derive(Serialize, ToSchema)]
pub(in super::super) struct ControlLevel {
    /// `WAF-PERF-090`.
    control: String,
    title: String,
    level: Level,
    /// Confirmed with attestations set aside.
    observed: Option<u8>,
    /// Confirmed without what waivers except; absent where nothing is waived.
    with_waivers: Option<u8>,
    /// What the team wants.
    target: Option<u8>,
    /// Why it stands there.
    why: String,
}

/// What a criterion came to.
#[derive(Serialize, ToSchema)]
pub(in super::super) struct CriterionOutcome {
    criterion: String,
    level: i64,
    statement: String,
    outcome: Outcome,
    fail: i64,
    unknown: i64,
    pass: i64,
    /// Whether there may be more subjects than could be listed.
    unseen: bool,
    why: String,
}

/// A checklist, counted.
#[derive(Serialize, ToSchema)]
pub(in super::super) struct Checklist {
    level: u8,
    met: u64,
    unmet: u64,
    unknown: u64,
    needed: u64,
    of: u64,
    /// `yes`, `no` or `undecided`.
    reached: String,
    why: String,
}

/// The coverage ledger, counted: an operation in an account and region.
#[derive(Serialize, ToSchema)]
pub(in super::super) struct Coverage {
    complete: u64,
    partly: u64,
    not_read: u64,
    not_asked: u64,
}

/// Where an account stands by its own evidence.
#[derive(Serialize, ToSchema)]
pub(in super::super) struct Account {
    account: String,
    name: Option<String>,
    /// `scanned`, `interrupted` or `not_entered`.
    state: String,
    why: Option<String>,
    pillar: Option<u8>,
    subjects: i64,
    gaps: i64,
    /// Levels by control.
    controls: BTreeMap<String, Level>,
}

/// A scan in full.
#[derive(Serialize, ToSchema)]
pub(in super::super) struct ScanDetail {
    scan: Scan,
    pillar_why: String,
    controls: Vec<ControlLevel>,
    criteria: Vec<CriterionOutcome>,
    checklists: Vec<Checklist>,
    coverage: Coverage,
    accounts: Vec<Account>,
}

fn word(value: &impl Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|word| word.as_str().map(str::to_owned)).unwrap_or_default()
}

impl ScanDetail {
    pub(in super::super) fn new(
        row: &ScanRow,
        overview: Overview,
        levels: Vec<LevelRow>,
        outcomes: Vec<OutcomeRow>,
        accounts: Vec<AccountRow>,
    ) -> Self {
        let why = |number: i64| {
            let words = overview.controls.iter().find(|control| control.number == number);
            words.map(|words| words.why.clone()).unwrap_or_default()
        };
        let coverage = overview.coverage;
        ScanDetail {
            scan: row.into(),
            controls: levels.into_iter().map(|level| ControlLevel::new(why(level.number), level)).collect(),
            criteria: outcomes.into_iter().map(CriterionOutcome::from).collect(),
            checklists: overview.checklists.iter().map(Checklist::from).collect(),
            coverage: Coverage {
                complete: coverage.complete,
                partly: coverage.partly,
                not_read: coverage.not_read,
                not_asked: coverage.not_asked,
            },
            accounts: accounts.into_iter().map(Account::from).collect(),
            pillar_why: overview.pillar_why,
        }
    }
}

impl ControlLevel {
    fn new(why: String, row: LevelRow) -> Self {
        ControlLevel {
            level: (row.confirmed, row.possible).into(),
            control: row.control,
            title: row.title.to_owned(),
            observed: row.observed,
            with_waivers: row.waived_confirmed,
            target: row.target,
            why,
        }
    }
}

impl From<OutcomeRow> for CriterionOutcome {
    fn from(row: OutcomeRow) -> Self {
        CriterionOutcome {
            criterion: row.criterion,
            level: row.level,
            statement: row.statement,
            outcome: row.outcome.into(),
            fail: row.fails,
            unknown: row.unknowns,
            pass: row.passes,
            unseen: row.unseen,
            why: row.why,
        }
    }
}

impl From<&crate::store::Checklist> for Checklist {
    fn from(list: &crate::store::Checklist) -> Self {
        Checklist {
            level: list.level,
            met: list.met,
            unmet: list.unmet,
            unknown: list.unknown,
            needed: list.needed,
            of: list.of,
            reached: word(&list.reached),
            why: list.why.clone(),
        }
    }
}

impl From<AccountRow> for Account {
    fn from(row: AccountRow) -> Self {
        Account {
            account: row.account,
            name: row.name,
            state: row.state,
            why: row.why,
            pillar: row.pillar,
            subjects: row.subjects,
            gaps: row.gaps,
            controls: by_control(row.ladder),
        }
    }
}
