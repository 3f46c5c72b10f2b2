//! Changes in a terminal: what fell and rose first, each with its sentence; then criteria, subjects, gaps, settings.

use std::io::{self, Write};

use owo_colors::Style;
use rung_rules::{
    changes::{Changes, ControlChange, Direction, SubjectChange},
    model::Gap,
};

use super::{
    super::text::{bold, dim, styled, wrapped},
    causes, counted, moment, outcome, sections, short, standing, verdict,
};
use crate::plain::plain;

/// Subjects that are listed in all; the JSON has more.
const SUBJECTS: usize = 40;
/// Gaps that are listed of those that opened, and of those that closed.
const GAPS: usize = 10;
/// Criteria whose outcome is as before that are listed.
const BELOW: usize = 20;
/// Criteria that the summary of a scan names where no level changed.
const SOME: usize = 3;
/// Widest name of a subject.
const NAME: usize = 48;

/// Writes all of it.
pub(super) fn write(changes: &Changes, out: &mut dyn Write) -> io::Result<()> {
    let (before, after) = (moment(changes.before.started_at), moment(changes.after.started_at));
    writeln!(out, "\n{}", bold(&format!("What changed from {before} to {after}")))?;
    writeln!(out, "{}", dim(&plain(&format!("{} -> {}", changes.before.id, changes.after.id))))?;
    changes.notes.iter().try_for_each(|note| wrapped(note, "", out))?;
    writeln!(out)?;
    if changes.is_nothing() {
        return writeln!(out, "  Nothing changed.");
    }
    pillar(changes, out)?;
    controls(changes, out)?;
    criteria(changes, out)?;
    subjects(changes, out)?;
    gaps("Not seen any more", &changes.gaps.opened, changes.gaps.opened_total, out)?;
    gaps("Seen now", &changes.gaps.closed, changes.gaps.closed_total, out)?;
    settings(changes, out)?;
    writeln!(out, "  {}", counted(&changes.findings))
}

fn pillar(changes: &Changes, out: &mut dyn Write) -> io::Result<()> {
    let number = |level: Option<rung_rules::model::Level>| level.map_or("-".to_owned(), |own| own.number().to_string());
    let (before, after) = (changes.pillar.before, changes.pillar.after);
    if before == after {
        return writeln!(out, "  {}\n", bold(&format!("Pillar: level {}, as before", number(after))));
    }
    writeln!(out, "  {}", bold(&format!("Pillar: level {}, was {}", number(after), number(before))))?;
    wrapped(&changes.pillar.why, "", out)?;
    writeln!(out)
}

fn controls(changes: &Changes, out: &mut dyn Write) -> io::Result<()> {
    let sections = sections(changes);
    if sections.is_empty() {
        writeln!(out, "  No level changed.\n")?;
    }
    for (heading, controls) in sections {
        writeln!(out, "  {}", bold(heading))?;
        controls.into_iter().try_for_each(|control| moved(control, out))?;
        writeln!(out)?;
    }
    Ok(())
}

fn moved(control: &ControlChange, out: &mut dyn Write) -> io::Result<()> {
    let style = match control.direction {
        Direction::Fell => Style::new().red(),
        Direction::Rose => Style::new().green(),
        _ => Style::new().yellow(),
    };
    let name = format!("{:03} {}", control.control.number(), control.title);
    let way = format!("{} -> {}", standing(control.before), standing(control.after));
    writeln!(out, "    {}  {}  {}", padded(&name, 26), styled(&way, style), dim(&causes(&control.causes)))?;
    wrapped(&control.why, "", out)
}

/// Criteria whose outcome changed, then some of those of which only subjects did.
fn criteria(changes: &Changes, out: &mut dyn Write) -> io::Result<()> {
    if changes.criteria.is_empty() {
        return Ok(());
    }
    writeln!(out, "  {}", bold("Criteria"))?;
    let (below, otherwise): (Vec<_>, Vec<_>) = changes.criteria.iter().partition(|own| own.before == own.after);
    for own in otherwise.iter().copied().chain(below.iter().copied().take(BELOW)) {
        let name = format!("{:03} {}", own.control.number(), short(&own.criterion));
        let way = match own.before == own.after {
            true => format!("{}, as before", outcome(own.after)),
            false => format!("{} -> {}", outcome(own.before), outcome(own.after)),
        };
        writeln!(out, "    {}  {way}  {}", padded(&name, 34), dim(&causes(&own.causes)))?;
        wrapped(&own.why, "", out)?;
    }
    more(below.len().saturating_sub(BELOW), "criteria of which only subjects changed", out)?;
    writeln!(out)
}

fn more(count: usize, what: &str, out: &mut dyn Write) -> io::Result<()> {
    if count == 0 { Ok(()) } else { writeln!(out, "    {}", dim(&format!("and {count} more {what}"))) }
}

/// A table: from what to what, why, under which criterion, which.
fn subjects(changes: &Changes, out: &mut dyn Write) -> io::Result<()> {
    let total: u64 = changes.criteria.iter().map(|own| own.subjects_total).sum();
    if total == 0 {
        return Ok(());
    }
    writeln!(out, "  {}", bold("Subjects"))?;
    let all = changes.criteria.iter().flat_map(|own| own.subjects.iter().map(move |subject| (own, subject)));
    for (own, subject) in all.clone().take(SUBJECTS) {
        let way = format!("{} -> {}", verdict(subject.before), verdict(subject.after));
        let criterion = format!("{:03} {}", own.control.number(), short(&own.criterion));
        writeln!(out, "    {way:<18} {:<11} {criterion:<34} {}", subject.cause.words(), called(subject))?;
    }
    let listed = all.take(SUBJECTS).count() as u64;
    more((total - listed.min(total)) as usize, "subjects: --format json lists up to 20 of each criterion", out)?;
    writeln!(out)
}

fn called(subject: &SubjectChange) -> String {
    let name = subject.name.as_deref().unwrap_or(&subject.arn);
    let short: String = name.chars().take(NAME).collect();
    plain(&if short.len() < name.len() { format!("{short}...") } else { short })
}

fn gaps(heading: &str, gaps: &[Gap], total: u64, out: &mut dyn Write) -> io::Result<()> {
    if total == 0 {
        return Ok(());
    }
    writeln!(out, "  {} ({total})", bold(heading))?;
    for gap in gaps.iter().take(GAPS) {
        let what = if gap.what.is_empty() { String::new() } else { format!(" ({})", gap.what) };
        let (operation, account, region) = (&gap.operation, &gap.account, &gap.region);
        wrapped(&format!("{operation}{what} in {account}, {region}: {}", gap.cause.words()), "", out)?;
    }
    more((total as usize).saturating_sub(GAPS.min(gaps.len())), "gaps", out)?;
    writeln!(out)
}

fn settings(changes: &Changes, out: &mut dyn Write) -> io::Result<()> {
    if changes.settings.is_empty() {
        return Ok(());
    }
    writeln!(out, "  {}", bold("Settings"))?;
    for own in &changes.settings {
        let first = if own.name == "rung" || own.name == "scope" { "" } else { short(&own.name) };
        let first = if own.name.contains('.') && own.why.contains(&own.name) { "" } else { first };
        let first = if first.is_empty() { String::new() } else { format!("{}: ", plain(first)) };
        wrapped(&format!("{first}{}", own.why), "", out)?;
    }
    writeln!(out)
}

/// A few lines at the end of a scan.
pub(in crate::report) fn since(changes: &Changes, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "  {}", bold(&format!("Since the scan of {}", moment(changes.before.started_at))))?;
    if changes.is_nothing() {
        wrapped("Nothing changed.", "", out)?;
        return writeln!(out);
    }
    if changes.pillar.before != changes.pillar.after {
        wrapped(&changes.pillar.why, "pillar: ", out)?;
    }
    let moved: Vec<_> = sections(changes).into_iter().flat_map(|(_, controls)| controls).collect();
    let otherwise: Vec<_> = changes.criteria.iter().filter(|own| own.before != own.after).collect();
    if moved.is_empty() {
        wrapped("No level changed.", "", out)?;
        for own in otherwise.iter().take(SOME) {
            let told = format!("{:03} {}: {}", own.control.number(), short(&own.criterion), own.why);
            wrapped(&told, "", out)?;
        }
    }
    for control in moved {
        wrapped(&control.why, &format!("{:03}: ", control.control.number()), out)?;
    }
    let otherwise = otherwise.len();
    let criteria = if otherwise == 1 { "1 criterion came" } else { "criteria came" };
    let criteria = if otherwise == 1 { criteria.to_owned() } else { format!("{otherwise} {criteria}") };
    wrapped(&format!("{criteria} out otherwise. {}", counted(&changes.findings)), "", out)?;
    wrapped("`rung diff` tells more of it.", "", out)?;
    writeln!(out)
}

/// Padded before it is styled: escape sequences have no width.
fn padded(text: &str, width: usize) -> String {
    let text = plain(text);
    let padding = width.saturating_sub(unicode_width::UnicodeWidthStr::width(text.as_str()));
    format!("{}{}", bold(&text), " ".repeat(padding))
}
