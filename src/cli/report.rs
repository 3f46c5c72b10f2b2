//! `rung report`.

use std::path::PathBuf;

use super::output::Output;
use crate::{
    bundle::Bundle,
    failure::{Exit, Failure},
    report::{Format, Rendering},
};

const EXAMPLES: &str = "\
Examples:
  rung report BUNDLE                                the summary again
  rung report BUNDLE --format html -o report.html   one self-contained file; beside it the facts
                                                    of what is more than one file should hold
  rung report BUNDLE --format csv -o findings.csv   every finding, for a spreadsheet";

/// Render a stored scan again, as it was assessed then
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// The bundle: a folder that `rung scan` left
    bundle: PathBuf,
    /// What to print
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// Where to print it: a file, or - for standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Renders it.
pub(super) fn run(args: Args) -> Result<Exit, Failure> {
    let bundle = Bundle::open(&args.bundle)?;
    let output = Output::prepare(args.output.as_deref())?;
    let (head, findings) = bundle.assessment()?.with_findings(());
    let changes = bundle.changes()?;
    let rendering = Rendering { bundle: Some(&args.bundle), took: None, changes: changes.as_ref() };
    output.assessment(args.format, &head, findings, &rendering)?;
    Ok(Exit::Done)
}
