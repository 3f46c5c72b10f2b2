"""Runs every DuckDB query of docs/queries.md on exports, and parses every Athena statement.

    check_queries.py ASSESSMENT.json FOLDER [--rows]     with findings.jsonl and evidence.jsonl; --rows: without the queries
"""

import os
import pathlib
import re
import sys

import duckdb
import sqlglot
from sqlglot import exp
from truth import Truth, lines, same

PAGE = pathlib.Path(__file__).parent.parent.parent / "docs" / "queries.md"


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.M | re.S)


def flat(rows, truth):
    """The rows of findings are those of the assessment, each with every column and no deeper than a map of texts."""
    columns = list(rows[0])
    for row in rows:
        assert list(row) == columns, row
        for name in ("facts", "tags"):
            assert all(value is None or isinstance(value, str) for value in row[name].values()), row
    wanted = [(c, arn, standing, waived) for c, arn, standing, waived in truth.rows()]
    found = [(row["criterion"], None if row["kind"] == "account" else row["arn"], row["result"], row["waived"]) for row in rows]
    assert sorted(map(str, found)) == sorted(map(str, wanted)), "rows differ from the assessment"
    return columns


def queries(folder, truth):
    os.chdir(folder)
    connection, empty = duckdb.connect(), []
    for query in blocks("sql"):
        answer = connection.execute(query).fetchall()
        if query.startswith("SELECT") and not answer:
            empty.append(query)
        if query.startswith("SELECT result, count(*)"):
            of_findings = {}
            for finding in truth.findings:
                standing = truth.standing(finding)
                of_findings[standing] = of_findings.get(standing, 0) + 1
            same(answer, of_findings, "DuckDB's count")
    [[parquet]] = connection.execute("SELECT count(*) FROM 'findings.parquet'").fetchall()
    assert parquet == sum(truth.counts().values())
    # The comparison of a scan with itself finds nothing; everything else finds something.
    assert len(empty) == 1 and "IS DISTINCT FROM" in empty[0], empty
    return len(blocks("sql"))


def athena(columns):
    statements = blocks("sql athena")
    for statement in statements:
        [parsed] = sqlglot.parse(statement, dialect="athena")
        assert parsed and not isinstance(parsed, exp.Command), statement
        if isinstance(parsed, exp.Create):
            table = parsed.this.this.name
            assert [column.name for column in parsed.this.expressions] == columns[table], table
    return len(statements)


def main():
    truth, folder = Truth(sys.argv[1]), pathlib.Path(sys.argv[2]).resolve()
    findings, evidence = lines(folder / "findings.jsonl"), lines(folder / "evidence.jsonl")
    columns = {"rung_findings": flat(findings, truth), "rung_evidence": list(evidence[0])}
    assert all(list(row) == columns["rung_evidence"] for row in evidence)
    assert {row["evidence_line"] for row in findings} <= {row["evidence_line"] for row in evidence} | {None}
    by_line = {row["evidence_line"]: row["arn"] for row in evidence}
    assert all(row["arn"] == by_line[row["evidence_line"]] for row in findings if row["evidence_line"])
    if len(sys.argv) > 3:
        return print(f"JSON lines: {len(findings)} findings, {len(evidence)} subjects")
    ran, parsed = queries(folder, truth), athena(columns)
    print(f"JSON lines: {len(findings)} findings, {len(evidence)} subjects, {ran} DuckDB queries, {parsed} Athena statements")


main()
