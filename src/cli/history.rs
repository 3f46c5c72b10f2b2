//! `rung history`.

use std::path::PathBuf;

use jiff::civil::Date;
use rung_rules::model::Control;

use super::{
    find::{Found, find},
    latest,
    output::{Output, note},
    scan,
};
use crate::{
    failure::{Exit, Failure},
    history::{History, Line},
    plain::plain,
    report::history::{self as report, Format, Told},
    store::{Store, StoreUrl},
};

const EXAMPLES: &str = "\
Examples:
  rung history                                  every stored night of the account or organisation scanned last
  rung history --control 030                    one control, with why it moved
  rung history --since 2026-09-01
  rung history --of 123456789012                another account; `rung history --of ?` names what there is
  rung history --format csv > levels.csv        a row a scan, for a spreadsheet
  rung history --format json | jq '.nights[-1]' rung/history/v1: `rung controls --schema history`
  RUNG_STORE=postgres://rung@db.example.org/rung rung history    what all machines of a team have scanned";

/// The most scans that are shown without --limit.
const USUAL: u16 = 400;

/// Show the levels of the stored scans over time
///
/// A line for the pillar and each control, a column a night; what changed when, and why as the scan told; the newest scans. Levels
/// come from the store, which keeps them after a bundle is gone; bundles that it does not have yet are taken in first.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// Only this control; repeat for several
    #[arg(long = "control", value_name = "CONTROL", value_parser = control)]
    controls: Vec<Control>,
    /// Of what: an account, or `organisation of ACCOUNT` (default: what was scanned last)
    #[arg(long, value_name = "SERIES")]
    of: Option<String>,
    /// The newest so many scans
    #[arg(long, value_name = "N", default_value_t = USUAL, value_parser = clap::value_parser!(u16).range(1..))]
    limit: u16,
    /// Scans of this day and later ones, in UTC: 2026-11-01
    #[arg(long, value_name = "DATE")]
    since: Option<Date>,
    /// What to print
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// Where to print it: a file, or - for standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Where the scans are stored: a file, or postgres://USER@HOST/DATABASE (default: a file in the user's data folder)
    #[arg(long, value_name = "URL", env = "RUNG_STORE", hide_env_values = true)]
    store: Option<StoreUrl>,
}

fn control(text: &str) -> Result<Control, String> {
    match find(text) {
        Ok(Found::Control(control)) => Ok(control),
        _ => Err("expected a control's number, 010 to 100".to_owned()),
    }
}

/// Shows it.
pub(super) fn run(args: Args) -> Result<Exit, Failure> {
    let output = Output::prepare(args.output.as_deref())?;
    let runtime = scan::runtime()?;
    let (history, told) = runtime.block_on(async {
        let store = opened(&args).await?;
        let read = read(&args, &store).await;
        store.close().await;
        read
    })?;
    output.write(|out| match args.format {
        Format::Text => report::text(&history, &told, out),
        Format::Json => report::json(&history, out),
        Format::Csv => report::csv(&history, &told.lines, out),
    })?;
    Ok(Exit::Done)
}

/// The store, with every bundle of the folder.
async fn opened(args: &Args) -> Result<Store, Failure> {
    let depot = latest::depot()?;
    if depot.bucket().is_some() {
        depot.put_waiting().await?;
        depot.fetch_all().await?;
    }
    let scans = depot.folder();
    let url = args.store.clone().map_or_else(|| StoreUrl::in_folder(scans), Ok)?;
    if !url.may_be_there() && !scans.is_dir() {
        return Err(nothing(&scans.display().to_string()));
    }
    let store = Store::open(&url).await?;
    for (folder, why) in store.sync(scans).await?.refused {
        note(&plain(&format!("{} is not taken in: {}", folder.display(), why.lines().next().unwrap_or_default())));
    }
    Ok(store)
}

async fn read(args: &Args, store: &Store) -> Result<(History, Told), Failure> {
    let all = store.series().await?;
    let Some(newest) = all.first() else { return Err(nothing("the store")) };
    let of = args.of.clone().unwrap_or_else(|| newest.name.clone());
    if !all.iter().any(|series| series.name == of) {
        let known: Vec<_> = all.iter().map(|series| format!("{} ({} scans)", series.name, series.scans)).collect();
        return Err(Failure::usage(plain(&format!("--of {of:?}: the store has scans of {}", known.join(", ")))));
    }
    let history = History::of(store, &of, args.limit.into(), args.since).await?;
    if history.nights.is_empty() {
        let since = args.since.map(|since| since.to_string()).unwrap_or_default();
        return Err(Failure::usage(plain(&format!("the store has no scan of {of} since {since}"))));
    }
    let lines = match args.controls.is_empty() {
        true => report::all_lines(),
        false => args.controls.iter().copied().map(Line::Control).collect(),
    };
    let whys = match args.format {
        Format::Text => whys(store, &history, &lines).await?,
        Format::Json | Format::Csv => Vec::new(),
    };
    Ok((history, Told { width: textwrap::termwidth(), lines, whys }))
}

/// Scans that are asked why.
const ASKED: usize = 15;

/// Why levels moved, as the scans that found it told: of the newest, and only where they compared with the scan before.
async fn whys(store: &Store, history: &History, lines: &[Line]) -> Result<Vec<(String, Line, String)>, Failure> {
    let mut scans: Vec<_> = lines.iter().flat_map(|line| history.moves(*line)).map(|one| one.night).collect();
    scans.sort_by_key(|night| std::cmp::Reverse(night.started_at));
    scans.dedup_by(|a, b| a.scan == b.scan);
    let mut whys = Vec::new();
    for night in scans.into_iter().take(ASKED) {
        let before = history.nights.iter().rev().find(|one| one.started_at < night.started_at);
        let Some(row) = store.scan(&night.scan).await? else { continue };
        let Some(told) = store.overview(&row).await?.told else { continue };
        if before.is_none_or(|before| before.scan != told.before.id) {
            continue;
        }
        let of = |id: &str| Control::all().find(|control| control.id() == id).map(Line::Control);
        let own = told.controls.into_iter().filter_map(|one| Some((night.scan.clone(), of(&one.control)?, one.why)));
        whys.extend(own);
    }
    Ok(whys)
}

fn nothing(place: &str) -> Failure {
    Failure::usage(format!("no scan is stored yet in {place}: run `rung scan`, or name a store with --store"))
}
