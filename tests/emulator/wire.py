"""Answers and errors in each service's own wire protocol."""
import re
import uuid
from xml.sax.saxutils import escape
import json

from botocore.parsers import create_parser
from moto.core.serialize import SerializationContext, get_serializer_class

import cbor
from models import conform, model, operation_model

CBOR = "smithy-rpc-v2-cbor"
REASONS = {200: "OK", 201: "Created", 202: "Accepted", 204: "No Content", 400: "Bad Request", 403: "Forbidden",
           404: "Not Found", 409: "Conflict", 429: "Too Many Requests", 500: "Internal Server Error",
           503: "Service Unavailable"}
# Root elements as the Smithy models name them: boto3 never looks at the root, aws-sdk-rust refuses a wrong one.
ROOTS = {
    ("s3", "GetBucketWebsite"): "WebsiteConfiguration",
    ("s3", "GetBucketLifecycleConfiguration"): "LifecycleConfiguration",
    ("s3", "ListBucketIntelligentTieringConfigurations"): "ListBucketIntelligentTieringConfigurationsOutput",
    ("s3", "ListBuckets"): "ListAllMyBucketsResult",
}
ROOT = re.compile(rb"^(\s*<\?xml[^>]*\?>)?\s*<([A-Za-z0-9]+)([^>]*?)(/?)>(.*)$", re.S)


class Answer:
    """An HTTP answer: status, headers and body."""

    __slots__ = ("status", "headers", "body")

    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def head(self, keep_alive=True):
        """The status line and headers as bytes."""
        lines = [f"HTTP/1.1 {self.status} {REASONS.get(self.status, 'Unknown')}"]
        lines += [f"{name}: {value}" for name, value in self.headers.items() if name.lower() != "content-length"]
        lines.append(f"Content-Length: {len(self.body)}")
        if not keep_alive:
            lines.append("Connection: close")
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def plain_json(data, status=200):
    """An answer of the emulator's own control interface."""
    return Answer(status, {"Content-Type": "application/json"}, json.dumps(data, indent=1).encode())


def answer(service, operation, protocol, data):
    """A boto3-shaped answer, serialised."""
    operation_shape = operation_model(service, operation)
    shape = operation_shape.output_shape
    data = conform(shape, data) if shape is not None else {}
    request_id = str(uuid.uuid4())
    headers = {"x-amzn-RequestId": request_id}
    if protocol == CBOR:
        headers |= {"Content-Type": "application/cbor", "smithy-protocol": "rpc-v2-cbor"}
        return Answer(200, headers, cbor.encode(shape, data) if shape is not None else b"\xa0")
    serialiser = get_serializer_class(service, protocol)(
        operation_shape, SerializationContext(request_id), value_picker=lambda context: context.obj.get(context.key))
    result = serialiser.serialize(data)
    body = result["body"].encode() if isinstance(result["body"], str) else result["body"] or b""
    headers |= {name: str(value) for name, value in result["headers"].items()}
    if "xml" in protocol or protocol in ("query", "ec2"):
        headers.setdefault("Content-Type", "text/xml")
    return Answer(result["status_code"], headers, fix_root(service, operation, body))


def parse(service, operation, protocol, reply):
    """The boto3-shaped data of a successful answer."""
    raw = {"status_code": reply.status, "body": reply.body,
           "headers": {name.lower(): value for name, value in reply.headers.items()}}
    data = create_parser(protocol).parse(raw, operation_model(service, operation).output_shape)
    data.pop("ResponseMetadata", None)
    return data


def fix_root(service, operation, body):
    """Give an XML answer the root element that the service's Smithy model names."""
    wanted = ROOTS.get((service, operation), "").encode()
    match = ROOT.match(body) if wanted and body else None
    if not match or match[2] in (wanted, b"Error"):
        return body
    opening = (match[1] or b"") + b"<" + wanted + match[3]
    if match[4]:
        return opening + b"/>"
    return opening + b">" + match[5][:match[5].rfind(b"</" + match[2] + b">")] + b"</" + wanted + b">"


def error(service, protocol, status, code, message):
    """An error in the wire protocol of the service; `service` is None if it could not be told."""
    request_id = str(uuid.uuid4())
    headers, body = _ERRORS.get(protocol, _json_error)(service, status, code, message, request_id)
    return Answer(status, {"x-amzn-RequestId": request_id, **headers}, body)


def _cbor_error(service, status, code, message, _request_id):
    headers = {"Content-Type": "application/cbor", "smithy-protocol": "rpc-v2-cbor"}
    if service and model(service).metadata.get("awsQueryCompatible") is not None:
        old_code = {"AccessDeniedException": "AccessDenied", "ThrottlingException": "Throttling"}.get(code, code)
        headers["x-amzn-query-error"] = f"{old_code};{'Receiver' if status >= 500 else 'Sender'}"
    namespace = "com.amazonaws." + (service or "unknown").replace("-", "")
    return headers, cbor.encode(None, {"__type": f"{namespace}#{code}", "message": message})


def _json_error(service, _status, code, message, _request_id):
    version = model(service).metadata.get("jsonVersion", "1.1") if service else "1.1"
    return ({"Content-Type": f"application/x-amz-json-{version}"},
            json.dumps({"__type": code, "message": message}).encode())


def _rest_json_error(_service, _status, code, message, _request_id):
    return ({"Content-Type": "application/json", "x-amzn-ErrorType": code},
            json.dumps({"message": message, "Message": message, "Code": code}).encode())


def _ec2_error(_service, _status, code, message, request_id):
    return {"Content-Type": "text/xml;charset=UTF-8"}, (
        '<?xml version="1.0" encoding="UTF-8"?>\n<Response><Errors><Error>'
        f"<Code>{code}</Code><Message>{escape(message)}</Message>"
        f"</Error></Errors><RequestID>{request_id}</RequestID></Response>").encode()


def _query_error(_service, status, code, message, request_id):
    kind = "Receiver" if status >= 500 else "Sender"
    return {"Content-Type": "text/xml"}, (
        f"<ErrorResponse><Error><Type>{kind}</Type><Code>{code}</Code><Message>{escape(message)}</Message>"
        f"</Error><RequestId>{request_id}</RequestId></ErrorResponse>").encode()


def _rest_xml_error(service, status, code, message, request_id):
    if service != "s3":
        return _query_error(service, status, code, message, request_id)
    return {"Content-Type": "application/xml", "x-amz-request-id": request_id[:16]}, (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{code}</Code><Message>{escape(message)}</Message>'
        f"<RequestId>{request_id[:16]}</RequestId></Error>").encode()


_ERRORS = {CBOR: _cbor_error, "json": _json_error, "rest-json": _rest_json_error, "ec2": _ec2_error,
           "query": _query_error, "rest-xml": _rest_xml_error}
