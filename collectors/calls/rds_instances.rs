//! RDS: database instances. The same list holds Neptune and DocumentDB.

use std::sync::Arc;

use rung_rules::model::Tags;

use super::{Call, call, tags::tags};
use crate::aws::{Listing, Place, drain};

call!(
    DESCRIBE_DB_INSTANCES,
    "rds",
    "RDS",
    "DescribeDBInstances",
    "databases: engine, storage, insights, logs, parameters"
);

pub(crate) static CALLS: &[&Call] = &[&DESCRIBE_DB_INSTANCES];

/// A database instance, as `DescribeDBInstances` shows it.
#[derive(Clone, Debug, Default)]
pub struct DbInstance {
    /// `DBInstanceIdentifier`.
    pub id: Arc<str>,
    /// `DBInstanceArn`.
    pub arn: Option<Arc<str>>,
    /// `Engine`: `postgres`, `mysql`, `aurora-postgresql`, `neptune`, `docdb` ...
    pub engine: Option<Arc<str>>,
    /// `EngineVersion`.
    pub engine_version: Option<Arc<str>>,
    /// `DBInstanceStatus`: `available`, `creating`, `deleting` ...
    pub status: Option<Arc<str>>,
    /// `DBClusterIdentifier`, for members of a cluster.
    pub cluster: Option<Arc<str>>,
    /// `DBInstanceClass`: `db.serverless` for Aurora Serverless v2.
    pub class: Option<Arc<str>>,
    /// `StorageType`.
    pub storage_type: Option<Arc<str>>,
    /// `AllocatedStorage`, GiB.
    pub allocated_gib: Option<i32>,
    /// `Iops`.
    pub iops: Option<i32>,
    /// `PerformanceInsightsEnabled`; often absent.
    pub performance_insights: Option<bool>,
    /// `PerformanceInsightsRetentionPeriod`, days.
    pub performance_insights_retention_days: Option<i32>,
    /// `DatabaseInsightsMode`: `standard` or `advanced`.
    pub database_insights_mode: Option<Arc<str>>,
    /// `MonitoringInterval`, seconds; 0 is off.
    pub monitoring_interval_s: Option<i32>,
    /// `EnabledCloudwatchLogsExports`.
    pub log_exports: Vec<Arc<str>>,
    /// `DBParameterGroups`: the groups' names.
    pub parameter_groups: Vec<Arc<str>>,
    /// `DbiResourceId`.
    pub resource_id: Option<Arc<str>>,
    /// `TagList`.
    pub tags: Tags,
}

impl DbInstance {
    /// Whether it is about to exist or to go: then it says nothing about how databases are run.
    pub fn in_transition(&self) -> bool {
        matches!(self.status.as_deref(), Some("creating" | "deleting" | "delete-precheck" | "failed"))
    }
}

/// Every database instance of the place, those in transition included.
pub async fn instances(place: &Place) -> Arc<Listing<DbInstance>> {
    let stream = place.clients.rds().describe_db_instances().into_paginator().page_size(100).send();
    let read = drain(place, &DESCRIBE_DB_INSTANCES, "", stream, |page, items| {
        items.extend(page.db_instances.unwrap_or_default().into_iter().filter_map(instance));
    });
    place.memo(&DESCRIBE_DB_INSTANCES, "", read).await
}

fn instance(db: aws_sdk_rds::types::DbInstance) -> Option<DbInstance> {
    let names = |names: Option<Vec<String>>| names.unwrap_or_default().into_iter().map(Arc::from).collect();
    let groups = db.db_parameter_groups.unwrap_or_default();
    Some(DbInstance {
        id: db.db_instance_identifier?.into(),
        arn: db.db_instance_arn.map(Arc::from),
        engine: db.engine.map(Arc::from),
        engine_version: db.engine_version.map(Arc::from),
        status: db.db_instance_status.map(Arc::from),
        cluster: db.db_cluster_identifier.map(Arc::from),
        class: db.db_instance_class.map(Arc::from),
        storage_type: db.storage_type.map(Arc::from),
        allocated_gib: db.allocated_storage,
        iops: db.iops,
        performance_insights: db.performance_insights_enabled,
        performance_insights_retention_days: db.performance_insights_retention_period,
        database_insights_mode: db.database_insights_mode.map(|mode| mode.as_str().into()),
        monitoring_interval_s: db.monitoring_interval,
        log_exports: names(db.enabled_cloudwatch_logs_exports),
        parameter_groups: names(Some(groups.into_iter().filter_map(|group| group.db_parameter_group_name).collect())),
        resource_id: db.dbi_resource_id.map(Arc::from),
        tags: tags(db.tag_list.unwrap_or_default().into_iter().map(|tag| (tag.key, tag.value))),
    })
}
