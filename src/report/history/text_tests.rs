//! What the lines show: nights without a scan, no level, several scans a day, narrow terminals.

use rung_rules::model::Control;

use super::*;
use crate::history::tests::{history, night};

fn shown(nights: Vec<Night>, width: usize, lines: &[Line]) -> String {
    let told = Told { width, lines: lines.to_vec(), whys: Vec::new() };
    let mut out = Vec::new();
    write(&history(nights), &told, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

const CACHING: Line = Line::Control(Control::Caching);

#[test]
fn a_night_without_a_scan_and_a_control_without_a_level_are_no_numbers() {
    let mut nights: Vec<_> = [(1, 2), (2, 2), (5, 3), (6, 0), (7, 3)].map(|(day, level)| night(day, level)).into();
    nights[4].complete = false;
    // A second scan of the same day, later: that one is the day's.
    let mut again = night(2, 3);
    again.started_at += jiff::ToSpan::hours(3);
    again.possible[2] = Some(Level::L5);
    nights.insert(2, again);
    insta::assert_snapshot!(shown(nights, 80, &[Line::Pillar, CACHING]));
}

#[test]
fn the_newest_nights_stand_in_a_narrow_terminal() {
    let nights: Vec<_> = (1..=28).map(|day| night(day, if day < 20 { 1 } else { 2 })).collect();
    let narrow = shown(nights.clone(), 40, &[CACHING]);
    let line = narrow.lines().find(|line| line.contains("030 Caching")).unwrap();
    assert!(line.ends_with("  11111222222222"), "{line:?}");
    let wide = shown(nights, 200, &[CACHING]);
    assert!(wide.contains("1111111111111111111222222222"), "{wide}");
}

#[test]
fn rare_scans_have_a_column_each() {
    let nights: Vec<_> = (0..4).map(|week| night(1 + 7 * week, 1 + week as u8)).collect();
    let text = shown(nights, 80, &[CACHING]);
    assert!(text.contains("  1234\n") && text.contains("a column a scan"), "{text}");
}

#[test]
fn names_of_strangers_are_shown_and_not_obeyed() {
    let mut history = history(vec![night(1, 1), night(2, 2)]);
    history.series = "a\u{1b}[2J".to_owned();
    let whys = vec![("s2".to_owned(), CACHING, "because of \u{202e}x".to_owned())];
    let mut out = Vec::new();
    write(&history, &Told { width: 80, lines: vec![CACHING], whys }, &mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    assert!(text.contains("a\\u{1b}[2J") && text.contains("because of \\u{202e}x"), "{text}");
}

#[test]
fn the_short_form_names_what_moved_last() {
    let line = in_short(&history(vec![night(1, 2), night(2, 2)])).unwrap();
    assert_eq!(line, "2 scans since 2026-11-01: no level changed. `rung history` shows them.");
    let line = in_short(&history(vec![night(1, 2), night(2, 3)])).unwrap();
    assert!(line.starts_with("2 scans since 2026-11-01: the pillar from 2 to 3 on 2026-11-02, 010 from"), "{line}");
}
