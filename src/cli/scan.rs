//! `rung scan`.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use clap::ValueEnum;
use rung_collectors::aws::{Recording, Replay};
use rung_rules::{
    compose::{Parts, compose},
    model::{Assessment, Level, Scan, Settings, assess},
};
use tokio::sync::watch;

use super::output::Output;
use crate::{
    bundle::Draft,
    config::{Config, Flags},
    demo,
    failure::{Exit, Failure},
    register,
    report::{self, Format, Rendering},
    scan::{Content, Handed, Input, Request, Scanned},
};

const EXAMPLES: &str = "\
Examples:
  rung scan --demo                            a recorded account, no credentials needed
  rung scan --profile audit --region all      every enabled region
  rung scan --format json -o - | jq .controls machine-readable, progress on stderr
  rung scan --fail-below 3                    exit code 1 when a control is confirmed below 3
  rung scan --record rec && rung scan --replay rec   keep the wire, scan it again offline";

/// Scan an account
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// Scan the recorded demo account that ships inside the binary
    #[arg(long, conflicts_with_all = ["profile", "replay", "record"])]
    demo: bool,
    /// Named profile of the AWS configuration (default: the SDK's credential chain)
    #[arg(long, value_name = "NAME")]
    profile: Option<String>,
    /// Region to scan; repeat for several, `all` for every enabled one (default: the profile's region)
    #[arg(long = "region", value_name = "REGION")]
    regions: Vec<String>,
    /// Whether CloudWatch metrics are asked for (list price 0.01 USD per 1,000 metrics)
    #[arg(long, value_enum, default_value = "on")]
    metrics: Switch,
    /// Ask Performance Insights for the 20 queries with most load of each database: digests, never SQL text
    #[arg(long)]
    sql_digests: bool,
    /// Write each exchange with AWS into this new folder; credentials and secrets are left out
    #[arg(long, value_name = "DIR")]
    record: Option<PathBuf>,
    /// With --record: replace account ids, names, addresses and tag values by stable pseudonyms
    #[arg(long, requires = "record")]
    redact: bool,
    /// Answer from a recording instead of AWS; nothing is sent
    #[arg(long, value_name = "DIR", conflicts_with_all = ["profile", "record"])]
    replay: Option<PathBuf>,
    #[command(flatten)]
    set: Flags,
    /// Folder for the bundle (default: the user's data folder)
    #[arg(long, value_name = "DIR")]
    bundle: Option<PathBuf>,
    /// What to print
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// Where to print it: a file, or - for standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Exit with 1 when an applicable control is confirmed below this level, waivers counted: 2 to 5, or `target` for
    /// the targets of rung.toml
    #[arg(long, value_name = "LEVEL", value_parser = bar)]
    fail_below: Option<Bar>,
    /// Exit with 3 when anything could not be seen
    #[arg(long)]
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

/// What `--fail-below` asks of each control.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Bar {
    Level(Level),
    Target,
}

fn bar(text: &str) -> Result<Bar, String> {
    let level = text.parse().ok().filter(|n| (2..=5).contains(n)).and_then(|n: u8| Level::try_from(n).ok());
    match (text, level) {
        ("target", _) => Ok(Bar::Target),
        (_, Some(level)) => Ok(Bar::Level(level)),
        _ => Err("expected a level from 2 to 5, or `target`".to_owned()),
    }
}

fn dollars(text: &str) -> Result<f64, String> {
    let usd = text.parse().ok().filter(|usd: &f64| usd.is_finite() && *usd >= 0.0);
    usd.ok_or_else(|| "expected US dollars, like 0.50".to_owned())
}

/// Runs the scan.
pub(super) fn run(args: Args) -> Result<Exit, Failure> {
    let config = Config::load(&args.set)?;
    if args.fail_below == Some(Bar::Target) && config.settings.targets.is_empty() {
        return Err(Failure::usage(
            "--fail-below target: no configuration names targets; write [targets] into rung.toml",
        ));
    }
    let input = input(&args)?;
    let output = Output::prepare(args.output.as_deref())?;
    let (target, replace) = target(&args)?;
    let draft = Draft::create(&target, replace)?;
    let (began, stop) = (std::time::Instant::now(), watch::channel(false));
    let request = Request {
        input,
        profile: args.profile.clone(),
        regions: args.regions.clone(),
        metrics: args.metrics == Switch::On,
        tags: !config.settings.scope.tags.is_empty(),
        sql_digests: args.sql_digests,
        register: config.register.as_deref().map(handed).transpose()?,
        record: args.record.clone(),
        redact: args.redact,
        max_calls: args.max_calls,
        max_usd: args.max_cost,
        paced: args.pace.map(|pace| pace == Switch::On),
        concurrency: args.concurrency.into(),
        max_attempts: args.max_attempts.into(),
        timeout: Duration::from_secs(args.timeout.into()),
        progress: !args.quiet,
    };
    let scanned = runtime()?.block_on(async {
        tokio::spawn(listen(stop.0));
        crate::scan::run(request, stop.1).await
    })?;
    finish(&args, &config.settings, scanned, draft, output, began.elapsed())
}

fn input(args: &Args) -> Result<Input, Failure> {
    let recording = match &args.replay {
        Some(folder) => Recording::open(folder).map_err(|error| {
            Failure::usage(format!(
                "the recording cannot be replayed: {error}\nUse a folder as `rung scan --record` left it."
            ))
        })?,
        None if args.demo => demo::recording()?,
        None => return Ok(Input::Aws),
    };
    Ok(Input::Replay(Arc::new(Replay::new(recording))))
}

pub(super) fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::usage(format!("cannot start: {error}")))
}

/// The register that the configuration names. A file is read and checked now, before any call to AWS.
fn handed(location: &str) -> Result<Handed, Failure> {
    let content = match location.strip_prefix("s3://") {
        None => Content::Local(super::debt::read(Path::new(location))?),
        Some(rest) => {
            let (bucket, key) = object(rest)?;
            Content::S3 { bucket, key }
        }
    };
    Ok(Handed { location: location.to_owned(), content, scans: super::latest::began() })
}

/// Bucket and key of a register in S3, from what follows `s3://`.
pub(super) fn object(rest: &str) -> Result<(String, String), Failure> {
    let location = format!("s3://{rest}");
    let parts = rest.split_once('/').filter(|(bucket, key)| !bucket.is_empty() && !key.is_empty());
    let (bucket, key) =
        parts.ok_or_else(|| Failure::usage(format!("register {location:?}: expected s3://bucket/key")))?;
    if register::Format::of(key).is_none() {
        let words = "its name ends neither in .csv, .md nor .toml, so its format is not known";
        return Err(Failure::usage(format!("register {location}: {words}")));
    }
    Ok((bucket.to_owned(), key.to_owned()))
}

/// The first Ctrl-C ends the reading and keeps what was seen; the second ends the program.
#[expect(clippy::exit, clippy::print_stderr, reason = "the user asked twice")]
pub(super) async fn listen(stop: watch::Sender<bool>) {
    if tokio::signal::ctrl_c().await.is_ok() {
        eprintln!("\ninterrupted: writing what was seen so far (Ctrl-C again to give it up)");
        stop.send_replace(true);
    }
    if tokio::signal::ctrl_c().await.is_ok() {
        std::process::exit(Exit::Interrupted as i32);
    }
}

/// The bundle's folder: as given, or in the user's data folder under the time of the scan.
fn target(args: &Args) -> Result<(PathBuf, bool), Failure> {
    if let Some(folder) = &args.bundle {
        return Ok((folder.clone(), false));
    }
    let scans = super::latest::scans()?;
    if args.demo {
        return Ok((scans.join("demo"), true));
    }
    let stamp = jiff::Timestamp::now().strftime("%Y%m%dT%H%M%SZ").to_string();
    let free = (1..)
        .map(|n| scans.join(if n == 1 { stamp.clone() } else { format!("{stamp}-{n}") }))
        .find(|path| !path.exists());
    free.map(|path| (path, false)).ok_or_else(|| Failure::usage("no free name for the bundle: name one with --bundle"))
}

fn finish(
    args: &Args,
    settings: &Settings,
    scanned: Scanned,
    draft: Draft,
    output: Output,
    took: Duration,
) -> Result<Exit, Failure> {
    let assessed = assess(&scanned.set, settings);
    let parts = Parts { set: &scanned.set, settings, assessed: &assessed, version: env!("CARGO_PKG_VERSION") };
    let assessment = compose(parts, scanned.scan.clone());
    let (head, findings) = draft.write_all(&scanned.set, settings, assessment)?;
    // The assessment has its coverage instead; the manifest keeps what that is made of.
    let stored = Scan { ledger: scanned.scan.ledger.clone(), ..head.scan.clone() };
    let bundle = draft.finish(&stored)?;
    let rendering = Rendering { bundle: Some(&bundle), took: Some(took) };
    let to_stdout = matches!(output, Output::Stdout);
    match args.format {
        Format::Text if args.quiet => {}
        Format::Text => output.write(|out| report::text::write(&head, &rendering, out))?,
        format => {
            output.write(|out| report::write(format, &head, findings.iter(), &rendering, out))?;
            if !args.quiet && !to_stdout {
                summary(&head, &rendering);
            }
        }
    }
    Ok(exit(args, &scanned, &head))
}

#[expect(clippy::print_stderr, reason = "the summary for people, beside the output for machines")]
fn summary(head: &Assessment<()>, rendering: &Rendering<'_>) {
    let mut text = Vec::new();
    if report::text::write(head, rendering, &mut text).is_ok() {
        eprint!("{}", String::from_utf8_lossy(&text));
    }
}

fn exit(args: &Args, scanned: &Scanned, head: &Assessment<()>) -> Exit {
    if scanned.interrupted {
        Exit::Interrupted
    } else if args.require_complete && !head.gaps.is_empty() {
        Exit::Incomplete
    } else if args.fail_below.is_some_and(|bar| stands_below(bar, head)) {
        Exit::BelowTarget
    } else {
        Exit::Done
    }
}

/// Whether an applicable control stands below the bar; what waivers except does not count.
fn stands_below(bar: Bar, head: &Assessment<()>) -> bool {
    head.controls.iter().any(|control| {
        let confirmed = match control.with_waivers {
            Some(with_waivers) => with_waivers.levels.map(|levels| levels.confirmed),
            None => control.confirmed,
        };
        let wanted = match bar {
            Bar::Level(level) => Some(level),
            Bar::Target => control.target,
        };
        matches!((confirmed, wanted), (Some(confirmed), Some(wanted)) if confirmed < wanted)
    })
}
