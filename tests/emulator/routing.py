"""Which service and operation a request means, in which protocol and region, with which parameters."""
import functools
import json
import re
from urllib.parse import parse_qsl, unquote

from moto.core.parse import PROTOCOL_PARSERS
from werkzeug.datastructures import Headers, MultiDict

import cbor
from models import IAM_PREFIX, model, operation_model, operations, signing_name
from wire import CBOR

CREDENTIAL = re.compile(r"Credential=([^/,]+)/\d+/([^/]*)/([^/]+)/aws4_request")
BUCKET_HOST = re.compile(r"^([a-z0-9][a-z0-9.-]+?)\.(?:s3\.)?(?:127\.0\.0\.1|localhost)(?::\d+)?$")

# Whose requests are not signed with a session's key.
ACCOUNT = "123456789012"
# Operations at the same address as another: only their own hosts tell them apart.
SHADOWED = {"ListDirectoryBuckets"}


class Request:
    """One HTTP request to an AWS service."""

    def __init__(self, method, target, headers, body):
        self.method, self.headers, self.body = method, headers, body
        self.path, _, self.query = target.partition("?")
        scope = CREDENTIAL.search(headers.get("authorization", ""))
        self.access_key, self.region, self.signed_for = scope.groups() if scope else ("", "us-east-1", None)
        self.account = ACCOUNT
        self._path_style()
        self.labels = {}
        self.service, self.operation, self.protocol = self._identify()

    @property
    def target(self):
        """The path with the query, virtual hosts of S3 already turned into paths."""
        return self.path + ("?" + self.query if self.query else "")

    @functools.cached_property
    def parameters(self):
        """The request's parameters, boto3-shaped."""
        if self.protocol == CBOR:
            return cbor.decode(self.body)
        query = parse_qsl(self.query, keep_blank_values=True)
        form = parse_qsl(self.body.decode(), keep_blank_values=True) if self.protocol in ("query", "ec2") else []
        parser = PROTOCOL_PARSERS[self.protocol](operation_model(self.service, self.operation))
        return parser.parse({"method": self.method, "url_path": self.path, "url_params": self.labels,
                             "headers": Headers(self.headers), "values": MultiDict(query + form),
                             "body": self.body or (b"{}" if "json" in self.protocol else b"")}) or {}

    def _path_style(self):
        host = BUCKET_HOST.match(self.headers.get("host", ""))
        if host and self.signed_for in (None, "s3"):
            self.path = "/" + host[1] + (self.path if self.path != "/" else "")

    def _identify(self):
        if self.path.startswith("/service/") and "/operation/" in self.path:
            _, _, target, _, operation = (self.path.split("/") + [""] * 5)[:5]
            return self._service(operation, target), operation, CBOR
        if "x-amz-target" in self.headers:
            target, _, operation = self.headers["x-amz-target"].rpartition(".")
            return self._service(operation, target), operation, "json"
        if self.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            operation = dict(parse_qsl(self.body.decode())).get("Action", "")
            return self._service(operation), operation, "ec2" if self.signed_for == "ec2" else "query"
        return self._identify_rest()

    def _service(self, operation, target=None):
        for service in signed_as(self.signed_for):
            if operation in operations(service) and target in (None, model(service).metadata.get("targetPrefix")):
                return service
        return None

    def _identify_rest(self):
        protocol = "rest-json"
        for service in signed_as(self.signed_for or "s3"):
            protocol = model(service).metadata["protocol"]
            if not protocol.startswith("rest"):
                continue
            found = match_rest(service, self.method, self.path.rstrip("/") or "/", self.query)
            if found:
                self.labels = found[1]
                return service, found[0], protocol
        return None, f"{self.method} {self.path}", protocol


@functools.lru_cache(None)
def signed_as(name):
    """The services whose requests are signed for `name`."""
    return [service for service in IAM_PREFIX if signing_name(service) == name]


def match_rest(service, method, path, query):
    """The operation and its path parameters, or None."""
    given = dict(parse_qsl(query, keep_blank_values=True))
    best = None
    for pattern, literals, required, score, operation in rest_routes(service, method):
        if any(key not in given or (value and given[key] != value) for key, value in literals.items()):
            continue
        if not required <= given.keys():
            continue
        match = pattern.match(path)
        if match and (best is None or score > best[0]):
            best = score, operation, {name.replace("__", "-"): unquote(text) for name, text in match.groupdict().items()}
    return best and (best[1], best[2])


@functools.lru_cache(None)
def rest_routes(service, method):
    """(pattern, literal query, required query parameters, score, operation) of a service's REST operations."""
    routes = []
    for name in sorted(operations(service) - SHADOWED):
        operation = operation_model(service, name)
        if operation.http.get("method", "POST") != method:
            continue
        path, _, query = operation.http.get("requestUri", "/").partition("?")
        literals = dict(parse_qsl(query, keep_blank_values=True))
        required = _required_query(operation)
        labels = path.count("{")
        score = (len(literals) + len(required), -labels, len(path))
        routes.append((_pattern(path.rstrip("/") or "/"), literals, required, score, name))
    return routes


def _required_query(operation):
    if operation.input_shape is None:
        return set()
    places = [(n, operation.input_shape.members[n].serialization) for n in operation.input_shape.required_members]
    return {place.get("name", name) for name, place in places if place.get("location") == "querystring"}


def _pattern(path):
    pattern = ""
    for part in re.split(r"(\{[^}]+\})", path):
        if part.startswith("{"):
            name = part.strip("{}+").replace("-", "__")
            pattern += f"(?P<{name}>{'.+' if part.endswith('+}') else '[^/]+'})"
        else:
            pattern += re.escape(part)
    return re.compile(f"^{pattern}/?$")


def as_json(request):
    """Method, path, headers and body of a CBOR request, turned into JSON for an upstream without CBOR."""
    metadata = model(request.service).metadata
    headers = {k: v for k, v in request.headers.items() if k not in ("smithy-protocol", "accept", "content-type")}
    headers["x-amz-target"] = f"{metadata['targetPrefix']}.{request.operation}"
    headers["content-type"] = f"application/x-amz-json-{metadata['jsonVersion']}"
    body = json.dumps(request.parameters, default=lambda at: at.timestamp()).encode()
    return "POST", "/", headers, body
