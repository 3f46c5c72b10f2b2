//! WAF-PERF-080 Serverless & Managed: memory, profiling, time-outs, cold starts and cost of Lambda functions.
//!
//! An *active* function was invoked in the window and is not switched off by a reserved concurrency of 0. Which callers wait
//! for an answer is read from policies and URLs; the tag `latency-critical` is not, because `ListFunctions` gives no tags.

use crate::{
    facts::{Function, ProvisionedConcurrency, ReservedConcurrency, SynchronousTrigger, Test, every},
    model::{Bar, Basis, Context, Criterion, Effort, Level, Nothing, Threshold, Truth},
};

/// What a function has whose memory nobody has set, in MB.
const DEFAULT_MEMORY_MB: i32 = 128;
/// What a function has whose time-out nobody has set, in seconds.
const DEFAULT_TIMEOUT_S: i32 = 3;
/// Time-outs are whole seconds: a function of 20 ms cannot have less than this.
const SHORTEST_TIMEOUT_MS: f64 = 1000.0;

static ADJUSTED_SHARE: Threshold = Threshold {
    name: "080.memory_adjusted_share",
    default: 50.0,
    unit: "%",
    reason: "level 2 asks for a hand on the dial, not for every function: half of them show one",
};
static PROFILED_SHARE: Threshold = Threshold {
    name: "080.profiled_share",
    default: 80.0,
    unit: "%",
    reason: "the model's usual bar for \"in place\": four in five",
};
static RUNS_PER_FUNCTION: Threshold = Threshold {
    name: "080.power_tuning_runs_per_function",
    default: 1.0,
    unit: "runs",
    reason: "a run measures one function and does not say which: with fewer runs than functions it proves nothing of any",
};
static OPTIMISED_SHARE: Threshold = Threshold {
    name: "080.memory_optimised_share",
    default: 80.0,
    unit: "%",
    reason: "the model's usual bar for \"in place\": four in five",
};
static TIMEOUT_SHARE: Threshold = Threshold {
    name: "080.timeout_fits_share",
    default: 80.0,
    unit: "%",
    reason: "the model's usual bar for \"in place\": four in five",
};
static TIMEOUT_LEAST: Threshold = Threshold {
    name: "080.timeout_over_p99_least",
    default: 1.5,
    unit: "times p99",
    reason: "the framework says twice the 99th percentile; with less than half on top a slow day ends in errors",
};
static TIMEOUT_MOST: Threshold = Threshold {
    name: "080.timeout_over_p99_most",
    default: 10.0,
    unit: "times p99",
    reason: "above ten times the 99th percentile a hanging call is paid for, not ended",
};
static DEFAULT_TIMEOUT_P99: Threshold = Threshold {
    name: "080.default_timeout_p99_ms",
    default: 2000.0,
    unit: "ms",
    reason: "a function that needs two seconds has outgrown the default of three",
};
static INIT_P99: Threshold = Threshold {
    name: "080.critical_init_p99_ms",
    default: 500.0,
    unit: "ms",
    reason: "half a second is what a waiting person notices",
};
static COLD_STARTS: Threshold = Threshold {
    name: "080.critical_cold_start_percent",
    default: 1.0,
    unit: "%",
    reason: "below one in a hundred, cold starts do not show in the 99th percentile",
};
static SPILLOVER: Threshold = Threshold {
    name: "080.spillover_percent",
    default: 1.0,
    unit: "%",
    reason: "below one in a hundred, what finds no warm environment does not show in the 99th percentile",
};
static ARM64_SHARE: Threshold = Threshold {
    name: "080.arm64_share",
    default: 80.0,
    unit: "%",
    reason: "arm64 costs a fifth less; one function in five may have a library that is not built for it",
};

fn active(function: &Function) -> Truth {
    let switched_off = function.reserved_concurrency.is(|reserved| *reserved == ReservedConcurrency::Units(0));
    function.invocations.is(|count| *count > 0.0).and(!switched_off)
}

fn has_finding(function: &Function) -> Truth {
    function.optimizer_finding.is(|finding| matches!(finding.as_deref(), Some("Optimized" | "NotOptimized")))
}

/// A run measures one function of its account and region and does not say which: it counts for each once there are enough for all.
fn power_tuned(function: &Function, cx: &Context<'_>) -> Truth {
    function.power_tuning_runs.then(|runs| {
        function.functions_beside.is(|functions| *runs as f64 >= *functions as f64 * cx.value(&RUNS_PER_FUNCTION))
    })
}

fn timeout_fits(timeout_s: i32, p99_ms: f64, cx: &Context<'_>) -> bool {
    let timeout_ms = f64::from(timeout_s) * 1000.0;
    let most = (p99_ms * cx.value(&TIMEOUT_MOST)).max(SHORTEST_TIMEOUT_MS);
    let outgrown = timeout_s == DEFAULT_TIMEOUT_S && p99_ms > cx.value(&DEFAULT_TIMEOUT_P99);
    timeout_ms >= p99_ms * cx.value(&TIMEOUT_LEAST) && timeout_ms <= most && !outgrown
}

fn is_waited_for(function: &Function) -> Truth {
    use SynchronousTrigger::{FunctionUrl, Service};
    function.synchronous_trigger.is(|trigger| matches!(trigger, FunctionUrl | Service(_)))
}

/// Provisioned concurrency that no invocation reached does not count: callers use another version.
fn kept_warm(function: &Function, cx: &Context<'_>) -> Truth {
    let provisioned = function.provisioned_concurrency.is(|list| {
        let mut of_versions = list.iter().flatten();
        of_versions.any(ProvisionedConcurrency::is_there)
    });
    let suffices = function.spillover_percent.is(|share| share.is_some_and(|share| share < cx.value(&SPILLOVER)));
    function.snap_start.truth().or(provisioned.and(suffices))
}

fn starts_slowly(function: &Function, cx: &Context<'_>) -> Truth {
    let slow = function.init_p99_ms.is(|ms| *ms > cx.value(&INIT_P99));
    slow.and(function.cold_start_percent.is(|share| *share >= cx.value(&COLD_STARTS)))
}

/// Seen "not optimised" contradicts; no finding is what a person may fill in.
fn seen_optimised(function: &Function) -> Truth {
    function.optimizer_finding.then(|finding| match finding.as_deref() {
        Some("Optimized") => Truth::True,
        Some("NotOptimized") => Truth::False,
        _ => Truth::attestation(),
    })
}

fn on_arm64_where_offered(function: &Function, cx: &Context<'_>) -> Truth {
    let itself = function.architecture.is(|name| name == "arm64").or(!function.arm64_offered.truth());
    let beside = function.arm64_percent_beside.is(|share| share.is_none_or(|share| share >= cx.value(&ARM64_SHARE)));
    itself.or(beside)
}

pub(crate) const CRITERIA: &[Criterion] = &[
    Criterion {
        id: "memory-adjusted",
        level: Level::L2,
        clause: "memory adjusted without measurement",
        statement: "At least half of the functions have other memory than the default of 128 MB.",
        basis: Basis::Observed,
        tests: &[Test::Function {
            applies: every,
            holds: |function, _| function.memory_mb.is(|mb| *mb != DEFAULT_MEMORY_MB),
            facts: &["memory_mb"],
        }],
        bar: Bar::Share(&ADJUSTED_SHARE),
        nothing: Nothing::NotApplicable,
        thresholds: &[&ADJUSTED_SHARE],
        calls: &["lambda:ListFunctions"],
        remedy: "Set the function's memory (CPU grows with it) to what its work needs; 128 MB is what it has when nobody chose.",
        effort: Effort::Setting,
    },
    Criterion {
        id: "profiled",
        level: Level::L3,
        clause: "profiling performed",
        statement: "At least 80 % of the active functions are profiled: Lambda Insights, X-Ray tracing, a Compute Optimizer finding or a power-tuning run.",
        basis: Basis::ObservedOrAttested,
        tests: &[Test::Function {
            applies: |function, _| active(function),
            holds: |function, cx| {
                let watched = function.insights.truth().or(function.tracing.truth());
                watched.or(has_finding(function)).or(power_tuned(function, cx)).or_attested()
            },
            facts: &[
                "invocations",
                "insights",
                "tracing",
                "optimizer_finding",
                "power_tuning_runs",
                "functions_beside",
            ],
        }],
        bar: Bar::Share(&PROFILED_SHARE),
        nothing: Nothing::NotApplicable,
        thresholds: &[&PROFILED_SHARE, &RUNS_PER_FUNCTION],
        calls: &[
            "lambda:ListFunctions",
            "lambda:GetFunctionConcurrency",
            "cloudwatch:GetMetricData",
            "compute-optimizer:GetLambdaFunctionRecommendations",
            "states:ListStateMachines",
            "states:ListExecutions",
        ],
        remedy: "Add the Lambda Insights layer or set tracing to Active, enrol in Compute Optimizer, or run AWS Lambda Power Tuning.",
        effort: Effort::Setting,
    },
    Criterion {
        id: "memory-optimised",
        level: Level::L3,
        clause: "optimized",
        statement: "At least 80 % of the functions with a Compute Optimizer finding are Optimized.",
        basis: Basis::Observed,
        tests: &[Test::Function {
            applies: |function, _| match has_finding(function) {
                Truth::True => Truth::True,
                // A function that is not in use gets no finding: not seeing one hides nothing.
                other => other.and(active(function)),
            },
            holds: |function, _| function.optimizer_finding.is(|finding| finding.as_deref() == Some("Optimized")),
            facts: &["optimizer_finding", "memory_mb"],
        }],
        bar: Bar::Share(&OPTIMISED_SHARE),
        nothing: Nothing::NotApplicable,
        thresholds: &[&OPTIMISED_SHARE],
        calls: &[
            "lambda:ListFunctions",
            "lambda:GetFunctionConcurrency",
            "cloudwatch:GetMetricData",
            "compute-optimizer:GetLambdaFunctionRecommendations",
        ],
        remedy: "Set the memory that Compute Optimizer recommends, and compare duration and cost before and after.",
        effort: Effort::Setting,
    },
    Criterion {
        id: "timeout-fits",
        level: Level::L3,
        clause: "timeout set to 2 x P99 (framework)",
        statement: "At least 80 % of the active functions have a time-out between 1.5 and 10 times the 99th percentile of their duration, and none above two seconds has the default.",
        basis: Basis::Observed,
        tests: &[Test::Function {
            applies: |function, _| active(function),
            holds: |function, cx| {
                function.timeout_s.then(|timeout| function.duration_p99_ms.is(|p99| timeout_fits(*timeout, *p99, cx)))
            },
            facts: &["timeout_s", "duration_p99_ms", "invocations"],
        }],
        bar: Bar::Share(&TIMEOUT_SHARE),
        nothing: Nothing::NotApplicable,
        thresholds: &[&TIMEOUT_SHARE, &TIMEOUT_LEAST, &TIMEOUT_MOST, &DEFAULT_TIMEOUT_P99],
        calls: &["lambda:ListFunctions", "lambda:GetFunctionConcurrency", "cloudwatch:GetMetricData"],
        remedy: "Set the time-out to about twice the 99th percentile of the duration, in whole seconds and not below one.",
        effort: Effort::Setting,
    },
    Criterion {
        id: "provisioned-concurrency",
        level: Level::L4,
        clause: "provisioned concurrency where needed",
        statement: "Every function that callers wait for and that starts slowly has provisioned concurrency with less than 1 % spillover, or SnapStart.",
        basis: Basis::Observed,
        tests: &[Test::Function {
            applies: |function, cx| {
                let in_question = match kept_warm(function, cx) {
                    Truth::True => Truth::True,
                    _ => starts_slowly(function, cx),
                };
                active(function).and(is_waited_for(function)).and(in_question)
            },
            holds: kept_warm,
            facts: &[
                "synchronous_trigger",
                "init_p99_ms",
                "cold_start_percent",
                "provisioned_concurrency",
                "spillover_percent",
                "snap_start",
            ],
        }],
        bar: Bar::All,
        nothing: Nothing::NotApplicable,
        thresholds: &[&INIT_P99, &COLD_STARTS, &SPILLOVER],
        calls: &[
            "lambda:ListFunctions",
            "lambda:GetPolicy",
            "lambda:ListFunctionUrlConfigs",
            "lambda:ListAliases",
            "lambda:ListProvisionedConcurrencyConfigs",
            "lambda:GetFunctionConcurrency",
            "cloudwatch:GetMetricData",
        ],
        remedy: "Turn on SnapStart, or give the alias that callers use provisioned concurrency that scales with its utilisation; add Lambda Insights where the start is not measured.",
        effort: Effort::Change,
    },
    Criterion {
        id: "cost-per-invocation",
        level: Level::L5,
        clause: "cost per invocation optimized",
        statement: "The cost of an invocation is known, every active function is Optimized, and at least 80 % run on arm64 where their runtime allows.",
        basis: Basis::ObservedOrAttested,
        tests: &[Test::Function {
            applies: |function, _| active(function),
            holds: |function, cx| {
                let cost_known = function.usd_per_invocation.is(|_| true);
                cost_known.and(seen_optimised(function)).and(on_arm64_where_offered(function, cx))
            },
            facts: &[
                "usd_per_invocation",
                "optimizer_finding",
                "architecture",
                "arm64_offered",
                "arm64_percent_beside",
            ],
        }],
        bar: Bar::All,
        nothing: Nothing::NotApplicable,
        thresholds: &[&ARM64_SHARE],
        calls: &[
            "lambda:ListFunctions",
            "lambda:GetFunctionConcurrency",
            "cloudwatch:GetMetricData",
            "compute-optimizer:GetLambdaFunctionRecommendations",
        ],
        remedy: "Set the memory that Compute Optimizer recommends and the architecture to arm64; test libraries with native code first.",
        effort: Effort::Change,
    },
];

#[cfg(test)]
#[path = "serverless_managed_tests.rs"]
mod tests;
