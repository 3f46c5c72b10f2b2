"""The operations the scanner asks, with parameters taken from what the account holds."""
import datetime

# Errors that are AWS's answer to "it is not there".
ABSENT = {
    ("s3", "get_bucket_website"): ("NoSuchWebsiteConfiguration",),
    ("s3", "get_bucket_lifecycle_configuration"): ("NoSuchLifecycleConfiguration",),
    ("lambda", "get_policy"): ("ResourceNotFoundException",),
    ("cloudfront", "get_monitoring_subscription"): ("NoSuchMonitoringSubscription",),
    ("devops-guru", "get_resource_collection"): ("ResourceNotFoundException",),
    ("compute-optimizer", "get_lambda_function_recommendations"): ("OptInRequiredException",),
    ("compute-optimizer", "get_ebs_volume_recommendations"): ("OptInRequiredException",),
    ("compute-optimizer", "get_ec2_instance_recommendations"): ("OptInRequiredException",),
    ("compute-optimizer", "get_auto_scaling_group_recommendations"): ("OptInRequiredException",),
    ("compute-optimizer", "get_ecs_service_recommendations"): ("OptInRequiredException",),
    ("application-signals", "get_service_level_objective"): ("ResourceNotFoundException",),
    ("codedeploy", "list_deployment_groups"): ("ApplicationDoesNotExistException",),
}
PLAIN = {
    "sts": ("get_caller_identity",),
    "ec2": ("describe_regions", "describe_volumes", "describe_volumes_modifications", "describe_instances",
            "describe_vpcs", "describe_subnets", "describe_route_tables", "describe_vpc_endpoints",
            "describe_nat_gateways", "describe_network_interfaces",
            "describe_aws_network_performance_metric_subscriptions"),
    "cloudwatch": ("describe_alarms", "describe_anomaly_detectors", "list_metrics", "list_dashboards"),
    "elasticache": ("describe_replication_groups", "describe_cache_clusters", "describe_serverless_caches"),
    "memorydb": ("describe_clusters",),
    "dax": ("describe_clusters",),
    "rds": ("describe_db_instances", "describe_db_clusters", "describe_db_recommendations"),
    "devops-guru": ("describe_account_health",),
    "autoscaling": ("describe_auto_scaling_groups", "describe_policies", "describe_scaling_activities",
                    "describe_scheduled_actions"),
    "elbv2": ("describe_load_balancers", "describe_target_groups"),
    "ecs": ("list_clusters",),
    "cloudfront": ("list_distributions",),
    "s3": ("list_buckets",),
    "globalaccelerator": ("list_accelerators",),
    "route53": ("list_hosted_zones",),
    "internetmonitor": ("list_monitors",),
    "networkmonitor": ("list_monitors",),
    "synthetics": ("describe_canaries",),
    "apigateway": ("get_rest_apis",),
    "apigatewayv2": ("get_apis",),
    "lambda": ("list_functions", "list_event_source_mappings", "get_account_settings"),
    "compute-optimizer": ("get_enrollment_status", "get_lambda_function_recommendations",
                          "get_ebs_volume_recommendations", "get_ec2_instance_recommendations",
                          "get_auto_scaling_group_recommendations", "get_ecs_service_recommendations"),
    "compute-optimizer-automation": ("list_automation_rules", "get_enrollment_configuration"),
    "stepfunctions": ("list_state_machines",),
    "efs": ("describe_file_systems",),
    "events": ("list_rules",),
    "config": ("describe_config_rules",),
    "application-signals": ("list_service_level_objectives",),
    "codedeploy": ("list_applications",),
    "codebuild": ("list_projects", "list_report_groups"),
    "codepipeline": ("list_pipelines",),
    "cloudformation": ("describe_stacks",),
    "fis": ("list_experiments", "list_experiment_templates"),
    "scheduler": ("list_schedules",),
    "wellarchitected": ("list_workloads",),
}


def calls(account, region):
    """(service, operation, parameters) of every call."""
    for service, operations in PLAIN.items():
        for operation in operations:
            yield service, operation, {}
    yield from _metric_data()
    yield "ec2", "describe_instance_types", {"InstanceTypes": ["m7g.large", "m4.large"]}
    yield "cloudwatch", "list_metrics", {"Namespace": "CWAgent", "MetricName": "mem_used_percent"}
    parts = (_databases, _scaling, _balancers, _containers, _edge, _buckets, _functions, _objectives, _deployments,
             _delivery, _debt, _others)
    for part in parts:
        yield from part(account, region)


def _metric_data():
    now = datetime.datetime.now(datetime.timezone.utc)
    yield "cloudwatch", "get_metric_data", {"StartTime": now - datetime.timedelta(days=1), "EndTime": now,
                                            "MetricDataQueries": [{"Id": "a", "MetricStat": {
                                                "Period": 300, "Stat": "p99", "Metric": {
                                                    "Namespace": "AWS/Lambda", "MetricName": "Duration"}}}]}


def _databases(account, region):
    rds = account.client("rds", region)
    for instance in rds.describe_db_instances()["DBInstances"]:
        for group in instance["DBParameterGroups"]:
            yield "rds", "describe_db_parameters", {"DBParameterGroupName": group["DBParameterGroupName"], "Source": "user"}
    for cluster in rds.describe_db_clusters()["DBClusters"]:
        yield "rds", "describe_db_cluster_parameters", {"DBClusterParameterGroupName": cluster["DBClusterParameterGroup"]}
    for kind in ("AWS_CLOUD_FORMATION", "AWS_SERVICE", "AWS_TAGS"):
        yield "devops-guru", "get_resource_collection", {"ResourceCollectionType": kind}


def _scaling(account, region):
    for group in account.client("autoscaling", region).describe_auto_scaling_groups()["AutoScalingGroups"]:
        name = {"AutoScalingGroupName": group["AutoScalingGroupName"]}
        for operation in ("describe_policies", "describe_scaling_activities", "describe_scheduled_actions"):
            yield "autoscaling", operation, name
    for namespace in ("ecs", "lambda", "dynamodb", "rds"):
        for operation in ("describe_scalable_targets", "describe_scaling_policies", "describe_scaling_activities",
                          "describe_scheduled_actions"):
            yield "application-autoscaling", operation, {"ServiceNamespace": namespace}


def _balancers(account, region):
    elb = account.client("elbv2", region)
    arns = [balancer["LoadBalancerArn"] for balancer in elb.describe_load_balancers()["LoadBalancers"]]
    if arns:
        yield "elbv2", "describe_tags", {"ResourceArns": arns}
    for group in elb.describe_target_groups()["TargetGroups"]:
        yield "elbv2", "describe_target_health", {"TargetGroupArn": group["TargetGroupArn"]}


def _containers(account, region):
    ecs = account.client("ecs", region)
    for cluster in ecs.list_clusters()["clusterArns"]:
        yield "ecs", "list_services", {"cluster": cluster}
        services = ecs.list_services(cluster=cluster)["serviceArns"]
        yield "ecs", "describe_services", {"cluster": cluster, "services": services, "include": ["TAGS"]}


def _edge(account, region):
    for item in account.client("cloudfront", region).list_distributions()["DistributionList"].get("Items", ()):
        yield "cloudfront", "get_monitoring_subscription", {"DistributionId": item["Id"]}
        yield "cloudfront", "get_cache_policy", {"Id": item["DefaultCacheBehavior"]["CachePolicyId"]}
        yield "cloudfront", "list_tags_for_resource", {"Resource": item["ARN"]}
    for zone in account.client("route53", region).list_hosted_zones()["HostedZones"]:
        yield "route53", "list_resource_record_sets", {"HostedZoneId": zone["Id"]}
    for api in account.client("apigateway", region).get_rest_apis()["items"]:
        yield "apigateway", "get_stages", {"restApiId": api["id"]}


def _buckets(account, region):
    yield "s3", "list_buckets", {"MaxBuckets": 100}
    for bucket in account.client("s3", region).list_buckets()["Buckets"]:
        for operation in ("get_bucket_website", "list_bucket_intelligent_tiering_configurations",
                          "get_bucket_lifecycle_configuration"):
            yield "s3", operation, {"Bucket": bucket["Name"]}


def _functions(account, region):
    for function in account.client("lambda", region).list_functions()["Functions"]:
        for operation in ("list_aliases", "list_provisioned_concurrency_configs", "get_function_concurrency",
                          "list_event_source_mappings", "get_policy", "list_function_url_configs"):
            yield "lambda", operation, {"FunctionName": function["FunctionName"]}
        yield "lambda", "list_tags", {"Resource": function["FunctionArn"]}


def _objectives(account, region):
    signals = account.client("application-signals", region)
    arns = [one["Arn"] for one in signals.list_service_level_objectives()["SloSummaries"]]
    for arn in arns:
        yield "application-signals", "get_service_level_objective", {"Id": arn.rpartition("/")[2]}
    yield "application-signals", "get_service_level_objective", {"Id": "no-such-objective"}
    yield "application-signals", "batch_get_service_level_objective_budget_report", {
        "Timestamp": datetime.datetime.now(datetime.timezone.utc), "SloIds": arns or ["none"]}


def _deployments(account, region):
    codedeploy = account.client("codedeploy", region)
    for application in [*codedeploy.list_applications()["applications"], "no-such-application"]:
        yield "codedeploy", "list_deployment_groups", {"applicationName": application}
    for application in codedeploy.list_applications()["applications"]:
        groups = codedeploy.list_deployment_groups(applicationName=application)["deploymentGroups"]
        yield "codedeploy", "batch_get_deployment_groups", {"applicationName": application, "deploymentGroupNames": groups}


def _delivery(account, region):
    builds = account.client("codebuild", region)
    projects = builds.list_projects()["projects"]
    if projects:
        yield "codebuild", "batch_get_projects", {"names": projects}
    for project in projects:
        yield "codebuild", "list_builds_for_project", {"projectName": project, "sortOrder": "DESCENDING"}
        ids = builds.list_builds_for_project(projectName=project)["ids"]
        if ids:
            yield "codebuild", "batch_get_builds", {"ids": ids}
    for pipeline in account.client("codepipeline", region).list_pipelines()["pipelines"]:
        yield "codepipeline", "get_pipeline", {"name": pipeline["name"]}
        yield "codepipeline", "list_pipeline_executions", {"pipelineName": pipeline["name"]}


def _debt(account, region):
    category = {"Key": "Category", "Values": ["Performance"], "Operator": "Equal"}
    yield "ssm", "describe_ops_items", {"OpsItemFilters": [category], "MaxResults": 50}
    for workload in account.client("wellarchitected", region).list_workloads()["WorkloadSummaries"]:
        yield "wellarchitected", "get_lens_review", {"WorkloadId": workload["WorkloadId"], "LensAlias": "wellarchitected"}
        yield "wellarchitected", "list_milestones", {"WorkloadId": workload["WorkloadId"]}


def _others(account, region):
    for dashboard in account.client("cloudwatch", region).list_dashboards()["DashboardEntries"]:
        yield "cloudwatch", "get_dashboard", {"DashboardName": dashboard["DashboardName"]}
    for machine in account.client("stepfunctions", region).list_state_machines()["stateMachines"]:
        yield "stepfunctions", "list_executions", {"stateMachineArn": machine["stateMachineArn"]}
    for system in account.client("efs", region).describe_file_systems()["FileSystems"]:
        yield "efs", "describe_lifecycle_configuration", {"FileSystemId": system["FileSystemId"]}
    for rule in account.client("events", region).list_rules()["Rules"]:
        yield "events", "list_targets_by_rule", {"Rule": rule["Name"]}
