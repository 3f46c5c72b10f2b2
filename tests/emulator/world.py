"""The emulated account: canned answers first, the metric store, then moto with its answers put right."""
import json
import re

import baseline
import roles
import wire
from answers import Canned, Patches, render
from metrics import OPERATIONS as METRIC_OPERATIONS
from metrics import InvalidRequest, Metrics
from models import iam_action

READ = re.compile(r"^(Describe|List|Get|BatchGet|Head)")


class World:
    """Everything the account holds, except what moto holds."""

    def __init__(self, moto, keep_all=False):
        self.moto, self.keep_all = moto, keep_all
        self.clear()

    def clear(self):
        """Only the baseline: what even an empty account answers."""
        self.canned, self.patches, self.metrics = Canned(), Patches(), Metrics()
        self.kept = {}
        # the account of each session's access key; the roles that may be assumed, by ARN: anything while there are none
        self.sessions, self.roles = {}, {}
        self.canned.load(baseline.ANSWERS)

    def load(self, scenario):
        """Add a scenario's answers, patches and metrics."""
        self.canned.load(scenario.get("answers", ()))
        self.patches.load(scenario.get("patches", ()))
        self.metrics.load(scenario.get("metrics", ()))
        self.roles.update(scenario.get("roles", {}))
        self.kept.clear()

    def local_answer(self, request):
        """The answer that needs no moto, or None."""
        if request.service is None:
            return unknown(request)
        if self.keep_all and (kept := self.kept.get(_identity(request))):
            return kept
        answer = self._made_here(request)
        if answer is None:
            return self.kept.get(_identity(request))
        if self.keep_all and READ.match(request.operation):
            self.kept[_identity(request)] = answer
        return answer

    def _made_here(self, request):
        if request.service == "cloudwatch" and request.operation in METRIC_OPERATIONS:
            return self._metric_answer(request)
        if request.service == "sts" and request.operation == "AssumeRole":
            return roles.refusal(request, self.roles)
        if request.operation == "GetCallerIdentity" and request.access_key in self.sessions:
            return None
        record = self.canned.find(request)
        return from_record(request, record) if record is not None else None

    def moto_answer(self, request):
        """moto's answer, put right; answers to reads are kept until something is written."""
        reply = self.moto.ask(request)
        answer = self._put_right(request, reply) if reply else unknown(request)
        if request.operation == "AssumeRole":
            self.sessions.update(roles.session(request, answer))
        elif READ.match(request.operation):
            if answer.status < 300 or self.keep_all:
                self.kept[_identity(request)] = answer
        elif not request.operation.startswith("Generate"):  # a report changes nothing that others show
            self.kept.clear()
        return answer

    def _metric_answer(self, request):
        try:
            data = self.metrics.answer(request)
        except InvalidRequest as refusal:
            return wire.error(request.service, request.protocol, 400, "ValidationError", str(refusal))
        return wire.answer(request.service, request.operation, request.protocol, data)

    def _put_right(self, request, reply):
        protocol = "json" if request.protocol == wire.CBOR else request.protocol
        if reply.status >= 300:
            return reply if protocol == request.protocol else _error_as_cbor(request, reply)
        operation = request.service, request.operation
        correct = baseline.CORRECTIONS.get(operation)
        if not (correct or self.patches.concern(*operation) or protocol != request.protocol):
            reply.body = wire.fix_root(*operation, reply.body)
            if "json" in protocol:
                reply.headers["Content-Type"] = "application/json"
            return reply
        data = wire.parse(*operation, protocol, reply)
        self.patches.apply(request, data)
        if correct:
            correct(request, data)
        return wire.answer(*operation, request.protocol, data)


def _identity(request):
    return (request.account, request.service, request.operation, request.region, request.protocol, request.method, request.target,
            request.body)


def from_record(request, record):
    """The wire form of a canned answer or error."""
    if "error" in record:
        error = record["error"]
        return wire.error(request.service, request.protocol, error.get("Status", 400), error["Code"], error["Message"])
    return wire.answer(request.service, request.operation, request.protocol, render(record, request))


def unknown(request):
    """What AWS answers to an operation it does not know."""
    name = iam_action(request.service, request.operation) if request.service else request.operation
    if request.protocol in ("ec2", "query"):
        message = f"The action {request.operation} is not valid for this endpoint ({name})."
        return wire.error(request.service, request.protocol, 400, "InvalidAction", message)
    status = 404 if request.protocol.startswith("rest") else 400
    return wire.error(request.service, request.protocol, status, "UnknownOperationException", f"{name} is not offered")


def _error_as_cbor(request, reply):
    body = json.loads(reply.body or b"{}")
    code = str(body.get("__type", "InternalFailure")).rpartition("#")[2]
    message = str(body.get("message") or body.get("Message") or "")
    return wire.error(request.service, request.protocol, reply.status, code, message)
