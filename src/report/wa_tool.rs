//! Answers for the performance pillar of the AWS Well-Architected Tool, as a file that a person reads and applies. The program itself
//! writes nothing to AWS.
//!
//! Each answer carries an `update` in the shape of UpdateAnswer's input. It selects only what the evidence shows, or a named person
//! attests; it unselects nothing, so that what people have ticked stays: what is unmet or unknown is told in notes.

use std::io::{self, Write};

use rung_rules::model::{ControlReport, CriterionReport, DecidedBy, Level, Outcome};
use serde::Serialize;
use serde_json::{Map, Value, json};

mod lens;
mod text;

use self::lens::{Choice, QUESTIONS, Question};
use super::{Head, rows::cut};
use crate::plain::plain;

pub use text::write as markdown;

/// The version of the file.
const SCHEMA: &str = "rung/wa-tool/v1";
/// The most characters of an answer's notes, and of a choice's.
const NOTES: usize = 2084;
const CHOICE_NOTES: usize = 250;

const HOW: &str = "Read it, change what you know better, then apply each answer's update with `aws wellarchitected update-answer`. \
    An update selects only what is shown; it unselects nothing and replaces the question's notes.";

/// What is shown of a choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Shown {
    /// Every criterion it rests on is met.
    Yes,
    /// One is unmet.
    No,
    /// None is unmet, and one is unknown.
    Unknown,
    /// The account has nothing that it speaks about.
    NotApplicable,
    /// No criterion decides it: people do.
    ForPeople,
}

/// A choice with what is known of it.
struct Answered<'a> {
    choice: &'static Choice,
    shown: Shown,
    rests_on: Vec<&'a CriterionReport>,
    speaks: Vec<&'a CriterionReport>,
}

/// Writes the file as JSON.
pub fn json(head: &Head, workload: Option<&str>, out: &mut dyn Write) -> io::Result<()> {
    let answers: Vec<_> = QUESTIONS.iter().map(|question| answer(head, question, workload)).collect();
    let file = json!({
        "schema": SCHEMA,
        "how": HOW,
        "lens": { "alias": lens::ALIAS, "ids_as_of": lens::VERSION },
        "scan": {
            "id": head.scan.id,
            "started_at": head.scan.started_at,
            "complete": head.scan.complete,
            "accounts": head.scan.accounts,
            "regions": head.scan.regions,
        },
        "pillar": head.pillar,
        "answers": answers,
    });
    serde_json::to_writer_pretty(&mut *out, &file)?;
    out.write_all(b"\n")
}

fn answer(head: &Head, question: &'static Question, workload: Option<&str>) -> Value {
    let answered = answered(head, question);
    let mut update = Map::new();
    if let Some(workload) = workload {
        update.insert("WorkloadId".to_owned(), workload.into());
    }
    update.insert("LensAlias".to_owned(), lens::ALIAS.into());
    update.insert("QuestionId".to_owned(), question.id.into());
    update.insert("ChoiceUpdates".to_owned(), selected(&answered));
    update.insert("Notes".to_owned(), notes(head, &answered).into());
    json!({
        "question": question.number,
        "title": question.title,
        "choices": answered.iter().map(of_choice).collect::<Vec<_>>(),
        "update": update,
    })
}

fn answered<'a>(head: &'a Head, question: &'static Question) -> Vec<Answered<'a>> {
    let of = |choice: &'static Choice| {
        let rests_on = criteria(head, choice.shows);
        Answered { choice, shown: shown(choice, &rests_on), rests_on, speaks: criteria(head, choice.speaks) }
    };
    question.choices.iter().map(of).collect()
}

/// `090 io-alarms` and so on, as the assessment has them.
fn criteria<'a>(head: &'a Head, names: &[&str]) -> Vec<&'a CriterionReport> {
    let all = || head.controls.iter().flat_map(|control| &control.criteria);
    names.iter().filter_map(|name| all().find(|criterion| criterion.id == full_id(name))).collect()
}

fn full_id(name: &str) -> String {
    let (control, short) = name.split_once(' ').unwrap_or(("", name));
    format!("waf-perf-{control}.api.aws.{short}")
}

/// One unmet: not shown. Otherwise one unknown, or one that this assessment does not have: unknown.
fn shown(choice: &Choice, rests_on: &[&CriterionReport]) -> Shown {
    let any = |outcome: Outcome| rests_on.iter().any(|criterion| criterion.outcome == outcome);
    match () {
        () if choice.shows.is_empty() => Shown::ForPeople,
        () if any(Outcome::Unmet) => Shown::No,
        () if any(Outcome::Unknown) || rests_on.len() < choice.shows.len() => Shown::Unknown,
        () if any(Outcome::Met) => Shown::Yes,
        () => Shown::NotApplicable,
    }
}

fn selected(answered: &[Answered<'_>]) -> Value {
    let update = |one: &Answered<'_>| {
        let notes = format!("rung: {}", one.rests_on.iter().map(|c| standing(c)).collect::<Vec<_>>().join("; "));
        (one.choice.id.to_owned(), json!({ "Status": "SELECTED", "Notes": cut(&notes, CHOICE_NOTES) }))
    };
    let shown = answered.iter().filter(|one| one.shown == Shown::Yes);
    Value::Object(shown.map(update).collect())
}

/// `090 io-alarms met`, and by whom where a person vouches for it.
fn standing(criterion: &CriterionReport) -> String {
    let attested = if criterion.decided_by == DecidedBy::Attested { " (attested)" } else { "" };
    format!("{} {}{attested}", short(&criterion.id), outcome(criterion.outcome))
}

fn short(id: &str) -> String {
    id.trim_start_matches("waf-perf-").replacen(".api.aws.", " ", 1)
}

fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Met => "met",
        Outcome::Unmet => "unmet",
        Outcome::Unknown => "unknown",
        Outcome::NotApplicable => "not applicable",
    }
}

fn of_choice(one: &Answered<'_>) -> Value {
    let criterion = |criterion: &&CriterionReport| {
        json!({
            "id": criterion.id,
            "level": criterion.level,
            "outcome": criterion.outcome,
            "decided_by": criterion.decided_by,
            "why": criterion.why,
            "gaps": criterion.gaps_total,
        })
    };
    json!({
        "best_practice": one.choice.practice,
        "choice_id": one.choice.id,
        "title": one.choice.title,
        "shown": one.shown,
        "rests_on": one.rests_on.iter().map(criterion).collect::<Vec<_>>(),
        "speaks": one.speaks.iter().map(criterion).collect::<Vec<_>>(),
    })
}

/// The controls that a question's criteria belong to, in the model's order.
fn controls<'a>(head: &'a Head, answered: &[Answered<'_>]) -> Vec<&'a ControlReport> {
    let of = |control: &&ControlReport| {
        let prefix = format!("waf-perf-{:03}.", control.id.number());
        answered.iter().flat_map(|one| one.rests_on.iter().chain(&one.speaks)).any(|c| c.id.starts_with(&prefix))
    };
    head.controls.iter().filter(of).collect()
}

/// What a reader of the review needs: the scan, the levels, what is missing and what was not seen.
fn notes(head: &Head, answered: &[Answered<'_>]) -> String {
    let scan = &head.scan;
    let accounts = match scan.accounts.as_slice() {
        [account] => format!("account {account}"),
        accounts => format!("{} accounts", accounts.len()),
    };
    let complete = if scan.complete { "" } else { ", cut short" };
    let mut lines = vec![format!("rung {} scan {} of {accounts}{complete}.", head.rung.version, scan.id)];
    lines.extend(controls(head, answered).into_iter().map(levels));
    for wanted in [Outcome::Unmet, Outcome::Unknown] {
        let mut found: Vec<_> = answered
            .iter()
            .flat_map(|one| one.rests_on.iter().chain(&one.speaks))
            .filter(|criterion| criterion.outcome == wanted)
            .map(|criterion| format!("{}: {}", short(&criterion.id), plain(&criterion.why)))
            .collect();
        found.sort();
        found.dedup();
        lines.extend(found.into_iter().map(|line| format!("{}: {line}", outcome(wanted))));
    }
    cut(&lines.join("\n"), NOTES)
}

fn levels(control: &ControlReport) -> String {
    let number = |level: Option<Level>| level.map_or("-".to_owned(), |level| level.number().to_string());
    let (confirmed, possible) = (number(control.confirmed), number(control.possible));
    format!("{} {}: level {confirmed} confirmed, {possible} possible.", control.id.id(), control.title)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_choice_rests_on_criteria_that_exist() {
        let known: BTreeSet<_> = rung_rules::all_criteria().map(|(control, one)| one.full_id(control)).collect();
        let choices = || QUESTIONS.iter().flat_map(|question| question.choices);
        for name in choices().flat_map(|choice| choice.shows.iter().chain(choice.speaks)) {
            assert!(known.contains(&full_id(name)), "{name}");
        }
        let ids: BTreeSet<_> = choices().map(|choice| choice.id).collect();
        assert_eq!((ids.len(), choices().count()), (32, 32));
        for (question, number) in QUESTIONS.iter().zip(1..) {
            for (choice, place) in question.choices.iter().zip(1..) {
                assert_eq!(choice.practice, format!("PERF0{number}-BP0{place}"));
            }
        }
    }
}
