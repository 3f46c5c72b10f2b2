//! The summary for people: a line a control with its five rungs, why, and the next step; then gaps, cost, calls, time.

mod accounts;
mod people;

use std::{
    collections::BTreeMap,
    io::{self, Write},
};

use owo_colors::{OwoColorize, Stream, Style};
use rung_rules::model::{
    ChecklistReport, ControlReport, CoverageCounts, Effort, Level, Outcome, Reached, StepReport, StepState,
};
use textwrap::{Options, WordSplitter};

use super::{Head, Rendering};
use crate::plain::plain;

/// The widest text that reads well.
const WIDEST: usize = 110;
const INDENT: &str = "      ";

/// Writes the summary.
pub fn write(head: &Head, rendering: &Rendering<'_>, out: &mut dyn Write) -> io::Result<()> {
    title(head, out)?;
    pillar(head, out)?;
    for control in &head.controls {
        control_lines(control, out)?;
    }
    accounts::write(head, out)?;
    checklists(head, out)?;
    path(head, out)?;
    people::write(head, out)?;
    gaps(head, out)?;
    if let Some(changes) = rendering.changes {
        super::diff::since(changes, out)?;
    }
    if let Some(words) = rendering.history.and_then(super::history::in_short) {
        writeln!(out, "  {}", bold("Over time"))?;
        wrapped(&words, "", out)?;
        writeln!(out)?;
    }
    footer(head, rendering, out)
}

fn width() -> usize {
    textwrap::termwidth().clamp(60, WIDEST)
}

/// Wrapped at spaces only: ids and regions are full of hyphens.
fn options<'a>() -> Options<'a> {
    Options::new(width()).word_splitter(WordSplitter::NoHyphenation)
}

/// Text in a style where standard output shows colours; NO_COLOR and pipes are respected.
pub(super) fn styled(text: &str, style: Style) -> String {
    text.if_supports_color(Stream::Stdout, |text| text.style(style)).to_string()
}

pub(super) fn bold(text: &str) -> String {
    styled(text, Style::new().bold())
}

pub(super) fn dim(text: &str) -> String {
    styled(text, Style::new().dimmed())
}

pub(super) fn wrapped(text: &str, first: &str, out: &mut dyn Write) -> io::Result<()> {
    let first = format!("{INDENT}{first}");
    let rest = " ".repeat(first.chars().count());
    for line in textwrap::wrap(&plain(text), options().initial_indent(&first).subsequent_indent(&rest)) {
        writeln!(out, "{line}")?;
    }
    Ok(())
}

fn title(head: &Head, out: &mut dyn Write) -> io::Result<()> {
    let (scan, regions) = (&head.scan, head.scan.regions.join(", "));
    let of = match scan.accounts.as_slice() {
        [account] => format!("account {account}"),
        accounts => format!("{} accounts", accounts.len()),
    };
    writeln!(out, "\n{}  {}", bold(&format!("Performance efficiency of {of}")), dim(&regions))?;
    if !scan.complete {
        let words = "INCOMPLETE: the scan was cut short; what was not read is unknown.";
        writeln!(out, "{}", styled(words, Style::new().yellow().bold()))?;
    }
    writeln!(out)
}

fn number(level: Option<Level>) -> String {
    level.map_or("-".to_owned(), |level| level.number().to_string())
}

fn pillar(head: &Head, out: &mut dyn Write) -> io::Result<()> {
    let pillar = &head.pillar;
    let possible = if pillar.possible > pillar.level {
        format!(" confirmed, {} possible", number(pillar.possible))
    } else {
        String::new()
    };
    let waived = pillar.with_waivers.filter(|level| Some(*level) != pillar.level);
    let waived = waived.map(|level| format!(", {} with waivers", level.number())).unwrap_or_default();
    let text = format!(
        "Pillar: level {}{possible}{waived}; lowest control {}; AWS alone can show at most {}.",
        number(pillar.level),
        number(pillar.by_minimum),
        number(pillar.api_ceiling)
    );
    writeln!(out, "  {}", bold(&text))?;
    wrapped(&pillar.why, "", out)?;
    if head.scan.scope.left_out > 0 {
        wrapped(&format!("{}; {} left out", head.scan.scope.rule, head.scan.scope.left_out), "scope: ", out)?;
    }
    writeln!(out)
}

fn checklists(head: &Head, out: &mut dyn Write) -> io::Result<()> {
    for list in &head.checklists {
        let reached = match list.reached {
            Reached::Yes => "reached",
            Reached::No => "not reached",
            Reached::Undecided => "undecided",
        };
        let ChecklistReport { met, of, unknown, needed, .. } = list;
        let level = list.level.number();
        writeln!(
            out,
            "  Checklist {level}   {met:>2} of {of:>2} apply, {unknown} unknown, {needed} needed: {}",
            bold(reached)
        )?;
    }
    writeln!(out)
}

/// The first step of the entry path that is left.
fn path(head: &Head, out: &mut dyn Write) -> io::Result<()> {
    let left = |step: &&StepReport| matches!(step.state, StepState::Open | StepState::Unknown);
    let Some(step) = head.entry_path.iter().find(left) else { return Ok(()) };
    let saving = step.saving_usd_month.map(|usd| format!(", saves {usd:.2} USD a month")).unwrap_or_default();
    let touches = match step.subjects_total {
        0 => String::new(),
        1 => format!(" (1 resource{saving})"),
        n => format!(" ({n} resources{saving})"),
    };
    writeln!(out, "  {}", bold(&format!("Next on the entry path: week {}", step.weeks)))?;
    wrapped(&format!("{}{touches}", step.action), "", out)?;
    wrapped(&step.why, "", out)?;
    writeln!(out)
}

fn control_lines(control: &ControlReport, out: &mut dyn Write) -> io::Result<()> {
    let name = format!("{} {}", plain(&control.id.id().replace("WAF-PERF-", "")), control.title);
    writeln!(out, "  {:<30} {}  {}", bold_padded(&name, 30), ladder(control), standing(control))?;
    wrapped(&control.why, "", out)?;
    if let Some(step) = control.next.as_ref().and_then(|next| next.blocked_by.first()) {
        let subjects = match step.subjects_total {
            0 => String::new(),
            1 => " (1 subject)".to_owned(),
            n => format!(" ({n} subjects)"),
        };
        wrapped(&format!("{}{subjects}", step.remedy), &format!("next, {}: ", effort(step.effort)), out)?;
    }
    writeln!(out)
}

/// Padded before it is styled: escape sequences have no width.
fn bold_padded(text: &str, width: usize) -> String {
    let padding = width.saturating_sub(unicode_width::UnicodeWidthStr::width(text));
    format!("{}{}", bold(text), " ".repeat(padding))
}

fn effort(effort: Effort) -> &'static str {
    match effort {
        Effort::Setting => "a setting",
        Effort::Resource => "something to add",
        Effort::Change => "a change",
        Effort::Practice => "a practice",
    }
}

/// Five rungs: filled up to the confirmed level, outlined up to the possible one.
fn ladder(control: &ControlReport) -> String {
    let (Some(confirmed), Some(possible)) = (control.confirmed, control.possible) else { return dim("·····") };
    Level::ALL
        .into_iter()
        .map(|level| {
            if level <= confirmed {
                styled("■", colour(confirmed))
            } else if level <= possible {
                styled("□", Style::new().yellow())
            } else {
                dim("·")
            }
        })
        .collect()
}

fn colour(level: Level) -> Style {
    match level {
        Level::L1 => Style::new().red(),
        Level::L2 => Style::new().yellow(),
        _ => Style::new().green(),
    }
}

fn standing(control: &ControlReport) -> String {
    let target = control.target.map(|level| format!(", target {}", level.number())).unwrap_or_default();
    let waived = control.with_waivers.and_then(|with_waivers| with_waivers.levels).map(|levels| levels.confirmed);
    let waived = waived.filter(|level| Some(*level) != control.confirmed);
    let waived = waived.map(|level| format!(", {} with waivers", level.number())).unwrap_or_default();
    format!("{}{waived}{target}", own_standing(control))
}

fn own_standing(control: &ControlReport) -> String {
    match (control.confirmed, control.possible) {
        (Some(confirmed), Some(possible)) if confirmed == possible => {
            format!("level {}  {}", bold(&confirmed.number().to_string()), dim(confirmed.label()))
        }
        (Some(confirmed), Some(possible)) => {
            format!("level {} confirmed, {} possible", bold(&confirmed.number().to_string()), possible.number())
        }
        _ => dim("not applicable"),
    }
}

/// Gaps that hide a criterion, one line an operation, region and cause; the rest is counted.
fn gaps(head: &Head, out: &mut dyn Write) -> io::Result<()> {
    if head.accounts.len() > 1 {
        return accounts::gaps(head, out);
    }
    let mut lines: BTreeMap<String, (usize, &str)> = BTreeMap::new();
    for gap in head.gaps.iter().filter(|gap| !gap.hides.is_empty()) {
        let key = format!("{} in {}: {}", gap.gap.operation, gap.gap.region, gap.gap.cause.words());
        let entry = lines.entry(key).or_insert((0, &gap.gap.opens_with));
        entry.0 += gap.hides.len();
    }
    if lines.is_empty() {
        return Ok(());
    }
    writeln!(out, "  {}", bold("Not seen"))?;
    for (line, (hides, opens)) in &lines {
        let criteria = if *hides == 1 { "1 criterion" } else { "criteria" };
        let hidden = if *hides == 1 { criteria.to_owned() } else { format!("{hides} {criteria}") };
        wrapped(&format!("{line}. Hides {hidden}; opens with: {opens}"), "", out)?;
    }
    writeln!(out)
}

/// How much of what was asked was answered, over all accounts and regions.
fn covered(head: &Head) -> String {
    let CoverageCounts { complete, partly, not_read: unread, .. } = head.summary.coverage;
    let asked = complete + partly + unread;
    let rest = match (partly, unread) {
        (0, 0) => String::new(),
        (partly, unread) => format!("; {partly} in part, {unread} not at all"),
    };
    format!("Coverage: {complete} of {asked} operations by account and region read to their end{rest}.")
}

fn footer(head: &Head, rendering: &Rendering<'_>, out: &mut dyn Write) -> io::Result<()> {
    let calls: u64 = head.scan.calls.values().map(|count| count.calls).sum();
    let throttles: u64 = head.scan.calls.values().map(|count| count.throttles).sum();
    let unknown = head.controls.iter().flat_map(|c| &c.criteria).filter(|c| c.outcome == Outcome::Unknown).count();
    let time = rendering.took.map(|took| format!(", {:.1} s", took.as_secs_f64())).unwrap_or_default();
    let text = format!(
        "{calls} calls, {throttles} throttled, list price {:.4} USD{time}. {unknown} criteria unknown.",
        head.scan.cost_usd
    );
    writeln!(out, "  {text}")?;
    writeln!(out, "  {}", covered(head))?;
    if let Some(bundle) = rendering.bundle {
        writeln!(out, "  Report    {}", bold(&plain(&bundle.join(crate::bundle::REPORT).display().to_string())))?;
        writeln!(out, "  Evidence  {}", plain(&bundle.display().to_string()))?;
    }
    Ok(())
}
