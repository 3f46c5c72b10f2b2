"""Reads what `rung schedule print` prints as its users would, checks it, and says what stands in it as JSON.

    read.py template FILE      CloudFormation, by cfn-lint's reader
    read.py manifests FILE     Kubernetes: each document held strictly against its schema
    read.py crontab FILE       by python-crontab; the next instants by croniter
    read.py container FILE     the container file, by dockerfile-parse
"""

import json
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


if __name__ == "__main__":
    kind, file = sys.argv[1:]
    read = {"template": template, "manifests": manifests, "crontab": crontab, "container": container}[kind]
    json.dump(read(file), sys.stdout, default=str)
