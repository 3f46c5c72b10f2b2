"""Makes a report with believable and hostile data, without the scanner: for work on the report and for its browser check.

    python make_sample.py OUT.html [--findings 600] [--incomplete] [--left-out] [--template DIR]

The data follow the compact format that the head of report.js describes.
"""

import argparse
import json
import pathlib
import random

import jinja2

HERE = pathlib.Path(__file__).resolve().parent
SCRIPTS = ["report", "text", "overview", "controls", "filters", "findings", "drawer", "gaps", "measured", "start"]
LEVELS = ["Reactive / Undocumented", "Documented & Defined", "Enforced & Monitored", "Measured & Automated", "Optimized & Predictive"]
CAUSES = {
    "denied_by_identity_policy": "denied by the caller's own policy",
    "denied_by_organization_policy": "denied by an organisation's policy",
    "not_enrolled": "not enrolled or not subscribed",
    "no_data": "no data in the window",
    "not_reported": "not reported by AWS",
    "failed": "failed",
}
FAIL, UNKNOWN, PASS, NOT_APPLICABLE = range(4)
ACCOUNTS = ["111122223333", "444455556666"]
REGIONS = ["eu-central-1", "eu-west-1", "us-east-1", "ap-southeast-2", "sa-east-1"]

HOSTILE = [
    "<script>window.__pwned = 1</script>",
    "</script><script>window.__pwned = 2</script>",
    "<img src=x onerror=\"window.__pwned = 3\">",
    "\u202egpj.exe\u202c right to left",
    "zero\u200bwidth and \u0007 bell and \u001b[31mred",
    "line\u2028separator",
    "-->' \" onmouseover=window.__pwned=4 x=\"",
    "{{ 7 * 7 }} {% raw %} ${window.__pwned = 5}",
    "Z\u0351\u0343\u0367\u0301a\u0334\u0321l\u0337go " + "\u0301" * 60,
    "שרת־נתונים القرص",
    "long" + "-long" * 2000,
    "__proto__",
]

# id, level, clause, statement, basis, bar, threshold, kind, facts, remedy, effort, calls, (pass, fail, unknown) weights
CONTROLS = [
    ("WAF-PERF-020", "Auto-Scaling", "high",
     ["Static capacity", "ASG configured, not validated", "Validated by load test", "Predictive scaling configured", "Autonomous capacity management"], [
         ("scaling-configured", 2, "ASG configured, not validated", "At least one target scales: minimum below maximum, a dynamic policy, and nothing suspended.", "observed", "any", None, "scaling_target", ["min_capacity", "max_capacity", "dynamic_policies"], "Add a target-tracking policy to one group or service and raise its maximum above its minimum.", "resource", ["autoscaling:DescribeAutoScalingGroups", "autoscaling:DescribePolicies"], (8, 2, 0)),
         ("stateless-workloads-scaled", 3, "for all stateless workloads", "Every scaling target scales and no server behind a load balancer stands outside a group.", "observed", "all", None, "scaling_target", ["min_capacity", "max_capacity", "in_auto_scaling_group"], "Move the server into an Auto Scaling group, or register the ECS service as a scalable target.", "change", ["autoscaling:DescribeAutoScalingGroups", "elasticloadbalancing:DescribeTargetHealth"], (8, 2, 0)),
         ("scaling-exercised", 3, "validated by load test", "At least 80 % of the targets were scaled out by a policy in the last 90 days.", "observed", "share", ("020.exercised_share", 80, 80, "%", "the model's usual bar for \"in place\": four in five"), "scaling_target", ["policy_scale_outs_90_days", "activities_read"], "Run a load test that crosses the policy's target and watch the group grow.", "change", ["autoscaling:DescribeScalingActivities"], (6, 3, 1)),
         ("scaling-load-tested", 3, "validated by load test", "A load test overlapped a scale-out of the target.", "observed_or_attested", "all", None, "scaling_target", ["load_test_overlap"], "Let the load test cover the target, or attest the test with its report.", "practice", ["autoscaling:DescribeScalingActivities"], (0, 0, 1)),
         ("predictive-scaling", 4, "predictive scaling configured", "At least 50 % of load-balanced targets have a predictive policy that forecasts and scales.", "observed", "share", ("020.predictive_share", 40, 50, "%", "forecasts pay for the busy half of the targets"), "scaling_target", ["predictive_policy_mode"], "Add a predictive policy in ForecastOnly mode, compare a week, then let it scale.", "resource", ["autoscaling:DescribePolicies"], (3, 7, 0)),
         ("no-manual-capacity", 5, "autonomous capacity management", "Nobody changed capacity by hand in 30 days.", "observed", "none", None, "scaling_target", ["user_capacity_changes_30_days"], "Find who sets desired capacity by hand and give the group a policy instead.", "practice", ["autoscaling:DescribeScalingActivities"], (1, 9, 0)),
     ]),
    ("WAF-PERF-040", "Database Performance", "high",
     ["No analysis; slow queries unknown", "Slow query log enabled", "Performance Insights active; index strategy", "Automatic regression detection", "Query SLOs, automatic tuning"], [
         ("slow-query-log", 2, "slow query log enabled", "At least one database writes a slow query log.", "observed", "any", None, "database", ["engine", "slow_log_enabled"], "Set slow_query_log (MySQL, MariaDB) or log_min_duration_statement (PostgreSQL) in the parameter group.", "setting", ["rds:DescribeDBInstances", "rds:DescribeDBParameters"], (8, 1, 1)),
         ("database-insights", 3, "Performance Insights active", "Every database has Performance Insights or Database Insights on.", "observed", "all", None, "database", ["engine", "insights_enabled", "insights_retention_days"], "Turn on Database Insights: one setting, no restart.", "setting", ["rds:DescribeDBInstances"], (9, 0, 1)),
         ("slow-query-threshold", 3, "(framework: <= 1000 ms)", "At least 80 % of databases with a slow log count a query of one second or less as slow.", "observed", "share", ("040.slow_query_ms", 1000, 1000, "ms", "a second is what a user waits without losing the thread"), "database", ["engine", "slow_log_threshold_ms"], "Lower long_query_time or log_min_duration_statement to 1,000 ms or less.", "setting", ["rds:DescribeDBParameters"], (9, 1, 0)),
         ("index-strategy", 3, "index strategy", "An index strategy is documented.", "attested", "all", None, None, [], "Write down how indexes are chosen and reviewed, and attest it: rung attest write waf-perf-040.index-strategy.", "practice", [], (0, 0, 0)),
         ("query-regression-detection", 4, "automatic regression detection", "Every database is watched by DevOps Guru, advanced Database Insights or an anomaly alarm.", "observed_or_attested", "all", None, "database", ["engine", "devops_guru_covered", "anomaly_alarm"], "Add an anomaly-band alarm on DBLoad.", "resource", ["devops-guru:GetResourceCollection", "cloudwatch:DescribeAlarms"], (7, 0, 3)),
         ("query-slos", 5, "query SLOs", "Every database has an alarm on p95 query latency or an SLO.", "observed_or_attested", "all", None, "database", ["latency_percentile_alarm"], "Define an SLO on query latency.", "practice", ["cloudwatch:DescribeAlarms"], (1, 3, 2)),
     ]),
    ("WAF-PERF-070", "Network Performance", "medium",
     ["No topology design", "CDN for static content", "VPC endpoints + CDN configured", "Latency baseline measured", "Anycast, edge computing"], [
         ("cdn-static", 2, "CDN for static content", "An enabled distribution serves static content.", "observed", "any", None, "distribution", ["enabled", "static_origin"], "Put a CloudFront distribution in front of the static bucket.", "resource", ["cloudfront:ListDistributions"], (0, 0, 1)),
         ("cdn-for-public-origins", 3, "VPC endpoints + CDN configured", "Every public origin is behind a distribution.", "observed", "all", None, "public_origin", ["behind_distribution"], "Add the origin to a distribution and close direct access.", "change", ["elasticloadbalancing:DescribeLoadBalancers", "cloudfront:ListDistributions"], (0, 0, 1)),
         ("vpc-endpoints", 3, "VPC endpoints + CDN configured", "Every VPC in use reaches S3, DynamoDB and four in five of the services it uses by endpoints.", "observed", "all", None, "vpc", ["gateway_endpoints", "missing_interface_endpoints", "private_route_tables"], "Create the gateway endpoints (free) and the interface endpoints of the services in use.", "resource", ["ec2:DescribeVpcEndpoints", "ec2:DescribeRouteTables"], (10, 0, 0)),
         ("latency-baseline", 4, "latency baseline measured", "Latency is measured by a monitor, a subscription or canaries.", "observed_or_attested", "any", None, "account_region", ["internet_monitors", "network_monitors"], "Create an Internet Monitor for the VPCs that serve users.", "resource", ["internetmonitor:ListMonitors"], (0, 0, 1)),
         ("anycast-or-edge", 5, "anycast, edge computing", "Global Accelerator, edge functions or latency-based routing are in use.", "observed", "any", None, "account_region", ["accelerators", "edge_functions"], "Route users to the nearest region with latency-based records.", "change", ["globalaccelerator:ListAccelerators"], (1, 3, 0)),
     ]),
    ("WAF-PERF-080", "Serverless & Managed", "low",
     ["Default config; not optimized", "Memory adjusted without measurement", "Profiling performed; optimized", "Provisioned concurrency where needed", "Cost per invocation optimized"], [
         ("memory-adjusted", 2, "memory adjusted without measurement", "At least half of the functions differ from the 128 MB default.", "observed", "share", ("080.memory_adjusted_share", 50, 50, "%", "half shows intent"), "function", ["memory_mb", "runtime"], "Measure with power tuning and set memory_size.", "setting", ["lambda:ListFunctions"], (8, 2, 0)),
         ("profiled", 3, "profiling performed", "At least 80 % of active functions were profiled.", "observed_or_attested", "share", ("080.profiled_share", 80, 80, "%", "four in five"), "function", ["invocations_14_days", "tracing", "insights_layer"], "Turn on active tracing or the Lambda Insights layer.", "setting", ["lambda:ListFunctions", "cloudwatch:GetMetricData"], (9, 1, 1)),
         ("timeout-fits", 3, "(framework: 2 x P99)", "At least 80 % of active functions have a timeout between 1.5 and 10 times their p99 duration.", "observed", "share", ("080.timeout_share", 80, 80, "%", "four in five"), "function", ["timeout_seconds", "duration_p99_ms", "invocations_14_days"], "Set the timeout to about twice the p99 duration.", "setting", ["lambda:ListFunctions", "cloudwatch:GetMetricData"], (9, 1, 0)),
         ("provisioned-concurrency", 4, "provisioned concurrency where needed", "Every latency-critical function has provisioned concurrency or SnapStart.", "observed", "all", None, "function", ["synchronous_trigger", "init_p99_ms", "provisioned_concurrency"], "Add provisioned concurrency to the alias that serves the traffic, or turn on SnapStart.", "setting", ["lambda:ListProvisionedConcurrencyConfigs"], (9, 0, 0)),
         ("cost-per-invocation", 5, "cost per invocation optimized", "At most 5 % of functions cost more a call than the optimiser's estimate.", "observed", "at_most", ("080.costly_share", 5, 5, "%", "one in twenty"), "function", ["architecture", "cost_usd_invocation"], "Move the function to arm64 and to the memory that the optimiser names.", "change", ["compute-optimizer:GetLambdaFunctionRecommendations"], (2, 8, 0)),
     ]),
    ("WAF-PERF-090", "Storage I/O", "medium",
     ["gp2; no I/O monitoring", "Storage type selected", "gp3 migration; I/O alerts", "Disk type fully optimized", "Intelligent tiering; auto-tuning"], [
         ("storage-type-selected", 2, "storage type selected", "At least half of the volumes are neither gp2 nor magnetic: somebody chose their type.", "observed", "share", ("090.storage_type_selected_share", 50, 50, "%", "level 2 asks for a choice, not for a finished migration"), "volume", ["volume_type", "size_gib"], "Change the volume's type to gp3 with ModifyVolume: online, no downtime, about 20 % cheaper than gp2.", "setting", ["ec2:DescribeVolumes"], (7, 3, 0)),
         ("gp3-for-new-volumes", 3, "gp3 migration; new deployments use gp3", "Every volume created in the last 90 days is gp3, io2 or a deliberate HDD type.", "observed", "all", None, "volume", ["volume_type", "created_at", "from_snapshot"], "Set gp3 in the launch template, image or infrastructure code that made the volume, and modify the volume.", "setting", ["ec2:DescribeVolumes"], (60, 1, 0)),
         ("io-alarms", 3, "I/O alerts", "At least 80 % of the attached volumes have an alarm on queue length, burst balance or exceeded limits.", "observed", "share", ("090.io_alarm_share", 80, 80, "%", "the model's usual bar for \"in place\": four in five"), "volume", ["attached", "io_alarm"], "Add a CloudWatch alarm on VolumeQueueLength, BurstBalance (gp2, st1, sc1) or VolumeIOPSExceededCheck.", "resource", ["ec2:DescribeVolumes", "cloudwatch:DescribeAlarms"], (7, 2, 1)),
         ("gp2-migration-complete", 4, "disk type fully optimized", "No volume and no RDS storage is gp2 or magnetic.", "observed", "all", None, "volume", ["volume_type", "size_gib", "iops", "gp3_saving_usd_month"], "Migrate it to gp3 (ModifyVolume or ModifyDBInstance); keep IOPS above 3,000 and throughput above 125 MiB/s where it had them.", "setting", ["ec2:DescribeVolumes", "rds:DescribeDBInstances"], (7, 3, 0)),
         ("io-not-saturated", 4, "disk type fully optimized", "At least 95 % of the measured volumes are not saturated: short queues, no limit exceeded, burst credits left.", "observed", "share", ("090.not_saturated_share", 95, 95, "%", "one volume in twenty may be busy for a good reason"), "volume", ["queue_length_p95", "burst_balance_min_percent", "limit_exceeded"], "Raise IOPS or throughput, or change the type.", "setting", ["cloudwatch:GetMetricData"], (30, 1, 1)),
         ("intelligent-tiering", 5, "intelligent tiering", "Every bucket over 1 TB and every file system has tiering or lifecycle rules.", "observed", "all", None, "bucket", ["size_bytes", "lifecycle_rules"], "Add a lifecycle rule to Intelligent-Tiering.", "setting", ["s3:GetBucketLifecycleConfiguration"], (0, 0, 0)),
     ]),
]
KIND_ARN = {
    "volume": "arn:aws:ec2:{r}:{a}:volume/vol-{n:017x}", "database": "arn:aws:rds:{r}:{a}:db:{name}", "function": "arn:aws:lambda:{r}:{a}:function:{name}",
    "vpc": "arn:aws:ec2:{r}:{a}:vpc/vpc-{n:017x}", "scaling_target": "arn:aws:autoscaling:{r}:{a}:autoScalingGroup:{n:08x}:autoScalingGroupName/{name}",
    "public_origin": "arn:aws:elasticloadbalancing:{r}:{a}:loadbalancer/app/{name}/{n:016x}", "distribution": "arn:aws:cloudfront::{a}:distribution/E{n:012X}",
    "account_region": "arn:aws:rung:{r}:{a}:account-region", "bucket": "arn:aws:s3:::{name}",
}
WEIGHT = {"volume": 46, "function": 30, "database": 5, "scaling_target": 5, "vpc": 2, "public_origin": 1, "distribution": 0, "account_region": 1, "bucket": 0}
WORDS = ["checkout", "search", "orders", "ledger", "mail", "images", "reports", "billing", "session", "catalog", "api", "worker"]


class Sample:
    """Collects the tables of the compact format."""

    def __init__(self, findings, rng):
        self.rng, self.wanted = rng, findings
        self.subjects, self.by_kind, self.sources, self.gaps = [], {}, [], []
        self.source_of, self.gap_of, self.fact_names, self.facts, self.fact_of = {}, {}, [], [], {}
        self.findings = []
        self.make_subjects()

    def make_subjects(self):
        tests = {}
        for control in CONTROLS:
            for criterion in control[4]:
                tests[criterion[7]] = tests.get(criterion[7], 0) + 1
        weight = sum(WEIGHT[kind] * number for kind, number in tests.items() if kind)
        for kind, share in WEIGHT.items():
            for index in range(round(self.wanted * share / weight) if share else 0):
                self.make_subject(kind, index)

    def make_subject(self, kind, index):
        account = ACCOUNTS[0] if self.rng.random() < 0.7 else ACCOUNTS[1]
        region = self.rng.choices(REGIONS, [6, 3, 2, 1, 1])[0]
        name = f"{self.rng.choice(WORDS)}-{self.rng.choice(['prod', 'prod', 'live', 'stage'])}-{index:03d}"
        tags = {"environment": self.rng.choice(["production", "prod", "live"]), "team": self.rng.choice(["payments", "platform", "shop"])}
        arn = KIND_ARN[kind].format(r=region, a=account, n=self.rng.getrandbits(60), name=name)
        if kind in ("volume", "function") and index < len(HOSTILE):
            name = HOSTILE[index]
            tags[HOSTILE[(index + 1) % len(HOSTILE)]] = HOSTILE[(index + 2) % len(HOSTILE)]
        subject = {"kind": kind, "arn": arn, "account": account, "region": region, "name": name, "tags": tags, "evidence": str(len(self.subjects) + 1)}
        if kind == "volume" and index % 9 == 5 and index > len(HOSTILE):
            del subject["name"]
        self.by_kind.setdefault(kind, []).append(len(self.subjects))
        self.subjects.append(subject)

    def source(self, call, account, region):
        key = (call, account, region)
        if key not in self.source_of:
            service, operation = call.split(":")
            self.source_of[key] = len(self.sources)
            self.sources.append({"id": f"s-{self.rng.getrandbits(64):016x}", "service": service, "operation": operation, "account": account, "region": region, "parameters": "",
                                 "read_at": f"2026-11-23T02:0{self.rng.randint(0, 3)}:{self.rng.randint(10, 59)}.{self.rng.randint(100, 999)}Z", "pages": self.rng.randint(1, 7), "items": self.rng.randint(3, 900),
                                 "request_ids": [f"{self.rng.getrandbits(32):08x}-4c1d-4e0a-9d3c-{self.rng.getrandbits(48):012x}" for _ in range(self.rng.randint(1, 3))]})
        return self.source_of[key]

    def gap(self, call, account, region, cause, what="", detail=""):
        key = (call, account, region, cause, what)
        if key not in self.gap_of:
            action = call.replace("cloudwatch:GetMetricData", "cloudwatch:GetMetricData")
            opens = {"denied_by_identity_policy": f"Allow {action} in the policy of the role rung-read-only.", "denied_by_organization_policy": f"Ask the organisation's administrators to allow {action}; no policy in this account can.",
                     "not_enrolled": "Enrol the account in Compute Optimizer; it is free.", "no_data": "Wait until the resource has 14 days of metrics.", "not_reported": "Turn the feature on or off explicitly: AWS then reports it.", "failed": "Run the scan again."}[cause]
            self.gap_of[key] = len(self.gaps)
            gap = {"id": f"g-{self.rng.getrandbits(64):016x}", "operation": call, "account": account, "region": region, "cause": cause, "opens_with": opens, "hides": []}
            if what:
                gap["what"] = what
            if detail:
                gap["detail"] = detail
            self.gaps.append(gap)
        return self.gap_of[key]

    def fact(self, name, value, source, gap=None):
        if name not in self.fact_names:
            self.fact_names.append(name)
        at = self.fact_names.index(name)
        row = [at, value, source] if gap is None else [at, None, -1, gap]
        key = json.dumps(row)
        if key not in self.fact_of:
            self.fact_of[key] = len(self.facts)
            self.facts.append(row)
        return self.fact_of[key]

    def value(self, name, good, subject):
        rng = self.rng
        special = {"volume_type": "gp3" if good else "gp2", "engine": rng.choice(["aurora-postgresql", "mysql", "postgres"]), "runtime": rng.choice(["python3.12", "nodejs22.x", "java21"]),
                   "created_at": f"2026-1{rng.randint(0, 1)}-{rng.randint(10, 20)}T08:12:00Z", "from_snapshot": not good, "missing_interface_endpoints": [] if good else ["ecr.api", "logs", "sts"],
                   "gateway_endpoints": ["s3", "dynamodb"], "predictive_policy_mode": "ForecastAndScale" if good else None, "architecture": "arm64" if good else "x86_64", "provisioned_concurrency": 10 if good else None,
                   "gp3_saving_usd_month": round(rng.random() * 40, 2), "memory_mb": rng.choice([256, 512, 1024]) if good else 128, "cost_usd_invocation": 0.0000021,
                   "burst_balance_min_percent": 97.4 if good else 11.0, "queue_length_p95": 0.4 if good else 6.2}
        if name in special:
            return special[name]
        if any(name.endswith(end) for end in ("_gib", "_ms", "_days", "_capacity", "_seconds", "_policies", "_tables", "_outs_90_days", "iops")):
            return rng.choice([1, 2, 3, 4, 8]) * (100 if name.endswith(("_gib", "_ms", "iops")) else 1)
        return good


def bar_decides(bar, threshold, tally):
    """The outcome in three-valued logic, as the engine decides it."""
    passed, failed, unknown = tally
    of = passed + failed + unknown
    if not of:
        return "not_applicable"
    share = lambda count: count * 100 / of
    if bar == "any":
        worst, best = passed > 0, passed + unknown > 0
    elif bar == "all":
        worst, best = passed == of, failed == 0
    elif bar == "none":
        worst, best = passed + unknown == 0, passed == 0
    elif bar == "share":
        worst, best = share(passed) >= threshold, share(passed + unknown) >= threshold
    else:
        worst, best = share(passed + unknown) <= threshold, share(passed) <= threshold
    return "met" if worst else "unknown" if best else "unmet"


def judge(sample, number, control_id, row):
    """One criterion over its subjects: its report, and its findings into the sample."""
    short, level, clause, statement, basis, bar, threshold, kind, names, remedy, effort, calls, weights = row
    full = f"waf-perf-{control_id[-3:]}.api.aws.{short}"
    rng, tally, gaps, against = sample.rng, [0, 0, 0], set(), bar in ("none", "at_most")
    for index in sample.by_kind.get(kind, []) if sum(weights) else []:
        subject = sample.subjects[index]
        result = rng.choices([PASS, FAIL, UNKNOWN], weights)[0] if rng.random() > 0.06 else NOT_APPLICABLE
        good = (result == PASS) != against
        facts, reasons = [], []
        for position, name in enumerate(names):
            source = sample.source(calls[min(position, len(calls) - 1)], subject["account"], subject["region"])
            if result == UNKNOWN and position == len(names) - 1:
                gap = make_gap(sample, calls[-1], subject, name, short)
                gaps.add(gap)
                reasons.append(gap)
                facts.append(sample.fact(name, None, -1, gap))
            else:
                facts.append(sample.fact(name, sample.value(name, good, subject), source))
        if result == UNKNOWN and short == "scaling-load-tested":
            reasons = [-1]
        sample.findings.append([number, index, result, facts, reasons, 1 if result == FAIL and rng.random() < 0.03 else 0])
        if result != NOT_APPLICABLE:
            tally[{PASS: 0, FAIL: 1, UNKNOWN: 2}[result]] += 1
    percent = threshold[1] if threshold and threshold[3] == "%" else 80 if bar == "share" else None
    attested = basis == "attested" or short == "scaling-load-tested"
    outcome = "unknown" if basis == "attested" else bar_decides(bar, percent, tally)
    for gap in gaps:
        sample.gaps[gap]["hides"].append(full)
    why = {"met": f"{tally[0]} of {sum(tally)} pass; the bar is reached whatever the unknown ones are.", "unmet": f"{tally[1]} of {sum(tally)} fail.", "unknown": "Nobody has attested it and no API shows it." if attested else f"{tally[2]} of {sum(tally)} could not be seen, and they decide.", "not_applicable": "The account has nothing it speaks about."}[outcome]
    return {"id": full, "level": level, "clause": clause, "statement": statement, "basis": basis, "outcome": outcome, "decided_by": "observed", "bar": {"kind": bar, "threshold": percent},
            "counts": {"pass": tally[0], "fail": tally[1], "unknown": tally[2], "not_applicable": 0, "unseen": False}, "why": why, "remedy": remedy, "effort": effort, "needs_attestation": attested and outcome == "unknown",
            "gaps": sorted(sample.gaps[gap]["id"] for gap in gaps), "thresholds": [dict(zip(["name", "value", "default", "unit", "reason"], threshold))] if threshold else [], "calls": calls}


def make_gap(sample, call, subject, name, short):
    if call.startswith("cloudwatch:GetMetricData"):
        return sample.gap(call, subject["account"], subject["region"], "no_data", name)
    if short in ("query-regression-detection", "query-slos"):
        return sample.gap(call, subject["account"], subject["region"], "denied_by_organization_policy", "", f"User: arn:aws:sts::{subject['account']}:assumed-role/rung-read-only/scan is not authorized to perform: {call} with an explicit deny in a service control policy <b>\u202e")
    if call.startswith("cloudfront") or call.startswith("internetmonitor"):
        return sample.gap(call, subject["account"], subject["region"], "denied_by_identity_policy", "", f"is not authorized to perform: {call} because no identity-based policy allows the action")
    return sample.gap(call, subject["account"], subject["region"], "not_reported", name)


def highest(criteria, good):
    missed = [criterion["level"] for criterion in criteria if criterion["outcome"] != "not_applicable" and criterion["outcome"] not in good]
    return min(missed) - 1 if missed else 5


def control_report(sample, entry, first):
    control_id, title, severity, cells, rows = entry
    criteria = [judge(sample, first + index, control_id, row) for index, row in enumerate(rows)]
    applicable = any(criterion["outcome"] != "not_applicable" for criterion in criteria)
    confirmed, possible = highest(criteria, ("met",)), highest(criteria, ("met", "unknown"))
    report = {"id": control_id, "title": title, "severity": severity, "cells": cells, "applicable": applicable, "confirmed": confirmed if applicable else None, "possible": possible if applicable else None,
              "observed": confirmed if applicable else None, "target": {"WAF-PERF-090": 4, "WAF-PERF-080": 3}.get(control_id), "criteria": criteria, "next": None}
    report["why"] = why_control(report)
    if applicable and confirmed < 5:
        report["next"] = {"level": confirmed + 1, "blocked_by": blockers(sample, report, first)}
    return report


def why_control(report):
    if not report["applicable"]:
        return "The account has nothing that its criteria speak about."
    level = report["confirmed"]
    blocking = [criterion for criterion in report["criteria"] if criterion["level"] == level + 1 and criterion["outcome"] in ("unmet", "unknown")]
    words = "; ".join(f"{c['id'].split('.')[-1]} is {c['outcome']}" for c in blocking)
    return f"Every criterion up to level {level} is met; level {level + 1} is not: {words}." if level > 1 else f"Level 2 is not confirmed: {words}."


def blockers(sample, report, first):
    order = ["setting", "resource", "change", "practice"]
    found = []
    for index, criterion in enumerate(report["criteria"]):
        if criterion["level"] != report["confirmed"] + 1 or criterion["outcome"] not in ("unmet", "unknown"):
            continue
        arns = [sample.subjects[f[1]]["arn"] for f in sample.findings if f[0] == first + index and f[2] in (FAIL, UNKNOWN)]
        found.append({"criterion": criterion["id"], "outcome": criterion["outcome"], "missing": criterion["counts"]["fail"] if criterion["outcome"] == "unmet" else 0, "remedy": criterion["remedy"], "effort": criterion["effort"],
                      "subjects": arns[:20], "subjects_total": len(arns)})
    return sorted(found, key=lambda blocker: (order.index(blocker["effort"]), blocker["missing"]))


def call_counts(sample):
    counts = {}
    for source in sample.sources:
        entry = counts.setdefault(f"{source['service']}:{source['operation']}", {"calls": 0, "retries": 0, "throttles": 0, "errors": 0, "bytes": 0, "milliseconds": 0, "cost_usd": 0.0})
        entry["calls"] += source["pages"]
        entry["bytes"] += source["items"] * 1400
        entry["milliseconds"] += source["pages"] * sample.rng.randint(80, 320)
    for gap in sample.gaps:
        if gap["cause"].startswith("denied"):
            counts.setdefault(gap["operation"], {"calls": 0, "retries": 0, "throttles": 0, "errors": 0, "bytes": 0, "milliseconds": 90, "cost_usd": 0.0})["errors"] += 1
    if "cloudwatch:GetMetricData" in counts:
        counts["cloudwatch:GetMetricData"].update(retries=3, throttles=2, cost_usd=0.0841)
    return dict(sorted(counts.items()))


def make_data(findings, incomplete=False, left_out=False):
    sample = Sample(findings, random.Random(9))
    controls, first = [], 0
    for entry in CONTROLS:
        controls.append(control_report(sample, entry, first))
        first += len(entry[4])
    calls = call_counts(sample)
    lowest = min(control["confirmed"] for control in controls if control["applicable"])
    return {"schema": "rung/assessment/v1", "rung": {"version": "0.1.0"},
            "scan": {"id": "20261123T020000Z-111122223333", "started_at": "2026-11-23T02:00:00Z", "finished_at": "2026-11-23T02:03:41Z", "complete": not incomplete, "accounts": ACCOUNTS, "partition": "aws", "regions": REGIONS,
                     "scope": {"rule": "tag environment in production, prod, live", "left_out": 214}, "calls": calls, "cost_usd": sum(entry["cost_usd"] for entry in calls.values())},
            "pillar": {"level": None, "by_minimum": lowest, "api_ceiling": 3}, "controls": controls, "checklists": [], "entry_path": [], "gaps": sample.gaps, "sources": sample.sources, "levels": LEVELS, "causes": CAUSES,
            "subjects": sample.subjects, "fact_names": sample.fact_names, "facts": sample.facts, "findings": sample.findings, "findings_left_out": [0, 0, 3120, 411] if left_out else [0, 0, 0, 0]}


def escaped(data):
    """JSON that is safe inside a script element."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def render(data, folder):
    template = jinja2.Environment(autoescape=True).from_string((folder / "report.html").read_text(encoding="utf-8"))
    scripts = "".join((folder / f"{name}.js").read_text(encoding="utf-8") for name in SCRIPTS)
    return template.render(title="Performance efficiency, 2 accounts", css=(folder / "report.css").read_text(encoding="utf-8"), js=scripts, data=escaped(data))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--findings", type=int, default=600)
    parser.add_argument("--incomplete", action="store_true")
    parser.add_argument("--left-out", action="store_true")
    parser.add_argument("--template", type=pathlib.Path, default=HERE.parent.parent / "src" / "report" / "html")
    options = parser.parse_args()
    data = make_data(options.findings, options.incomplete, options.left_out)
    options.out.write_text(render(data, options.template), encoding="utf-8")
    print(f"{options.out}: {len(data['findings'])} findings, {len(data['subjects'])} subjects, {len(data['gaps'])} gaps, {options.out.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
