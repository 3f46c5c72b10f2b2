"""ASFF: each batch by botocore's model of BatchImportFindings, by Security Hub's limits, and imported into moto's Security Hub.

    check_asff.py ASSESSMENT.json BATCHES.jsonl
"""

import collections
import json
import os
import sys

import boto3
import botocore.session
from botocore.validate import ParamValidator
from moto import mock_aws
from truth import Truth, lines, same

STATUS = {"pass": "PASSED", "fail": "FAILED", "unknown": "WARNING", "attested": "NOT_AVAILABLE"}
ENUMS = {"Severity.Label": ["Severity", "Label"], "Compliance.Status": ["Compliance", "Status"], "Workflow.Status": ["Workflow", "Status"], "RecordState": ["RecordState"]}


def known_words(shape, finding):
    """botocore does not look at enumerations; AWS does."""
    for path in ENUMS.values():
        value, of = finding, shape
        for name in path:
            value, of = value[name], of.members[name]
        assert value in of.enum, value


def imported(batches):
    os.environ.update(AWS_ACCESS_KEY_ID="testing", AWS_SECRET_ACCESS_KEY="testing")
    taken = collections.Counter()
    with mock_aws():
        for batch in batches:
            region = batch["Findings"][0]["Resources"][0]["Region"]
            answer = boto3.client("securityhub", region_name=region).batch_import_findings(**batch)
            assert answer["FailedCount"] == 0, answer["FailedFindings"]
            taken[region] += answer["SuccessCount"]
        for region, count in taken.items():
            pages = boto3.client("securityhub", region_name=region).get_paginator("get_findings").paginate()
            there = [finding for page in pages for finding in page["Findings"]]
            assert len(there) == count, (region, len(there), count)
    return sum(taken.values())


def main():
    truth, batches = Truth(sys.argv[1]), lines(sys.argv[2])
    shape = botocore.session.get_session().get_service_model("securityhub").operation_model("BatchImportFindings").input_shape
    finding_shape = shape.members["Findings"].member
    for batch in batches:
        report = ParamValidator().validate(batch, shape)
        assert not report.has_errors(), report.generate_report()
        findings = batch["Findings"]
        assert 1 <= len(findings) <= 100 and len(json.dumps(batch)) < 6_000_000
        places = {(one["AwsAccountId"], one["ProductArn"].split(":")[3]) for one in findings}
        assert len(places) == 1, places
        for one in findings:
            known_words(finding_shape, one)
            assert len(json.dumps(one).encode()) <= 240_000
            assert len(one["Title"]) <= 256 and len(one["Description"]) <= 1024 and len(one["Id"]) <= 512
            assert len(one["Remediation"]["Recommendation"]["Text"]) <= 512
            assert all(value.strip() for value in one["ProductFields"].values())
            other = one["Resources"][0]["Details"]["Other"]
            assert len(other) <= 50 and all(0 < len(value) <= 1024 for value in other.values())
    every = [one for batch in batches for one in batch["Findings"]]
    found = collections.Counter(one["ProductFields"]["rung/result"] for one in every)
    same(found, {name: count for name, count in truth.counts().items() if name != "not_applicable"}, "findings")
    for one in every:
        result = one["ProductFields"]["rung/result"]
        assert one["Compliance"]["Status"] == STATUS[result]
        assert (one["Severity"]["Label"] == "INFORMATIONAL") == (result != "fail")
        waived = one["ProductFields"]["rung/waived"] == "true"
        assert (one["Workflow"]["Status"] == "NEW") == (result in ("fail", "unknown") and not waived)
    assert imported(batches) == len(every) == len({one["Id"] for one in every})
    print(f"ASFF: {len(every)} findings in {len(batches)} batches")


main()
