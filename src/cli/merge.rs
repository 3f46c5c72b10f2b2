//! `rung merge`: one assessment of what the shards of a plan left.

use std::path::PathBuf;

use super::{
    latest,
    output::{Output, note},
    scan,
};
use crate::{
    bundle::{Draft, SignKey},
    failure::{Exit, Failure},
    report::{Format, Rendering},
    place::Place,
    shards::{self, ShardPlan},
};

const EXAMPLES: &str = "\
Examples:
  rung merge s3://rung-scans/20261125                     into the user's data folder
  rung merge s3://rung-scans/20261125 --format html -o report.html
  rung merge /mnt/plan --bundle night --require-complete  exit code 3 where a shard is missing, or saw not all
What a shard left out is a gap of each of its accounts. Scan it again, and merge again.";

/// Shards that are named when they are missing.
const NAMED: usize = 10;

/// Put together what the shards of a plan left: one bundle, one report, as if one process had scanned all accounts
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// The plan's folder, as it was given to `rung plan --out`: a path, or s3://BUCKET/PREFIX
    plan: String,
    /// Folder for the bundle (default: the user's data folder)
    #[arg(long, value_name = "DIR")]
    bundle: Option<PathBuf>,
    /// Sign the bundle with this Ed25519 key: PEM, as `openssl genpkey -algorithm ed25519` writes it
    #[arg(long, value_name = "FILE", env = "RUNG_SIGN_KEY", hide_env_values = true)]
    sign_key: Option<PathBuf>,
    /// What to print
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// Where to print it: a file, or - for standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Exit with 3 when a shard is missing, or anything could not be seen
    #[arg(long)]
    require_complete: bool,
    /// No progress, no summary
    #[arg(short, long)]
    quiet: bool,
}

/// Merges.
pub(super) fn run(args: &Args) -> Result<Exit, Failure> {
    let key = args.sign_key.as_deref().map(SignKey::read).transpose()?;
    let output = Output::prepare(args.output.as_deref())?;
    let runtime = scan::runtime()?;
    let (place, plan) = runtime.block_on(async {
        let place = Place::open(&args.plan).await?;
        let plan = ShardPlan::read(&place).await?;
        Ok::<_, Failure>((place, plan))
    })?;
    let target = args.bundle.clone().map_or_else(|| latest::scans().map(|scans| scans.join(&plan.id)), Ok)?;
    let draft = Draft::create(&target, false)?.signed_by(key);
    let scratch = draft.scratch()?;
    let folder = scratch.path().join("accounts");
    std::fs::create_dir(&folder).map_err(|error| Failure::file("create", &folder, &error))?;
    let settings = plan.scan.settings.clone();
    let mut merging = shards::merge(&plan, &settings, &folder);
    for number in 0..plan.shards.len() {
        runtime.block_on(merging.add(&place, number))?;
    }
    tell_missing(&place, &merging.missing);
    let (whole, scan, accounts) = merging.end();
    let mut decided = scan::write_whole(whole, &accounts, scan, &settings, &draft)?;
    let bundle = draft.finish(&decided.head.scan)?;
    let told = decided.changes.clone();
    let rendering = Rendering { bundle: Some(&bundle), took: None, changes: told.as_ref() };
    scan::write_many(args.format, args.quiet, &mut decided, &accounts, output, &rendering)?;
    let incomplete = decided.head.summary.gaps > 0 || !decided.head.scan.complete;
    Ok(if args.require_complete && incomplete { Exit::Incomplete } else { Exit::Done })
}

fn tell_missing(place: &Place, missing: &[usize]) {
    if missing.is_empty() {
        return;
    }
    let numbers: Vec<_> = missing.iter().take(NAMED).map(usize::to_string).collect();
    let more = missing.len().saturating_sub(NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    note(&format!(
        "shards {}{more} left no bundle: their accounts are gaps. `rung scan --plan {place} --shard N` scans one, then merge again",
        numbers.join(", ")
    ));
}
