"""Runs every lake query of docs/queries.md on a lake, and holds the answers against what is counted here in the assessments.

    check_lake.py FOLDER     with lake/, the printed lake.sql and athena.sql, and the assessment of each scan that counts in nights/
"""

import collections
import datetime
import gzip
import hashlib
import json
import os
import pathlib
import re
import shutil
import sys

import duckdb
import sqlglot
from sqlglot import exp
from truth import Truth

PAGE = pathlib.Path(__file__).parent.parent.parent / "docs" / "queries.md"
TEXT = PAGE.read_text(encoding="utf-8")


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```$", TEXT, re.M | re.S)


def questions():
    """The queries by their number."""
    found = re.findall(r"^#### (\d+)\. [^\n]*\n(?:(?!^####).)*?^```sql lake\n(.*?)^```$", TEXT, re.M | re.S)
    assert len(found) == len(blocks("sql lake")) - 1, "a query without a number"
    return {int(number): query for number, query in found}


class Night:
    """What an assessment says, as rows."""

    def __init__(self, path):
        truth = Truth(path)
        self.assessment = truth.assessment
        self.date = datetime.date.fromisoformat(self.assessment["scan"]["started_at"][:10])
        self.rows_in_all = sum(truth.counts().values())
        self.control = {criterion["id"]: control["id"] for control in truth.controls for criterion in control["criteria"]}
        self.rows = [self._row(truth, finding) for finding in truth.findings]
        self.hidden = set(truth.unseen)
        self.unknown = collections.Counter(row["account"] for row in self.rows if row["result"] == "unknown")
        self.unknown.update(account for _, account in truth.unseen)
        alone = [criterion for criterion in truth.alone if criterion["outcome"] == "unknown"]
        self.unknown.update(account for _ in alone for account in self.assessment["scan"]["accounts"])

    def _row(self, truth, finding):
        subject = finding["subject"]
        criterion = truth.criteria[finding["criterion"]]
        return {
            "key": (finding["criterion"], subject["account"], subject["arn"]),
            "criterion": finding["criterion"],
            "control": self.control[finding["criterion"]],
            "account": subject["account"],
            "region": subject["region"],
            "arn": subject["arn"],
            "called": subject["arn"] if subject.get("name") is None else subject["name"],
            "owner": subject.get("tags", {}).get("owner", "(no owner)"),
            "result": truth.standing(finding),
            "waived": finding["waived"],
            "effort": criterion["effort"],
            "remedy": criterion["remedy"],
        }

    def failing(self, waived=False):
        return [row for row in self.rows if row["result"] == "fail" and row["waived"] == waived]

    def results(self):
        return {row["key"]: row["result"] for row in self.rows}


def evidence(path):
    with open(path, encoding="utf-8", newline="\n") as file:
        return [json.loads(line) for line in file.read().split("\n") if line]


class Expected:
    """The answers, counted from the assessments and the evidence of the bundles."""

    def __init__(self, nights, seen):
        self.nights, self.seen = nights, seen
        self.now, self.before = nights[-1], nights[-2]

    def q1(self):
        failing, resources = collections.Counter(), collections.defaultdict(set)
        for night in self.nights:
            for row in night.failing():
                failing[night.date, row["control"]] += 1
                resources[night.date, row["control"]].add((row["account"], row["arn"]))
        return [(date, control, len(resources[date, control]), count) for (date, control), count in failing.items()]

    def q2(self):
        for night in self.nights:
            scan = night.assessment["scan"]["id"]
            for control in night.assessment["controls"]:
                if control["confirmed"] is not None:
                    yield night.date, scan, control["id"], control["confirmed"], control["possible"]

    def q3(self):
        before = self.before.results()
        alone = lambda night: account_rows(night, "fail")
        for row in self.now.rows:
            if row["result"] == "fail" and before.get(row["key"]) != "fail":
                yield row["criterion"], row["account"], row["region"], row["called"], before.get(row["key"], "not there")
        for key in alone(self.now) - alone(self.before):
            was = account_results(self.before).get(key, "not there")
            yield key[0], key[1], "global", f"arn:aws:iam::{key[1]}:root", was

    def q4(self):
        failed = {row["key"] for night in self.nights[:-1] for row in night.rows if row["result"] == "fail"}
        now, accounts = self.now.results(), set(self.now.assessment["scan"]["accounts"])
        for key in failed:
            result = now.get(key)
            if result == "fail":
                continue
            if result == "pass":
                became = "mended"
            elif result in ("unknown", "attested"):
                became = "not seen"
            elif result is not None:
                became = "does not apply any more"
            else:
                closed = key[:2] in self.now.hidden or key[1] not in accounts
                became = "not seen" if closed else "gone"
            yield key[0], key[1], key[2], became

    def q5(self):
        failing = collections.Counter(row["account"] for row in self.now.failing())
        for account in self.now.assessment["accounts"]:
            id = account["id"]
            levels = account["pillar"], account["pillar_possible"]
            yield id, account.get("name"), account["state"], *levels, account["gaps"], failing[id], self.now.unknown[id]

    def q6(self):
        hides, accounts, opens = (collections.defaultdict(set) for _ in range(3))
        for gap in self.now.assessment["gaps"]:
            if gap["cause"].startswith("denied") and gap["hides"]:
                hides[gap["operation"]].update(gap["hides"])
                accounts[gap["operation"]].add(gap["account"])
                opens[gap["operation"]].add(gap["opens_with"])
        return [(action, len(hides[action]), len(accounts[action]), min(opens[action])) for action in hides]

    def q7(self):
        since = collections.defaultdict(list)
        results = [(night.date, night.results()) for night in self.nights]
        for row in self.now.failing():
            began = None
            for date, found in results:
                result = found.get(row["key"])
                if result in ("pass", "not_applicable"):
                    began = None
                elif result == "fail" and began is None:
                    began = date
            since[row["criterion"]].append((began, row["account"], row["arn"]))
        for criterion, all_of_it in since.items():
            oldest, _, arn = min(all_of_it)
            days = sum((self.now.date - began).days for began, _, _ in all_of_it)
            yield criterion, len(all_of_it), arn, oldest, (self.now.date - oldest).days, days

    def q8(self):
        failing, resources = collections.Counter(), collections.defaultdict(set)
        for row in self.now.failing():
            failing[row["owner"]] += 1
            resources[row["owner"]].add((row["account"], row["arn"]))
        return [(owner, len(resources[owner]), count) for owner, count in failing.items()]

    def q9(self):
        resources = collections.Counter(one["subject"]["region"] for one in self.seen[self.now.date])
        failing = collections.Counter(row["region"] for row in self.now.failing())
        return [(region, count, failing[region], round(failing[region] / count, 2)) for region, count in resources.items()]

    def q10(self):
        rows = [row for row in self.now.failing() if row["effort"] == "setting"]
        failing = collections.Counter((row["criterion"], row["remedy"]) for row in rows)
        accounts = lambda criterion: len({row["account"] for row in rows if row["criterion"] == criterion})
        return [(criterion, count, accounts(criterion), remedy) for (criterion, remedy), count in failing.items()]

    def q11(self):
        for night in self.nights:
            volumes = [one["facts"] for one in self.seen[night.date] if one["kind"] == "volume"]
            gp2 = [one["size_gib"]["value"] for one in volumes if one["volume_type"].get("value") == "gp2"]
            whole = ("ec2:DescribeVolumes", "sts:AssumeRole")
            hidden = {gap["account"] for gap in night.assessment["gaps"] if gap["operation"] in whole and not gap.get("what")}
            yield night.date, len(gp2), sum(gp2), len(hidden)

    def q12(self):
        for one in self.seen[self.now.date]:
            subject, facts = one["subject"], one["facts"]
            if one["kind"] == "instance" and facts["current_generation"].get("value") is False:
                called = subject.get("name", subject["arn"])
                owner = subject.get("tags", {}).get("owner")
                yield subject["account"], subject["region"], called, facts["instance_type"]["value"], owner

    def q13(self):
        rows = self.now.failing(waived=True)
        accounts = lambda criterion: len({row["account"] for row in rows if row["criterion"] == criterion})
        failing = collections.Counter(row["criterion"] for row in rows)
        return [(criterion, count, accounts(criterion)) for criterion, count in failing.items()]

    def q14(self):
        for night in self.nights:
            for account in night.assessment["accounts"]:
                if account["state"] != "scanned":
                    yield night.date, account["id"], account["state"], account.get("why")


def account_results(night):
    """How criteria came out that were held against nothing, by criterion and account."""
    results = {}
    for control in night.assessment["controls"]:
        for criterion in control["criteria"]:
            if Truth._held_against_nothing(criterion):
                words = {"met": "pass", "unmet": "fail", "unknown": "unknown"}
                for account in night.assessment["scan"]["accounts"]:
                    results[criterion["id"], account] = words[criterion["outcome"]]
    return results | {(criterion, account): "unknown" for criterion, account in night.hidden}


def account_rows(night, result):
    return {key for key, found in account_results(night).items() if found == result}


def ask(connection, expected):
    """Every query comes to what was counted; each finds something, so that none is held against nothing."""
    asked = questions()
    for number, query in sorted(asked.items()):
        found = connection.execute(query).fetchall()
        wanted = list(getattr(expected, f"q{number}")())
        assert len(wanted) <= 20 or "LIMIT" not in query, f"{number}: the test has too many rows for the query's limit"
        assert sorted(map(repr, found)) == sorted(map(repr, wanted)), differ(number, found, wanted)
        assert found, f"query {number} finds nothing here: the test says nothing of it"
    return len(asked)


def differ(number, found, wanted):
    found, wanted = collections.Counter(map(repr, found)), collections.Counter(map(repr, wanted))
    return f"query {number}: only found {list((found - wanted))[:5]}, only wanted {list((wanted - found))[:5]}"


def files(lake, connection):
    """Each marker's list names files that are there, byte for byte, and their rows are those that it counts."""
    columns, listed, told = {}, set(), 0
    for path in sorted((lake / "scans").glob("*.json")):
        marker = json.loads(path.read_text(encoding="utf-8"))
        columns["scans"] = list(marker)
        packed = (lake / marker["list"]).read_bytes()
        assert hashlib.sha256(packed).hexdigest() == marker["list_sha256"]
        rows = collections.Counter()
        for one in map(json.loads, gzip.decompress(packed).decode().splitlines()):
            data = (lake / one["name"]).read_bytes()
            assert len(data) == one["bytes"] and hashlib.sha256(data).hexdigest() == one["sha256"], one
            lines = [json.loads(line) for line in gzip.decompress(data).decode().split("\n") if line]
            assert len(lines) == one["rows"], one
            parts = one["name"].split("/")
            of_path = dict(part.split("=") for part in parts[1:-1])
            assert of_path.pop("scan_date") == marker["scan_date"] and f"{marker['scan']}-{marker['bundle']}" in parts[-1]
            for line in lines:
                assert columns.setdefault(parts[0], list(line)) == list(line), one
                assert line["bundle"] == marker["bundle"] and line["scan"] == marker["scan"]
                assert all(line[key] == value for key, value in of_path.items()), (one, line)
            rows[parts[0]] += len(lines)
            listed.add(one["name"])
        assert all(rows[table] == marker[table] for table in ("accounts", "findings", "evidence", "gaps")), (rows, marker)
        assert len({name for name in listed if marker["bundle"] in name}) == marker["files"]
        told += 1
    [count] = connection.execute("SELECT count(*) FROM scans").fetchone(),
    assert count == (told,)
    return columns


def counts(nights, seen, connection):
    """The views have each night's rows, and no others."""
    for table, of in [
        ("findings", lambda night: night.rows_in_all),
        ("evidence", lambda night: len(seen[night.date])),
        ("gaps", lambda night: len(night.assessment["gaps"])),
        ("accounts", lambda night: len(night.assessment["accounts"])),
    ]:
        found = dict(connection.execute(f"SELECT scan_date, count(*) FROM {table} GROUP BY scan_date").fetchall())
        assert found == {night.date: of(night) for night in nights}, (table, found)


def athena(columns):
    """Statements are Athena's, and columns are the keys of rows, beside those of the path."""
    printed = pathlib.Path("athena.sql").read_text(encoding="utf-8")
    statements = [one for one in printed.split(";\n") if one.strip()] + blocks("sql lake athena")
    tables = 0
    for statement in statements:
        [parsed] = sqlglot.parse(statement, dialect="athena")
        assert parsed and not isinstance(parsed, exp.Command), statement
        if isinstance(parsed, exp.Create) and parsed.kind == "TABLE":
            table = re.sub("_written|_of_account|rung_", "", parsed.this.this.name)
            own = [column.name for column in parsed.this.expressions]
            partitions = re.search(r"PARTITIONED BY \((.*?)\)", statement)
            partitions = [one.split()[0] for one in partitions[1].split(",")] if partitions else []
            assert not set(own) & set(partitions), "Athena refuses a column twice"
            assert own == [column for column in columns[table] if column not in partitions], table
            assert set(partitions) <= {"scan_date", "account"}
            tables += 1
    assert tables == 6, tables
    return len(statements)


def duckdb_columns(connection, columns):
    for table in ("accounts", "findings", "evidence", "gaps", "scans"):
        view = [column[0] for column in connection.execute(f"SELECT * FROM {table} LIMIT 0").description]
        of_path = {"scan_date"} if table != "scans" else set()
        assert sorted(view) == sorted({*columns[table], *of_path}), table


def accounts_are_text(connection):
    """An account is no number, also where no id begins with a zero: an engine that is left to guess takes it for one."""
    shutil.copytree("lake", "digits", ignore=shutil.ignore_patterns("account=0*"))
    connection.execute(pathlib.Path("lake.sql").read_text(encoding="utf-8").replace("'lake/", "'digits/"))
    for table in ("accounts", "findings", "evidence", "gaps"):
        [account] = connection.execute(f"SELECT account FROM {table} WHERE account = '222222222222' LIMIT 1").fetchone()
        assert account == "222222222222", (table, account)


def main():
    folder = pathlib.Path(sys.argv[1]).resolve()
    os.chdir(folder)
    nights = sorted((Night(path) for path in (folder / "nights").glob("*.json")), key=lambda night: night.date)
    seen = {night.date: evidence(folder / "nights" / f"{night.date}.jsonl") for night in nights}
    connection = duckdb.connect()
    connection.execute((folder / "lake.sql").read_text(encoding="utf-8"))
    columns = files(folder / "lake", connection)
    counts(nights, seen, connection)
    duckdb_columns(connection, columns)
    accounts_are_text(duckdb.connect())
    connection.execute(blocks("sql lake")[0])
    expected = Expected(nights, seen)
    asked = ask(connection, expected)
    os.makedirs("compact", exist_ok=True)
    for statement in blocks("sql lake compact"):
        connection.execute(statement)
    counts(nights, seen, connection)
    assert ask(connection, expected) == asked, "on Parquet too"
    print(f"lake: {len(nights)} nights, {asked} queries, twice; {athena(columns)} Athena statements")


main()
