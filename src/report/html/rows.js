/* The rows of the findings' table. */

function findingsTable(report) {
  const columns = [["result", t("Result")], ["criterion", t("Criterion")], ["resource", t("Resource")], ["account", t("Account")], ["region", t("Region")]];
  const heads = columns.map(([name, label]) => el("th", { scope: "col", class: `col-${name}`, "data-sort": name, "aria-sort": "none" },
    el("button", { type: "button", click: () => sortBy(report, name) }, label, el("span", { class: "arrow", "aria-hidden": "true" }))));
  return el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": t("Findings") }, el("table", { class: "findings-table", id: "findings-table", click: (event) => clickRow(report, event) },
    el("caption", { class: "unseen" }, t("Findings")),
    el("thead", {}, el("tr", {}, heads, el("th", { scope: "col", class: "col-facts" }, t("Facts")))),
    el("tbody", { id: "findings-rows" })));
}

function showSort() {
  for (const head of document.querySelectorAll("#findings-table th[data-sort]")) {
    const on = head.dataset.sort === view.filter.sort;
    head.setAttribute("aria-sort", on ? (view.filter.descending ? "descending" : "ascending") : "none");
  }
}

/** The page of rows, or of groups. */
function showPage(report) {
  const grouped = view.filter.group ? groupsOf(report) : null;
  const total = grouped ? grouped.length : view.found.length;
  view.filter.page = Math.min(view.filter.page, Math.max(1, Math.ceil(total / PAGE)));
  const from = (view.filter.page - 1) * PAGE;
  if (grouped) showGroups(report, grouped.slice(from, from + PAGE));
  else showRows(report, view.found.subarray(from, from + PAGE));
  showCount(report, grouped, from, Math.min(total, from + PAGE));
  drawPager(document.getElementById("pager-top"), view.filter.page, total, (number) => toPage(report, number));
  drawPager(document.getElementById("pager-bottom"), view.filter.page, total, (number) => toPage(report, number, true));
}

function showRows(report, page) {
  const table = document.getElementById("findings-table");
  table.querySelectorAll("tbody").forEach((body) => body.remove());
  table.append(el("tbody", { id: "findings-rows" }, [...page].map((index) => findingRow(report, findingAt(report, index)))));
}

function showCount(report, grouped, from, to) {
  const [all, shown] = [report.findings.length, view.found.length];
  const what = shown === all ? t("finding|findings", { n: all }) : t("of {n} finding|of {n} findings", { n: all });
  const part = grouped ? t("in {n} group|in {n} groups", { n: grouped.length }) : shown > PAGE ? t("{from} to {to} shown", { from: from + 1, to }) : "";
  document.getElementById("findings-count").replaceChildren(el("strong", {}, count(shown)), ` ${what}`, part ? `, ${part}` : "");
}

/** The badge of a finding: where a match counts against the criterion, it says so. */
function resultBadge(finding) {
  const result = RESULTS[finding.result];
  if (!countsAgainst(finding.criterion) || finding.result === 1 || finding.result === 3) return badge(result);
  return el("span", { class: `badge tone-${BADGES[result].tone}` }, icon(result), el("span", {}, result === "fail" ? t("Match") : t("Clear")));
}

function findingRow(report, finding) {
  const { subject, criterion } = finding;
  return el("tr", { "data-finding": finding.index },
    el("td", { class: "col-result" }, resultBadge(finding), findingMarks(finding)),
    el("td", { class: "col-criterion" }, el("span", { class: "code" }, criterion.number), " ", el("span", {}, criterion.short)),
    el("td", { class: "col-resource" },
      el("button", { type: "button", class: "open-row", "aria-haspopup": "dialog" }, said(subjectName(subject), 90)),
      el("span", { class: "sub" }, kindName(subject.kind), " ", said(subject.arn, 160))),
    el("td", { class: "col-account num" }, said(subject.account, 40)),
    el("td", { class: "col-region" }, said(subject.region, 40)),
    el("td", { class: "col-facts" }, factsInShort(report, finding)));
}

/** The first three facts on one line; of a finding that has them elsewhere the way there. */
function factsInShort(report, finding) {
  const facts = factsOf(report, finding);
  if (!facts) return detailLink(report, finding) || el("span", { class: "quiet" }, t("not in this file"));
  return facts.slice(0, 3).map((fact) => el("span", { class: `fact${fact.gap ? " fact-gap" : ""}` },
    el("span", { class: "fact-name", title: fact.name }, factName(fact.name)), " ", fact.gap ? t("not seen") : said(inShort(fact.value), 40)));
}

/** A plain link to the file that has the facts: a page that was opened from disk may load nothing. */
function detailLink(report, finding) {
  const detail = detailOf(report, finding.index);
  return detail && el("a", { class: "detail-link", href: fileLink(detail.name, `#findings?open=${detail.index}`) }, t("facts in {file}", { file: visible(detail.name) }));
}

function inShort(value) {
  if (value === null) return t("none");
  if (value === true || value === false) return value ? t("yes") : t("no");
  if (Array.isArray(value)) return value.length ? value.map(inShort).join(", ") : t("empty");
  if (typeof value === "number") return count(value);
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

function clickRow(report, event) {
  const row = event.target.closest("tr[data-finding]");
  if (!row || event.target.closest("a") || String(document.getSelection())) return;
  openDrawer(report, findingAt(report, Number(row.dataset.finding)));
}

/** What people add to a finding; its result stays what was observed. */
function findingMarks(finding) {
  return [finding.attested ? chip(t("attested")) : null, finding.waived ? chip(t("waived")) : null];
}
