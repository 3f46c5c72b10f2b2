"""The data of a report, as the head of report.js writes them down, with subjects and findings put back together."""
import json

RESULTS = ["fail", "unknown", "pass", "not_applicable"]


def read(text):
    """The data; `subjects` as objects, `findings` as [criterion, subject, result, facts or None, reasons, marks]."""
    data = json.loads(text)
    words = data["words"]
    data["subjects"] = [subject(words, row) for row in data["subjects"]]
    columns, results = data["findings"], []
    for code, number in enumerate(columns["results"]):
        results += [code] * number
    shown = columns["shown"] + [[None, []]] * (len(results) - len(columns["shown"]))
    data["findings"] = [list(row) for row in zip(columns["criterion"], columns["subject"], results, (facts for facts, _ in shown), (reasons for _, reasons in shown), columns["marks"])]
    return data


def subject(words, row):
    kind, arn, rest, account, region, name, tags, line, cut = row
    return {"kind": words["kinds"][kind], "arn": words["arns"][arn] + rest, "account": words["accounts"][account], "region": words["regions"][region],
            "name": name or "", "tags": dict(words["tags"][tag] for tag in tags), "line": line, "cut": bool(cut)}


def name_of(subject):
    """What the page calls a subject."""
    name = subject["name"].strip()
    return name or subject["arn"][max(subject["arn"].rfind("/"), subject["arn"].rfind(":")) + 1:] or subject["arn"]
