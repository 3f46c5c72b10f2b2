//! What changed between two scans, for people and programs; and the few lines of it at the end of a scan.

mod markdown;
mod text;

use std::io::{self, Write};

use clap::ValueEnum;
use rung_rules::{
    changes::{ChangeCause, Changes, ControlChange, Direction, FindingCounts, Standing},
    model::{Outcome, Verdict},
};

pub(super) use markdown::since as since_in_markdown;
pub use markdown::write as markdown;
pub(super) use text::since;

/// What to print.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    Text,
    /// All of it, rung/changes/v1
    Json,
    /// Markdown, for a pull request or a ticket
    Md,
}

/// Writes changes in a format.
pub fn write(format: Format, changes: &Changes, out: &mut dyn Write) -> io::Result<()> {
    match format {
        Format::Text => text::write(changes, out),
        Format::Md => markdown(changes, out),
        Format::Json => {
            serde_json::to_writer_pretty(&mut *out, changes)?;
            writeln!(out)
        }
    }
}

/// The controls by which way they went, those that fell first, with the heading that they stand under.
fn sections(changes: &Changes) -> Vec<(&'static str, Vec<&ControlChange>)> {
    let of = |directions: &[Direction]| -> Vec<&ControlChange> {
        let moved = |own: &&ControlChange| directions.contains(&own.direction) && !own.causes.is_empty();
        changes.controls.iter().filter(moved).collect()
    };
    let all = [
        ("Fell", of(&[Direction::Fell])),
        ("Rose", of(&[Direction::Rose])),
        ("Confirmed as before, possible otherwise", of(&[Direction::Wider, Direction::Narrower])),
        ("Applies, or stands with waivers, otherwise", of(&[Direction::Same])),
    ];
    all.into_iter().filter(|(_, controls)| !controls.is_empty()).collect()
}

/// "3", "3 to 5 possible", "-".
fn standing(standing: Option<Standing>) -> String {
    let Some(Standing { confirmed, possible, with_waivers, .. }) = standing else { return "-".to_owned() };
    let possible = if possible > confirmed { format!(" (possible {})", possible.number()) } else { String::new() };
    let waived = with_waivers.filter(|level| *level != confirmed);
    let waived = waived.map(|level| format!(" ({} with waivers)", level.number())).unwrap_or_default();
    format!("{}{possible}{waived}", confirmed.number())
}

fn outcome(outcome: Option<Outcome>) -> &'static str {
    match outcome {
        Some(Outcome::Met) => "met",
        Some(Outcome::Unmet) => "unmet",
        Some(Outcome::Unknown) => "unknown",
        Some(Outcome::NotApplicable) => "not applicable",
        None => "no such rule",
    }
}

fn verdict(verdict: Option<Verdict>) -> &'static str {
    match verdict {
        Some(Verdict::Pass) => "pass",
        Some(Verdict::Fail) => "fail",
        Some(Verdict::Unknown) => "unknown",
        Some(Verdict::NotApplicable) | None => "-",
    }
}

fn causes(causes: &[ChangeCause]) -> String {
    causes.iter().map(|cause| cause.words()).collect::<Vec<_>>().join(", ")
}

/// How many findings went which way, in a sentence.
fn counted(counts: &FindingCounts) -> String {
    let FindingCounts { appeared, gone, better, worse, seen, hidden, otherwise, same } = *counts;
    let all = [
        (worse, "worse"),
        (better, "better"),
        (appeared, "appeared"),
        (gone, "gone"),
        (seen, "seen now"),
        (hidden, "not seen any more"),
        (otherwise, "spoken about in one scan only"),
        (same, "as before"),
    ];
    let told: Vec<_> =
        all.into_iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
    if told.is_empty() { "Findings: none.".to_owned() } else { format!("Findings: {}.", told.join(", ")) }
}

/// The criterion's own part of its id.
fn short(criterion: &str) -> &str {
    criterion.rsplit('.').next().unwrap_or(criterion)
}

/// The day and hour, in UTC.
fn moment(at: jiff::Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}
