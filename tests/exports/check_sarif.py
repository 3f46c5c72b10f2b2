"""SARIF: by its schema, and by what the standard asks beyond it.

    check_sarif.py ASSESSMENT.json LOG.sarif
"""

import collections
import json
import pathlib
import sys

import jsonschema
from truth import Truth, same

SCHEMA = pathlib.Path(__file__).parent.parent / "schemas" / "sarif-2.1.0-rtm.5.json"


def main():
    truth = Truth(sys.argv[1])
    with open(sys.argv[2], encoding="utf-8") as file:
        log = json.load(file)
    jsonschema.Draft4Validator(json.loads(SCHEMA.read_text(encoding="utf-8"))).validate(log)
    [run] = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == list(truth.criteria)
    found = collections.Counter()
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        # 3.27.10: what is no failure has the level none.
        assert (result["level"] == "none") == (result["kind"] != "fail"), result
        found[{"fail": "fail", "open": "unknown"}[result["kind"]]] += 1
    wanted = truth.counts()
    same(found, {name: wanted[name] for name in ("fail", "unknown") if wanted[name]}, "results")
    waived = sum("suppressions" in result for result in run["results"])
    assert waived == sum(waived and standing in ("fail", "unknown") for _, _, standing, waived in truth.rows())
    prints = [result["partialFingerprints"]["rung/v1"] for result in run["results"]]
    assert len(set(prints)) == len(prints), "a fingerprint stands twice"
    notes = run["invocations"][0].get("toolExecutionNotifications", [])
    assert len(notes) == len(truth.assessment["summary"]["gap_groups"])
    assert run["invocations"][0]["executionSuccessful"] == truth.assessment["scan"]["complete"]
    print(f"SARIF: {len(rules)} rules, {len(prints)} results")


main()
