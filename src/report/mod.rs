//! Reports: one file a format, all from the same assessment.

mod asff;
pub mod console;
pub mod csv;
pub mod diff;
pub mod german;
pub mod history;
pub mod html;
pub mod json;
pub mod jsonl;
pub mod junit;
pub mod markdown;
mod ocsf;
pub mod rows;
mod sarif;
pub mod text;
pub mod wa_tool;
mod wafpass;

use std::{
    io::{self, Write},
    path::Path,
    time::Duration,
};

use clap::ValueEnum;
use rung_rules::{
    changes::Changes,
    model::{Assessment, Judged},
};

use crate::history::History;

pub use rows::Lots;
pub use wafpass::Project;

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
    /// A summary that fits a pull request
    Md,
    /// A suite a control, a case a criterion, for the gate of a pipeline
    Junit,
    /// OCSF Compliance Findings, JSON lines
    Ocsf,
    /// SARIF 2.1.0: what fails, and what is unknown
    Sarif,
    /// Requests of Security Hub's BatchImportFindings, one a line; nothing is sent
    Asff,
    /// wafpass-result.json, for the server of WAF++
    Wafpass,
    /// A flat row a finding, for DuckDB and Athena
    Jsonl,
}

/// What a report may mention besides the assessment.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rendering<'a> {
    /// Where the bundle is.
    pub bundle: Option<&'a Path>,
    /// How long the scan took.
    pub took: Option<Duration>,
    /// What changed since the scan before.
    pub changes: Option<&'a Changes>,
    /// The levels of the scans before.
    pub history: Option<&'a History>,
}

/// What a report shows of the scans before.
#[derive(Clone, Copy, Debug, Default)]
pub struct Earlier<'a> {
    /// What changed since the last of them.
    pub changes: Option<&'a Changes>,
    /// Their levels.
    pub history: Option<&'a History>,
}

impl<'a> Rendering<'a> {
    /// What it shows of the scans before.
    pub fn earlier(&self) -> Earlier<'a> {
        Earlier { changes: self.changes, history: self.history }
    }
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
        Format::Html => html::write(head, rendering.earlier(), findings, out),
        Format::Csv => csv::write(findings, out),
        Format::Md => markdown::write(head, rendering.changes, out),
        Format::Junit => junit::write(head, out),
        Format::Ocsf | Format::Sarif | Format::Asff | Format::Wafpass | Format::Jsonl => {
            rows(format, head, findings, &Project::default(), out)
        }
    }
}

/// Writes a format that has a row a finding.
pub fn rows(
    format: Format,
    head: &Head,
    findings: impl IntoIterator<Item: Judged>,
    project: &Project,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut lots = Lots::begin(format, head, project, out)?;
    lots.add(findings, &head.gaps)?;
    lots.end()
}
