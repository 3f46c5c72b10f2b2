//! `rung prune`.

use std::io::{self, Write};

use jiff::Timestamp;

use super::{
    latest::{self, wait},
    output::Output,
};
use crate::{
    config::Flags,
    depot::{Depot, Kept},
    failure::{Exit, Failure},
    plain::plain,
    retention::{self, Fate, Retained, Retention},
    store::{Store, StoreUrl},
};

const EXAMPLES: &str = "\
Examples:
  rung prune --dry-run                          what would go, what would stay, and why
  rung prune                                    remove what the rule does not keep
  rung prune --scans s3://our-scans/rung        in a bucket, and in its cache on this machine
The rule is [retention] of rung.toml: all_days = 90, months = 36, at_most. The newest bundle of an account, or of an organisation, always
stays. The store keeps levels and outcomes of what goes, for trends. `rung schedule run` does the same after each scan.";

/// Remove the bundles that retention does not keep
///
/// All of the last 90 days stay, then the last of each month for 36 months, unless [retention] in rung.toml says otherwise. Months are those
/// of UTC.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// Only tell what would be removed
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    set: Flags,
}

/// Prunes, and tells of each bundle.
pub(super) fn run(args: &Args) -> Result<Exit, Failure> {
    let rule = latest::config(&args.set)?.retention;
    let depot = latest::depot()?;
    let now = Timestamp::now();
    let bundles = match args.dry_run {
        true => wait(&depot, async |depot| retention::plan(depot, &rule, now).await)?,
        false => wait(&depot, async |depot| apply(depot, &rule, now).await)?.bundles,
    };
    let went = bundles.iter().filter(|(_, fate)| !fate.stays()).count();
    Output::Stdout.write(|out| {
        bundles.iter().try_for_each(|(kept, fate)| line(kept, *fate, &rule, out))?;
        let (verb, stay) = (if args.dry_run { "would be removed" } else { "removed" }, bundles.len() - went);
        writeln!(out, "{went} of {} bundles {verb}, {stay} stay", bundles.len())
    })?;
    Ok(Exit::Done)
}

async fn apply(depot: &Depot, rule: &Retention, now: Timestamp) -> Result<Retained, Failure> {
    let store = Store::open(&StoreUrl::find(depot.folder())?).await?;
    let done = retention::apply(depot, &store, rule, now).await;
    store.close().await;
    done
}

fn line(kept: &Kept, fate: Fate, rule: &Retention, out: &mut dyn Write) -> io::Result<()> {
    let verb = if fate.stays() { "keep  " } else { "remove" };
    let of = match kept.manifest.scan.accounts.as_slice() {
        [account] => account.clone(),
        several => format!("{} accounts", several.len()),
    };
    writeln!(out, "{verb}  {}  {}: {}", plain(&kept.shown()), plain(&of), fate.words(rule))
}
