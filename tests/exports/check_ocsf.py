"""OCSF: each event by the schema of its class, as the OCSF schema server exports it.

    check_ocsf.py ASSESSMENT.json EVENTS.jsonl
"""

import collections
import sys

import jsonschema
from ocsf_json_schema import OcsfJsonSchemaEmbedded, get_ocsf_schema
from truth import Truth, lines, same

STATUS = {"pass": 1, "unknown": 2, "fail": 3, "attested": 99, "not_applicable": 99}


def main():
    truth, events = Truth(sys.argv[1]), lines(sys.argv[2])
    [version] = {event["metadata"]["version"] for event in events}
    schema = OcsfJsonSchemaEmbedded(get_ocsf_schema(version))
    [name] = {schema.lookup_class_name_from_uid(event["class_uid"]) for event in events}
    assert name == "compliance_finding", name
    validator = jsonschema.Draft202012Validator(schema.get_class_schema(name, ["cloud"]))
    for event in events:
        validator.validate(event)
        assert event["type_uid"] == event["class_uid"] * 100 + event["activity_id"]
        compliance = event["compliance"]
        assert compliance["status_id"] == STATUS[compliance["status_code"]]
        # Only what fails is severe, and nothing that is unknown passes for seen.
        assert (event["severity_id"] > 1) == (compliance["status_code"] == "fail")
    same(collections.Counter(event["compliance"]["status_code"] for event in events), truth.counts(), "events")
    waived = sum(event["status_id"] == 3 for event in events)
    assert waived == sum(waived and standing in ("fail", "unknown") for _, _, standing, waived in truth.rows())
    assert len({event["finding_info"]["uid"] for event in events}) == len(events), "an id stands twice"
    print(f"OCSF {version}: {len(events)} events")


main()
