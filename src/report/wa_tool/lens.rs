//! The performance pillar of the AWS Well-Architected Framework's lens, and which criteria speak to its choices.
//!
//! Ids of questions and choices are those that `wellarchitected:ListAnswers` gives for the lens `wellarchitected`, in its version
//! of 2024-06-27; titles are AWS's. What a choice rests on is ours, and careful: a choice is shown only where all of `shows` are met.
//! What `speaks` of it is told in its notes, and never selects it.

/// The lens.
pub(super) const ALIAS: &str = "wellarchitected";
/// The version whose ids these are.
pub(super) const VERSION: &str = "2024-06-27";

/// A question of the pillar.
pub(super) struct Question {
    /// `PERF 1`.
    pub(super) number: &'static str,
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    pub(super) choices: &'static [Choice],
}

/// A best practice that a person can select.
pub(super) struct Choice {
    /// `PERF01-BP06`.
    pub(super) practice: &'static str,
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    /// Criteria that show it together, `090 io-alarms`; none: only people can say.
    pub(super) shows: &'static [&'static str],
    /// Criteria that speak of it and do not suffice.
    pub(super) speaks: &'static [&'static str],
}

const fn choice(
    practice: &'static str,
    id: &'static str,
    title: &'static str,
    shows: &'static [&'static str],
    speaks: &'static [&'static str],
) -> Choice {
    Choice { practice, id, title, shows, speaks }
}

/// The five questions.
pub(super) const QUESTIONS: [Question; 5] = [
    Question {
        number: "PERF 1",
        id: "performing-architecture",
        title: "How do you select the appropriate cloud resources and architecture patterns for your workload?",
        choices: &[
            choice(
                "PERF01-BP01",
                "perf_architecture_understand_cloud_services_and_features",
                "Learn about and understand available cloud services and features",
                &[],
                &[],
            ),
            choice(
                "PERF01-BP02",
                "perf_architecture_guidance_architecture_patterns_best_practices",
                "Use guidance from your cloud provider or an appropriate partner to learn about architecture patterns and best practices",
                &[],
                &[],
            ),
            choice(
                "PERF01-BP03",
                "perf_architecture_factor_cost_into_architectural_decisions",
                "Factor cost into architectural decisions",
                &[],
                &["080 cost-per-invocation"],
            ),
            choice(
                "PERF01-BP04",
                "perf_architecture_evaluate_trade_offs",
                "Evaluate how trade-offs impact customers and architecture efficiency",
                &[],
                &["050 error-budgets"],
            ),
            choice(
                "PERF01-BP05",
                "perf_architecture_use_policies_and_reference_architectures",
                "Use policies and reference architectures",
                &[],
                &["010 sizing-ci-validation"],
            ),
            choice(
                "PERF01-BP06",
                "perf_architecture_use_benchmarking",
                "Use benchmarking to drive architectural decisions",
                &["060 load-test-performed", "060 load-test-criteria"],
                &["060 stress-reports"],
            ),
            choice(
                "PERF01-BP07",
                "perf_architecture_use_data_driven_approach",
                "Use a data-driven approach for architectural choices",
                &["010 utilisation-baseline", "010 sized-to-baseline"],
                &["010 compute-optimizer-enrolled"],
            ),
        ],
    },
    Question {
        number: "PERF 2",
        id: "compute-hardware",
        title: "How do you select and use compute resources in your workload?",
        choices: &[
            choice(
                "PERF02-BP01",
                "perf_compute_hardware_select_best_compute_options",
                "Select the best compute options for your workload",
                &[],
                &["010 current-generation-mostly", "080 profiled"],
            ),
            choice(
                "PERF02-BP02",
                "perf_compute_hardware_understand_compute_configuration_features",
                "Understand the available compute configuration and features",
                &[],
                &["080 memory-optimised", "080 provisioned-concurrency"],
            ),
            choice(
                "PERF02-BP03",
                "perf_compute_hardware_collect_compute_related_metrics",
                "Collect compute-related metrics",
                &["050 basic-metrics", "010 utilisation-baseline"],
                &[],
            ),
            choice(
                "PERF02-BP04",
                "perf_compute_hardware_configure_and_right_size_compute_resources",
                "Configure and right-size compute resources",
                &["010 sized-to-baseline", "080 memory-optimised"],
                &["010 compute-optimizer-followed"],
            ),
            choice(
                "PERF02-BP05",
                "perf_compute_hardware_scale_compute_resources_dynamically",
                "Scale your compute resources dynamically",
                &["020 scaling-configured", "020 stateless-workloads-scaled", "020 demand-metric"],
                &["020 scaling-exercised", "020 predictive-scaling"],
            ),
            choice(
                "PERF02-BP06",
                "perf_compute_hardware_compute_accelerators",
                "Use optimized hardware-based compute accelerators",
                &[],
                &[],
            ),
        ],
    },
    Question {
        number: "PERF 3",
        id: "data-management",
        title: "How do you store, manage, and access data in your workload?",
        choices: &[
            choice(
                "PERF03-BP01",
                "perf_data_use_purpose_built_data_store",
                "Use purpose-built data store that best support your data access and storage requirements",
                &[],
                &["090 storage-type-selected"],
            ),
            choice(
                "PERF03-BP02",
                "perf_data_evaluate_configuration_options_data_store",
                "Evaluate available configuration options for data store",
                &[],
                &["090 gp2-migration-complete", "090 io-not-saturated"],
            ),
            choice(
                "PERF03-BP03",
                "perf_data_collect_record_data_store_performance_metrics",
                "Collect and record data store performance metrics",
                &["040 database-insights", "040 slow-query-log"],
                &["090 io-alarms"],
            ),
            choice(
                "PERF03-BP04",
                "perf_data_implement_strategies_to_improve_query_performance",
                "Implement strategies to improve query performance in data store",
                &["040 index-strategy", "040 slow-query-threshold"],
                &["040 automatic-tuning"],
            ),
            choice(
                "PERF03-BP05",
                "perf_data_access_patterns_caching",
                "Implement data access patterns that utilize caching",
                &["030 cache-present", "030 caching-strategy", "030 hit-rate-measured"],
                &["030 hit-rate-80"],
            ),
        ],
    },
    Question {
        number: "PERF 4",
        id: "networking",
        title: "How do you select and configure networking resources in your workload?",
        choices: &[
            choice(
                "PERF04-BP01",
                "perf_networking_understand_how_networking_impacts_performance",
                "Understand how networking impacts performance",
                &[],
                &["070 latency-baseline"],
            ),
            choice(
                "PERF04-BP02",
                "perf_networking_evaluate_networking_features",
                "Evaluate available networking features",
                &[],
                &["070 vpc-endpoints", "070 cdn-for-public-origins"],
            ),
            choice(
                "PERF04-BP03",
                "perf_networking_choose_appropriate_dedicated_connectivity_or_vpn",
                "Choose appropriate dedicated connectivity or VPN for your workload",
                &[],
                &[],
            ),
            choice(
                "PERF04-BP04",
                "perf_networking_load_balancing_distribute_traffic",
                "Use load balancing to distribute traffic across multiple resources",
                &[],
                &["020 stateless-workloads-scaled"],
            ),
            choice(
                "PERF04-BP05",
                "perf_networking_choose_network_protocols_improve_performance",
                "Choose network protocols to improve performance",
                &[],
                &[],
            ),
            choice(
                "PERF04-BP06",
                "perf_networking_choose_workload_location_network_requirements",
                "Choose your workload's location based on network requirements",
                &[],
                &["070 cdn-static", "070 anycast-or-edge"],
            ),
            choice(
                "PERF04-BP07",
                "perf_networking_optimize_network_configuration_based_on_metrics",
                "Optimize network configuration based on metrics",
                &["070 latency-baseline", "070 cdn-hit-rate-95"],
                &[],
            ),
        ],
    },
    Question {
        number: "PERF 5",
        id: "process-culture",
        title: "What process do you use to support more performance efficiency for your workload?",
        choices: &[
            choice(
                "PERF05-BP01",
                "perf_process_culture_establish_key_performance_indicators",
                "Establish key performance indicators (KPIs) to measure workload health and performance",
                &["050 latency-targets", "050 formal-slos"],
                &[],
            ),
            choice(
                "PERF05-BP02",
                "perf_process_culture_use_monitoring_solutions",
                "Use monitoring solutions to understand the areas where performance is most critical",
                &["050 basic-metrics", "050 p99-alerting"],
                &["050 anomaly-detection"],
            ),
            choice(
                "PERF05-BP03",
                "perf_process_culture_workload_performance",
                "Define a process to improve workload performance",
                &["100 debt-register", "100 quarterly-review"],
                &["100 debt-paydown"],
            ),
            choice(
                "PERF05-BP04",
                "perf_process_culture_load_test",
                "Load test your workload",
                &["060 load-test-performed", "060 load-test-gate"],
                &["060 regression-detection"],
            ),
            choice(
                "PERF05-BP05",
                "perf_process_culture_automation_remediate_issues",
                "Use automation to proactively remediate performance-related issues",
                &[],
                &["020 autonomous-capacity", "050 predictive-burn-alerts", "090 storage-auto-tuning"],
            ),
            choice(
                "PERF05-BP06",
                "perf_process_culture_keep_workload_and_services_up_to_date",
                "Keep your workload and services up-to-date",
                &[],
                &["010 current-generation-all"],
            ),
            choice(
                "PERF05-BP07",
                "perf_process_culture_review_metrics",
                "Review metrics at regular intervals",
                &[],
                &["100 quarterly-review", "050 error-budgets"],
            ),
        ],
    },
];
