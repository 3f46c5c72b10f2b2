"""Faults on demand: denials, throttling, server errors and latency, worded as AWS words them."""
import fnmatch
import random
import time

import wire
from models import IAM_PREFIX, iam_action

USER = "arn:aws:iam::123456789012:user/scanner"
BECAUSE = {
    "deny": "because no identity-based policy allows the {action} action",
    "deny_scp": "with an explicit deny in a service control policy",
    "deny_boundary": "because no permissions boundary allows the {action} action",
}


class Faults:
    """The faults in force; every one can be changed at run time."""

    def __init__(self):
        self.clear()

    def clear(self):
        """No faults at all."""
        self.deny = {kind: [] for kind in BECAUSE}
        self.throttle_rate = self.fault_rate = 0.0
        self.latency_ms = 0.0
        self.expired = False
        self.expire_after, self.signed_with = None, {}
        self.fail = {}
        self.bucket, self.buckets = None, {}
        self.random = random.Random(0)

    def control(self, wanted):
        """Set the faults named in `wanted`, leave the others; an unknown name is a ValueError."""
        for name, value in wanted.items():
            if name in self.deny:
                self.deny[name] = list(value)
            elif name in ("throttle_rate", "fault_rate", "latency_ms"):
                setattr(self, name, float(value))
            elif name == "expired":
                self.expired = bool(value)
            elif name == "expire_after":
                self.expire_after, self.signed_with = value, {}
            elif name == "bucket":
                self.bucket, self.buckets = value, {}
            elif name == "fail":
                self.fail = dict(value)
            elif name == "seed":
                self.random = random.Random(value)
            else:
                raise ValueError(f"unknown control {name}")

    def answer(self, request):
        """The error this request gets, or None."""
        chance = self.random.random()
        if self.expired or self._key_is_used_up(request):
            return _expired(request)
        if chance < self.throttle_rate or self._is_empty(request):
            return _throttled(request)
        if chance < self.throttle_rate + self.fault_rate:
            return _server_error(request)
        code = next((code for pattern, code in self.fail.items() if _matches(request, [pattern])), None)
        if code:
            return _error(request, 400, code, f"{code}, as the test asked")
        kind = next((kind for kind, patterns in self.deny.items() if _matches(request, patterns)), None)
        return _denied(request, kind) if kind else None

    def _key_is_used_up(self, request):
        """Whether the request's access key has signed as many requests as it may; counts it."""
        if self.expire_after is None:
            return False
        key = request.headers.get("authorization", "").partition("Credential=")[2].partition("/")[0]
        self.signed_with[key] = self.signed_with.get(key, 0) + 1
        return self.signed_with[key] > self.expire_after

    def _is_empty(self, request):
        """Whether the bucket of the request's account, region and service has no token left; takes one if it has."""
        if not self.bucket:
            return False
        now = time.monotonic()
        key = request.account, request.region, request.service
        tokens, then = self.buckets.get(key, (self.bucket["capacity"], now))
        tokens = min(self.bucket["capacity"], tokens + (now - then) * self.bucket["refill"])
        self.buckets[key] = max(tokens - 1, tokens if tokens < 1 else 0), now
        return tokens < 1


def _matches(request, patterns):
    if not patterns or request.service is None:
        return False
    names = {f"{IAM_PREFIX[request.service]}:{request.operation}", f"{request.service}:{request.operation}",
             iam_action(request.service, request.operation)}
    names |= {f"{name}@{place}" for name in names for place in (request.region, request.account)}
    return any(fnmatch.fnmatchcase(name, pattern) for name in names for pattern in patterns)


def _error(request, status, code, message):
    return wire.error(request.service, request.protocol, status, code, message)


def _denied(request, kind):
    action = iam_action(request.service, request.operation)
    message = f"User: {USER} is not authorized to perform: {action} " + BECAUSE[kind].format(action=action)
    if request.protocol == "ec2":
        return _error(request, 403, "UnauthorizedOperation", f"You are not authorized to perform this operation. {message}")
    if request.protocol in ("query", "rest-xml"):
        return _error(request, 403, "AccessDenied", message)
    return _error(request, 403 if request.protocol == "rest-json" else 400, "AccessDeniedException", message)


def _throttled(request):
    if request.protocol == "ec2":
        return _error(request, 503, "RequestLimitExceeded", "Request limit exceeded.")
    if request.service == "s3":
        return _error(request, 503, "SlowDown", "Please reduce your request rate.")
    if request.service == "lambda":
        return _error(request, 429, "TooManyRequestsException", "Rate exceeded")
    if request.protocol in ("query", "rest-xml"):
        return _error(request, 400, "Throttling", "Rate exceeded")
    return _error(request, 429 if request.protocol == "rest-json" else 400, "ThrottlingException", "Rate exceeded")


def _server_error(request):
    code = {"ec2": "InternalError", "rest-xml": "InternalError", "query": "InternalFailure"}
    return _error(request, 500, code.get(request.protocol, "InternalServerError"), "An internal error has occurred")


def _expired(request):
    if request.protocol == "ec2":
        return _error(request, 400, "RequestExpired", "Request has expired.")
    if request.service == "s3":
        return _error(request, 400, "ExpiredToken", "The provided token has expired.")
    message = "The security token included in the request is expired"
    if request.protocol in ("query", "rest-xml"):
        return _error(request, 403, "ExpiredToken", message)
    return _error(request, 403 if request.protocol == "rest-json" else 400, "ExpiredTokenException", message)
