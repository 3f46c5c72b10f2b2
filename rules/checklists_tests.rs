use std::collections::BTreeSet;

use super::{AUDIT_LIST, CHECKLISTS, Formula, Item, checklists};
use crate::model::{
    ChecklistReport,
    Control::{self, StorageIo},
    Level,
    Outcome::{self, Met, NotApplicable, Unknown, Unmet},
    Reached,
};

/// The checklist of a level when its items come out like this, in order; the rest as the last.
fn with(level: Level, outcomes: &[Outcome]) -> ChecklistReport {
    let list = CHECKLISTS.iter().find(|list| list.level == level).unwrap();
    let item = |at: usize| Item { id: list.items[at].id, text: list.items[at].text, formula: list.items[at].formula };
    let mut reports: Vec<_> = (0..list.items.len())
        .map(|at| {
            let outcome = *outcomes.get(at).or(outcomes.last()).unwrap();
            item(at).report(&|_, _| outcome)
        })
        .collect();
    let count = |outcome| reports.iter().filter(|item| item.outcome == outcome).count() as u64;
    let mut report = ChecklistReport {
        level,
        met: count(Met),
        unmet: count(Unmet),
        unknown: count(Unknown),
        not_applicable: count(NotApplicable),
        needed: list.needed,
        of: list.items.len() as u64,
        items: std::mem::take(&mut reports),
        reached: Reached::Undecided,
        why: String::new(),
    };
    (report.reached, report.why) = super::decide(&report);
    report
}

fn times(met: usize, others: &[Outcome]) -> Vec<Outcome> {
    [vec![Met; met], others.to_vec()].concat()
}

#[test]
fn each_list_below_at_and_above_its_bar() {
    for (level, needed) in [(Level::L2, 4), (Level::L3, 10), (Level::L4, 8)] {
        assert_eq!(with(level, &times(needed, &[Unmet])).reached, Reached::Yes, "{level:?} at");
        assert_eq!(with(level, &times(needed + 1, &[Unmet])).reached, Reached::Yes, "{level:?} above");
        let below = if level == Level::L2 { Reached::Undecided } else { Reached::No };
        assert_eq!(with(level, &times(needed - 1, &[Unmet])).reached, below, "{level:?} below");
        assert_eq!(with(level, &times(needed - 1, &[Unknown])).reached, Reached::Undecided, "{level:?} unknown");
        assert_eq!(with(level, &times(needed, &[Unknown])).reached, Reached::Yes, "{level:?} whatever is unknown");
        assert_eq!(with(level, &[Unmet]).reached, Reached::No, "{level:?} nothing");
    }
}

#[test]
fn three_and_three_is_decided_by_nobody() {
    let list = with(Level::L2, &times(3, &[Unmet]));
    assert_eq!((list.met, list.unmet), (3, 3));
    assert!(list.why.contains("the model's text decides neither way"), "{}", list.why);
    let list = with(Level::L2, &times(2, &[Unmet]));
    assert_eq!(list.reached, Reached::No);
    assert!(list.why.contains("action is required at level 1"), "{}", list.why);
}

#[test]
fn what_the_account_does_not_have_counts_neither_way() {
    let list = with(Level::L2, &times(3, &[NotApplicable, Unmet]));
    assert_eq!((list.met, list.unmet, list.not_applicable, list.reached), (3, 2, 1, Reached::Undecided));
    assert_eq!(with(Level::L3, &times(9, &[NotApplicable])).reached, Reached::No);
    assert_eq!(with(Level::L3, &times(10, &[NotApplicable])).reached, Reached::Yes);
}

#[test]
fn formulas_are_three_valued() {
    const TWO: &[super::Reference] = &[(StorageIo, "a"), (StorageIo, "b")];
    let outcome = |formula: Formula, a: Outcome, b: Outcome| formula.outcome(&|_, id| if id == "a" { a } else { b });
    for (a, b, all, any) in [
        (Met, Met, Met, Met),
        (Met, Unmet, Unmet, Met),
        (Met, Unknown, Unknown, Met),
        (Unmet, Unknown, Unmet, Unknown),
        (Met, NotApplicable, Met, Met),
        (Unknown, NotApplicable, Unknown, Unknown),
        (NotApplicable, NotApplicable, NotApplicable, NotApplicable),
    ] {
        assert_eq!(outcome(Formula::All(TWO), a, b), all, "all of {a:?} {b:?}");
        assert_eq!(outcome(Formula::Any(TWO), a, b), any, "any of {a:?} {b:?}");
    }
}

#[test]
fn every_item_stands_on_criteria_that_exist() {
    let mut ids = BTreeSet::new();
    for item in CHECKLISTS.iter().flat_map(|list| list.items).chain(&AUDIT_LIST) {
        assert!(ids.insert(item.id), "{} twice", item.id);
        assert!(!item.formula.references().is_empty(), "{}", item.id);
        for (control, id) in item.formula.references() {
            assert!(crate::criteria(*control).iter().any(|c| c.id == *id), "{}: no {id} in {}", item.id, control.id());
        }
    }
}

#[test]
fn reports_name_the_criteria_behind_an_item() {
    let lists = checklists(&|_: Control, _: &str| Met);
    assert_eq!(lists.iter().map(|list| list.of).collect::<Vec<_>>(), [6, 13, 10]);
    let last = lists[1].items.last().unwrap();
    assert_eq!(last.criteria, ["waf-perf-090.api.aws.gp3-for-new-volumes"]);
}
