"""Lambda functions of Larch Outfitters: sizes, triggers, concurrency, metrics and power tuning."""
import io
import zipfile
from dataclasses import dataclass

from .account import ACCOUNT, EU, US

INSIGHTS = "arn:aws:lambda:{region}:580247275435:layer:LambdaInsightsExtension-Arm64:27"
MACHINE = f"arn:aws:states:{US}:{ACCOUNT}:stateMachine:"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/larch-functions"


@dataclass
class Function:
    """A function and the traffic it sees; durations in milliseconds, traffic a minute."""

    name: str
    region: str
    service: str
    memory: int
    timeout: int
    runtime: str
    arm: bool
    traced: bool
    traffic: float
    average: float
    p99: float
    init_p99: float
    cold_share: float = 0.002
    insights: bool = False
    snap_start: bool = False
    alias: str | None = None
    reserved: int | None = None
    invoked_by: str | None = None
    throttles: float = 0
    errors: float = 0
    finding: str | None = None
    environment: str = "production"

    @property
    def arn(self):
        """The function's ARN, as moto makes it."""
        return f"arn:aws:lambda:{self.region}:{ACCOUNT}:function:{self.name}"


FUNCTIONS = [
    Function("shop-pricing", US, "shop", 1024, 5, "nodejs22.x", True, True, 40, 120, 900, 820, 0.02, alias="live",
             invoked_by="apigateway", finding="Optimized"),
    Function("shop-checkout-hook", US, "shop", 512, 6, "java21", False, True, 12, 210, 1400, 2100, 0.015,
             snap_start=True, alias="live", invoked_by="elasticloadbalancing", finding="Optimized"),
    Function("shop-image-resize", US, "shop", 1536, 30, "python3.13", True, False, 6, 1900, 6200, 480, insights=True,
             finding="Optimized"),
    Function("shop-search-suggest", US, "shop", 512, 10, "nodejs22.x", True, False, 55, 35, 1800, 420,
             reserved=50, invoked_by="apigateway", throttles=0.02, finding="Optimized"),
    Function("payments-webhook", US, "payments", 128, 3, "nodejs20.x", False, False, 8, 480, 2400, 640, 0.03,
             errors=0.05, invoked_by="url", finding="NotOptimized"),
    Function("payments-settlement", US, "payments", 1024, 300, "python3.12", True, True, 0.5, 21000, 62000, 700),
    Function("analytics-rollup", US, "analytics", 2048, 300, "python3.12", True, True, 1, 38000, 90000, 900,
             finding="Optimized"),
    Function("analytics-legacy-export", US, "analytics", 128, 3, "python3.9", False, False, 0, 0, 0, 0, reserved=0),
    Function("media-thumbnails", EU, "media", 128, 30, "python3.11", False, False, 20, 2100, 5200, 350),
    Function("media-transcode-notify", EU, "media", 256, 3, "python3.12", True, True, 3, 90, 300, 310,
             environment="staging"),
]


def seed(account):
    """Functions, then what hangs on them."""
    account.client("iam").create_role(RoleName="larch-functions", AssumeRolePolicyDocument="{}")
    for function in FUNCTIONS:
        _create(account, function)
        if function.traffic:
            _metrics(account, function)
    _triggers(account)
    _provisioned_concurrency(account)
    _settings(account)
    _recommendations(account)
    _power_tuning(account)
    _error_rate_alarm(account)


def _code():
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr(zipfile.ZipInfo("index.js"), "exports.handler = async () => 'ok';\n")
    return archive.getvalue()


def _create(account, function):
    client = account.client("lambda", function.region)
    client.create_function(
        FunctionName=function.name, Runtime=function.runtime, Role=ROLE, Handler="index.handler",
        Code={"ZipFile": _code()}, Timeout=function.timeout, MemorySize=function.memory, Publish=bool(function.alias),
        TracingConfig={"Mode": "Active" if function.traced else "PassThrough"},
        Architectures=["arm64" if function.arm else "x86_64"], Tags={
            "Name": function.name, "service": function.service, "environment": function.environment,
            "owner": f"{function.service}-team"})
    if function.alias:
        client.create_alias(FunctionName=function.name, Name=function.alias, FunctionVersion="1")
    if function.reserved is not None:
        client.put_function_concurrency(FunctionName=function.name, ReservedConcurrentExecutions=function.reserved)
    changes = {"LastModified": "now-75d", "CodeSize": 4_200_000, "SnapStart": {
        "ApplyOn": "PublishedVersions" if function.snap_start else "None", "OptimizationStatus": "Off"}}
    if function.insights:
        changes["Layers"] = [{"Arn": INSIGHTS.format(region=function.region), "CodeSize": 3_600_000}]
    account.patch("lambda", "ListFunctions", "Functions", "FunctionName", function.name, region=function.region,
                  set=changes)


def _metrics(account, function):
    def put(name, base, amplitude=0.0, namespace="AWS/Lambda", dimension="FunctionName", **more):
        account.metric(function.region, namespace, name, {dimension: function.name}, base, amplitude, **more)

    put("Invocations", function.traffic, function.traffic / 3)
    put("Errors", function.errors)
    put("Throttles", function.throttles)
    put("Duration", function.average, function.average / 6, count=function.traffic, statistics={"p99": function.p99})
    cold = {"count": function.traffic * function.cold_share, "statistics": {"p99": function.init_p99}}
    put("InitDuration", function.init_p99 * 0.7, **cold)
    if function.insights:
        put("init_duration", function.init_p99 * 0.7, namespace="LambdaInsights", dimension="function_name", **cold)


def _triggers(account):
    client = account.client("lambda")
    for function in FUNCTIONS:
        if function.invoked_by in ("apigateway", "elasticloadbalancing"):
            client.add_permission(FunctionName=function.name, StatementId=f"allow-{function.invoked_by}",
                                  Action="lambda:InvokeFunction", Principal=f"{function.invoked_by}.amazonaws.com")
        has_url = function.invoked_by == "url"
        account.answer("lambda", "ListFunctionUrlConfigs", region=function.region, when={"FunctionName": function.name},
                       data={"FunctionUrlConfigs": [_url(function)] if has_url else []})
    queue = account.client("sqs").create_queue(QueueName="larch-settlements")["QueueUrl"].rpartition("/")[2]
    client.create_event_source_mapping(EventSourceArn=f"arn:aws:sqs:{US}:{ACCOUNT}:{queue}", BatchSize=10,
                                       FunctionName="payments-settlement")


def _url(function):
    return {"FunctionUrl": f"https://w3bh00k1arch.lambda-url.{function.region}.on.aws/", "FunctionArn": function.arn,
            "CreationTime": "2025-06-02T08:00:00.000Z", "LastModifiedTime": "2025-06-02T08:00:00.000Z",
            "AuthType": "NONE", "InvokeMode": "BUFFERED"}


def _provisioned_concurrency(account):
    account.answer("lambda", "ListProvisionedConcurrencyConfigs", region=US, when={"FunctionName": "shop-pricing"}, data={
        "ProvisionedConcurrencyConfigs": [{
            "FunctionArn": f"arn:aws:lambda:{US}:{ACCOUNT}:function:shop-pricing:live", "Status": "READY",
            "RequestedProvisionedConcurrentExecutions": 5, "AvailableProvisionedConcurrentExecutions": 5,
            "AllocatedProvisionedConcurrentExecutions": 5, "LastModified": "2026-03-01T10:00:00+0000"}]})
    for dimensions in ({"FunctionName": "shop-pricing"}, {"FunctionName": "shop-pricing", "Resource": "shop-pricing:live"}):
        account.metric(US, "AWS/Lambda", "ProvisionedConcurrencySpilloverInvocations", dimensions, 0.02)


def _settings(account):
    for region, reserved in ((US, 50), (EU, 0)):
        mine = [function for function in FUNCTIONS if function.region == region]
        account.answer("lambda", "GetAccountSettings", region=region, data={
            "AccountLimit": {"TotalCodeSize": 80530636800, "CodeSizeUnzipped": 262144000, "CodeSizeZipped": 52428800,
                             "ConcurrentExecutions": 1000, "UnreservedConcurrentExecutions": 1000 - reserved},
            "AccountUsage": {"TotalCodeSize": 4_200_000 * len(mine), "FunctionCount": len(mine)}})


def _recommendations(account):
    """Compute Optimizer's findings; it is on in us-east-1 only."""
    account.answer("compute-optimizer", "GetEnrollmentStatus", region=US, data={
        "status": "Active", "memberAccountsEnrolled": False, "numberOfMemberAccountsOptedIn": 0,
        "lastUpdatedTimestamp": "now-500d"})
    account.answer("compute-optimizer", "GetLambdaFunctionRecommendations", region=US, data={
        "lambdaFunctionRecommendations": [_recommendation(f) for f in FUNCTIONS if f.finding]})


def _recommendation(function):
    better = function.memory if function.finding == "Optimized" else function.memory * 2
    reasons = [] if function.finding == "Optimized" else ["MemoryUnderprovisioned"]
    return {"functionArn": function.arn + ":$LATEST", "functionVersion": "$LATEST", "accountId": ACCOUNT,
            "currentMemorySize": function.memory, "numberOfInvocations": int(function.traffic * 60 * 24 * 14),
            "lookbackPeriodInDays": 14.0, "lastRefreshTimestamp": "now-22h", "finding": function.finding,
            "findingReasonCodes": reasons, "currentPerformanceRisk": "Medium" if reasons else "VeryLow",
            "memorySizeRecommendationOptions": [] if not reasons else [{"rank": 1, "memorySize": better}]}


def _power_tuning(account):
    client = account.client("stepfunctions")
    for name in ("powerTuningStateMachine-a1B2c3D4e5F6", "larch-nightly-etl"):
        definition = '{"StartAt": "Run", "States": {"Run": {"Type": "Succeed"}}}'
        client.create_state_machine(name=name, roleArn=ROLE, definition=definition)
    account.answer("stepfunctions", "ListExecutions", region=US, data={"executions": _executions(
        "powerTuningStateMachine-a1B2c3D4e5F6", ((9, "SUCCEEDED"), (9.2, "FAILED"), (41, "SUCCEEDED")))},
        when={"stateMachineArn": MACHINE + "powerTuningStateMachine-a1B2c3D4e5F6"}, filter={"statusFilter": "status"})
    account.answer("stepfunctions", "ListExecutions", region=US, data={"executions": _executions(
        "larch-nightly-etl", [(day, "SUCCEEDED") for day in range(1, 15)])},
        when={"stateMachineArn": MACHINE + "larch-nightly-etl"}, filter={"statusFilter": "status"})


def _executions(machine, rows):
    return [{"executionArn": f"arn:aws:states:{US}:{ACCOUNT}:execution:{machine}:run-{number}",
             "stateMachineArn": MACHINE + machine, "name": f"run-{number}", "status": status,
             "startDate": f"now-{days}d", "stopDate": f"now-{days}d"} for number, (days, status) in enumerate(rows)]


def _error_rate_alarm(account):
    """An alarm on metric math, and a composite alarm over it."""
    def stat(metric, name):
        return {"Id": name, "ReturnData": False, "MetricStat": {"Period": 300, "Stat": "Sum", "Metric": {
            "Namespace": "AWS/Lambda", "MetricName": metric,
            "Dimensions": [{"Name": "FunctionName", "Value": "payments-webhook"}]}}}

    account.client("cloudwatch").put_metric_alarm(
        AlarmName="payments-webhook error rate", EvaluationPeriods=3, Threshold=2, ActionsEnabled=True,
        ComparisonOperator="GreaterThanThreshold", AlarmActions=[f"arn:aws:sns:{US}:{ACCOUNT}:larch-oncall"], Metrics=[
            stat("Errors", "errors"), stat("Invocations", "calls"),
            {"Id": "rate", "Expression": "100 * errors / calls", "Label": "error rate", "ReturnData": True}])
    name = "payments degraded"
    account.append("cloudwatch", "DescribeAlarms", "CompositeAlarms", region=US, when={"AlarmTypes": "CompositeAlarm"}, item={
        "AlarmName": name, "AlarmArn": f"arn:aws:cloudwatch:{US}:{ACCOUNT}:alarm:{name}", "ActionsEnabled": True,
        "AlarmActions": [f"arn:aws:sns:{US}:{ACCOUNT}:larch-oncall"], "OKActions": [], "InsufficientDataActions": [],
        "AlarmRule": 'ALARM("payments-webhook error rate") OR ALARM("payments-ledger ReadLatency")',
        "StateValue": "OK", "StateReason": "None of the alarms is in ALARM", "StateUpdatedTimestamp": "now-8d",
        "AlarmConfigurationUpdatedTimestamp": "now-150d"})
