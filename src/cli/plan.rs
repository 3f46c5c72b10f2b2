//! `rung plan`.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use jiff::Timestamp;
use rung_collectors::aws::{Member, RoleOptions};
use tokio::sync::watch;

use super::{
    accounts::{AccountFlags, Wanted, of_members},
    latest,
    output::{Output, note},
    read_flags::ReadFlags,
    scan::{Stop, handed, listen, runtime},
};
use crate::{
    config::Flags,
    depot::Location,
    failure::{Exit, Failure},
    place::Place,
    plain::plain,
    scan::{
        Content, Handed, Input, Request,
        many::{Caller, Interrupted, ScanSums},
    },
    shards::{Calls, Carried, MOST, ShardPlan, by_calls, pack},
    unfinished::{Many, Plan},
};

const EXAMPLES: &str = "\
Examples:
  rung plan --org --region all --out s3://rung-scans/20261125      shards of about 20,000 calls each
  rung plan --accounts accounts.txt --shards 8 --out /mnt/plan
  rung plan --org --out s3://rung-scans/plans/20261125 --calls s3://rung-scans/calls    divided by what the night before took
  rung scan --plan s3://rung-scans/20261125 --shard 0              what the engine runs for each shard
  rung merge s3://rung-scans/20261125                              one report, when all have ended
shards.json in the plan's folder is the list for the item reader of Step Functions; an array job of AWS Batch or an indexed
job of Kubernetes takes the number of shards, which --format json prints.";

/// Calls of a shard, where nobody says how many shards there are.
const USUAL: u64 = 20_000;

/// Divide a scan of many accounts into shards that take about equally long, for an engine that runs many processes
///
/// How long an account takes is told by the calls that the last scan of it made. Every shard asks what the plan says, as of the
/// time of the plan.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    #[command(flatten)]
    accounts: AccountFlags,
    /// Folder for the plan and what its shards leave: a path, or s3://BUCKET/PREFIX. One plan, one folder
    #[arg(long, value_name = "URL")]
    out: Location,
    /// How many shards (default: as many as have --calls-of-shard calls each)
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=MOST as i64))]
    shards: Option<u16>,
    /// Calls that a shard should have, where nobody says how many shards there are
    #[arg(long, value_name = "N", default_value_t = USUAL, conflicts_with = "shards", value_parser = clap::value_parser!(u64).range(1..))]
    calls_of_shard: u64,
    /// Folder or s3://BUCKET/PREFIX of calls.json, which tells how many calls each account takes: `rung merge` of this plan counts them there
    /// for the next one
    #[arg(long, value_name = "URL")]
    calls: Option<Location>,
    /// A stored scan that tells it: a bundle, an id, or `latest` (default: the newest one on this machine)
    #[arg(long, value_name = "SCAN")]
    measured_by: Option<PathBuf>,
    /// Any word of an engine's run: a retry with the same word gets the plan that is there already, in place of an error
    #[arg(long, value_name = "ID")]
    run_id: Option<String>,
    #[command(flatten)]
    read: ReadFlags,
    #[command(flatten)]
    set: Flags,
    /// What to print
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Format {
    Text,
    Json,
}

/// Plans.
pub(super) fn run(args: &Args) -> Result<Exit, Failure> {
    let config = latest::config(&args.set)?;
    let (wanted, role) = args.accounts.wanted()?;
    if wanted == Wanted::Own {
        return Err(Failure::usage("which accounts? Name them with --org or --accounts FILE; one alone needs no plan"));
    }
    let register = config.register.as_deref().map(register).transpose()?;
    let stored = stored(args)?;
    let (stop, stopped) = watch::channel(false);
    let runtime = runtime()?;
    runtime.spawn(listen(stop, Stop::Person));
    runtime.block_on(async {
        let calls = counted(args, stored).await?;
        let place = Place::create(&args.out).await?;
        let mut scan = Plan::new(config.settings, Timestamp::now());
        scan.regions.clone_from(&args.read.regions);
        scan.metrics = args.read.metrics();
        scan.sql_digests = args.read.sql_digests;
        let caller = Caller::connect(&request(args, &scan), &stopped).await?;
        let members = members(&caller, wanted).await?;
        let mut plan = planned(args, scan, &caller, &role, members, &calls)?;
        if let (Some((handed, text)), Some(account)) = (register, plan.register_of.clone()) {
            plan.register = Some(Carried::of(&handed, text, &account, plan.began()).await);
        }
        plan.asked = caller.described(&ScanSums::default(), Interrupted(false)).calls;
        let plan = plan.put(&place).await?;
        tell(args, &place, &plan, &calls)
    })
}

fn request(args: &Args, scan: &Plan) -> Request {
    Request {
        profile: args.read.profile.clone(),
        regions: args.read.regions.clone(),
        metrics: scan.metrics,
        timeout: Duration::from_secs(30),
        now: Some(scan.started_at),
        ..Request::new(Input::Aws)
    }
}

/// The debt register, and what stands in it where it is a file.
fn register(location: &str) -> Result<(Handed, Option<String>), Failure> {
    let handed = handed(location)?;
    let text = match &handed.content {
        Content::S3 { .. } => None,
        Content::Local(_) => {
            let path = Path::new(location);
            Some(std::fs::read_to_string(path).map_err(|error| Failure::file("read", path, &error))?)
        }
    };
    Ok((handed, text))
}

/// Calls by account, as a stored scan counted them. Without --measured-by only one on this machine is asked: to fetch one from a bucket
/// may take longer than the scan.
fn stored(args: &Args) -> Result<Option<Calls>, Failure> {
    let bundle = match &args.measured_by {
        Some(named) => latest::named(named)?,
        None if args.calls.is_some() || latest::depot()?.bucket().is_some() => return Ok(None),
        None => match latest::bundle(None) {
            Ok(bundle) => bundle,
            // That none is stored, or that it cannot be read, makes shards less even, nothing worse.
            Err(_) => return Ok(None),
        },
    };
    Ok(Some(Calls::of(bundle.assessment_accounts()?)))
}

/// Calls by account, as far as anybody counted them.
async fn counted(args: &Args, stored: Option<Calls>) -> Result<Calls, Failure> {
    let mut calls = stored.unwrap_or_default();
    if let Some(location) = &args.calls {
        calls.or(Calls::read(&Place::create(location).await?).await?);
    }
    Ok(calls)
}

async fn members(caller: &Caller, wanted: Wanted) -> Result<Vec<Member>, Failure> {
    match wanted {
        Wanted::Own => Ok(Vec::new()),
        Wanted::Listed(members) => Ok(members),
        Wanted::Organization(selection) => {
            let (members, left_out) = caller.members(&selection).await.map_err(|error| of_members(&error))?;
            left_out.iter().for_each(|words| note(&format!("{}: not active", plain(words))));
            Ok(members)
        }
    }
}

fn planned(
    args: &Args,
    mut scan: Plan,
    caller: &Caller,
    role: &RoleOptions,
    members: Vec<Member>,
    calls: &Calls,
) -> Result<ShardPlan, Failure> {
    if members.is_empty() {
        return Err(Failure::usage("no account is left: --org-unit, --org-tag and --exclude choose none"));
    }
    let measured = |id: &str| calls.get(id);
    let shards = match args.shards {
        Some(shards) => pack(members, shards.into(), measured),
        None => by_calls(members, args.calls_of_shard, measured),
    };
    scan.caller = Some(caller.account.id.to_string());
    scan.many = Some(Many::new(role, Some(&[])));
    let mut plan = ShardPlan::new(scan, &caller.account.id, &caller.account.partition, shards);
    plan.run.clone_from(&args.run_id);
    plan.calls = args.calls.as_ref().map(|location| location.written().to_string_lossy().into_owned());
    Ok(plan)
}

fn tell(args: &Args, place: &Place, plan: &ShardPlan, calls: &Calls) -> Result<Exit, Failure> {
    let accounts: usize = plan.items(place).iter().map(|item| item.accounts).sum();
    let largest = plan.shards.iter().map(|shard| shard.calls).max().unwrap_or_default();
    let shards = plan.shards.len();
    Output::Stdout.write(|out| match args.format {
        Format::Json => {
            serde_json::to_writer(&mut *out, &plan.told(place))?;
            writeln!(out)
        }
        Format::Text => {
            writeln!(out, "{accounts} accounts in {shards} shards, the largest of about {largest} calls: {place}")?;
            if calls.is_empty() {
                let words =
                    "Nobody has counted the calls of these accounts yet: each was taken to need as many as any other.";
                writeln!(out, "{words}")?;
            }
            writeln!(out, "Scan each with  rung scan --plan {place} --shard N  (N from 0 to {})", shards - 1)?;
            writeln!(out, "and then        rung merge {place}")
        }
    })?;
    Ok(Exit::Done)
}
