"""The AWS services the emulator knows, and how boto3-shaped data is made to fit their models."""
import datetime
import functools
import json
import re

import botocore.session
from botocore.utils import parse_timestamp
from moto.core.utils import get_service_model

# botocore's name -> the prefix IAM uses for the service's actions.
IAM_PREFIX = {
    "sts": "sts", "ec2": "ec2", "cloudwatch": "cloudwatch", "rds": "rds", "devops-guru": "devops-guru",
    "autoscaling": "autoscaling", "application-autoscaling": "application-autoscaling",
    "elbv2": "elasticloadbalancing", "ecs": "ecs", "cloudfront": "cloudfront", "s3": "s3",
    "globalaccelerator": "globalaccelerator", "route53": "route53", "internetmonitor": "internetmonitor",
    "networkmonitor": "networkmonitor", "synthetics": "synthetics", "apigateway": "apigateway",
    "apigatewayv2": "apigateway", "lambda": "lambda", "compute-optimizer": "compute-optimizer",
    "compute-optimizer-automation": "aco-automation", "stepfunctions": "states", "efs": "elasticfilesystem",
    "events": "events", "config": "config", "codebuild": "codebuild", "codepipeline": "codepipeline",
    "elasticache": "elasticache", "memorydb": "memorydb", "dax": "dax", "application-signals": "application-signals",
    "codedeploy": "codedeploy", "cloudformation": "cloudformation", "fis": "fis", "scheduler": "scheduler",
    "wellarchitected": "wellarchitected", "ssm": "ssm", "pi": "pi", "resourcegroupstaggingapi": "tag",
    "organizations": "organizations",
    # asked by the scenarios only
    "iam": "iam", "sqs": "sqs",
}
# The IAM action where it is not the operation's own name.
IAM_ACTION = {
    ("s3", "ListBuckets"): "ListAllMyBuckets",
    ("s3", "GetBucketLifecycleConfiguration"): "GetLifecycleConfiguration",
    ("s3", "ListBucketIntelligentTieringConfigurations"): "GetIntelligentTieringConfiguration",
}
RELATIVE = re.compile(r"^now(?:([+-]\d+(?:\.\d+)?)([smhd]))?$")
SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}

_session = botocore.session.get_session()


@functools.lru_cache(None)
def model(service):
    """botocore's model of a service, of the kind that moto's serialisers ask for."""
    return get_service_model(service)


@functools.lru_cache(None)
def operation_model(service, operation):
    """botocore's model of an operation."""
    return model(service).operation_model(operation)


@functools.lru_cache(None)
def operations(service):
    """The names of a service's operations."""
    return frozenset(model(service).operation_names)


@functools.lru_cache(None)
def paging(service, operation):
    """(input token, output token, result key, limit key) of an operation, or None if it is not paged."""
    try:
        rules = _session.get_paginator_model(service).get_paginator(operation)
    except (ValueError, botocore.exceptions.UnknownServiceError, botocore.exceptions.DataNotFoundError):
        return None
    first = [v[0] if isinstance(v, list) else v
             for v in (rules["input_token"], rules["output_token"], rules["result_key"])]
    return (*first, rules.get("limit_key")) if "." not in "".join(first) else None


def signing_name(service):
    """The service name in a request's credential scope."""
    metadata = model(service).metadata
    return metadata.get("signingName", metadata["endpointPrefix"])


def iam_action(service, operation):
    """The IAM action that allows an operation, e.g. s3:ListAllMyBuckets."""
    if service in ("apigateway", "apigatewayv2"):
        return "apigateway:" + operation_model(service, operation).http.get("method", "GET")
    return f"{IAM_PREFIX[service]}:{IAM_ACTION.get((service, operation), operation)}"


def moment(text):
    """A datetime from `now-40d`, ISO 8601 or a number of seconds; None if it is neither."""
    match = RELATIVE.match(text) if isinstance(text, str) else None
    if match:
        seconds = float(match[1]) * SECONDS[match[2]] if match[1] else 0
        return datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)
    try:
        return parse_timestamp(text).astimezone(datetime.timezone.utc)
    except (ValueError, TypeError):
        return None


def resolve(data):
    """Replace every relative time in loaded data by the moment it means now."""
    if isinstance(data, dict):
        return {key: resolve(value) for key, value in data.items()}
    if isinstance(data, list):
        return [resolve(value) for value in data]
    return moment(data) if isinstance(data, str) and RELATIVE.match(data) else data


def conform(shape, value):
    """boto3-shaped data that fits `shape`: unknown members dropped, times and numbers of the right type."""
    kind = shape.type_name
    if value is None:
        return None
    if kind == "structure":
        return {k: conform(shape.members[k], v) for k, v in value.items() if k in shape.members and v is not None}
    if kind == "list":
        return [conform(shape.member, item) for item in value]
    if kind == "map":
        return {key: conform(shape.value, item) for key, item in value.items()}
    if kind == "timestamp":
        at = value if isinstance(value, datetime.datetime) else moment(value)
        # naive UTC would be read as local time by the CBOR encoder: keep it aware
        return at if at is None or at.tzinfo else at.replace(tzinfo=datetime.timezone.utc)
    if kind in ("integer", "long"):
        return int(value)
    if kind in ("float", "double"):
        return float(value)
    if kind == "boolean":
        return value if isinstance(value, bool) else str(value).lower() == "true"
    if kind == "blob":
        return value if isinstance(value, bytes) else str(value).encode()
    if isinstance(value, datetime.datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%S.000+0000")
    return value if isinstance(value, str) else json.dumps(value)
