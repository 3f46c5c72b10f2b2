//! The accounts of a scan of many: where each stands, and what was not seen in how many of them.

use std::io::{self, Write};

use owo_colors::Style;
use rung_rules::model::{AccountReport, AccountState, Control, GapGroup, Level};

use super::{Head, bold, colour, dim, styled, wrapped};
use crate::plain::plain;

/// Accounts that are listed, the lowest first; the report has all.
const LISTED: usize = 20;
/// Widest name of an account.
const NAME: usize = 24;

/// A line an account: the confirmed level of each control, with a mark where more is possible.
pub(super) fn write(head: &Head, out: &mut dyn Write) -> io::Result<()> {
    if head.accounts.len() < 2 {
        return Ok(());
    }
    let numbers: Vec<_> = Control::all().map(|control| format!("{:03}", control.number())).collect();
    writeln!(out, "  {:<width$}  {}  pillar", bold("Accounts"), numbers.join(" "), width = NAME + 14 + bold("").len())?;
    let mut lowest: Vec<_> = head.accounts.iter().collect();
    lowest.sort_by_key(|account| (account.state, account.pillar, sum(account), &account.id));
    for account in lowest.iter().take(LISTED) {
        writeln!(out, "  {}  {}  {}", who(account), row(account), pillar(account))?;
    }
    if let Some(more) = head.accounts.len().checked_sub(LISTED).filter(|more| *more > 0) {
        writeln!(out, "  {}", dim(&format!("and {more} more, higher up: the report has all")))?;
    }
    let left: Vec<_> = head.accounts.iter().filter(|account| account.state != AccountState::Scanned).collect();
    if !left.is_empty() {
        let count = |state| left.iter().filter(|account| account.state == state).count();
        let (closed, cut) = (count(AccountState::NotEntered), count(AccountState::Interrupted));
        let words =
            format!("{closed} could not be entered, {cut} were cut short: what was not read of them is unknown");
        writeln!(out, "  {}", styled(&words, Style::new().yellow()))?;
    }
    writeln!(out)
}

fn sum(account: &AccountReport) -> u32 {
    account.controls.values().map(|levels| u32::from(levels.confirmed.number())).sum()
}

fn who(account: &AccountReport) -> String {
    let name = plain(account.name.as_deref().unwrap_or_default());
    let short: String = name.chars().take(NAME).collect();
    let padding = NAME.saturating_sub(unicode_width::UnicodeWidthStr::width(short.as_str()));
    format!("{}  {short}{}", account.id, " ".repeat(padding))
}

fn row(account: &AccountReport) -> String {
    let cell = |control: Control| match account.controls.get(&control) {
        _ if account.state == AccountState::NotEntered => dim(" ? "),
        None => dim(" · "),
        Some(levels) => {
            let more = if levels.possible > levels.confirmed { "+" } else { " " };
            styled(&format!(" {}{more}", levels.confirmed.number()), colour(levels.confirmed))
        }
    };
    Control::all().map(cell).collect::<Vec<_>>().join(" ")
}

fn pillar(account: &AccountReport) -> String {
    let number = |level: Option<Level>| level.map_or("-".to_owned(), |level| level.number().to_string());
    match account.state {
        AccountState::NotEntered => "not entered".to_owned(),
        AccountState::Interrupted => format!("{} (cut short)", number(account.pillar)),
        AccountState::Scanned if account.pillar_possible > account.pillar => {
            format!("{}, {} possible", number(account.pillar), number(account.pillar_possible))
        }
        AccountState::Scanned => number(account.pillar),
    }
}

/// Gaps that hide a criterion: one an operation and cause, with how many accounts it happened in.
pub(super) fn gaps(head: &Head, out: &mut dyn Write) -> io::Result<()> {
    if head.summary.gap_groups.is_empty() {
        return Ok(());
    }
    writeln!(out, "  {}", bold("Not seen"))?;
    for group in &head.summary.gap_groups {
        wrapped(&line(group), "", out)?;
    }
    writeln!(out)
}

fn line(group: &GapGroup) -> String {
    let GapGroup { operation, cause, accounts, regions, hides, opens_with, .. } = group;
    let of = if *accounts == 1 { "1 account".to_owned() } else { format!("{accounts} accounts") };
    let criteria = if hides.len() == 1 { "1 criterion".to_owned() } else { format!("{} criteria", hides.len()) };
    let regions = match regions.as_slice() {
        few if few.len() <= 4 => few.join(", "),
        many => format!("{} regions", many.len()),
    };
    format!("{operation} in {of} ({regions}): {}. Hides {criteria}; opens with: {opens_with}", cause.words())
}
