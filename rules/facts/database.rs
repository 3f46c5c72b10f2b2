//! Databases.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::Observed;

/// A database: an RDS instance that belongs to no cluster, or a cluster with its instances (Aurora, Multi-AZ, Neptune,
/// DocumentDB). RDS `DescribeDBInstances` and `DescribeDBClusters`, unless a field says otherwise; of a cluster, the
/// weakest of its instances counts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Database {
    /// `Engine`.
    pub engine: Observed<String>,
    /// `EngineVersion`.
    pub engine_version: Observed<String>,
    /// Instances: 1, or those of the cluster.
    pub instances: Observed<u32>,
    /// Whether its capacity scales by itself: every instance of class `db.serverless`, or `EngineMode` `serverless`.
    pub serverless: Observed<bool>,
    /// Whether AWS offers Performance Insights for the engine: not for Db2, Neptune and RDS Custom.
    pub insights_supported: Observed<bool>,
    /// `PerformanceInsightsEnabled` on the cluster or on every instance. AWS often leaves it out, which is not "off".
    pub performance_insights: Observed<bool>,
    /// `PerformanceInsightsRetentionPeriod`, in days; nothing where Performance Insights is off.
    pub performance_insights_retention_days: Observed<Option<i32>>,
    /// `DatabaseInsightsMode`: `standard` or `advanced`. Aurora has it on the cluster.
    pub database_insights_mode: Observed<String>,
    /// `MonitoringInterval` of Enhanced Monitoring, in seconds; 0 where an instance has it off.
    pub enhanced_monitoring_interval_s: Observed<i32>,
    /// Whether the engine has a slow query log with a threshold: MySQL, MariaDB and PostgreSQL, Aurora or not.
    pub slow_query_log_supported: Observed<bool>,
    /// Whether the slow query log is on by the applied parameter groups, engine defaults included (RDS
    /// `DescribeDBParameters`, `DescribeDBClusterParameters`).
    pub slow_query_log: Observed<bool>,
    /// Shortest query that is logged as slow, in milliseconds; nothing where the log is off or not supported.
    pub slow_query_threshold_ms: Observed<Option<f64>>,
    /// `EnabledCloudwatchLogsExports`: logs sent to CloudWatch Logs.
    pub log_exports: Observed<Vec<String>>,
    /// Whether a CloudWatch alarm watches a metric of the database or of one of its instances (`DescribeAlarms`).
    pub alarm: Observed<bool>,
    /// Whether an anomaly detector or an alarm on an anomaly band watches its load (`DBLoad`) or a latency (CloudWatch
    /// `DescribeAnomalyDetectors`, `DescribeAlarms`).
    pub anomaly_detection: Observed<bool>,
    /// Highest percentile that an alarm on a latency of the database compares, for example 99; nothing where none does.
    pub latency_alarm_percentile: Observed<Option<f64>>,
    /// Highest percentile that an objective of Application Signals on a latency of the database promises
    /// (`GetServiceLevelObjective`); nothing where none does.
    pub latency_slo_percentile: Observed<Option<f64>>,
    /// Whether DevOps Guru analyses it (`GetResourceCollection`).
    pub devops_guru: Observed<bool>,
    /// When the oldest open performance recommendation was made (RDS `DescribeDBRecommendations`, `CreatedTime`); nothing
    /// where none is open.
    pub oldest_performance_recommendation_at: Observed<Option<Timestamp>>,
    /// The SQL digests with most load of the last seven days, at most twenty (Performance Insights
    /// `DescribeDimensionKeys`); nothing where they were not asked for or Performance Insights is off.
    pub top_queries: Observed<Option<Vec<SqlDigest>>>,
}

/// A digest of alike SQL statements, and the load it makes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SqlDigest {
    /// `db.sql_tokenized.id`.
    pub digest: String,
    /// `Total` of `db.load.avg`: average active sessions over the window.
    pub load_average: f64,
}
