use jiff::civil::date;

use crate::{
    facts::{Facts, Instance, Kind, SizedKind, SizedResource, SizingPractice},
    model::{Control, Outcome::*},
    testing::{Case, case, check, days_ago, known, of, times, unknown},
};

fn instance(change: impl FnOnce(&mut Instance)) -> Instance {
    let mut instance = Instance {
        instance_type: known("m7g.large".to_owned()),
        current_generation: known(true),
        legacy_family: known(false),
        launched_at: known(days_ago(100)),
        in_auto_scaling_group: known(false),
        cpu_average_percent: known(35.0),
        cpu_p95_percent: known(60.0),
        cpu_days: known(14),
        memory_metric: known(true),
        memory_days: known(14),
        sizing_reviewed_on: known(Some(date(2026, 10, 1))),
        sizing_review_age_days: known(Some(53)),
        high_cpu_alarm: known(true),
        low_cpu_alarm: known(false),
        optimizer_finding: known(Some("Optimized".to_owned())),
    };
    change(&mut instance);
    instance
}

/// So many good instances and so many changed ones.
fn mixed(count: usize, others: usize, change: impl FnOnce(&mut Instance)) -> Vec<Facts> {
    of(times(count, instance(|_| ())).into_iter().chain(times(others, instance(change))))
}

fn resource(finding: Option<&str>) -> SizedResource {
    SizedResource { sized_kind: SizedKind::EcsService, optimizer_finding: known(finding.map(str::to_owned)) }
}

fn practice(change: impl FnOnce(&mut SizingPractice)) -> SizingPractice {
    let mut practice = SizingPractice {
        instances: known(3),
        auto_scaling_groups: known(0),
        ecs_services: known(0),
        enrolment: known(Some("Active".to_owned())),
        automation_rules: known(0),
        config_rule_validates: known(false),
        pipeline_validates: known(false),
    };
    change(&mut practice);
    practice
}

fn empty_region(practice: &mut SizingPractice) {
    practice.instances = known(0);
    practice.enrolment = known(None);
}

fn rule(practice: &mut SizingPractice) {
    practice.config_rule_validates = known(true);
}

#[test]
fn every_criterion_at_its_bar() {
    let cases = [documented(), baseline(), fit(), generation(), validation(), enrolled(), followed(), predictive()];
    check(Control::ComputeSizing, cases.into_iter().flatten().collect());
}

fn documented() -> Vec<Case> {
    let id = "sizing-documented";
    let untagged = |i: &mut Instance| i.sizing_reviewed_on = known(None);
    vec![
        case(id, "below: the standard may lie elsewhere", mixed(2, 3, untagged), Unknown),
        case(id, "at", mixed(2, 2, untagged), Met),
        case(id, "above", mixed(3, 2, untagged), Met),
        case(id, "unknown", mixed(0, 1, |i| i.sizing_reviewed_on = unknown()), Unknown),
        case(id, "nothing", vec![], NotApplicable),
        case(id, "nothing listed", vec![], Unknown).unseen(Kind::Instance),
    ]
}

fn baseline() -> Vec<Case> {
    let id = "utilisation-baseline";
    let no_memory = |i: &mut Instance| (i.memory_metric, i.memory_days) = (known(false), known(0));
    let short = |i: &mut Instance| i.cpu_days = known(13);
    vec![
        case(id, "below", mixed(7, 3, no_memory), Unmet),
        case(id, "at", mixed(8, 2, no_memory), Met),
        case(id, "above", mixed(9, 1, no_memory), Met),
        case(id, "13 days of CPU data are not enough", mixed(7, 3, short), Unmet),
        case(id, "unknown", mixed(7, 3, |i| i.memory_days = unknown()), Unknown),
        case(id, "unknown CPU", mixed(7, 3, |i| i.cpu_days = unknown()), Unknown),
        case(id, "unknown cannot matter", mixed(8, 2, |i| i.memory_days = unknown()), Met),
        case(
            id,
            "at 14 days it is not older",
            mixed(1, 9, |i| {
                no_memory(i);
                i.launched_at = known(days_ago(14));
            }),
            Met,
        ),
        case(
            id,
            "at 15 days it is",
            mixed(1, 9, |i| {
                no_memory(i);
                i.launched_at = known(days_ago(15));
            }),
            Unmet,
        ),
        case(id, "nothing", vec![], NotApplicable),
    ]
}

fn fit() -> Vec<Case> {
    let id = "sized-to-baseline";
    let idle = |i: &mut Instance| i.cpu_average_percent = known(9.9);
    let busy = |i: &mut Instance| i.cpu_p95_percent = known(80.1);
    let in_group = |i: &mut Instance| i.in_auto_scaling_group = known(true);
    vec![
        case(id, "below", mixed(20, 1, idle), Met),
        case(id, "at", mixed(19, 1, idle), Met),
        case(id, "above", mixed(18, 2, idle), Unmet),
        case(id, "busy outside a group", mixed(9, 1, busy), Unmet),
        case(
            id,
            "busy in a group is what the group is for",
            mixed(9, 1, |i| {
                busy(i);
                in_group(i);
            }),
            Met,
        ),
        case(
            id,
            "idle in a group is idle all the same",
            mixed(9, 1, |i| {
                idle(i);
                in_group(i);
            }),
            Unmet,
        ),
        case(id, "10 % is not idle", mixed(0, 1, |i| i.cpu_average_percent = known(10.0)), Met),
        case(id, "80 % is not busy", mixed(0, 1, |i| i.cpu_p95_percent = known(80.0)), Met),
        case(id, "unknown", mixed(9, 1, |i| i.cpu_average_percent = unknown()), Unknown),
        case(
            id,
            "busy, and the group unknown",
            mixed(9, 1, |i| {
                busy(i);
                i.in_auto_scaling_group = unknown();
            }),
            Unknown,
        ),
        case(id, "unknown cannot matter", mixed(19, 1, |i| i.cpu_average_percent = unknown()), Met),
        case(
            id,
            "just started",
            mixed(0, 9, |i| {
                idle(i);
                i.launched_at = known(days_ago(1));
            }),
            NotApplicable,
        ),
        case(
            id,
            "after two days it is measured",
            mixed(0, 9, |i| {
                idle(i);
                i.launched_at = known(days_ago(2));
            }),
            Unmet,
        ),
        case(id, "nothing", vec![], NotApplicable),
        case(id, "more may be there", mixed(20, 0, |_| ()), Unknown).unseen(Kind::Instance),
    ]
}

fn generation() -> Vec<Case> {
    let (mostly, all) = ("current-generation-mostly", "current-generation-all");
    let old = |i: &mut Instance| i.current_generation = known(false);
    let legacy = |i: &mut Instance| i.legacy_family = known(true);
    let hidden = |i: &mut Instance| i.current_generation = unknown();
    vec![
        case(mostly, "below", mixed(8, 1, old), Unmet),
        case(mostly, "at", mixed(9, 1, old), Met),
        case(mostly, "above", mixed(10, 1, old), Met),
        case(mostly, "the framework's list is enough", mixed(8, 2, legacy), Unmet),
        case(mostly, "unknown", mixed(8, 2, hidden), Unknown),
        case(mostly, "unknown cannot matter", mixed(9, 1, hidden), Met),
        case(
            mostly,
            "a legacy family needs no flag",
            mixed(8, 2, |i| {
                hidden(i);
                legacy(i);
            }),
            Unmet,
        ),
        case(mostly, "nothing", vec![], NotApplicable),
        case(all, "met", mixed(9, 0, old), Met),
        case(all, "unmet", mixed(99, 1, old), Unmet),
        case(all, "one of a legacy family", mixed(99, 1, legacy), Unmet),
        case(all, "unknown", mixed(9, 1, hidden), Unknown),
        case(all, "nothing", vec![], NotApplicable),
        case(all, "one counter-example beats the unseen", mixed(9, 1, old), Unmet).unseen(Kind::Instance),
    ]
}

fn validation() -> Vec<Case> {
    let id = "sizing-ci-validation";
    vec![
        case(id, "met", of([practice(rule)]), Met),
        case(id, "one region is enough", of([practice(|_| ()), practice(rule)]), Met),
        case(id, "a step of a pipeline", of([practice(|p| p.pipeline_validates = known(true))]), Met),
        case(
            id,
            "a pipeline in a region of its own",
            of([
                practice(|_| ()),
                practice(|p| {
                    empty_region(p);
                    p.pipeline_validates = known(true);
                }),
            ]),
            Met,
        ),
        case(id, "unknown pipelines", of([practice(|p| p.pipeline_validates = unknown())]), Unknown),
        case(
            id,
            "unknown pipelines where there is nothing to size",
            of([practice(|p| {
                empty_region(p);
                p.pipeline_validates = unknown();
            })]),
            NotApplicable,
        ),
        case(
            id,
            "a rule decides where pipelines are unknown",
            of([practice(|p| {
                rule(p);
                p.pipeline_validates = unknown();
            })]),
            Met,
        ),
        case(id, "nothing seen: it may live elsewhere", of([practice(|_| ())]), Unknown),
        case(id, "unknown", of([practice(|p| p.config_rule_validates = unknown())]), Unknown),
        case(
            id,
            "a rule where there is nothing to size",
            of([practice(|p| {
                empty_region(p);
                rule(p);
            })]),
            NotApplicable,
        ),
        case(id, "nothing", vec![], NotApplicable),
    ]
}

fn enrolled() -> Vec<Case> {
    let id = "compute-optimizer-enrolled";
    let is = |status: &'static str| practice(move |p| p.enrolment = known(Some(status.to_owned())));
    vec![
        case(id, "met", of([is("Active"), is("Active")]), Met),
        case(id, "unmet", of([is("Active"), is("Inactive")]), Unmet),
        case(id, "pending is not active", of([is("Pending")]), Unmet),
        case(id, "unknown", of([is("Active"), practice(|p| p.enrolment = unknown())]), Unknown),
        case(
            id,
            "whether there is compute is unknown",
            of([practice(|p| {
                empty_region(p);
                p.instances = unknown();
                p.enrolment = known(Some("Inactive".to_owned()));
            })]),
            Unknown,
        ),
        case(
            id,
            "services alone are compute",
            of([practice(|p| {
                empty_region(p);
                p.ecs_services = known(1);
                p.enrolment = known(Some("Inactive".to_owned()));
            })]),
            Unmet,
        ),
        case(
            id,
            "groups alone are compute",
            of([practice(|p| {
                empty_region(p);
                p.auto_scaling_groups = known(1);
                p.enrolment = known(Some("Inactive".to_owned()));
            })]),
            Unmet,
        ),
        case(id, "regions without compute do not count", of([is("Active"), practice(empty_region)]), Met),
        case(id, "nothing", of([practice(empty_region)]), NotApplicable),
    ]
}

fn followed() -> Vec<Case> {
    let id = "compute-optimizer-followed";
    let over = |i: &mut Instance| i.optimizer_finding = known(Some("Overprovisioned".to_owned()));
    let none = |i: &mut Instance| i.optimizer_finding = known(None);
    let hidden = |i: &mut Instance| i.optimizer_finding = unknown();
    vec![
        case(id, "below", mixed(3, 1, over), Unmet),
        case(id, "at", mixed(4, 1, over), Met),
        case(id, "above", mixed(5, 1, over), Met),
        case(id, "without a finding they do not count", mixed(1, 9, none), Met),
        case(
            id,
            "groups and services count",
            [mixed(3, 0, over), of([resource(Some("Underprovisioned")), resource(None)])].concat(),
            Unmet,
        ),
        case(id, "an optimised service counts", [mixed(3, 1, over), of([resource(Some("Optimized"))])].concat(), Met),
        case(id, "unknown", mixed(3, 1, hidden), Unknown),
        case(
            id,
            "unknown service",
            of([SizedResource { sized_kind: SizedKind::AutoScalingGroup, optimizer_finding: unknown() }]),
            Unknown,
        ),
        case(
            id,
            "what was just started hides nothing",
            mixed(3, 9, |i| {
                hidden(i);
                i.launched_at = known(days_ago(1));
            }),
            Met,
        ),
        case(id, "groups could not be listed", mixed(3, 0, over), Unknown).unseen(Kind::SizedResource),
        case(id, "nothing", mixed(0, 3, none), NotApplicable),
    ]
}

fn predictive() -> Vec<Case> {
    let id = "predictive-sizing";
    vec![
        case(id, "met", of([practice(|p| p.automation_rules = known(1))]), Met),
        case(id, "nothing seen: it may live elsewhere", of([practice(|_| ())]), Unknown),
        case(id, "unknown", of([practice(|p| p.automation_rules = unknown())]), Unknown),
        case(id, "nothing", of([practice(empty_region)]), NotApplicable),
    ]
}
