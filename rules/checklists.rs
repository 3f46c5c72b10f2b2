//! The model's three self-assessment checklists and the framework's audit list: each item a formula over criteria.

use crate::model::{
    Assessed, ChecklistReport,
    Control::{
        self, AutoScaling, Caching, ComputeSizing, DatabasePerformance, LoadTests, NetworkPerformance, PerformanceDebt,
        ServerlessManaged, SlosMonitoring, StorageIo,
    },
    ItemReport, Level, Outcome, Reached,
};
use crate::pillar::outcome_of;

/// A criterion by control and short id.
pub type Reference = (Control, &'static str);

/// When an item applies to the organisation.
#[derive(Clone, Copy, Debug)]
pub enum Formula {
    /// Every one of these is met; those not applicable drop out.
    All(&'static [Reference]),
    /// One of these is met.
    Any(&'static [Reference]),
}

impl Formula {
    /// The criteria behind it.
    pub fn references(&self) -> &'static [Reference] {
        match self {
            Formula::All(list) | Formula::Any(list) => list,
        }
    }

    fn name(&self) -> &'static str {
        match self {
            Formula::All(_) => "all",
            Formula::Any(_) => "any",
        }
    }

    /// Three-valued: unknown stays unknown unless the others decide.
    fn outcome(&self, of: &dyn Fn(Control, &str) -> Outcome) -> Outcome {
        let outcomes: Vec<_> = self
            .references()
            .iter()
            .map(|(control, id)| of(*control, id))
            .filter(|outcome| *outcome != Outcome::NotApplicable)
            .collect();
        let (decisive, rest) = match self {
            Formula::All(_) => (Outcome::Unmet, Outcome::Met),
            Formula::Any(_) => (Outcome::Met, Outcome::Unmet),
        };
        if outcomes.is_empty() {
            Outcome::NotApplicable
        } else if outcomes.contains(&decisive) {
            decisive
        } else if outcomes.contains(&Outcome::Unknown) {
            Outcome::Unknown
        } else {
            rest
        }
    }
}

/// An item: something that applies to an organisation or does not.
#[derive(Debug)]
pub struct Item {
    /// Kebab case, unique over all lists.
    pub id: &'static str,
    /// The model's words; in the audit list ours.
    pub text: &'static str,
    /// When it applies.
    pub formula: Formula,
}

/// A checklist.
#[derive(Debug)]
pub struct Checklist {
    /// The level it is for.
    pub level: Level,
    /// Items that have to apply.
    pub needed: u64,
    /// Its items, in the model's order.
    pub items: &'static [Item],
}

const fn item(id: &'static str, text: &'static str, formula: Formula) -> Item {
    Item { id, text, formula }
}

use Formula::{All, Any};

/// The three, lowest level first.
pub static CHECKLISTS: [Checklist; 3] = [
    Checklist {
        level: Level::L2,
        needed: 4,
        items: &[
            item(
                "l2-metrics-collected",
                "CPU, memory, and latency metrics are collected for all production services",
                All(&[(SlosMonitoring, "basic-metrics")]),
            ),
            item(
                "l2-informal-targets",
                "Performance targets exist informally (e.g. \"should be under 500ms\")",
                All(&[(SlosMonitoring, "latency-targets")]),
            ),
            item(
                "l2-auto-scaling",
                "Auto-scaling is configured for at least one workload",
                All(&[(AutoScaling, "scaling-configured")]),
            ),
            item(
                "l2-slow-query-log",
                "Slow query logging is active in at least one database",
                All(&[(DatabasePerformance, "slow-query-log")]),
            ),
            item(
                "l2-manual-load-tests",
                "Manual load tests are performed before major releases",
                All(&[(LoadTests, "load-test-performed")]),
            ),
            item(
                "l2-static-assets-cached",
                "Caching is implemented for static assets",
                All(&[(NetworkPerformance, "cdn-static")]),
            ),
        ],
    },
    Checklist {
        level: Level::L3,
        needed: 10,
        items: &[
            item(
                "l3-formal-slos",
                "Formal SLOs (with P95/P99 latency targets) defined for all production-critical services",
                All(&[(SlosMonitoring, "formal-slos")]),
            ),
            item(
                "l3-slis-measured",
                "SLOs are instrumented: SLIs are continuously measured",
                All(&[(SlosMonitoring, "formal-slos"), (SlosMonitoring, "basic-metrics")]),
            ),
            item(
                "l3-burn-rate-alerts",
                "SLO burn rate alerting is configured",
                All(&[(SlosMonitoring, "slo-burn-alerts")]),
            ),
            item(
                "l3-stateless-scaled",
                "Auto-scaling configured for all stateless production workloads",
                All(&[(AutoScaling, "stateless-workloads-scaled")]),
            ),
            item(
                "l3-scaling-load-tested",
                "Auto-scaling validated by load test under realistic load",
                All(&[(AutoScaling, "scaling-load-tested")]),
            ),
            item(
                "l3-load-test-gate",
                "Load tests run automatically in the CI/CD pipeline as a deployment gate",
                All(&[(LoadTests, "load-test-gate")]),
            ),
            item(
                "l3-load-test-criteria",
                "Acceptance criteria for load tests are defined and enforced",
                All(&[(LoadTests, "load-test-criteria")]),
            ),
            item(
                "l3-caching-strategy",
                "Caching strategy is documented (layer, TTL, invalidation)",
                All(&[(Caching, "caching-strategy")]),
            ),
            item(
                "l3-hit-rate-measured",
                "Cache hit rates are measured and monitored",
                All(&[(Caching, "hit-rate-measured")]),
            ),
            item(
                "l3-database-insights",
                "Performance Insights or equivalent database monitoring is active",
                All(&[(DatabasePerformance, "database-insights")]),
            ),
            item(
                "l3-index-strategy",
                "Index strategy for high-frequency queries is documented",
                All(&[(DatabasePerformance, "index-strategy")]),
            ),
            item(
                "l3-debt-register",
                "Performance debt register exists and is kept up to date",
                All(&[(PerformanceDebt, "debt-register")]),
            ),
            item(
                "l3-gp3-for-new-volumes",
                "All EBS/managed disks for new deployments use gp3 or Premium SSD",
                All(&[(StorageIo, "gp3-for-new-volumes")]),
            ),
        ],
    },
    Checklist {
        level: Level::L4,
        needed: 8,
        items: &[
            item(
                "l4-error-budgets",
                "Error budgets are tracked and considered in deployment decisions",
                All(&[(SlosMonitoring, "error-budgets"), (SlosMonitoring, "deployments-gated")]),
            ),
            item(
                "l4-regression-detection",
                "Performance regressions are automatically detected in CI/CD (baseline comparison)",
                All(&[(LoadTests, "regression-detection")]),
            ),
            item(
                "l4-debt-impact",
                "Performance debt register contains business impact estimates",
                All(&[(PerformanceDebt, "debt-impact-quantified")]),
            ),
            item(
                "l4-quarterly-review",
                "Quarterly performance reviews with engineering leadership take place",
                All(&[(PerformanceDebt, "quarterly-review")]),
            ),
            item(
                "l4-debt-paydown",
                "Debt paydown is prioritized in the sprint backlog",
                All(&[(PerformanceDebt, "debt-paydown")]),
            ),
            item(
                "l4-vpc-endpoints",
                "VPC endpoints configured for all major cloud service APIs",
                All(&[(NetworkPerformance, "vpc-endpoints")]),
            ),
            item(
                "l4-cdn-hit-rate",
                "CDN cache hit rate >= 95% for static content",
                All(&[(NetworkPerformance, "cdn-hit-rate-95")]),
            ),
            item(
                "l4-memory-profiled",
                "Lambda/function memory optimized through profiling (power tuning or equivalent)",
                All(&[(ServerlessManaged, "profiled"), (ServerlessManaged, "memory-optimised")]),
            ),
            item(
                "l4-gp2-migrated",
                "gp2-to-gp3 migration fully completed",
                All(&[(StorageIo, "gp2-migration-complete")]),
            ),
            item(
                "l4-stress-reports",
                "Stress test reports (2x, 5x peak load) for all critical services",
                All(&[(LoadTests, "stress-reports")]),
            ),
        ],
    },
];

/// The framework's twelve points for a quick audit, in our words.
pub static AUDIT_LIST: [Item; 12] = [
    item(
        "audit-sizing",
        "The sizing of all production compute is documented",
        All(&[(ComputeSizing, "sizing-documented")]),
    ),
    item(
        "audit-auto-scaling",
        "Auto-scaling is configured with minimum, maximum and a policy",
        All(&[(AutoScaling, "scaling-configured")]),
    ),
    item(
        "audit-scaling-tested",
        "A load test proves that auto-scaling works",
        All(&[(AutoScaling, "scaling-load-tested")]),
    ),
    item("audit-caching-strategy", "A caching strategy is written and current", All(&[(Caching, "caching-strategy")])),
    item(
        "audit-database-monitoring",
        "Performance Insights or an equal monitoring of databases is active",
        All(&[(DatabasePerformance, "database-insights")]),
    ),
    item("audit-slos", "An SLO document covers all critical services", All(&[(SlosMonitoring, "formal-slos")])),
    item("audit-load-test-gate", "The CI/CD pipeline has a load test as a gate", All(&[(LoadTests, "load-test-gate")])),
    item(
        "audit-network",
        "A CDN and VPC endpoints are configured",
        All(&[
            (NetworkPerformance, "cdn-static"),
            (NetworkPerformance, "cdn-for-public-origins"),
            (NetworkPerformance, "vpc-endpoints"),
        ]),
    ),
    item(
        "audit-functions",
        "Functions have explicit memory and timeout",
        All(&[(ServerlessManaged, "memory-adjusted"), (ServerlessManaged, "timeout-fits")]),
    ),
    item(
        "audit-storage",
        "gp3 or an equally good storage type is in use",
        Any(&[(StorageIo, "gp2-migration-complete"), (StorageIo, "gp3-for-new-volumes")]),
    ),
    item(
        "audit-debt-register",
        "A performance debt register is kept and current",
        All(&[(PerformanceDebt, "debt-register")]),
    ),
    item(
        "audit-quarterly-review",
        "There is proof of the quarterly review",
        All(&[(PerformanceDebt, "quarterly-review")]),
    ),
];

/// The checklists by the outcomes of criteria.
pub fn checklists(of: &dyn Fn(Control, &str) -> Outcome) -> Vec<ChecklistReport> {
    CHECKLISTS.iter().map(|list| list.report(of)).collect()
}

/// The checklists of what was decided.
pub fn of(assessed: &Assessed<'_>) -> Vec<ChecklistReport> {
    checklists(&|control, id| outcome_of(assessed, control, id, false))
}

/// The audit list by the outcomes of criteria.
pub fn audit_list(of: &dyn Fn(Control, &str) -> Outcome) -> Vec<ItemReport> {
    AUDIT_LIST.iter().map(|item| item.report(of)).collect()
}

impl Item {
    fn report(&self, of: &dyn Fn(Control, &str) -> Outcome) -> ItemReport {
        let full = |(control, id): &Reference| format!("waf-perf-{:03}.api.aws.{id}", control.number());
        ItemReport {
            id: self.id.to_owned(),
            text: self.text.to_owned(),
            outcome: self.formula.outcome(of),
            formula: self.formula.name().to_owned(),
            criteria: self.formula.references().iter().map(full).collect(),
        }
    }
}

impl Checklist {
    fn report(&self, of: &dyn Fn(Control, &str) -> Outcome) -> ChecklistReport {
        let items: Vec<_> = self.items.iter().map(|item| item.report(of)).collect();
        let count = |outcome: Outcome| items.iter().filter(|item| item.outcome == outcome).count() as u64;
        let mut report = ChecklistReport {
            level: self.level,
            met: count(Outcome::Met),
            unmet: count(Outcome::Unmet),
            unknown: count(Outcome::Unknown),
            not_applicable: count(Outcome::NotApplicable),
            needed: self.needed,
            of: items.len() as u64,
            items,
            reached: Reached::Undecided,
            why: String::new(),
        };
        (report.reached, report.why) = decide(&report);
        report
    }
}

/// The model's own rule. Of level 2 it says: four that apply reach it, four that do not ask for action at level 1; three
/// and three it does not decide.
fn decide(list: &ChecklistReport) -> (Reached, String) {
    let ChecklistReport { met, unmet, unknown, needed, of, level, .. } = list;
    let counted = format!("{met} of {of} apply, {needed} are needed");
    if met >= needed {
        return (Reached::Yes, format!("{counted}."));
    }
    if met + unknown >= *needed {
        return (Reached::Undecided, format!("{counted}; {unknown} are not known and decide."));
    }
    if *level == Level::L2 && *unmet < 4 {
        let words = match (unmet, unknown) {
            (3, 0) => "three apply and three do not: the model's text decides neither way".to_owned(),
            _ => format!(
                "{unmet} do not, fewer than the four that the model asks action for: its text decides neither way"
            ),
        };
        return (Reached::Undecided, format!("{counted}; {words}."));
    }
    let action = if *level == Level::L2 { ": action is required at level 1" } else { "" };
    let unknown = if *unknown > 0 { format!(", even with the {unknown} that are not known") } else { String::new() };
    (Reached::No, format!("{counted}{unknown}{action}."))
}

#[cfg(test)]
#[path = "checklists_tests.rs"]
mod tests;
