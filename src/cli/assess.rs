//! `rung assess`.

use std::path::PathBuf;

use rung_rules::{
    compose::{Parts, compose},
    model::{Settings, assess},
};

use super::output::Output;
use crate::{
    bundle::Bundle,
    config::{Config, Flags},
    failure::{Exit, Failure},
    report::{self, Format, Rendering},
};

const EXAMPLES: &str = "\
Examples:
  rung assess ~/.local/share/rung/scans/demo
  rung assess BUNDLE --config rung.toml             with today's scope, thresholds, attestations, waivers
  rung assess BUNDLE --format json -o today.json    today's rules on last year's evidence";

/// Hold today's rules against a stored bundle, without AWS
///
/// Scope, thresholds, attestations and waivers are those of the scan, unless a flag names others.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// The bundle: a folder that `rung scan` left
    bundle: PathBuf,
    #[command(flatten)]
    set: Flags,
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
    let mut set = bundle.evidence()?;
    let settings = settings(&args, &bundle)?;
    if !settings.scope.tags.is_empty() && !bundle.manifest.scan.scope.tags_read {
        rung_collectors::tags_not_asked(&mut set);
    }
    let assessed = assess(&set, &settings);
    let parts = Parts { set: &set, settings: &settings, assessed: &assessed, version: env!("CARGO_PKG_VERSION") };
    let (head, findings) = compose(parts, bundle.scan()?).with_findings(());
    let rendering = Rendering { bundle: Some(&args.bundle), took: None };
    output.write(|out| report::write(args.format, &head, findings.iter(), &rendering, out))?;
    Ok(Exit::Done)
}

/// What was set when it was scanned, unless a flag names something else.
fn settings(args: &Args, bundle: &Bundle) -> Result<Settings, Failure> {
    if !args.set.is_given() {
        return bundle.settings();
    }
    Ok(Config::load(&args.set)?.settings)
}
