//! `rung plan`.

use std::{collections::BTreeMap, path::PathBuf, time::Duration};

use jiff::Timestamp;
use rung_collectors::aws::{Member, RoleOptions};
use serde_json::json;
use tokio::sync::watch;

use super::{
    accounts::{AccountFlags, Wanted, of_members},
    latest,
    output::{Output, note},
    scan::{Stop, Switch, listen, runtime},
};
use crate::{
    config::{Config, Flags},
    failure::{Exit, Failure},
    plain::plain,
    scan::{Input, Request, many::Caller},
    place::Place,
    shards::{MOST, ShardPlan, pack},
    unfinished::{Many, Plan},
};

const EXAMPLES: &str = "\
Examples:
  rung plan --org --region all --out s3://rung-scans/20261125      shards of about 20,000 calls each
  rung plan --accounts accounts.txt --shards 8 --out /mnt/plan
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
    out: String,
    /// How many shards (default: as many as have about 20,000 calls each)
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=MOST as i64))]
    shards: Option<u16>,
    /// The scan that tells how many calls each account takes: a bundle, an id, or `latest` (default: the newest stored one)
    #[arg(long, value_name = "SCAN")]
    measured_by: Option<PathBuf>,
    /// Named profile of the AWS configuration (default: the SDK's credential chain)
    #[arg(long, value_name = "NAME")]
    profile: Option<String>,
    /// Region to scan; repeat for several, `all` for every enabled one (default: the profile's region)
    #[arg(long = "region", value_name = "REGION")]
    regions: Vec<String>,
    /// Whether CloudWatch metrics are asked for
    #[arg(long, value_enum, default_value = "on")]
    metrics: Switch,
    /// Ask Performance Insights for the 20 queries with most load of each database: digests, never SQL text
    #[arg(long)]
    sql_digests: bool,
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
    let config = Config::load(&args.set)?;
    let (wanted, role) = args.accounts.wanted()?;
    if wanted == Wanted::Own {
        return Err(Failure::usage("which accounts? Name them with --org or --accounts FILE; one alone needs no plan"));
    }
    let measured = measured(args)?;
    let (stop, stopped) = watch::channel(false);
    let runtime = runtime()?;
    runtime.spawn(listen(stop, Stop::Person));
    runtime.block_on(async {
        let place = Place::create(&args.out).await?;
        let mut scan = Plan::new(config.settings, Timestamp::now());
        scan.profile.clone_from(&args.profile);
        scan.regions.clone_from(&args.regions);
        scan.metrics = args.metrics == Switch::On;
        scan.sql_digests = args.sql_digests;
        scan.register = config.register;
        let caller = Caller::connect(&request(args, &scan), &stopped).await?;
        let members = members(&caller, wanted).await?;
        let plan = planned(args, scan, &caller, &role, members, &measured)?;
        plan.put(&place).await?;
        tell(args, &place, &plan, measured.len())
    })
}

fn request(args: &Args, scan: &Plan) -> Request {
    Request {
        profile: args.profile.clone(),
        regions: args.regions.clone(),
        metrics: scan.metrics,
        timeout: Duration::from_secs(30),
        now: Some(scan.started_at),
        ..Request::new(Input::Aws)
    }
}

/// Calls by account, as the last scan counted them.
fn measured(args: &Args) -> Result<BTreeMap<String, u64>, Failure> {
    let bundle = match &args.measured_by {
        Some(named) => latest::named(named)?,
        None => match latest::bundle(None) {
            Ok(bundle) => bundle,
            // That none is stored, or that it cannot be read, makes shards less even, nothing worse.
            Err(_) => return Ok(BTreeMap::new()),
        },
    };
    let accounts = bundle.assessment_accounts()?;
    Ok(accounts.into_iter().filter(|account| account.calls > 0).map(|account| (account.id, account.calls)).collect())
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
    measured: &BTreeMap<String, u64>,
) -> Result<ShardPlan, Failure> {
    if members.is_empty() {
        return Err(Failure::usage("no account is left: --org-unit, --org-tag and --exclude choose none"));
    }
    let size = |id: &str| measured.get(id).copied();
    let shards = match args.shards {
        Some(shards) => pack(members, shards.into(), size),
        None => {
            let one = pack(members.clone(), 1, size);
            let calls: u64 = one.iter().map(|shard| shard.calls).sum();
            let wanted = usize::try_from(calls.div_ceil(USUAL)).unwrap_or(MOST);
            pack(members, wanted.clamp(1, MOST), size)
        }
    };
    scan.caller = Some(caller.account.id.to_string());
    scan.many = Some(Many::new(role, Some(&[])));
    Ok(ShardPlan::new(scan, &caller.account.id, &caller.account.partition, shards))
}

fn tell(args: &Args, place: &Place, plan: &ShardPlan, measured: usize) -> Result<Exit, Failure> {
    let accounts: usize = plan.items(place).iter().map(|item| item.accounts).sum();
    let largest = plan.shards.iter().map(|shard| shard.calls).max().unwrap_or_default();
    let shards = plan.shards.len();
    Output::Stdout.write(|out| match args.format {
        Format::Json => {
            let told = json!({ "plan": place.to_string(), "id": plan.id, "shards": shards, "accounts": accounts });
            serde_json::to_writer(&mut *out, &told)?;
            writeln!(out)
        }
        Format::Text => {
            writeln!(out, "{accounts} accounts in {shards} shards, the largest of about {largest} calls: {place}")?;
            if measured == 0 {
                writeln!(
                    out,
                    "No scan of several accounts is stored: every account was taken to need as much as any other."
                )?;
            }
            writeln!(out, "Scan each with  rung scan --plan {place} --shard N  (N from 0 to {})", shards - 1)?;
            writeln!(out, "and then        rung merge {place}")
        }
    })?;
    Ok(Exit::Done)
}
