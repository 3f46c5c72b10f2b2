//! What the API answers with. Names here are a contract: they may be added to, never changed.

use std::collections::BTreeMap;

use rung_rules::model::{Control, Outcome as ModelOutcome, Verdict};
use serde::Serialize;
use utoipa::ToSchema;

use crate::store::{
    AccountRow, Compared, Evidence, FindingRow, GapRow, LevelRow, NoEvidence, OutcomeRow, Overview, ScanRow,
    StoredFinding, TrendPoint,
};

/// Why something cannot be answered.
#[derive(Serialize, ToSchema)]
pub(super) struct Problem {
    /// In words.
    error: String,
}

/// How a criterion came out for a subject.
#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum FindingResult {
    /// It does not hold.
    Fail,
    /// It could not be seen.
    Unknown,
    /// It holds.
    Pass,
    /// The criterion does not speak about this subject.
    NotApplicable,
}

impl From<Verdict> for FindingResult {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Fail => FindingResult::Fail,
            Verdict::Unknown => FindingResult::Unknown,
            Verdict::Pass => FindingResult::Pass,
            Verdict::NotApplicable => FindingResult::NotApplicable,
        }
    }
}

/// What a criterion came to over all subjects.
#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Outcome {
    /// The bar is missed whatever the unknown subjects are.
    Unmet,
    /// The unknown subjects decide.
    Unknown,
    /// The bar is reached whatever the unknown subjects are.
    Met,
    /// There is nothing that it speaks about.
    NotApplicable,
}

impl From<ModelOutcome> for Outcome {
    fn from(outcome: ModelOutcome) -> Self {
        match outcome {
            ModelOutcome::Unmet => Outcome::Unmet,
            ModelOutcome::Unknown => Outcome::Unknown,
            ModelOutcome::Met => Outcome::Met,
            ModelOutcome::NotApplicable => Outcome::NotApplicable,
        }
    }
}

/// The order of a list of findings.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[allow(dead_code, reason = "described here, read by `Order`")]
pub(super) enum Sort {
    Result,
    Criterion,
    Name,
    Kind,
    Account,
    Region,
    Owner,
}

/// A level confirmed, and what everything unknown could still reach.
#[derive(Clone, Copy, Serialize, ToSchema)]
pub(super) struct Level {
    /// 1 to 5; absent where it does not apply.
    #[schema(minimum = 1, maximum = 5)]
    confirmed: Option<u8>,
    /// 1 to 5.
    #[schema(minimum = 1, maximum = 5)]
    possible: Option<u8>,
}

impl From<(Option<u8>, Option<u8>)> for Level {
    fn from((confirmed, possible): (Option<u8>, Option<u8>)) -> Self {
        Level { confirmed, possible }
    }
}

/// Findings, counted.
#[derive(Serialize, ToSchema)]
pub(super) struct Counts {
    fail: i64,
    unknown: i64,
    pass: i64,
    not_applicable: i64,
}

/// A scan.
#[derive(Serialize, ToSchema)]
pub(super) struct Scan {
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
        }
    }
}

/// A page of scans.
#[derive(Serialize, ToSchema)]
pub(super) struct Scans {
    pub(super) scans: Vec<Scan>,
    pub(super) page: i64,
    pub(super) per_page: i64,
    /// How many there are in all.
    pub(super) total: i64,
}

/// Where a control stands.
#[derive(Serialize, ToSchema)]
pub(super) struct ControlLevel {
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
pub(super) struct CriterionOutcome {
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
pub(super) struct Checklist {
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
pub(super) struct Coverage {
    complete: u64,
    partly: u64,
    not_read: u64,
    not_asked: u64,
}

/// Where an account stands by its own evidence.
#[derive(Serialize, ToSchema)]
pub(super) struct Account {
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
pub(super) struct ScanDetail {
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

fn by_control(ladder: Vec<(Option<u8>, Option<u8>)>) -> BTreeMap<String, Level> {
    Control::all().map(Control::id).zip(ladder.into_iter().map(Level::from)).collect()
}

impl ScanDetail {
    pub(super) fn new(
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

/// A criterion held against one subject.
#[derive(Serialize, ToSchema)]
pub(super) struct Finding {
    criterion: String,
    /// `WAF-PERF-090`.
    control: String,
    level: i64,
    /// What must hold.
    statement: String,
    result: FindingResult,
    /// Whether a waiver excepts it.
    waived: bool,
    /// Whether an attestation speaks for it.
    attested: bool,
    kind: String,
    arn: String,
    account: String,
    region: String,
    /// What people call it, in the newest scan.
    name: Option<String>,
    /// What its tag `owner` says, in the newest scan.
    owner: Option<String>,
    /// The line of `evidence.jsonl` in the bundle, counted from 1.
    line: i64,
}

impl From<FindingRow> for Finding {
    fn from(row: FindingRow) -> Self {
        Finding {
            criterion: row.criterion,
            control: format!("WAF-PERF-{:03}", row.control),
            level: row.level,
            statement: row.statement,
            result: row.result.into(),
            waived: row.waived,
            attested: row.attested,
            kind: row.kind,
            arn: row.arn,
            account: row.account,
            region: row.region,
            name: row.name,
            owner: row.owner,
            line: row.line,
        }
    }
}

/// A page of findings.
#[derive(Serialize, ToSchema)]
pub(super) struct Findings {
    pub(super) scan: String,
    pub(super) findings: Vec<Finding>,
    pub(super) page: i64,
    pub(super) per_page: i64,
    /// How many the filter takes.
    pub(super) total: i64,
}

/// The call that showed a fact.
#[derive(Serialize, ToSchema)]
pub(super) struct Source {
    service: String,
    operation: String,
    account: String,
    region: String,
    parameters: String,
    #[schema(format = DateTime)]
    read_at: String,
    request_ids: Vec<String>,
}

/// A fact about a subject.
#[derive(Serialize, ToSchema)]
pub(super) struct Fact {
    /// Its name, with the unit.
    name: String,
    /// Whether it decides the finding.
    decides: bool,
    /// Whether it was seen: without that `value` says nothing.
    seen: bool,
    /// The value; null where there is none, and where it was not seen.
    value: Option<serde_json::Value>,
    source: Option<Source>,
    /// The gap in its place.
    gap: Option<Gap>,
}

/// How a finding came out in another scan.
#[derive(Serialize, ToSchema)]
pub(super) struct Earlier {
    scan: String,
    #[schema(format = DateTime)]
    started_at: String,
    result: FindingResult,
}

/// A finding with its evidence.
#[derive(Serialize, ToSchema)]
pub(super) struct FindingDetail {
    scan: String,
    finding: Finding,
    /// What lifts it.
    remedy: String,
    /// Facts, read from the bundle; absent where that cannot be read.
    facts: Option<Vec<Fact>>,
    /// The subject's tags, as the scan saw them.
    tags: Option<BTreeMap<String, String>>,
    /// Why there are no facts.
    missing: Option<String>,
    /// This scan and those before, newest first.
    history: Vec<Earlier>,
}

impl FindingDetail {
    pub(super) fn new(scan: String, found: StoredFinding, evidence: Result<Evidence, NoEvidence>) -> Self {
        let (evidence, missing) = match evidence {
            Ok(evidence) => (Some(evidence), None),
            Err(NoEvidence::Gone(folder)) => {
                (None, Some(format!("the bundle is not in {} any more", folder.display())))
            }
            Err(NoEvidence::Broken(why)) => (None, Some(why)),
        };
        let earlier = |one: crate::store::Earlier| Earlier {
            scan: one.scan,
            started_at: one.started_at.to_string(),
            result: one.result.into(),
        };
        let (tags, facts) = evidence.map(|evidence| (evidence.tags, evidence.facts)).unzip();
        FindingDetail {
            scan,
            finding: found.finding.into(),
            remedy: found.remedy,
            facts: facts.map(|facts| facts.into_iter().map(Fact::from).collect()),
            tags,
            missing,
            history: found.history.into_iter().map(earlier).collect(),
        }
    }
}

impl From<crate::store::Fact> for Fact {
    fn from(fact: crate::store::Fact) -> Self {
        let source = |one: rung_rules::model::SourceRecord| Source {
            service: one.service,
            operation: one.operation,
            account: one.account,
            region: one.region,
            parameters: one.parameters,
            read_at: one.read_at.to_string(),
            request_ids: one.request_ids,
        };
        Fact {
            name: fact.name,
            decides: fact.decides,
            seen: fact.gap.is_none(),
            value: fact.value.filter(|value| !value.is_null()),
            source: fact.source.map(source),
            gap: fact.gap.map(Gap::from),
        }
    }
}

/// What could not be seen.
#[derive(Serialize, ToSchema)]
pub(super) struct Gap {
    id: String,
    account: String,
    region: String,
    /// `service:Operation`.
    operation: String,
    /// What of the answer is missing, where it is less than the whole.
    what: String,
    /// Why.
    cause: String,
    /// AWS's own words.
    detail: String,
    opens_with: String,
    /// Full ids of the criteria that it hides something of.
    hides: Vec<String>,
}

impl From<GapRow> for Gap {
    fn from(row: GapRow) -> Self {
        let GapRow { id, account, region, operation, what, cause, detail, opens_with, hides } = row;
        Gap { id, account, region, operation, what, cause, detail, opens_with, hides }
    }
}

/// A page of gaps.
#[derive(Serialize, ToSchema)]
pub(super) struct Gaps {
    pub(super) scan: String,
    pub(super) gaps: Vec<Gap>,
    pub(super) page: i64,
    pub(super) per_page: i64,
    /// How many there are in all.
    pub(super) total: i64,
}

/// Levels over time.
#[derive(Serialize, ToSchema)]
pub(super) struct Trend {
    pub(super) series: String,
    /// Oldest first.
    pub(super) points: Vec<Point>,
}

/// A scan in a trend.
#[derive(Serialize, ToSchema)]
pub(super) struct Point {
    scan: String,
    #[schema(format = DateTime)]
    started_at: String,
    complete: bool,
    pillar: Level,
    /// Levels by control.
    controls: BTreeMap<String, Level>,
    fail: i64,
    gaps: i64,
}

impl From<TrendPoint> for Point {
    fn from(point: TrendPoint) -> Self {
        Point {
            scan: point.scan,
            started_at: point.started_at.to_string(),
            complete: point.complete,
            pillar: (point.pillar, point.pillar_possible).into(),
            controls: by_control(point.confirmed.into_iter().zip(point.possible).collect()),
            fail: point.fails,
            gaps: point.gaps,
        }
    }
}

/// A control in two scans.
#[derive(Serialize, ToSchema)]
pub(super) struct ControlChange {
    control: String,
    title: String,
    before: Level,
    after: Level,
    /// `rose`, `fell`, `wider`, `narrower` or `same`.
    direction: String,
}

/// A criterion that came out otherwise.
#[derive(Serialize, ToSchema)]
pub(super) struct OutcomeChange {
    criterion: String,
    level: i64,
    /// Absent where the rules of that scan did not have it.
    before: Option<Outcome>,
    after: Option<Outcome>,
    why: String,
}

/// Findings of two scans, counted.
#[derive(Serialize, ToSchema)]
pub(super) struct FindingCounts {
    appeared: i64,
    gone: i64,
    better: i64,
    worse: i64,
    same: i64,
}

/// A finding that changed.
#[derive(Serialize, ToSchema)]
pub(super) struct FindingChange {
    criterion: String,
    kind: String,
    arn: String,
    name: Option<String>,
    account: String,
    region: String,
    /// Absent where it was not there.
    before: Option<FindingResult>,
    /// Absent where it is gone.
    after: Option<FindingResult>,
}

/// Two scans held against each other.
#[derive(Serialize, ToSchema)]
pub(super) struct Comparison {
    a: Scan,
    b: Scan,
    controls: Vec<ControlChange>,
    criteria: Vec<OutcomeChange>,
    findings: FindingCounts,
    /// The most telling ones, worse ones first; at most 100.
    changed: Vec<FindingChange>,
}

impl Comparison {
    pub(super) fn new(a: &ScanRow, b: &ScanRow, compared: Compared) -> Self {
        let control = |one: crate::store::LevelChange| ControlChange {
            control: one.control,
            title: one.title.to_owned(),
            before: one.before.into(),
            after: one.after.into(),
            direction: one.direction.to_owned(),
        };
        let outcome = |one: crate::store::OutcomeChange| OutcomeChange {
            criterion: one.criterion,
            level: one.level,
            before: one.before.map(Outcome::from),
            after: one.after.map(Outcome::from),
            why: one.why,
        };
        let finding = |one: crate::store::ChangedFinding| FindingChange {
            criterion: one.criterion,
            kind: one.kind,
            arn: one.arn,
            name: one.name,
            account: one.account,
            region: one.region,
            before: one.before.map(FindingResult::from),
            after: one.after.map(FindingResult::from),
        };
        let Compared { levels, outcomes, appeared, gone, better, worse, same, findings } = compared;
        Comparison {
            a: a.into(),
            b: b.into(),
            controls: levels.into_iter().map(control).collect(),
            criteria: outcomes.into_iter().map(outcome).collect(),
            findings: FindingCounts { appeared, gone, better, worse, same },
            changed: findings.into_iter().map(finding).collect(),
        }
    }
}
