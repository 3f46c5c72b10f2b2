//! `rung scan`.

use std::path::PathBuf;

use clap::ValueEnum;

mod begin;
mod exit;
mod job;
mod keeping;
mod many;
mod one;
mod shard;
mod since;
mod stored;
mod whole;

use super::{
    accounts::{self, AccountFlags},
    demands::{self, DemandFlags},
    output::ReportFlags,
    read_flags::ReadFlags,
};
use crate::{
    config::Flags,
    depot::Location,
    failure::{Exit, Failure},
};
pub(super) use begin::{Stop, depot, handed, listen, object, runtime, sign_key};
use exit::dollars;
use job::Job;
pub(super) use many::write as write_many;
pub(super) use since::fetch;
pub(super) use stored::{put, take_in};
pub(super) use whole::write as write_whole;

const EXAMPLES: &str = "\
Examples:
  rung scan --demo                            a recorded account, no credentials needed
  rung scan --profile audit --region all      every enabled region
  rung scan --format json -o - | jq .controls machine-readable, progress on stderr
  rung scan --fail-below 3 --fail-below 090=4 exit code 1 when a control is confirmed below 3, or 090 below 4
  rung scan --no-regression                   exit code 1 when a control stands lower than in the scan before
  rung scan --no-regression --against main    the same against a bundle that you name
  rung scan --record rec && rung scan --replay rec   keep the wire, scan it again offline
  rung scan --org --region all                every active account of the organisation, in one command
  rung scan --accounts accounts.txt --role-name audit --external-id team-4711
  rung scan --resume 20261125T020000Z         go on with a scan that was killed, interrupted or left without credentials";

/// Scan an account, or a whole organisation
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// Scan the recorded demo account that ships inside the binary
    #[arg(long, conflicts_with_all = ["profile", "replay", "record", "several"])]
    demo: bool,
    /// Go on with an unfinished scan: its id, or its bundle's folder. What it read is not asked again; accounts, regions and
    /// settings are its own
    #[arg(long, value_name = "ID", conflicts_with_all = [
        "demo", "replay", "record", "regions", "bundle", "org", "accounts", "config", "attestations", "waivers", "register", "sql_digests",
    ])]
    resume: Option<PathBuf>,
    /// Scan one shard of a plan, as `rung plan --out` put it there: a folder, or s3://BUCKET/PREFIX. Accounts, regions and settings are
    /// the plan's
    #[arg(long, value_name = "URL", conflicts_with_all = [
        "demo", "resume", "replay", "record", "regions", "bundle", "several", "config", "attestations", "waivers", "register", "sql_digests",
        "sign_key",
    ], help_heading = "One shard of a plan")]
    plan: Option<Location>,
    /// The shard's number, from 0 (default: AWS_BATCH_JOB_ARRAY_INDEX, or JOB_COMPLETION_INDEX)
    #[arg(long, value_name = "N", requires = "plan", help_heading = "One shard of a plan")]
    shard: Option<usize>,
    /// Scan the shard even if it is finished already
    #[arg(long, requires = "plan", help_heading = "One shard of a plan")]
    again: bool,
    #[command(flatten)]
    accounts: AccountFlags,
    /// Most accounts that are read at once
    #[arg(long, value_name = "N", default_value_t = 24, value_parser = clap::value_parser!(u16).range(1..=512), help_heading = accounts::HEADING)]
    accounts_at_once: u16,
    /// While the program holds more memory than this, in MiB, no further account is begun
    #[arg(long, value_name = "MIB", default_value_t = 2048, value_parser = clap::value_parser!(u32).range(64..), help_heading = accounts::HEADING)]
    max_memory: u32,
    #[command(flatten)]
    read: ReadFlags,
    /// Write each exchange with AWS into this new folder; credentials and secrets are left out
    #[arg(long, value_name = "DIR", conflicts_with = "several")]
    record: Option<PathBuf>,
    /// With --record: replace account ids, names, addresses and tag values by stable pseudonyms
    #[arg(long, requires = "record")]
    redact: bool,
    /// Answer from a recording instead of AWS; nothing is sent
    #[arg(long, value_name = "DIR", conflicts_with_all = ["profile", "record", "several"])]
    replay: Option<PathBuf>,
    #[command(flatten)]
    set: Flags,
    /// Folder for the bundle (default: the user's data folder)
    #[arg(long, value_name = "DIR")]
    bundle: Option<PathBuf>,
    /// Sign the bundle with this Ed25519 key: PEM, as `openssl genpkey -algorithm ed25519` writes it
    #[arg(long, value_name = "FILE", env = "RUNG_SIGN_KEY", hide_env_values = true)]
    sign_key: Option<PathBuf>,
    #[command(flatten)]
    report: ReportFlags,
    #[command(flatten)]
    demands: DemandFlags,
    /// Exit with 3 when anything could not be seen
    #[arg(long, help_heading = demands::HEADING)]
    require_complete: bool,
    /// Stop before more requests than this are sent, retries counted; what is not read is a gap
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    max_calls: Option<u64>,
    /// Stop before the list price of the calls exceeds this, in US dollars; what costs nothing goes on
    #[arg(long, value_name = "USD", value_parser = dollars)]
    max_cost: Option<f64>,
    /// Whether requests keep below the rates that AWS publishes, for each account, region and service (default: on; off with
    /// AWS_ENDPOINT_URL)
    #[arg(long, value_enum)]
    pace: Option<Switch>,
    /// Most calls in flight at once
    #[arg(long, value_name = "N", default_value_t = 32, value_parser = clap::value_parser!(u16).range(1..=512))]
    concurrency: u16,
    /// Most attempts of one call, when AWS throttles or fails
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u8).range(1..=30))]
    max_attempts: u8,
    /// Seconds that one attempt may take
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u16).range(1..=600))]
    timeout: u16,
    /// Seconds to wait, once credentials have ended, for somebody to renew them; 0 gives up at once
    #[arg(long, value_name = "SECONDS", default_value_t = 600, value_parser = clap::value_parser!(u32).range(..=86_400))]
    credential_wait: u32,
    /// Started by `rung serve`: the end of standard input stops the scan as Ctrl-C does
    #[arg(long, hide = true)]
    served: bool,
    /// No progress bar, no summary
    #[arg(short, long)]
    quiet: bool,
}

/// On or off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Switch {
    On,
    Off,
}

/// Runs the scan.
pub(super) fn run(args: Args) -> Result<Exit, Failure> {
    if let Some(plan) = &args.plan {
        return shard::run(&args, plan);
    }
    let job = match &args.resume {
        Some(id) => Job::resume(&args, id)?,
        None => Job::new(&args)?,
    };
    match job.is_of_many() {
        true => many::run(&args, job).map(|ran| ran.exit),
        false => one::run(&args, job),
    }
}
