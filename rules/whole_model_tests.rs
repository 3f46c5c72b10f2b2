//! The whole maturity model, word for word: what stands here is the model's text, not what the rules say of themselves.
//!
//! Ids are promises to users: attestations, waivers, targets and registers name them. A change here breaks their files.

use std::collections::BTreeSet;

use crate::{
    all_criteria,
    checklists::{AUDIT_LIST, CHECKLISTS},
    entry_path::STEPS,
    model::{Basis, Control, Level},
};

/// Number, title, the five cells and, for each above level 1, its criteria.
type Row = (u16, &'static str, [&'static str; 5], [&'static [&'static str]; 4]);

const CONTROLS: [Row; 10] = [
    (
        10,
        "Compute Sizing",
        [
            "No standard; over-provisioned",
            "Experience-based; documented",
            "Measured baseline; CI validation",
            "Compute Optimizer integrated",
            "ML-based predictive sizing",
        ],
        [
            &["sizing-documented"],
            &["utilisation-baseline", "sized-to-baseline", "current-generation-mostly", "sizing-ci-validation"],
            &["compute-optimizer-enrolled", "compute-optimizer-followed", "current-generation-all"],
            &["predictive-sizing"],
        ],
    ),
    (
        20,
        "Auto-Scaling",
        [
            "Static capacity",
            "ASG configured, not validated",
            "Validated by load test",
            "Predictive scaling configured",
            "Autonomous capacity management",
        ],
        [
            &["scaling-configured"],
            &["stateless-workloads-scaled", "scaling-exercised", "scaling-load-tested", "demand-metric"],
            &["predictive-scaling", "scaling-limit-alarms"],
            &["no-manual-capacity", "autonomous-capacity"],
        ],
    ),
    (
        30,
        "Caching",
        [
            "No cache",
            "Ad-hoc cache without strategy",
            "Strategy documented; hit rate measured",
            "Cache hit >= 80% enforced",
            "Adaptive TTLs, intelligent warming",
        ],
        [
            &["cache-present"],
            &["caching-strategy", "hit-rate-measured"],
            &["hit-rate-80", "hit-rate-enforced", "cdn-hit-rate-95"],
            &["adaptive-ttl", "cache-warming"],
        ],
    ),
    (
        40,
        "Database Performance",
        [
            "No analysis; slow queries unknown",
            "Slow query log enabled",
            "Performance Insights active; index strategy",
            "Automatic regression detection",
            "Query SLOs, automatic tuning",
        ],
        [
            &["slow-query-log"],
            &["database-insights", "slow-query-threshold", "index-strategy"],
            &["query-regression-detection"],
            &["query-slos", "automatic-tuning"],
        ],
    ),
    (
        50,
        "SLOs & Monitoring",
        [
            "No SLOs",
            "Informal targets, average values",
            "Formal SLOs; P99 alerting",
            "Error budget management",
            "Predictive burn rate alerts",
        ],
        [
            &["basic-metrics", "latency-targets"],
            &["formal-slos", "p99-alerting", "slo-burn-alerts"],
            &["error-budgets", "deployments-gated"],
            &["predictive-burn-alerts", "anomaly-detection"],
        ],
    ),
    (
        60,
        "Load Tests",
        [
            "No load tests",
            "Manual tests before releases",
            "Automatic in CI/CD gate",
            "Regression detection automatic",
            "Continuous + chaos engineering",
        ],
        [
            &["load-test-performed"],
            &["load-test-gate", "load-test-criteria"],
            &["regression-detection", "stress-reports"],
            &["continuous-load", "chaos-experiments"],
        ],
    ),
    (
        70,
        "Network Performance",
        [
            "No topology design",
            "CDN for static content",
            "VPC endpoints + CDN configured",
            "Latency baseline measured",
            "Anycast, edge computing",
        ],
        [
            &["cdn-static"],
            &["cdn-for-public-origins", "vpc-endpoints"],
            &["latency-baseline", "cdn-hit-rate-95"],
            &["anycast-or-edge"],
        ],
    ),
    (
        80,
        "Serverless & Managed",
        [
            "Default config; not optimized",
            "Memory adjusted without measurement",
            "Profiling performed; optimized",
            "Provisioned concurrency where needed",
            "Cost per invocation optimized",
        ],
        [
            &["memory-adjusted"],
            &["profiled", "memory-optimised", "timeout-fits"],
            &["provisioned-concurrency"],
            &["cost-per-invocation"],
        ],
    ),
    (
        90,
        "Storage I/O",
        [
            "gp2; no I/O monitoring",
            "Storage type selected",
            "gp3 migration; I/O alerts",
            "Disk type fully optimized",
            "Intelligent tiering; auto-tuning",
        ],
        [
            &["storage-type-selected"],
            &["gp3-for-new-volumes", "io-alarms"],
            &["gp2-migration-complete", "io-not-saturated"],
            &["intelligent-tiering", "storage-auto-tuning"],
        ],
    ),
    (
        100,
        "Performance Debt",
        [
            "No documentation",
            "Informal tracking in tickets",
            "Register + quarterly review",
            "Business impact quantified",
            "Automatic debt detection",
        ],
        [
            &["debt-tracked"],
            &["debt-register", "quarterly-review"],
            &["debt-impact-quantified", "debt-paydown"],
            &["automatic-debt-detection"],
        ],
    ),
];

#[test]
fn five_levels_with_the_models_labels() {
    let labels: Vec<_> = (1..=5).map(|n| Level::try_from(n).unwrap().label()).collect();
    let wanted = [
        "Reactive / Undocumented",
        "Documented & Defined",
        "Enforced & Monitored",
        "Measured & Automated",
        "Optimized & Predictive",
    ];
    assert_eq!(labels, wanted);
    assert!(Level::try_from(0).is_err() && Level::try_from(6).is_err());
}

#[test]
fn ten_controls_and_forty_cells_each_with_its_criteria() {
    assert_eq!(Control::all().map(Control::number).collect::<Vec<_>>(), CONTROLS.map(|row| row.0));
    let mut cells = 0;
    for (control, (number, title, texts, criteria)) in Control::all().zip(CONTROLS) {
        assert_eq!((control.id(), control.title()), (format!("WAF-PERF-{number:03}"), title));
        assert_eq!(control.cells(), texts);
        for (level, wanted) in (2..=5).zip(criteria) {
            let level = Level::try_from(level).unwrap();
            let own: Vec<_> = crate::criteria(control).iter().filter(|c| c.level == level).map(|c| c.id).collect();
            assert_eq!(own, wanted, "{} level {}", control.id(), level.number());
            assert!(!own.is_empty());
            cells += 1;
        }
    }
    assert_eq!((cells, all_criteria().count()), (40, 74));
}

#[test]
fn what_no_api_shows_a_person_may_attest() {
    let attested: Vec<_> = all_criteria().filter(|(_, c)| c.basis == Basis::Attested).map(|(_, c)| c.id).collect();
    assert_eq!(attested, ["caching-strategy", "cache-warming", "index-strategy", "stress-reports"]);
    let either: Vec<_> =
        all_criteria().filter(|(_, c)| c.basis == Basis::ObservedOrAttested).map(|(_, c)| c.id).collect();
    let wanted = [
        "sizing-documented",
        "sizing-ci-validation",
        "predictive-sizing",
        "scaling-load-tested",
        "autonomous-capacity",
        "adaptive-ttl",
        "query-regression-detection",
        "query-slos",
        "automatic-tuning",
        "latency-targets",
        "formal-slos",
        "error-budgets",
        "deployments-gated",
        "predictive-burn-alerts",
        "load-test-performed",
        "load-test-gate",
        "load-test-criteria",
        "regression-detection",
        "continuous-load",
        "chaos-experiments",
        "latency-baseline",
        "profiled",
        "cost-per-invocation",
        "storage-auto-tuning",
        "debt-tracked",
        "debt-register",
        "quarterly-review",
        "debt-impact-quantified",
        "debt-paydown",
    ];
    assert_eq!(either, wanted);
}

/// Id and the model's words of each item, with the number that has to apply.
type List = (u8, u64, &'static [(&'static str, &'static str)]);

const LISTS: [List; 3] = [
    (
        2,
        4,
        &[
            ("l2-metrics-collected", "CPU, memory, and latency metrics are collected for all production services"),
            ("l2-informal-targets", "Performance targets exist informally (e.g. \"should be under 500ms\")"),
            ("l2-auto-scaling", "Auto-scaling is configured for at least one workload"),
            ("l2-slow-query-log", "Slow query logging is active in at least one database"),
            ("l2-manual-load-tests", "Manual load tests are performed before major releases"),
            ("l2-static-assets-cached", "Caching is implemented for static assets"),
        ],
    ),
    (
        3,
        10,
        &[
            (
                "l3-formal-slos",
                "Formal SLOs (with P95/P99 latency targets) defined for all production-critical services",
            ),
            ("l3-slis-measured", "SLOs are instrumented: SLIs are continuously measured"),
            ("l3-burn-rate-alerts", "SLO burn rate alerting is configured"),
            ("l3-stateless-scaled", "Auto-scaling configured for all stateless production workloads"),
            ("l3-scaling-load-tested", "Auto-scaling validated by load test under realistic load"),
            ("l3-load-test-gate", "Load tests run automatically in the CI/CD pipeline as a deployment gate"),
            ("l3-load-test-criteria", "Acceptance criteria for load tests are defined and enforced"),
            ("l3-caching-strategy", "Caching strategy is documented (layer, TTL, invalidation)"),
            ("l3-hit-rate-measured", "Cache hit rates are measured and monitored"),
            ("l3-database-insights", "Performance Insights or equivalent database monitoring is active"),
            ("l3-index-strategy", "Index strategy for high-frequency queries is documented"),
            ("l3-debt-register", "Performance debt register exists and is kept up to date"),
            ("l3-gp3-for-new-volumes", "All EBS/managed disks for new deployments use gp3 or Premium SSD"),
        ],
    ),
    (
        4,
        8,
        &[
            ("l4-error-budgets", "Error budgets are tracked and considered in deployment decisions"),
            (
                "l4-regression-detection",
                "Performance regressions are automatically detected in CI/CD (baseline comparison)",
            ),
            ("l4-debt-impact", "Performance debt register contains business impact estimates"),
            ("l4-quarterly-review", "Quarterly performance reviews with engineering leadership take place"),
            ("l4-debt-paydown", "Debt paydown is prioritized in the sprint backlog"),
            ("l4-vpc-endpoints", "VPC endpoints configured for all major cloud service APIs"),
            ("l4-cdn-hit-rate", "CDN cache hit rate >= 95% for static content"),
            ("l4-memory-profiled", "Lambda/function memory optimized through profiling (power tuning or equivalent)"),
            ("l4-gp2-migrated", "gp2-to-gp3 migration fully completed"),
            ("l4-stress-reports", "Stress test reports (2x, 5x peak load) for all critical services"),
        ],
    ),
];

#[test]
fn twenty_nine_checklist_items_in_the_models_words() {
    let own = CHECKLISTS.each_ref().map(|list| {
        let items: Vec<_> = list.items.iter().map(|item| (item.id, item.text)).collect();
        (list.level.number(), list.needed, items)
    });
    assert_eq!(own, LISTS.map(|(level, needed, items)| (level, needed, items.to_vec())));
    assert_eq!(own.iter().map(|list| list.2.len()).sum::<usize>(), 29);
    let behind = CHECKLISTS.iter().flat_map(|list| list.items).map(|item| item.formula.references().len());
    assert!(behind.min() >= Some(1));
}

#[test]
fn twelve_points_of_the_audit_list() {
    let ids = AUDIT_LIST.each_ref().map(|item| item.id);
    let wanted = [
        "audit-sizing",
        "audit-auto-scaling",
        "audit-scaling-tested",
        "audit-caching-strategy",
        "audit-database-monitoring",
        "audit-slos",
        "audit-load-test-gate",
        "audit-network",
        "audit-functions",
        "audit-storage",
        "audit-debt-register",
        "audit-quarterly-review",
    ];
    assert_eq!(ids, wanted);
    assert!(AUDIT_LIST.iter().all(|item| !item.formula.references().is_empty()));
}

#[test]
fn six_steps_of_the_entry_path_in_the_models_words() {
    let own = STEPS.each_ref().map(|step| (step.weeks, step.control.number(), step.action));
    let wanted = [
        ("1-2", 50, "SLO workshop: define P95/P99 targets for all production services. Review monitoring stack."),
        ("3-4", 40, "Slow query analysis: enable Performance Insights, optimize top-20 queries."),
        ("5-6", 20, "Auto-scaling configuration for the three most important stateless services."),
        ("7-8", 60, "Run first load test in staging; define acceptance criteria."),
        ("9-10", 90, "Start gp2-to-gp3 migration for all EBS volumes."),
        ("11-12", 100, "Create performance debt register: capture known problems, prioritize."),
    ];
    assert_eq!(own, wanted);
    for step in &STEPS {
        assert!(!step.criteria.is_empty());
        let known: BTreeSet<_> = crate::criteria(step.control).iter().map(|c| c.id).collect();
        assert!(step.criteria.iter().all(|id| known.contains(id)), "{}", step.weeks);
    }
}

#[test]
fn ids_are_unique_over_everything_that_has_one() {
    let criteria = all_criteria().map(|(control, criterion)| criterion.full_id(control));
    let items = CHECKLISTS.iter().flat_map(|list| list.items).chain(&AUDIT_LIST).map(|item| item.id.to_owned());
    let all: Vec<_> = criteria.chain(items).collect();
    assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len());
}
