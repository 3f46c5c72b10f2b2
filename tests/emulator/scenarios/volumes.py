"""EBS volumes of Larch Outfitters, the servers they hang on, their alarms and metrics."""
from dataclasses import dataclass, field

from .account import EU, US, tags

IMAGE = "ami-0larch0outfit0001"


@dataclass
class Server:
    """A single EC2 instance outside any Auto Scaling group."""

    name: str
    region: str
    service: str
    subnet: str
    age_days: int
    environment: str = "production"
    type: str = "m7g.large"


@dataclass
class Volume:
    """A data volume."""

    name: str
    region: str
    type: str
    size: int
    age_days: int
    service: str
    on: str | None = None
    iops: int | None = None
    throughput: int | None = None
    alarm: str | None = None
    queue: float = 0.3
    burst: float | None = None
    saturated: bool = False
    environment: str = "production"
    metrics: dict = field(default_factory=dict)


SERVERS = [
    Server("larch-search-1", US, "shop", "larch-prod-private-a", 310),
    Server("larch-kafka-1", US, "analytics", "larch-prod-private-a", 455),
    Server("larch-kafka-2", US, "analytics", "larch-prod-private-b", 455),
    Server("larch-erp-1", US, "payments", "larch-prod-private-b", 890, type="m4.large"),
    Server("larch-ledger-1", US, "payments", "larch-prod-private-a", 240),
    Server("larch-metabase", US, "analytics", "larch-prod-private-b", 620, "staging", "t3.large"),
    Server("larch-media-store-1", EU, "media", "larch-eu-private-a", 540),
    Server("larch-media-encoder-1", EU, "media", "larch-eu-private-b", 300),
]
QUEUE, BURST, IOPS_CHECK = "VolumeQueueLength", "BurstBalance", "VolumeIOPSExceededCheck"
VOLUMES = [
    Volume("search-data", US, "gp3", 500, 310, "shop", "larch-search-1", 6000, 250, alarm=QUEUE),
    Volume("search-cache", US, "gp3", 50, 200, "shop", "larch-search-1", 3000, 125),
    Volume("kafka-1-log", US, "gp3", 1000, 455, "analytics", "larch-kafka-1", 3000, 125, alarm=IOPS_CHECK, queue=21,
           saturated=True),
    Volume("kafka-2-log", US, "gp3", 1000, 455, "analytics", "larch-kafka-2", 3000, 250, alarm=QUEUE, queue=0.8),
    Volume("kafka-1-archive", US, "st1", 2000, 455, "analytics", "larch-kafka-1", queue=0.4),
    Volume("kafka-2-scratch", US, "gp3", 300, 35, "analytics", "larch-kafka-2", 3000, 125),
    Volume("erp-data", US, "gp2", 200, 880, "payments", "larch-erp-1", alarm=BURST, burst=62),
    Volume("erp-backup", US, "standard", 100, 890, "payments", "larch-erp-1"),
    Volume("ledger-journal", US, "io2", 300, 240, "payments", "larch-ledger-1", 10000, alarm=QUEUE, queue=1.9),
    Volume("ledger-journal-standby", US, "io2", 300, 240, "payments", iops=10000),
    Volume("metabase-data", US, "gp2", 80, 620, "analytics", "larch-metabase", burst=95, environment="staging"),
    Volume("old-shop-images", US, "gp2", 500, 730, "shop"),
    Volume("reports-export", US, "gp3", 100, 15, "analytics", iops=3000, throughput=125),
    Volume("media-store-data", EU, "gp3", 4000, 300, "media", "larch-media-store-1", 8000, 500, alarm=QUEUE, queue=2.2),
    Volume("media-store-thumbs", EU, "gp2", 1000, 540, "media", "larch-media-store-1", alarm=QUEUE, burst=100),
    Volume("media-import-buffer", EU, "gp2", 250, 21, "media", "larch-media-encoder-1", burst=81),
    Volume("media-encoder-scratch", EU, "gp3", 500, 60, "media", "larch-media-encoder-1", 3000, 125),
    Volume("media-archive", EU, "st1", 5000, 700, "media"),
]
GP2_IOPS_PER_GIB = 3


def seed(account):
    """Servers and data volumes; root volumes come last, with those of the Auto Scaling groups."""
    for server in SERVERS:
        _create_server(account, server)
    for volume in VOLUMES:
        _create_volume(account, volume)
    _modifications(account)
    _recommendations(account)


def _create_server(account, server):
    ec2 = account.client("ec2", server.region)
    created = ec2.run_instances(
        ImageId=IMAGE, InstanceType=server.type, MinCount=1, MaxCount=1, SubnetId=account.subnets[server.subnet],
        BlockDeviceMappings=[{"DeviceName": "/dev/xvda", "Ebs": {"VolumeSize": 30, "VolumeType": "gp3"}}],
        TagSpecifications=[{"ResourceType": "instance",
                            "Tags": tags(server.name, server.service, server.environment)}])
    account.instances[server.name] = created["Instances"][0]["InstanceId"]
    account.patch("ec2", "DescribeInstances", "Reservations.Instances", "InstanceId", account.instances[server.name],
                  region=server.region, set={"LaunchTime": f"now-{server.age_days}d"})


def _create_volume(account, volume):
    ec2 = account.client("ec2", volume.region)
    numbers = {"Iops": volume.iops, "Throughput": volume.throughput}
    created = ec2.create_volume(
        AvailabilityZone=volume.region + "a", Size=volume.size, VolumeType=volume.type,
        TagSpecifications=[{"ResourceType": "volume", "Tags": tags(volume.name, volume.service, volume.environment)}],
        **{name: value for name, value in numbers.items() if value})["VolumeId"]
    account.volumes[volume.name] = created
    changes = {"CreateTime": f"now-{volume.age_days}d"}
    if volume.type == "gp2":
        changes["Iops"] = max(100, GP2_IOPS_PER_GIB * volume.size)
    account.patch("ec2", "DescribeVolumes", "Volumes", "VolumeId", created, region=volume.region, set=changes)
    if volume.on:
        used = sum(other.on == volume.on and other.name in account.volumes for other in VOLUMES)
        ec2.attach_volume(VolumeId=created, InstanceId=account.instances[volume.on], Device=f"/dev/sd{'efgh'[used - 1]}")
        _metrics(account, volume, created)
    if volume.alarm:
        _alarm(account, volume, created)


def _metrics(account, volume, volume_id):
    dimensions = {"VolumeId": volume_id}
    exceeded = {"statistics": {"Maximum": 1, "Average": 0.35}} if volume.saturated else {}
    put = account.metric
    put(volume.region, "AWS/EBS", QUEUE, dimensions, volume.queue, volume.queue / 4)
    put(volume.region, "AWS/EBS", IOPS_CHECK, dimensions, 0, **exceeded)
    put(volume.region, "AWS/EBS", "VolumeThroughputExceededCheck", dimensions, 0, **exceeded)
    if volume.burst is not None:
        put(volume.region, "AWS/EBS", BURST, dimensions, volume.burst, min(3, 100 - volume.burst))


def _alarm(account, volume, volume_id):
    threshold, direction = {QUEUE: (32, "Greater"), BURST: (30, "Less"), IOPS_CHECK: (0, "Greater")}[volume.alarm]
    account.alarm(volume.region, f"{volume.name} {volume.alarm}", "AWS/EBS", volume.alarm, {"VolumeId": volume_id},
                  threshold, ComparisonOperator=f"{direction}ThanThreshold",
                  state="ALARM" if volume.saturated else "OK", actions=volume.name != "media-store-thumbs")


def seed_root_volumes(account):
    """Every volume that has no name is a root volume: gp3, made when its server was."""
    ages = {account.instances[server.name]: server.age_days for server in SERVERS}
    for region in (US, EU):
        ec2 = account.client("ec2", region)
        for volume in ec2.describe_volumes()["Volumes"]:
            if volume["VolumeId"] in account.volumes.values():
                continue
            owner = volume["Attachments"][0]["InstanceId"]
            age = ages.get(owner, 34)
            account.patch("ec2", "DescribeVolumes", "Volumes", "VolumeId", volume["VolumeId"], region=region,
                          set={"VolumeType": "gp3", "Size": 30, "Iops": 3000, "Throughput": 125,
                               "CreateTime": f"now-{age}d", "Tags": _tags_of(ec2, owner)})
            _metrics(account, Volume("root", region, "gp3", 30, age, "", queue=0.05), volume["VolumeId"])


def _tags_of(ec2, instance):
    described = ec2.describe_instances(InstanceIds=[instance])["Reservations"][0]["Instances"][0]
    wanted = {tag["Key"]: tag["Value"] for tag in described["Tags"] if not tag["Key"].startswith("aws:")}
    wanted["Name"] = wanted.get("Name", instance) + "-root"
    return [{"Key": key, "Value": value} for key, value in wanted.items()]


def _modifications(account):
    account.answer("ec2", "DescribeVolumesModifications", region=US, filter={"VolumeIds": "VolumeId"}, data={
        "VolumesModifications": [{
            "VolumeId": account.volumes["kafka-2-log"], "ModificationState": "completed", "Progress": 100,
            "StartTime": "now-12d", "EndTime": "now-11.9d", "OriginalVolumeType": "gp3", "TargetVolumeType": "gp3",
            "OriginalSize": 1000, "TargetSize": 1000, "OriginalIops": 3000, "TargetIops": 3000,
            "OriginalThroughput": 125, "TargetThroughput": 250}]})
    account.answer("ec2", "DescribeVolumesModifications", {"VolumesModifications": []}, region=EU)


def _recommendations(account):
    """Compute Optimizer is on in us-east-1 only; in eu-west-1 the baseline's OptInRequiredException stays."""
    findings = {"kafka-1-log": "NotOptimized", "erp-data": "NotOptimized", "search-data": "Optimized",
                "ledger-journal": "Optimized"}
    account.answer("compute-optimizer", "GetEBSVolumeRecommendations", region=US, data={
        "volumeRecommendations": [_recommendation(account, name, finding) for name, finding in findings.items()],
        "errors": []})


def _recommendation(account, name, finding):
    volume = next(volume for volume in VOLUMES if volume.name == name)
    now = {"volumeType": volume.type, "volumeSize": volume.size, "volumeBaselineIOPS": volume.iops or 600,
           "volumeBaselineThroughput": volume.throughput or 250, "volumeBurstIOPS": 3000, "volumeBurstThroughput": 250}
    better = {**now, "volumeType": "gp3", "volumeBaselineIOPS": 6000, "volumeBaselineThroughput": 250}
    return {"volumeArn": f"arn:aws:ec2:{US}:123456789012:volume/{account.volumes[name]}", "accountId": "123456789012",
            "currentConfiguration": now, "finding": finding, "lookBackPeriodInDays": 14.0, "rootVolume": False,
            "lastRefreshTimestamp": "now-20h", "currentPerformanceRisk": "Medium" if volume.saturated else "VeryLow",
            "volumeRecommendationOptions": [{"configuration": now if finding == "Optimized" else better,
                                             "performanceRisk": 1.0, "rank": 1}]}
