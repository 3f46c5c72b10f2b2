"""What every account answers where moto has no answer, and what moto answers wrongly in every account."""

REGIONS = ("us-east-1", "eu-west-1")
NOT_OPTED_IN = ("af-south-1", "ap-east-1", "me-central-1")


def _answer(service, operation, data, **more):
    return {"service": service, "operation": operation, "answer": data, **more}


def _error(service, operation, status, code, message, **more):
    error = {"Status": status, "Code": code, "Message": message}
    return {"service": service, "operation": operation, "error": error, **more}


def _region(name, status):
    return {"RegionName": name, "Endpoint": f"ec2.{name}.amazonaws.com", "OptInStatus": status}


_ENABLED = [_region(name, "opt-in-not-required") for name in REGIONS]
_NOT_REGISTERED = "The account is not registered for Compute Optimizer. Opt in to the service and try again."
_ZERO_HEALTH = {"OpenReactiveInsights": 0, "OpenProactiveInsights": 0, "MetricsAnalyzed": 0, "ResourceHours": 0,
                "AnalyzedResourceCount": 0}
_LAMBDA_LIMITS = {"TotalCodeSize": 80530636800, "CodeSizeUnzipped": 262144000, "CodeSizeZipped": 52428800,
                  "ConcurrentExecutions": 1000, "UnreservedConcurrentExecutions": 1000}

# AWS's own cache policies: name, MinTTL, DefaultTTL, MaxTTL.
MANAGED_POLICIES = {
    "658327ea-f89d-4fab-a63d-7e88639e58f6": ("Managed-CachingOptimized", 1, 86400, 31536000),
    "b2884449-e4de-46a7-ac36-70bc7f1ddd6d": ("Managed-CachingOptimizedForUncompressedObjects", 1, 86400, 31536000),
    "83da9c7e-98b4-4e11-a168-04f0df8e2c65": ("UseOriginCacheControlHeaders", 0, 0, 31536000),
    "4135ea2d-6df8-44a3-9df3-4b5a84be39ad": ("Managed-CachingDisabled", 0, 0, 0),
}


def _policy(identity, name, minimum, default, maximum):
    config = {"Name": name, "Comment": "", "MinTTL": minimum, "DefaultTTL": default, "MaxTTL": maximum}
    policy = {"Id": identity, "LastModifiedTime": "2020-07-22T00:00:00Z", "CachePolicyConfig": config}
    return _answer("cloudfront", "GetCachePolicy", {"CachePolicy": policy}, when={"Id": identity})


ANSWERS = [
    _answer("sts", "GetCallerIdentity", {"Account": "123456789012", "UserId": "AIDASCANNER0EXAMPLE00",
                                         "Arn": "arn:aws:iam::123456789012:user/scanner"}),
    _answer("ec2", "DescribeRegions", {"Regions": _ENABLED}, filter={"RegionNames": "RegionName"}),
    _answer("ec2", "DescribeRegions",
            {"Regions": _ENABLED + [_region(name, "not-opted-in") for name in NOT_OPTED_IN]},
            when={"AllRegions": True}, filter={"RegionNames": "RegionName"}),
    _answer("ec2", "DescribeAwsNetworkPerformanceMetricSubscriptions", {"Subscriptions": []}),
    _answer("cloudwatch", "DescribeAnomalyDetectors", {"AnomalyDetectors": []}),
    _answer("rds", "DescribeDBRecommendations", {"DBRecommendations": []}),
    _error("rds", "DescribeDBParameters", 404, "DBParameterGroupNotFound", "DBParameterGroup not found"),
    _error("rds", "DescribeDBClusterParameters", 404, "DBParameterGroupNotFound", "DBClusterParameterGroup not found"),
    _answer("devops-guru", "DescribeAccountHealth", _ZERO_HEALTH),
    _error("devops-guru", "GetResourceCollection", 404, "ResourceNotFoundException", "No resource collection found"),
    _answer("autoscaling", "DescribeScalingActivities", {"Activities": []}),
    _answer("application-autoscaling", "DescribeScalingActivities", {"ScalingActivities": []}),
    # moto does not know this namespace.
    _answer("application-autoscaling", "DescribeScalableTargets", {"ScalableTargets": []},
            when={"ServiceNamespace": "elasticache"}),
    _error("cloudfront", "GetMonitoringSubscription", 404, "NoSuchMonitoringSubscription",
           "The specified monitoring subscription does not exist."),
    _error("cloudfront", "GetCachePolicy", 404, "NoSuchCachePolicy", "The specified cache policy does not exist."),
    *(_policy(identity, *policy) for identity, policy in MANAGED_POLICIES.items()),
    _answer("elasticache", "DescribeReplicationGroups", {"ReplicationGroups": []}),
    _answer("elasticache", "DescribeCacheClusters", {"CacheClusters": []}),
    _answer("elasticache", "DescribeServerlessCaches", {"ServerlessCaches": []}),
    _answer("memorydb", "DescribeClusters", {"Clusters": []}),
    _answer("dax", "DescribeClusters", {"Clusters": []}),
    _answer("s3", "ListBucketIntelligentTieringConfigurations", {"IsTruncated": False}),
    _answer("globalaccelerator", "ListAccelerators", {"Accelerators": []}),
    _answer("internetmonitor", "ListMonitors", {"Monitors": []}),
    _answer("networkmonitor", "ListMonitors", {"monitors": []}),
    _answer("lambda", "ListProvisionedConcurrencyConfigs", {"ProvisionedConcurrencyConfigs": []}),
    _answer("lambda", "GetAccountSettings", {"AccountLimit": _LAMBDA_LIMITS,
                                             "AccountUsage": {"TotalCodeSize": 0, "FunctionCount": 0}}),
    _answer("compute-optimizer", "GetEnrollmentStatus",
            {"status": "Inactive", "memberAccountsEnrolled": False, "numberOfMemberAccountsOptedIn": 0}),
    _error("compute-optimizer", "GetLambdaFunctionRecommendations", 400, "OptInRequiredException", _NOT_REGISTERED),
    _error("compute-optimizer", "GetEBSVolumeRecommendations", 400, "OptInRequiredException", _NOT_REGISTERED),
    _error("compute-optimizer", "GetEC2InstanceRecommendations", 400, "OptInRequiredException", _NOT_REGISTERED),
    _error("compute-optimizer", "GetAutoScalingGroupRecommendations", 400, "OptInRequiredException", _NOT_REGISTERED),
    _error("compute-optimizer", "GetECSServiceRecommendations", 400, "OptInRequiredException", _NOT_REGISTERED),
    _answer("config", "DescribeConfigRules", {"ConfigRules": []}),
    _answer("compute-optimizer-automation", "GetEnrollmentConfiguration",
            {"status": "Inactive", "organizationRuleMode": "NoneAllowed"}),
    _answer("compute-optimizer-automation", "ListAutomationRules", {"automationRules": []}),
    _answer("application-signals", "ListServiceLevelObjectives", {"SloSummaries": []}),
    _error("application-signals", "GetServiceLevelObjective", 404, "ResourceNotFoundException", "SLO not found"),
    _answer("application-signals", "ListTagsForResource", {"Tags": []}),
    _answer("application-signals", "BatchGetServiceLevelObjectiveBudgetReport",
            {"Timestamp": "now", "Reports": [], "Errors": []}),
    _answer("codedeploy", "ListApplications", {"applications": []}),
    _error("codedeploy", "ListDeploymentGroups", 400, "ApplicationDoesNotExistException", "No application found"),
    _error("codedeploy", "BatchGetDeploymentGroups", 400, "ApplicationDoesNotExistException", "No application found"),
    _answer("codebuild", "ListBuildsForProject", {"ids": []}),
    _answer("codebuild", "ListReportGroups", {"reportGroups": []}),
    _answer("fis", "ListExperiments", {"experiments": []}),
    _answer("fis", "ListExperimentTemplates", {"experimentTemplates": []}),
    _answer("wellarchitected", "ListWorkloads", {"WorkloadSummaries": []}),
    _error("wellarchitected", "GetLensReview", 404, "ResourceNotFoundException", "Failed to find workload."),
    _error("wellarchitected", "ListMilestones", 404, "ResourceNotFoundException", "Failed to find workload."),
    _answer("ssm", "DescribeOpsItems", {"OpsItemSummaries": []}),
    _error("stepfunctions", "ListExecutions", 400, "StateMachineDoesNotExist", "State Machine Does Not Exist"),
]


def _bucket_regions_only_when_paged(request, data):
    """ListBuckets names a bucket's region only if the request carries a paging parameter."""
    paged = any(name in request.parameters for name in ("MaxBuckets", "ContinuationToken", "Prefix", "BucketRegion"))
    for bucket in data.get("Buckets", ()):
        if not paged:
            bucket.pop("BucketRegion", None)


def _gateways_have_no_private_dns(_request, data):
    """moto says that gateway endpoints have private DNS."""
    for endpoint in data.get("VpcEndpoints", ()):
        if endpoint["VpcEndpointType"] == "Gateway":
            endpoint["PrivateDnsEnabled"] = False


def _absent_is_not_null(_request, data):
    """A function without reserved concurrency has no such member; moto answers null."""
    if data.get("ReservedConcurrentExecutions") is None:
        data.clear()


def _times_are_numbers(_request, _data):
    """moto writes the times of pipelines as text; the answer is written anew as its protocol has it."""


CORRECTIONS = {
    ("codepipeline", "GetPipeline"): _times_are_numbers,
    ("codepipeline", "ListPipelineExecutions"): _times_are_numbers,
    ("codepipeline", "ListPipelines"): _times_are_numbers,
    ("ec2", "DescribeVpcEndpoints"): _gateways_have_no_private_dns,
    ("lambda", "GetFunctionConcurrency"): _absent_is_not_null,
    ("s3", "ListBuckets"): _bucket_regions_only_when_paged,
}
