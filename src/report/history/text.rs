//! Levels over time in a terminal: a line a control with a column a night, then what changed when, then the newest scans.
//!
//! A night without a scan is a dot: what was not looked at did not stay the same. Where scans are rarer than every third night a column is
//! a scan, or there would be dots only.

use std::io::{self, Write};

use jiff::ToSpan;
use owo_colors::Style;
use rung_rules::model::Level;
use unicode_width::UnicodeWidthStr;

use super::super::text::{bold, dim, styled};
use crate::{
    history::{History, Line, Move, Night},
    plain::plain,
};

/// Changes that are listed.
const MOVES: usize = 15;
/// Scans that are listed.
const SCANS: usize = 10;
/// The width of what stands before a line's levels.
const NAME: usize = 30;
/// The most columns of levels, however wide the terminal is.
const WIDEST: usize = 120;
/// The least.
const NARROWEST: usize = 14;

/// How it is shown.
#[derive(Clone, Debug)]
pub struct Told {
    /// Columns of the terminal.
    pub width: usize,
    /// The pillar, controls, or some of them.
    pub lines: Vec<Line>,
    /// Why a scan found another level of a control, by scan and control: as its bundle told.
    pub whys: Vec<(String, Line, String)>,
}

/// Writes all of it.
pub fn write(history: &History, told: &Told, out: &mut dyn Write) -> io::Result<()> {
    let Some((first, last)) = history.nights.first().zip(history.nights.last()) else { return Ok(()) };
    writeln!(out, "\n{}", bold(&format!("Levels of {} over time", plain(&history.series))))?;
    let older = match history.left_out {
        0 => String::new(),
        n => format!("; {n} older not shown (--limit, --since)"),
    };
    let scans = history.nights.len();
    let s = if scans == 1 { "" } else { "s" };
    writeln!(out, "{}\n", dim(&format!("{scans} scan{s} from {} to {}{older}", first.day(), last.day())))?;
    lines(history, told, out)?;
    moves(history, told, out)?;
    scans_of(history, told, out)
}

/// A line for each.
fn lines(history: &History, told: &Told, out: &mut dyn Write) -> io::Result<()> {
    let room = told.width.saturating_sub(NAME + 4).clamp(NARROWEST, WIDEST);
    let (columns, by) = columns(&history.nights, room);
    let days: Vec<_> = columns.iter().flatten().map(|night| night.day()).collect();
    if let (Some(first), Some(last)) = (days.first(), days.last()) {
        let (first, last) = (first.to_string(), last.strftime("%m-%d").to_string());
        let gap = columns.len().saturating_sub(first.len());
        let last = if gap > last.len() { format!("{last:>gap$}") } else { String::new() };
        writeln!(out, "  {}{}", " ".repeat(NAME), dim(&format!("{first}{last}")))?;
    }
    for line in &told.lines {
        let cells: Vec<_> = columns.iter().map(|night| cell(*night, *line)).collect();
        writeln!(out, "  {}{}", padded(&name(*line), NAME), coloured(&cells))?;
    }
    if columns.iter().flatten().any(|night| !night.complete) {
        let marks = columns.iter().map(|night| if night.is_some_and(|night| !night.complete) { '!' } else { ' ' });
        let marks: String = marks.collect();
        writeln!(out, "  {}{}", padded("not complete", NAME), marks.trim_end())?;
    }
    legend(&columns, by, told, out)
}

fn legend(columns: &[Option<&Night>], by: By, told: &Told, out: &mut dyn Write) -> io::Result<()> {
    let none = columns.iter().flatten().any(|night| told.lines.iter().any(|line| night.levels(*line).is_none()));
    let by = match by {
        By::Night if columns.iter().any(Option::is_none) => "a column a night, a dot where there was no scan",
        By::Night => "a column a night",
        By::Scan => "a column a scan",
    };
    let none = if none { "; - where no level is" } else { "" };
    writeln!(out, "  {}\n", dim(&format!("{by}{none}; confirmed levels")))
}

/// What a column stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum By {
    Night,
    Scan,
}

/// The newest nights that fit; of several scans of a day the last.
fn columns(nights: &[Night], room: usize) -> (Vec<Option<&Night>>, By) {
    let Some((first, last)) = nights.first().zip(nights.last()) else { return (Vec::new(), By::Night) };
    let span = first.day().until(last.day()).map_or(0, |span| span.get_days().max(0) as usize) + 1;
    let newest = |count: usize| nights.iter().skip(nights.len().saturating_sub(count));
    if span > 3 * nights.len() {
        return (newest(room).map(Some).collect(), By::Scan);
    }
    let shown = span.min(room);
    let begin = last.day().saturating_sub((shown as i64 - 1).days());
    let of = |day: jiff::civil::Date| nights.iter().rev().find(|night| night.day() == day);
    ((0..shown as i64).map(|ahead| of(begin.saturating_add(ahead.days()))).collect(), By::Night)
}

/// A level, none, or no scan.
fn cell(night: Option<&Night>, line: Line) -> (char, Option<Level>) {
    let Some(night) = night else { return ('·', None) };
    match night.levels(line) {
        None => ('-', None),
        Some((confirmed, _)) => ((b'0' + confirmed.number()) as char, Some(confirmed)),
    }
}

/// Runs of the same level in one colour.
fn coloured(cells: &[(char, Option<Level>)]) -> String {
    let same = |a: &(char, Option<Level>), b: &(char, Option<Level>)| a.1 == b.1;
    let run = |run: &[(char, Option<Level>)]| {
        let text: String = run.iter().map(|cell| cell.0).collect();
        styled(&text, style(run.first().and_then(|cell| cell.1)))
    };
    cells.chunk_by(same).map(run).collect()
}

fn style(level: Option<Level>) -> Style {
    match level {
        None => Style::new().dimmed(),
        Some(Level::L1) => Style::new().red(),
        Some(Level::L2) => Style::new().yellow(),
        Some(_) => Style::new().green(),
    }
}

fn name(line: Line) -> String {
    match line {
        Line::Pillar => "Pillar".to_owned(),
        Line::Control(control) => format!("{:03} {}", control.number(), control.title()),
    }
}

/// Padded before it is styled: escape sequences have no width.
fn padded(text: &str, width: usize) -> String {
    format!("{}{}", bold(text), " ".repeat(width.saturating_sub(text.width())))
}

/// Each change of a level, the newest first.
fn moves(history: &History, told: &Told, out: &mut dyn Write) -> io::Result<()> {
    let mut all: Vec<_> = told.lines.iter().flat_map(|line| history.moves(*line)).collect();
    if all.is_empty() {
        return match history.nights.len() {
            0 | 1 => Ok(()),
            _ => writeln!(out, "  No level changed.\n"),
        };
    }
    // Sorted without losing the order of controls within a scan.
    all.sort_by_key(|one| std::cmp::Reverse(one.night.started_at));
    writeln!(out, "  {}", bold("What changed"))?;
    for one in all.iter().take(MOVES) {
        let way = format!("{} -> {}", number(one.from), number(one.to));
        let named = format!("{}  {}", one.night.day(), padded(&name(one.line), NAME - 4));
        writeln!(out, "    {named}{}", styled(&way, direction(one)))?;
        why(one, told, out)?;
    }
    if all.len() > MOVES {
        writeln!(out, "    {}", dim(&format!("and {} earlier ones: --format json or csv", all.len() - MOVES)))?;
    }
    writeln!(out)
}

fn why(one: &Move<'_>, told: &Told, out: &mut dyn Write) -> io::Result<()> {
    let of = |(scan, line, _): &&(String, Line, String)| *scan == one.night.scan && *line == one.line;
    let Some((.., why)) = told.whys.iter().find(of) else { return Ok(()) };
    let options = textwrap::Options::new(told.width.max(40)).word_splitter(textwrap::WordSplitter::NoHyphenation);
    let indent = " ".repeat(16);
    for line in textwrap::wrap(&plain(why), options.initial_indent(&indent).subsequent_indent(&indent)) {
        writeln!(out, "{}", dim(&line))?;
    }
    Ok(())
}

fn direction(one: &Move<'_>) -> Style {
    match one.from.cmp(&one.to) {
        _ if one.from.is_none() || one.to.is_none() => Style::new(),
        std::cmp::Ordering::Greater => Style::new().red(),
        _ => Style::new().green(),
    }
}

fn number(level: Option<Level>) -> String {
    level.map_or("-".to_owned(), |level| level.number().to_string())
}

/// The newest scans, with the level that everything unknown could still reach.
fn scans_of(history: &History, told: &Told, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "  {}", bold("Newest scans"))?;
    let head: String = told.lines.iter().map(|line| format!("{:>5}", short(*line))).collect();
    writeln!(out, "  {}", dim(&format!("{:<16}{head}", "UTC")))?;
    for night in history.nights.iter().rev().take(SCANS) {
        let cells: String = told.lines.iter().map(|line| format!("{:>5}", span(night.levels(*line)))).collect();
        let mark = if night.complete { "" } else { " not complete" };
        writeln!(out, "  {:<16}{cells}{mark}", night.started_at.strftime("%Y-%m-%d %H:%M").to_string())?;
    }
    Ok(())
}

fn short(line: Line) -> String {
    match line {
        Line::Pillar => "all".to_owned(),
        Line::Control(control) => format!("{:03}", control.number()),
    }
}

/// "2", "2-4", "-".
fn span(levels: Option<(Level, Level)>) -> String {
    match levels {
        None => "-".to_owned(),
        Some((confirmed, possible)) if possible > confirmed => format!("{}-{}", confirmed.number(), possible.number()),
        Some((confirmed, _)) => confirmed.number().to_string(),
    }
}

/// A sentence for the end of a scan: how many, and what moved last.
pub(in crate::report) fn in_short(history: &History) -> Option<String> {
    let (first, scans) = (history.nights.first()?, history.nights.len());
    let mut moves: Vec<_> = super::all_lines().into_iter().flat_map(|line| history.moves(line)).collect();
    moves.sort_by_key(|one| std::cmp::Reverse(one.night.started_at));
    let one = |one: &Move<'_>| {
        let way = format!("{} to {}", number(one.from), number(one.to));
        format!("{} from {way} on {}", short_name(one.line), one.night.day())
    };
    let last = match moves.is_empty() {
        true => "no level changed".to_owned(),
        false => moves.iter().take(3).map(one).collect::<Vec<_>>().join(", "),
    };
    Some(format!("{scans} scans since {}: {last}. `rung history` shows them.", first.day()))
}

fn short_name(line: Line) -> String {
    match line {
        Line::Pillar => "the pillar".to_owned(),
        Line::Control(control) => format!("{:03}", control.number()),
    }
}

#[cfg(test)]
#[path = "text_tests.rs"]
mod tests;
