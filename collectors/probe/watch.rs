//! How the operations about watching are tried: alarms, metrics, dashboards, objectives, canaries, reviews, tags.

use aws_sdk_cloudwatch::types::{Metric, MetricDataQuery, MetricStat};
use aws_sdk_devopsguru::types::ResourceCollectionType;
use aws_smithy_types::DateTime;

use super::{
    judge::Answer,
    run::Trying,
    tries::{At, Given, MadeUp, Try, When, found, list, nothing, of_one},
};
use crate::calls::{
    application_signals, cloudwatch, cloudwatch_anomaly, cloudwatch_dashboards, cloudwatch_metrics, devops_guru,
    ops_items, synthetics, tagging, wellarchitected,
};

/// A workload's id has this form; AWS gives random ones.
const NO_WORKLOAD: &str = "00000000000000000000000000000000";

pub(super) static TRIES: &[Try] = &[
    list!(cloudwatch::DESCRIBE_ALARMS, Everywhere, |clients| clients.cloudwatch().describe_alarms().max_records(1)),
    Try::new(&cloudwatch::GET_METRIC_DATA, At::Everywhere, 0, |trying| Box::pin(one_metric(trying)))
        .when(When::Metrics),
    list!(cloudwatch_anomaly::DESCRIBE_ANOMALY_DETECTORS, Region, |clients| {
        clients.cloudwatch().describe_anomaly_detectors().max_results(1)
    }),
    list!(cloudwatch_metrics::LIST_METRICS, Region, |clients| {
        clients.cloudwatch().list_metrics().namespace("CWAgent").metric_name("mem_used_percent")
    })
    .least(0),
    list!(cloudwatch_dashboards::LIST_DASHBOARDS, Global, |clients| clients.cloudwatch().list_dashboards(), |page| {
        let boards = page.dashboard_entries.unwrap_or_default().into_iter();
        found(boards.filter_map(|one| one.dashboard_name), page.next_token.as_deref())
    }),
    of_one!(
        cloudwatch_dashboards::GET_DASHBOARD,
        Global,
        cloudwatch_dashboards::LIST_DASHBOARDS,
        MadeUp::Name,
        |clients, board| clients.cloudwatch().get_dashboard().dashboard_name(board)
    ),
    list!(
        application_signals::LIST_SERVICE_LEVEL_OBJECTIVES,
        Region,
        |clients| clients.application_signals().list_service_level_objectives().max_results(1),
        |page| {
            let objectives = page.slo_summaries.unwrap_or_default().into_iter();
            found(objectives.map(|one| one.arn), page.next_token.as_deref())
        }
    ),
    of_one!(
        application_signals::GET_SERVICE_LEVEL_OBJECTIVE,
        Region,
        application_signals::LIST_SERVICE_LEVEL_OBJECTIVES,
        MadeUp::Name,
        |clients, objective| clients.application_signals().get_service_level_objective().id(objective)
    ),
    Try::new(&application_signals::BATCH_GET_SERVICE_LEVEL_OBJECTIVE_BUDGET_REPORT, At::Region, 0, |trying| {
        Box::pin(budget(trying))
    }),
    of_one!(
        application_signals::LIST_TAGS_FOR_RESOURCE,
        Region,
        application_signals::LIST_SERVICE_LEVEL_OBJECTIVES,
        MadeUp::Arn("application-signals", "slo/rung-preflight"),
        |clients, objective| clients.application_signals().list_tags_for_resource().resource_arn(objective)
    )
    .when(When::Tags),
    list!(synthetics::DESCRIBE_CANARIES, Region, |clients| clients.synthetics().describe_canaries().max_results(1)),
    list!(devops_guru::GET_RESOURCE_COLLECTION, Region, |clients| {
        clients.devopsguru().get_resource_collection().resource_collection_type(ResourceCollectionType::AwsService)
    })
    .least(3),
    list!(ops_items::DESCRIBE_OPS_ITEMS, Region, |clients| clients.ssm().describe_ops_items().max_results(1)),
    list!(
        wellarchitected::LIST_WORKLOADS,
        Region,
        |clients| clients.wellarchitected().list_workloads().max_results(1),
        |page| {
            let workloads = page.workload_summaries.unwrap_or_default().into_iter();
            found(workloads.filter_map(|one| one.workload_id), page.next_token.as_deref())
        }
    ),
    of_one!(
        wellarchitected::GET_LENS_REVIEW,
        Region,
        wellarchitected::LIST_WORKLOADS,
        MadeUp::Id(NO_WORKLOAD),
        |clients, workload| clients
            .wellarchitected()
            .get_lens_review()
            .workload_id(workload)
            .lens_alias("wellarchitected")
    ),
    of_one!(
        wellarchitected::LIST_MILESTONES,
        Region,
        wellarchitected::LIST_WORKLOADS,
        MadeUp::Id(NO_WORKLOAD),
        |clients, workload| clients.wellarchitected().list_milestones().workload_id(workload).max_results(1)
    ),
    list!(tagging::GET_RESOURCES, Everywhere, |clients| clients.tagging().get_resources().resources_per_page(1))
        .least(0)
        .when(When::Tags),
];

/// One metric over one hour: AWS bills each metric asked for.
async fn one_metric(trying: &Trying) -> Answer {
    let place = trying.place();
    if let Err(over) = place.span.budget.metrics(place.at(&cloudwatch::GET_METRIC_DATA), 1) {
        return Answer::closed(rung_rules::model::Cause::OverBudget, over.to_string());
    }
    place.span.counters.metrics(place.at(&cloudwatch::GET_METRIC_DATA), 1);
    let now = place.span.now.as_second();
    let metric = Metric::builder().namespace("AWS/EBS").metric_name("VolumeQueueLength").build();
    let stat = MetricStat::builder().metric(metric).period(3600).stat("Average").build();
    let query = MetricDataQuery::builder().id("m0").metric_stat(stat).build();
    let request = trying.clients().cloudwatch().get_metric_data().metric_data_queries(query);
    let window = request.start_time(DateTime::from_secs(now - 3600)).end_time(DateTime::from_secs(now));
    trying.ask(&cloudwatch::GET_METRIC_DATA, Given::Nothing, window.send(), nothing).await
}

/// The report of one objective; one that is not there is named in the answer, or refused.
async fn budget(trying: &Trying) -> Answer {
    let one = trying.one_of(&application_signals::LIST_SERVICE_LEVEL_OBJECTIVES, MadeUp::Name).await;
    let now = DateTime::from_secs(trying.place().span.now.as_second());
    let client = trying.clients().application_signals();
    let request = client.batch_get_service_level_objective_budget_report().timestamp(now).slo_ids(one.id);
    let call = &application_signals::BATCH_GET_SERVICE_LEVEL_OBJECTIVE_BUDGET_REPORT;
    trying.ask(call, one.given, request.send(), nothing).await
}
