use jiff::{civil::Date, tz::TimeZone};

use crate::{
    facts::{DebtDetection, DebtEntry, DebtRegister, Facts, Kind, OpsItem, PillarRisks, WaWorkload},
    model::{Control, Outcome::*},
    testing::{case, check, days_ago, known, of, times, unknown},
};

fn day(days: i64) -> Date {
    days_ago(days).to_zoned(TimeZone::UTC).date()
}

/// A register that is kept as the model asks, changed.
fn register(change: impl FnOnce(&mut DebtRegister)) -> Vec<Facts> {
    let mut register = DebtRegister {
        location: "debt.csv".to_owned(),
        open_entries: known(4),
        closed_entries: known(2),
        incomplete_entries: known(0),
        entries_without_target_date: known(0),
        changed_on: known(day(3)),
        reviewed_on: known(Some(day(20))),
        closed_on: known(Some(day(10))),
        entries_from_scans: known(1),
        days_with_scans: known(6),
        days_in_folder: 0,
    };
    change(&mut register);
    of([register])
}

/// A register that could not be read.
fn hidden_register() -> Vec<Facts> {
    of([DebtRegister {
        location: "s3://debt/register.csv".to_owned(),
        open_entries: unknown(),
        closed_entries: unknown(),
        incomplete_entries: unknown(),
        entries_without_target_date: unknown(),
        changed_on: unknown(),
        reviewed_on: unknown(),
        closed_on: unknown(),
        entries_from_scans: unknown(),
        days_with_scans: unknown(),
        days_in_folder: 0,
    }])
}

fn item(category: Option<&str>) -> Vec<Facts> {
    of([OpsItem {
        category: known(category.map(str::to_owned)),
        source: known("team".to_owned()),
        status: known("Open".to_owned()),
        created_at: known(days_ago(30)),
        modified_at: known(days_ago(20)),
    }])
}

fn workload(risks: Option<(u32, u32)>, milestone: Option<i64>) -> Vec<Facts> {
    of([WaWorkload {
        updated_at: known(days_ago(5)),
        performance_risks: known(risks.map(|(high, medium)| PillarRisks { high, medium, unanswered: 3 })),
        milestone_at: known(milestone.map(days_ago)),
    }])
}

fn hidden_workload() -> Vec<Facts> {
    of([WaWorkload { updated_at: unknown(), performance_risks: unknown(), milestone_at: unknown() }])
}

fn detection(alarms: u32, rules: u32) -> Vec<Facts> {
    of([DebtDetection { alarms_creating_ops_items: known(alarms), rules_creating_ops_items: known(rules) }])
}

/// So many open entries with a number in their impact, and so many without.
fn entries(quantified: usize, others: usize) -> Vec<Facts> {
    let entry = |quantified| DebtEntry {
        id: "PD-1".to_owned(),
        open: known(true),
        impact_quantified: known(quantified),
        target_date: known(None),
    };
    of(times(quantified, entry(true)).into_iter().chain(times(others, entry(false))))
}

fn entry(change: impl FnOnce(&mut DebtEntry)) -> Vec<Facts> {
    let mut entry = DebtEntry {
        id: "PD-2".to_owned(),
        open: known(true),
        impact_quantified: known(false),
        target_date: known(None),
    };
    change(&mut entry);
    of([entry])
}

#[test]
fn tracked_and_registered() {
    let tracked = "debt-tracked";
    let kept = "debt-register";
    let review = "quarterly-review";
    let empty = |r: &mut DebtRegister| {
        r.open_entries = known(0);
        r.closed_entries = known(0);
    };
    let mut cases = vec![
        case(tracked, "attestation", vec![], Unknown),
        case(tracked, "a register", register(|_| ()), Met),
        case(tracked, "a register of closed entries", register(|r| r.open_entries = known(0)), Met),
        case(tracked, "an empty register", register(empty), Unknown),
        case(tracked, "a register that could not be read", hidden_register(), Unknown),
        case(tracked, "an OpsItem about performance", item(Some("Performance")), Met),
        case(tracked, "an OpsItem about security", item(Some("Security")), Unknown),
        case(tracked, "an OpsItem about nothing", item(None), Unknown),
        case(tracked, "a high risk", workload(Some((1, 0)), None), Met),
        case(tracked, "a medium risk", workload(Some((0, 1)), None), Met),
        case(tracked, "unanswered questions are no risks", workload(Some((0, 0)), None), Unknown),
        case(tracked, "another lens", workload(None, None), Unknown),
        case(tracked, "one is enough", [register(|_| ()), item(Some("Cost")), hidden_workload()].concat(), Met)
            .unseen(Kind::OpsItem),
        case(tracked, "hidden items", workload(None, None), Unknown).unseen(Kind::OpsItem),
        case(kept, "attestation", vec![], Unknown),
        case(kept, "met", register(|_| ()), Met),
        case(kept, "a missing field", register(|r| r.incomplete_entries = known(1)), Unmet),
        case(kept, "changed 92 days ago", register(|r| r.changed_on = known(day(92))), Met),
        case(kept, "changed 93 days ago", register(|r| r.changed_on = known(day(93))), Unmet),
        case(kept, "changed tomorrow, by another zone", register(|r| r.changed_on = known(day(-1))), Met),
        case(kept, "a date ahead proves nothing", register(|r| r.changed_on = known(day(-2))), Unknown),
        case(kept, "no date", register(|r| r.changed_on = unknown()), Unknown),
        case(
            kept,
            "no date, and a missing field",
            register(|r| {
                r.changed_on = unknown();
                r.incomplete_entries = known(2);
            }),
            Unmet,
        ),
        case(kept, "an empty register", register(empty), Unknown),
        case(kept, "a register that could not be read", hidden_register(), Unknown),
        case(
            kept,
            "one of two is kept",
            [register(|_| ()), register(|r| r.changed_on = known(day(300)))].concat(),
            Met,
        ),
        case(kept, "OpsItems are no register", item(Some("Performance")), Unknown),
    ];
    let reviewed = |days: Option<i64>| register(|r| r.reviewed_on = known(days.map(day)));
    cases.extend([
        case(review, "attestation", vec![], Unknown),
        case(review, "reviewed 92 days ago", reviewed(Some(92)), Met),
        case(review, "reviewed 93 days ago", reviewed(Some(93)), Unmet),
        case(review, "no review written down", reviewed(None), Unknown),
        case(review, "a planned review", reviewed(Some(-30)), Unknown),
        case(review, "a register that could not be read", hidden_register(), Unknown),
        case(review, "a milestone 92 days ago", workload(None, Some(92)), Met),
        case(review, "a milestone 93 days ago", workload(None, Some(93)), Unknown),
        case(review, "no milestone", workload(Some((3, 1)), None), Unknown),
        case(review, "a hidden milestone", hidden_workload(), Unknown),
        case(review, "an old workload beside a review", [reviewed(Some(5)), workload(None, Some(400))].concat(), Met),
        case(review, "an old review beside a milestone", [reviewed(Some(200)), workload(None, Some(5))].concat(), Met),
        case(review, "an old review, hidden workloads", reviewed(Some(200)), Unknown).unseen(Kind::WaWorkload),
    ]);
    cases.extend(weighed_and_paid());
    check(Control::PerformanceDebt, cases);
}

fn weighed_and_paid() -> Vec<crate::testing::Case> {
    let impact = "debt-impact-quantified";
    let paydown = "debt-paydown";
    let auto = "automatic-debt-detection";
    let closed = |days: Option<i64>, open: u32| {
        register(|r| {
            r.closed_on = known(days.map(day));
            r.open_entries = known(open);
        })
    };
    let scans = |days: u32, entries: u32| {
        register(|r| {
            r.days_with_scans = known(days);
            r.entries_from_scans = known(entries);
        })
    };
    let store_away = |days: u32| {
        register(|r| {
            r.days_with_scans = unknown();
            r.days_in_folder = days;
        })
    };
    vec![
        case(impact, "below", entries(3, 1), Unmet),
        case(impact, "at", entries(4, 1), Met),
        case(impact, "above", entries(5, 1), Met),
        case(impact, "closed entries do not count", [entries(1, 0), entry(|e| e.open = known(false))].concat(), Met),
        case(impact, "unknown", entry(|e| e.impact_quantified = unknown()), Unknown),
        case(impact, "hidden entries", entries(5, 1), Unknown).unseen(Kind::DebtEntry),
        case(impact, "nothing", vec![], Unknown),
        case(impact, "nothing open", entry(|e| e.open = known(false)), Unknown),
        case(paydown, "attestation", vec![], Unknown),
        case(paydown, "closed 92 days ago", closed(Some(92), 4), Met),
        case(paydown, "closed 93 days ago", closed(Some(93), 4), Unmet),
        case(paydown, "closed long ago, nothing open", closed(Some(200), 0), Unknown),
        case(paydown, "never closed one", closed(None, 4), Unknown),
        case(
            paydown,
            "never closed one and not touched for a quarter",
            register(|r| {
                r.closed_on = known(None);
                r.changed_on = known(day(93));
            }),
            Unmet,
        ),
        case(paydown, "an open entry without a date", register(|r| r.entries_without_target_date = known(1)), Unmet),
        case(paydown, "hidden dates", register(|r| r.entries_without_target_date = unknown()), Unknown),
        case(paydown, "a register that could not be read", hidden_register(), Unknown),
        case(auto, "the store is away, and the folder alone is not enough", store_away(4), Unknown),
        case(auto, "the store is away, and the folder alone is enough", store_away(5), Met),
        case(auto, "met", scans(5, 1), Met),
        case(auto, "too few scans", scans(4, 1), Unmet),
        case(auto, "scans that feed nothing", scans(7, 0), Unmet),
        case(auto, "unmet", detection(0, 0), Unmet),
        case(auto, "alarms", detection(1, 0), Met),
        case(auto, "rules", detection(0, 1), Met),
        case(auto, "one region is enough", [detection(0, 0), detection(2, 0)].concat(), Met),
        case(auto, "unknown", hidden_register(), Unknown),
        case(
            auto,
            "hidden alarms",
            of([DebtDetection { alarms_creating_ops_items: unknown(), rules_creating_ops_items: known(0) }]),
            Unknown,
        ),
        case(
            auto,
            "a rule, whatever is hidden",
            of([DebtDetection { alarms_creating_ops_items: unknown(), rules_creating_ops_items: known(1) }]),
            Met,
        ),
        case(
            auto,
            "a register that could not be read beside alarms",
            [hidden_register(), detection(1, 0)].concat(),
            Met,
        ),
        case(auto, "nothing", vec![], Unmet),
    ]
}
