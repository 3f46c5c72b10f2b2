"""JUnit XML: by the schema of Jenkins, and as junitparser takes it.

    check_junit.py ASSESSMENT.json REPORT.xml
"""

import pathlib
import sys

import junitparser
from lxml import etree
from truth import Truth, same

SCHEMA = pathlib.Path(__file__).parent.parent / "schemas" / "junit-10.xsd"


def expected(criterion):
    outcome, waived = criterion["outcome"], criterion.get("with_waivers")
    if outcome == "unmet" and waived in ("met", "not_applicable"):
        return "waived"
    return outcome


def found(case):
    if not case.result:
        return "met"
    [result] = case.result
    if isinstance(result, junitparser.Failure):
        assert result.type == "unmet" and "Remedy: " in result.message, result.message
        return "unmet"
    assert isinstance(result, junitparser.Skipped), result
    return result.type


def main():
    truth = Truth(sys.argv[1])
    etree.XMLSchema(etree.parse(SCHEMA)).assertValid(etree.parse(sys.argv[2]))
    report = junitparser.JUnitXml.fromfile(sys.argv[2])
    suites = list(report)
    assert [suite.name.split(" ")[0] for suite in suites] == [control["id"] for control in truth.controls]
    for suite, control in zip(suites, truth.controls):
        wanted = {one["id"].split(".")[-1]: expected(one) for one in control["criteria"]}
        same({case.name.split(": ")[1]: found(case) for case in suite}, wanted, control["id"])
        outcomes = list(wanted.values())
        assert suite.tests == len(outcomes) and suite.errors == 0 and suite.failures == outcomes.count("unmet")
        # Unknown is neither a pass nor a failure, and says so.
        for case in suite:
            if found(case) == "unknown":
                assert case.result[0].message.startswith("unknown: "), case.result[0].message
    print(f"JUnit: {report.tests} cases, {report.failures} failures")


main()
