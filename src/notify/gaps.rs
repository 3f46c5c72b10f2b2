//! The event that a scan saw less than the one before, or was cut short.

use std::collections::{BTreeMap, BTreeSet};

use rung_rules::{
    changes::Changes,
    model::{Cause, Gap},
};

use super::event::{Event, Head, Night};
use crate::config::notify::EventKind;

/// Operations that are named under a cause.
const NAMED: usize = 4;
/// The exit code of a scan that was told to be complete and is not.
const NOT_COMPLETE: i32 = 3;

/// Tells what is not seen any more, by cause. What was not seen before either is no news.
pub(super) fn incomplete(night: &Night<'_>, head: &Head, changes: Option<&Changes>) -> Option<Event> {
    let opened: Vec<&Gap> = match changes {
        Some(changes) => changes.gaps.opened.iter().filter(|gap| is_told(gap.cause)).collect(),
        None => head.gaps.iter().map(|report| &report.gap).filter(|gap| is_told(gap.cause)).collect(),
    };
    let first_and_wanted_whole = changes.is_none() && night.exit == Some(NOT_COMPLETE);
    let is_less = changes.is_some() && !opened.is_empty();
    if head.scan.complete && !is_less && !first_and_wanted_whole {
        return None;
    }
    let since = if changes.is_some() { " that were seen before" } else { "" };
    // The bundle lists the first ones only; then the true number is not known here.
    let listed = changes.is_some_and(|changes| changes.gaps.opened_total > changes.gaps.opened.len() as u64);
    let number = format!("{}{}", if listed { "at least " } else { "" }, opened.len());
    let title = match (head.scan.complete, opened.is_empty()) {
        (false, true) => "The scan was cut short".to_owned(),
        (false, false) => format!("The scan was cut short: things{since} could not be seen: {number}"),
        (true, _) => format!("Things{since} could not be seen: {number}"),
    };
    Some(Event {
        kind: EventKind::Incomplete,
        key: format!("incomplete/{}", head.scan.id),
        title,
        text: "What could not be seen is unknown: neither a pass nor a fail.".to_owned(),
        lines: by_cause(&opened),
        more: 0,
    })
}

/// Whether somebody can do something about it. That a new resource has no metrics yet is no reason to be woken.
fn is_told(cause: Cause) -> bool {
    !matches!(cause, Cause::NoData | Cause::NotReported | Cause::NotOffered | Cause::NotRequested)
}

fn by_cause(gaps: &[&Gap]) -> Vec<String> {
    let mut causes: BTreeMap<Cause, (u64, BTreeSet<&str>)> = BTreeMap::new();
    for gap in gaps {
        let (count, operations) = causes.entry(gap.cause).or_default();
        *count += 1;
        operations.insert(&gap.operation);
    }
    let line = |(cause, (count, operations)): (Cause, (u64, BTreeSet<&str>))| {
        let named: Vec<_> = operations.iter().take(NAMED).copied().collect();
        let more = operations.len().saturating_sub(NAMED);
        let and = if more > 0 { format!(" and {more} more") } else { String::new() };
        format!("{count} {}: {}{and}", cause.words(), named.join(", "))
    };
    causes.into_iter().map(line).collect()
}
