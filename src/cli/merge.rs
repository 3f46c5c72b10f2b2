//! `rung merge`: one assessment of what the shards of a plan left.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use futures::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;

use super::{
    demands::{self, DemandFlags, Demands, Since},
    give_up::GivenUp,
    latest,
    output::{ReportFlags, note},
    scan,
};
use crate::{
    assembly::Decided,
    bundle::{Bundle, Draft, SameId},
    config::{Config, Flags},
    depot::{Depot, Location},
    failure::{Exit, Failure},
    lake,
    place::Place,
    plain::plain,
    progress::counting,
    report::Rendering,
    schedule::{Around, Finished, after::after},
    shards::{self, Calls, Merged, Merging, ShardPlan, take},
    store::{Store, StoreUrl, VARIABLE as STORE},
};

const EXAMPLES: &str = "\
Examples:
  rung merge s3://rung-scans/plans/20261125               into the stored scans
  rung merge s3://rung-scans/plans/20261125 --format html -o report.html
  rung merge /mnt/plan --bundle night --require-complete  exit code 3 where a shard is missing, or saw not all
  rung merge s3://rung-scans/plans/20261125 --lake s3://rung-scans/lake    for Athena and DuckDB too
  rung merge s3://rung-scans/plans/20261125 --notify      then tell whom rung.toml names, and remove bundles that need not be kept
What a shard left out is a gap of each of its accounts. Scan it again, and merge again.";

/// Shards that are named when they are missing.
const NAMED: usize = 10;
/// Shards' bundles that are fetched while one is read.
const AHEAD: usize = 4;

/// Put together what the shards of a plan left: one bundle, one report, as if one process had scanned all accounts
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// The plan's folder, as it was given to `rung plan --out`: a path, or s3://BUCKET/PREFIX
    plan: Location,
    /// Folder for the bundle (default: among the stored scans, by the plan's id)
    #[arg(long, value_name = "DIR")]
    bundle: Option<PathBuf>,
    /// Sign the bundle with this Ed25519 key: PEM, as `openssl genpkey -algorithm ed25519` writes it
    #[arg(long, value_name = "FILE", env = "RUNG_SIGN_KEY", hide_env_values = true)]
    sign_key: Option<PathBuf>,
    #[command(flatten)]
    report: ReportFlags,
    #[command(flatten)]
    demands: DemandFlags,
    /// Exit with 3 when a shard is missing, or anything could not be seen
    #[arg(long, help_heading = demands::HEADING)]
    require_complete: bool,
    /// Tell the receivers of rung.toml what is new, then remove bundles that need not be kept, as `rung schedule run` does
    #[arg(long, conflicts_with = "bundle")]
    notify: bool,
    /// Its name in messages
    #[arg(long, value_name = "NAME", default_value = "", hide_default_value = true, requires = "notify")]
    schedule: String,
    /// Put findings, evidence and gaps there too, for Athena and DuckDB: a folder or s3://BUCKET/PREFIX, the same every night
    #[arg(long, value_name = "URL")]
    lake: Option<Location>,
    #[command(flatten)]
    set: Flags,
    /// No progress, no summary
    #[arg(short, long)]
    quiet: bool,
}

/// Merges. Interrupted it leaves nothing: the shards are where they were.
pub(super) fn run(args: &Args) -> Result<Exit, Failure> {
    let given_up = GivenUp::default();
    given_up.or(merge(args, &given_up))
}

fn merge(args: &Args, given_up: &GivenUp) -> Result<Exit, Failure> {
    let config = latest::config(&args.set)?;
    if args.notify && config.notify.to.is_empty() {
        return Err(Failure::usage("--notify: the configuration names nobody to tell: add a [[notify.to]]"));
    }
    let key = args.sign_key.as_deref().map(scan::sign_key).transpose()?;
    let output = args.report.output()?;
    let runtime = scan::runtime()?;
    let (place, plan) = runtime.block_on(async {
        let place = Place::open(&args.plan).await?;
        let plan = ShardPlan::read(&place).await?;
        Ok::<_, Failure>((place, plan))
    })?;
    let settings = plan.scan.settings.clone();
    let demands = args.demands.check(&settings)?;
    let depot = scan::depot(args.bundle.is_none())?;
    let target = target(args, &depot, &plan);
    let draft = Draft::create(&target, false)?.signed_by(key).done_again();
    let scratch = draft.scratch()?;
    given_up.removes([draft.folder(), scratch.path()].map(Path::to_owned).into(), &runtime);
    let accounts = folder(scratch.path(), "accounts")?;
    let mut merging = shards::merge(&plan, &settings, &accounts);
    let shards = folder(scratch.path(), "shards")?;
    runtime.block_on(gather(&mut merging, &place, shards, given_up, args.quiet))?;
    tell_missing(&place, &merging);
    let mut merged = Merged::of(&plan, &merging);
    let calls = std::mem::take(&mut merging.calls);
    let (whole, told, accounts) = merging.end();
    let demands = demands.doubting(scan::fetch(&depot, &told, SameId::Itself));
    let (mut decided, since) = scan::write_whole(whole, &accounts, told, &settings, &draft, Some(&demands))?;
    let bundle = given_up.step(|| draft.finish(&decided.head.scan))?;
    let (changes, history) = (since.changes().cloned(), decided.history.clone());
    let rendering =
        Rendering { bundle: Some(&bundle), took: None, changes: changes.as_ref(), history: history.as_ref() };
    let printed = scan::write_many(args.report.format, args.quiet, &mut decided, &accounts, output, &rendering);
    // Of bundles in a bucket a store of this machine's own is a cache: whoever asks it fills it.
    if depot.bucket().is_none() || std::env::var_os(STORE).is_some() {
        scan::take_in(&bundle);
    }
    let kept = scan::put(&depot, &bundle);
    let exit = exit(args, &demands, &decided, &since);
    merged.ends(exit, &shown(&depot, &bundle), &decided.head);
    let told = Arc::new(Told { bundle, exit, began: plan.began(), merged, calls, wanted: plan.calls.clone() });
    // All that follows is tried, whatever fails before it.
    let put = runtime.block_on(told.put(&place));
    let lake = args.lake.as_ref().map_or(Ok(()), |lake| runtime.block_on(put_lake(&told.bundle, lake, args.quiet)));
    let notified = if args.notify { runtime.block_on(told.notify(args, config, &depot)) } else { Ok(()) };
    printed.and(kept).and(put).and(lake).and(notified).map(|()| exit)
}

/// Fetches what the shards left, some ahead, and adds it in the order of the shards.
async fn gather(
    merging: &mut Merging<'_>,
    place: &Place,
    scratch: PathBuf,
    given_up: &GivenUp,
    quiet: bool,
) -> Result<(), Failure> {
    let shards = merging.shards();
    let bar = counting("shards", shards, !quiet);
    let fetch = |number: usize| {
        let (place, scratch) = (place.clone(), scratch.clone());
        async move {
            let taken = tokio::spawn(async move { take(&place, number, &scratch).await }).await;
            let lost = |error| Failure::usage(format!("shard {number} could not be fetched: {error}"));
            Ok::<_, Failure>((number, taken.map_err(lost)??))
        }
    };
    let mut fetched = stream::iter(0..shards).map(fetch).buffered(AHEAD);
    while let Some((number, taken)) = fetched.try_next().await? {
        tokio::task::block_in_place(|| given_up.step(|| merging.add(number, taken)))?;
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(())
}

fn folder(scratch: &Path, name: &str) -> Result<PathBuf, Failure> {
    let folder = scratch.join(name);
    std::fs::create_dir(&folder).map_err(|error| Failure::file("create", &folder, &error))?;
    Ok(folder)
}

/// Where the bundle goes; one of an earlier merge of the plan stays, for it may have been told of.
fn target(args: &Args, depot: &Depot, plan: &ShardPlan) -> PathBuf {
    let named = |n: u32| if n == 1 { plan.id.clone() } else { format!("{}-{n}", plan.id) };
    let free = || (1..u32::MAX).map(|n| depot.folder().join(named(n))).find(|path| !path.exists());
    args.bundle.clone().or_else(free).unwrap_or_else(|| depot.folder().join(&plan.id))
}

fn exit(args: &Args, demands: &Demands, decided: &Decided<'_>, since: &Since) -> Exit {
    let judged = demands.judge(&decided.head, since);
    judged.tell(!args.quiet);
    let incomplete = decided.head.summary.gaps > 0 || !decided.head.scan.complete;
    if args.require_complete && incomplete { Exit::Incomplete } else { judged.exit() }
}

/// The merged scan for query engines.
async fn put_lake(bundle: &Path, lake: &Location, quiet: bool) -> Result<(), Failure> {
    let (bundle, place) = (Bundle::open(bundle)?, Place::create(lake).await?);
    let bar = counting("accounts in the lake", bundle.manifest.scan.accounts.len(), !quiet);
    let written = lake::write_showing(&bundle, &place, &bar).await;
    bar.finish_and_clear();
    let failed = |failure: Failure| failure.and("The merge is whole. `rung export lake` puts it there again.");
    written.map(drop).map_err(failed)
}

/// Where a bundle lies for others: in the bucket, where there is one.
fn shown(depot: &Depot, bundle: &Path) -> String {
    let name = bundle.file_name().unwrap_or_default().to_string_lossy();
    match depot.bucket() {
        Some(bucket) if bundle.parent() == Some(depot.folder()) => format!("{bucket}/{name}"),
        _ => bundle.display().to_string(),
    }
}

/// What is done with a merged scan.
struct Told {
    bundle: PathBuf,
    exit: Exit,
    began: Timestamp,
    merged: Merged,
    calls: Calls,
    wanted: Option<String>,
}

impl Told {
    /// Puts what the merge came to into the plan's folder, and the calls of the accounts where the next plan looks for them.
    async fn put(&self, place: &Place) -> Result<(), Failure> {
        self.merged.put(place).await?;
        let Some(wanted) = &self.wanted else { return Ok(()) };
        let location = wanted.parse().map_err(Failure::usage)?;
        self.calls.clone().add_to(&Place::create(&location).await?).await
    }

    /// Tells whom the configuration names, and lets go of what need not be kept.
    async fn notify(&self, args: &Args, config: Config, depot: &Depot) -> Result<(), Failure> {
        let store = Store::open(&StoreUrl::find(depot.folder())?).await?;
        let around = Around { config: Arc::new(config), flags: args.set.clone(), store, depot: depot.anew() };
        let (now, exit) = (Timestamp::now(), Some(self.exit as i32));
        let finished = Finished {
            schedule: args.schedule.clone(),
            planned: self.began,
            started: self.began,
            ended: now,
            exit,
            bundle: Some(self.bundle.clone()),
            lines: Vec::new(),
        };
        after(&finished, &around, now).await;
        around.store.close().await;
        Ok(())
    }
}

fn tell_missing(place: &Place, merging: &Merging<'_>) {
    tell_some(&merging.missing, place, "left no bundle that is whole: each account there is a gap");
    tell_some(&merging.incomplete, place, "ended early: what was not seen there is a gap");
}

fn tell_some(shards: &[usize], place: &Place, words: &str) {
    if shards.is_empty() {
        return;
    }
    let numbers: Vec<_> = shards.iter().take(NAMED).map(usize::to_string).collect();
    let more = shards.len().saturating_sub(NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let numbers = numbers.join(", ");
    let (shards, scans) = match shards {
        [number] => ("shard", format!("--shard {number} --again` scans it")),
        _ => ("shards", "--shard N --again` scans one".to_owned()),
    };
    note(&plain(&format!("{shards} {numbers}{more} {words}. `rung scan --plan {place} {scans}, then merge again")));
}
