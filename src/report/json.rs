//! JSON: the assessment as other programs read it, findings streamed.

use std::{
    cell::RefCell,
    io::{self, Write},
};

use rung_rules::model::Assessment;
use serde::{Serialize, Serializer};

/// Writes the assessment.
pub fn write<F: Serialize>(assessment: &Assessment<F>, mut out: impl Write) -> io::Result<()> {
    serde_json::to_writer(&mut out, assessment)?;
    out.write_all(b"\n")
}

/// Findings that are written as they come; once.
pub struct Stream<I>(RefCell<Option<I>>);

impl<I: Iterator<Item: Serialize>> Stream<I> {
    /// A stream of findings.
    pub fn new(findings: I) -> Self {
        Stream(RefCell::new(Some(findings)))
    }
}

impl<I: Iterator<Item: Serialize>> Serialize for Stream<I> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.take().into_iter().flatten())
    }
}
