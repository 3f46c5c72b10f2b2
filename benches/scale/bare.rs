//! The floor: the same pages by the SDK's own paginators, dropped as they come.

use std::time::Instant;

use aws_config::BehaviorVersion;
use aws_sdk_cloudwatch::{
    primitives::DateTime,
    types::{Dimension, Metric, MetricDataQuery, MetricStat, ScanBy},
};
use futures::{StreamExt, stream};

const EBS: [(&str, &str); 3] = [
    ("VolumeQueueLength", "Average"),
    ("VolumeIOPSExceededCheck", "Maximum"),
    ("VolumeThroughputExceededCheck", "Maximum"),
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
            ids.extend(page.unwrap().volumes.unwrap_or_default().into_iter().filter_map(|volume| volume.volume_id));
        }
        (calls, ids)
    };
    let functions = async {
        let (mut pages, mut calls) = (lambda.list_functions().into_paginator().page_size(50).send(), 0);
        while let Some(page) = pages.next().await {
            page.unwrap();
            calls += 1;
        }
        calls
    };
    let alarms = async {
        let (mut pages, mut calls) = (cloudwatch.describe_alarms().into_paginator().page_size(100).send(), 0);
        while let Some(page) = pages.next().await {
            page.unwrap();
            calls += 1;
        }
        calls
    };
    let ((volume_calls, ids), function_calls, alarm_calls) = futures::join!(volumes, functions, alarms);
    volume_calls + function_calls + alarm_calls + metrics(&cloudwatch, &ids).await
}

async fn metrics(client: &aws_sdk_cloudwatch::Client, volumes: &[String]) -> u64 {
    let queries: Vec<_> = volumes.iter().flat_map(|id| EBS.map(|(metric, stat)| (id, metric, stat))).collect();
    let batches = queries.chunks(500).map(|batch| {
        let asked = batch.iter().enumerate().map(|(n, (id, metric, stat))| {
            let dimension = Dimension::builder().name("VolumeId").value(*id).build();
            let metric = Metric::builder().namespace("AWS/EBS").metric_name(*metric).dimensions(dimension).build();
            let stat = MetricStat::builder().metric(metric).period(3600).stat(*stat).build();
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
