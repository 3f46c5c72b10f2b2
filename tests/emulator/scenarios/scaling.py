"""Load balancers, Auto Scaling groups, ECS services and scaling history of Larch Outfitters."""
from .account import ACCOUNT, EU, US, tags
from .history import ecs_activity, group_activity
from .volumes import IMAGE

PROD, EUROPE = "larch-prod", "larch-eu"
# name: (region, vpc, scheme, type)
LOAD_BALANCERS = {
    "larch-shop": (US, PROD, "internet-facing", "application"),
    "larch-payments": (US, PROD, "internet-facing", "application"),
    "larch-internal": (US, PROD, "internal", "application"),
    "larch-media": (EU, EUROPE, "internet-facing", "network"),
}
# name: (load balancer, protocol, target type)
TARGET_GROUPS = {
    "shop-web": ("larch-shop", "HTTP", "instance"), "shop-search": ("larch-shop", "HTTP", "instance"),
    "payments-api": ("larch-payments", "HTTP", "instance"), "checkout": ("larch-shop", "HTTP", "ip"),
    "notifications": ("larch-internal", "HTTP", "ip"), "media-transcode": ("larch-media", "TCP", "instance"),
}
# name: (region, vpc, min, max, desired, target group, service, health check)
GROUPS = {
    "shop-web": (US, PROD, 2, 6, 2, "shop-web", "shop", "ELB"),
    "payments-api": (US, PROD, 2, 4, 2, "payments-api", "payments", "ELB"),
    "payments-worker": (US, PROD, 1, 3, 1, None, "payments", "EC2"),
    "analytics-batch": (US, PROD, 0, 4, 1, None, "analytics", "EC2"),
    "media-transcode": (EU, EUROPE, 1, 4, 1, "media-transcode", "media", "EC2"),
}
# name: (target group, desired)
ECS_SERVICES = {"checkout": ("checkout", 3), "order-worker": (None, 2), "notifications": ("notifications", 2),
                "cron-runner": (None, 1)}


def seed(account):
    """Everything that scales, and what should."""
    for name, row in LOAD_BALANCERS.items():
        _load_balancer(account, name, *row)
    for name, row in TARGET_GROUPS.items():
        _target_group(account, name, *row)
    account.client("elbv2").register_targets(
        TargetGroupArn=account.target_groups["shop-search"], Targets=[{"Id": account.instances["larch-search-1"]}])
    for name, row in GROUPS.items():
        _group(account, name, *row)
    _policies(account)
    _schedules(account)
    _ecs(account)
    _application_scaling(account)
    _limit_alarms(account)
    _history(account)


def _load_balancer(account, name, region, vpc, scheme, kind):
    side = "public" if scheme == "internet-facing" else "private"
    created = account.client("elbv2", region).create_load_balancer(
        Name=name, Scheme=scheme, Type=kind, Subnets=[account.subnets[f"{vpc}-{side}-{zone}"] for zone in "ab"],
        Tags=tags(name, name.removeprefix("larch-")))["LoadBalancers"][0]
    account.load_balancers[name] = created


def _target_group(account, name, balancer, protocol, target_type):
    region, vpc, *_ = LOAD_BALANCERS[balancer]
    elb = account.client("elbv2", region)
    created = elb.create_target_group(Name=name, Protocol=protocol, Port=8080, VpcId=account.vpcs[vpc],
                                      TargetType=target_type, Tags=tags(name, balancer.removeprefix("larch-")))
    arn = account.target_groups[name] = created["TargetGroups"][0]["TargetGroupArn"]
    elb.create_listener(LoadBalancerArn=account.load_balancers[balancer]["LoadBalancerArn"], Protocol=protocol,
                        Port=8000 + len(account.target_groups), DefaultActions=[{"Type": "forward", "TargetGroupArn": arn}])


def _group(account, name, region, vpc, low, high, desired, target_group, service, health):
    ec2, scaling = account.client("ec2", region), account.client("autoscaling", region)
    template = ec2.create_launch_template(LaunchTemplateName=name, LaunchTemplateData={
        "ImageId": IMAGE, "InstanceType": "c7g.large"})
    scaling.create_auto_scaling_group(
        AutoScalingGroupName=name, MinSize=low, MaxSize=high, DesiredCapacity=desired, HealthCheckType=health,
        LaunchTemplate={"LaunchTemplateId": template["LaunchTemplate"]["LaunchTemplateId"], "Version": "$Latest"},
        VPCZoneIdentifier=",".join(account.subnets[f"{vpc}-private-{zone}"] for zone in "ab"), DefaultCooldown=300,
        TargetGroupARNs=[account.target_groups[target_group]] if target_group else [],
        Tags=[{**tag, "PropagateAtLaunch": True} for tag in tags(name, service)])
    warm = {"DefaultInstanceWarmup": 120} if name == "shop-web" else {}
    account.patch("autoscaling", "DescribeAutoScalingGroups", "AutoScalingGroups", "AutoScalingGroupName", name,
                  region=region, set={"CreatedTime": "now-380d", **warm})


def _policies(account):
    """Scaling policies, canned: moto keeps policies by name only and leaves out predictive ones."""
    label = _resource_label(account, "larch-payments", "payments-api")
    cpu = {"PredefinedMetricSpecification": {"PredefinedMetricType": "ASGAverageCPUUtilization"}}
    requests = {"PredefinedMetricSpecification": {"PredefinedMetricType": "ALBRequestCountPerTarget",
                                                  "ResourceLabel": label}}
    policies = [
        _policy("shop-web", "cpu", "TargetTrackingScaling", TargetTrackingConfiguration={**cpu, "TargetValue": 55.0}),
        _policy("shop-web", "forecast", "PredictiveScaling", PredictiveScalingConfiguration=_predictive(
            "ForecastAndScale", "ASGCPUUtilization")),
        _policy("payments-api", "requests", "TargetTrackingScaling",
                TargetTrackingConfiguration={**requests, "TargetValue": 800.0}),
        _policy("payments-api", "forecast", "PredictiveScaling", PredictiveScalingConfiguration=_predictive(
            "ForecastOnly", "ASGCPUUtilization")),
        _policy("payments-worker", "backlog", "StepScaling", AdjustmentType="ChangeInCapacity",
                MetricAggregationType="Average", EstimatedInstanceWarmup=180,
                Alarms=[_policy_alarm("payments-worker backlog high")],
                StepAdjustments=[{"MetricIntervalLowerBound": 0.0, "MetricIntervalUpperBound": 500.0,
                                  "ScalingAdjustment": 1},
                                 {"MetricIntervalLowerBound": 500.0, "ScalingAdjustment": 2}]),
        _policy("analytics-batch", "cpu", "TargetTrackingScaling", TargetTrackingConfiguration={**cpu, "TargetValue": 70.0}),
    ]
    account.answer("autoscaling", "DescribePolicies", {"ScalingPolicies": policies}, region=US,
                   filter={"AutoScalingGroupName": "AutoScalingGroupName", "PolicyTypes": "PolicyType"})
    account.answer("autoscaling", "DescribePolicies", {"ScalingPolicies": []}, region=EU)
    account.alarm(US, "payments-worker backlog high", "AWS/SQS", "ApproximateNumberOfMessagesVisible",
                  {"QueueName": "larch-settlements"}, 200)
    account.client("autoscaling").suspend_processes(AutoScalingGroupName="analytics-batch",
                                                    ScalingProcesses=["AlarmNotification"])


def _resource_label(account, balancer, target_group):
    return "/".join((account.load_balancers[balancer]["LoadBalancerArn"].partition("loadbalancer/")[2],
                     account.target_groups[target_group].rpartition(":")[2]))


def _policy(group, name, kind, **more):
    enabled = {"Enabled": True, "Alarms": [], **more}
    return {"AutoScalingGroupName": group, "PolicyName": f"{group}-{name}", "PolicyType": kind,
            "PolicyARN": f"arn:aws:autoscaling:{US}:{ACCOUNT}:scalingPolicy:0:autoScalingGroupName/{group}:policyName/{group}-{name}",
            **enabled}


def _policy_alarm(name):
    return {"AlarmName": name, "AlarmARN": f"arn:aws:cloudwatch:{US}:{ACCOUNT}:alarm:{name}"}


def _predictive(mode, pair):
    return {"Mode": mode, "SchedulingBufferTime": 300, "MetricSpecifications": [
        {"TargetValue": 55.0, "PredefinedMetricPairSpecification": {"PredefinedMetricType": pair}}]}


def _schedules(account):
    scaling = account.client("autoscaling", EU)
    for name, recurrence, desired in (("evening-up", "0 17 * * *", 3), ("night-down", "0 23 * * *", 1)):
        scaling.put_scheduled_update_group_action(AutoScalingGroupName="media-transcode", ScheduledActionName=name,
                                                  Recurrence=recurrence, DesiredCapacity=desired)
        arn = (f"arn:aws:autoscaling:{EU}:{ACCOUNT}:scheduledUpdateGroupAction:0:"
               f"autoScalingGroupName/media-transcode:scheduledActionName/{name}")
        account.patch("autoscaling", "DescribeScheduledActions", "ScheduledUpdateGroupActions", "ScheduledActionName",
                      name, region=EU, set={"ScheduledActionARN": arn, "StartTime": "now+6h", "Time": "now+6h"})


def _ecs(account):
    ecs = account.client("ecs")
    ecs.create_cluster(clusterName=PROD)
    group = account.client("ec2").create_security_group(
        GroupName="larch-services", Description="ECS services", VpcId=account.vpcs[PROD])["GroupId"]
    network = {"awsvpcConfiguration": {"subnets": [account.subnets[f"{PROD}-private-{zone}"] for zone in "ab"],
                                       "securityGroups": [group]}}
    for name, (target_group, desired) in ECS_SERVICES.items():
        ecs.register_task_definition(family=name, networkMode="awsvpc", cpu="512", memory="1024",
                                     requiresCompatibilities=["FARGATE"], containerDefinitions=[
                                         {"name": name, "image": f"larch/{name}:2026.11", "essential": True}])
        balancer = [{"targetGroupArn": account.target_groups[target_group], "containerName": name,
                     "containerPort": 8080}] if target_group else []
        ecs.create_service(cluster=PROD, serviceName=name, taskDefinition=name, desiredCount=desired,
                           launchType="FARGATE", loadBalancers=balancer, networkConfiguration=network,
                           tags=[{"key": t["Key"], "value": t["Value"]} for t in tags(name, "shop")])
        account.patch("ecs", "DescribeServices", "services", "serviceName", name, region=US,
                      set={"runningCount": desired, "pendingCount": 0, "createdAt": "now-300d"})


RUNNING = {"DynamicScalingInSuspended": False, "DynamicScalingOutSuspended": False, "ScheduledScalingSuspended": False}


def _application_scaling(account):
    """Targets and policies of two ECS services and of one function's provisioned concurrency."""
    scaling = account.client("application-autoscaling")
    cpu = {"PredefinedMetricSpecification": {"PredefinedMetricType": "ECSServiceAverageCPUUtilization"}, "TargetValue": 60.0}
    backlog = {"CustomizedMetricSpecification": {
        "Namespace": "Larch/Orders", "MetricName": "BacklogPerTask", "Statistic": "Average",
        "Dimensions": [{"Name": "ServiceName", "Value": "order-worker"}]}, "TargetValue": 50.0}
    used = {"PredefinedMetricSpecification": {"PredefinedMetricType": "LambdaProvisionedConcurrencyUtilization"},
            "TargetValue": 0.7}
    for resource, dimension, low, high, policy, tracking in (
            (f"service/{PROD}/checkout", "ecs:service:DesiredCount", 2, 8, "checkout-cpu", cpu),
            (f"service/{PROD}/order-worker", "ecs:service:DesiredCount", 1, 10, "order-worker-backlog", backlog),
            ("function:shop-pricing:live", "lambda:function:ProvisionedConcurrency", 2, 20, "shop-pricing-pc", used)):
        place = {"ServiceNamespace": dimension.partition(":")[0], "ResourceId": resource, "ScalableDimension": dimension}
        scaling.register_scalable_target(**place, MinCapacity=low, MaxCapacity=high, SuspendedState=RUNNING)
        scaling.put_scaling_policy(**place, PolicyName=policy, PolicyType="TargetTrackingScaling",
                                   TargetTrackingScalingPolicyConfiguration=tracking)


def _limit_alarms(account):
    """Alarms when a group comes near its maximum: two groups of five, and one ECS service."""
    for group, threshold in (("shop-web", 5), ("payments-api", 4)):
        account.alarm(US, f"{group} near max", "AWS/AutoScaling", "GroupDesiredCapacity",
                      {"AutoScalingGroupName": group}, threshold, Statistic="Maximum",
                      ComparisonOperator="GreaterThanOrEqualToThreshold")
    account.alarm(US, "checkout near max", "ECS/ContainerInsights", "DesiredTaskCount",
                  {"ClusterName": PROD, "ServiceName": "checkout"}, 7, Statistic="Maximum",
                  ComparisonOperator="GreaterThanOrEqualToThreshold")


def _history(account):
    """The scaling activities of 90 days: what each group's history proves is told in the README."""
    rows = [group_activity("shop-web", days, "policy", policy="shop-web-cpu", to=to)
            for days, to in ((2, 3), (9, 4), (23, 3), (51, 5), (88, 4))]
    rows += [group_activity("shop-web", days, "policy_in", policy="shop-web-cpu", to=2) for days in (1.8, 8.5, 22)]
    rows += [group_activity("shop-web", 14, "health", to=2), group_activity("shop-web", 34, "refresh", to=2)]
    rows += [group_activity("payments-api", 40, "policy", policy="payments-api-requests", to=3),
             group_activity("payments-api", 11, "user", to=3), group_activity("payments-api", 70, "user_limits", to=2)]
    rows += [group_activity("payments-worker", 5, "policy", policy="payments-worker-backlog", to=2)]
    rows += [group_activity("analytics-batch", 62, "user", to=1)]
    rows.sort(key=lambda row: row["StartTime"], reverse=True)
    by_group = {"AutoScalingGroupName": "AutoScalingGroupName"}
    account.answer("autoscaling", "DescribeScalingActivities", {"Activities": rows}, region=US, filter=by_group)
    european = [group_activity("media-transcode", days, "schedule", to=3) for days in (1, 2, 3, 30, 60)]
    european.append(group_activity("media-transcode", 17, "user", to=2))
    account.answer("autoscaling", "DescribeScalingActivities", {"Activities": european}, region=EU, filter=by_group)
    services = [ecs_activity("checkout", 3, "checkout-cpu", 4), ecs_activity("checkout", 2.9, "checkout-cpu", 3),
                ecs_activity("order-worker", 26, "order-worker-backlog", 5)]
    account.answer("application-autoscaling", "DescribeScalingActivities", {"ScalingActivities": services}, region=US,
                   when={"ServiceNamespace": "ecs"}, filter={"ResourceId": "ResourceId"})
