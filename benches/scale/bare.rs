//! The floor: the same pages by the SDK's own paginators, dropped as they come.

use std::time::Instant;

use aws_config::BehaviorVersion;
use aws_sdk_cloudwatch::{
    primitives::DateTime,
    types::{Dimension, Metric, MetricDataQuery, MetricStat, ScanBy},
};
use aws_sdk_ec2::types::VolumeType;
use futures::{StreamExt, stream};

/// A metric as the scan asks for it: name, statistic.
type Asked = (&'static str, &'static str);

const EBS: &[Asked] = &[
    ("VolumeQueueLength", "Average"),
    ("VolumeIOPSExceededCheck", "Maximum"),
    ("VolumeThroughputExceededCheck", "Maximum"),
];
/// Asked of gp2 volumes only: every fourth of the server's.
const BURST: &[Asked] = &[("BurstBalance", "Minimum")];
const LAMBDA: &[Asked] = &[
    ("Invocations", "Sum"),
    ("Throttles", "Sum"),
    ("Errors", "Sum"),
    ("Duration", "Sum"),
    ("Duration", "p99"),
    ("ProvisionedConcurrencyInvocations", "Sum"),
    ("ProvisionedConcurrencySpilloverInvocations", "Sum"),
];

/// Reads everything once and prints how long it took.
pub(crate) fn run() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let began = Instant::now();
    let calls = runtime.block_on(read());
    println!("seconds {}\ncalls {calls}\npeak_mib {}", began.elapsed().as_secs_f64(), crate::peak_mib());
}

async fn read() -> u64 {
    let config = aws_config::load_defaults(BehaviorVersion::latest()).await;
    let (ec2, lambda) = (aws_sdk_ec2::Client::new(&config), aws_sdk_lambda::Client::new(&config));
    let cloudwatch = aws_sdk_cloudwatch::Client::new(&config);
    let volumes = async {
        let (mut pages, mut calls, mut ids) =
            (ec2.describe_volumes().into_paginator().page_size(500).send(), 0, Vec::new());
        while let Some(page) = pages.next().await {
            calls += 1;
            let volumes = page.unwrap().volumes.unwrap_or_default();
            ids.extend(volumes.into_iter().filter_map(|volume| Some((volume.volume_id?, volume.volume_type))));
        }
        (calls, ids)
    };
    let functions = async {
        let (mut pages, mut calls, mut names) =
            (lambda.list_functions().into_paginator().page_size(50).send(), 0, Vec::new());
        while let Some(page) = pages.next().await {
            calls += 1;
            names.extend(page.unwrap().functions.unwrap_or_default().into_iter().filter_map(|one| one.function_name));
        }
        (calls, names)
    };
    let alarms = async {
        let (mut pages, mut calls) = (cloudwatch.describe_alarms().into_paginator().page_size(100).send(), 0);
        while let Some(page) = pages.next().await {
            page.unwrap();
            calls += 1;
        }
        calls
    };
    let ((volume_calls, ids), (function_calls, names), alarm_calls) = futures::join!(volumes, functions, alarms);
    let mut queries = Vec::new();
    for (id, kind) in &ids {
        queries.extend(EBS.iter().map(|(metric, stat)| ("AWS/EBS", "VolumeId", id, *metric, *stat, 3600)));
        if *kind == Some(VolumeType::Gp2) {
            queries.extend(BURST.iter().map(|(metric, stat)| ("AWS/EBS", "VolumeId", id, *metric, *stat, 3600)));
        }
    }
    for name in &names {
        let of_function =
            LAMBDA.iter().map(|(metric, stat)| ("AWS/Lambda", "FunctionName", name, *metric, *stat, 86_400));
        queries.extend(of_function);
    }
    volume_calls + function_calls + alarm_calls + metrics(&cloudwatch, &queries).await
}

/// Namespace, dimension, its value, metric, statistic, period.
type Query<'a> = (&'static str, &'static str, &'a String, &'static str, &'static str, i32);

async fn metrics(client: &aws_sdk_cloudwatch::Client, queries: &[Query<'_>]) -> u64 {
    let batches = queries.chunks(500).map(|batch| {
        let asked = batch.iter().enumerate().map(|(n, (namespace, dimension, value, metric, stat, period))| {
            let dimension = Dimension::builder().name(*dimension).value(*value).build();
            let metric = Metric::builder().namespace(*namespace).metric_name(*metric).dimensions(dimension).build();
            let stat = MetricStat::builder().metric(metric).period(*period).stat(*stat).build();
            MetricDataQuery::builder().id(format!("m{n}")).metric_stat(stat).build()
        });
        client
            .get_metric_data()
            .set_metric_data_queries(Some(asked.collect()))
            .start_time(DateTime::from_secs(1_800_000_000 - 14 * 86_400))
            .end_time(DateTime::from_secs(1_800_000_000))
            .scan_by(ScanBy::TimestampAscending)
    });
    let answers = stream::iter(batches).map(|request| async move {
        let (mut pages, mut calls) = (request.into_paginator().send(), 0);
        while let Some(page) = pages.next().await {
            page.unwrap();
            calls += 1;
        }
        calls
    });
    answers.buffer_unordered(8).fold(0, |sum, calls| async move { sum + calls }).await
}
