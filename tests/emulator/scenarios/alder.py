"""Alder Bakery: a small shop at level 1, and what its people do about it, step by step along the entry path.

`seed` makes the poor account; each function of `STEPS` improves it, in their order, without emptying it.
"""
import json
import uuid

from .account import ACCOUNT, US, tags
from .history import group_activity
from .networks import remove_default_vpcs, vpc

NAMES = uuid.UUID("3b0c8f6e-51d2-4a57-9c1e-a1de4bace412")
IMAGE = "ami-0a1derbakery00001"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/alder-delivery"
LOAD_TEST = "alder-shop-load"
GROUP = "alder-web"
SLO = "alder-shop-latency"
SIGNALS, ALB = "AWS/ApplicationSignals", "AWS/ApplicationELB"


def seed(account):
    """One server behind a load balancer, one database, one pipeline: nothing scaled, watched, tested or written down."""
    remove_default_vpcs(account)
    vpc(account, US, "alder", "10.30")
    _server(account)
    _load_balancer(account)
    _database(account, parameters={}, insights=False, storage="gp2")
    trust = {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "codepipeline.amazonaws.com"}}]}
    account.client("iam").create_role(RoleName="alder-delivery", AssumeRolePolicyDocument=json.dumps(trust))
    account.client("codepipeline").create_pipeline(pipeline=_pipeline())


def _server(account):
    ec2 = account.client("ec2")
    created = ec2.run_instances(
        ImageId=IMAGE, InstanceType="m7g.large", MinCount=1, MaxCount=1, SubnetId=account.subnets["alder-private-a"],
        TagSpecifications=[{"ResourceType": "instance", "Tags": tags("alder-web-1", "shop")}])["Instances"][0]
    account.patch("ec2", "DescribeInstances", "Reservations.Instances", "InstanceId", created["InstanceId"],
                  set={"LaunchTime": "now-200d"})
    account.metric(US, "AWS/EC2", "CPUUtilization", {"InstanceId": created["InstanceId"]}, 35, 10)
    _volumes(account, "gp2", 200)


def _instances(account, name=None):
    """Running instances: of a group, or all of them."""
    rules = [{"Name": "instance-state-name", "Values": ["running"]}]
    rules += [{"Name": "tag:aws:autoscaling:groupName", "Values": [name]}] if name else []
    reservations = account.client("ec2").describe_instances(Filters=rules)["Reservations"]
    return [instance["InstanceId"] for reservation in reservations for instance in reservation["Instances"]]


def _volumes(account, kind, days):
    """Every volume is of a type and so old."""
    more = {"Iops": 3000, "Throughput": 125} if kind == "gp3" else {"Iops": 300}
    for volume in account.client("ec2").describe_volumes()["Volumes"]:
        age = {"CreateTime": f"now-{days}d"} if days else {}
        account.patch("ec2", "DescribeVolumes", "Volumes", "VolumeId", volume["VolumeId"],
                      set={"VolumeType": kind, "Size": 100, **more, **age})


def _load_balancer(account):
    elb = account.client("elbv2")
    balancer = elb.create_load_balancer(
        Name="alder-shop", Scheme="internet-facing", Type="application", Tags=tags("alder-shop", "shop"),
        Subnets=[account.subnets[f"alder-public-{zone}"] for zone in "ab"])["LoadBalancers"][0]["LoadBalancerArn"]
    group = elb.create_target_group(Name=GROUP, Protocol="HTTP", Port=8080, VpcId=account.vpcs["alder"],
                                    TargetType="instance")["TargetGroups"][0]["TargetGroupArn"]
    elb.create_listener(LoadBalancerArn=balancer, Protocol="HTTP", Port=80,
                        DefaultActions=[{"Type": "forward", "TargetGroupArn": group}])
    elb.register_targets(TargetGroupArn=group, Targets=[{"Id": instance} for instance in _instances(account)])
    account.metric(US, ALB, "TargetResponseTime", _balancer(account), 0.3, 0.1)


def _balancer(account):
    """The dimension by which CloudWatch knows the load balancer."""
    arn = account.client("elbv2").describe_load_balancers(Names=["alder-shop"])["LoadBalancers"][0]["LoadBalancerArn"]
    return {"LoadBalancer": arn.partition("loadbalancer/")[2]}


def _target_group(account):
    return account.client("elbv2").describe_target_groups(Names=[GROUP])["TargetGroups"][0]["TargetGroupArn"]


def _database(account, *, parameters, insights, storage):
    group = "alder-mysql80" if parameters else "default.mysql8.0"
    more = {"PerformanceInsightsRetentionPeriod": 7} if insights else {}
    account.answer("rds", "DescribeDBClusters", {"DBClusters": []})
    account.answer("rds", "DescribeDBInstances", filter={"DBInstanceIdentifier": "DBInstanceIdentifier"}, region=US, data={
        "DBInstances": [{
            "DBInstanceIdentifier": "alder-orders", "DBInstanceArn": f"arn:aws:rds:{US}:{ACCOUNT}:db:alder-orders",
            "DBInstanceClass": "db.r6g.large", "Engine": "mysql", "EngineVersion": "8.0.39", "StorageType": storage,
            "DBInstanceStatus": "available", "AllocatedStorage": 200, "DbiResourceId": "db-ALDERORDERS0000000",
            "MultiAZ": True, "MonitoringInterval": 0, "InstanceCreateTime": "now-300d", "DatabaseInsightsMode": "standard",
            "DBParameterGroups": [{"DBParameterGroupName": group, "ParameterApplyStatus": "in-sync"}],
            "EnabledCloudwatchLogsExports": ["slowquery"] if parameters else [], "PerformanceInsightsEnabled": insights,
            "Endpoint": {"Address": f"alder-orders.c1bakery.{US}.rds.amazonaws.com", "Port": 3306},
            "TagList": tags("alder-orders", "shop"), **more}]})
    account.answer("rds", "DescribeDBParameters", when={"DBParameterGroupName": group}, filter={"Source": "Source"}, data={
        "Parameters": [{"ParameterName": name, "ParameterValue": value, "Source": "user", "ApplyType": "dynamic",
                        "DataType": "string", "IsModifiable": True, "ApplyMethod": "immediate"}
                       for name, value in parameters.items()]})


def _action(name, category, provider, **configuration):
    return {"name": name, "runOrder": 1, "configuration": configuration,
            "actionTypeId": {"category": category, "owner": "AWS", "provider": provider, "version": "1"}}


def _pipeline(*gates):
    """The shop's pipeline, with stages between build and production."""
    source = _action("Git", "Source", "CodeStarSourceConnection", FullRepositoryId="alder/shop", BranchName="main")
    deploy = _action("Web", "Deploy", "CodeDeploy", ApplicationName="alder-shop", DeploymentGroupName="alder-prod")
    build = _action("Build", "Build", "CodeBuild", ProjectName="alder-shop-build")
    stages = [("Source", source), ("Build", build), *gates, ("Production", deploy)]
    return {"name": "alder-release", "roleArn": ROLE, "pipelineType": "V2", "executionMode": "QUEUED",
            "artifactStore": {"type": "S3", "location": "alder-artifacts"},
            "stages": [{"name": name, "actions": [action]} for name, action in stages]}


def slos(account):
    """Weeks 1-2: the agent sends memory; the shop has an objective, its burn rate and its p99 are alarmed on."""
    for instance in _instances(account):
        account.metric(US, "CWAgent", "mem_used_percent", {"InstanceId": instance}, 61, 8)
    latency = _balancer(account)
    account.alarm(US, "alder-shop p99", ALB, "TargetResponseTime", latency, 0.9, ExtendedStatistic="p99")
    window = {"SloName": SLO, "BurnRateWindowMinutes": "60"}
    account.alarm(US, f"{SLO} burns", SIGNALS, "BurnRate", window, 14.4, Statistic="Maximum")
    arn = f"arn:aws:application-signals:{US}:{ACCOUNT}:slo/{SLO}"
    stat = {"Period": 60, "Stat": "p95", "Metric": {
        "Namespace": ALB, "MetricName": "TargetResponseTime",
        "Dimensions": [{"Name": name, "Value": value} for name, value in latency.items()]}}
    head = {"Arn": arn, "Name": SLO, "CreatedTime": "now-3d", "EvaluationType": "PeriodBased",
            "MetricSourceType": "CloudWatchMetric"}
    rolling = {"RollingInterval": {"DurationUnit": "DAY", "Duration": 28}}
    account.answer("application-signals", "ListServiceLevelObjectives", {"SloSummaries": [head]}, region=US)
    account.answer("application-signals", "GetServiceLevelObjective", region=US, when={"Id": SLO}, data={"Slo": {
        **head, "LastUpdatedTime": "now-3d", "Sli": {
            "SliMetric": {"MetricDataQueries": [{"Id": "p95", "MetricStat": stat, "ReturnData": True}]},
            "MetricThreshold": 0.8, "ComparisonOperator": "LessThan"},
        "Goal": {"Interval": rolling, "AttainmentGoal": 99.0, "WarningThreshold": 30.0},
        "BurnRateConfigurations": [{"LookBackWindowMinutes": 60}]}})
    account.answer("application-signals", "BatchGetServiceLevelObjectiveBudgetReport", region=US, data={
        "Timestamp": "now", "Errors": [], "Reports": [{
            "Arn": arn, "Name": SLO, "EvaluationType": "PeriodBased", "BudgetStatus": "OK", "Attainment": 99.6,
            "TotalBudgetSeconds": 24192, "BudgetSecondsRemaining": 14515}]})


SLOW_LOG = {"slow_query_log": "1", "long_query_time": "0.5", "log_output": "FILE"}


def queries(account):
    """Weeks 3-4: Performance Insights is on, and queries from half a second are logged."""
    _database(account, parameters=SLOW_LOG, insights=True, storage="gp2")
    keys = [{"Dimensions": {"db.sql_tokenized.id": f"A1DE{number:04d}"}, "Total": round(3.1 / (number + 1), 4)}
            for number in range(25)]
    account.answer("pi", "DescribeDimensionKeys", when={"Identifier": "db-ALDERORDERS0000000"}, data={
        "AlignedStartTime": "now-7d", "AlignedEndTime": "now", "Keys": keys})


def scaling(account):
    """Weeks 5-6: an Auto Scaling group on requests takes the server's place; it grew five days ago."""
    ec2, groups = account.client("ec2"), account.client("autoscaling")
    servers = _instances(account)
    account.client("elbv2").deregister_targets(TargetGroupArn=_target_group(account),
                                               Targets=[{"Id": server} for server in servers])
    ec2.terminate_instances(InstanceIds=servers)
    subnets = ec2.describe_subnets(Filters=[{"Name": "tag:Name", "Values": ["alder-private-*"]}])["Subnets"]
    template = ec2.create_launch_template(LaunchTemplateName=GROUP, LaunchTemplateData={
        "ImageId": IMAGE, "InstanceType": "c7g.large"})["LaunchTemplate"]["LaunchTemplateId"]
    groups.create_auto_scaling_group(
        AutoScalingGroupName=GROUP, MinSize=2, MaxSize=6, DesiredCapacity=2, HealthCheckType="ELB",
        LaunchTemplate={"LaunchTemplateId": template, "Version": "$Latest"}, DefaultCooldown=300,
        VPCZoneIdentifier=",".join(subnet["SubnetId"] for subnet in subnets), TargetGroupARNs=[_target_group(account)],
        Tags=[{**tag, "PropagateAtLaunch": True} for tag in tags(GROUP, "shop")])
    account.patch("autoscaling", "DescribeAutoScalingGroups", "AutoScalingGroups", "AutoScalingGroupName", GROUP,
                  set={"CreatedTime": "now-12d"})
    for instance in _instances(account):
        own = {"InstanceId": instance, "AutoScalingGroupName": GROUP}
        account.metric(US, "AWS/EC2", "CPUUtilization", {"InstanceId": instance}, 42, 15)
        account.metric(US, "CWAgent", "mem_used_percent", own, 57, 9)
        account.patch("ec2", "DescribeInstances", "Reservations.Instances", "InstanceId", instance,
                      set={"LaunchTime": "now-12d"})
    _volumes(account, "gp2", 12)
    label = "/".join((_balancer(account)["LoadBalancer"], _target_group(account).rpartition(":")[2]))
    policy = {"PredefinedMetricSpecification": {"PredefinedMetricType": "ALBRequestCountPerTarget", "ResourceLabel": label},
              "TargetValue": 700.0}
    arn = f"arn:aws:autoscaling:{US}:{ACCOUNT}:scalingPolicy:0:autoScalingGroupName/{GROUP}:policyName/{GROUP}-requests"
    account.answer("autoscaling", "DescribePolicies", region=US, filter={"AutoScalingGroupName": "AutoScalingGroupName"},
                   data={"ScalingPolicies": [{
                       "AutoScalingGroupName": GROUP, "PolicyName": f"{GROUP}-requests", "PolicyARN": arn, "Enabled": True,
                       "PolicyType": "TargetTrackingScaling", "Alarms": [], "TargetTrackingConfiguration": policy}]})
    account.answer("autoscaling", "DescribeScalingActivities", region=US,
                   filter={"AutoScalingGroupName": "AutoScalingGroupName"}, data={
                       "Activities": [group_activity(GROUP, 5, "policy", policy=f"{GROUP}-requests", to=3)]})


def load_tests(account):
    """Weeks 7-8: a load test ran while the group grew, and stands before production. Its thresholds lie in Git."""
    account.client("codebuild").create_project(
        name=LOAD_TEST, serviceRole=ROLE, artifacts={"type": "NO_ARTIFACTS"},
        source={"type": "GITHUB", "location": "https://github.com/alder/shop.git", "buildspec": "load.yml"},
        environment={"type": "LINUX_CONTAINER", "image": "public.ecr.aws/grafana/k6:1.3.0",
                     "computeType": "BUILD_GENERAL1_SMALL"})
    identity = f"{LOAD_TEST}:{uuid.uuid5(NAMES, LOAD_TEST)}"
    phases = [{"phaseType": name, "phaseStatus": "SUCCEEDED", "startTime": "now-5.01d"} for name in ("INSTALL", "BUILD")]
    account.answer("codebuild", "ListBuildsForProject", {"ids": [identity]}, region=US, when={"projectName": LOAD_TEST})
    account.answer("codebuild", "BatchGetBuilds", region=US, filter={"ids": "id"}, data={"buildsNotFound": [], "builds": [{
        "id": identity, "arn": f"arn:aws:codebuild:{US}:{ACCOUNT}:build/{identity}", "projectName": LOAD_TEST,
        "buildStatus": "SUCCEEDED", "startTime": "now-5.01d", "endTime": "now-4.99d", "currentPhase": "COMPLETED",
        "buildComplete": True, "phases": phases}]})
    gate = ("Load", _action("Load", "Test", "CodeBuild", ProjectName=LOAD_TEST))
    account.client("codepipeline").update_pipeline(pipeline=_pipeline(gate))


def gp3(account):
    """Weeks 9-10: every volume and the database's storage are gp3; nothing else changes."""
    _volumes(account, "gp3", None)
    _database(account, parameters=SLOW_LOG, insights=True, storage="gp3")


STEPS = {"slos": slos, "queries": queries, "scaling": scaling, "load_tests": load_tests, "gp3": gp3}
