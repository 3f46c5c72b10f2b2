//! What a demand comes to where the program's own scans do not lead: waivers that except all, several falls, coverage alone.

use rung_rules::{
    changes::{ChangeCause, Changes, ControlChange, Direction, ScanRef, Standing},
    model::{Control, Level},
};

use super::*;

fn standing(confirmed: Level, with_waivers: Option<Level>, all_waived: bool) -> Option<Standing> {
    Some(Standing { confirmed, possible: Level::L5, with_waivers, all_waived })
}

fn at(level: Level) -> Option<Standing> {
    standing(level, None, false)
}

/// A control before and after, and why.
type Moved<'c> = (Option<Standing>, Option<Standing>, &'c [ChangeCause]);

fn changes(controls: &[Moved<'_>]) -> Changes {
    let scan =
        |id: &str| ScanRef { id: id.to_owned(), started_at: jiff::Timestamp::UNIX_EPOCH, rung: "test".to_owned() };
    let one = |(control, (before, after, causes)): (Control, &Moved<'_>)| {
        let title = control.title().to_owned();
        let (before, after, causes, why) = (*before, *after, causes.to_vec(), "Why.".to_owned());
        ControlChange { control, title, before, after, direction: Direction::Same, causes, why }
    };
    Changes {
        schema: rung_rules::changes::SCHEMA.to_owned(),
        before: scan("before"),
        after: scan("after"),
        notes: Vec::new(),
        pillar: Default::default(),
        controls: Control::all().zip(controls).map(one).collect(),
        criteria: Vec::new(),
        findings: Default::default(),
        gaps: Default::default(),
        settings: Vec::new(),
    }
}

fn told_of(controls: &[Moved<'_>]) -> (Came, String) {
    no_regression("--no-regression", &changes(controls))
}

#[test]
fn a_control_that_stands_lower_is_named_with_its_cause() {
    let (came, line) =
        told_of(&[(at(Level::L3), at(Level::L3), &[]), (at(Level::L3), at(Level::L2), &[ChangeCause::Resource])]);
    assert_eq!(came, Came::Missed);
    assert_eq!(line, "--no-regression: FAILS: 020 Auto-Scaling stands at 2, was 3: Why");
    let (came, line) = told_of(&[(at(Level::L2), at(Level::L4), &[ChangeCause::Resource])]);
    assert_eq!(
        (came, line.as_str()),
        (Came::Met, "--no-regression: passes: no control stands lower than in the scan before")
    );
}

#[test]
fn what_was_only_not_seen_fails_too_and_says_so() {
    let (came, line) = told_of(&[(at(Level::L3), at(Level::L1), &[ChangeCause::Coverage])]);
    assert_eq!(came, Came::Missed);
    assert!(line.contains("(less could be seen; whether it became worse is not known)"), "{line}");
    let (_, line) = told_of(&[(at(Level::L3), at(Level::L1), &[ChangeCause::Resource, ChangeCause::Coverage])]);
    assert!(!line.contains("not known"), "{line}");
}

#[test]
fn waivers_count_on_both_sides() {
    let waived = |confirmed, with| standing(confirmed, Some(with), false);
    let all = |confirmed| standing(confirmed, None, true);
    let met = |before, after| told_of(&[(before, after, &[])]).0 == Came::Met;
    assert!(met(at(Level::L3), waived(Level::L2, Level::L3)), "what fell is excepted");
    assert!(!met(waived(Level::L2, Level::L3), at(Level::L2)), "the waiver ended, and the level that counted with it");
    assert!(!met(waived(Level::L2, Level::L4), waived(Level::L2, Level::L3)));
    assert!(met(at(Level::L3), all(Level::L1)), "nothing is left to judge");
    assert!(met(all(Level::L3), at(Level::L1)), "nothing was judged before");
}

#[test]
fn what_did_not_apply_has_not_fallen() {
    assert_eq!(told_of(&[(None, at(Level::L1), &[])]).0, Came::Met);
    assert_eq!(told_of(&[(at(Level::L4), None, &[])]).0, Came::Met);
}

#[test]
fn the_rest_of_many_is_counted() {
    let (_, line) = told_of(&[(at(Level::L3), at(Level::L2), &[ChangeCause::Rule][..]); 7]);
    assert!(line.ends_with("; and 3 more") && line.matches("was 3").count() == NAMED, "{line}");
}

#[test]
fn what_is_missed_comes_before_what_cannot_be_told() {
    let judged = |all: &[Came]| Judged { lines: all.iter().map(|came| (*came, String::new())).collect() }.exit();
    assert_eq!(judged(&[]), Exit::Done);
    assert_eq!(judged(&[Came::Met, Came::Met]), Exit::Done);
    assert_eq!(judged(&[Came::Met, Came::NotTold]), Exit::Incomplete);
    assert_eq!(judged(&[Came::Missed, Came::NotTold]), Exit::BelowTarget);
}
