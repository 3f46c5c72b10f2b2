//! How a function was used over the window, from CloudWatch. By day: sums add up, and percentiles come from whole days.

use std::sync::Arc;

use rung_rules::model::{Cause, Observed};

use super::both;
use crate::{
    aws::Place,
    calls::{cloudwatch::GET_METRIC_DATA, lambda::Function},
    metrics::{DAY, MetricQuery, Metrics},
};

const LAMBDA: &str = "AWS/Lambda";
const INSIGHTS: &str = "LambdaInsights";

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

fn of_lambda(function: &Function, metric: &'static str, statistic: &'static str) -> MetricQuery {
    daily(LAMBDA, metric, statistic, ("FunctionName", function.name.clone()))
}

fn of_init(function: &Function, statistic: &'static str) -> MetricQuery {
    daily(INSIGHTS, "init_duration", statistic, ("function_name", function.name.clone()))
}

fn daily(
    namespace: &'static str,
    metric: &'static str,
    statistic: &'static str,
    dimension: (&'static str, Arc<str>),
) -> MetricQuery {
    MetricQuery { namespace, metric, statistic, period: DAY, dimensions: vec![dimension] }
}

/// Whether Lambda Insights may publish data about the function: a container image has it inside, where no list shows it.
fn may_have_insights(function: &Function) -> bool {
    function.insights_layer || function.is_image()
}

/// Everything asked about one function.
pub(super) fn queries(function: &Function) -> Vec<MetricQuery> {
    let mut queries = vec![
        of_lambda(function, "Invocations", "Sum"),
        of_lambda(function, "Throttles", "Sum"),
        of_lambda(function, "Errors", "Sum"),
        of_lambda(function, "Duration", "Sum"),
        of_lambda(function, "Duration", "p99"),
        of_lambda(function, "ProvisionedConcurrencyInvocations", "Sum"),
        of_lambda(function, "ProvisionedConcurrencySpilloverInvocations", "Sum"),
    ];
    if may_have_insights(function) {
        queries.extend([of_init(function, "p99"), of_init(function, "SampleCount")]);
    }
    queries
}

/// Lambda publishes the count when the function is called: no data is none.
pub(super) fn invocations(function: &Function, metrics: &Metrics<'_>) -> Observed<f64> {
    metrics.count_or_zero(&of_lambda(function, "Invocations", "Sum"))
}

impl Usage {
    pub(super) fn of(place: &Place, function: &Function, metrics: &Metrics<'_>) -> Usage {
        // Lambda publishes these counts when the function is called: no data is none.
        let count = |metric| metrics.count_or_zero(&of_lambda(function, metric, "Sum"));
        let invocations = invocations(function, metrics);
        let duration = metrics.get(&of_lambda(function, "Duration", "Sum"));
        Usage {
            invocations,
            duration_avg_ms: both(duration, invocations, |duration, count| duration.sum / count.max(1.0)),
            duration_p99_ms: metrics.get(&of_lambda(function, "Duration", "p99")).map(|days| days.max),
            throttles: count("Throttles"),
            errors: count("Errors"),
            init_p99_ms: init(place, function, metrics, "p99", |days| days.max),
            cold_start_percent: both(
                init(place, function, metrics, "SampleCount", |days| days.sum),
                invocations,
                |starts, count| starts * 100.0 / count.max(1.0),
            ),
            // Lambda Insights publishes a sample for each cold start, and nothing where it does not run: no data is none.
            insights_data: metrics.count_or_zero(&of_init(function, "SampleCount")).map(|starts| starts > 0.0),
            spillover_percent: spillover_percent(function, metrics),
        }
    }
}

/// Lambda itself publishes no time of initialisation. Lambda Insights publishes one for each cold start, and an active
/// function has some every day: no data means that nobody measures.
fn init(
    place: &Place,
    function: &Function,
    metrics: &Metrics<'_>,
    statistic: &'static str,
    pick: impl FnOnce(crate::metrics::Summary) -> f64,
) -> Observed<f64> {
    if may_have_insights(function) || !place.span.metrics {
        return metrics.get(&of_init(function, statistic)).map(pick);
    }
    let detail = "only Lambda Insights publishes it, and the function does not have its layer";
    Observed::unknown(place.gap(&GET_METRIC_DATA, "LambdaInsights init_duration", Cause::NoData, detail))
}

/// AWS publishes both counts only of functions with provisioned concurrency: no data is none.
fn spillover_percent(function: &Function, metrics: &Metrics<'_>) -> Observed<Option<f64>> {
    let count = |metric| metrics.count_or_zero(&of_lambda(function, metric, "Sum"));
    both(
        count("ProvisionedConcurrencyInvocations"),
        count("ProvisionedConcurrencySpilloverInvocations"),
        |warm, spilled| (warm + spilled > 0.0).then(|| spilled * 100.0 / (warm + spilled)),
    )
}
