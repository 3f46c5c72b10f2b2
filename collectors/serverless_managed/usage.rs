//! How a function was used over the window, from CloudWatch. By day: sums add up, and percentiles come from whole days.

use rung_rules::model::{Cause, Observed};

use super::both;
use crate::{
    aws::Place,
    calls::{cloudwatch::GET_METRIC_DATA, lambda::Function},
    metrics::{Metric, MetricQuery, Metrics},
};

const LAMBDA: &str = "AWS/Lambda";
static INVOCATIONS: Metric = lambda("Invocations", "Sum");
static THROTTLES: Metric = lambda("Throttles", "Sum");
static ERRORS: Metric = lambda("Errors", "Sum");
static DURATION: Metric = lambda("Duration", "Sum");
static DURATION_P99: Metric = lambda("Duration", "p99");
static WARM: Metric = lambda("ProvisionedConcurrencyInvocations", "Sum");
static SPILLED: Metric = lambda("ProvisionedConcurrencySpilloverInvocations", "Sum");
static INIT_P99: Metric = Metric::daily("LambdaInsights", "init_duration", "p99", &["function_name"]);
static STARTS: Metric = Metric::daily("LambdaInsights", "init_duration", "SampleCount", &["function_name"]);

const fn lambda(name: &'static str, statistic: &'static str) -> Metric {
    Metric::daily(LAMBDA, name, statistic, &["FunctionName"])
}

/// The use of one function.
pub(super) struct Usage {
    pub(super) invocations: Observed<f64>,
    pub(super) duration_avg_ms: Observed<f64>,
    pub(super) duration_p99_ms: Observed<f64>,
    pub(super) throttles: Observed<f64>,
    pub(super) errors: Observed<f64>,
    pub(super) init_p99_ms: Observed<f64>,
    pub(super) cold_start_percent: Observed<f64>,
    /// Whether there are data of Lambda Insights; asked only where it may run.
    pub(super) insights_data: Observed<bool>,
    pub(super) spillover_percent: Observed<Option<f64>>,
}

/// Whether Lambda Insights may publish data about the function: a container image has it inside, where no list shows it.
fn may_have_insights(function: &Function) -> bool {
    function.insights_layer || function.is_image()
}

/// Everything asked about one function.
pub(super) fn queries(function: &Function) -> Vec<MetricQuery> {
    let mut queries = vec![
        INVOCATIONS.of(&function.name),
        THROTTLES.of(&function.name),
        ERRORS.of(&function.name),
        DURATION.of(&function.name),
        DURATION_P99.of(&function.name),
        WARM.of(&function.name),
        SPILLED.of(&function.name),
    ];
    if may_have_insights(function) {
        queries.extend([INIT_P99.of(&function.name), STARTS.of(&function.name)]);
    }
    queries
}

/// Lambda publishes the count when the function is called: no data is none.
pub(super) fn invocations(function: &Function, metrics: &Metrics) -> Observed<f64> {
    metrics.count_or_zero(&INVOCATIONS.of(&function.name))
}

impl Usage {
    pub(super) fn of(place: &Place, function: &Function, metrics: &Metrics) -> Usage {
        // Lambda publishes these counts when the function is called: no data is none.
        let count = |metric: &'static Metric| metrics.count_or_zero(&metric.of(&function.name));
        let invocations = invocations(function, metrics);
        let duration = metrics.get(&DURATION.of(&function.name));
        Usage {
            invocations,
            duration_avg_ms: both(duration, invocations, |duration, count| duration.sum / count.max(1.0)),
            duration_p99_ms: metrics.get(&DURATION_P99.of(&function.name)).map(|days| days.max),
            throttles: count(&THROTTLES),
            errors: count(&ERRORS),
            init_p99_ms: init(place, function, metrics, &INIT_P99, |days| days.max),
            cold_start_percent: both(
                init(place, function, metrics, &STARTS, |days| days.sum),
                invocations,
                |starts, count| starts * 100.0 / count.max(1.0),
            ),
            // Lambda Insights publishes a sample for each cold start, and nothing where it does not run: no data is none.
            insights_data: metrics.count_or_zero(&STARTS.of(&function.name)).map(|starts| starts > 0.0),
            spillover_percent: spillover_percent(function, metrics),
        }
    }
}

/// Lambda itself publishes no time of initialisation. Lambda Insights publishes one for each cold start, and an active
/// function has some every day: no data means that nobody measures.
fn init(
    place: &Place,
    function: &Function,
    metrics: &Metrics,
    metric: &'static Metric,
    pick: impl FnOnce(crate::metrics::Summary) -> f64,
) -> Observed<f64> {
    if may_have_insights(function) || !place.span.metrics {
        return metrics.get(&metric.of(&function.name)).map(pick);
    }
    let detail = "only Lambda Insights publishes it, and the function does not have its layer";
    Observed::unknown(place.gap(&GET_METRIC_DATA, "LambdaInsights init_duration", Cause::NoData, detail))
}

/// AWS publishes both counts only of functions with provisioned concurrency: no data is none.
fn spillover_percent(function: &Function, metrics: &Metrics) -> Observed<Option<f64>> {
    let count = |metric: &'static Metric| metrics.count_or_zero(&metric.of(&function.name));
    both(count(&WARM), count(&SPILLED), |warm, spilled| {
        (warm + spilled > 0.0).then(|| spilled * 100.0 / (warm + spilled))
    })
}
