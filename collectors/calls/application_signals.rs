//! Application Signals: service level objectives and what is left of their error budgets.

use std::{collections::HashMap, sync::Arc};

use aws_sdk_applicationsignals::operation::list_tags_for_resource::ListTagsForResourceOutput;
use aws_sdk_applicationsignals::types::{
    MetricDataQuery, MonitoredRequestCountMetricDataQueries, ServiceLevelIndicatorMetricType, ServiceLevelObjective,
    ServiceLevelObjectiveBudgetReport,
};
use rung_rules::{
    facts::Indicator,
    model::{Cause, Tags},
};

use super::{Call, call, cloudwatch::AlarmMetric, tags::tags, time::date_time};
use crate::{
    at_once,
    aws::{Listing, Place, Read, drain, once},
};

call!(
    LIST_SERVICE_LEVEL_OBJECTIVES,
    "application-signals",
    "ApplicationSignals",
    "ListServiceLevelObjectives",
    "service level objectives"
);
call!(
    GET_SERVICE_LEVEL_OBJECTIVE,
    "application-signals",
    "ApplicationSignals",
    "GetServiceLevelObjective",
    "what an objective measures, its goal and burn-rate windows"
);
call!(
    BATCH_GET_SERVICE_LEVEL_OBJECTIVE_BUDGET_REPORT,
    "application-signals",
    "ApplicationSignals",
    "BatchGetServiceLevelObjectiveBudgetReport",
    "what is left of objectives' error budgets"
);

call!(
    LIST_TAGS_FOR_RESOURCE,
    "application-signals",
    "ApplicationSignals",
    "ListTagsForResource",
    "tags of objectives, where the scope chooses by tag"
);

pub(crate) static CALLS: &[&Call] = &[
    &LIST_SERVICE_LEVEL_OBJECTIVES,
    &GET_SERVICE_LEVEL_OBJECTIVE,
    &BATCH_GET_SERVICE_LEVEL_OBJECTIVE_BUDGET_REPORT,
    &LIST_TAGS_FOR_RESOURCE,
];

/// Objectives that one budget report takes.
const REPORTS_PER_CALL: usize = 50;
/// Batches of budget reports under way at once.
const AT_ONCE: usize = 4;

/// An objective, as the list has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// `Arn`.
    pub arn: Arc<str>,
    /// `Name`.
    pub name: Arc<str>,
}

/// Every objective of the account in the place; those of linked accounts are theirs.
pub async fn objectives(place: &Place) -> Arc<Listing<Summary>> {
    let request = place.clients.application_signals().list_service_level_objectives().include_linked_accounts(false);
    let stream = request.into_paginator().page_size(50).send();
    let read = drain(place, &LIST_SERVICE_LEVEL_OBJECTIVES, "", stream, |page, items| {
        let summaries = page.slo_summaries.unwrap_or_default().into_iter();
        items.extend(summaries.map(|one| Summary { arn: one.arn.into(), name: one.name.into() }));
    });
    place.memo(&LIST_SERVICE_LEVEL_OBJECTIVES, "", read).await
}

/// The tags of an objective; none of one that is gone.
pub async fn tags_of(place: &Place, arn: &str) -> Arc<Read<Tags>> {
    let answer = Box::pin(place.clients.application_signals().list_tags_for_resource().resource_arn(arn).send());
    let take = |answer: ListTagsForResourceOutput| {
        tags(answer.tags.unwrap_or_default().into_iter().map(|tag| (Some(tag.key), Some(tag.value))))
    };
    let absent = ["ResourceNotFoundException"];
    let read = once(place, &LIST_TAGS_FOR_RESOURCE, arn, answer, take, &absent, || Some(Tags::new()));
    place.memo(&LIST_TAGS_FOR_RESOURCE, arn, read).await
}

/// What an objective promises.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Objective {
    /// `MetricType`; only objectives on operations of services have one.
    pub indicator: Option<Indicator>,
    /// Whether it counts requests (`RequestBasedSli`) and not periods.
    pub request_based: bool,
    /// `MetricThreshold`: with a request-based objective only latency has one.
    pub threshold: Option<f64>,
    /// The metrics that it looks at.
    pub metrics: Vec<AlarmMetric>,
    /// `KeyAttributes.Name`: the service.
    pub service: Option<Arc<str>>,
    /// `Goal.AttainmentGoal`, in percent.
    pub goal_percent: Option<f64>,
    /// `BurnRateConfigurations.LookBackWindowMinutes`, shortest first.
    pub windows_minutes: Vec<i32>,
}

/// An objective in full; nothing when it is gone since it was listed.
pub async fn objective(place: &Place, name: &str) -> Arc<Read<Option<Objective>>> {
    let answer = Box::pin(place.clients.application_signals().get_service_level_objective().id(name).send());
    let absent = ["ResourceNotFoundException"];
    let take =
        |answer: aws_sdk_applicationsignals::operation::get_service_level_objective::GetServiceLevelObjectiveOutput| {
            answer.slo.map(reduce)
        };
    let read = once(place, &GET_SERVICE_LEVEL_OBJECTIVE, name, answer, take, &absent, || Some(None));
    place.memo(&GET_SERVICE_LEVEL_OBJECTIVE, name, read).await
}

fn reduce(slo: ServiceLevelObjective) -> Objective {
    let windows = slo.burn_rate_configurations.unwrap_or_default();
    let mut windows_minutes: Vec<i32> = windows.iter().map(|one| one.look_back_window_minutes).collect();
    windows_minutes.sort_unstable();
    let goal_percent = slo.goal.and_then(|goal| goal.attainment_goal);
    let mut objective = Objective { goal_percent, windows_minutes, ..Objective::default() };
    let name_of = |attributes: Option<HashMap<String, String>>| attributes?.remove("Name").map(Arc::from);
    if let Some(sli) = slo.sli {
        objective.threshold = Some(sli.metric_threshold);
        if let Some(metric) = sli.sli_metric {
            objective.indicator = metric.metric_type.as_ref().and_then(indicator);
            objective.metrics = metric.metric_data_queries.iter().filter_map(of_query).collect();
            objective.service = name_of(metric.key_attributes);
        }
    } else if let Some(sli) = slo.request_based_sli {
        objective.request_based = true;
        objective.threshold = sli.metric_threshold;
        if let Some(metric) = sli.request_based_sli_metric {
            use MonitoredRequestCountMetricDataQueries::{BadCountMetric, GoodCountMetric};
            let counted = match &metric.monitored_request_count_metric {
                Some(BadCountMetric(queries) | GoodCountMetric(queries)) => queries.as_slice(),
                _ => &[],
            };
            objective.indicator = metric.metric_type.as_ref().and_then(indicator);
            objective.metrics = counted.iter().chain(&metric.total_request_count_metric).filter_map(of_query).collect();
            objective.service = name_of(metric.key_attributes);
        }
    }
    objective
}

fn indicator(kind: &ServiceLevelIndicatorMetricType) -> Option<Indicator> {
    match kind {
        ServiceLevelIndicatorMetricType::Latency => Some(Indicator::Latency),
        ServiceLevelIndicatorMetricType::Availability => Some(Indicator::Availability),
        _ => None,
    }
}

fn of_query(query: &MetricDataQuery) -> Option<AlarmMetric> {
    let stat = query.metric_stat.as_ref()?;
    let metric = stat.metric.as_ref()?;
    let dimensions = metric.dimensions.iter().flatten();
    Some(AlarmMetric {
        namespace: metric.namespace.as_deref().unwrap_or_default().into(),
        metric: metric.metric_name.as_deref().unwrap_or_default().into(),
        dimensions: dimensions.map(|one| (one.name.as_str().into(), one.value.as_str().into())).collect(),
        statistic: stat.stat.as_str().into(),
    })
}

/// The budget of an objective.
#[derive(Clone, Debug, PartialEq)]
pub struct Budget {
    /// `BudgetStatus`.
    pub status: Arc<str>,
    /// What is left, in percent of the total; nothing without a total.
    pub remaining_percent: Option<f64>,
}

/// The budgets of these objectives at the time of the scan, by ARN; a report that AWS could not make is a gap.
pub async fn budgets(place: &Place, objectives: &[Summary]) -> Arc<HashMap<Arc<str>, Read<Budget>>> {
    let read = async {
        let batches = objectives.chunks(REPORTS_PER_CALL).map(|batch| reports(place, batch));
        at_once(AT_ONCE, batches).await.into_iter().flatten().collect::<HashMap<_, _>>()
    };
    place.memo(&BATCH_GET_SERVICE_LEVEL_OBJECTIVE_BUDGET_REPORT, "", read).await
}

async fn reports(place: &Place, batch: &[Summary]) -> Vec<(Arc<str>, Read<Budget>)> {
    let call = &BATCH_GET_SERVICE_LEVEL_OBJECTIVE_BUDGET_REPORT;
    let ids = batch.iter().map(|one| one.arn.to_string()).collect();
    let request = place.clients.application_signals().batch_get_service_level_objective_budget_report();
    let answer = request.timestamp(date_time(place.span.now)).set_slo_ids(Some(ids)).send();
    let parameters = batch.first().map_or("", |one| &one.name);
    let read = once(place, call, parameters, answer, |answer| (answer.reports, answer.errors), &[], || None).await;
    let (made, failed, from) = match read {
        Read::Unknown { gap } => return batch.iter().map(|one| (one.arn.clone(), Read::Unknown { gap })).collect(),
        Read::Known { value: (made, failed), from } => (made, failed, from),
    };
    let failed = failed.into_iter().map(|error| {
        let words = format!("{}: {}", error.error_code, error.error_message);
        (Arc::from(error.arn), Read::Unknown { gap: place.gap(call, &error.name, Cause::Failed, words) })
    });
    let made = made.into_iter().map(|report| {
        let value =
            Budget { status: report.budget_status.as_str().into(), remaining_percent: remaining_percent(&report) };
        (Arc::from(report.arn), Read::Known { value, from })
    });
    made.chain(failed).collect()
}

fn remaining_percent(report: &ServiceLevelObjectiveBudgetReport) -> Option<f64> {
    let seconds = report.total_budget_seconds.zip(report.budget_seconds_remaining);
    let requests = report.total_budget_requests.zip(report.budget_requests_remaining);
    let (total, left) = seconds.or(requests)?;
    (total > 0).then(|| f64::from(left) * 100.0 / f64::from(total))
}
