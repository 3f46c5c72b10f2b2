"""Makes a large bundle out of a small one: its findings again and again, each time about other resources, with hostile names among them.

    python make_sample.py BUNDLE OUT [--findings 100000]
    rung report OUT --format html -o big/report.html && python check_report.py big/report.html --measure

Only what `rung report` reads is made: the assessment, and a manifest that names it.
"""

import argparse
import hashlib
import json
import pathlib
import random

HOSTILE = [
    "<script>window.__pwned = 1</script>",
    "</script><script>window.__pwned = 2</script>",
    "<img src=x onerror=\"window.__pwned = 3\">",
    "\u202egpj.exe\u202c right to left",
    "zero\u200bwidth and \u0007 bell and \u001b[31mred",
    "line\u2028separator",
    "-->' \" onmouseover=window.__pwned=4 x=\"",
    "=HYPERLINK(\"https://evil.example\")",
    "{{ 7 * 7 }} {% raw %} ${window.__pwned = 5}",
    "Z\u0351\u0343\u0367\u0301a\u0334\u0321l\u0337go " + "\u0301" * 60,
    "שרת־נתונים القرص 🪜🧗",
    "long" + "-long" * 2000,
    "__proto__",
]
REGIONS = ["eu-central-1", "eu-west-1", "us-east-1", "ap-southeast-2", "sa-east-1"]
OWNERS = [f"team-{n:02d}" for n in range(40)]


def other_id(text, copy):
    return f"{text[:2]}{hashlib.sha256(f'{text} {copy}'.encode()).hexdigest()[:16]}"


def other_facts(facts, copy, rng):
    """The same facts with other numbers, read with other calls."""
    out = {}
    for name, fact in facts.items():
        fact = dict(fact)
        if "from" in fact:
            fact["from"] = other_id(fact["from"], copy)
        if isinstance(fact.get("value"), float):
            fact["value"] = round(fact["value"] * rng.uniform(0.5, 1.1), 3)
        out[name] = fact
    return out


def other_subject(subject, copy, number, rng):
    """Another resource of the same kind; every few hundred has a hostile name and tags."""
    out = dict(subject)
    out["arn"] = f"{subject['arn']}-{copy:05d}"
    out["name"] = f"{subject.get('name', 'unnamed')}-{copy:05d}"
    if subject["region"] in ("eu-west-1", "us-east-1"):
        out["region"] = rng.choice(REGIONS)
    out["tags"] = {**subject.get("tags", {}), "owner": rng.choice(OWNERS), "cost-center": f"{rng.randint(1, 10 ** 6)}"}
    if number % 331 == 0:
        hostile = number // 331 % len(HOSTILE)
        out["name"] = HOSTILE[hostile]
        out["tags"] = {**out["tags"], HOSTILE[(hostile + 1) % len(HOSTILE)]: HOSTILE[(hostile + 2) % len(HOSTILE)] * (1 if copy % 7 else 20), "owner": HOSTILE[hostile][:200]}
    return out


def multiplied(assessment, wanted):
    rng = random.Random(9)
    findings, sources, out, records, copy, lines, number = assessment["findings"], assessment["sources"], [], [], 0, 0, 0
    last = max(int(finding["evidence"].rsplit(":", 1)[1]) for finding in findings)
    while len(out) < wanted:
        subjects = {}
        for finding in findings[:wanted - len(out)]:
            line = int(finding["evidence"].rsplit(":", 1)[1])
            if line not in subjects:
                subjects[line] = other_subject(finding["subject"], copy, number, rng)
                number += 1
            out.append({**finding, "subject": subjects[line], "facts": other_facts(finding["facts"], copy, rng), "evidence": f"evidence.jsonl:{lines + line}"})
        records += [{**source, "id": other_id(source["id"], copy)} for source in sources]
        copy, lines = copy + 1, lines + last
    return {**assessment, "findings": out, "sources": records}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("bundle", type=pathlib.Path)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--findings", type=int, default=100_000)
    options = parser.parse_args()
    options.out.mkdir(parents=True)
    assessment = multiplied(json.loads((options.bundle / "assessment.json").read_text()), options.findings)
    written = json.dumps(assessment, ensure_ascii=False).encode()
    (options.out / "assessment.json").write_bytes(written)
    manifest = json.loads((options.bundle / "manifest.json").read_text())
    part = {"name": "assessment.json", "sha256": hashlib.sha256(written).hexdigest(), "bytes": len(written)}
    (options.out / "manifest.json").write_text(json.dumps({"schema": manifest["schema"], "rung": manifest["rung"], "scan": manifest["scan"], "parts": [part]}))
    print(f"{options.out}: {len(assessment['findings'])} findings, {len(assessment['sources'])} sources")


if __name__ == "__main__":
    main()
