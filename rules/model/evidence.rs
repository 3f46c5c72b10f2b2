//! Evidence: what was seen about one subject.

use std::sync::Arc;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Gap, GapId, SourceRecord, Tags};
use crate::facts::{Facts, Kind};

/// What evidence is about. Identity is the ARN; names are for people only.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Subject {
    /// The ARN, or, where AWS gives none, one of the same form that `rung` composes.
    pub arn: Arc<str>,
    /// Account id (12 digits).
    pub account: Arc<str>,
    /// Region; `global` for what has none.
    pub region: Arc<str>,
    /// What people call it: the `Name` tag or the resource's own name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Arc<str>>,
    /// Its tags, where the listing call returns them.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
    /// Why its tags are not known, where the scope needs them and they could not be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tags_gap: Option<GapId>,
}

/// What was seen about one subject.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Evidence {
    /// What it is about.
    pub subject: Subject,
    /// The typed facts; their `kind` says which.
    #[serde(flatten)]
    pub facts: Facts,
}

/// Subjects of one kind that could not be listed in one account and region: there may be any number of them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Unseen {
    /// The kind of subject.
    pub kind: Kind,
    /// Account.
    pub account: Arc<str>,
    /// Region, or `global`.
    pub region: Arc<str>,
    /// Why they could not be listed.
    pub gap: GapId,
}

/// Everything a scan saw.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct EvidenceSet {
    /// When the scan began: "today" for every rule about age.
    pub now: Timestamp,
    /// Accounts scanned, whether or not anything was seen in them.
    pub accounts: Vec<Arc<str>>,
    /// What was seen, ordered by account, region, kind and ARN.
    pub evidence: Vec<Evidence>,
    /// What could not be listed.
    pub unseen: Vec<Unseen>,
    /// Every gap, by id.
    pub gaps: Vec<Gap>,
    /// Every source, by id.
    pub sources: Vec<SourceRecord>,
}

impl EvidenceSet {
    /// Puts everything into the one order that makes assessments comparable byte for byte.
    pub fn sort(&mut self) {
        fn key(evidence: &Evidence) -> (&str, &str, Kind, &str) {
            let Subject { account, region, arn, .. } = &evidence.subject;
            (account, region, evidence.facts.kind(), arn)
        }
        self.evidence.sort_by(|a, b| key(a).cmp(&key(b)));
        // By account first everywhere: so the accounts of an organisation, put one behind the other, are in order.
        self.unseen.sort_by(|a, b| (&a.account, &a.region, a.kind, a.gap).cmp(&(&b.account, &b.region, b.kind, b.gap)));
        self.unseen.dedup();
        self.gaps.sort_by(|a, b| (&a.account, a.id).cmp(&(&b.account, b.id)));
        self.gaps.dedup_by_key(|gap| gap.id);
        self.sources.sort_by(|a, b| (&a.account, a.id).cmp(&(&b.account, b.id)));
    }
}
