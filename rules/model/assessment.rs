//! The assessment as other programs read it: JSON, `rung/assessment/v1`. Names here are a contract.

use std::{collections::BTreeMap, sync::Arc};

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    AccountReport, AttestationReport, Basis, ChecklistReport, Control, Coverage, DecidedBy, Effort, Gap, ItemReport,
    Level, Outcome, PlaceCount, Severity, SourceRecord, StepReport, Subject, Summary, Verdict, WaiverReport,
    WithWaivers,
};

/// The version of this format.
pub const SCHEMA: &str = "rung/assessment/v1";

/// The whole result of a scan. `F` is how the findings are held: a list when read, a stream when written.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Assessment<F = Vec<Finding>> {
    /// Always `rung/assessment/v1`.
    pub schema: String,
    /// The program that made it.
    pub rung: Program,
    /// The scan it stands on.
    pub scan: Scan,
    /// The pillar as a whole.
    pub pillar: Pillar,
    /// The ten controls, in the model's order.
    pub controls: Vec<ControlReport>,
    /// The accounts, each with where it stands alone.
    #[serde(default)]
    pub accounts: Vec<AccountReport>,
    /// The three self-assessment checklists, lowest level first.
    pub checklists: Vec<ChecklistReport>,
    /// The framework's twelve points for a quick audit.
    #[serde(default)]
    pub audit_list: Vec<ItemReport>,
    /// The model's entry path: six two-week steps.
    pub entry_path: Vec<StepReport>,
    /// What people attest, whether or not it counts.
    #[serde(default)]
    pub attestations: Vec<AttestationReport>,
    /// What people accept, whether or not it counts.
    #[serde(default)]
    pub waivers: Vec<WaiverReport>,
    /// What was not seen, counted.
    #[serde(default)]
    pub summary: Summary,
    /// Every criterion held against every subject.
    pub findings: F,
    /// Everything that could not be seen.
    pub gaps: Vec<GapReport>,
    /// Every source that facts refer to.
    pub sources: Vec<SourceRecord>,
    /// What was asked of each operation in each account and region, and how far it was read.
    #[serde(default)]
    pub coverage: Vec<Coverage>,
}

impl<F> Assessment<F> {
    /// The same assessment with its findings held in another way, and the findings as they were.
    pub fn with_findings<G>(self, findings: G) -> (Assessment<G>, F) {
        let Assessment {
            schema,
            rung,
            scan,
            pillar,
            controls,
            accounts,
            checklists,
            audit_list,
            entry_path,
            attestations,
            waivers,
            summary,
            findings: old,
            gaps,
            sources,
            coverage,
        } = self;
        (
            Assessment {
                schema,
                rung,
                scan,
                pillar,
                controls,
                accounts,
                checklists,
                audit_list,
                entry_path,
                attestations,
                waivers,
                summary,
                findings,
                gaps,
                sources,
                coverage,
            },
            old,
        )
    }
}

/// The program that made an assessment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Program {
    /// Its version.
    pub version: String,
}

/// What was scanned, and at what price.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Scan {
    /// The scan's id: time and account.
    pub id: String,
    /// When it began; "today" for every rule about age.
    pub started_at: Timestamp,
    /// When its last answer came.
    pub finished_at: Timestamp,
    /// False when it was interrupted before every source was read.
    pub complete: bool,
    /// Accounts scanned.
    pub accounts: Vec<String>,
    /// AWS partition of the caller, for example `aws`, `aws-cn`, `aws-us-gov`.
    pub partition: String,
    /// Regions scanned.
    pub regions: Vec<String>,
    /// Which resources counted: the scope rule in words, and how many it left out.
    pub scope: Scope,
    /// What the scan asked, by operation.
    pub calls: BTreeMap<String, CallCount>,
    /// List price of the calls that AWS bills, in US dollars.
    pub cost_usd: f64,
    /// The same counts by account and region, which the assessment's `coverage` is made of; empty there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ledger: Vec<PlaceCount>,
}

/// Which resources counted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Scope {
    /// The rule in words.
    pub rule: String,
    /// How many resources it left out.
    pub left_out: u64,
    /// Whether the tags of resources whose lists carry none were asked for.
    #[serde(default)]
    pub tags_read: bool,
}

/// Whether a count needs no mention.
pub(crate) fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// What was asked of one operation, over all accounts and regions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CallCount {
    /// Requests that AWS answered, one a page: with what was asked for, that there is none, or with a refusal.
    pub calls: u64,
    /// Requests that the journal of an interrupted scan answered: not asked again.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub resumed: u64,
    /// Attempts beyond the first.
    pub retries: u64,
    /// Answers that said "slow down".
    pub throttles: u64,
    /// Requests that ended in a gap after all attempts: refused, or without an answer.
    pub errors: u64,
    /// Bytes of answers' bodies.
    pub bytes: u64,
    /// Time from request to answer, added up, in milliseconds.
    pub milliseconds: u64,
    /// List price in US dollars.
    pub cost_usd: f64,
}

impl CallCount {
    /// Adds the counts of another place.
    pub fn add(&mut self, more: &CallCount) {
        self.calls += more.calls;
        self.resumed += more.resumed;
        self.retries += more.retries;
        self.throttles += more.throttles;
        self.errors += more.errors;
        self.bytes += more.bytes;
        self.milliseconds += more.milliseconds;
        self.cost_usd += more.cost_usd;
    }
}

/// The pillar as a whole.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Pillar {
    /// The level by the model's checklists, confirmed.
    pub level: Option<Level>,
    /// The same with unknown counted as met.
    #[serde(default)]
    pub possible: Option<Level>,
    /// The lowest confirmed level over the applicable controls.
    pub by_minimum: Option<Level>,
    /// The level by checklists if everything that AWS can show here were met, and nothing were attested.
    pub api_ceiling: Option<Level>,
    /// The level by checklists without what waivers except; absent where nothing is waived.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub with_waivers: Option<Level>,
    /// Why, in a sentence.
    #[serde(default)]
    pub why: String,
}

/// A control.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ControlReport {
    /// `WAF-PERF-090`.
    pub id: Control,
    /// Its name.
    pub title: String,
    /// The framework's severity.
    pub severity: Severity,
    /// What the model says at levels 1 to 5.
    pub cells: Vec<String>,
    /// False when the account has nothing that any of its criteria speaks about.
    pub applicable: bool,
    /// Confirmed level; absent when not applicable.
    pub confirmed: Option<Level>,
    /// Possible level: unknown counted as met.
    pub possible: Option<Level>,
    /// Observed level: attestations set aside.
    pub observed: Option<Level>,
    /// Levels without what waivers except; absent where none excepts anything of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub with_waivers: Option<WithWaivers>,
    /// The level the user wants, where configured.
    pub target: Option<Level>,
    /// Why it stands there, in one sentence.
    pub why: String,
    /// Its criteria.
    pub criteria: Vec<CriterionReport>,
    /// What lifts it to the level above the confirmed one; absent at level 5 and where not applicable.
    pub next: Option<Next>,
}

/// A criterion and its outcome.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CriterionReport {
    /// `waf-perf-090.api.aws.gp3-for-new-volumes`.
    pub id: String,
    /// The level it belongs to.
    pub level: Level,
    /// The model's words.
    pub clause: String,
    /// What must hold.
    pub statement: String,
    /// Who can decide it.
    pub basis: Basis,
    /// What it comes to.
    pub outcome: Outcome,
    /// What decided it.
    pub decided_by: DecidedBy,
    /// How many must pass.
    pub bar: BarReport,
    /// How the subjects came out.
    pub counts: Counts,
    /// Why, in one sentence.
    pub why: String,
    /// What lifts a failing subject.
    pub remedy: String,
    /// How much work that is.
    pub effort: Effort,
    /// Whether a person's attestation would decide it.
    pub needs_attestation: bool,
    /// Subjects that were not seen and that an attestation speaks for.
    #[serde(default)]
    pub attested: u64,
    /// What it comes to without what waivers except; absent where none excepts anything of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub with_waivers: Option<Outcome>,
    /// Gaps behind unknown subjects, by id; at most the first thousand.
    pub gaps: Vec<String>,
    /// How many there are in all.
    #[serde(default)]
    pub gaps_total: u64,
    /// Every threshold it compares with.
    pub thresholds: Vec<ThresholdReport>,
    /// The calls whose answers decide it.
    pub calls: Vec<String>,
}

/// How many subjects must pass.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BarReport {
    /// `any`, `all`, `none`, `share` (at least), `at_most`.
    pub kind: String,
    /// The share in percent, for `share` and `at_most`.
    pub threshold: Option<f64>,
}

impl BarReport {
    /// Whether it speaks about what must be absent or rare: a match counts against the criterion.
    pub fn counts_against(&self) -> bool {
        matches!(self.kind.as_str(), "none" | "at_most")
    }
}

/// How the subjects came out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Counts {
    /// Pass.
    pub pass: u64,
    /// Fail.
    pub fail: u64,
    /// Could not be judged.
    pub unknown: u64,
    /// Not spoken about.
    pub not_applicable: u64,
    /// Whether there may be more subjects than could be listed.
    pub unseen: bool,
}

/// A threshold in force.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ThresholdReport {
    /// Its name in the configuration.
    pub name: String,
    /// The value in force.
    pub value: f64,
    /// Its default.
    pub default: f64,
    /// Unit.
    pub unit: String,
    /// Why this default.
    pub reason: String,
}

/// What lifts a control to its next level.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Next {
    /// That level.
    pub level: Level,
    /// The criteria in the way, cheapest first.
    pub blocked_by: Vec<BlockedBy>,
}

/// A criterion in the way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BlockedBy {
    /// The criterion's full id.
    pub criterion: String,
    /// `unmet` or `unknown`.
    pub outcome: Outcome,
    /// How many more subjects must pass, as far as was seen; 0 where something must be seen or attested first.
    pub missing: u64,
    /// What to do.
    pub remedy: String,
    /// Work per subject.
    pub effort: Effort,
    /// ARNs of subjects that fail or are unknown, at most twenty.
    pub subjects: Vec<Arc<str>>,
    /// How many there are in all.
    pub subjects_total: u64,
}

/// A criterion held against one subject.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Finding {
    /// The criterion's full id.
    pub criterion: String,
    /// What it was held against.
    pub subject: FindingSubject,
    /// How it came out.
    pub result: Verdict,
    /// The facts that decided it, by name: each `{"value", "from": source id}` or `{"gap": gap id}`.
    pub facts: BTreeMap<String, Value>,
    /// Where the evidence lies in the bundle: the line of `evidence.jsonl`, counted from 1.
    pub evidence: String,
    /// Why it is unknown: gap ids, or `attestation`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<String>,
    /// Whether an attestation speaks for it: it was not seen, and counts as a pass.
    #[serde(default)]
    pub attested: bool,
    /// Whether a waiver excepts it.
    pub waived: bool,
}

/// A finding that is put together only when somebody wants to see it whole.
pub trait Judged: Serialize {
    /// How it came out.
    fn result(&self) -> Verdict;
    /// The criterion's full id.
    fn criterion(&self) -> String;
    /// All of it.
    fn into_finding(self) -> Finding;
}

impl Judged for Finding {
    fn result(&self) -> Verdict {
        self.result
    }

    fn criterion(&self) -> String {
        self.criterion.clone()
    }

    fn into_finding(self) -> Finding {
        self
    }
}

/// A subject with its kind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FindingSubject {
    /// The kind, for example `volume`.
    pub kind: String,
    /// Identity.
    #[serde(flatten)]
    pub subject: Subject,
}

/// A gap and what it hides.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GapReport {
    /// The gap.
    #[serde(flatten)]
    pub gap: Gap,
    /// Full ids of the criteria that have unknown or unseen subjects because of it.
    pub hides: Vec<String>,
}
