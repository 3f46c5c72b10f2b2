//! Gates over all criteria: documented, named, unique, with thresholds and calls that exist.

use std::collections::BTreeSet;

use crate::{
    all_criteria,
    model::{Basis, Control, Criterion, Level, Threshold},
};

#[test]
fn ids_are_kebab_case_and_unique() {
    let mut seen = BTreeSet::new();
    for (control, criterion) in all_criteria() {
        let kebab = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        assert!(criterion.id.chars().all(kebab), "{}", criterion.id);
        assert!(seen.insert(criterion.full_id(control)), "{} twice", criterion.full_id(control));
    }
}

#[test]
fn every_criterion_is_documented() {
    for (_, criterion) in all_criteria() {
        for (field, text) in [("statement", criterion.statement), ("remedy", criterion.remedy)] {
            assert!(text.len() > 20 && text.ends_with('.'), "{}: {field} {text:?} is no sentence", criterion.id);
        }
        assert!(!criterion.clause.is_empty(), "{}", criterion.id);
        assert!(criterion.level > Level::L1, "{}: level 1 is where everybody starts", criterion.id);
    }
}

#[test]
fn what_is_observed_names_its_calls_and_facts() {
    for (_, criterion) in all_criteria() {
        if criterion.basis == Basis::Attested {
            continue;
        }
        assert!(!criterion.calls.is_empty(), "{}: no calls", criterion.id);
        for test in criterion.tests {
            assert!(!test.facts().is_empty(), "{}: no facts", criterion.id);
        }
    }
}

/// A threshold's name begins with its control's number.
fn own(control: Control, threshold: &Threshold) -> bool {
    threshold.name.starts_with(&format!("{:03}.", control.number()))
}

/// Two controls may share a rule: then the threshold is the other's, and the other has the very criterion.
fn shared(criterion: &Criterion, threshold: &Threshold) -> bool {
    all_criteria().any(|(control, other)| {
        let same = other.id == criterion.id && other.statement == criterion.statement;
        own(control, threshold) && same && other.thresholds.iter().any(|one| std::ptr::eq(*one, threshold))
    })
}

#[test]
fn thresholds_are_listed_named_and_explained() {
    let mut names = BTreeSet::new();
    for (control, criterion) in all_criteria() {
        if let Some(bar) = criterion.bar.threshold() {
            assert!(criterion.thresholds.iter().any(|t| t.name == bar.name), "{}: bar not listed", criterion.id);
        }
        for threshold in criterion.thresholds {
            names.insert(threshold.name);
            assert!(own(control, threshold) || shared(criterion, threshold), "{}", threshold.name);
            assert!(!threshold.reason.is_empty() && !threshold.unit.is_empty(), "{}", threshold.name);
        }
    }
    assert!(!names.is_empty());
}
