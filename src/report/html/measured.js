/* How it was measured: program, scan, the method in words, and what the scan could do. */

function drawMeasured(report, body) {
  body.append(el("div", { class: "columns" }, scanFacts(report), method()), trust(report), coverageTable(report), callsTable(report), thresholdsTable(report));
}

function scanFacts(report) {
  const { scan } = report;
  const took = Date.parse(scan.finished_at) - Date.parse(scan.started_at);
  const calls = Object.values(scan.calls).reduce((sum, each) => sum + each.calls, 0);
  return el("div", {}, el("h3", {}, t("The scan")), el("dl", { class: "facts facts-column" }, [
    pair(t("Scan"), el("code", {}, said(scan.id))),
    pair(t("Began"), time(scan.started_at)),
    pair(t("Ended"), time(scan.finished_at), Number.isFinite(took) ? ` (${duration(took)})` : ""),
    pair(t("Complete"), scan.complete ? t("yes") : t("no: cut short")),
    pair(t("Partition"), said(scan.partition)),
    pair(t("Scope"), said(tm(scan.scope.rule || "every resource"), 500), `; ${t("{n} resource left out|{n} resources left out", { n: scan.scope.left_out })}`),
    pair(t("Calls"), t("{n} request, all reads|{n} requests, all reads", { n: calls })),
    pair(t("List price of the calls"), dollars(scan.cost_usd)),
    pair(t("Program"), t("rung {version}, format {schema}", { version: report.rung.version, schema: report.schema })),
  ].filter(Boolean)));
}

function method() {
  return el("div", { class: "prose" }, el("h3", {}, t("The method")),
    el("p", {}, t("Each rung of the maturity model is split into criteria. A criterion is held against one resource at a time and comes out as pass, fail, unknown or not applicable; a bar says how many must pass.")),
    el("p", {}, el("b", {}, t("Unknown is never counted as pass or as fail.")), " ", t("A criterion is met only if its bar holds even when every unknown resource fails, and unmet only if the bar is missed even when every unknown resource passes. In between it is unknown.")),
    el("dl", { class: "terms" },
      pair(t("Confirmed"), t("the highest level at which every criterion that applies, on it and below it, is met.")),
      pair(t("Possible"), t("the same with unknown counted as met: where the control stands if everything hidden is good.")),
      pair(t("Observed"), t("confirmed from AWS alone, with every attestation set aside.")),
      pair(t("Pillar"), t("the highest level whose checklist, and every checklist below it, is reached; level 5 asks that every control stands there.")),
      pair(t("Gap"), t("something that could not be seen, with its cause and what would open it.")),
      pair(t("Not applicable"), t("the account has nothing that the criterion speaks about: it does not count."))),
    el("h4", { id: "method-steps" }, t("The steps that lift most")),
    el("p", {}, t("Candidates are the criteria in the way of each control's next level. First come those on which most open points of the next checklist count, because the checklists decide the pillar's level; then those that are the last thing in a control's way; then by the control's severity, by the work (a setting, a resource to add, a change to test first, a practice of people), what is unmet before what is unknown, and by how many resources are missing.")),
    el("h4", {}, t("The charts")),
    el("p", {}, t("Charts count every finding of their criterion, also those that this file leaves out. What was not seen is counted beside, never as zero. Dots of the chart of time-outs lie on a grid of twelve steps to ten times as much.")));
}

/** For whoever let the scan in: what it could do, asked and kept. */
function trust(report) {
  const operations = Object.keys(report.scan.calls).length;
  return el("div", { class: "prose", id: "trust" }, el("h3", {}, t("What this scan could do")),
    el("p", {}, el("b", {}, t("It only read.")), " ", t("It called {n} operation, a read; the program refuses any other before it is sent. Each is listed below with what it cost.|It called {n} operations, all of them reads; the program refuses any other before it is sent. Each is listed below with what it cost.", { n: operations })),
    el("p", {}, t("Kept: ids, names, tags, settings and metrics of resources, and AWS's request ids, by which CloudTrail shows each call. Never kept: credentials, tokens, signatures, environment variables, SQL text.")));
}
