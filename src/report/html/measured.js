/* How it was measured: program, scan, calls, thresholds, and the method in words. */

function drawMeasured(report) {
  document.getElementById("measured-body").append(
    el("div", { class: "columns" }, scanFacts(report), method()),
    trust(report), coverageTable(report), callsTable(report), thresholdsTable(report));
  document.getElementById("foot").append(`Made by rung ${report.rung.version}. Everything shown lies in this file; it loads nothing and sends nothing.`);
}

function scanFacts(report) {
  const { scan } = report;
  const took = Date.parse(scan.finished_at) - Date.parse(scan.started_at);
  const calls = Object.values(scan.calls).reduce((sum, each) => sum + each.calls, 0);
  return el("div", {}, el("h3", {}, "The scan"), el("dl", { class: "facts facts-column" }, [
    pair("Scan", el("code", {}, said(scan.id))),
    pair("Began", time(scan.started_at)),
    pair("Ended", time(scan.finished_at), Number.isFinite(took) ? ` (${duration(took)})` : ""),
    pair("Complete", scan.complete ? "yes" : "no: interrupted"),
    pair("Partition", said(scan.partition)),
    pair("Scope", said(scan.scope.rule || "every resource", 500), `; ${counted(scan.scope.left_out, "resource")} left out`),
    pair("Calls", `${counted(calls, "request")}, all reads`),
    pair("List price of the calls", dollars(scan.cost_usd)),
    pair("Program", `rung ${report.rung.version}, format ${report.schema}`),
  ].filter(Boolean)));
}

function method() {
  return el("div", { class: "prose" }, el("h3", {}, "The method"),
    el("p", {}, "Each rung of the maturity model is split into criteria. A criterion is held against one resource at a time and comes out as pass, fail, unknown or not applicable; a bar says how many must pass."),
    el("p", {}, el("b", {}, "Unknown is never counted as pass or as fail. "), "A criterion is met only if its bar holds even when every unknown resource fails, and unmet only if the bar is missed even when every unknown resource passes. In between it is unknown."),
    el("dl", { class: "terms" },
      pair("Confirmed", "the highest level at which every criterion that applies, on it and below it, is met."),
      pair("Possible", "the same with unknown counted as met: where the control stands if everything hidden is good."),
      pair("Observed", "confirmed from AWS alone, with every attestation set aside."),
      pair("Gap", "something that could not be seen, with its cause and what would open it."),
      pair("Not applicable", "the account has nothing that the criterion speaks about: it does not count.")));
}

/** For whoever let the scan in: what it could do, asked and kept. */
function trust(report) {
  const { scan } = report;
  const operations = Object.keys(scan.calls).length;
  return el("div", { class: "prose", id: "trust" }, el("h3", {}, "What this scan could do"),
    el("p", {}, el("b", {}, "It only read. "), `It called ${counted(operations, "operation")}, all of them reads; the program refuses any other before it is sent. Each is listed below with what it cost.`),
    el("p", {}, "Kept: ids, names, tags, settings and metrics of resources, and AWS's request ids, by which CloudTrail shows each call. Never kept: credentials, tokens, signatures, environment variables, SQL text."));
}

const COVERED = { complete: ["met", "to its end"], partly: ["unknown", "in part"], not_read: ["unmet", "not at all"], not_asked: ["not_applicable", "not asked"] };

/** The ledger: what was not read to its end first. */
function coverageTable(report) {
  const lines = report.coverage || [];
  if (!lines.length) return "";
  const order = ["not_read", "partly", "not_asked", "complete"];
  const sorted = [...lines].sort((a, b) => order.indexOf(a.covered) - order.indexOf(b.covered));
  const number = (head) => ({ head, class: "num right" });
  const several = report.scan.accounts.length > 1;
  const rows = sorted.map((line) => [
    el("code", {}, line.operation), ...(several ? [said(line.account)] : []), said(line.region),
    el("span", { class: "covered" }, icon(COVERED[line.covered][0]), COVERED[line.covered][1], line.causes.length ? `: ${line.causes.map((cause) => report.causes[cause] || cause).join(", ")}` : ""),
    count(line.pages), count(line.items), count(line.retries), count(line.throttles)]);
  const complete = lines.filter((line) => line.covered === "complete").length;
  return el("details", { class: "block", id: "coverage" }, el("summary", {}, el("h3", {}, "Coverage"), el("span", { class: "quiet" }, `${count(complete)} of ${count(lines.filter((line) => line.covered !== "not_asked").length)} read to their end`)),
    table("What was asked of each operation in each account and region", [{ head: "Operation" }, ...(several ? [{ head: "Account" }] : []), { head: "Region" }, { head: "Read" }, number("Pages"), number("Items"), number("Retries"), number("Throttled")], rows));
}

function callsTable(report) {
  const calls = Object.entries(report.scan.calls).sort((a, b) => b[1].calls - a[1].calls || (a[0] < b[0] ? -1 : 1));
  if (!calls.length) return "";
  const number = (head) => ({ head, class: "num right" });
  const rows = calls.map(([operation, each]) => [el("code", {}, operation), count(each.calls), count(each.retries), count(each.throttles), count(each.errors), bytes(each.bytes), duration(each.milliseconds), each.cost_usd ? each.cost_usd.toFixed(4) : "0"]);
  return el("details", { class: "block", open: calls.length <= 40 }, el("summary", {}, el("h3", {}, "Calls"), el("span", { class: "quiet" }, counted(calls.length, "operation"))),
    table("Calls by operation, over all accounts and regions; time is the sum over parallel calls", [{ head: "Operation" }, number("Calls"), number("Retries"), number("Throttled"), number("Errors"), number("Answered"), number("Time"), number("USD")], rows));
}

function thresholdsTable(report) {
  const byName = new Map();
  for (const criterion of report.criteria) for (const threshold of criterion.thresholds) byName.set(threshold.name, threshold);
  if (!byName.size) return "";
  const changed = [...byName.values()].filter(isChanged).length;
  const rows = [...byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1)).map((threshold) => [
    el("code", {}, threshold.name),
    isChanged(threshold) ? el("strong", { class: "changed" }, amount(threshold.value, threshold.unit), " changed") : amount(threshold.value, threshold.unit),
    amount(threshold.default, threshold.unit), threshold.reason]);
  return el("details", { class: "block", open: true }, el("summary", {}, el("h3", {}, "Thresholds"), el("span", { class: "quiet" }, changed ? `${count(changed)} of ${count(byName.size)} changed from their defaults` : `${count(byName.size)}, all at their defaults`)),
    table("Thresholds in force", [{ head: "Name" }, { head: "In force", class: "num" }, { head: "Default", class: "num" }, { head: "Why this default" }], rows));
}
