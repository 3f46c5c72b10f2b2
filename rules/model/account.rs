//! The accounts of a scan: what became of each, and where it stands alone.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Assessed, Control, EvidenceSet, Level, Levels};

/// How far an account was read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AccountState {
    /// It was scanned; what of it could not be seen is in the gaps.
    #[default]
    Scanned,
    /// Its scan was interrupted: what was not read is in the gaps.
    Interrupted,
    /// It could not be entered: nothing of it was seen.
    NotEntered,
}

/// An account of a scan.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AccountReport {
    /// 12 digits.
    pub id: String,
    /// Its name in the organisation or in the file of accounts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its organisational unit, as a path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// How far it was read.
    pub state: AccountState,
    /// Why it was not entered: it could not be, or the scan was interrupted before. Absent where it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// Regions read.
    pub regions: Vec<String>,
    /// Levels of each control in this account alone; a control that does not apply there is absent.
    pub controls: BTreeMap<Control, Levels>,
    /// The pillar's level in this account alone.
    pub pillar: Option<Level>,
    /// The same with unknown counted as met.
    pub pillar_possible: Option<Level>,
    /// Subjects seen.
    pub subjects: u64,
    /// Gaps.
    pub gaps: u64,
    /// Requests answered.
    pub calls: u64,
    /// List price in US dollars.
    pub cost_usd: f64,
}

impl AccountReport {
    /// Whether anything of it was read. A scan that could not enter it did not, nor one that was interrupted before it was begun.
    pub fn was_entered(&self) -> bool {
        self.state != AccountState::NotEntered && self.why.is_none()
    }

    /// Where an account stands by its own evidence. `assessed` is decided for it alone.
    pub fn new(id: &str, set: &EvidenceSet, assessed: &Assessed<'_>) -> Self {
        let pillar = crate::pillar::pillar(assessed, &crate::checklists::of(assessed));
        let levels = |control: &super::ControlResult<'_>| Some((control.control, control.levels?));
        AccountReport {
            id: id.to_owned(),
            controls: assessed.controls.iter().filter_map(levels).collect(),
            pillar: pillar.level,
            pillar_possible: pillar.possible,
            subjects: set.evidence.len() as u64,
            gaps: set.gaps.len() as u64,
            ..AccountReport::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nothing_was_read_of_was_not_entered() {
        let entered = |state, why: Option<&str>| {
            AccountReport { state, why: why.map(str::to_owned), ..AccountReport::default() }.was_entered()
        };
        assert!(entered(AccountState::Scanned, None) && entered(AccountState::Interrupted, None));
        assert!(!entered(AccountState::NotEntered, Some("denied: no such role")));
        assert!(!entered(AccountState::NotEntered, None));
        assert!(!entered(AccountState::Interrupted, Some("cut short: interrupted before it was begun")));
    }
}
