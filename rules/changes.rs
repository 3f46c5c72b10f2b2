//! What changed between two scans, and why.
//!
//! That a level fell is seen by comparing two numbers; why it fell is not. So the scan before is led over to the scan after in steps
//! that change one thing each: the rules, the thresholds, the scope, the attestations, the waivers, the date, the resources, and last
//! what could be seen. Whatever comes out otherwise after a step does so because of what that step changed. A verdict, an outcome or a
//! level that a later step takes back has not changed.

mod account;
mod compare;
mod criteria;
mod criterion;
mod facts;
mod gaps;
mod one;
mod path;
mod people;
mod phrases;
mod plan;
mod settings;
mod state;
mod subjects;
mod through;
mod verdicts;
mod words;

#[cfg(test)]
mod tests;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::model::{Control, Gap, Level, Outcome, Verdict};

pub use compare::Comparison;
pub use plan::{Plan, Side};
pub use state::Stored;
pub use verdicts::Verdicts;

/// The version of this format.
pub const SCHEMA: &str = "rung/changes/v1";

/// Subjects that are listed under a criterion; the rest is counted.
pub const LISTED_SUBJECTS: usize = 20;
/// Gaps that are listed; the rest is counted.
pub const LISTED_GAPS: usize = 50;

/// What changed between two scans, and why.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Changes {
    /// Always `rung/changes/v1`.
    pub schema: String,
    /// The scan before.
    pub before: ScanRef,
    /// The scan after.
    pub after: ScanRef,
    /// What a reader has to know of the comparison, in a sentence each: for example that the order in time is the other way round.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// The pillar's confirmed level.
    pub pillar: PillarChange,
    /// All ten controls, in the model's order.
    pub controls: Vec<ControlChange>,
    /// Criteria of which anything changed.
    pub criteria: Vec<CriterionChange>,
    /// Findings, counted by what became of them.
    pub findings: FindingCounts,
    /// What is not seen any more, and what is seen now.
    pub gaps: GapChanges,
    /// What people set otherwise, and the rules.
    pub settings: Vec<SettingChange>,
}

/// One of the two scans.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ScanRef {
    /// Its id.
    pub id: String,
    /// When it began.
    pub started_at: Timestamp,
    /// The version of the program that assessed it.
    pub rung: String,
}

/// Why something came out otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChangeCause {
    /// A resource appeared, is gone, or its facts changed.
    Resource,
    /// The program judges otherwise, on the same evidence.
    Rule,
    /// A threshold was set otherwise.
    Threshold,
    /// Other resources count.
    Scope,
    /// Something was seen in one scan and not in the other; whether it changed is not known.
    Coverage,
    /// An attestation was added, withdrawn, changed, or ended.
    Attestation,
    /// A waiver was added, withdrawn, changed, or ended.
    Waiver,
    /// A date passed: nothing else changed.
    Time,
}

/// The pillar's level in both scans.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PillarChange {
    /// Confirmed level before.
    pub before: Option<Level>,
    /// Confirmed level after.
    pub after: Option<Level>,
    /// Why it changed; empty where it did not.
    #[serde(default)]
    pub causes: Vec<ChangeCause>,
    /// The same in a sentence.
    #[serde(default)]
    pub why: String,
}

/// Where a control stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Standing {
    /// Confirmed level.
    pub confirmed: Level,
    /// Possible level: unknown counted as met.
    pub possible: Level,
    /// Confirmed level without what waivers except; absent where none excepts anything, or where all is excepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub with_waivers: Option<Level>,
    /// Whether waivers except all of it, so that nothing is left to judge.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub all_waived: bool,
}

impl Standing {
    /// The confirmed level that counts, what waivers except set aside; none where they except all of it.
    pub fn counted(self) -> Option<Level> {
        if self.all_waived { None } else { Some(self.with_waivers.unwrap_or(self.confirmed)) }
    }
}

/// Which way a control went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// The confirmed level is higher.
    Rose,
    /// The confirmed level is lower.
    Fell,
    /// Both levels are as they were; or it applies in one of the scans only.
    Same,
    /// The confirmed level is as it was, the possible one higher.
    Wider,
    /// The confirmed level is as it was, the possible one lower.
    Narrower,
}

/// A control in both scans.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ControlChange {
    /// `WAF-PERF-090`.
    pub control: Control,
    /// Its name.
    pub title: String,
    /// Where it stood; absent where it did not apply.
    pub before: Option<Standing>,
    /// Where it stands; absent where it does not apply.
    pub after: Option<Standing>,
    /// Which way it went.
    pub direction: Direction,
    /// Why, first what counted most; empty where nothing changed.
    pub causes: Vec<ChangeCause>,
    /// Why, in one sentence.
    pub why: String,
}

/// A criterion of which something changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CriterionChange {
    /// Its full id.
    pub criterion: String,
    /// Its control.
    pub control: Control,
    /// The level it belongs to.
    pub level: Level,
    /// What it came to; absent where the rules of that scan did not have it.
    pub before: Option<Outcome>,
    /// What it comes to; absent where the rules do not have it any more.
    pub after: Option<Outcome>,
    /// Why; causes of the outcome where that changed, else of what changed below it.
    pub causes: Vec<ChangeCause>,
    /// Why, in one sentence.
    pub why: String,
    /// Subjects that came out otherwise, the worse first; at most twenty.
    pub subjects: Vec<SubjectChange>,
    /// How many there are in all.
    pub subjects_total: u64,
}

/// A subject that came out otherwise.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SubjectChange {
    /// Its ARN.
    pub arn: String,
    /// What people call it.
    pub name: Option<String>,
    /// Its kind, for example `volume`.
    pub kind: String,
    /// Account id.
    pub account: String,
    /// Region; `global` for what has none.
    pub region: String,
    /// How it came out; absent where it was not there, or did not count.
    pub before: Option<Verdict>,
    /// How it comes out; absent where it is not there, or does not count.
    pub after: Option<Verdict>,
    /// Why.
    pub cause: ChangeCause,
    /// The facts that differ.
    pub facts: Vec<FactChange>,
}

/// A fact that differs: its value, `{"gap": id}` where it could not be read, null where there is none or the subject was not there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FactChange {
    /// Its name.
    pub name: String,
    /// In the scan before.
    pub before: Option<Value>,
    /// In the scan after.
    pub after: Option<Value>,
}

/// Findings by what became of them. What a criterion does not speak about is not counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FindingCounts {
    /// Of subjects that were not there, or did not count.
    pub appeared: u64,
    /// Of subjects that are not there any more, or do not count.
    pub gone: u64,
    /// Come out better.
    pub better: u64,
    /// Come out worse.
    pub worse: u64,
    /// Were unknown, or of subjects that could not be listed, and are decided now.
    #[serde(default)]
    pub seen: u64,
    /// Were decided, and are unknown now, or of subjects that could not be listed.
    #[serde(default)]
    pub hidden: u64,
    /// The criterion speaks about the subject in one of the scans only.
    #[serde(default)]
    pub otherwise: u64,
    /// As they were.
    pub same: u64,
}

/// Gaps in one scan and not in the other; those that hide something first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct GapChanges {
    /// Not seen any more; at most fifty.
    pub opened: Vec<Gap>,
    /// How many there are in all.
    pub opened_total: u64,
    /// Seen now; at most fifty.
    pub closed: Vec<Gap>,
    /// How many there are in all.
    pub closed_total: u64,
}

/// What was set otherwise.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SettingChange {
    /// Of which sort.
    pub what: Setting,
    /// Which: the threshold's name, the control, the criterion.
    pub name: String,
    /// In the scan before; nothing where it was not set.
    pub before: Option<Value>,
    /// In the scan after; nothing where it is not set.
    pub after: Option<Value>,
    /// The same in a sentence.
    pub why: String,
}

/// A sort of setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Setting {
    /// A threshold.
    Threshold,
    /// The level a control is wanted at.
    Target,
    /// Which resources count.
    Scope,
    /// An attestation.
    Attestation,
    /// A waiver.
    Waiver,
    /// The program's own rules.
    Rules,
}

/// A control that stands lower than before, what waivers except set aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Regressed<'c> {
    /// The control in both scans.
    pub change: &'c ControlChange,
    /// The level that counted before.
    pub before: Level,
    /// The level that counts now.
    pub after: Level,
}

impl Regressed<'_> {
    /// Whether it is lower only because less could be seen: whether it became worse is not known.
    pub fn is_unseen(&self) -> bool {
        self.change.causes == [ChangeCause::Coverage]
    }
}

impl ChangeCause {
    /// In words, for example in a column.
    pub fn words(self) -> &'static str {
        match self {
            ChangeCause::Resource => "resource",
            ChangeCause::Rule => "rule",
            ChangeCause::Threshold => "threshold",
            ChangeCause::Scope => "scope",
            ChangeCause::Coverage => "coverage",
            ChangeCause::Attestation => "attestation",
            ChangeCause::Waiver => "waiver",
            ChangeCause::Time => "time",
        }
    }
}

impl Changes {
    /// Controls whose confirmed level fell.
    pub fn fallen(&self) -> impl Iterator<Item = &ControlChange> {
        self.controls.iter().filter(|control| control.direction == Direction::Fell)
    }

    /// Controls that stand lower than before, what waivers except set aside. What did not apply, or does not any more, has not fallen.
    pub fn regressed(&self) -> impl Iterator<Item = Regressed<'_>> {
        let counted = |standing: Option<Standing>| standing.and_then(Standing::counted);
        self.controls.iter().filter_map(move |change| {
            let (before, after) = (counted(change.before)?, counted(change.after)?);
            (after < before).then_some(Regressed { change, before, after })
        })
    }

    /// Controls whose confirmed level rose.
    pub fn risen(&self) -> impl Iterator<Item = &ControlChange> {
        self.controls.iter().filter(|control| control.direction == Direction::Rose)
    }

    /// Whether nothing changed at all.
    pub fn is_nothing(&self) -> bool {
        self.pillar.before == self.pillar.after
            && self.controls.iter().all(|control| control.causes.is_empty() && control.before == control.after)
            && self.criteria.is_empty()
            && self.settings.is_empty()
            && self.gaps.opened_total + self.gaps.closed_total == 0
    }
}
