//! `rung controls`.

use std::io::{self, Write};

use clap::ValueEnum;
use rung_rules::{
    changes::Changes,
    criteria,
    model::{Assessment, Control, Evidence},
};

use super::output::Output;
use crate::failure::{Exit, Failure};

const EXAMPLES: &str = "\
Examples:
  rung controls
  rung controls --thresholds
  rung controls --schema > assessment.schema.json
  rung controls --schema evidence > evidence.schema.json
  rung controls --schema changes > changes.schema.json";

/// List controls, criteria and thresholds, or print a schema
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// List every threshold with its default and the reason for it
    #[arg(long, conflicts_with = "schema")]
    thresholds: bool,
    /// Print the JSON Schema of the assessment, of a line of evidence.jsonl, or of what `rung preflight`, `rung diff` or
    /// `rung history` print as JSON
    #[arg(long, value_enum, num_args = 0..=1, default_missing_value = "assessment")]
    schema: Option<Schema>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Schema {
    Assessment,
    Evidence,
    Preflight,
    Changes,
    History,
}

/// Lists them.
pub(super) fn run(args: &Args) -> Result<Exit, Failure> {
    Output::Stdout.write(|out| match args.schema {
        Some(schema) => print_schema(schema, out),
        None if args.thresholds => thresholds(out),
        None => list(out),
    })?;
    Ok(Exit::Done)
}

fn print_schema(schema: Schema, out: &mut dyn Write) -> io::Result<()> {
    let schema = match schema {
        Schema::Assessment => schemars::schema_for!(Assessment),
        Schema::Evidence => schemars::schema_for!(Evidence),
        Schema::Preflight => schemars::schema_for!(crate::preflight::Report),
        Schema::Changes => schemars::schema_for!(Changes),
        Schema::History => schemars::schema_for!(crate::history::History),
    };
    serde_json::to_writer_pretty(&mut *out, &schema)?;
    writeln!(out)
}

fn list(out: &mut dyn Write) -> io::Result<()> {
    for control in Control::all() {
        writeln!(out, "{}  {}", control.id(), control.title())?;
        for one in criteria(control) {
            writeln!(out, "  {}  {:<30} {}", one.level.number(), one.id, one.clause)?;
        }
    }
    Ok(())
}

fn thresholds(out: &mut dyn Write) -> io::Result<()> {
    let mut all: Vec<_> =
        rung_rules::all_criteria().flat_map(|(_, criterion)| criterion.thresholds.iter().copied()).collect();
    all.sort_by_key(|threshold| threshold.name);
    all.dedup_by_key(|threshold| threshold.name);
    for one in all {
        writeln!(out, "{:<36} {:>14} {:<6} {}", one.name, one.default, one.unit, one.reason)?;
    }
    Ok(())
}
