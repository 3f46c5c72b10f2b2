//! An event: one thing that somebody may want to hear of, in words, under a key by which it is told once.

use std::path::Path;

use jiff::Timestamp;
use rung_rules::{
    changes::Changes,
    model::{ControlReport, GapReport, Pillar, Scan},
};
use serde::{Deserialize, Serialize};

use crate::{bundle::Bundle, config::notify::EventKind, failure::Failure};

/// A night: one run of a schedule, or a scan that `rung notify send` names.
#[derive(Clone, Copy, Debug)]
pub struct Night<'a> {
    /// The schedule's name.
    pub schedule: &'a str,
    /// The exit code; none where the scan was killed, or nobody knows.
    pub exit: Option<i32>,
    /// The folder of the bundle, where it left one.
    pub bundle: Option<&'a Path>,
    /// The instant that it is of.
    pub planned: Timestamp,
    /// When it ended.
    pub ended: Timestamp,
    /// Its last lines.
    pub lines: &'a [String],
}

/// One thing to tell. It is kept as JSON until it is told, so that it can be told on a later night.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// Of which sort.
    pub kind: EventKind,
    /// The key by which it is told once.
    pub key: String,
    /// What happened, in a line.
    pub title: String,
    /// Why, in a sentence; may be empty.
    pub text: String,
    /// What it is about, one a line: resources, gaps, last lines.
    pub lines: Vec<String>,
    /// How many more lines there would be.
    pub more: u64,
}

/// What a night comes to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Events {
    /// What is to be told, the worse first.
    pub list: Vec<Event>,
    /// Keys of states that do not hold any more: when they come back they are told anew.
    pub over: Vec<String>,
}

/// What events are computed from: the head of an assessment, and what changed since the scan before.
#[derive(Clone, Debug)]
pub struct Seen {
    /// The head of the assessment.
    pub head: Head,
    /// What changed; nothing for the first of a chain.
    pub changes: Option<Changes>,
}

/// What is read of an assessment.
#[derive(Clone, Debug, Deserialize)]
pub struct Head {
    /// The scan.
    pub scan: Scan,
    /// The pillar.
    pub pillar: Pillar,
    /// The controls.
    pub controls: Vec<ControlReport>,
    /// What could not be seen.
    pub gaps: Vec<GapReport>,
}

impl Seen {
    /// Of a bundle, its digests checked.
    pub fn read(folder: &Path) -> Result<Self, Failure> {
        let bundle = Bundle::open(folder)?;
        Ok(Seen { head: bundle.of_assessment()?, changes: bundle.changes()? })
    }
}
