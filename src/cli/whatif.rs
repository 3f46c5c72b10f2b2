//! `rung whatif`.

use std::{
    io::{self, Write},
    path::PathBuf,
};

use rung_rules::model::{Assumption, Change, ControlResult, Levels, Outcome, Pattern, assess, assume};
use serde_json::json;

use super::{
    find::{Found, find},
    latest,
    output::Output,
};
use crate::{
    failure::{Exit, Failure},
    plain::plain,
};

const EXAMPLES: &str = "\
Examples:
  rung whatif \"090 gp2-migration-complete\"
  rung whatif gp2-migration-complete io-alarms            several at once
  rung whatif gp2-migration-complete --subject vol-0a1b   only some of its subjects: ARN, name, * for any characters
  rung whatif caching-strategy --bundle BUNDLE --format json";

/// Tell which levels would result if criteria were met: what it takes and what it saves
///
/// Works on a stored scan, without AWS. Nothing else is assumed to change, but for what follows from a criterion's own
/// words: with gp2-migration-complete no new volume is gp2 either.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// Criteria that are assumed to be met: a short id, \"090 id\" or the full id
    #[arg(required = true, num_args = 1..)]
    criteria: Vec<String>,
    /// Only these subjects change: ARN, last part of it, or name; repeat for several
    #[arg(long = "subject", value_name = "SUBJECT")]
    subjects: Vec<String>,
    /// The stored scan (default: the newest)
    #[arg(long, value_name = "DIR")]
    bundle: Option<PathBuf>,
    /// What to print
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    Text,
    Json,
}

/// Subjects that are named in the terminal; the rest is counted.
const NAMED: usize = 10;

/// Tells what would be.
pub(super) fn run(args: &Args) -> Result<Exit, Failure> {
    let assumptions = args.criteria.iter().map(|id| assumption(id, args)).collect::<Result<Vec<_>, _>>()?;
    let bundle = latest::bundle(args.bundle.as_deref())?;
    let (set, settings) = (bundle.evidence()?, bundle.settings()?);
    let before: Vec<_> = assess(&set, &settings).controls.iter().map(|control| control.levels).collect();
    let mut after = assess(&set, &settings);
    let changes = assume(&set, &settings, &mut after, &assumptions);
    if !args.subjects.is_empty() && changes.iter().all(|change| change.subjects.is_empty()) {
        let words = "no subject of these criteria that does not hold yet is called";
        return Err(Failure::usage(format!("{words} {}", args.subjects.join(" or "))));
    }
    let controls: Vec<_> = after.controls.iter().zip(before).collect();
    let names = |change: &Change| -> Vec<String> {
        let evidence = change.subjects.iter().filter_map(|at| set.evidence.get(*at as usize));
        evidence.map(|one| one.subject.name.as_deref().unwrap_or(&one.subject.arn).to_owned()).collect()
    };
    Output::Stdout.write(|out| match args.format {
        Format::Text => text(&changes, &controls, &names, out),
        Format::Json => machine(&changes, &controls, &names, out),
    })?;
    Ok(Exit::Done)
}

fn assumption(id: &str, args: &Args) -> Result<Assumption, Failure> {
    match find(id)? {
        Found::Criterion(control, criterion) => {
            let pattern = |text: &String| match text.starts_with("arn:") || text.contains('*') {
                true => Pattern(text.clone()),
                false => Pattern(format!("*{text}")),
            };
            let subjects = args.subjects.iter().map(pattern).collect();
            Ok(Assumption { control, criterion: criterion.id, subjects })
        }
        Found::Control(control) => {
            let words = "is a control; name criteria of it, `rung controls` lists them";
            Err(Failure::usage(format!("{} {words}", control.id())))
        }
    }
}

type Before<'a> = (&'a ControlResult<'a>, Option<Levels>);

/// Controls that an assumption speaks of, before and after.
fn touched<'a>(changes: &'a [Change], controls: &'a [Before<'a>]) -> impl Iterator<Item = &'a Before<'a>> {
    controls.iter().filter(|(control, _)| changes.iter().any(|change| change.control == control.control))
}

fn levels(levels: Option<Levels>) -> String {
    levels.map_or("not applicable".to_owned(), |own| {
        format!("{} confirmed, {} possible", own.confirmed.number(), own.possible.number())
    })
}

fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Met => "met",
        Outcome::Unmet => "unmet",
        Outcome::Unknown => "unknown",
        Outcome::NotApplicable => "not applicable",
    }
}

fn text(
    changes: &[Change],
    controls: &[Before<'_>],
    names: &dyn Fn(&Change) -> Vec<String>,
    out: &mut dyn Write,
) -> io::Result<()> {
    for (control, before) in touched(changes, controls) {
        writeln!(out, "\n  {} {}", control.control.id(), control.control.title())?;
        match (levels(*before), levels(control.levels)) {
            (was, is) if was == is => writeln!(out, "      stays at level {is}")?,
            (was, is) => writeln!(out, "      from level {was}\n        to level {is}")?,
        }
        let own = |change: &&Change| change.control == control.control;
        let tells = |change: &&Change| !change.implied || change.was != change.becomes;
        for change in changes.iter().filter(own).filter(tells) {
            let follows = if change.implied { ", which follows" } else { "" };
            writeln!(
                out,
                "      {}: {} -> {}{follows}",
                change.criterion,
                outcome(change.was),
                outcome(change.becomes)
            )?;
            if !change.implied {
                takes(change, control, &names(change), out)?;
            }
        }
        let blocking = control.criteria.iter().filter(|c| matches!(c.outcome, Outcome::Unmet | Outcome::Unknown));
        let next = blocking.clone().map(|c| c.criterion.level).min();
        let left: Vec<_> = blocking.filter(|c| Some(c.criterion.level) == next).map(|c| c.criterion.id).collect();
        if let Some(level) = next {
            writeln!(out, "      then in the way of level {}: {}", level.number(), left.join(", "))?;
        }
    }
    writeln!(out)
}

/// What an assumption takes and saves.
fn takes(change: &Change, control: &ControlResult<'_>, names: &[String], out: &mut dyn Write) -> io::Result<()> {
    let Some(result) = control.criteria.iter().find(|c| c.criterion.id == change.criterion) else { return Ok(()) };
    if !names.is_empty() {
        let shown: Vec<_> = names.iter().take(NAMED).map(|name| plain(name).to_string()).collect();
        let more = names.len().saturating_sub(NAMED);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        writeln!(out, "        for {}: {}{more}", counted(names.len()), shown.join(", "))?;
    }
    writeln!(out, "        {}", result.criterion.remedy)?;
    if let Some(saving) = change.saving_usd_month {
        writeln!(
            out,
            "        saves about {saving:.2} USD a month at list price of {}",
            rung_collectors::PRICES_AS_OF
        )?;
    }
    Ok(())
}

fn counted(n: usize) -> String {
    if n == 1 { "1 subject".to_owned() } else { format!("{n} subjects") }
}

fn machine(
    changes: &[Change],
    controls: &[Before<'_>],
    names: &dyn Fn(&Change) -> Vec<String>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let controls: Vec<_> = touched(changes, controls)
        .map(|(control, before)| json!({ "id": control.control, "before": before, "after": control.levels }))
        .collect();
    let change = |change: &Change| {
        json!({
            "control": change.control, "criterion": change.criterion, "was": change.was, "becomes": change.becomes,
            "implied": change.implied, "subjects": names(change), "saving_usd_month": change.saving_usd_month,
        })
    };
    let all = json!({
        "schema": "rung/whatif/v1", "controls": controls, "changes": changes.iter().map(change).collect::<Vec<_>>(),
        "prices_as_of": rung_collectors::PRICES_AS_OF,
    });
    serde_json::to_writer_pretty(&mut *out, &all)?;
    writeln!(out)
}
