"""WAF++'s result file by the model of its own library, and as its server gives it back after a push.

    check_wafpass.py ASSESSMENT.json RESULT.json [SERVER ADMIN_PASSWORD RUN_ID]
"""

import collections
import json
import sys
import urllib.request

from truth import Truth, same
from wafpass.schema import WafpassResultSchema

STATUS = {"pass": "PASS", "fail": "FAIL", "unknown": "ERROR", "attested": "SKIP", "not_applicable": "SKIP"}


def wanted_counts(truth):
    counts = collections.Counter()
    for _, _, standing, waived in truth.rows():
        counts["WAIVED" if waived and standing in ("fail", "unknown") else STATUS[standing]] += 1
    return counts


def wanted_score(truth):
    outcomes = [one["outcome"] for one in truth.criteria.values() if one["outcome"] != "not_applicable"]
    return 100 * outcomes.count("met") // len(outcomes)


def hold(truth, result, what):
    same(collections.Counter(one["status"] for one in result["findings"]), wanted_counts(truth), what)
    assert result["score"] == result["pillar_scores"]["performance"] == wanted_score(truth)
    assert [one["id"] for one in result["controls_meta"]] == [control["id"] for control in truth.controls]
    assert result["run"]["criteria"]["unknown"] == sum(one["outcome"] == "unknown" for one in truth.criteria.values())


def ask(url, token=None, body=None):
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    request = urllib.request.Request(url, data=body and json.dumps(body).encode(), headers=headers)
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request) as answer:
        body = json.load(answer)
        return body.get("data", body)


def pushed(server, password, run):
    token = ask(f"{server}/api/v1/auth/login", body={"username": "admin", "password": password})["access_token"]
    return ask(f"{server}/api/v1/runs/{run}", token)


def main():
    truth = Truth(sys.argv[1])
    with open(sys.argv[2], encoding="utf-8") as file:
        result = json.load(file)
    # Strict: a field that the format does not have would be lost on the way.
    unknown = set(result) - set(WafpassResultSchema.model_fields)
    assert not unknown, unknown
    WafpassResultSchema.model_validate(result)
    hold(truth, result, "file")
    if len(sys.argv) > 3:
        run = pushed(*sys.argv[3:6])
        run["run"] = run.get("run") or run.get("run_metadata") or result["run"]
        hold(truth, run, "server")
        assert run["project"] == result["project"] and run["path"] == result["path"]
        # The server gives them back in an order of its own.
        names = sorted(result["findings"][0])
        sent, kept = (sorted([one[name] for name in names] for one in of["findings"]) for of in (result, run))
        assert sent == kept, [pair for pair in zip(sent, kept) if pair[0] != pair[1]][:1]
    print(f"WAF++: {len(result['findings'])} findings, score {result['score']}")


main()
