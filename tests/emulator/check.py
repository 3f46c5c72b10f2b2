#!/usr/bin/env python3
"""Check the emulator: every operation the scanner asks, in both regions, for both scenarios; exit code 0 or 1.

    .venv/bin/python tests/emulator/check.py
"""
import argparse
import datetime
import pathlib
import subprocess
import sys
import traceback

import urllib3

import cbor
from check_calls import ABSENT, calls
from scenarios.account import EU, US, Account, post
from seed import seed

HERE = pathlib.Path(__file__).parent
FRONT = [sys.executable, str(HERE / "front.py")]


class Check:
    """Counts what holds and reports what does not."""

    def __init__(self):
        self.held = self.failed = 0

    def that(self, holds, words):
        """Note one expectation."""
        self.held += bool(holds)
        self.failed += not holds
        if not holds:
            print("NOT SO:", words)

    def same(self, found, wanted, words):
        """Note that two values are equal."""
        self.that(found == wanted, f"{words}: {found!r}, not {wanted!r}")


def all_operations(check, account, scenario):
    """Every operation answers, or refuses with the error AWS has for what is absent."""
    for region in (US, EU):
        for service, operation, parameters in calls(account, region):
            place = "us-west-2" if service == "globalaccelerator" else region
            client = account.client(service, place)
            words = f"{scenario} {region} {service} {operation} {parameters}"
            try:
                status = getattr(client, operation)(**parameters)["ResponseMetadata"]["HTTPStatusCode"]
                check.same(status, 200, words)
            except client.exceptions.ClientError as refusal:
                allowed = ABSENT.get((service, operation), ())
                check.that(refusal.response["Error"]["Code"] in allowed, f"{words}: {refusal}")


def rpc_v2_cbor(account, region, service, target, operation, parameters):
    """A hand-made Smithy RPC v2 CBOR request; (status, decoded body)."""
    authorization = f"AWS4-HMAC-SHA256 Credential=testing/20261123/{region}/{service}/aws4_request, SignedHeaders=host, Signature=0"
    reply = urllib3.request(
        "POST", f"{account.url}/service/{target}/operation/{operation}", body=cbor.encode(None, parameters),
        headers={"smithy-protocol": "rpc-v2-cbor", "content-type": "application/cbor", "authorization": authorization})
    return reply.status, cbor.decode(reply.data)


def cbor_answers(check, account):
    """CloudWatch and Compute Optimizer over CBOR: from the store, from moto, canned, and refused."""
    now = datetime.datetime.now(datetime.timezone.utc)
    ask = {"StartTime": now - datetime.timedelta(days=14), "EndTime": now, "MetricDataQueries": [
        {"Id": "size", "MetricStat": {"Period": 86400, "Stat": "Average", "Metric": {
            "Namespace": "AWS/S3", "MetricName": "BucketSizeBytes", "Dimensions": [
                {"Name": "BucketName", "Value": "larch-data-lake"}, {"Name": "StorageType", "Value": "StandardStorage"}]}}},
        {"Id": "none", "MetricStat": {"Period": 300, "Stat": "p99", "Metric": {"Namespace": "AWS/X", "MetricName": "Y"}}}]}
    status, body = rpc_v2_cbor(account, US, "monitoring", "GraniteServiceVersion20100801", "GetMetricData", ask)
    size, none = body["MetricDataResults"]
    check.same((status, len(size["Values"]), size["Values"][0]), (200, 14, 4.9e12), "bucket size over CBOR")
    check.same((none["Values"], none["StatusCode"]), ([], "Complete"), "absent metric over CBOR")
    check.that(isinstance(size["Timestamps"][0], datetime.datetime), "timestamps over CBOR")
    status, body = rpc_v2_cbor(account, US, "monitoring", "GraniteServiceVersion20100801", "DescribeAlarms", {})
    check.that(status == 200 and len(body["MetricAlarms"]) > 10, "moto's alarms over CBOR")
    optimizer = "compute-optimizer", "ComputeOptimizerService"
    status, body = rpc_v2_cbor(account, US, *optimizer, "GetEnrollmentStatus", {})
    check.same((status, body["status"]), (200, "Active"), "enrolment over CBOR")
    status, body = rpc_v2_cbor(account, EU, *optimizer, "GetEBSVolumeRecommendations", {})
    check.same((status, body["__type"].partition("#")[2]), (400, "OptInRequiredException"), "opt-in over CBOR")
    status, body = rpc_v2_cbor(account, US, *optimizer, "NoSuchOperation", {})
    check.same((status, body["__type"].partition("#")[2]), (400, "UnknownOperationException"), "unknown over CBOR")


def metric_paging(check, account):
    """More than 100,800 datapoints come in pages, none lost and none twice."""
    volumes = [v["VolumeId"] for v in account.client("ec2", US).describe_volumes()["Volumes"] if v["Attachments"]][:8]
    queries = [{"Id": f"q{n}", "MetricStat": {"Period": 60, "Stat": "Average", "Metric": {
        "Namespace": "AWS/EBS", "MetricName": "VolumeQueueLength",
        "Dimensions": [{"Name": "VolumeId", "Value": volume}]}}} for n, volume in enumerate(volumes)]
    now = datetime.datetime.now(datetime.timezone.utc)
    found, pages = {query["Id"]: [] for query in queries}, 0
    reader = account.client("cloudwatch", US).get_paginator("get_metric_data")
    for page in reader.paginate(MetricDataQueries=queries, StartTime=now - datetime.timedelta(days=14), EndTime=now):
        pages += 1
        for result in page["MetricDataResults"]:
            found[result["Id"]] += result["Timestamps"]
    check.same(pages, 2, "pages of metric data")
    check.same({len(times) for times in found.values()}, {14 * 24 * 60}, "datapoints of each query")
    check.that(all(len(set(times)) == len(times) for times in found.values()), "no datapoint twice")


def facts(check, account):
    """A few facts of the demo scenario, as the README tells them."""
    kinds = [v["VolumeType"] for region in (US, EU) for v in account.client("ec2", region).describe_volumes()["Volumes"]]
    counted = {kind: kinds.count(kind) for kind in sorted(set(kinds))}
    check.same(counted, {"gp2": 5, "gp3": 23, "io2": 2, "st1": 2, "standard": 1}, "volumes by type")
    rds = account.client("rds", US)
    listed = {db["DBInstanceIdentifier"]: db for db in rds.describe_db_instances()["DBInstances"]}
    check.same({name: db.get("PerformanceInsightsEnabled") for name, db in listed.items()}, {
        "shop-orders": True, "payments-ledger": True, "legacy-erp": None, "shop-catalog-1": True,
        "shop-catalog-2": True, "recommendations-graph-1": None, "shop-orders-old": False}, "Performance Insights")
    slow = rds.describe_db_parameters(DBParameterGroupName="larch-mysql80", Source="user")["Parameters"]
    check.that(("long_query_time", "0.5") in [(p["ParameterName"], p["ParameterValue"]) for p in slow], "slow log")
    first = rds.describe_db_instances(MaxRecords=20)
    check.that("Marker" not in first, "one page of databases")
    pages = list(account.client("autoscaling", US).get_paginator("describe_scaling_activities").paginate(
        AutoScalingGroupName="shop-web", PaginationConfig={"PageSize": 4}))
    check.same([len(page["Activities"]) for page in pages], [4, 4, 2], "pages of scaling activities")
    policies = account.client("autoscaling", US).describe_policies(AutoScalingGroupName="shop-web")["ScalingPolicies"]
    check.same([p["PolicyType"] for p in policies], ["TargetTrackingScaling", "PredictiveScaling"], "policies")
    ecs_policies = account.client("application-autoscaling", US).describe_scaling_policies(ServiceNamespace="ecs")
    check.same([p["PolicyName"] for p in ecs_policies["ScalingPolicies"]], ["checkout-cpu", "order-worker-backlog"],
               "policies of ECS services")
    origins = [d["Origins"]["Items"][0] for d in
               account.client("cloudfront", US).list_distributions()["DistributionList"]["Items"]]
    check.same([bool(origin.get("OriginAccessControlId")) for origin in origins], [True, False, True] + [False] * 4, "origin access")
    s3 = account.client("s3", US)
    check.same({b["Name"]: b.get("BucketRegion") for b in s3.list_buckets(MaxBuckets=100)["Buckets"]}["larch-media-originals"],
               EU, "region of a bucket, asked by page")
    check.that(not any("BucketRegion" in b for b in s3.list_buckets()["Buckets"]), "no region otherwise")
    alarms = account.client("cloudwatch", US).describe_alarms(AlarmTypes=["MetricAlarm", "CompositeAlarm"])
    check.same([a["AlarmName"] for a in alarms["CompositeAlarms"]], ["payments degraded", "payments slow"], "composite alarms")
    check.same(sum(bool(a.get("Metrics")) for a in alarms["MetricAlarms"]), 7, "alarms with a Metrics list")
    check.that("INSUFFICIENT_DATA" in {a["StateValue"] for a in alarms["MetricAlarms"]}, "an alarm without data")
    signals = account.client("application-signals", US)
    named = [one["Name"] for one in signals.list_service_level_objectives(MaxResults=2)["SloSummaries"]]
    check.same(named, ["shop-checkout-latency", "payments-latency"], "first page of objectives")
    slo = signals.get_service_level_objective(Id="shop-checkout-latency")["Slo"]
    check.same([one["LookBackWindowMinutes"] for one in slo["BurnRateConfigurations"]], [360, 60], "burn-rate windows")
    groups = account.client("codedeploy", US).batch_get_deployment_groups(
        applicationName="larch-payments", deploymentGroupNames=["payments-api", "payments-webhook"])["deploymentGroupsInfo"]
    check.same([group.get("alarmConfiguration", {}).get("enabled") for group in groups], [False, None], "gates")
    muted = [a for a in account.client("cloudwatch", EU).describe_alarms()["MetricAlarms"] if not a["ActionsEnabled"]]
    check.same(len(muted), 1, "alarms without actions")
    builds = account.client("codebuild", US)
    ids = builds.list_builds_for_project(projectName="payments-locust")["ids"]
    check.same([b["projectName"] for b in builds.batch_get_builds(ids=ids)["builds"]], ["payments-locust"] * 2, "builds by id")
    stages = account.client("codepipeline", US).get_pipeline(name="shop-release")["pipeline"]["stages"]
    check.same([stage["name"] for stage in stages], ["Source", "Build", "Staging", "Production"], "stages in order")
    check.same([s["StackName"] for s in account.client("cloudformation", EU).describe_stacks()["Stacks"]
                if "SO0062" in s.get("Description", "")], ["larch-perf-lab"], "the stack of the load testing solution")
    targets = [s["Target"] for s in account.client("scheduler", US).list_schedules(State="ENABLED")["Schedules"]]
    check.same([list(target) for target in targets], [["Arn"]], "a list of schedules shows no input")
    debt(check, account)
    zero = account.client("lambda", US).get_function_concurrency(FunctionName="analytics-legacy-export")
    check.same(zero.get("ReservedConcurrentExecutions"), 0, "reserved concurrency of nought")


def sizing(check, account):
    """The facts of compute sizing, as the README tells them."""
    ec2 = account.client("ec2", US)
    wanted = [{"Name": "instance-state-name", "Values": ["running"]}]
    found = [one for part in ec2.describe_instances(Filters=wanted)["Reservations"] for one in part["Instances"]]
    check.same(len(found), 12, "running instances")
    grouped = [one for one in found if "aws:autoscaling:groupName" in {tag["Key"] for tag in one["Tags"]}]
    check.same(len(grouped), 6, "instances tagged with their group")
    kinds = ec2.describe_instance_types(InstanceTypes=sorted({one["InstanceType"] for one in found}))["InstanceTypes"]
    check.same({kind["InstanceType"]: kind["CurrentGeneration"] for kind in kinds},
               {"c7g.large": True, "m4.large": False, "m7g.large": True, "t3.large": True}, "generations")
    sent = {region: [account.client("cloudwatch", region).list_metrics(Namespace="CWAgent", MetricName=name)["Metrics"]
                     for name in ("mem_used_percent", "Memory % Committed Bytes In Use")] for region in (US, EU)}
    check.same({region: [len(metrics) for metrics in both] for region, both in sent.items()},
               {US: [8, 1], EU: [1, 0]}, "memory metrics")
    status, body = rpc_v2_cbor(account, US, "compute-optimizer", "ComputeOptimizerService",
                               "GetECSServiceRecommendations", {})
    check.same((status, len(body.get("ecsServiceRecommendations", ()))), (200, 3), "findings about services over CBOR")
    rules = account.client("config", US).describe_config_rules()["ConfigRules"]
    check.same([rule["Source"]["SourceIdentifier"] for rule in rules], ["DESIRED_INSTANCE_TYPE", "ENCRYPTED_VOLUMES"],
               "Config rules")


def debt(check, account):
    """Reviews, and OpsItems page by page."""
    tool = account.client("wellarchitected", US)
    shop, = tool.list_workloads()["WorkloadSummaries"]
    pillars = tool.get_lens_review(WorkloadId=shop["WorkloadId"], LensAlias="wellarchitected")["LensReview"]["PillarReviewSummaries"]
    risks = {pillar["PillarId"]: pillar["RiskCounts"] for pillar in pillars}
    check.same((len(risks), risks["performance"]["HIGH"]), (6, 2), "risks of the pillars")
    milestones = tool.list_milestones(WorkloadId=shop["WorkloadId"])["MilestoneSummaries"]
    check.same([milestone["MilestoneNumber"] for milestone in milestones], [1, 2], "milestones")
    check.same(_refusal(lambda: tool.list_milestones(WorkloadId="0" * 32))[:2], (404, "ResourceNotFoundException"),
               "milestones of no workload")
    category = [{"Key": "Category", "Values": ["Performance"], "Operator": "Equal"}]
    pages = account.client("ssm", US).get_paginator("describe_ops_items").paginate(OpsItemFilters=category,
                                                                                   PaginationConfig={"PageSize": 1})
    statuses = [item["Status"] for page in pages for item in page["OpsItemSummaries"]]
    check.same(statuses, ["Open", "Resolved"], "OpsItems about performance")


def virtual_hosts(check, account):
    """A bucket named by the host."""
    port = account.url.rpartition(":")[2]
    for host in (f"larch-legacy-site.127.0.0.1:{port}", f"larch-legacy-site.s3.localhost:{port}"):
        reply = urllib3.request("GET", account.url + "/?website", headers={"host": host})
        check.that(reply.status == 200 and b"<WebsiteConfiguration" in reply.data, f"website at {host}")
    path = urllib3.request("GET", account.url + "/larch-data-lake?website")
    check.that(path.status == 404 and b"NoSuchWebsiteConfiguration" in path.data, "no website, path style")


def faults(check, account):
    """Denials are worded as AWS words them, in each protocol."""
    post(account.url, "/_control", {"deny": ["rds:DescribeDBInstances", "ec2:DescribeVolumes@eu-west-1"],
                                    "deny_scp": ["s3:ListBuckets", "compute-optimizer:*"]})
    rds, ec2, s3 = (account.client(name, EU) for name in ("rds", "ec2", "s3"))
    because = "because no identity-based policy allows the {0} action"
    user = "User: arn:aws:iam::123456789012:user/scanner is not authorized to perform: "
    check.same(_refusal(rds.describe_db_instances), (403, "AccessDenied", user + "rds:DescribeDBInstances "
                                                     + because.format("rds:DescribeDBInstances")), "rds denied")
    check.same(_refusal(ec2.describe_volumes)[:2], (403, "UnauthorizedOperation"), "ec2 denied in one region")
    check.same(_refusal(account.client("ec2", US).describe_volumes), None, "ec2 allowed in the other")
    check.same(_refusal(s3.list_buckets), (403, "AccessDenied", user + "s3:ListAllMyBuckets with an explicit deny in a "
                                           "service control policy"), "s3 denied by SCP")
    status, body = rpc_v2_cbor(account, US, "compute-optimizer", "ComputeOptimizerService", "GetEnrollmentStatus", {})
    check.same((status, body["__type"].partition("#")[2]), (400, "AccessDeniedException"), "CBOR denied")
    post(account.url, "/_reset")
    post(account.url, "/_control", {"throttle_rate": 1})
    check.same(_refusal(ec2.describe_volumes)[:2], (503, "RequestLimitExceeded"), "ec2 throttled")
    post(account.url, "/_reset")
    check.same(_refusal(ec2.describe_volumes), None, "faults cleared")
    counts = urllib3.request("GET", account.url + "/_counts").json()
    check.same(counts, {"ec2:DescribeVolumes": 1}, "counts after a reset")


def _refusal(call):
    """(status, code, message) of a refused call, or None."""
    try:
        call()
    except Exception as refusal:  # botocore's errors have no common base with a response
        if not hasattr(refusal, "response"):
            raise
        error = refusal.response["Error"]
        return refusal.response["ResponseMetadata"]["HTTPStatusCode"], error["Code"], error["Message"]
    return None


def run(check, url):
    """Both scenarios on one emulator."""
    seed(url, "demo")
    account = Account(url)
    all_operations(check, account, "demo")
    for part in (cbor_answers, metric_paging, facts, sizing, virtual_hosts, faults):
        try:
            part(check, account)
        except Exception:  # one broken part must not hide the others
            traceback.print_exc()
            check.that(False, part.__name__)
    seed(url, "empty")
    all_operations(check, Account(url), "empty")
    vpcs = account.client("ec2", US).describe_vpcs()["Vpcs"]
    check.same(vpcs, [], "VPCs of an empty account")


def leftovers(front):
    """The processes that the front started and that still run."""
    found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(front)], capture_output=True, text=True, check=False)
    return found.stdout.split()


def main():
    """Start, check, stop."""
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    check = Check()
    front = subprocess.Popen(FRONT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        url = front.stdout.readline().split()[1]
        children = leftovers(front.pid)
        run(check, url)
    finally:
        front.stdin.close()
        front.wait(15)
    alive = [pid for pid in children if pathlib.Path(f"/proc/{pid}").exists()]
    check.same((front.returncode, alive), (0, []), "nothing left behind")
    print(f"{check.held} held, {check.failed} did not")
    return 1 if check.failed else 0


if __name__ == "__main__":
    sys.exit(main())
