"""Databases of Larch Outfitters. All of it canned: moto leaves out most of what an RDS answer says."""
from .account import ACCOUNT, EU, US, tags

# name: (region, engine, version, class, storage type, GiB, status, parameter group, service, more members)
INSTANCES = {
    "shop-orders": (US, "postgres", "16.4", "db.r6g.xlarge", "gp3", 500, "available", "larch-postgres16", "shop", {
        "PerformanceInsightsEnabled": True, "PerformanceInsightsRetentionPeriod": 465, "MonitoringInterval": 60,
        "DatabaseInsightsMode": "advanced", "EnabledCloudwatchLogsExports": ["postgresql", "upgrade"],
        "Iops": 12000, "StorageThroughput": 500}),
    "payments-ledger": (US, "mysql", "8.0.39", "db.r6g.large", "io1", 400, "available", "larch-mysql80", "payments", {
        "PerformanceInsightsEnabled": True, "PerformanceInsightsRetentionPeriod": 7, "MonitoringInterval": 60,
        "DatabaseInsightsMode": "standard", "EnabledCloudwatchLogsExports": ["error", "slowquery"], "Iops": 8000}),
    "legacy-erp": (US, "mysql", "8.0.35", "db.t3.medium", "gp2", 200, "available", "default.mysql8.0", "payments", {}),
    "shop-catalog-1": (US, "aurora-postgresql", "16.4", "db.r6g.large", "aurora", 1, "available",
                       "default.aurora-postgresql16", "shop", {
                           "DBClusterIdentifier": "shop-catalog", "PerformanceInsightsEnabled": True}),
    "shop-catalog-2": (US, "aurora-postgresql", "16.4", "db.r6g.large", "aurora", 1, "available",
                       "default.aurora-postgresql16", "shop", {
                           "DBClusterIdentifier": "shop-catalog", "PerformanceInsightsEnabled": True}),
    "recommendations-graph-1": (US, "neptune", "1.3.2.1", "db.r6g.large", "aurora", 1, "available",
                                "default.neptune1.3", "shop", {"DBClusterIdentifier": "recommendations-graph"}),
    "shop-orders-old": (US, "postgres", "13.15", "db.m5.large", "gp2", 300, "deleting", "default.postgres13", "shop", {
        "PerformanceInsightsEnabled": False}),
    "media-assets": (EU, "postgres", "15.8", "db.t4g.large", "gp2", 100, "available", "default.postgres15", "media", {
        "PerformanceInsightsEnabled": False, "DatabaseInsightsMode": "standard"}),
    "media-metadata-1": (EU, "docdb", "5.0.0", "db.r6g.large", "aurora", 1, "available", "default.docdb5.0", "media", {
        "DBClusterIdentifier": "media-metadata", "PerformanceInsightsEnabled": False}),
    "media-search": (EU, "postgres", "16.4", "db.m7g.large", "gp3", 200, "creating", "default.postgres16", "media", {
        "PerformanceInsightsEnabled": False}),
}
# name: (region, engine, version, parameter group, members, service, more members)
CLUSTERS = {
    "shop-catalog": (US, "aurora-postgresql", "16.4", "larch-aurora-pg16", ["shop-catalog-1", "shop-catalog-2"], "shop", {
        "PerformanceInsightsEnabled": True, "PerformanceInsightsRetentionPeriod": 31, "DatabaseInsightsMode": "standard",
        "EnabledCloudwatchLogsExports": ["postgresql"], "StorageType": "aurora-iopt1"}),
    "recommendations-graph": (US, "neptune", "1.3.2.1", "default.neptune1.3", ["recommendations-graph-1"], "shop", {}),
    "media-metadata": (EU, "docdb", "5.0.0", "default.docdb5.0", ["media-metadata-1"], "media", {}),
}
USER_PARAMETERS = {
    "larch-postgres16": {"log_min_duration_statement": "500", "shared_preload_libraries": "pg_stat_statements"},
    "larch-mysql80": {"slow_query_log": "1", "long_query_time": "0.5", "log_output": "FILE"},
}
USER_CLUSTER_PARAMETERS = {"larch-aurora-pg16": {"log_min_duration_statement": "1000"}}
# The tag by which DevOps Guru finds the resources it watches.
WATCHED = {"payments-ledger": [{"Key": "Devops-guru-larch", "Value": "payments"}]}
DEFAULT_PARAMETERS = {"max_connections": "LEAST({DBInstanceClassMemory/9531392},5000)", "log_connections": "0"}
ALARMS = [  # (database, metric, threshold, more)
    ("shop-orders", "CPUUtilization", 80, {}),
    ("shop-orders", "FreeableMemory", 2e9, {"ComparisonOperator": "LessThanThreshold"}),
    ("payments-ledger", "CPUUtilization", 75, {}),
    ("payments-ledger", "ReadLatency", 0.02, {"ExtendedStatistic": "p95"}),
    ("shop-catalog-1", "DatabaseConnections", 900, {"state": "INSUFFICIENT_DATA"}),
]


def seed(account):
    """Instances, clusters, parameters, alarms, recommendations and DevOps Guru."""
    for region in (US, EU):
        _describe(account, region)
    for group, parameters in _groups(INSTANCES, 7, USER_PARAMETERS):
        _parameters(account, "DescribeDBParameters", "DBParameterGroupName", group, parameters)
    for group, parameters in _groups(CLUSTERS, 3, USER_CLUSTER_PARAMETERS):
        _parameters(account, "DescribeDBClusterParameters", "DBClusterParameterGroupName", group, parameters)
    for database, metric, threshold, more in ALARMS:
        account.alarm(US, f"{database} {metric}", "AWS/RDS", metric, {"DBInstanceIdentifier": database}, threshold, **more)
    _anomaly_detection(account)
    _recommendations(account)
    _devops_guru(account)


def _arn(region, kind, name):
    return f"arn:aws:rds:{region}:{ACCOUNT}:{kind}:{name}"


def _describe(account, region):
    instances = [_instance(name, row) for name, row in INSTANCES.items() if row[0] == region]
    clusters = [_cluster(name, row) for name, row in CLUSTERS.items() if row[0] == region]
    account.answer("rds", "DescribeDBInstances", {"DBInstances": instances}, region=region,
                   filter={"DBInstanceIdentifier": "DBInstanceIdentifier"})
    account.answer("rds", "DescribeDBClusters", {"DBClusters": clusters}, region=region,
                   filter={"DBClusterIdentifier": "DBClusterIdentifier"})


def _instance(name, row):
    region, engine, version, size, storage, gib, status, group, service, more = row
    ready = status != "creating"
    return {"DBInstanceIdentifier": name, "DBInstanceArn": _arn(region, "db", name), "DBInstanceClass": size,
            "Engine": engine, "EngineVersion": version, "DBInstanceStatus": status, "StorageType": storage,
            "AllocatedStorage": gib, "DbiResourceId": "db-" + name.upper().replace("-", "")[:20],
            "MultiAZ": engine in ("postgres", "mysql") and service != "media", "MonitoringInterval": 0,
            "DBParameterGroups": [{"DBParameterGroupName": group, "ParameterApplyStatus": "in-sync"}],
            "TagList": tags(name, service) + WATCHED.get(name, []), **more,
            **({"InstanceCreateTime": "now-410d", "Endpoint": _endpoint(name, region)} if ready else {})}


def _endpoint(name, region):
    return {"Address": f"{name}.c9larch0utfit.{region}.rds.amazonaws.com", "Port": 5432}


def _cluster(name, row):
    region, engine, version, group, members, service, more = row
    return {"DBClusterIdentifier": name, "DBClusterArn": _arn(region, "cluster", name), "Engine": engine,
            "EngineVersion": version, "EngineMode": "provisioned", "Status": "available",
            "DBClusterParameterGroup": group, "ClusterCreateTime": "now-320d", "AllocatedStorage": 1,
            "DbClusterResourceId": "cluster-" + name.upper().replace("-", "")[:20], "TagList": tags(name, service),
            "DBClusterMembers": [{"DBInstanceIdentifier": member, "IsClusterWriter": member.endswith("-1"),
                                  "DBClusterParameterGroupStatus": "in-sync", "PromotionTier": 1} for member in members],
            **more}


def _groups(rows, column, user):
    """Every parameter group in use in any region, with the parameters the user set."""
    return [(group, user.get(group, {})) for group in sorted({row[column] for row in rows.values()})]


def _parameters(account, operation, member, group, user):
    rows = [(name, value, "user") for name, value in user.items()]
    rows += [(name, value, "engine-default") for name, value in DEFAULT_PARAMETERS.items()]
    account.answer("rds", operation, when={member: group}, filter={"Source": "Source"}, data={"Parameters": [
        {"ParameterName": name, "ParameterValue": value, "Source": source, "ApplyType": "dynamic",
         "DataType": "string", "IsModifiable": True, "ApplyMethod": "immediate"} for name, value, source in rows]})


def _anomaly_detection(account):
    """A band alarm on the database load of shop-orders, and its detector."""
    stat = {"Metric": {"Namespace": "AWS/RDS", "MetricName": "DBLoad",
                       "Dimensions": [{"Name": "DBInstanceIdentifier", "Value": "shop-orders"}]},
            "Period": 300, "Stat": "Average"}
    name = "shop-orders DBLoad anomaly"
    account.append("cloudwatch", "DescribeAlarms", "MetricAlarms", region=US, item={
        "AlarmName": name, "AlarmArn": f"arn:aws:cloudwatch:{US}:{ACCOUNT}:alarm:{name}", "ActionsEnabled": True,
        "AlarmActions": [f"arn:aws:sns:{US}:{ACCOUNT}:larch-oncall"], "OKActions": [], "InsufficientDataActions": [],
        "StateValue": "OK", "StateReason": "Within the band", "StateUpdatedTimestamp": "now-3d", "Dimensions": [],
        "AlarmConfigurationUpdatedTimestamp": "now-200d", "StateTransitionedTimestamp": "now-3d",
        "EvaluationPeriods": 3, "ComparisonOperator": "GreaterThanUpperThreshold", "ThresholdMetricId": "band",
        "TreatMissingData": "missing", "Metrics": [
            {"Id": "load", "MetricStat": stat, "ReturnData": True},
            {"Id": "band", "Expression": "ANOMALY_DETECTION_BAND(load, 2)", "Label": "expected", "ReturnData": True}]})
    single = {"Namespace": "AWS/RDS", "MetricName": "DBLoad", "Dimensions": stat["Metric"]["Dimensions"],
              "Stat": "Average", "AccountId": ACCOUNT}
    account.answer("cloudwatch", "DescribeAnomalyDetectors", region=US, data={"AnomalyDetectors": [
        {"Namespace": "AWS/RDS", "MetricName": "DBLoad", "Dimensions": stat["Metric"]["Dimensions"], "Stat": "Average",
         "StateValue": "TRAINED", "SingleMetricAnomalyDetector": single}]})


def _recommendations(account):
    def item(name, database, kind, days, category, text):
        return {"RecommendationId": name, "TypeId": kind, "Severity": "medium", "Status": "active", "Category": category,
                "ResourceArn": _arn(US, "db", database), "CreatedTime": f"now-{days}d", "UpdatedTime": f"now-{days}d",
                "Detection": text, "Recommendation": text, "Source": "RDS", "TypeDetection": text}
    account.answer("rds", "DescribeDBRecommendations", region=US, data={"DBRecommendations": [
        item("7d2a-perf-memory", "legacy-erp", "config_recommendation::innodb_buffer_pool", 64,
             "performance efficiency", "The InnoDB buffer pool is smaller than the working set"),
        item("91c4-perf-index", "shop-orders", "recommended_action::unused_indexes", 6, "performance efficiency",
             "Three indexes were not used in 30 days"),
        item("b310-security", "legacy-erp", "config_recommendation::ssl", 120, "security", "SSL is not required")]})


def _devops_guru(account):
    """DevOps Guru watches the payments resources by tag, in us-east-1 only."""
    account.answer("devops-guru", "DescribeAccountHealth", region=US, data={
        "OpenReactiveInsights": 0, "OpenProactiveInsights": 1, "MetricsAnalyzed": 412, "ResourceHours": 168,
        "AnalyzedResourceCount": 9})
    account.answer("devops-guru", "GetResourceCollection", region=US, when={"ResourceCollectionType": "AWS_TAGS"}, data={
        "ResourceCollection": {"Tags": [{"AppBoundaryKey": "Devops-guru-larch", "TagValues": ["payments"]}]}})
    account.answer("devops-guru", "GetResourceCollection", region=US, data={
        "ResourceCollection": {"CloudFormation": {"StackNames": ["larch-payments-data"]}}},
        when={"ResourceCollectionType": "AWS_CLOUD_FORMATION"})
