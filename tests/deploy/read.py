"""Reads what `rung schedule print` prints as its users would, checks it, and says what stands in it as JSON.

    read.py template FILE      CloudFormation, by cfn-lint's reader
    read.py manifests FILE     Kubernetes: each document held strictly against its schema
    read.py yaml FILE          any YAML
    read.py crontab FILE       by python-crontab; the next instants by croniter
    read.py terraform FOLDER   by python-hcl2: variables with their defaults, statements, what is named and not declared
    read.py container FILE     the container file, by dockerfile-parse
"""

import json
import pathlib
import re
import sys
from datetime import datetime, timezone
from zoneinfo import ZoneInfo


def template(path):
    import cfnlint.decode

    read, wrong = cfnlint.decode.decode(path)
    assert not wrong, wrong
    return read


def manifests(path):
    import kubernetes_validate
    import yaml

    with open(path, encoding="utf-8") as file:
        documents = list(yaml.safe_load_all(file))
    for document in documents:
        kubernetes_validate.validate(document, kubernetes_validate.latest_version(), strict=True)
    return documents


def anything(path):
    import yaml

    with open(path, encoding="utf-8") as file:
        return yaml.safe_load(file)


def crontab(path):
    from croniter import croniter
    from crontab import CronTab

    jobs = list(CronTab(tabfile=path))
    assert len(jobs) == 1 and jobs[0].is_valid(), jobs
    (job,) = jobs
    variables = {name: value for name, value in job.env.items() if not name.startswith("#")}
    fields = str(job.slices)
    start = datetime(2026, 1, 1, tzinfo=ZoneInfo(variables["CRON_TZ"]))
    times = croniter(fields, start)
    instants = [times.get_next(datetime).astimezone(timezone.utc).isoformat() for _ in range(5)]
    return {"fields": fields, "command": job.command, "variables": variables, "next": instants}


def container(path):
    from dockerfile_parse import DockerfileParser

    with open(path, "rb") as file:
        parser = DockerfileParser(fileobj=__import__("io").BytesIO(file.read()))
        return [{"instruction": one["instruction"], "value": one["value"]} for one in parser.structure]


def plain(value):
    """python-hcl2 keeps the quotes of what is quoted, and adds marks of its own."""
    if isinstance(value, dict):
        return {plain(name): plain(one) for name, one in value.items() if not name.startswith("__")}
    if isinstance(value, list):
        return [plain(one) for one in value]
    if isinstance(value, str) and len(value) > 1 and value[0] == value[-1] == '"':
        return value[1:-1]
    return value


def terraform(folder):
    import hcl2

    blocks, whole = {}, ""
    for file in sorted(pathlib.Path(folder).glob("*.tf")):
        text = file.read_text(encoding="utf-8")
        whole += text
        for kind, found in hcl2.loads(text).items():
            blocks.setdefault(kind, []).extend(found if isinstance(found, list) else [found])
    blocks = {kind: plain(found) for kind, found in blocks.items()}
    variables = {name: one.get("default") for block in blocks["variable"] for name, one in block.items()}
    local = {name: value for block in blocks["locals"] for name, value in block.items()}
    resources = {f"{kind}.{name}" for block in blocks["resource"] for kind, names in block.items() for name in names}
    data = {f"data.{kind}.{name}" for block in blocks["data"] for kind, names in block.items() for name in names}
    declared = {f"var.{name}" for name in variables} | {f"local.{name}" for name in local} | resources | data
    code = re.sub(r"(?m)^\s*#.*$", "", whole)
    # Names in words that people read are no references.
    code = re.sub(r'(?m)^(\s*(description|error_message|source)\s*=).*$', r"\1", code)
    named = set(re.findall(r"(?<![\w.\"])((?:var|local)\.\w+|data\.\w+\.\w+|aws_\w+\.\w+)", code))
    (night,) = [one for block in blocks["resource"] for one in block.get("aws_sfn_state_machine", {}).values()]
    return {
        "variables": variables,
        "statements": local["statements"],
        "undeclared": sorted(named - declared),
        "unused": sorted(one for one in declared - named if one.startswith(("var.", "local.", "data."))),
        "substitutions": sorted(set(re.findall(r"(\w+) = ", night["definition"]))),
        "reads": sorted(re.findall(r"\$\{path\.module\}([^\"]+)", code)),
    }


if __name__ == "__main__":
    kind, file = sys.argv[1:]
    read = {"template": template, "manifests": manifests, "crontab": crontab, "yaml": anything, "terraform": terraform, "container": container}[kind]
    json.dump(read(file), sys.stdout, default=str)
