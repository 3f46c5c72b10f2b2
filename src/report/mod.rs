//! Reports: one file a format, all from the same assessment.

pub mod console;
pub mod csv;
pub mod html;
pub mod json;
pub mod text;

use std::{
    io::{self, Write},
    path::Path,
    time::Duration,
};

use clap::ValueEnum;
use rung_rules::model::{Assessment, Judged};

/// An assessment without its findings, which follow as a stream.
pub type Head = Assessment<()>;

/// What to print.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// A summary for people
    Text,
    /// The whole assessment, rung/assessment/v1
    Json,
    /// One self-contained file for a browser
    Html,
    /// Every finding, for a spreadsheet
    Csv,
}

/// What a report may mention besides the assessment.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rendering<'a> {
    /// Where the bundle is.
    pub bundle: Option<&'a Path>,
    /// How long the scan took.
    pub took: Option<Duration>,
}

/// Writes an assessment in a format.
pub fn write(
    format: Format,
    head: &Head,
    findings: impl IntoIterator<Item: Judged>,
    rendering: &Rendering<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    match format {
        Format::Text => text::write(head, rendering, out),
        Format::Json => json::write(&head.clone().with_findings(json::Stream::new(findings.into_iter())).0, out),
        Format::Html => html::write(head, findings, out),
        Format::Csv => csv::write(findings, out),
    }
}
