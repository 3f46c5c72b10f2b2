"""Canned answers and patches to moto's answers, loaded by a scenario.

An answer:  {"service", "operation", "answer": {boto3-shaped} | "error": {"Code", "Message", "Status"}}
  "region": "eu-west-1"              only in that region
  "when": {"Parameter": "value"}     only for requests with that parameter; the answer with the most of them wins
  "filter": {"Parameter": "Field"}   of the answer's list, only the items whose Field is the Parameter's value
A patch:    {"service", "operation", "list": "Volumes"}, "region" and "when" as above, and
  "key": "VolumeId", "id": "vol-1", "set": {...}, "unset": [...]   changes that item of the list; or
  "append": {...}                                                  adds an item to it
  "list" may be a path through lists and structures: "Reservations.Instances".
Of equally good answers the one loaded last wins. Times may be relative: "now-40d".
"""
import collections

from models import paging, resolve


class Canned:
    """The canned answers, by operation."""

    def __init__(self):
        self.by_operation = collections.defaultdict(list)

    def load(self, records):
        """Add answers; later ones win over earlier ones."""
        for record in records:
            self.by_operation[record["service"], record["operation"]].append(resolve(record))

    def find(self, request):
        """The best record for a request, or None."""
        records = self.by_operation.get((request.service, request.operation), ())
        fitting = [(len(r.get("when", ())), i, r) for i, r in enumerate(records) if fits(r, request)]
        return max(fitting, key=lambda item: item[:2])[2] if fitting else None


def fits(record, request):
    """Whether a record speaks about this request's region and parameters."""
    if record.get("region", request.region) != request.region:
        return False
    return all(_same(request.parameters.get(name), value) for name, value in record.get("when", {}).items())


def _same(given, wanted):
    return wanted in given if isinstance(given, list) else given == wanted


def render(record, request):
    """The boto3-shaped data of an answer, filtered and paged as the request asks."""
    data = dict(record["answer"])
    rules = paging(request.service, request.operation)
    for parameter, field in record.get("filter", {}).items():
        wanted = request.parameters.get(parameter)
        if wanted:
            key = rules[2] if rules else next(name for name, value in data.items() if isinstance(value, list))
            wanted = wanted if isinstance(wanted, list) else [wanted]
            data[key] = [item for item in data[key] if item.get(field) in wanted]
    return page(data, request.parameters, rules)


def page(data, parameters, rules):
    """One page of the answer, if the operation is paged and the caller limits the page."""
    if not rules:
        return data
    token_in, token_out, key, limit_key = rules
    items = data.get(key)
    if not isinstance(items, list):
        return data
    start = int(parameters.get(token_in) or 0)
    end = start + int(parameters.get(limit_key) or len(items) or 1)
    more = {token_out: str(end)} if end < len(items) else {}
    return {**data, key: items[start:end], **more}


class Patches:
    """What is put right in moto's answers, by operation."""

    def __init__(self):
        self.by_operation = collections.defaultdict(list)

    def load(self, records):
        """Add patches; they apply in the order they were loaded."""
        for record in records:
            self.by_operation[record["service"], record["operation"]].append(resolve(record))

    def concern(self, service, operation):
        """Whether any patch speaks about this operation."""
        return (service, operation) in self.by_operation

    def apply(self, request, data):
        """Put right an answer, in place."""
        for patch in self.by_operation.get((request.service, request.operation), ()):
            if fits(patch, request):
                _apply(patch, data)


def _apply(patch, data):
    *path, last = patch["list"].split(".")
    for holder in _holders(data, path):
        if "append" in patch:
            holder.setdefault(last, []).append(patch["append"])
            continue
        for item in holder.get(last) or ():
            if item.get(patch["key"]) == patch["id"]:
                item.update(patch.get("set", {}))
                for name in patch.get("unset", ()):
                    item.pop(name, None)


def _holders(data, path):
    holders = [data]
    for name in path:
        below = [holder.get(name) or [] for holder in holders]
        holders = [item for value in below for item in (value if isinstance(value, list) else [value])]
    return holders
