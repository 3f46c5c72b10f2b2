"""JSON against the JSON Schema that the program prints; CSV as Python's own reader takes it.

    check_json_csv.py ASSESSMENT.json SCHEMA.json FINDINGS.csv
"""

import csv
import json
import sys

import jsonschema
from truth import Truth

FORMULA = ("=", "+", "-", "@", "\t", "\r")


def main():
    truth = Truth(sys.argv[1])
    with open(sys.argv[2], encoding="utf-8") as file:
        schema = json.load(file)
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(truth.assessment)
    with open(sys.argv[3], encoding="utf-8", newline="") as file:
        text = file.read()
    rows = list(csv.DictReader(text.splitlines(keepends=True), strict=True))
    assert len(rows) == len(truth.findings), (len(rows), len(truth.findings))
    for row, finding in zip(rows, truth.findings):
        assert (row["criterion"], row["result"]) == (finding["criterion"], finding["result"])
        assert None not in row and None not in row.values(), row
        for cell in row.values():
            assert not cell.startswith(FORMULA), cell
            assert not any(ord(c) < 32 or ord(c) == 127 for c in cell), repr(cell)
    print(f"JSON and CSV: {len(rows)} findings")


main()
