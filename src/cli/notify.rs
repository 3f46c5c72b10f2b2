//! `rung notify`.

use std::{
    io::{self, Write},
    path::{Path, PathBuf},
};

use jiff::Timestamp;

use super::{
    latest,
    output::{Output, note},
};
use crate::{
    bundle::Bundle,
    config::{CONFIG, Config, Flags},
    failure::{Exit, Failure},
    notify::{self, Event, Night, Told},
    plain::plain,
    store::{Store, StoreUrl},
};

const EXAMPLES: &str = "\
Examples:
  rung notify test                     send every receiver of rung.toml a message
  rung notify test team                only the one of that name
  rung notify send --dry-run           what would be told of the newest scan, and to whom
  rung notify send                     tell it; what was told before is not told again
  rung scan --quiet; rung notify send --exit $?
                                       from cron or a pipeline: a scan that failed is told too";

/// Tell people what is new after a scan
///
/// Receivers stand in rung.toml, under [[notify.to]]: Slack-style webhooks, signed webhooks, e-mail, SNS. Each is told once of each event, and
/// of nothing when nothing is new. `rung schedule run` does it by itself after every night; these commands are for trying it out, and for
/// cron and pipelines.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Send a message to every receiver, or to one: can it be reached?
    Test(TestArgs),
    /// Tell what is new in a scan, and what is pending
    Send(SendArgs),
}

#[derive(Debug, clap::Args)]
struct TestArgs {
    /// The receiver's name in rung.toml (default: all of them)
    #[arg(value_name = "NAME")]
    name: Option<String>,
    #[command(flatten)]
    flags: Flags,
}

#[derive(Debug, clap::Args)]
struct SendArgs {
    /// The scan: a bundle's folder, an id or `latest` (default: the newest; none where --exit says that the scan failed)
    #[arg(value_name = "BUNDLE")]
    bundle: Option<PathBuf>,
    /// Print what would be told; send nothing and remember nothing
    #[arg(long)]
    dry_run: bool,
    /// The exit code that the scan ended with
    #[arg(long, value_name = "CODE", default_value_t = 0)]
    exit: i32,
    /// A name for it in messages, where several are sent to one receiver
    #[arg(long, value_name = "NAME", default_value = "", hide_default_value = true)]
    schedule: String,
    #[command(flatten)]
    flags: Flags,
}

/// Runs the command.
pub(super) fn run(args: &Args) -> Result<Exit, Failure> {
    let runtime = super::scan::runtime()?;
    match &args.command {
        Command::Test(args) => runtime.block_on(test(args)),
        Command::Send(args) => {
            // Looked for outside of the runtime: what lies in a bucket alone is fetched first.
            let (config, bundle) = (config(&args.flags)?, bundle(args)?);
            runtime.block_on(send(args, config, bundle))
        }
    }
}

fn config(flags: &Flags) -> Result<Config, Failure> {
    let config = latest::config(flags)?;
    if config.notify.to.is_empty() {
        let file = flags.config.as_deref().unwrap_or(Path::new(CONFIG)).display();
        return Err(Failure::usage(format!(
            "{file} names nobody to tell: add a [[notify.to]] (`rung init` writes an example, docs/notifications.md has more)"
        )));
    }
    Ok(config)
}

async fn test(args: &TestArgs) -> Result<Exit, Failure> {
    let config = config(&args.flags)?;
    let is_meant = |name: &str| args.name.as_deref().is_none_or(|own| own == name);
    let meant: Vec<_> = config.notify.to.iter().filter(|receiver| is_meant(&receiver.name)).collect();
    if meant.is_empty() {
        let names: Vec<_> = config.notify.to.iter().map(|receiver| receiver.name.as_str()).collect();
        return Err(Failure::usage(format!("no receiver is called that; there are: {}", names.join(", "))));
    }
    let mut failed = Vec::new();
    for receiver in meant {
        match notify::test(receiver, Timestamp::now()).await {
            Ok(()) => note(&format!("{}: taken", receiver.name)),
            Err(why) => failed.push(format!("{}: {why}", receiver.name)),
        }
    }
    if failed.is_empty() { Ok(Exit::Done) } else { Err(Failure::usage(failed.join("\n"))) }
}

type Meant = Option<(PathBuf, crate::bundle::Manifest)>;

async fn send(args: &SendArgs, config: Config, bundle: Meant) -> Result<Exit, Failure> {
    let now = Timestamp::now();
    let (planned, ended) = match &bundle {
        Some((_, manifest)) => (manifest.scan.started_at, manifest.scan.finished_at),
        None => (now, now),
    };
    let folder = bundle.as_ref().map(|(folder, _)| folder.as_path());
    let night = Night { schedule: &args.schedule, exit: Some(args.exit), bundle: folder, planned, ended, lines: &[] };
    let store = Store::open(&StoreUrl::find(&latest::scans()?)?).await?;
    if args.dry_run {
        let all = notify::would_tell(&night, &config.notify, &config.settings, &store, now).await?;
        Output::prepare(None)?.write(|out| all.iter().try_for_each(|(name, events)| show(out, name, events)))?;
        return Ok(Exit::Done);
    }
    let told = notify::after(&night, &config.notify, &config.settings, &store, now).await;
    report(&told)
}

/// The scan that is meant. One that failed for want of input or credentials left no bundle: the newest one is another night's.
fn bundle(args: &SendArgs) -> Result<Meant, Failure> {
    let left_none = !matches!(args.exit, 0 | 1 | 3 | 130);
    let folder = match &args.bundle {
        None if left_none => return Ok(None),
        None => latest::folder_of(Path::new("latest"))?,
        Some(word) => latest::folder_of(word)?,
    };
    let manifest = Bundle::open(&folder)?.manifest;
    Ok(Some((folder, manifest)))
}

fn show(out: &mut dyn Write, name: &str, events: &[Event]) -> io::Result<()> {
    let new = if events.is_empty() { "nothing new".to_owned() } else { events.len().to_string() };
    writeln!(out, "{name}: {new}")?;
    events.iter().try_for_each(|event| writeln!(out, "  {}: {}", event.kind.word(), plain(&event.title)))
}

fn report(told: &Told) -> Result<Exit, Failure> {
    if told.delivered.is_empty() && told.failed.is_empty() {
        note("nothing new");
    }
    told.lines().iter().for_each(|line| note(&plain(line)));
    match told.failed.is_empty() {
        true => Ok(Exit::Done),
        false => Err(Failure::usage(
            "not everybody could be told; what is pending is tried again with the next `rung notify send`",
        )),
    }
}
