//! JUnit XML, for the gate of a pipeline: a suite a control, a case a criterion.
//!
//! Unmet is a failure. Unknown is skipped, with `unknown: ...` as its message: it is no pass, and a build that fails because a role
//! may not look would teach people to look away. Whoever wants it to fail has `rung scan --require-complete`.

use std::io::{self, Write};

use quick_junit::{NonSuccessKind, Property, Report, TestCase, TestCaseStatus, TestSuite};
use rung_rules::model::{ControlReport, CriterionReport, DecidedBy, Level, Outcome};

use super::{Head, rows::clean};

/// Writes the report.
pub fn write(head: &Head, out: &mut dyn Write) -> io::Result<()> {
    let mut report = Report::new("rung: performance efficiency");
    for control in &head.controls {
        report.add_test_suite(suite(head, control));
    }
    let text = report.to_string().map_err(io::Error::other)?;
    // The schema of Jenkins knows no `skipped` on the root; each suite has its own.
    let text = text.replacen(&format!(" skipped=\"{}\"", report.skipped), "", 1);
    out.write_all(text.as_bytes())
}

fn suite(head: &Head, control: &ControlReport) -> TestSuite {
    let mut suite = TestSuite::new(format!("{} {}", control.id.id(), control.title));
    let level = |level: Option<Level>| level.map_or("not applicable".to_owned(), |level| level.number().to_string());
    for (name, value) in [
        ("scan", head.scan.id.clone()),
        ("accounts", head.scan.accounts.join(" ")),
        ("complete", head.scan.complete.to_string()),
        ("confirmed", level(control.confirmed)),
        ("possible", level(control.possible)),
    ] {
        suite.add_property(Property::new(name, clean(&value)));
    }
    suite.add_test_cases(control.criteria.iter().map(|criterion| case(control, criterion)));
    suite
}

fn case(control: &ControlReport, criterion: &CriterionReport) -> TestCase {
    let name = criterion.id.rsplit('.').next().unwrap_or(&criterion.id);
    let mut case = TestCase::new(format!("level {}: {name}", criterion.level.number()), status(criterion));
    case.set_classname(control.id.id());
    if criterion.decided_by == DecidedBy::Attested {
        case.set_system_out(format!("attested by a person: {}", clean(&criterion.why)));
    }
    case
}

fn status(criterion: &CriterionReport) -> TestCaseStatus {
    let why = clean(&criterion.why);
    let waived =
        criterion.with_waivers.is_some_and(|outcome| outcome != criterion.outcome && outcome != Outcome::Unknown);
    match criterion.outcome {
        Outcome::Met => TestCaseStatus::success(),
        Outcome::Unmet if waived => skipped("waived", &format!("waived: {why}")),
        Outcome::Unmet => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status.set_type("unmet").set_message(format!("{why} Remedy: {}", criterion.remedy));
            status.set_description(format!("{}\n{}\n{}", criterion.statement, why, criterion.remedy));
            status
        }
        Outcome::Unknown => skipped("unknown", &format!("unknown: {why}")),
        Outcome::NotApplicable => skipped("not_applicable", &format!("not applicable: {why}")),
    }
}

fn skipped(kind: &str, message: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::skipped();
    status.set_type(kind).set_message(message);
    status
}
