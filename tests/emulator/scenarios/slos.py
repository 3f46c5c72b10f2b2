"""Latency, its alarms, service level objectives and what gates deployments (WAF-PERF-050)."""
from .account import ACCOUNT, EU, TOPIC, US, tags
from .scaling import ECS_SERVICES, PROD

SIGNALS = "AWS/ApplicationSignals"
# The tag by which DevOps Guru finds the resources it watches (see databases.py).
WATCHED = {"Key": "Devops-guru-larch", "Value": "payments"}
BREAKER = {"enable": True, "rollback": True}
ALARMED = {"enable": True, "rollback": True, "alarmNames": ["shop-checkout-latency burns 60 min"]}


def seed(account):
    """After load balancers, services, functions, APIs and distributions exist."""
    _latency(account)
    _services(account)
    _latency_alarms(account)
    _objectives(account)
    _objective_alarms(account)
    _deployments(account)
    account.client("elbv2").add_tags(
        ResourceArns=[account.load_balancers["larch-payments"]["LoadBalancerArn"]], Tags=[WATCHED])


def _dimension(account, balancer):
    return {"LoadBalancer": account.load_balancers[balancer]["LoadBalancerArn"].partition("loadbalancer/")[2]}


def _http_api(account):
    return {"ApiId": account.client("apigatewayv2").get_apis()["Items"][0]["ApiId"]}


def _distributions(account):
    """Comment and id of each distribution."""
    listed = account.client("cloudfront").list_distributions()["DistributionList"]["Items"]
    return {one["Comment"]: one["Id"] for one in listed}


def _latency(account):
    """Latency of what is used; nobody asks larch-internal anything."""
    for balancer, seconds in (("larch-shop", 0.21), ("larch-payments", 0.34)):
        account.metric(US, "AWS/ApplicationELB", "TargetResponseTime", _dimension(account, balancer), seconds, seconds / 3)
    account.metric(US, "AWS/ApiGateway", "Latency", {"ApiName": "larch-shop-api"}, 95, 30)
    account.metric(US, "AWS/ApiGateway", "Latency", _http_api(account), 140, 50)
    account.metric(US, "AWS/Lambda", "UrlRequestCount", {"FunctionName": "payments-webhook"}, 31, 12)
    account.metric(US, "AWS/Lambda", "UrlRequestLatency", {"FunctionName": "payments-webhook"}, 520, 90)
    for comment, distribution in _distributions(account).items():
        if comment != "larch-media":
            account.metric(US, "AWS/CloudFront", "OriginLatency", {"DistributionId": distribution, "Region": "Global"},
                           180, 60)


def _services(account):
    """CPU and memory of every ECS service; order-worker sends its latency; checkout's deployments stop on an alarm."""
    for name in ECS_SERVICES:
        own = {"ClusterName": PROD, "ServiceName": name}
        account.metric(US, "AWS/ECS", "CPUUtilization", own, 37, 12)
        account.metric(US, "AWS/ECS", "MemoryUtilization", own, 58, 6)
        alarms = ALARMED if name == "checkout" else {"enable": False, "rollback": False, "alarmNames": []}
        account.patch("ecs", "DescribeServices", "services", "serviceName", name, region=US, set={
            "deploymentController": {"type": "ECS"}, "deploymentConfiguration": {
                "deploymentCircuitBreaker": BREAKER if name != "cron-runner" else {"enable": False, "rollback": False},
                "maximumPercent": 200, "minimumHealthyPercent": 100, "alarms": alarms}})
    account.metric(US, "ApplicationSignals", "Latency", {"Environment": f"ecs:{PROD}", "Service": "order-worker"}, 260, 80)


def _latency_alarms(account):
    """Good ones, and each way in which one does not count."""
    alb, api, own = "AWS/ApplicationELB", "AWS/ApiGateway", _distributions(account)["larch-shop"]
    account.alarm(US, "larch-shop p99", alb, "TargetResponseTime", _dimension(account, "larch-shop"), 0.8,
                  ExtendedStatistic="p99")
    # Silent by itself; the composite alarm "payments slow" acts for it.
    account.alarm(US, "larch-payments p95", alb, "TargetResponseTime", _dimension(account, "larch-payments"), 1.2,
                  ExtendedStatistic="p95")
    account.patch("cloudwatch", "DescribeAlarms", "MetricAlarms", "AlarmName", "larch-payments p95", region=US,
                  set={"AlarmActions": []})
    account.alarm(US, "larch-internal average", alb, "TargetResponseTime", _dimension(account, "larch-internal"), 2)
    account.alarm(US, "larch-payments-http p90", api, "Latency", _http_api(account), 400, ExtendedStatistic="p90")
    account.alarm(US, "payments-webhook p99", "AWS/Lambda", "Duration", {"FunctionName": "payments-webhook"}, 2800,
                  ExtendedStatistic="p99", state="INSUFFICIENT_DATA")
    account.alarm(US, "larch-shop origin p95", "AWS/CloudFront", "OriginLatency",
                  {"DistributionId": own, "Region": "Global"}, 900, ExtendedStatistic="p95")
    account.alarm(US, "order-worker p99", "ApplicationSignals", "Latency",
                  {"Environment": f"ecs:{PROD}", "Service": "order-worker"}, 900, ExtendedStatistic="p99", actions=False)
    account.client("cloudwatch").put_metric_alarm(
        AlarmName="larch-shop-api p99", EvaluationPeriods=3, Threshold=600, ActionsEnabled=True,
        ComparisonOperator="GreaterThanThreshold", AlarmActions=[TOPIC[US]], Metrics=[
            _query("latency", _stat(api, "Latency", {"ApiName": "larch-shop-api"}, "p99"), False),
            _query("calls", _stat(api, "Count", {"ApiName": "larch-shop-api"}, "Sum"), False),
            {"Id": "busy", "Expression": "IF(calls > 20, latency, 0)", "Label": "p99 of busy minutes", "ReturnData": True}])
    _append(account, "CompositeAlarms", "payments slow", when={"AlarmTypes": "CompositeAlarm"},
            AlarmRule='ALARM("larch-payments p95") AND NOT ALARM("payments-ledger CPUUtilization")')


def _stat(namespace, metric, dimensions, statistic):
    named = [{"Name": name, "Value": value} for name, value in dimensions.items()]
    return {"Period": 60, "Stat": statistic,
            "Metric": {"Namespace": namespace, "MetricName": metric, "Dimensions": named}}


def _query(identity, stat, shown=True):
    return {"Id": identity, "MetricStat": stat, "ReturnData": shown}


def _append(account, kind, name, *, when=None, **more):
    """An alarm that moto cannot hold: a composite one, or one with a band."""
    more |= {"when": when} if when else {}
    item = {key: more.pop(key) for key in list(more) if key != "when"}
    account.append("cloudwatch", "DescribeAlarms", kind, region=US, **more, item={
        "AlarmName": name, "AlarmArn": f"arn:aws:cloudwatch:{US}:{ACCOUNT}:alarm:{name}", "ActionsEnabled": True,
        "AlarmActions": [TOPIC[US]], "OKActions": [], "InsufficientDataActions": [], "StateValue": "OK",
        "StateReason": "As seeded", "StateUpdatedTimestamp": "now-4d", "StateTransitionedTimestamp": "now-4d",
        "AlarmConfigurationUpdatedTimestamp": "now-90d", **item})


def _objectives(account):
    """A good objective on a service, one on a load balancer that is overdrawn, and one that says little."""
    rolling = {"Interval": {"RollingInterval": {"DurationUnit": "DAY", "Duration": 28}}, "WarningThreshold": 30.0}
    service = {"Type": "Service", "Name": "checkout", "Environment": f"ecs:{PROD}"}
    operation = {"Environment": f"ecs:{PROD}", "Service": "checkout", "Operation": "POST /checkout"}
    objectives = {
        "shop-checkout-latency": {
            "Sli": {"SliMetric": {"KeyAttributes": service, "OperationName": "POST /checkout", "MetricType": "LATENCY",
                                  "MetricDataQueries": [_query("p99", _stat("ApplicationSignals", "Latency", operation, "p99"))]},
                    "MetricThreshold": 800.0, "ComparisonOperator": "LessThanOrEqualTo"},
            "EvaluationType": "PeriodBased", "MetricSourceType": "ServiceOperation",
            "Goal": {**rolling, "AttainmentGoal": 99.5},
            "BurnRateConfigurations": [{"LookBackWindowMinutes": 360}, {"LookBackWindowMinutes": 60}]},
        "payments-latency": {
            "Sli": {"SliMetric": {"MetricDataQueries": [_query("p95", _stat(
                "AWS/ApplicationELB", "TargetResponseTime", _dimension(account, "larch-payments"), "p95"))]},
                    "MetricThreshold": 1.2, "ComparisonOperator": "LessThan"},
            "EvaluationType": "PeriodBased", "MetricSourceType": "CloudWatchMetric",
            "Goal": {**rolling, "AttainmentGoal": 99.0}, "BurnRateConfigurations": [{"LookBackWindowMinutes": 60}]},
        "order-worker-availability": {
            "RequestBasedSli": {"RequestBasedSliMetric": {
                "KeyAttributes": {**service, "Name": "order-worker"}, "MetricType": "AVAILABILITY",
                "TotalRequestCountMetric": [_query("total", _stat("ApplicationSignals", "Latency", {
                    "Environment": f"ecs:{PROD}", "Service": "order-worker"}, "SampleCount"))],
                "MonitoredRequestCountMetric": {"BadCountMetric": [_query("bad", _stat("ApplicationSignals", "Fault", {
                    "Environment": f"ecs:{PROD}", "Service": "order-worker"}, "Sum"))]}}},
            "EvaluationType": "RequestBased", "MetricSourceType": "Service", "Goal": {**rolling, "AttainmentGoal": 99.9}},
    }
    full = {name: {"Arn": _slo_arn(name), "Name": name, "CreatedTime": "now-160d", "LastUpdatedTime": "now-40d", **one}
            for name, one in objectives.items()}
    account.answer("application-signals", "ListServiceLevelObjectives", region=US, data={
        "SloSummaries": [{key: one[key] for key in ("Arn", "Name", "CreatedTime", "EvaluationType", "MetricSourceType")}
                         for one in full.values()]})
    for name, one in full.items():
        account.answer("application-signals", "ListTagsForResource", {"Tags": tags(name, "shop")}, region=US,
                       when={"ResourceArn": _slo_arn(name)})
        account.answer("application-signals", "GetServiceLevelObjective", {"Slo": one}, region=US, when={"Id": name})
    account.answer("application-signals", "BatchGetServiceLevelObjectiveBudgetReport", region=US, data={
        "Timestamp": "now", "Errors": [], "Reports": [
            _report("shop-checkout-latency", "OK", Attainment=99.82, TotalBudgetSeconds=12096, BudgetSecondsRemaining=7741),
            _report("payments-latency", "BREACHED", Attainment=98.6, TotalBudgetSeconds=24192, BudgetSecondsRemaining=-9677),
            _report("order-worker-availability", "INSUFFICIENT_DATA")]})


def _slo_arn(name):
    return f"arn:aws:application-signals:{US}:{ACCOUNT}:slo/{name}"


def _report(name, status, **more):
    kind = "RequestBased" if name.endswith("availability") else "PeriodBased"
    return {"Arn": _slo_arn(name), "Name": name, "EvaluationType": kind, "BudgetStatus": status, **more}


def _objective_alarms(account):
    """Burn rate of one objective, with a threshold and with a band; attainment of the second; nothing for the third."""
    window = {"SloName": "shop-checkout-latency", "BurnRateWindowMinutes": "60"}
    account.alarm(US, "shop-checkout-latency burns 60 min", SIGNALS, "BurnRate", window, 14.4, Statistic="Maximum")
    account.alarm(US, "payments-latency attainment", SIGNALS, "AttainmentRate", {"SloName": "payments-latency"}, 99.0,
                  ComparisonOperator="LessThanThreshold", state="ALARM")
    _append(account, "MetricAlarms", "shop-checkout-latency burn anomaly", EvaluationPeriods=3, Dimensions=[],
            ComparisonOperator="GreaterThanUpperThreshold", ThresholdMetricId="band", TreatMissingData="missing", Metrics=[
                _query("burn", _stat(SIGNALS, "BurnRate", window, "Average")),
                {"Id": "band", "Expression": "ANOMALY_DETECTION_BAND(burn, 2)", "Label": "expected", "ReturnData": True}])


def _deployments(account):
    """Three deployment groups: one stops and rolls back, one has its alarms off, one never had any."""
    groups = {
        "larch-shop": [_group("larch-shop", "shop-web", "Server", ["larch-shop p99"], rollback=True)],
        "larch-payments": [_group("larch-payments", "payments-api", "Server", ["larch-payments p95"], enabled=False),
                           _group("larch-payments", "payments-webhook", "Lambda")],
    }
    account.answer("codedeploy", "ListApplications", {"applications": list(groups)}, region=US)
    for application, mine in groups.items():
        named = {"applicationName": application}
        account.answer("codedeploy", "ListDeploymentGroups", region=US, when=named, data={
            **named, "deploymentGroups": [group["deploymentGroupName"] for group in mine]})
        account.answer("codedeploy", "BatchGetDeploymentGroups", region=US, when=named, data={
            "deploymentGroupsInfo": mine, "errorMessage": ""})
    account.answer("codedeploy", "ListApplications", {"applications": []}, region=EU)


def _group(application, name, platform, alarms=(), *, enabled=True, rollback=False):
    more = {"alarmConfiguration": {"enabled": enabled, "ignorePollAlarmFailure": False,
                                   "alarms": [{"name": alarm} for alarm in alarms]}} if alarms else {}
    events = ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM"] if rollback else []
    return {"applicationName": application, "deploymentGroupName": name, "computePlatform": platform,
            "deploymentGroupId": f"0a1b2c3d-{name}", "deploymentConfigName": f"CodeDeployDefault.{platform}AllAtOnce",
            "autoRollbackConfiguration": {"enabled": rollback, "events": events},
            "lastSuccessfulDeployment": {"deploymentId": "d-LARCH0001", "status": "Succeeded", "createTime": "now-6d",
                                         "endTime": "now-6d"}, **more}
