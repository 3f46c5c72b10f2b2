//! RDS: database clusters (Aurora, Multi-AZ clusters). The same list holds Neptune and DocumentDB.

use std::sync::Arc;

use rung_rules::model::Tags;

use super::{Call, call, tags::tags};
use crate::aws::{Listing, Place, drain};

call!(
    DESCRIBE_DB_CLUSTERS,
    "rds",
    "RDS",
    "DescribeDBClusters",
    "database clusters: engine, insights, logs, parameters, serverless"
);

pub(crate) static CALLS: &[&Call] = &[&DESCRIBE_DB_CLUSTERS];

/// A database cluster, as `DescribeDBClusters` shows it.
#[derive(Clone, Debug, Default)]
pub struct DbCluster {
    /// `DBClusterIdentifier`.
    pub id: Arc<str>,
    /// `DBClusterArn`.
    pub arn: Option<Arc<str>>,
    /// `Engine`: `aurora-mysql`, `aurora-postgresql`, `mysql`, `postgres`, `neptune`, `docdb`.
    pub engine: Option<Arc<str>>,
    /// `EngineVersion`.
    pub engine_version: Option<Arc<str>>,
    /// `EngineMode`: `provisioned`, or `serverless` for Aurora Serverless v1.
    pub engine_mode: Option<Arc<str>>,
    /// `Status`: `available`, `creating`, `deleting` ...
    pub status: Option<Arc<str>>,
    /// `DBClusterParameterGroup`: the group's name.
    pub parameter_group: Option<Arc<str>>,
    /// `PerformanceInsightsEnabled`; often absent, and then the members may still have it on.
    pub performance_insights: Option<bool>,
    /// `PerformanceInsightsRetentionPeriod`, days.
    pub performance_insights_retention_days: Option<i32>,
    /// `DatabaseInsightsMode`: `standard` or `advanced`. Aurora has it here and not on the members.
    pub database_insights_mode: Option<Arc<str>>,
    /// `MonitoringInterval`, seconds; 0 is off.
    pub monitoring_interval_s: Option<i32>,
    /// `EnabledCloudwatchLogsExports`.
    pub log_exports: Vec<Arc<str>>,
    /// `TagList`.
    pub tags: Tags,
}

impl DbCluster {
    /// Whether it is about to exist or to go: then it says nothing about how databases are run.
    pub fn in_transition(&self) -> bool {
        matches!(self.status.as_deref(), Some("creating" | "deleting"))
    }
}

/// Every database cluster of the place, those in transition included.
pub async fn clusters(place: &Place) -> Arc<Listing<DbCluster>> {
    let stream = place.clients.rds().describe_db_clusters().into_paginator().page_size(100).send();
    let read = drain(place, &DESCRIBE_DB_CLUSTERS, "", stream, |page, items| {
        items.extend(page.db_clusters.unwrap_or_default().into_iter().filter_map(cluster));
    });
    place.memo(&DESCRIBE_DB_CLUSTERS, "", read).await
}

fn cluster(cluster: aws_sdk_rds::types::DbCluster) -> Option<DbCluster> {
    Some(DbCluster {
        id: cluster.db_cluster_identifier?.into(),
        arn: cluster.db_cluster_arn.map(Arc::from),
        engine: cluster.engine.map(Arc::from),
        engine_version: cluster.engine_version.map(Arc::from),
        engine_mode: cluster.engine_mode.map(Arc::from),
        status: cluster.status.map(Arc::from),
        parameter_group: cluster.db_cluster_parameter_group.map(Arc::from),
        performance_insights: cluster.performance_insights_enabled,
        performance_insights_retention_days: cluster.performance_insights_retention_period,
        database_insights_mode: cluster.database_insights_mode.map(|mode| mode.as_str().into()),
        monitoring_interval_s: cluster.monitoring_interval,
        log_exports: cluster.enabled_cloudwatch_logs_exports.unwrap_or_default().into_iter().map(Arc::from).collect(),
        tags: tags(cluster.tag_list.unwrap_or_default().into_iter().map(|tag| (tag.key, tag.value))),
    })
}
