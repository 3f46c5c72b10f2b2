//! WAF-PERF-100 Performance Debt: where it is written down, reviewed, weighed, paid and found.
//!
//! A register or a review may be kept where no API shows it. So what is merely not seen needs an attestation; only a register
//! that shows the contrary is unmet. `s3:GetObject` is the register, where the configuration names one in S3.

use jiff::{civil::Date, tz::TimeZone};

use crate::{
    facts::{DebtRegister, Test, every},
    model::{Bar, Basis, Context, Criterion, Effort, Level, Nothing, Threshold, Truth},
};

static QUARTER_DAYS: Threshold = Threshold {
    name: "100.quarter_days",
    default: 92.0,
    unit: "days",
    reason: "the model asks for a review each quarter; the longest quarter has 92 days",
};
static QUANTIFIED_SHARE: Threshold = Threshold {
    name: "100.impact_quantified_share",
    default: 80.0,
    unit: "%",
    reason: "the model's usual bar for \"in place\": four in five",
};
static SCAN_DAYS: Threshold = Threshold {
    name: "100.days_with_scans",
    default: 5.0,
    unit: "days of the last 7",
    reason: "every working day of a week: what runs less often is started by a person",
};

/// Whole days from a date to today; negative when it lies ahead. Dates have no zone: today is UTC's.
fn days_since(date: Date, cx: &Context<'_>) -> f64 {
    let today = cx.now.to_zoned(TimeZone::UTC).date();
    (date.duration_until(today).as_hours() / 24) as f64
}

/// Whether a date lies in the last quarter. A date ahead says nothing about what was done: a typing error, or a plan.
/// Tomorrow counts as today, which it is east of Greenwich.
fn in_quarter(date: Date, cx: &Context<'_>) -> Truth {
    match days_since(date, cx) {
        days if days < -1.0 => Truth::attestation(),
        days => (days <= cx.value(&QUARTER_DAYS)).into(),
    }
}

/// Whether anything is written in the register. An empty one may stand beside another that is in use.
fn written_in(register: &DebtRegister) -> Truth {
    let some = |count: &u32| *count > 0;
    register.open_entries.is(some).or(register.closed_entries.is(some)).or_attested()
}

/// Whether an entry was closed in the last quarter. One that was never used for closing may be new, or debt may be closed in
/// the backlog; that nothing at all was written for a quarter, or that the last closing is old while entries are open,
/// shows the contrary.
fn closed_lately(register: &DebtRegister, cx: &Context<'_>) -> Truth {
    register.closed_on.then(|closed_on| match closed_on {
        Some(date) => {
            let nothing_open = register.open_entries.is(|open| *open == 0);
            in_quarter(*date, cx).or(nothing_open.and(Truth::attestation()))
        }
        None => Truth::attestation().and(register.changed_on.then(|date| in_quarter(*date, cx))),
    })
}

pub(crate) const CRITERIA: &[Criterion] = &[
    Criterion {
        id: "debt-tracked",
        level: Level::L2,
        clause: "informal tracking in tickets",
        statement: "Performance debt is written down: in a register, in OpsItems of the category Performance or as risks in Well-Architected reviews, or a person attests where.",
        basis: Basis::ObservedOrAttested,
        tests: &[
            Test::DebtRegister {
                applies: every,
                holds: |register, _| written_in(register),
                facts: &["open_entries", "closed_entries"],
            },
            Test::OpsItem {
                applies: every,
                holds: |item, _| item.category.is(|category| category.as_deref() == Some("Performance")).or_attested(),
                facts: &["category", "source", "status"],
            },
            Test::WaWorkload {
                applies: every,
                holds: |workload, _| {
                    let risks = &workload.performance_risks;
                    risks.is(|risks| risks.is_some_and(|risks| risks.high + risks.medium > 0)).or_attested()
                },
                facts: &["performance_risks"],
            },
        ],
        bar: Bar::Any,
        nothing: Nothing::NeedsAttestation,
        thresholds: &[],
        calls: &[
            "s3:GetObject",
            "ssm:DescribeOpsItems",
            "wellarchitected:ListWorkloads",
            "wellarchitected:GetLensReview",
        ],
        remedy: "Write each known weakness down where the team sees it: a ticket, an OpsItem of the category Performance or a line in a register; attest tickets kept elsewhere.",
        effort: Effort::Practice,
    },
    Criterion {
        id: "debt-register",
        level: Level::L3,
        clause: "register",
        statement: "A register has every required field of every open entry and was changed in the last 92 days, or a person attests one kept elsewhere.",
        basis: Basis::ObservedOrAttested,
        tests: &[Test::DebtRegister {
            applies: every,
            holds: |register, cx| {
                let complete = register.incomplete_entries.is(|entries| *entries == 0);
                let current = register.changed_on.then(|date| in_quarter(*date, cx));
                complete.and(current).and(written_in(register))
            },
            facts: &["open_entries", "closed_entries", "incomplete_entries", "changed_on"],
        }],
        bar: Bar::Any,
        nothing: Nothing::NeedsAttestation,
        thresholds: &[&QUARTER_DAYS],
        calls: &["s3:GetObject"],
        remedy: "Keep a register (CSV, Markdown or TOML) with id, description, impact, affected services, owner, priority and target date, name it in the configuration, and go through it each quarter.",
        effort: Effort::Practice,
    },
    Criterion {
        id: "quarterly-review",
        level: Level::L3,
        clause: "quarterly review",
        statement: "The register tells of a review in the last 92 days, a Well-Architected milestone is not older, or a person attests the review.",
        basis: Basis::ObservedOrAttested,
        tests: &[
            // A register without any review may be reviewed in minutes kept elsewhere; one whose last review is old
            // shows that the next is overdue.
            Test::DebtRegister {
                applies: every,
                holds: |register, cx| {
                    register.reviewed_on.then(|date| date.map_or(Truth::attestation(), |date| in_quarter(date, cx)))
                },
                facts: &["reviewed_on"],
            },
            Test::WaWorkload {
                applies: every,
                holds: |workload, cx| {
                    let days = cx.value(&QUARTER_DAYS);
                    workload.milestone_at.is(|at| at.is_some_and(|at| cx.days_since(at) <= days)).or_attested()
                },
                facts: &["milestone_at", "performance_risks"],
            },
        ],
        bar: Bar::Any,
        nothing: Nothing::NeedsAttestation,
        thresholds: &[&QUARTER_DAYS],
        calls: &["s3:GetObject", "wellarchitected:ListWorkloads", "wellarchitected:ListMilestones"],
        remedy: "Review the debt each quarter and write the date into the register, or save a milestone of the Well-Architected workload.",
        effort: Effort::Practice,
    },
    Criterion {
        id: "debt-impact-quantified",
        level: Level::L4,
        clause: "business impact quantified",
        statement: "At least 80 % of the open entries of the register say their impact in numbers, or a person attests it of debt kept elsewhere.",
        basis: Basis::ObservedOrAttested,
        tests: &[Test::DebtEntry {
            applies: |entry, _| entry.open.truth(),
            holds: |entry, _| entry.impact_quantified.truth(),
            facts: &["open", "impact_quantified"],
        }],
        bar: Bar::Share(&QUANTIFIED_SHARE),
        nothing: Nothing::NeedsAttestation,
        thresholds: &[&QUANTIFIED_SHARE],
        calls: &["s3:GetObject"],
        remedy: "Write a number into the entry's impact: milliseconds, percent of requests, money a month, customers.",
        effort: Effort::Practice,
    },
    Criterion {
        id: "debt-paydown",
        level: Level::L4,
        clause: "debt paydown in the sprint backlog",
        statement: "An entry of the register was closed in the last 92 days and every open one has a target date, or a person attests how debt is paid down.",
        basis: Basis::ObservedOrAttested,
        tests: &[Test::DebtRegister {
            applies: every,
            holds: |register, cx| {
                register.entries_without_target_date.is(|entries| *entries == 0).and(closed_lately(register, cx))
            },
            facts: &["open_entries", "entries_without_target_date", "closed_on", "changed_on"],
        }],
        bar: Bar::Any,
        nothing: Nothing::NeedsAttestation,
        thresholds: &[&QUARTER_DAYS],
        calls: &["s3:GetObject"],
        remedy: "Give every open entry a target date, take some into each sprint, and write down when one is closed.",
        effort: Effort::Practice,
    },
    // A scan needs the register to feed; an alarm needs no register: its OpsItem is the entry.
    Criterion {
        id: "automatic-debt-detection",
        level: Level::L5,
        clause: "automatic debt detection",
        statement: "Scans recorded on at least 5 of the last 7 days feed the register, or CloudWatch alarms create OpsItems.",
        basis: Basis::Observed,
        tests: &[
            Test::DebtRegister {
                applies: every,
                holds: |register, cx| {
                    let enough = |days: u32| f64::from(days) >= cx.value(&SCAN_DAYS);
                    let in_folder = Truth::from(enough(register.days_in_folder));
                    let daily = in_folder.or(register.days_with_scans.is(|days| enough(*days)));
                    daily.and(register.entries_from_scans.is(|entries| *entries > 0))
                },
                facts: &["days_with_scans", "entries_from_scans"],
            },
            Test::DebtDetection {
                applies: every,
                holds: |detection, _| {
                    let some = |count: &u32| *count > 0;
                    detection.alarms_creating_ops_items.is(some).or(detection.rules_creating_ops_items.is(some))
                },
                facts: &["alarms_creating_ops_items", "rules_creating_ops_items"],
            },
        ],
        bar: Bar::Any,
        nothing: Nothing::Unmet,
        thresholds: &[&SCAN_DAYS],
        calls: &["s3:GetObject", "cloudwatch:DescribeAlarms", "events:ListRules", "events:ListTargetsByRule"],
        remedy: "Run `rung scan` daily and take its drafts (`rung debt draft`) into the register, or add an OpsItem of the category Performance to the actions of latency alarms.",
        effort: Effort::Resource,
    },
];

#[cfg(test)]
#[path = "performance_debt_tests.rs"]
mod tests;
