//! The entry path as other programs read it.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Control, Outcome, Verdict};
use crate::facts::SqlDigest;

/// Where a step stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum StepState {
    /// Nothing is left of it.
    Done,
    /// Something is left to do.
    Open,
    /// What decides it could not be seen, or needs a person.
    Unknown,
    /// The account has nothing that it speaks about.
    NotApplicable,
}

/// A criterion behind a step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StepCriterion {
    /// Its full id.
    pub id: String,
    /// What it comes to.
    pub outcome: Outcome,
    /// Why, in a sentence: the evidence when the step is done.
    pub why: String,
}

/// A resource that an open step touches.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StepSubject {
    /// Its ARN.
    pub arn: Arc<str>,
    /// Its kind, for example `volume`.
    pub kind: String,
    /// Its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Arc<str>>,
    /// Its account.
    pub account: Arc<str>,
    /// Its region.
    pub region: Arc<str>,
    /// `fail` or `unknown`.
    pub result: Verdict,
    /// Full id of the criterion that it fails.
    pub criterion: String,
    /// What to do about it.
    pub action: String,
    /// Saving in US dollars a month at list price, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub saving_usd_month: Option<f64>,
}

/// The SQL digests of a database with most load.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TopQueries {
    /// Its ARN.
    pub arn: Arc<str>,
    /// Its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Arc<str>>,
    /// At most twenty, the most loading first.
    pub queries: Vec<SqlDigest>,
}

/// A two-week step of the model's entry path.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StepReport {
    /// `1-2` ... `11-12`.
    pub weeks: String,
    /// The model's words.
    pub action: String,
    /// The control it belongs to.
    pub control: Control,
    /// Where it stands.
    pub state: StepState,
    /// Why, in a sentence.
    pub why: String,
    /// The criteria behind it.
    pub criteria: Vec<StepCriterion>,
    /// Resources that it touches, the most rewarding first, at most fifty.
    pub subjects: Vec<StepSubject>,
    /// The queries that load databases most, where they were asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub top_queries: Vec<TopQueries>,
    /// How many there are in all.
    pub subjects_total: u64,
    /// Saving of all of them in US dollars a month at list price; absent where no price is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub saving_usd_month: Option<f64>,
}
