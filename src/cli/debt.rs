//! `rung debt`.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use clap::Subcommand;

use super::{latest, make_readable, output::Output, output::note};
use crate::{
    config::{Flags, today},
    failure::{Exit, Failure},
    plain::plain,
    register::{
        Register,
        draft::{Choices, append, entries},
    },
};

const EXAMPLES: &str = "\
Examples:
  rung debt check docs/performance-debt.csv
  rung debt draft --register docs/performance-debt.csv --dry-run
  rung debt draft --register docs/performance-debt.md --owner 'Team Shop' --target-days 90
A register is a table: id, description, impact, affected services, owner, priority, target date, and if you like status,
opened, updated, closed, reviewed. CSV, Markdown and TOML are read and written.";

/// Check the performance debt register, or draft entries from unmet criteria
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Read a register as a scan does, and say what it holds
    Check(CheckArgs),
    /// Append an entry for each unmet criterion of a stored scan; what is there is not touched or repeated
    Draft(DraftArgs),
}

#[derive(Debug, clap::Args)]
struct CheckArgs {
    /// The register (default: the one that rung.toml names)
    file: Option<PathBuf>,
    #[command(flatten)]
    set: Flags,
}

#[derive(Debug, clap::Args)]
struct DraftArgs {
    /// The stored scan (default: the newest)
    #[arg(long, value_name = "DIR")]
    bundle: Option<PathBuf>,
    /// Owner of the new entries
    #[arg(long, value_name = "NAME", default_value = "")]
    owner: String,
    /// Days from today to the new entries' target date (default: left empty, for people to decide)
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i64).range(1..=3650))]
    target_days: Option<i64>,
    /// Print what would be appended and write nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    set: Flags,
}

/// Ids that are named in the terminal; the rest is counted.
const NAMED: usize = 10;

/// Checks or drafts.
pub(super) fn run(args: Args) -> Result<Exit, Failure> {
    match args.command {
        Command::Check(args) => check(&args),
        Command::Draft(args) => draft(&args),
    }
}

/// The file that is meant; S3 is only ever read.
fn local(named: Option<String>) -> Result<PathBuf, Failure> {
    match named {
        None => Err(Failure::usage(
            "no register is named: give --register FILE, or write register = \"...\" into rung.toml",
        )),
        Some(uri) if uri.starts_with("s3://") => Err(Failure::usage(format!(
            "{uri}: rung only reads from AWS; work on a local copy of the register and upload it yourself"
        ))),
        Some(path) => Ok(path.into()),
    }
}

fn check(args: &CheckArgs) -> Result<Exit, Failure> {
    let path = match &args.file {
        Some(file) => local(Some(file.display().to_string()))?,
        None => local(latest::config(&args.set)?.register)?,
    };
    let register = read(&path)?;
    let open: Vec<_> = register.entries.iter().filter(|entry| entry.is_open()).collect();
    let today = today();
    let overdue = open.iter().filter(|entry| entry.target.is_some_and(|target| target < today)).count();
    let incomplete: Vec<_> = open.iter().filter(|entry| !entry.is_complete()).map(|entry| plain(&entry.id)).collect();
    Output::Stdout.write(|out| {
        writeln!(out, "{}", plain(&path.display().to_string()))?;
        writeln!(out, "  {} open, {} closed, {overdue} overdue", open.len(), register.entries.len() - open.len())?;
        if !incomplete.is_empty() {
            let named = incomplete.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
            let more = if incomplete.len() > NAMED { ", ..." } else { "" };
            writeln!(out, "  {} open without every required field: {named}{more}", incomplete.len())?;
        }
        Ok(())
    })?;
    Ok(Exit::Done)
}

/// Reads a register from a file.
pub(super) fn read(path: &Path) -> Result<Register, Failure> {
    let bytes = fs::read(path).map_err(|error| Failure::file("read", path, &error))?;
    Register::parse(&path.display().to_string(), &bytes)
        .map_err(|wrong| Failure::usage(format!("{}: {wrong}", path.display())))
}

fn draft(args: &DraftArgs) -> Result<Exit, Failure> {
    let path = local(latest::config(&args.set)?.register)?;
    let bundle = latest::bundle(args.bundle.as_deref())?;
    let old = match fs::read(&path) {
        Ok(bytes) => Some(bytes),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) => return Err(Failure::file("read", &path, &error)),
    };
    let choices = Choices { owner: args.owner.clone(), target_days: args.target_days };
    let drafted = entries(&bundle.assessment()?, today(), &choices);
    let name = path.display().to_string();
    let (text, new) =
        append(&name, old.as_deref(), &drafted).map_err(|wrong| Failure::usage(format!("{name}: {wrong}")))?;
    if args.dry_run {
        Output::Stdout.write(|out| {
            new.iter().try_for_each(|entry| writeln!(out, "{}  {}", plain(&entry.id), plain(&entry.description)))
        })?;
    } else if !new.is_empty() {
        replace(&path, &text)?;
    }
    let would = if args.dry_run { "would be " } else { "" };
    note(&format!("{} {would}appended to {name}, {} are there already", counted(new.len()), drafted.len() - new.len()));
    Ok(Exit::Done)
}

fn counted(n: usize) -> String {
    if n == 1 { "1 entry".to_owned() } else { format!("{n} entries") }
}

fn replace(path: &Path, text: &str) -> Result<(), Failure> {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let failed = |error: std::io::Error| Failure::file("write into", parent, &error);
    let mut aside = tempfile::Builder::new().prefix(".rung-partial-").tempfile_in(parent).map_err(failed)?;
    aside.write_all(text.as_bytes()).map_err(failed)?;
    make_readable(aside.path()).map_err(failed)?;
    aside.persist(path).map_err(|error| Failure::file("write", path, &error.error))?;
    Ok(())
}
