"""Compute sizing: servers of known use, recommendations, Config rules (WAF-PERF-010)."""
import datetime
from dataclasses import dataclass

from .account import ACCOUNT, US
from .scaling import GROUPS, PROD
from .volumes import IMAGE, SERVERS

LINUX, WINDOWS = "mem_used_percent", "Memory % Committed Bytes In Use"
GROUP_AGE_DAYS = 34


@dataclass
class Use:
    """What the instances of a server or of a group use, and who looks at them."""

    cpu: float
    swing: float
    # Dimensions of the agent's memory metric besides InstanceId; None: no agent.
    memory: tuple | None = None
    metric: str = LINUX
    memory_since: str = "now-400d"
    reviewed: dict | None = None
    finding: str | None = None


def reviewed(days, key="sizing-reviewed"):
    """The tag of a sizing review so many days ago."""
    return {"Key": key, "Value": str(datetime.date.today() - datetime.timedelta(days=days))}


FULL = ("ImageId", "InstanceType")
IN_GROUP = ("AutoScalingGroupName", "ImageId", "InstanceType")
USES = {
    "larch-search-1": Use(46, 18, FULL, reviewed=reviewed(71), finding="OPTIMIZED"),
    "larch-kafka-1": Use(84, 9, FULL, reviewed=reviewed(659), finding="UNDER_PROVISIONED"),
    "larch-kafka-2": Use(38, 12, FULL, reviewed=reviewed(659), finding="OPTIMIZED"),
    "larch-erp-1": Use(29, 10, ("objectname",), WINDOWS, finding="OPTIMIZED"),
    "larch-ledger-1": Use(41, 15, (), reviewed=reviewed(35, "rightsizing-reviewed"), finding="OPTIMIZED"),
    "larch-metabase": Use(3.5, 2, finding="OVER_PROVISIONED"),
    "larch-media-store-1": Use(33, 8, FULL, memory_since="now-5d"),
    "larch-media-encoder-1": Use(58, 20, reviewed={"Key": "sizing-reviewed", "Value": "soon"}),
    "shop-web": Use(48, 16, IN_GROUP, reviewed=reviewed(114)),
    "payments-api": Use(37, 11, IN_GROUP, reviewed=reviewed(114)),
    "payments-worker": Use(52, 25),
    "analytics-batch": Use(88, 8),
    "media-transcode": Use(61, 22),
}
GROUP_FINDINGS = {"shop-web": "Optimized", "payments-api": "Optimized", "payments-worker": "Optimized"}
SERVICE_FINDINGS = {"checkout": "Optimized", "notifications": "Optimized", "order-worker": "Overprovisioned"}
REGION = {server.name: server.region for server in SERVERS} | {name: row[0] for name, row in GROUPS.items()}


def seed(account):
    """Use, reviews, alarms and findings of every instance."""
    findings = []
    for name, use in USES.items():
        for instance in _instances(account, name):
            _use(account, use, instance)
            if use.finding:
                findings.append(_instance_finding(name, use, instance))
    _alarms(account)
    _findings(account, findings)
    account.answer("config", "DescribeConfigRules", {"ConfigRules": [
        _rule("larch-desired-instance-type", "DESIRED_INSTANCE_TYPE", '{"instanceType":"m7g.large,c7g.large,t3.large"}'),
        _rule("larch-encrypted-volumes", "ENCRYPTED_VOLUMES", "{}")]}, region=US)


def _instances(account, name):
    """The instances of a single server or of an Auto Scaling group."""
    ec2 = account.client("ec2", REGION[name])
    if name in account.instances:
        wanted = {"InstanceIds": [account.instances[name]]}
    else:
        wanted = {"Filters": [{"Name": "tag:aws:autoscaling:groupName", "Values": [name]}]}
    found = [one for part in ec2.describe_instances(**wanted)["Reservations"] for one in part["Instances"]]
    if name in GROUPS:
        for instance in found:
            account.patch("ec2", "DescribeInstances", "Reservations.Instances", "InstanceId", instance["InstanceId"],
                          region=REGION[name], set={"LaunchTime": f"now-{GROUP_AGE_DAYS}d"})
    return [{**instance, "region": REGION[name], "group": name} for instance in found]


def _use(account, use, instance):
    region, own = instance["region"], {"InstanceId": instance["InstanceId"]}
    account.metric(region, "AWS/EC2", "CPUUtilization", own, use.cpu, use.swing)
    if use.memory is not None:
        known = {"ImageId": IMAGE, "InstanceType": instance["InstanceType"], "AutoScalingGroupName": instance["group"],
                 "objectname": "Memory"}
        account.metric(region, "CWAgent", use.metric, {**own, **{name: known[name] for name in use.memory}}, 62, 9,
                       since=use.memory_since)
    if use.reviewed:
        account.client("ec2", region).create_tags(Resources=[instance["InstanceId"]], Tags=[use.reviewed])


def _alarms(account):
    """High CPU of two servers and a group; one that tells of an idle server."""
    for name in ("larch-search-1", "larch-kafka-1"):
        account.alarm(US, f"{name} CPU high", "AWS/EC2", "CPUUtilization", {"InstanceId": account.instances[name]}, 80,
                      state="ALARM" if name == "larch-kafka-1" else "OK")
    account.alarm(US, "shop-web CPU high", "AWS/EC2", "CPUUtilization", {"AutoScalingGroupName": "shop-web"}, 85)
    account.alarm(US, "larch-metabase CPU low", "AWS/EC2", "CPUUtilization",
                  {"InstanceId": account.instances["larch-metabase"]}, 5, state="ALARM",
                  ComparisonOperator="LessThanThreshold")


def _findings(account, instances):
    """Compute Optimizer is on in us-east-1 only; in eu-west-1 the baseline's OptInRequiredException stays."""
    looked = {"accountId": ACCOUNT, "lookBackPeriodInDays": 14.0, "lastRefreshTimestamp": "now-20h"}
    account.answer("compute-optimizer", "GetEC2InstanceRecommendations", region=US, data={
        "instanceRecommendations": [{**looked, **finding} for finding in instances], "errors": []})
    listed = account.client("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"]
    arns = {group["AutoScalingGroupName"]: group["AutoScalingGroupARN"] for group in listed}
    account.answer("compute-optimizer", "GetAutoScalingGroupRecommendations", region=US, data={
        "autoScalingGroupRecommendations": [
            {**looked, "autoScalingGroupArn": arns[name], "autoScalingGroupName": name, "finding": finding}
            for name, finding in GROUP_FINDINGS.items()], "errors": []})
    looked["lookbackPeriodInDays"] = looked.pop("lookBackPeriodInDays")
    account.answer("compute-optimizer", "GetECSServiceRecommendations", region=US, data={
        "ecsServiceRecommendations": [
            {**looked, "serviceArn": f"arn:aws:ecs:{US}:{ACCOUNT}:service/{PROD}/{name}", "launchType": "Fargate",
             "finding": finding} for name, finding in SERVICE_FINDINGS.items()], "errors": []})


def _instance_finding(name, use, instance):
    return {"instanceArn": f"arn:aws:ec2:{US}:{ACCOUNT}:instance/{instance['InstanceId']}", "instanceName": name,
            "currentInstanceType": instance["InstanceType"], "finding": use.finding, "instanceState": "running"}


def _rule(name, managed, parameters):
    identity = f"config-rule-{name[-6:].replace('-', 'x')}"
    return {"ConfigRuleName": name, "ConfigRuleArn": f"arn:aws:config:{US}:{ACCOUNT}:config-rule/{identity}",
            "ConfigRuleId": identity, "Scope": {"ComplianceResourceTypes": ["AWS::EC2::Instance"]},
            "Source": {"Owner": "AWS", "SourceIdentifier": managed}, "InputParameters": parameters,
            "ConfigRuleState": "ACTIVE", "EvaluationModes": [{"Mode": "DETECTIVE"}]}
