//! Which charts there are: the criterion whose findings each counts, the facts, and where the bins lie.

/// A chart.
#[derive(Debug)]
pub(super) struct Spec {
    /// Its name in the page's data; the script has its words.
    pub(super) id: &'static str,
    /// The criterion whose findings are counted.
    pub(super) criterion: &'static str,
    /// What is counted.
    pub(super) shape: Shape,
    /// What parts the counts into series.
    pub(super) by: By,
}

/// What parts the counts into series.
#[derive(Clone, Copy, Debug)]
pub(super) enum By {
    /// The finding's result.
    Result,
    /// A fact's words.
    Fact(&'static str),
}

/// What is counted.
#[derive(Clone, Copy, Debug)]
pub(super) enum Shape {
    /// A number, in bins between edges; the first and the last bin also take what lies beyond.
    Bins(&'static str, &'static [f64]),
    /// The days since a time, in bins between edges.
    Ages(&'static str, &'static [f64]),
    /// A fact's words.
    Words(&'static str),
    /// The members of a fact that is a group of numbers, added up.
    Sums(&'static str),
    /// Two positive numbers against each other, in a grid of [`PER_DECADE`] steps to ten times as much. The second is
    /// multiplied, to have the first one's unit.
    Pairs(&'static str, &'static str, f64),
}

/// Steps of a grid from a number to ten times that number.
pub(super) const PER_DECADE: f64 = 12.0;

impl Shape {
    /// Its name in the page's data.
    pub(super) fn name(self) -> &'static str {
        match self {
            Shape::Bins(..) => "bins",
            Shape::Ages(..) => "ages",
            Shape::Words(_) => "words",
            Shape::Sums(_) => "sums",
            Shape::Pairs(..) => "pairs",
        }
    }

    /// Where its bins lie.
    pub(super) fn edges(self) -> &'static [f64] {
        match self {
            Shape::Bins(_, edges) | Shape::Ages(_, edges) => edges,
            Shape::Words(_) | Shape::Sums(_) | Shape::Pairs(..) => &[],
        }
    }
}

const TENTHS: &[f64] = &[0.0, 10.0, 20.0, 30.0, 40.0, 50.0, 60.0, 70.0, 80.0, 90.0, 100.0];

/// All of them, in the order of controls.
pub(super) static SPECS: &[Spec] = &[
    Spec {
        id: "cpu-average",
        criterion: "waf-perf-010.api.aws.sized-to-baseline",
        shape: Shape::Bins("cpu_average_percent", TENTHS),
        by: By::Result,
    },
    Spec {
        id: "cpu-p95",
        criterion: "waf-perf-010.api.aws.sized-to-baseline",
        shape: Shape::Bins("cpu_p95_percent", TENTHS),
        by: By::Result,
    },
    Spec {
        id: "capacity-changes",
        criterion: "waf-perf-020.api.aws.scaling-exercised",
        shape: Shape::Sums("activities_90_days"),
        by: By::Result,
    },
    Spec {
        id: "cache-hit-rate",
        criterion: "waf-perf-030.api.aws.hit-rate-80",
        shape: Shape::Bins("hit_rate_percent", TENTHS),
        by: By::Result,
    },
    Spec {
        id: "insights-by-engine",
        criterion: "waf-perf-040.api.aws.database-insights",
        shape: Shape::Words("engine"),
        by: By::Result,
    },
    Spec {
        id: "slow-query-threshold",
        criterion: "waf-perf-040.api.aws.slow-query-threshold",
        shape: Shape::Bins("slow_query_threshold_ms", &[0.0, 101.0, 251.0, 501.0, 1001.0, 2001.0, 5001.0, 10001.0]),
        by: By::Result,
    },
    Spec {
        id: "latency-data",
        criterion: "waf-perf-050.api.aws.p99-alerting",
        shape: Shape::Words("latency_data"),
        by: By::Result,
    },
    Spec {
        id: "budget-left",
        criterion: "waf-perf-050.api.aws.error-budgets",
        shape: Shape::Bins("budget_remaining_percent", &[-100.0, -50.0, 0.0, 25.0, 50.0, 75.0, 100.0]),
        by: By::Result,
    },
    Spec {
        id: "load-test-age",
        criterion: "waf-perf-060.api.aws.load-test-performed",
        shape: Shape::Ages("last_run", &[0.0, 7.0, 30.0, 90.0, 180.0, 365.0, 730.0]),
        by: By::Result,
    },
    Spec {
        id: "cdn-hit-rate",
        criterion: "waf-perf-070.api.aws.cdn-hit-rate-95",
        shape: Shape::Bins(
            "cache_hit_rate_percent",
            &[0.0, 10.0, 20.0, 30.0, 40.0, 50.0, 60.0, 70.0, 80.0, 90.0, 95.0, 100.0],
        ),
        by: By::Result,
    },
    Spec {
        id: "memory",
        criterion: "waf-perf-080.api.aws.memory-adjusted",
        shape: Shape::Bins("memory_mb", &[128.0, 129.0, 257.0, 513.0, 1025.0, 2049.0, 4097.0, 10241.0]),
        by: By::Result,
    },
    Spec {
        id: "timeouts",
        criterion: "waf-perf-080.api.aws.timeout-fits",
        shape: Shape::Pairs("duration_p99_ms", "timeout_s", 1000.0),
        by: By::Result,
    },
    Spec {
        id: "volume-ages",
        criterion: "waf-perf-090.api.aws.gp3-for-new-volumes",
        shape: Shape::Ages("created_at", &[0.0, 30.0, 90.0, 365.0, 730.0, 1460.0]),
        by: By::Fact("volume_type"),
    },
    Spec {
        id: "burst-balance",
        criterion: "waf-perf-090.api.aws.io-not-saturated",
        shape: Shape::Bins("burst_balance_min_percent", TENTHS),
        by: By::Result,
    },
    Spec {
        id: "risks",
        criterion: "waf-perf-100.api.aws.debt-tracked",
        shape: Shape::Sums("performance_risks"),
        by: By::Result,
    },
];
