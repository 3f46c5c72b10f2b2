"""What an assessment says, counted: what every export is held against."""

import collections
import json

UNKNOWN = "unknown"


class Truth:
    """Rows that an export with a row a finding must have, by how they came out."""

    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            self.assessment = json.load(file)
        self.findings = self.assessment["findings"]
        self.controls = self.assessment["controls"]
        self.criteria = {one["id"]: one for control in self.controls for one in control["criteria"]}
        self.against = {id for id, one in self.criteria.items() if one["bar"]["kind"] in ("none", "at_most")}
        self.alone = [one for one in self.criteria.values() if self._held_against_nothing(one)]
        self.unseen = [(id, account) for id, one in self.criteria.items() if one["counts"]["unseen"] for account in self._hiding(id)]

    @staticmethod
    def _held_against_nothing(criterion):
        counts = criterion["counts"]
        return not counts["unseen"] and counts["pass"] + counts["fail"] + counts["unknown"] == 0 and criterion["outcome"] != "not_applicable"

    def _hiding(self, criterion):
        return sorted({gap["account"] for gap in self.assessment["gaps"] if criterion in gap["hides"]})

    def rows(self):
        """(criterion, ARN or None for the account, standing, waived)"""
        for finding in self.findings:
            yield finding["criterion"], finding["subject"]["arn"], self.standing(finding), finding["waived"]
        for criterion, _ in self.unseen:
            yield criterion, None, UNKNOWN, False
        for criterion in self.alone:
            standing = {"met": "pass", "unmet": "fail", "unknown": UNKNOWN}[criterion["outcome"]]
            if standing == "pass" and criterion["decided_by"] == "attested":
                standing = "attested"
            for _ in self.assessment["scan"]["accounts"]:
                yield criterion["id"], None, standing, False

    def standing(self, finding):
        if finding["result"] == UNKNOWN and finding["attested"]:
            return "attested"
        # A match of what must be absent or rare counts against the criterion: the resource fails.
        if finding["criterion"] in self.against:
            return {"pass": "fail", "fail": "pass"}.get(finding["result"], finding["result"])
        return finding["result"]

    def counts(self):
        """How many rows of each standing."""
        return collections.Counter(standing for _, _, standing, _ in self.rows())


def same(found, wanted, what):
    """Fails unless two counts are the same."""
    found, wanted = dict(found), dict(wanted)
    assert found == wanted, f"{what}: {found}, wanted {wanted}"


def lines(path):
    """JSON lines; a line that is none is an error. Only the line feed ends a line."""
    with open(path, encoding="utf-8", newline="\n") as file:
        return [json.loads(line) for line in file.read().split("\n") if line]
