//! `rung explain`.

use std::io::{self, Write};

use rung_rules::{
    compose::bar_words,
    criteria,
    model::{Basis, Control, Criterion, Level, Nothing, Thresholds},
};

use clap::ValueEnum;

use super::{
    explain_page,
    find::{Found, find},
    output::Output,
};
use crate::failure::{Exit, Failure};

const EXAMPLES: &str = "\
Examples:
  rung explain 090
  rung explain gp3-for-new-volumes
  rung explain waf-perf-090.api.aws.io-alarms
  rung explain 090 --format markdown           a page with facts, thresholds and calls of each criterion";

/// Explain a control or a criterion
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// A control (090, WAF-PERF-090) or a criterion (gp3-for-new-volumes, or its full id)
    #[arg(required = true, num_args = 1..)]
    id: Vec<String>,
    /// How to print it
    #[arg(long, value_enum, default_value = "text")]
    format: ExplainFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum ExplainFormat {
    Text,
    Markdown,
}

/// Explains it.
pub(super) fn run(args: &Args) -> Result<Exit, Failure> {
    let found = find(&args.id.join(" "))?;
    Output::Stdout.write(|out| match (found, args.format) {
        (Found::Control(of), ExplainFormat::Text) => control(of, out),
        (Found::Control(of), ExplainFormat::Markdown) => explain_page::control(of, out),
        (Found::Criterion(of, which), ExplainFormat::Text) => criterion(of, which, out),
        (Found::Criterion(of, which), ExplainFormat::Markdown) => explain_page::section(of, which, out),
    })?;
    Ok(Exit::Done)
}

fn control(control: Control, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{} {}\n", control.id(), control.title())?;
    for (level, cell) in Level::ALL.into_iter().zip(control.cells()) {
        writeln!(out, "  {}  {cell}", level.number())?;
    }
    writeln!(out, "\nCriteria (a level is reached when every applicable one, and all below, are met):\n")?;
    for one in criteria(control) {
        writeln!(out, "  {}  {:<30} {}", one.level.number(), one.id, one.statement)?;
    }
    writeln!(out, "\n`rung explain ID` tells how each is decided.")
}

fn criterion(control: Control, criterion: &Criterion, out: &mut dyn Write) -> io::Result<()> {
    let thresholds = Thresholds::default();
    writeln!(out, "{}\n", criterion.full_id(control))?;
    writeln!(out, "  Control     {} {}", control.id(), control.title())?;
    writeln!(out, "  Level       {} ({})", criterion.level.number(), criterion.level.label())?;
    writeln!(out, "  The model   {}", criterion.clause)?;
    writeln!(out, "  Holds when  {}", criterion.statement)?;
    writeln!(out, "  Decided by  {}", basis(criterion.basis))?;
    if !criterion.tests.is_empty() {
        writeln!(out, "  Bar         {}", bar_words(criterion.bar, &thresholds))?;
    }
    for test in criterion.tests {
        writeln!(out, "  Looks at    {}: {}", test.kind().plural(), test.facts().join(", "))?;
    }
    writeln!(out, "  If nothing  {}", nothing(criterion.nothing))?;
    for threshold in criterion.thresholds {
        writeln!(
            out,
            "  Threshold   {} = {} {}: {}",
            threshold.name, threshold.default, threshold.unit, threshold.reason
        )?;
    }
    if !criterion.calls.is_empty() {
        writeln!(out, "  Calls       {}", criterion.calls.join(", "))?;
    }
    writeln!(out, "  Remedy      {}", criterion.remedy)
}

pub(super) fn basis(basis: Basis) -> &'static str {
    match basis {
        Basis::Observed => "observation of AWS",
        Basis::Attested => "a person's attestation: no API shows it",
        Basis::ObservedOrAttested => "observation where AWS shows it, else a person's attestation",
    }
}

pub(super) fn nothing(nothing: Nothing) -> &'static str {
    match nothing {
        Nothing::NotApplicable => "it does not apply",
        Nothing::Unmet => "it is unmet: the clause is about having one",
        Nothing::NeedsAttestation => "it needs an attestation",
    }
}
