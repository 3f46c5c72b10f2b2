"""Answers for the Well-Architected Tool: each update by botocore's model of UpdateAnswer, and never more than is shown.

    check_wa_tool.py ASSESSMENT.json ANSWERS.json
"""

import json
import sys

import botocore.session
from botocore.validate import ParamValidator
from truth import Truth


def shown(choice, outcomes):
    if not choice["rests_on"]:
        return "for_people"
    found = [outcomes[criterion["id"]]["outcome"] for criterion in choice["rests_on"]]
    if "unmet" in found:
        return "no"
    if "unknown" in found:
        return "unknown"
    return "yes" if "met" in found else "not_applicable"


def main():
    truth = Truth(sys.argv[1])
    with open(sys.argv[2], encoding="utf-8") as file:
        answers = json.load(file)["answers"]
    shape = botocore.session.get_session().get_service_model("wellarchitected").operation_model("UpdateAnswer").input_shape
    assert [answer["question"] for answer in answers] == [f"PERF {number}" for number in range(1, 6)]
    selected = 0
    for answer in answers:
        update = answer["update"]
        report = ParamValidator().validate(update, shape)
        assert not report.has_errors(), report.generate_report()
        assert len(update["Notes"]) <= shape.members["Notes"].metadata["max"]
        assert len(update["WorkloadId"]) == shape.members["WorkloadId"].metadata["max"]
        choice_shape = shape.members["ChoiceUpdates"].value
        for change in update["ChoiceUpdates"].values():
            assert change["Status"] == "SELECTED" and len(change["Notes"]) <= choice_shape.members["Notes"].metadata["max"]
        for choice in answer["choices"]:
            assert choice["shown"] == shown(choice, truth.criteria), choice
            # Never selected for what is unknown.
            assert (choice["choice_id"] in update["ChoiceUpdates"]) == (choice["shown"] == "yes"), choice
            for criterion in choice["rests_on"] + choice["speaks"]:
                assert criterion["outcome"] == truth.criteria[criterion["id"]]["outcome"]
        assert set(update["ChoiceUpdates"]) <= {choice["choice_id"] for choice in answer["choices"]}
        selected += len(update["ChoiceUpdates"])
    print(f"Well-Architected Tool: {selected} choices selected")


main()
