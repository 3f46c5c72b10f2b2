//! Findings with their evidence, and gaps.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use super::FindingResult;
use crate::store::{Evidence, FindingRow, GapRow, NoEvidence, StoredFinding};

/// A criterion held against one subject.
#[derive(Serialize, ToSchema)]
pub(in super::super) struct Finding {
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
pub(in super::super) struct Findings {
    pub(in super::super) scan: String,
    pub(in super::super) findings: Vec<Finding>,
    pub(in super::super) page: i64,
    pub(in super::super) per_page: i64,
    /// How many the filter takes.
    pub(in super::super) total: i64,
}

/// The call that showed a fact.
#[derive(Serialize, ToSchema)]
pub(in super::super) struct Source {
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
pub(in super::super) struct Fact {
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
pub(in super::super) struct Earlier {
    scan: String,
    #[schema(format = DateTime)]
    started_at: String,
    result: FindingResult,
}

/// A finding with its evidence.
#[derive(Serialize, ToSchema)]
pub(in super::super) struct FindingDetail {
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
    pub(in super::super) fn new(scan: String, found: StoredFinding, evidence: Result<Evidence, NoEvidence>) -> Self {
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
pub(in super::super) struct Gap {
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
pub(in super::super) struct Gaps {
    pub(in super::super) scan: String,
    pub(in super::super) gaps: Vec<Gap>,
    pub(in super::super) page: i64,
    pub(in super::super) per_page: i64,
    /// How many there are in all.
    pub(in super::super) total: i64,
}
