//! From what a night found to what is new in it. Pure: a bundle's head and changes, the configuration, a date; no clock, no network.
//!
//! What happened between two scans has the later scan's id in its key. What is a state (below target, about to end) has none: it is
//! told when it begins, whether or not the scan before is there to compare with.

use jiff::{civil::Date, tz::TimeZone};
use rung_rules::{
    changes::{CriterionChange, Direction},
    model::{ControlReport, Level, Outcome, Scan, Settings, Verdict},
};
use sha2::{Digest, Sha256};

use super::{
    deadlines,
    event::{Event, Events, Head, Night, Seen},
    gaps,
};
use crate::config::{NotifyTable, notify::EventKind};

/// Resources that are named under a criterion; the rest is counted.
const NAMED: usize = 5;
/// Last lines of a scan that failed.
const LAST_LINES: usize = 10;

/// Everything that a night gives to tell.
pub fn of(night: &Night<'_>, seen: Option<&Seen>, table: &NotifyTable, settings: &Settings, today: Date) -> Events {
    let mut events = Events::default();
    events.list.extend(failed(night));
    if let Some(Seen { head, changes }) = seen {
        let scan = &head.scan.id;
        if let Some(changes) = changes {
            events.list.extend(changes.fallen().chain(changes.risen()).map(|one| moved(scan, one)));
            events.list.extend(changes.criteria.iter().filter(|one| is_new(one)).map(|one| unmet(scan, head, one)));
        }
        for control in &head.controls {
            below(&head.scan, control, &mut events);
        }
        events.list.extend(gaps::incomplete(night, head, changes.as_ref()));
    }
    events.list.extend(deadlines::all(settings, table.deadline_days, today));
    if let Some(seen) = seen {
        // States that were told before are no news.
        let is_state = |event: &Event| matches!(event.kind, EventKind::BelowTarget | EventKind::Deadline);
        events.list.extend(digest(night, seen, table, events.list.iter().all(is_state)));
    }
    events.list.sort_by_key(|event| event.kind);
    events
}

/// A short name for things that together identify something.
pub(super) fn digest_of<'a>(parts: impl IntoIterator<Item = &'a str>) -> String {
    let mut sha = Sha256::new();
    for part in parts {
        sha.update(part.as_bytes());
        sha.update([0]);
    }
    hex::encode(sha.finalize()).chars().take(16).collect()
}

/// A scan that did not come to its end. Gates that it did not pass (exit code 1), and gaps (3), are no failure.
fn failed(night: &Night<'_>) -> Option<Event> {
    let why = match night.exit {
        Some(0 | 1 | 3) => return None,
        Some(2) => "exit code 2: usage, configuration or input is wrong".to_owned(),
        Some(4) => "exit code 4: no usable credentials".to_owned(),
        Some(130) => "exit code 130: interrupted".to_owned(),
        Some(code) => format!("exit code {code}"),
        None => "no exit code: it was killed, or the machine went down".to_owned(),
    };
    let from = night.lines.len().saturating_sub(LAST_LINES);
    Some(Event {
        kind: EventKind::ScanFailed,
        key: format!("failed/{}/{}", night.schedule, night.planned),
        title: format!(
            "The scan{} failed",
            if night.schedule.is_empty() { String::new() } else { format!(" {}", night.schedule) }
        ),
        text: format!("It ended with {why}. Its last lines:"),
        lines: night.lines.iter().skip(from).cloned().collect(),
        more: from as u64,
    })
}

fn moved(scan: &str, change: &rung_rules::changes::ControlChange) -> Event {
    let (kind, verb) = match change.direction {
        Direction::Fell => (EventKind::LevelFell, "fell"),
        _ => (EventKind::LevelRose, "rose"),
    };
    let level = |standing: Option<rung_rules::changes::Standing>| {
        standing.map_or("not applicable".to_owned(), |standing| standing.confirmed.number().to_string())
    };
    Event {
        kind,
        key: format!("{verb}/{scan}/{}", change.control.id()),
        title: format!(
            "{} {} {verb} from level {} to {}",
            change.control.id(),
            change.title,
            level(change.before),
            level(change.after)
        ),
        text: change.why.clone(),
        lines: Vec::new(),
        more: 0,
    }
}

fn is_new(change: &CriterionChange) -> bool {
    change.after == Some(Outcome::Unmet) && change.before != Some(Outcome::Unmet)
}

/// A criterion that is unmet now: the resources that made it so first, and how many count against it in all.
fn unmet(scan: &str, head: &Head, change: &CriterionChange) -> Event {
    let report =
        head.controls.iter().flat_map(|control| &control.criteria).find(|report| report.id == change.criterion);
    let against = report.is_some_and(|report| report.bar.counts_against());
    let fails = |verdict: Option<Verdict>| verdict.map(|own| own.of_subject(against)) == Some(Verdict::Fail);
    let worse: Vec<_> = change.subjects.iter().filter(|one| fails(one.after) && !fails(one.before)).collect();
    let in_all = report.map_or(0, |report| if against { report.counts.pass } else { report.counts.fail });
    let line = |one: &&rung_rules::changes::SubjectChange| match &one.name {
        Some(name) => format!("{name} ({}, {}, {})", one.arn, one.account, one.region),
        None => format!("{} ({}, {})", one.arn, one.account, one.region),
    };
    let lines: Vec<_> = worse.iter().take(NAMED).map(line).collect();
    let statement = report.map_or_else(String::new, |report| format!(" Wanted: {}", report.statement));
    Event {
        kind: EventKind::NewUnmet,
        key: format!("unmet/{scan}/{}", change.criterion),
        title: format!("{} is unmet now (level {})", change.criterion, change.level.number()),
        text: format!("{}{statement} Resources that count against it: {in_all}.", change.why),
        more: in_all.saturating_sub(lines.len() as u64),
        lines,
    }
}

/// A control's confirmed level as gates look at it: without what waivers except. Nothing where nothing counts.
fn level(control: &ControlReport) -> Option<Level> {
    match &control.with_waivers {
        Some(with) => with.levels.as_ref().map(|levels| levels.confirmed),
        None => control.confirmed,
    }
}

/// Told when it begins; a state that is over may begin anew.
fn below(scan: &Scan, control: &ControlReport, events: &mut Events) {
    let chain = digest_of(scan.accounts.iter().chain(&scan.regions).map(String::as_str));
    let key = |level: Level| format!("below/{chain}/{}/{}", control.id.id(), level.number());
    let is = match (control.applicable, level(control), control.target) {
        (true, Some(level), Some(target)) if level < target => Some((level, target)),
        _ => None,
    };
    events.over.extend(Level::ALL.into_iter().filter(|level| is.map(|(_, target)| target) != Some(*level)).map(key));
    let Some((level, target)) = is else { return };
    events.list.push(Event {
        kind: EventKind::BelowTarget,
        key: key(target),
        title: format!(
            "{} {} is confirmed at level {}, below its target {}{}",
            control.id.id(),
            control.title,
            level.number(),
            target.number(),
            control
                .possible
                .filter(|possible| *possible >= target)
                .map_or("", |_| "; what is not known could reach it")
        ),
        text: control.why.clone(),
        lines: Vec::new(),
        more: 0,
    });
}

/// Once a week, on its day (in UTC): where everything stands.
fn digest(night: &Night<'_>, seen: &Seen, table: &NotifyTable, is_quiet: bool) -> Option<Event> {
    let day = night.planned.to_zoned(TimeZone::UTC).date();
    if table.digest != Some(day.weekday()) {
        return None;
    }
    let head = &seen.head;
    let number = |level: Option<Level>| level.map_or("-".to_owned(), |level| level.number().to_string());
    let line = |control: &ControlReport| {
        let target = control.target.map(|target| format!(", target {}", target.number())).unwrap_or_default();
        match control.applicable {
            true => format!(
                "{} {}: level {}, possible {}{target}",
                control.id.id(),
                control.title,
                number(control.confirmed),
                number(control.possible)
            ),
            false => format!("{} {}: not applicable", control.id.id(), control.title),
        }
    };
    let news = if is_quiet { "Nothing new. " } else { "" };
    let gaps = head.gaps.len();
    Some(Event {
        kind: EventKind::Digest,
        key: format!("digest/{}/{day}", night.schedule),
        title: format!(
            "Week of {day}: the pillar stands at level {}, possible {}",
            number(head.pillar.level),
            number(head.pillar.possible)
        ),
        text: format!("{news}Things that could not be seen: {gaps}."),
        lines: head.controls.iter().map(line).collect(),
        more: 0,
    })
}

#[cfg(test)]
#[path = "events_tests.rs"]
mod tests;
