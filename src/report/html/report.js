"use strict";
/*
 * The report's script, first of twelve files that are joined in this order:
 *   report.js text.js overview.js accounts.js controls.js filters.js findings.js drawer.js gaps.js lists.js measured.js start.js
 *
 * THE DATA (`<script type="application/json" id="assessment">`): the assessment (rung/assessment/v1) with these changes,
 * which keep ten thousand findings small. Every index counts from 0.
 *
 *   schema, rung, scan, pillar, controls, accounts, checklists, audit_list, entry_path,
 *   attestations, waivers, summary, gaps, sources, coverage
 *                 as in the assessment. `sources` may leave out those that no fact below refers to; of several
 *                 accounts `gaps` too, and `coverage` then has a line an operation.
 *   levels        ["Reactive / Undocumented", ...]: the five labels of the model.
 *   causes        {"denied": "denied", "no_data": "no data in the window", ...}: causes of gaps in words; at least
 *                 those that occur.
 *   subjects      [{"kind", "arn", "account", "region", "name"?, "tags"?, "evidence"}, ...]: each subject once.
 *                 `evidence` is the line of evidence.jsonl, as in a finding.
 *   fact_names    ["volume_type", "size_gib", ...]: each name once.
 *   facts         each different fact once; a tuple:
 *                   [name, value, source]       read: index into fact_names, any JSON value, index into sources
 *                   [name, null, -1, gap]       not read: index into gaps
 *                 `source` is -1 where none is recorded.
 *   findings      [[criterion, subject, result, [fact, ...], [reason, ...], marks], ...]
 *                   criterion   index into all criteria of all controls, in the order of `controls`
 *                   subject     index into subjects
 *                   result      0 fail, 1 unknown, 2 pass, 3 not applicable
 *                   fact        indices into facts, in the order to be shown
 *                   reason      why it is unknown: index into gaps, or -1 for "needs an attestation"
 *                   marks       1 waived, 2 an attestation speaks for it, 3 both, 0 neither
 *   findings_left_out   [fail, unknown, pass, not_applicable]: how many of each are not in `findings` because a cap was
 *                 reached. Fails are kept first, then unknowns, then passes.
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
  const gapById = new Map(data.gaps.map((gap, index) => [gap.id, { gap, index }]));
  return { ...data, criteria, criterionById, controlById, gapById, findings: readFindings(data, criteria) };
}

/** Findings as objects; facts and texts are looked up only when they are shown. */
function readFindings(data, criteria) {
  return data.findings.map(([criterion, subject, result, facts, reasons, marks], index) => ({
    index,
    criterion: criteria[criterion],
    subject: data.subjects[subject],
    subjectIndex: subject,
    result,
    facts,
    reasons,
    waived: Boolean(marks & 1),
    attested: Boolean(marks & 2),
  }));
}

/** The facts of a finding: `{name, value, source}` or `{name, gap}`. */
function factsOf(report, finding) {
  return finding.facts.map((index) => {
    const [name, value, source, gap] = report.facts[index];
    return gap === undefined
      ? { name: report.fact_names[name], value, source: report.sources[source] }
      : { name: report.fact_names[name], gap: report.gaps[gap] || NO_GAP };
  });
}

/** `waf-perf-090.api.aws.io-alarms` is `io-alarms` to people. */
function shortId(id) {
  return id.slice(id.lastIndexOf(".") + 1);
}

/** What a subject is called: its name, else the end of its ARN. */
function subjectName(subject) {
  return (subject.name || "").trim() || subject.arn.slice(Math.max(subject.arn.lastIndexOf("/"), subject.arn.lastIndexOf(":")) + 1) || subject.arn;
}

/** Whether the criterion speaks about what must be absent or rare, so that "pass" counts against it. */
function countsAgainst(criterion) {
  return criterion.bar.kind === "none" || criterion.bar.kind === "at_most";
}
