"""The synthetic CloudWatch metric store: deterministic values for any period and statistic.

A series: {"region", "namespace", "metric", "dimensions": {..}, "base": 12.0, "amplitude": 3.0}
  "since": "now-14d"           no data before that moment (default: 455 days ago)
  "step": 86400                seconds between datapoints of the source, e.g. a daily storage metric (default 60)
  "statistics": {"p99": 900}   the level of one statistic, where it does not follow from the base
  "count": 12                  samples in a minute, where it is not one in each step
The base is the average; for a metric that is counted (Invocations) it is the count in a minute.
"""
import ast
import datetime
import math
import operator
import re
import time
import zlib

from models import moment

PAGE = 100_800
QUERIES = 500
# How long CloudWatch keeps data of a period: (shorter than this many seconds, kept for so many days).
RETENTION = ((60, 0.125), (300, 15), (3600, 63), (math.inf, 455))
OPERATIONS = ("GetMetricData", "ListMetrics")
OPERATORS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul,
             ast.Div: lambda a, b: a / b if b else 0.0}


class InvalidRequest(Exception):
    """A request that CloudWatch refuses."""


class Metrics:
    """The series, by region, namespace, metric and dimensions."""

    def __init__(self):
        self.series = {}

    def load(self, records):
        """Add series; a series of the same identity is replaced."""
        for record in records:
            dimensions = tuple(sorted(record.get("dimensions", {}).items()))
            since = moment(record["since"]).timestamp() if "since" in record else 0
            key = record["region"], record["namespace"], record["metric"], dimensions
            self.series[key] = {"step": 60, "amplitude": 0.0, "statistics": {}, **record, "since": since,
                                "seed": zlib.crc32(repr(key).encode())}

    def answer(self, request):
        """The boto3-shaped answer of one of OPERATIONS."""
        handler = self._list if request.operation == "ListMetrics" else self._data
        return handler(request.region, request.parameters)

    def _list(self, region, wanted):
        found = [{"Namespace": namespace, "MetricName": metric,
                  "Dimensions": [{"Name": n, "Value": v} for n, v in dimensions]}
                 for place, namespace, metric, dimensions in self.series
                 if place == region and _wanted(wanted, namespace, metric, dict(dimensions))]
        start = int(wanted.get("NextToken") or 0)
        more = {"NextToken": str(start + 500)} if start + 500 < len(found) else {}
        return {"Metrics": found[start:start + 500], **more}

    def _data(self, region, wanted):
        queries = wanted.get("MetricDataQueries") or []
        if len(queries) > QUERIES:
            raise InvalidRequest(f"The collection MetricDataQueries must not have a size greater than {QUERIES}.")
        start, end = (_seconds(wanted[name]) for name in ("StartTime", "EndTime"))
        if start >= end:
            raise InvalidRequest("The parameter StartTime must be less than the parameter EndTime.")
        values = {q["Id"]: self._query(region, q["MetricStat"], start, end) for q in queries if q.get("MetricStat")}
        for query in queries:
            if query.get("Expression"):
                values[query["Id"]] = evaluate(query["Expression"], values)
        shown = [q for q in queries if str(q.get("ReturnData", True)).lower() != "false"]
        return _page(shown, values, wanted)

    def _query(self, region, stat, start, end):
        metric = stat["Metric"]
        dimensions = tuple(sorted((d["Name"], d["Value"]) for d in metric.get("Dimensions") or []))
        series = self.series.get((region, metric["Namespace"], metric["MetricName"], dimensions))
        return points(series, stat["Stat"], int(stat["Period"]), start, end) if series else {}


def _wanted(wanted, namespace, metric, dimensions):
    if wanted.get("Namespace", namespace) != namespace or wanted.get("MetricName", metric) != metric:
        return False
    return all(d["Name"] in dimensions and d.get("Value", dimensions[d["Name"]]) == dimensions[d["Name"]]
               for d in wanted.get("Dimensions") or [])


def _seconds(value):
    return value.timestamp() if isinstance(value, datetime.datetime) else moment(value).timestamp()


def points(series, statistic, period, start, end):
    """{timestamp: value} of a series, one per period that holds a datapoint of the source."""
    kept = next(days for limit, days in RETENTION if period < limit)
    now = time.time()
    first = max(start, series["since"], now - kept * 86400)
    stride = max(period, series["step"])
    at = math.ceil(first / period) * period
    if stride > period:  # the source's datapoints are rarer than the periods
        at = math.ceil(first / stride) * stride
    end = min(end, now)
    result = {}
    while at < end:
        result[at] = round(level(series, statistic, period, at), 6)
        at += stride
    return result


def level(series, statistic, period, at):
    """The value of a statistic in the period that starts at a moment: a daily wave and a little noise."""
    fixed = series["statistics"].get(statistic)
    if fixed is not None:
        return float(fixed)
    wave = math.sin(2 * math.pi * ((at / 3600) % 24 - 9) / 24)
    noise = ((series["seed"] ^ (at // 60)) * 2654435761 & 0xFFFFFFFF) / 0xFFFFFFFF - 0.5
    amplitude = series["amplitude"]
    value = max(0.0, series["base"] + amplitude * (0.8 * wave + 0.4 * noise))
    if statistic == "Sum":
        return value * max(period, series["step"]) / 60
    if statistic == "SampleCount":
        return series["count"] * period / 60 if "count" in series else max(1.0, period / series["step"])
    if statistic in ("Maximum", "Minimum"):
        return max(0.0, value + 0.3 * amplitude * (1 if statistic == "Maximum" else -1))
    percentile = re.match(r"^(?:p|tm|wm)([\d.]+)$", statistic)
    return value + 0.6 * amplitude * (float(percentile[1]) - 50) / 50 if percentile else value


def _page(queries, values, wanted):
    """At most PAGE datapoints from the token on; a query cut short is PartialData."""
    limit = int(wanted.get("MaxDatapoints") or PAGE)
    position, room, results, more = int(wanted.get("NextToken") or 0), limit, [], False
    seen = 0
    for query in queries:
        data = sorted(values[query["Id"]].items(), reverse=wanted.get("ScanBy") != "TimestampAscending")
        skipped = min(max(0, position - seen), len(data))
        taken = data[skipped:skipped + room]
        cut = skipped + len(taken) < len(data)
        seen += len(data)
        if (data and skipped == len(data)) or (not data and position >= seen and position):
            continue
        more = more or cut
        room -= len(taken)
        results.append({
            "Id": query["Id"], "Label": _label(query), "StatusCode": "PartialData" if cut else "Complete",
            "Timestamps": [datetime.datetime.fromtimestamp(t, datetime.timezone.utc) for t, _ in taken],
            "Values": [v for _, v in taken]})
        if cut:
            break
    token = {"NextToken": str(position + limit - room)} if more else {}
    return {"MetricDataResults": results, "Messages": [], **token}


def _label(query):
    return query.get("Label") or (query["MetricStat"]["Metric"]["MetricName"] if query.get("MetricStat") else query["Id"])


def evaluate(expression, values):
    """Metric math with + - * / over the other queries' datapoints."""
    try:
        result = _evaluate(ast.parse(expression, mode="eval").body, values)
    except (SyntaxError, KeyError) as cause:
        raise InvalidRequest(f"Error in expression '{expression}': {cause}") from cause
    return result if isinstance(result, dict) else {}


def _evaluate(node, values):
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.Name):
        return values[node.id]
    if not isinstance(node, ast.BinOp):
        raise KeyError("function not offered by this emulator")
    apply, left, right = OPERATORS[type(node.op)], _evaluate(node.left, values), _evaluate(node.right, values)
    if isinstance(left, dict) and isinstance(right, dict):
        return {at: apply(left[at], right[at]) for at in left if at in right}
    if isinstance(left, dict):
        return {at: apply(value, right) for at, value in left.items()}
    if isinstance(right, dict):
        return {at: apply(left, value) for at, value in right.items()}
    return apply(left, right)
