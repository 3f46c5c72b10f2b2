//! The denial sweep: each operation denied alone must never make anything better, and must be named as a gap.

use std::sync::Arc;

use rung_collectors::aws::Replay;
use rung_rules::model::{Assessment, Cause, Level, Outcome};

use crate::common::{assessment, demo, scan};

/// Without these there is no scan at all: who asks, and where.
const NEEDED: &[&str] = &["sts:GetCallerIdentity"];

#[test]
fn a_denied_operation_never_makes_anything_better() {
    let whole = assessment(&scan(Arc::new(Replay::new(demo()))));
    let operations = Replay::new(demo()).operations();
    assert!(operations.len() > 30, "the demo account asks only {} operations", operations.len());
    let mut wrong = Vec::new();
    for operation in operations.iter().filter(|operation| !NEEDED.contains(&operation.as_str())) {
        let denied = assessment(&scan(Arc::new(Replay::new(demo()).deny(operation))));
        wrong.extend(compare(operation, &whole, &denied));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn compare(operation: &str, whole: &Assessment, denied: &Assessment) -> Vec<String> {
    let mut wrong = Vec::new();
    let gaps: Vec<_> = denied.gaps.iter().filter(|gap| gap.gap.operation == operation).collect();
    if gaps.is_empty() {
        wrong.push(format!("{operation}: denied, and no gap says so"));
    }
    if let Some(gap) = gaps.iter().find(|gap| gap.gap.cause == Cause::Failed) {
        wrong.push(format!("{operation}: denied, but the gap says failed: {}", gap.gap.detail));
    }
    for (before, after) in whole.controls.iter().zip(&denied.controls) {
        let level = |level: Option<Level>| level.map_or(0, Level::number);
        // A control that no longer applies would hide what stood there.
        if level(after.confirmed) > level(before.confirmed) && before.applicable {
            wrong.push(format!(
                "{operation}: {} rises from {:?} to {:?}",
                before.id.id(),
                before.confirmed,
                after.confirmed
            ));
        }
        if before.applicable && !after.applicable {
            wrong.push(format!("{operation}: {} stops to apply", before.id.id()));
        }
        for (was, is) in before.criteria.iter().zip(&after.criteria) {
            let allowed = match was.outcome {
                Outcome::NotApplicable => matches!(is.outcome, Outcome::NotApplicable | Outcome::Unknown),
                Outcome::Unknown => is.outcome == Outcome::Unknown,
                seen => is.outcome == seen || is.outcome == Outcome::Unknown,
            };
            if !allowed {
                wrong.push(format!("{operation}: {} turns from {:?} to {:?}", was.id, was.outcome, is.outcome));
            }
            if was.outcome != is.outcome
                && !is.gaps.iter().any(|id| gaps.iter().any(|gap| gap.gap.id.to_string() == *id))
            {
                wrong.push(format!("{operation}: {} is hidden, and the gap does not say so", was.id));
            }
        }
    }
    wrong
}
