//! A criterion: one testable clause of one level of one control, as a value.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Bar, Control, Level, Outcome, Threshold, Thresholds};
use crate::facts::Test;

/// Who can decide a criterion.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// Observed from AWS.
    Observed,
    /// Attested by a person: no API shows it.
    Attested,
    /// Observed where AWS shows it, else attested.
    ObservedOrAttested,
}

/// How much work the remedy is for one subject. Orders what blocks a level: cheapest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Effort {
    /// A setting: one call, no downtime.
    Setting,
    /// A resource to add: an alarm, an endpoint, a policy.
    Resource,
    /// A change that wants a test before it goes live.
    Change,
    /// A practice of people: a document, a review, a process.
    Practice,
}

/// What the outcome is when the account has no subject the criterion speaks about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Nothing {
    /// Nothing to judge: the criterion does not count.
    NotApplicable,
    /// The clause is about having at least one: none is unmet.
    Unmet,
    /// The clause needs a person anyway.
    NeedsAttestation,
}

/// What a predicate may look at besides the subject's facts.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// When the evidence was read: "today" for ages.
    pub now: Timestamp,
    /// Thresholds in force.
    pub thresholds: &'a Thresholds,
}

impl Context<'_> {
    /// The value in force of a threshold.
    pub fn value(&self, threshold: &Threshold) -> f64 {
        self.thresholds.value(threshold)
    }

    /// Days from `then` to now; negative when `then` lies ahead.
    pub fn days_since(&self, then: Timestamp) -> f64 {
        self.now.duration_since(then).as_secs_f64() / 86_400.0
    }
}

/// One testable clause of one level of one control.
#[derive(Debug)]
pub struct Criterion {
    /// Short id in kebab case; unique in its control.
    pub id: &'static str,
    /// The level it belongs to: 2 to 5.
    pub level: Level,
    /// The words of the model's cell (or of the framework) it stands for.
    pub clause: &'static str,
    /// What must hold, in one sentence an auditor reads.
    pub statement: &'static str,
    /// Who can decide it.
    pub basis: Basis,
    /// Per kind of subject: which it applies to and what must hold. Empty for what only a person can say.
    pub tests: &'static [Test],
    /// How many of the subjects must pass.
    pub bar: Bar,
    /// What it comes to with no applicable subject.
    pub nothing: Nothing,
    /// The numbers it compares with, the bar's included.
    pub thresholds: &'static [&'static Threshold],
    /// The calls whose answers decide it, as `service:Operation` in IAM's spelling of the service.
    pub calls: &'static [&'static str],
    /// What lifts a failing subject.
    pub remedy: &'static str,
    /// How much work the remedy is.
    pub effort: Effort,
}

impl Criterion {
    /// `waf-perf-090.api.aws.gp3-for-new-volumes`.
    pub fn full_id(&self, control: Control) -> String {
        format!("waf-perf-{:03}.api.aws.{}", control.number(), self.id)
    }

    /// The outcome when there is no applicable subject and nothing is hidden.
    pub(crate) fn outcome_of_nothing(&self) -> Outcome {
        match self.nothing {
            Nothing::NotApplicable => Outcome::NotApplicable,
            Nothing::Unmet => Outcome::Unmet,
            Nothing::NeedsAttestation => Outcome::Unknown,
        }
    }
}
