//! Sentences: why an outcome is what it is, why a control stands where it does, what to do.

use super::{Sums, people};
use crate::model::{Bar, Basis, ControlResult, CriterionResult, DecidedBy, Level, Outcome, Thresholds, blockers};

pub(super) fn criterion(sums: Sums<'_>, result: &CriterionResult<'_>) -> String {
    match result.outcome {
        Outcome::NotApplicable => format!("There are no {} this speaks about.", nouns(result)),
        Outcome::Unknown => [unknown(result), people::lapsed(result)].concat(),
        Outcome::Met if result.decided_by == DecidedBy::Attested => people::attested(result),
        Outcome::Met | Outcome::Unmet => {
            let seen = format!("{}; {}.", counted(result), bar(result.criterion.bar, &sums.settings.thresholds));
            [seen, people::contested(result)].concat()
        }
    }
}

fn nouns(result: &CriterionResult<'_>) -> String {
    let mut nouns: Vec<_> = result.criterion.tests.iter().map(|test| test.kind().plural()).collect();
    nouns.dedup();
    match nouns.split_last() {
        None => "subjects".to_owned(),
        Some((last, [])) => (*last).to_owned(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
    }
}

fn counted(result: &CriterionResult<'_>) -> String {
    let tally = result.tally;
    let of = tally.applicable();
    if of == 0 {
        return format!("There are no {}", nouns(result));
    }
    let nouns = nouns(result);
    let verb = match result.criterion.bar {
        Bar::None | Bar::AtMost(_) => "are of that kind",
        _ => "pass",
    };
    let hidden = if tally.unknown > 0 { format!(", {} could not be seen", tally.unknown) } else { String::new() };
    let share = if of > 1 { format!(" ({})", percent(tally.pass, of)) } else { String::new() };
    format!("{} of {of} {nouns} {verb}{share}{hidden}", tally.pass)
}

fn percent(part: u64, of: u64) -> String {
    let tenths = (part as f64 * 1000.0 / of as f64).floor() / 10.0;
    if tenths.fract() == 0.0 { format!("{tenths:.0} %") } else { format!("{tenths:.1} %") }
}

/// The bar in words.
pub fn bar(bar: Bar, thresholds: &Thresholds) -> String {
    let share = |threshold| {
        let value: f64 = thresholds.value(threshold);
        format!("{value} %")
    };
    match bar {
        Bar::Any => "one is enough".to_owned(),
        Bar::All => "every one has to".to_owned(),
        Bar::None => "none may be".to_owned(),
        Bar::Share(threshold) => format!("the bar is at least {}", share(threshold)),
        Bar::AtMost(threshold) => format!("the bar is at most {}", share(threshold)),
    }
}

fn unknown(result: &CriterionResult<'_>) -> String {
    let mut parts = Vec::new();
    if result.tally.fail > 0 || result.tally.pass > 0 {
        parts.push(counted(result));
    }
    let (causes, more) = result.gaps.words();
    let causes: Vec<_> = causes.collect();
    if !causes.is_empty() {
        let more = if more > 0 { format!(" and {more} more gaps") } else { String::new() };
        parts.push(format!("{}{more}", causes.join("; ")));
    }
    if result.needs_attestation {
        let words = match result.criterion.basis {
            Basis::Attested => "no API shows it: it needs an attestation",
            _ => "AWS does not show it: it needs an attestation",
        };
        parts.push(words.to_owned());
    }
    let text = parts.join(". ");
    let mut chars = text.chars();
    let sentence: String = chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default();
    // Operations begin in lower case: "Ec2:DescribeVolumes" is nobody's name.
    let sentence = if text.split(' ').next().is_some_and(|word| word.contains(':')) { text } else { sentence };
    format!("{sentence}.")
}

pub(super) fn control(sums: Sums<'_>, result: &ControlResult<'_>) -> String {
    let Some(levels) = result.levels else {
        return "The account has nothing that this control speaks about.".to_owned();
    };
    let Some((level, blocking)) = blockers(result, &sums.settings.thresholds) else {
        return "Every criterion of levels 2 to 5 that applies is met.".to_owned();
    };
    let in_the_way = || blocking.iter().filter_map(|b| result.criteria.get(b.index));
    let unmet = in_the_way().find(|c| c.outcome == Outcome::Unmet);
    let Some(worst) = unmet.or_else(|| in_the_way().next()) else { return String::new() };
    let why = criterion(sums, worst);
    let stands = if levels.confirmed == Level::L1 {
        "Level 2 is not reached".to_owned()
    } else {
        format!("Level {} is not reached", level.number())
    };
    let seen = if worst.outcome == Outcome::Unknown { " for certain" } else { "" };
    format!("{stands}{seen}: {}: {why}", worst.criterion.id)
}

pub(super) fn remedy(result: &CriterionResult<'_>) -> String {
    match result.outcome {
        Outcome::Unknown if !result.gaps.is_empty() => {
            format!("Open the gaps behind it first. Then: {}", result.criterion.remedy)
        }
        _ => result.criterion.remedy.to_owned(),
    }
}
