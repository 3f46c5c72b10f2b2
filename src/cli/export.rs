//! `rung export`.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use clap::{Subcommand, ValueEnum};
use rung_rules::model::{Evidence, Gap};

use super::{latest, output::Output, scan::runtime};
use crate::{
    bundle::{Bundle, EVIDENCE, GAPS},
    depot::Location,
    failure::{Exit, Failure},
    lake::{self, Engine, ddl},
    place::Place,
    plain::plain,
    progress::counting,
    report::{jsonl, wa_tool},
};

const EXAMPLES: &str = "\
Examples:
  rung export wa-tool BUNDLE -o answers.json             answers for the Performance pillar, to read and apply
  rung export wa-tool BUNDLE --format md                 the same for people
  rung export evidence BUNDLE -o evidence.jsonl          what was seen, a flat row a subject, for DuckDB and Athena
  rung export lake latest --out s3://our-lake/rung       findings, evidence and gaps of a night, beside those of other nights
`rung report --format` has the exports of findings.";

const LAKE_EXAMPLES: &str = "\
Examples:
  rung export lake latest --out s3://our-lake/rung               the newest stored scan
  rung export lake BUNDLE --out lake                             into a folder, for DuckDB on this machine
  rung export lake --out lake --print-ddl duckdb | duckdb -init /dev/stdin
  rung export lake --out s3://our-lake/rung --print-ddl athena   the tables and views of Athena
A scan counts as soon as its marker is there, which is put last; writing it again changes nothing. docs/queries.md has queries.";

/// Prepare files for other tools to take in; nothing is written to AWS
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Answers and notes for the Performance pillar of the AWS Well-Architected Tool, as a file that a person applies
    WaTool(WaTool),
    /// Evidence as JSON lines: one flat row a subject
    Evidence(Seen),
    /// Findings, evidence and gaps, divided by date, account and region, for Athena and DuckDB over all nights
    #[command(after_help = LAKE_EXAMPLES)]
    Lake(Lake),
}

#[derive(Debug, clap::Args)]
struct WaTool {
    /// The bundle: a folder that `rung scan` left
    bundle: PathBuf,
    /// What to write: JSON with an UpdateAnswer input for each question, or a page for people
    #[arg(long, value_enum, default_value = "json")]
    format: Answers,
    /// The workload in the Well-Architected Tool: its 32 hexadecimal digits (default: left out, for the command that applies it)
    #[arg(long, value_name = "ID", value_parser = workload)]
    workload_id: Option<String>,
    /// Where to write it: a file, or - for standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Answers {
    Json,
    Md,
}

#[derive(Debug, clap::Args)]
struct Seen {
    /// The bundle: a folder that `rung scan` left
    bundle: PathBuf,
    /// Where to write it: a file, or - for standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
struct Lake {
    /// The bundle: a folder that `rung scan` left, the id of a stored scan, or `latest`
    #[arg(required_unless_present = "print_ddl", conflicts_with = "print_ddl")]
    bundle: Option<PathBuf>,
    /// The lake: a folder, or s3://BUCKET/PREFIX
    #[arg(long, value_name = "PLACE")]
    out: Location,
    /// Write nothing: print what makes tables of this lake
    #[arg(long, value_enum, value_name = "ENGINE")]
    print_ddl: Option<Engine>,
}

/// Writes it.
pub(super) fn run(args: &Args) -> Result<Exit, Failure> {
    match &args.what {
        What::WaTool(args) => answers(args)?,
        What::Evidence(args) => evidence(args)?,
        What::Lake(args) => lake(args)?,
    }
    Ok(Exit::Done)
}

fn answers(args: &WaTool) -> Result<(), Failure> {
    let bundle = Bundle::open(&args.bundle)?;
    let output = Output::prepare(args.output.as_deref())?;
    let (head, _) = bundle.assessment()?.with_findings(());
    output.write(|out| match args.format {
        Answers::Json => wa_tool::json(&head, args.workload_id.as_deref(), out),
        Answers::Md => wa_tool::markdown(&head, out),
    })
}

/// One subject in memory at a time; gaps are named by every fact that they hide, so all of them are.
fn evidence(args: &Seen) -> Result<(), Failure> {
    let bundle = Bundle::open(&args.bundle)?;
    let output = Output::prepare(args.output.as_deref())?;
    let named = |gap: Gap| (gap.id.to_string(), gap);
    let gaps: BTreeMap<_, _> = bundle.lines::<Gap>(GAPS)?.map(|gap| gap.map(named)).collect::<Result<_, _>>()?;
    let lines = bundle.lines::<Evidence>(EVIDENCE)?.map(|line| line.map_err(std::io::Error::other));
    output.write(|out| jsonl::evidence(&bundle.manifest.scan, &gaps, lines, out))
}

/// An account in memory at a time.
fn lake(args: &Lake) -> Result<(), Failure> {
    if let Some(engine) = args.print_ddl {
        let statements = ddl(engine, &args.out)?;
        return Output::Stdout.write(|out| out.write_all(statements.as_bytes()));
    }
    let word = args.bundle.as_deref().unwrap_or(Path::new("latest"));
    let bundle = latest::named(word)?;
    let bar = counting("accounts", bundle.manifest.scan.accounts.len(), true);
    let written = runtime()?.block_on(async {
        let place = Place::create(&args.out).await?;
        lake::write_showing(&bundle, &place, &bar).await.map(|written| (place.uri(&written.marker), written))
    });
    bar.finish_and_clear();
    let (marker, written) = written?;
    let lake::Written { accounts, findings, evidence, gaps, files, .. } = written;
    Output::Stdout.write(|out| {
        writeln!(
            out,
            "{findings} findings, {evidence} subjects and {gaps} gaps of {accounts} accounts, in {files} files"
        )?;
        writeln!(out, "they count since {} is there", plain(&marker))
    })
}

fn workload(text: &str) -> Result<String, String> {
    let hexadecimal = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
    match text.len() == 32 && text.chars().all(hexadecimal) {
        true => Ok(text.to_owned()),
        false => Err("expected the 32 hexadecimal digits of a workload, as ListWorkloads gives them".to_owned()),
    }
}
