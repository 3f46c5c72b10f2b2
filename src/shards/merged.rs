//! What a merge came to, for engines: they cannot read what a task prints.

use std::collections::BTreeMap;

use rung_rules::model::{Assessment, Control, ControlReport, Level};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Merging, ShardPlan};
use crate::{
    failure::{Exit, Failure},
    place::Place,
};

const SCHEMA: &str = "rung/merged/v1";
/// Its name in the plan's folder.
const NAME: &str = "merged.json";

/// What a merge came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Merged {
    schema: String,
    /// The exit code.
    pub exit: i32,
    /// The scan's id.
    pub id: String,
    /// Where the bundle lies.
    pub bundle: String,
    /// Whether every shard was read to its end.
    pub complete: bool,
    /// How many shards the plan has.
    pub shards: usize,
    /// Shards that left no bundle, or none that holds together.
    pub missing: Vec<usize>,
    /// Shards that were interrupted.
    pub incomplete: Vec<usize>,
    /// How many calls could not be answered.
    pub gaps: u64,
    /// Levels by control.
    pub levels: BTreeMap<Control, Levels>,
}

/// Levels of a control; none where it does not apply or is not assessed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Levels {
    /// Proven.
    pub confirmed: Option<Level>,
    /// Proven if all that is unknown were met.
    pub possible: Option<Level>,
}

impl Merged {
    /// What is known before the assessment.
    pub fn of(plan: &ShardPlan, merging: &Merging<'_>) -> Self {
        Merged {
            schema: SCHEMA.to_owned(),
            exit: 0,
            id: plan.id.clone(),
            bundle: String::new(),
            complete: false,
            shards: plan.shards.len(),
            missing: merging.missing.clone(),
            incomplete: merging.incomplete.clone(),
            gaps: 0,
            levels: BTreeMap::new(),
        }
    }

    /// What is known at the end.
    pub fn ends<F>(&mut self, exit: Exit, bundle: &str, head: &Assessment<F>) {
        let levels = |control: &ControlReport| Levels { confirmed: control.confirmed, possible: control.possible };
        self.exit = exit as i32;
        bundle.clone_into(&mut self.bundle);
        self.complete = head.scan.complete;
        self.gaps = head.summary.gaps;
        self.levels = head.controls.iter().map(|control| (control.id, levels(control))).collect();
    }

    /// What the last merge of the plan put there.
    pub async fn read(place: &Place) -> Result<Value, Failure> {
        let told = |why: &str| Failure::usage(format!("{}: {why}", place.uri(NAME)));
        let bytes = place.get(NAME).await?.ok_or_else(|| told("the merge put nothing there"))?;
        serde_json::from_slice(&bytes).map_err(|error| told(&error.to_string()))
    }

    /// Puts it into the plan's folder.
    pub async fn put(&self, place: &Place) -> Result<(), Failure> {
        place.put_json(NAME, self).await
    }
}
