"""Whether an OpenAPI description is valid, and whether answers are as it says: check.py openapi.json answers.json

An answer is {"path": as the description writes it, "status": 200, "body": ...}. Fields that the description does not name are an
error: a program could come to depend on them.
"""

import json
import sys

from jsonschema import Draft202012Validator
from openapi_spec_validator import validate


def closed(schema):
    """The schema, with objects that take no other fields than they name."""
    if isinstance(schema, list):
        return [closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    schema = {name: closed(value) for name, value in schema.items()}
    if "properties" in schema and "additionalProperties" not in schema:
        schema["additionalProperties"] = False
    return schema


def main(description, answers):
    with open(description, encoding="utf-8") as file:
        description = json.load(file)
    with open(answers, encoding="utf-8") as file:
        answers = json.load(file)
    validate(description)
    wrong = []
    for answer in answers:
        where = f"{answer['path']} {answer['status']}"
        told = description["paths"][answer["path"]]["get"]["responses"].get(str(answer["status"]))
        if told is None:
            wrong.append(f"{where}: this status is not described")
            continue
        schema = closed({**told["content"]["application/json"]["schema"], "components": description["components"]})
        for error in Draft202012Validator(schema).iter_errors(answer["body"]):
            wrong.append(f"{where}: {'/'.join(map(str, error.absolute_path))}: {error.message[:200]}")
    if wrong:
        sys.exit("\n".join(wrong[:20]))


if __name__ == "__main__":
    main(*sys.argv[1:])
