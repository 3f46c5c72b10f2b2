"""Buckets, file systems and event rules of Larch Outfitters."""
from .account import ACCOUNT, EU, US, tags

TB = 1_000_000_000_000
# name: (region, bytes by storage type, service)
BUCKETS = {
    "larch-shop-static": (US, {"StandardStorage": 0.04 * TB}, "shop"),
    "larch-legacy-site": (US, {"StandardStorage": 0.002 * TB}, "shop"),
    "larch-data-lake": (US, {"StandardStorage": 4.9 * TB, "StandardIAStorage": 0.7 * TB}, "analytics"),
    "larch-access-logs": (US, {"StandardStorage": 0.7 * TB}, "platform"),
    "larch-media-originals": (EU, {"StandardStorage": 0.4 * TB, "IntelligentTieringFAStorage": 2.8 * TB}, "media"),
}


def seed(account):
    """Buckets, file systems and rules."""
    for name, row in BUCKETS.items():
        _bucket(account, name, *row)
    _configure(account)
    _file_system(account, US, "larch-analytics-home", "analytics", None)
    _file_system(account, EU, "larch-media-shared", "media", [{"TransitionToIA": "AFTER_30_DAYS"}])
    _rules(account)


def _bucket(account, name, region, sizes, service):
    place = {} if region == US else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    account.client("s3", region).create_bucket(Bucket=name, **place)
    account.client("s3", region).put_bucket_tagging(Bucket=name, Tagging={"TagSet": tags(name, service)})
    account.patch("s3", "ListBuckets", "Buckets", "Name", name, set={"BucketRegion": region, "CreationDate": "now-800d"})
    for storage, size in sizes.items():
        account.metric(region, "AWS/S3", "BucketSizeBytes", {"BucketName": name, "StorageType": storage}, size, step=86400)
    account.metric(region, "AWS/S3", "NumberOfObjects", {"BucketName": name, "StorageType": "AllStorageTypes"},
                   1_200_000, step=86400)


def _configure(account):
    s3 = account.client("s3")
    s3.put_bucket_website(Bucket="larch-legacy-site", WebsiteConfiguration={"IndexDocument": {"Suffix": "index.html"}})
    s3.put_bucket_lifecycle_configuration(Bucket="larch-access-logs", LifecycleConfiguration={"Rules": [
        {"ID": "expire", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 365},
         "Transitions": [{"Days": 60, "StorageClass": "GLACIER_IR"}]}]})
    account.answer("s3", "ListBucketIntelligentTieringConfigurations", when={"Bucket": "larch-media-originals"}, data={
        "IsTruncated": False, "IntelligentTieringConfigurationList": [
            {"Id": "archive-old-originals", "Status": "Enabled",
             "Tierings": [{"Days": 180, "AccessTier": "ARCHIVE_ACCESS"}]}]})


def _file_system(account, region, name, service, policies):
    efs = account.client("efs", region)
    created = efs.create_file_system(CreationToken=name, PerformanceMode="generalPurpose", ThroughputMode="elastic",
                                     Encrypted=True, Tags=tags(name, service))["FileSystemId"]
    if policies:
        efs.put_lifecycle_configuration(FileSystemId=created, LifecyclePolicies=policies)
    account.patch("efs", "DescribeFileSystems", "FileSystems", "FileSystemId", created, region=region, set={
        "CreationTime": "now-450d", "LifeCycleState": "available",
        "SizeInBytes": {"Value": 380_000_000_000, "ValueInIA": 0, "ValueInStandard": 380_000_000_000}})


def _rules(account):
    """An unrelated schedule: nothing in the account changes volumes automatically."""
    events = account.client("events")
    events.put_rule(Name="larch-nightly-etl", ScheduleExpression="cron(0 2 * * ? *)", State="ENABLED")
    events.put_targets(Rule="larch-nightly-etl", Targets=[{
        "Id": "etl", "Arn": f"arn:aws:states:{US}:{ACCOUNT}:stateMachine:larch-nightly-etl",
        "RoleArn": f"arn:aws:iam::{ACCOUNT}:role/larch-functions"}])
