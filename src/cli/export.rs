//! `rung export`.

use std::{collections::BTreeMap, path::PathBuf};

use clap::{Subcommand, ValueEnum};
use rung_rules::model::{Evidence, Gap};

use super::output::Output;
use crate::{
    bundle::{Bundle, EVIDENCE, GAPS},
    failure::{Exit, Failure},
    report::{jsonl, wa_tool},
};

const EXAMPLES: &str = "\
Examples:
  rung export wa-tool BUNDLE -o answers.json             answers for the Performance pillar, to read and apply
  rung export wa-tool BUNDLE --format md                 the same for people
  rung export evidence BUNDLE -o evidence.jsonl          what was seen, a flat row a subject, for DuckDB and Athena
`rung report --format` has the exports of findings.";

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

/// Writes it.
pub(super) fn run(args: &Args) -> Result<Exit, Failure> {
    match &args.what {
        What::WaTool(args) => answers(args)?,
        What::Evidence(args) => evidence(args)?,
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

fn workload(text: &str) -> Result<String, String> {
    let hexadecimal = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
    match text.len() == 32 && text.chars().all(hexadecimal) {
        true => Ok(text.to_owned()),
        false => Err("expected the 32 hexadecimal digits of a workload, as ListWorkloads gives them".to_owned()),
    }
}
