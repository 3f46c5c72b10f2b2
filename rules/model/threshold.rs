//! Numbers that users may move, with their defaults and the reason for each default.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A number a criterion compares with.
#[derive(Debug)]
pub struct Threshold {
    /// Its name, unique over all controls: the control's number, a dot, a word. For example `090.new_volume_days`.
    pub name: &'static str,
    /// The value used unless the configuration says otherwise.
    pub default: f64,
    /// Unit of the value, for example `days`, `%`, `ms`.
    pub unit: &'static str,
    /// Why this default.
    pub reason: &'static str,
}

/// The values in force: those the configuration sets; defaults for the rest.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Thresholds {
    set: BTreeMap<String, f64>,
}

impl Thresholds {
    /// Values that replace defaults, by threshold name.
    pub fn new(set: BTreeMap<String, f64>) -> Self {
        Thresholds { set }
    }

    /// The value in force.
    pub fn value(&self, threshold: &Threshold) -> f64 {
        if self.set.is_empty() {
            return threshold.default;
        }
        self.set.get(threshold.name).copied().unwrap_or(threshold.default)
    }

    /// Whether the configuration replaced the default.
    pub fn is_changed(&self, threshold: &Threshold) -> bool {
        self.set.get(threshold.name).is_some_and(|value| *value != threshold.default)
    }
}
