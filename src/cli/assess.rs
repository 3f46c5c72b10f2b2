//! `rung assess`.

use std::path::PathBuf;

use rung_rules::{
    compose::{Parts, compose},
    model::{Thresholds, assess},
};

use super::output::Output;
use crate::{
    bundle::Bundle,
    failure::{Exit, Failure},
    report::{self, Format, Rendering},
};

const EXAMPLES: &str = "\
Examples:
  rung assess ~/.local/share/rung/scans/demo
  rung assess BUNDLE --format json -o today.json    today's rules on last year's evidence";

/// Hold today's rules against a stored bundle, without AWS
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

/// Runs the rules.
pub(super) fn run(args: Args) -> Result<Exit, Failure> {
    let bundle = Bundle::open(&args.bundle)?;
    let output = Output::prepare(args.output.as_deref())?;
    let set = bundle.evidence()?;
    let thresholds = Thresholds::default();
    let assessed = assess(&set, &thresholds);
    let parts = Parts { set: &set, assessed: &assessed, thresholds: &thresholds, version: env!("CARGO_PKG_VERSION") };
    let (head, findings) = compose(parts, bundle.manifest.scan.clone()).with_findings(());
    let rendering = Rendering { bundle: Some(&args.bundle), took: None };
    output.write(|out| report::write(args.format, &head, findings.iter(), &rendering, out))?;
    Ok(Exit::Done)
}
