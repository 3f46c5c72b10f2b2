/* What was asked and how far it was read, what the calls cost, and the thresholds in force. */

function coveredWords(covered) {
  return { complete: ["met", t("to its end")], partly: ["unknown", t("in part")], not_read: ["unmet", t("not at all")], not_asked: ["not_applicable", t("not asked")] }[covered];
}

/** The ledger: what was not read to its end first. */
function coverageTable(report) {
  const lines = report.coverage;
  if (!lines.length) return "";
  const order = ["not_read", "partly", "not_asked", "complete"];
  const sorted = [...lines].sort((a, b) => order.indexOf(a.covered) - order.indexOf(b.covered));
  const number = (head) => ({ head, class: "num right" });
  const several = report.scan.accounts.length > 1;
  const rows = sorted.map((line) => [
    el("code", {}, line.operation), ...(several ? [said(line.account)] : []), said(line.region),
    el("span", { class: "covered" }, icon(coveredWords(line.covered)[0]), coveredWords(line.covered)[1], line.causes.length ? `: ${line.causes.map((cause) => causeWords(report, cause)).join(", ")}` : ""),
    count(line.pages), count(line.items), count(line.retries), count(line.throttles)]);
  const complete = lines.filter((line) => line.covered === "complete").length;
  return block("coverage", t("Coverage"), t("{complete} of {n} read to their end", { complete, n: lines.filter((line) => line.covered !== "not_asked").length }), false,
    table(t("What was asked of each operation in each account and region"), [{ head: t("Operation") }, ...(several ? [{ head: t("Account") }] : []), { head: t("Region") }, { head: t("Read") }, number(t("Pages")), number(t("Items")), number(t("Retries")), number(t("Throttled"))], rows));
}

function block(id, heading, beside, open, ...parts) {
  return el("details", { class: "block", id, open }, el("summary", {}, el("h3", {}, heading), " ", el("span", { class: "quiet" }, beside)), parts);
}

function callsTable(report) {
  const calls = Object.entries(report.scan.calls).sort((a, b) => b[1].calls - a[1].calls || (a[0] < b[0] ? -1 : 1));
  if (!calls.length) return "";
  const number = (head) => ({ head, class: "num right" });
  const rows = calls.map(([operation, each]) => [el("code", {}, operation), count(each.calls), count(each.retries), count(each.throttles), count(each.errors), bytes(each.bytes), duration(each.milliseconds), each.cost_usd ? digits(each.cost_usd, 4) : "0"]);
  return block("calls", t("Calls"), t("{n} operation|{n} operations", { n: calls.length }), calls.length <= 20,
    table(t("Calls by operation, over all accounts and regions; time is the sum over parallel calls"), [{ head: t("Operation") }, number(t("Calls")), number(t("Retries")), number(t("Throttled")), number(t("Errors")), number(t("Answered")), number(t("Time")), number("USD")], rows));
}

function thresholdsTable(report) {
  const byName = new Map();
  for (const criterion of report.criteria) for (const threshold of criterion.thresholds) byName.set(threshold.name, threshold);
  if (!byName.size) return "";
  const changed = [...byName.values()].filter(isChanged).length;
  const rows = [...byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1)).map((threshold) => [
    el("code", {}, threshold.name),
    isChanged(threshold) ? el("strong", { class: "changed" }, t("{value}, changed", { value: amount(threshold.value, threshold.unit) })) : amount(threshold.value, threshold.unit),
    amount(threshold.default, threshold.unit), tm(threshold.reason)]);
  return block("thresholds", t("Thresholds"), changed ? t("{changed} of {n} changed from their defaults", { changed, n: byName.size }) : t("{n}, all at their defaults", { n: byName.size }), true,
    table(t("Thresholds in force"), [{ head: t("Name") }, { head: t("In force"), class: "num" }, { head: t("Default"), class: "num" }, { head: t("Why this default") }], rows));
}
