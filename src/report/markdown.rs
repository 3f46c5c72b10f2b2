//! A Markdown summary for a pull request: levels, what blocks, the steps that lift most, what was not seen.
//!
//! GitHub takes 65,536 characters, so every list has an end and the text a guard. What strangers write stands in code spans, where
//! Markdown has no HTML, links, images or mentions; sentences that may quote them are escaped.

use std::{
    fmt::Write as _,
    io::{self, Write},
};

use rung_rules::changes::Changes;
use rung_rules::model::{BlockedBy, ControlReport, Effect, Effort, Level, Outcome, StepReport, StepState};

mod escape;

pub(super) use escape::{code, sentence};

use super::{Head, diff::since_in_markdown};

/// The most bytes of a summary; GitHub counts characters, of which there are never more.
pub const MOST: usize = 65_000;
/// The most steps, gaps, accounts, and entries of what people said.
const STEPS: usize = 10;
const GAPS: usize = 20;
const ACCOUNTS: usize = 20;
const PEOPLE: usize = 10;
/// The most resources that a step names.
const NAMED: usize = 3;

/// Writes the summary.
pub fn write(head: &Head, changes: Option<&Changes>, out: &mut dyn Write) -> io::Result<()> {
    let since = since(changes)?;
    let own = [title(head), controls(head), since, steps(head), path(head), accounts(head), people(head), gaps(head)];
    let mut text = String::new();
    for section in own {
        if text.len() + section.len() + FOOTER > MOST {
            text.push_str("\nThe rest is left out: it would not fit.\n");
            break;
        }
        text.push_str(&section);
    }
    text.push_str(&footer(head));
    out.write_all(text.as_bytes())
}

/// What changed since the scan before; nothing where there is none.
fn since(changes: Option<&Changes>) -> io::Result<String> {
    let mut text = Vec::new();
    changes.map_or(Ok(()), |changes| since_in_markdown(changes, &mut text))?;
    String::from_utf8(text).map_err(io::Error::other)
}

/// More bytes than the footer ever has.
const FOOTER: usize = 1000;

fn title(head: &Head) -> String {
    let of = match head.scan.accounts.as_slice() {
        [account] => format!("account {}", code(account)),
        accounts => format!("{} accounts", accounts.len()),
    };
    let mut text = format!("## Performance efficiency of {of}\n\n");
    if !head.scan.complete {
        text.push_str("**Incomplete: the scan was cut short; what was not read is unknown.**\n\n");
    }
    let pillar = &head.pillar;
    let waived = pillar.with_waivers.filter(|level| Some(*level) != pillar.level);
    let waived = waived.map(|level| format!(", {} with waivers", level.number())).unwrap_or_default();
    let possible = if pillar.possible > pillar.level {
        format!(" confirmed, {} possible", number(pillar.possible))
    } else {
        String::new()
    };
    let _ = writeln!(text, "**Pillar: level {}{possible}{waived}.** {}\n", number(pillar.level), sentence(&pillar.why));
    text
}

fn number(level: Option<Level>) -> String {
    level.map_or("-".to_owned(), |level| level.number().to_string())
}

fn controls(head: &Head) -> String {
    let mut text = "| control | | level | possible | target | why |\n|---|---|---|---|---|---|\n".to_owned();
    for control in &head.controls {
        let row = [
            format!("{} {}", control.id.id(), sentence(&control.title)),
            ladder(control),
            confirmed(control),
            number(control.possible),
            number(control.target),
            sentence(&control.why),
        ];
        let _ = writeln!(text, "| {} |", row.join(" | "));
    }
    text.push('\n');
    text
}

/// Five rungs: filled up to the confirmed level, outlined up to the possible one.
fn ladder(control: &ControlReport) -> String {
    let rung = |level: Level| match (control.confirmed, control.possible) {
        (Some(confirmed), _) if level <= confirmed => '■',
        (_, Some(possible)) if level <= possible => '□',
        _ => '·',
    };
    Level::ALL.into_iter().map(rung).collect()
}

fn confirmed(control: &ControlReport) -> String {
    let waived = control.with_waivers.and_then(|with| with.levels).map(|levels| levels.confirmed);
    let waived = waived.filter(|level| Some(*level) != control.confirmed);
    let waived = waived.map(|level| format!(" ({} with waivers)", level.number())).unwrap_or_default();
    match control.confirmed {
        None => "not applicable".to_owned(),
        Some(level) => format!("**{}**{waived}", level.number()),
    }
}

/// What is in the way of each control's next level: of every control its cheapest first, then its second.
fn steps(head: &Head) -> String {
    let of = |control| ranked(control).map(move |(rank, level, one)| (rank, control, level, one));
    let mut blockers: Vec<_> = head.controls.iter().flat_map(of).collect();
    if blockers.is_empty() {
        return String::new();
    }
    blockers.sort_by_key(|(rank, control, ..)| (*rank, control.confirmed));
    let mut text = "### What blocks the next level\n\n| control | to | criterion | | what to do | resources |\n|---|---|---|---|---|---|\n".to_owned();
    for (_, control, level, one) in blockers.iter().take(STEPS) {
        let short = one.criterion.rsplit('.').next().unwrap_or(&one.criterion);
        let row = [
            control.id.id(),
            level.number().to_string(),
            code(short),
            outcome(one.outcome).to_owned(),
            format!("{} ({})", sentence(&one.remedy), effort(one.effort)),
            resources(one.subjects.iter().map(|arn| &**arn), one.subjects_total),
        ];
        let _ = writeln!(text, "| {} |", row.join(" | "));
    }
    more(&mut text, blockers.len(), STEPS);
    text
}

/// What blocks a control's next level, with its place among them.
fn ranked(control: &ControlReport) -> impl Iterator<Item = (usize, Level, &BlockedBy)> {
    let next = control.next.iter();
    next.flat_map(|next| next.blocked_by.iter().enumerate().map(|(rank, one)| (rank, next.level, one)))
}

fn more(text: &mut String, total: usize, shown: usize) {
    if total > shown {
        let _ = writeln!(text, "\nand {} more", total - shown);
    }
    text.push('\n');
}

fn resources<'a>(arns: impl Iterator<Item = &'a str>, total: u64) -> String {
    let named: Vec<_> = arns.take(NAMED).map(code).collect();
    let rest = total.saturating_sub(named.len() as u64);
    let rest = if rest > 0 { format!(" and {rest} more") } else { String::new() };
    format!("{}{rest}", named.join(", "))
}

fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Met => "met",
        Outcome::Unmet => "unmet",
        Outcome::Unknown => "unknown",
        Outcome::NotApplicable => "not applicable",
    }
}

fn effort(effort: Effort) -> &'static str {
    match effort {
        Effort::Setting => "a setting",
        Effort::Resource => "something to add",
        Effort::Change => "a change",
        Effort::Practice => "a practice",
    }
}

/// The steps of the entry path that are left.
fn path(head: &Head) -> String {
    let left = |step: &&StepReport| matches!(step.state, StepState::Open | StepState::Unknown);
    let mut steps = head.entry_path.iter().filter(left).peekable();
    if steps.peek().is_none() {
        return String::new();
    }
    let mut text = "### Entry path\n\n".to_owned();
    for step in steps {
        let saving = step.saving_usd_month.map(|usd| format!(", saves {usd:.2} USD a month")).unwrap_or_default();
        let touches = match step.subjects_total {
            0 => String::new(),
            1 => format!(" (1 resource{saving})"),
            n => format!(" ({n} resources{saving})"),
        };
        let action = sentence(step.action.trim_end_matches('.'));
        let _ = writeln!(text, "- Weeks {}: {action}{touches}. {}", step.weeks, sentence(&step.why));
    }
    text.push('\n');
    text
}

/// Of several accounts the lowest first.
fn accounts(head: &Head) -> String {
    if head.accounts.len() < 2 {
        return String::new();
    }
    let mut all: Vec<_> = head.accounts.iter().collect();
    all.sort_by(|a, b| (a.pillar, &a.id).cmp(&(b.pillar, &b.id)));
    let mut text =
        "### Accounts\n\n| account | name | pillar | possible | gaps | |\n|---|---|---|---|---|---|\n".to_owned();
    for account in all.iter().take(ACCOUNTS) {
        let why = account.why.as_deref().map(|why| format!("not entered: {}", code(why))).unwrap_or_default();
        let name = account.name.as_deref().map(code).unwrap_or_default();
        let (pillar, possible) = (number(account.pillar), number(account.pillar_possible));
        let _ = writeln!(text, "| {} | {name} | {pillar} | {possible} | {} | {why} |", code(&account.id), account.gaps);
    }
    more(&mut text, all.len(), ACCOUNTS);
    text
}

/// What people said that does not hold any more, and what they accepted.
fn people(head: &Head) -> String {
    let effect = |effect: Effect| match effect {
        Effect::Contested => Some("the evidence says otherwise"),
        Effect::DoesNotCount => Some("does not count: expired, or its proof is another one"),
        Effect::NotEnough => Some("part of it is still unknown"),
        Effect::Decides | Effect::NotNeeded => None,
    };
    let attested = head.attestations.iter().filter_map(|one| {
        let words = effect(one.effect)?;
        let said = &one.attestation;
        let until = format!("until {}", said.expires);
        Some(format!("- attestation {} by {}, {until}: {words}\n", code(&said.criterion), code(&said.owner)))
    });
    let waived = head.waivers.iter().map(|one| {
        let of = one.waiver.criterion.clone().or(one.waiver.control.map(|control| control.id()));
        let of = of.as_deref().map_or("all criteria".to_owned(), code);
        let state = if one.expired { "has ended".to_owned() } else { format!("excepts {} findings", one.findings) };
        format!("- waiver of {of}: {state}; {}\n", code(&one.waiver.reason))
    });
    let lines: Vec<_> = attested.chain(waived).collect();
    if lines.is_empty() {
        return String::new();
    }
    let mut text =
        format!("### What people say\n\n{}", lines.iter().take(PEOPLE).map(String::as_str).collect::<String>());
    more(&mut text, lines.len(), PEOPLE);
    text
}

fn gaps(head: &Head) -> String {
    let groups = &head.summary.gap_groups;
    if groups.is_empty() {
        return String::new();
    }
    let mut text =
        "### Not seen\n\n| operation | regions | cause | hides | opens with |\n|---|---|---|---|---|\n".to_owned();
    for group in groups.iter().take(GAPS) {
        let row = [
            code(&group.operation),
            code(&group.regions.join(", ")),
            group.cause.words().to_owned(),
            match group.hides.len() {
                1 => "1 criterion".to_owned(),
                n => format!("{n} criteria"),
            },
            sentence(&group.opens_with),
        ];
        let _ = writeln!(text, "| {} |", row.join(" | "));
    }
    more(&mut text, groups.len(), GAPS);
    text
}

fn footer(head: &Head) -> String {
    let criteria = || head.controls.iter().flat_map(|control| &control.criteria);
    let count = |outcome: Outcome| criteria().filter(|criterion| criterion.outcome == outcome).count();
    format!(
        "{} criteria met, {} unmet, {} unknown, {} not applicable; {} gaps. Scan {}, rung {}. Unknown is never a pass.\n",
        count(Outcome::Met),
        count(Outcome::Unmet),
        count(Outcome::Unknown),
        count(Outcome::NotApplicable),
        head.summary.gaps,
        code(&head.scan.id),
        sentence(&head.rung.version)
    )
}
