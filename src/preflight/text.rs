//! The preflight for people: who asks and where, what is open, what is closed and what that hides, what a scan will cost.

use std::{
    collections::BTreeMap,
    io::{self, Write},
};

use owo_colors::{OwoColorize, Stream, Style};
use textwrap::{Options, WordSplitter};

use super::{AccountReport, Closed, Expected, LastScan, Operation, Report, Standing};
use crate::plain::plain;

/// The widest text that reads well.
const WIDEST: usize = 110;
/// The longest piece of AWS's words that is shown; the JSON has all that is kept.
const WORDS: usize = 160;

/// Writes it.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    if !report.complete {
        writeln!(out, "{}", bold("INCOMPLETE: interrupted before everything was tried."))?;
    }
    for account in &report.accounts {
        of_account(account, out)?;
    }
    if report.accounts.len() > 1 {
        across(report, out)?;
    }
    for closed in &report.not_entered {
        let text = format!("{}: not entered, {}: {}", closed.account, closed.cause.words(), closed.words);
        wrapped("  ", &text, out)?;
    }
    Ok(())
}

fn bold(text: &str) -> String {
    text.if_supports_color(Stream::Stdout, |text| text.style(Style::new().bold())).to_string()
}

/// Wrapped at spaces only: ids and regions are full of hyphens.
fn wrapped(first: &str, text: &str, out: &mut dyn Write) -> io::Result<()> {
    let width = textwrap::termwidth().clamp(60, WIDEST);
    let rest = " ".repeat(first.chars().count());
    let options = Options::new(width).word_splitter(WordSplitter::NoHyphenation);
    for line in textwrap::wrap(&plain(text), options.initial_indent(first).subsequent_indent(&rest)) {
        writeln!(out, "{line}")?;
    }
    Ok(())
}

fn of_account(account: &AccountReport, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "\n{}\n", bold(&format!("Preflight of account {}", account.account)))?;
    wrapped("  asking     ", &account.caller, out)?;
    wrapped("  partition  ", &account.partition, out)?;
    wrapped("  regions    ", &format!("{}, and what is global", account.regions.join(", ")), out)?;
    writeln!(out)?;
    standing(account, out)?;
    expected(&account.expected, out)?;
    let usd = account.asked_cost_usd;
    writeln!(out, "\n  This preflight asked {} calls, list price {usd:.6} USD.", account.asked_calls)
}

fn standing(account: &AccountReport, out: &mut dyn Write) -> io::Result<()> {
    let of = |state| account.operations.iter().filter(move |one| one.state == state);
    let all = account.operations.len();
    writeln!(out, "  {} {} of {all} (operations by region)", bold("allowed"), of(Standing::Allowed).count())?;
    let heading = "allowed, as far as AWS tells: no resource to try it on, so a made-up one was refused as unknown";
    listed(heading, of(Standing::Likely), |_| String::new(), out)?;
    for (state, heading) in [
        (Standing::Denied, "denied"),
        (Standing::Failed, "could not be found out"),
        (Standing::Unavailable, "not available: no policy opens it"),
    ] {
        let closed: Vec<&Closed> = account.closed.iter().filter(|one| one.state == state).collect();
        if !closed.is_empty() || state == Standing::Denied {
            writeln!(out, "\n  {} {}", bold(heading), of(state).count())?;
        }
        closed.into_iter().try_for_each(|one| of_closed(one, out))?;
    }
    listed("not tried", of(Standing::NotTried), |one| one.words.clone(), out)
}

/// Operations of one state, those with the same words together.
fn listed<'a>(
    heading: &str,
    operations: impl Iterator<Item = &'a Operation>,
    words: impl Fn(&Operation) -> String,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut groups: BTreeMap<String, BTreeMap<&str, Vec<&str>>> = BTreeMap::new();
    let mut count = 0;
    for one in operations {
        count += 1;
        groups.entry(words(one)).or_default().entry(&one.operation).or_default().push(&one.region);
    }
    if count > 0 {
        writeln!(out)?;
        wrapped("  ", &format!("{heading} {count}"), out)?;
    }
    for (words, operations) in groups {
        if !words.is_empty() {
            wrapped("      ", &shortened(&words), out)?;
        }
        let names = operations.into_iter().map(|(name, regions)| format!("{name} ({})", regions.join(", ")));
        wrapped(if words.is_empty() { "      " } else { "        " }, &names.collect::<Vec<_>>().join("; "), out)?;
    }
    Ok(())
}

fn of_closed(one: &Closed, out: &mut dyn Write) -> io::Result<()> {
    let what = format!("{} in {}: {}", one.operation, one.regions.join(", "), one.cause.words());
    wrapped("      ", &what, out)?;
    if !one.words.is_empty() {
        wrapped("          AWS says    ", &shortened(&one.words), out)?;
    }
    wrapped("          unlocks     ", &unlocks(one), out)?;
    if !one.holds_back.is_empty() {
        let held = one.holds_back.iter().map(|held| {
            format!("{:03} {} from level {}", held.control.number(), held.control.title(), held.from_level.number())
        });
        wrapped("          holds back  ", &held.collect::<Vec<_>>().join("; "), out)?;
    }
    wrapped("          opens with  ", &one.opens_with, out)
}

fn unlocks(one: &Closed) -> String {
    if one.unlocks.is_empty() {
        return "no criterion by itself".to_owned();
    }
    let short = |id: &str| id.rsplit('.').next().unwrap_or_default().to_owned();
    let each = one.unlocks.iter().map(|unlock| {
        format!("{} ({:03}, level {})", short(&unlock.criterion), unlock.control.number(), unlock.level.number())
    });
    each.collect::<Vec<_>>().join(", ")
}

fn shortened(words: &str) -> String {
    match words.char_indices().nth(WORDS) {
        Some((at, _)) => format!("{}...", words.get(..at).unwrap_or_default()),
        None => words.to_owned(),
    }
}

fn expected(expected: &Expected, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "\n  {}", bold("expected of a scan"))?;
    match &expected.last_scan {
        Some(last) => wrapped("      ", &of_last(last), out)?,
        None => wrapped("      ", "No scan of this account is stored here: what it really takes is not known.", out)?,
    }
    let Expected { calls_at_least: calls, metrics_at_least: metrics, cost_usd_at_least: usd, .. } = expected;
    let bound = format!("At least {calls} calls and {metrics} metrics, at a list price of at least {usd:.6} USD.");
    wrapped("      ", &bound, out)?;
    expected.notes.iter().try_for_each(|note| wrapped("      ", note, out))
}

fn of_last(last: &LastScan) -> String {
    let LastScan { started_at, regions, calls, cost_usd, .. } = last;
    let cut = if last.complete { "" } else { ", interrupted" };
    let metrics = if last.metrics { "" } else { ", without metrics" };
    let day = started_at.strftime("%Y-%m-%d");
    let of = regions.join(", ");
    format!(
        "The last scan of this account ({day}, {of}{cut}{metrics}) asked {calls} calls, list price {cost_usd:.4} USD."
    )
}

fn across(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let all = report.accounts.len();
    writeln!(out, "\n{}", bold(&format!("Denied in {all} accounts")))?;
    if report.denied.is_empty() {
        writeln!(out, "  nothing")?;
    }
    report.denied.iter().try_for_each(|one| {
        let accounts = one.accounts.join(", ");
        wrapped("  ", &format!("{}: {} of {all} ({accounts})", one.operation, one.accounts.len()), out)
    })
}
