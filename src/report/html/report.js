"use strict";
/*
 * The report's script, first of the files that template.rs joins: the data, and how they are read.
 *
 * THE DATA (`<script type="application/json" id="assessment">`): the assessment (rung/assessment/v1) with these changes,
 * which keep a hundred thousand findings small. Every index counts from 0.
 *
 *   schema, rung, scan, pillar, controls, accounts, checklists, audit_list, entry_path, attestations, waivers, summary, coverage
 *                 as in the assessment. A criterion names at most 20 of its gaps (`gaps_total` counts them); of several
 *                 accounts `coverage` has a line an operation.
 *   gaps, sources those that the facts below refer to first, of `gaps` then as many others as there is room for;
 *                 `gaps_left_out` counts the rest.
 *   levels        ["Reactive / Undocumented", ...]: the five labels of the model.
 *   causes        {"denied": "denied", "no_data": "no data in the window", ...}: causes of gaps in words.
 *   words         {"kinds": [...], "arns": [...], "accounts": [...], "regions": [...], "tags": [[key, value], ...]}: what
 *                 subjects share; `arns` are beginnings of ARNs.
 *   subjects      [[kind, arn, rest of the ARN, account, region, name or null, [tag, ...], line, cut], ...]: each once.
 *                 Without a name people use the end of the ARN. `line` is that of evidence.jsonl; `cut` is 1 where tags or
 *                 names are left out or shortened: a detail page has them.
 *   fact_names    ["volume_type", "size_gib", ...]: each name once.
 *   facts         each different fact once; a tuple:
 *                   [name, value, source]       read: index into fact_names, any JSON value, index into sources (-1: none)
 *                   [name, null, -1, gap]       not read: index into gaps
 *   findings      {results: [fail, unknown, pass, not applicable], criterion: [...], subject: [...], marks: [...], shown: [...]}:
 *                 columns. The first `results[0]` findings fail, the next `results[1]` are unknown, and so on. Of criteria
                 that speak about what must be absent or rare a match stands under fail: it counts against them.
 *                   criterion   index into all criteria of all controls, in the order of `controls`
 *                   subject     index into subjects
 *                   marks       1 waived, 2 an attestation speaks for it, 3 both, 0 neither
 *                   shown       [[[fact, ...], [reason, ...]], ...] of the first findings: indices into facts; reasons are
 *                               why it is unknown: index into gaps, or -1 for "needs an attestation"
 *   findings_left_out   [fail, unknown, pass, not applicable]: how many of each are not in `findings`.
 *   details       {"names": ["report-0001.html", ...], "first": [10000, ...]}: where the facts of the findings are that are
 *                 not in `shown`: files of the same folder, each from that finding on. None where the page stands alone.
 *   charts        [{id, criterion, form, edges?, labels?, series, cells, seen, none, unseen, beyond?}, ...], counted over
 *                 all findings, also those left out: cells are [x, y, series, number]. `x` is a bin between edges (forms bins,
 *                 ages: in days), a label (words, sums), or a step of a grid (pairs: 10 ** (x / 12), likewise y).
 *   changes       rung/changes/v1, where there was a scan before.
 *   history       rung/history/v1, where the store knew of scans before: {controls: [id, ...], nights: [{scan, started_at, complete,
 *                 pillar, pillar_possible, confirmed: [level or null, ...], possible: [...], gaps}, ...]}, oldest first, this one last.
 *   detail        only in a detail page: {"main": "report.html", "number": 1, "of": 24, "first": 10000, "all": 91234}.
 *                 Such a page has no pillar, accounts, checklists, ... nor charts.
 */

/** Stands in for a gap that the data do not name. */
const NO_GAP = { id: "gaps", operation: "a call", account: "not recorded", region: "a region not recorded", cause: "not_recorded", opens_with: "", hides: [] };
const RESULTS = ["fail", "unknown", "pass", "not_applicable"];

/** Reads the embedded data and adds the look-ups that the parts of the report share. */
function readReport() {
  const data = JSON.parse(document.getElementById("assessment").textContent);
  const criteria = [];
  const criterionById = new Map();
  for (const control of data.controls) {
    for (const criterion of control.criteria) {
      const entry = { ...criterion, control, index: criteria.length, short: shortId(criterion.id), number: control.id.slice(-3) };
      criteria.push(entry);
      criterionById.set(criterion.id, entry);
    }
  }
  const controlById = new Map(data.controls.map((control) => [control.id, control]));
  const gapById = new Map(data.gaps.map((gap) => [gap.id, gap]));
  return { ...data, criteria, criterionById, controlById, gapById, findings: readFindings(data.findings), subjectCache: [] };
}

/** The columns as typed arrays: a hundred thousand findings are gone through at each key that is pressed. */
function readFindings({ results, criterion, subject, marks, shown }) {
  const result = new Uint8Array(criterion.length);
  let from = 0;
  results.forEach((number, code) => { result.fill(code, from, from + number); from += number; });
  return { length: criterion.length, result, criterion: Uint16Array.from(criterion), subject: Uint32Array.from(subject), marks: Uint8Array.from(marks), shown };
}

/** A finding as an object. */
function findingAt(report, index) {
  const { result, criterion, subject, marks, shown } = report.findings;
  if (!(index >= 0 && index < result.length)) return undefined;
  const [facts, reasons] = shown[index] || [null, []];
  return { index, criterion: report.criteria[criterion[index]], subject: subjectAt(report, subject[index]), subjectIndex: subject[index], result: result[index], facts, reasons,
    waived: Boolean(marks[index] & 1), attested: Boolean(marks[index] & 2) };
}

/** A subject as an object. */
function subjectAt(report, index) {
  if (!report.subjectCache[index]) {
    const [kind, arn, rest, account, region, name, tags, line, cut] = report.subjects[index];
    const { words } = report;
    report.subjectCache[index] = { kind: words.kinds[kind], arn: words.arns[arn] + rest, account: words.accounts[account], region: words.regions[region], name: name || "",
      tags: tags.map((tag) => words.tags[tag]), line, cut: Boolean(cut) };
  }
  return report.subjectCache[index];
}

/** The facts of a finding: `{name, value, source}` or `{name, gap}`; null where they lie in a detail page. */
function factsOf(report, finding) {
  return finding.facts && finding.facts.map((index) => {
    const [name, value, source, gap] = report.facts[index];
    return gap === undefined
      ? { name: report.fact_names[name], value, source: report.sources[source] }
      : { name: report.fact_names[name], gap: report.gaps[gap] || NO_GAP };
  });
}

/** Where the facts of a finding lie that this page has not: `{name, index}`, or nothing. */
function detailOf(report, index) {
  const { names, first } = report.details || { names: [], first: [] };
  const at = first.findLastIndex((from) => from <= index);
  return at < 0 ? undefined : { name: names[at], index: index - first[at] };
}

/** `waf-perf-090.api.aws.io-alarms` is `io-alarms` to people. */
function shortId(id) {
  return id.slice(id.lastIndexOf(".") + 1);
}

/** What a subject is called: its name, else the end of its ARN. */
function subjectName(subject) {
  const name = (subject.name || "").trim();
  // What the program named itself is said in the page's language.
  return (subject.arn.includes(":rung:") ? tm(name) : name) || subject.arn.slice(Math.max(subject.arn.lastIndexOf("/"), subject.arn.lastIndexOf(":")) + 1) || subject.arn;
}

/** Whether the criterion speaks about what must be absent or rare, so that "pass" counts against it. */
function countsAgainst(criterion) {
  return criterion.bar.kind === "none" || criterion.bar.kind === "at_most";
}
