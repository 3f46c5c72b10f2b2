//! Checklists and the audit list as other programs read them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Level, Outcome};

/// Whether a checklist's bar is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Reached {
    /// Enough items apply.
    Yes,
    /// Not enough could apply, whatever the unknown ones are.
    No,
    /// The unknown items decide, or the model's text does not.
    Undecided,
}

/// An item of a checklist.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ItemReport {
    /// Its id, in kebab case, unique over all lists.
    pub id: String,
    /// The model's words.
    pub text: String,
    /// What it comes to.
    pub outcome: Outcome,
    /// `all` or `any` of the criteria have to be met.
    pub formula: String,
    /// Full ids of the criteria behind it.
    pub criteria: Vec<String>,
}

/// A self-assessment checklist of the model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ChecklistReport {
    /// The level it is for.
    pub level: Level,
    /// Its items, in the model's order.
    pub items: Vec<ItemReport>,
    /// Items that apply to the organisation.
    pub met: u64,
    /// Items that do not.
    pub unmet: u64,
    /// Items that are not known.
    pub unknown: u64,
    /// Items about things that the account does not have; they count neither way.
    pub not_applicable: u64,
    /// Items that have to apply.
    pub needed: u64,
    /// Items in all.
    pub of: u64,
    /// Whether enough apply.
    pub reached: Reached,
    /// Why, in a sentence.
    pub why: String,
}
