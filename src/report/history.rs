//! Levels over time, for people and programs; and the line of it at the end of a scan.

mod text;

use std::io::{self, Write};

use clap::ValueEnum;
use rung_rules::model::{Control, Level};

use super::csv::{broken, guarded};
use crate::history::{History, Line, Night};

pub(super) use text::in_short;
pub use text::{Told, write as text};

/// What to print.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people: a line a control, what changed when, the newest scans
    Text,
    /// All of it, rung/history/v1
    Json,
    /// A row a scan, for a spreadsheet
    Csv,
}

/// Writes a history as JSON.
pub fn json(history: &History, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, history)?;
    writeln!(out)
}

/// Writes a row a scan, oldest first; the levels of `lines` each in two columns.
pub fn csv(history: &History, lines: &[Line], out: &mut dyn Write) -> io::Result<()> {
    let mut rows = csv::Writer::from_writer(out);
    let names = lines.iter().flat_map(|line| [id(*line), format!("{} possible", id(*line))]);
    let head = ["started_at", "scan", "complete", "gaps"].map(str::to_owned);
    rows.write_record(head.into_iter().chain(names)).map_err(broken)?;
    for night in &history.nights {
        rows.write_record(row(night, lines)).map_err(broken)?;
    }
    rows.flush()
}

fn row(night: &Night, lines: &[Line]) -> Vec<String> {
    let level = |level: Option<Level>| level.map(|level| level.number().to_string()).unwrap_or_default();
    let mut row =
        vec![night.started_at.to_string(), guarded(&night.scan), night.complete.to_string(), night.gaps.to_string()];
    for line in lines {
        let levels = night.levels(*line);
        row.extend([level(levels.map(|levels| levels.0)), level(levels.map(|levels| levels.1))]);
    }
    row
}

fn id(line: Line) -> String {
    match line {
        Line::Pillar => "pillar".to_owned(),
        Line::Control(control) => control.id(),
    }
}

/// The pillar and the ten controls.
pub fn all_lines() -> Vec<Line> {
    std::iter::once(Line::Pillar).chain(Control::all().map(Line::Control)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::tests::{history, night};

    #[test]
    fn a_row_a_scan_and_nothing_where_no_level_is() {
        let mut none = night(2, 0);
        none.complete = false;
        none.scan = "=1+1".to_owned();
        let mut out = Vec::new();
        csv(&history(vec![night(1, 2), none]), &[Line::Pillar, Line::Control(Control::Caching)], &mut out).unwrap();
        insta::assert_snapshot!(String::from_utf8(out).unwrap(), @r"
        started_at,scan,complete,gaps,pillar,pillar possible,WAF-PERF-030,WAF-PERF-030 possible
        2026-11-01T02:00:00Z,s1,true,0,2,2,2,2
        2026-11-02T02:00:00Z,'=1+1,false,0,,,,
        ");
    }
}
