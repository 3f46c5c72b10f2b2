//! The page around the data: one file with its style and its scripts inside, so that it works from disk and asks for nothing.

use std::io::{self, Write};

use minijinja::{AutoEscape, Environment, context};

use super::{Head, data::for_script};
use crate::report::german;

const TEMPLATE: &str = include_str!("report.html");
const CSS: &[&str] = &[
    include_str!("css/base.css"),
    include_str!("css/overview.css"),
    include_str!("css/controls.css"),
    include_str!("css/findings.css"),
    include_str!("css/drawer.css"),
    include_str!("css/narrow.css"),
    include_str!("css/print.css"),
];
/// Observable Plot, as `scripts/vendor-plot` makes it.
const PLOT: &str = include_str!("vendor/plot.js");
const CONSOLE_LINKS: &str = include_str!("../console_links.json");
const JS: &[&str] = &[
    include_str!("report.js"),
    include_str!("i18n.js"),
    include_str!("text.js"),
    include_str!("parts.js"),
    include_str!("masthead.js"),
    include_str!("overview.js"),
    include_str!("ladder.js"),
    include_str!("steps.js"),
    include_str!("changes.js"),
    include_str!("accounts.js"),
    include_str!("lists.js"),
    include_str!("people.js"),
    include_str!("controls.js"),
    include_str!("criteria.js"),
    include_str!("chart_words.js"),
    include_str!("charts.js"),
    include_str!("trend.js"),
    include_str!("console.js"),
    include_str!("filters.js"),
    include_str!("address.js"),
    include_str!("findings.js"),
    include_str!("rows.js"),
    include_str!("groups.js"),
    include_str!("drawer.js"),
    include_str!("evidence.js"),
    include_str!("gaps.js"),
    include_str!("coverage.js"),
    include_str!("measured.js"),
    include_str!("start.js"),
];

/// Stands for the data while the page is put around them: they are too large to be copied.
const DATA: &str = "@@data@@";

/// Writes the main page around its data.
pub(super) fn main(head: &Head, data: &str, out: &mut dyn Write) -> io::Result<()> {
    write(&title(head), Some(PLOT), data, out)
}

/// Writes a detail page around its data.
pub(super) fn detail(head: &Head, number: usize, of: usize, data: &str, out: &mut dyn Write) -> io::Result<()> {
    write(&format!("{}, facts {} of {of}", title(head), number + 1), None, data, out)
}

fn title(head: &Head) -> String {
    match head.scan.accounts.as_slice() {
        [account] => format!("Performance efficiency of account {account}"),
        accounts => format!("Performance efficiency of {} accounts", accounts.len()),
    }
}

fn write(title: &str, plot: Option<&str>, data: &str, out: &mut dyn Write) -> io::Result<()> {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    let console_links = for_script(CONSOLE_LINKS);
    let (css, js, german) = (CSS.concat(), JS.concat(), german::json()?);
    let context = context! { title, css, js, plot, console_links, german, data => DATA };
    let page = environment.render_str(TEMPLATE, context).map_err(io::Error::other)?;
    let (before, after) =
        page.split_once(DATA).ok_or_else(|| io::Error::other("the page has no place for its data"))?;
    out.write_all(before.as_bytes())?;
    out.write_all(data.as_bytes())?;
    out.write_all(after.as_bytes())
}
