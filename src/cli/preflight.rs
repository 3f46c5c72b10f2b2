//! `rung preflight`.

use std::{path::PathBuf, time::Duration};

use clap::ValueEnum;
use tokio::sync::watch;

use super::{
    accounts::{AccountFlags, Wanted},
    output::Output,
    read_flags::ReadFlags,
    scan::{Stop, Switch, listen, runtime},
};
use crate::{
    config::Flags,
    failure::{Exit, Failure},
    preflight::{self, Accounts, Report, Request},
};

const ABOUT: &str = "\
Tell what a scan would be allowed to ask, before it is run: who is asking, in which regions, and for each read operation in
each region whether AWS lets it through. What is denied is named with the policy that denies it, the criteria that stay unknown
without it, and the way out. In the end: how many calls a scan makes at least, and their list price.

Each operation is tried by the smallest request that shows it: a dry run in EC2, one page of a list, one resource of that
list. Where there is no resource, a made-up one is asked for: AWS refuses it as unknown (allowed, as far as AWS tells) or as
denied. Only declared read operations are sent, paced like a scan's. One metric in each region costs 0.00001 USD.";

const EXAMPLES: &str = "\
Examples:
  rung preflight                                 what the credentials and region of your shell may ask
  rung preflight --profile audit --region all    every enabled region
  rung preflight --require-complete              exit code 3 when something is denied: before a scan in a pipeline
  rung preflight --org --role-name rung-read-only     each account of the organisation, and what is denied in how many
  rung preflight --format json -o - | jq '.accounts[].closed[] | {operation, cause, unlocks}'
  rung policy > rung-scan.json                   the policy that opens what the identity's own policies deny

Exit codes:
  0    everything was tried, or nothing asks for more (see --require-complete)
  2    usage, configuration or input is wrong
  3    something is denied or could not be found out, and --require-complete was given
  4    no usable credentials
  130  interrupted; what was not tried is named";

/// Tell what a scan may ask, what denied permissions hide, and what it will cost at least
#[derive(Debug, clap::Args)]
#[command(long_about = ABOUT, after_help = EXAMPLES)]
pub(super) struct Args {
    #[command(flatten)]
    read: ReadFlags,
    #[command(flatten)]
    accounts: AccountFlags,
    #[command(flatten)]
    set: Flags,
    /// What to print
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// Where to print it: a file, or - for standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Exit with 3 when anything is denied, or could not be found out
    #[arg(long)]
    require_complete: bool,
    /// Whether requests keep below the rates that AWS publishes (default: on; off with AWS_ENDPOINT_URL)
    #[arg(long, value_enum)]
    pace: Option<Switch>,
    /// Most calls in flight at once
    #[arg(long, value_name = "N", default_value_t = 32, value_parser = clap::value_parser!(u16).range(1..=512))]
    concurrency: u16,
    /// Most attempts of one call, when AWS throttles or fails
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u8).range(1..=30))]
    max_attempts: u8,
    /// Seconds that one attempt may take; all attempts of an operation together may take three times as long
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=600))]
    timeout: u16,
    /// No progress bar
    #[arg(short, long)]
    quiet: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    Text,
    Json,
}

/// Tries everything and tells.
pub(super) fn run(args: &Args) -> Result<Exit, Failure> {
    let config = super::latest::config(&args.set)?;
    let register = config.register.as_deref().and_then(|location| location.strip_prefix("s3://"));
    let register = register.map(super::scan::object).transpose()?;
    let (wanted, role) = args.accounts.wanted()?;
    let output = Output::prepare(args.output.as_deref())?;
    let request = Request {
        profile: args.read.profile.clone(),
        regions: args.read.regions.clone(),
        metrics: args.read.metrics(),
        tags: !config.settings.scope.tags.is_empty(),
        sql_digests: args.read.sql_digests,
        register,
        paced: args.pace.map(|pace| pace == Switch::On),
        concurrency: args.concurrency.into(),
        max_attempts: args.max_attempts.into(),
        timeout: Duration::from_secs(args.timeout.into()),
        progress: !args.quiet,
        past: super::latest::stored().map(|manifest| manifest.scan).collect(),
        accounts: match wanted {
            Wanted::Own => Accounts::Own,
            Wanted::Organization(selection) => Accounts::Selected(selection, role),
            Wanted::Listed(members) => Accounts::Listed(members, role),
        },
    };
    let stop = watch::channel(false);
    let report = runtime()?.block_on(async {
        tokio::spawn(listen(stop.0, Stop::Person));
        preflight::run(&request, stop.1).await
    })?;
    output.write(|out| match args.format {
        Format::Text => preflight::text::write(&report, out),
        Format::Json => {
            serde_json::to_writer_pretty(&mut *out, &report)?;
            writeln!(out)
        }
    })?;
    Ok(exit(args, &report))
}

fn exit(args: &Args, report: &Report) -> Exit {
    if !report.complete {
        Exit::Interrupted
    } else if args.require_complete && report.has_closed() {
        Exit::Incomplete
    } else {
        Exit::Done
    }
}
