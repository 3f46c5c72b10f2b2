//! Phrases that sentences are put together from.

use std::collections::BTreeSet;

use super::{
    ChangeCause, FactChange,
    criterion::{Group, NAMED, Touched, short},
    subjects::Code,
};
use crate::model::{Bar, Outcome};

/// A clause as a sentence: its first letter large, unless it is the name of an operation, and a full stop.
pub(super) fn sentence(clause: &str) -> String {
    let is_name = clause.split(' ').next().is_some_and(|word| word.contains([':', '.']));
    if is_name { format!("{clause}.") } else { format!("{}.", large(clause)) }
}

pub(super) fn large_first(first: char, rest: &str) -> String {
    first.to_uppercase().chain(rest.chars()).collect()
}

pub(super) fn outcome(outcome: Option<Outcome>) -> &'static str {
    match outcome {
        Some(Outcome::Met) => "met",
        Some(Outcome::Unmet) => "unmet",
        Some(Outcome::Unknown) => "unknown",
        Some(Outcome::NotApplicable) => "not applicable",
        None => "not among the rules",
    }
}

pub(super) fn because(cause: ChangeCause) -> &'static str {
    match cause {
        ChangeCause::Resource => "resources changed",
        ChangeCause::Rule => "the program judges the same evidence otherwise",
        ChangeCause::Threshold => "thresholds were changed",
        ChangeCause::Scope => "the scope was changed",
        ChangeCause::Coverage => "not the same could be seen",
        ChangeCause::Attestation => "attestations were added, changed, withdrawn or ended",
        ChangeCause::Waiver => "waivers were added, changed, withdrawn or ended",
        ChangeCause::Time => "time passed",
    }
}

pub(super) fn large(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| large_first(first, chars.as_str())).unwrap_or_default()
}

pub(super) fn each_once(causes: Vec<ChangeCause>) -> Vec<ChangeCause> {
    let mut seen = BTreeSet::new();
    causes.into_iter().filter(|cause| seen.insert(*cause)).collect()
}

/// The groups of a step that went the way the outcome went, those that decide it; all of them where none did.
pub(super) fn relevant(
    touched: &Touched,
    step: usize,
    bar: Bar,
    before: Option<Outcome>,
    after: Option<Outcome>,
) -> Vec<(Code, Code, &Group)> {
    let rank = |outcome| match outcome {
        Some(Outcome::Unmet) => 0,
        Some(Outcome::Unknown) => 1,
        _ => 2,
    };
    let order = |from: Code, to: Code| to.rank(bar).cmp(&from.rank(bar));
    let mut all: Vec<_> = touched.of_step(step).collect();
    all.sort_by_key(|(_, _, group)| std::cmp::Reverse(group.count));
    let wanted = rank(after).cmp(&rank(before));
    let along: Vec<_> = all.iter().copied().filter(|(from, to, _)| order(*from, *to) == wanted).collect();
    // One that passes is enough for "any"; for every other bar it is those that do not that count.
    let decides = |code: Code| if matches!(bar, Bar::Any) { code.rank(bar) == 3 } else { code.rank(bar) < 2 };
    let deciding: Vec<_> = along.iter().copied().filter(|(from, to, _)| decides(*from) || decides(*to)).collect();
    match (deciding.is_empty(), along.is_empty()) {
        (false, _) => deciding,
        (true, false) => along,
        (true, true) => all,
    }
}

/// What became of resources, the largest groups first.
pub(super) fn resources(groups: &[(Code, Code, &Group)], bar: Bar) -> Option<String> {
    let words: Vec<_> = groups.iter().take(2).map(|(from, to, group)| went(*from, *to, group, bar)).collect();
    (!words.is_empty()).then(|| words.join(", and "))
}

fn went(from: Code, to: Code, group: &Group, bar: Bar) -> String {
    let many = group.count > 1;
    let names = names(group);
    let is = if many { "are" } else { "is" };
    let comes_out = comes_out(to, bar, many);
    match (from, to) {
        (Code::Absent, _) => format!("{names} appeared and {comes_out}"),
        (_, Code::Absent) => format!("{names} {is} gone"),
        (Code::Out, _) => format!("{names} came into the scope and {comes_out}"),
        (_, Code::Out) => format!("{names} left the scope"),
        (_, Code::NotConcerned) => format!("{names} {is} not concerned any more{}", fact(group)),
        (Code::NotConcerned, _) => format!("{names} {is} concerned now and {comes_out}{}", fact(group)),
        _ => format!("{names} {comes_out} now{}", fact(group)),
    }
}

fn comes_out(code: Code, bar: Bar, many: bool) -> &'static str {
    let must_not_be = matches!(bar, Bar::None | Bar::AtMost(_));
    match (code, must_not_be, many) {
        (Code::Pass, false, false) => "passes",
        (Code::Pass, false, true) => "pass",
        (Code::Pass, true, false) => "is of the kind that may not be",
        (Code::Pass, true, true) => "are of the kind that may not be",
        (Code::Fail, false, false) => "fails",
        (Code::Fail, false, true) => "fail",
        (Code::Fail, true, false) => "is not of that kind",
        (Code::Fail, true, true) => "are not of that kind",
        _ => "cannot be judged",
    }
}

/// "a", "a and b", "a, b and 3 more".
pub(super) fn names(group: &Group) -> String {
    let more = group.count.saturating_sub(group.named.len() as u64);
    match (group.named.as_slice(), more) {
        ([], _) => format!("{} subjects", group.count),
        (named, 0) => named.join(" and "),
        (named, more) => {
            format!("{} and {more} more", named.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", "))
        }
    }
}

fn fact(group: &Group) -> String {
    let Some(FactChange { name, before, after }) = &group.fact else { return String::new() };
    let value = |value: &Option<serde_json::Value>| match value {
        None => "nothing".to_owned(),
        Some(value) if super::through::is_gap(value) => "not seen".to_owned(),
        Some(serde_json::Value::String(text)) => short(text),
        Some(value) => short(&value.to_string()),
    };
    format!(" ({name} was {}, is {})", value(before), value(after))
}
