//! `rung diff`.

use std::path::PathBuf;

use super::{demands::fail_on_worse, latest, output::Output};
use crate::{
    bundle::Bundle,
    changes::between,
    failure::{Exit, Failure},
    report::diff::{Format, write},
};

const EXAMPLES: &str = "\
Examples:
  rung diff                                     the newest scan against the one before it
  rung diff BUNDLE                              a scan against the one it is chained to
  rung diff 20261118T020000Z latest             two stored scans, by id
  rung diff BEFORE AFTER --format md            for a pull request
  rung diff BEFORE AFTER --format json -o -     for a program: `rung controls --schema changes`
  rung diff BEFORE AFTER --fail-on-worse        exit code 1 when a confirmed level fell";

/// Tell what changed between two scans, and why
///
/// A level that rose or fell names its cause: a resource, a rule or threshold, the scope, what could be seen, an attestation or a waiver, or
/// only the date. The evidence of the first scan is held against the rules and settings of the second, one change at a time, so that what
/// people set otherwise is told apart from what happened in the account. Works on stored scans, without AWS.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// The scan before: a bundle's folder, an id or `latest`. With one scan alone: the scan after
    #[arg(value_name = "BEFORE")]
    before: Option<PathBuf>,
    /// The scan after (with one scan alone: that one, against the scan it is chained to)
    #[arg(value_name = "AFTER")]
    after: Option<PathBuf>,
    /// What to print
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// Where to print it: a file, or - for standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Exit with 1 when a control is confirmed below where it stood, waivers counted, as `rung scan --no-regression` does
    #[arg(long)]
    fail_on_worse: bool,
}

/// Compares them.
pub(super) fn run(args: &Args) -> Result<Exit, Failure> {
    let (before, after) = bundles(args)?;
    let output = Output::prepare(args.output.as_deref())?;
    let changes = between(&before, &after)?;
    output.write(|out| write(args.format, &changes, out))?;
    if !args.fail_on_worse {
        return Ok(Exit::Done);
    }
    let judged = fail_on_worse(&changes);
    judged.tell(false);
    Ok(judged.exit())
}

fn bundles(args: &Args) -> Result<(Bundle, Bundle), Failure> {
    let after = match (&args.before, &args.after) {
        (Some(before), Some(after)) => return Ok((latest::named(before)?, latest::named(after)?)),
        (Some(alone), None) => latest::named(alone)?,
        _ => latest::bundle(None)?,
    };
    latest::fetch_before(&after)?;
    match after.before()? {
        Some(before) => Ok((Bundle::open(&before)?, after)),
        None => {
            let words = "is the first of its chain: name the scan that it is to be compared with";
            Err(Failure::usage(format!("the scan {} {words}", after.manifest.scan.id)))
        }
    }
}
