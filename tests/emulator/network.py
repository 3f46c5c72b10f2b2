"""A bad network: answers that are throttled, cut, garbled, emptied, slowed or never come.

Chosen by dice that fall the same way each time: they are thrown for the request's own text and how often it came, so
they do not depend on the order in which requests arrive. Answers are spoiled on their way out; the account is untouched.
"""
import asyncio
import fnmatch
import hashlib

import faults
from models import IAM_PREFIX
from wire import Answer

# What may be sent in an answer's place, or in which shape the answer is sent.
KINDS = ("throttle", "error", "cut", "half", "html", "noise", "empty", "nothing", "stall", "trickle", "drop", "gzip")
PAGE = b"<html><head><title>Sign in</title></head><body>Sign in to the network</body></html>"
NOISE = hashlib.shake_128(b"noise").digest(400)
TRICKLE_PIECES, TRICKLE_SECONDS = 8, 0.05


class Network:
    """The faults of the network in force."""

    def __init__(self):
        self.control({})

    def control(self, wanted):
        """`seed`, `rates` by kind of fault, `operations`: patterns of `service:Operation` with the kind each answer gets."""
        rates, operations = dict(wanted.get("rates", {})), dict(wanted.get("operations", {}))
        unknown = set(rates) | set(operations.values())
        unknown -= set(KINDS)
        if unknown or set(wanted) - {"seed", "rates", "operations"}:
            raise ValueError(f"unknown faults {sorted(unknown)} or controls {sorted(wanted)}")
        self.seed, self.rates, self.operations, self.seen = wanted.get("seed", 0), rates, operations, {}

    def fault(self, request):
        """The kind of fault that the answer to this request gets, or None."""
        name = f"{IAM_PREFIX.get(request.service, '?')}:{request.operation}"
        for pattern, kind in self.operations.items():
            if fnmatch.fnmatchcase(name, pattern) or fnmatch.fnmatchcase(f"{name}@{request.region}", pattern):
                return kind
        chance = self._chance(name, request) if self.rates else 1.0
        for kind, rate in self.rates.items():
            if chance < rate:
                return kind
            chance -= rate
        return None

    def _chance(self, name, request):
        """A number from 0 to 1 for the request's text, another each time it comes."""
        text = b"|".join([name.encode(), request.region.encode(), request.target.encode(), request.body])
        asked = hashlib.sha256(text).digest()
        self.seen[asked] = self.seen.get(asked, 0) + 1
        dice = hashlib.sha256(f"{self.seed}|{self.seen[asked]}|".encode() + asked).digest()
        return int.from_bytes(dice[:6]) / 2**48


def in_place(kind, request, answer):
    """What is sent in the answer's place; the answer itself where only its way suffers."""
    if kind == "throttle":
        return faults._throttled(request)
    if kind == "error":
        return faults._server_error(request)
    if kind == "html":
        return Answer(200, {"Content-Type": "text/html"}, PAGE)
    if kind == "empty":
        return Answer(200, {"Content-Type": answer.headers.get("Content-Type", "text/plain")}, b"")
    if kind == "noise":
        return Answer(200, answer.headers, NOISE)
    if kind == "half":
        return Answer(answer.status, answer.headers, answer.body[:len(answer.body) // 2])
    if kind == "gzip":
        return Answer(answer.status, answer.headers | {"Content-Encoding": "gzip"}, b"\x1f\x8b\x08\0" + NOISE[:40])
    return answer


async def send(kind, answer, transport, keep_alive):
    """Send the answer as the fault has it; whether the connection may go on."""
    head, body = answer.head(keep_alive), answer.body
    if kind == "drop":
        return False
    if kind == "nothing":
        await asyncio.Event().wait()
    if kind in ("cut", "stall"):
        transport.write(head + body[:len(body) // 2])
        if kind == "stall":
            await asyncio.Event().wait()
        return False
    if kind == "trickle":
        transport.write(head)
        size = max(1, -(-len(body) // TRICKLE_PIECES))
        for at in range(0, len(body), size):
            await asyncio.sleep(TRICKLE_SECONDS)
            transport.write(body[at:at + size])
        return True
    transport.write(head + body)
    return True
