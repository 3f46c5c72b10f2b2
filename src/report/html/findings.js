/* The table of findings: filters above, a hundred rows a page, one drawer a row. */

const PAGE = 100;
const COLUMNS = [["result", "Result"], ["criterion", "Criterion"], ["resource", "Resource"], ["account", "Account"], ["region", "Region"]];
const SELECTS = [["control", "Control"], ["criterion", "Criterion"], ["kind", "Kind"], ["account", "Account"], ["region", "Region"]];

/** What the table shows now. Only functions of this file change it. */
const view = { filter: emptyFilter(), found: [], inputs: {}, open: undefined };

function drawFindings(report) {
  const body = document.getElementById("findings-body");
  if (!report.findings.length) return body.append(el("p", {}, "There are no findings."));
  body.append(leftOut(report), filterForm(report), el("div", { class: "status" },
    el("p", { id: "findings-count", "aria-live": "polite" }), el("div", { class: "pager", id: "pager-top" })),
  findingsTable(report), el("div", { class: "pager", id: "pager-bottom" }));
  refresh(report);
}

/** What a cap kept out of the table. */
function leftOut(report) {
  const parts = (report.findings_left_out || []).map((number, code) => [number, BADGES[RESULTS[code]].word.toLowerCase()]).filter(([number]) => number);
  if (!parts.length) return "";
  return el("p", { class: "banner banner-open", id: "left-out" }, icon("unknown"), el("span", {}, el("strong", {}, "Not every finding is in this file. "),
    `Left out to keep it small: ${parts.map(([number, word]) => `${count(number)} ${word}`).join(", ")}. Levels, outcomes and counts of the controls are over all of them; all of them are in the bundle's assessment.json.`));
}

function filterForm(report) {
  view.inputs.q = el("input", { type: "search", id: "filter-q", placeholder: "Name, ARN or tag", autocomplete: "off", spellcheck: "false",
    input: () => change(report, { q: view.inputs.q.value }) });
  const selects = SELECTS.map(([name, label]) => {
    view.inputs[name] = el("select", { id: `filter-${name}`, change: () => change(report, { [name]: view.inputs[name].value }) });
    return el("div", { class: "field" }, el("label", { for: `filter-${name}` }, label), view.inputs[name]);
  });
  view.inputs.result = RESULTS.map((result, code) => resultToggle(report, result, code));
  return el("form", { class: "filters", role: "search", "aria-label": "Filter the findings", submit: (event) => event.preventDefault() },
    el("div", { class: "field field-wide" }, el("label", { for: "filter-q" }, "Search resources"), view.inputs.q),
    selects,
    el("fieldset", { class: "toggles" }, el("legend", {}, "Result"), view.inputs.result),
    el("button", { type: "button", class: "plain-button", id: "filter-clear", click: () => change(report, emptyFilter()) }, "Clear filters"));
}

function resultToggle(report, result, code) {
  return el("button", { type: "button", class: "toggle", "data-result": result, "aria-pressed": "false", click: () => {
    const chosen = new Set(view.filter.result);
    if (!chosen.delete(code)) chosen.add(code);
    change(report, { result: chosen });
  } }, icon(result), el("span", {}, BADGES[result].word), el("span", { class: "num" }));
}

function findingsTable(report) {
  const heads = COLUMNS.map(([name, label]) => el("th", { scope: "col", class: `col-${name}`, "data-sort": name, "aria-sort": "none" },
    el("button", { type: "button", click: () => sortBy(report, name) }, label, el("span", { class: "arrow", "aria-hidden": "true" }))));
  return el("div", { class: "scroll" }, el("table", { class: "findings-table", id: "findings-table" },
    el("caption", { class: "unseen" }, "Findings"),
    el("thead", {}, el("tr", {}, heads, el("th", { scope: "col", class: "col-facts" }, "Facts"))),
    el("tbody", { id: "findings-rows", click: (event) => clickRow(report, event) })));
}

function sortBy(report, name) {
  change(report, { sort: name, descending: view.filter.sort === name ? !view.filter.descending : false });
}

/** The way every change of the filter goes: state, table, address. */
function change(report, values) {
  Object.assign(view.filter, { page: 1 }, values);
  if (values.control !== undefined && !values.criterion) view.filter.criterion = criterionWithin(report, view.filter);
  refresh(report);
  writeHash();
}

/** A chosen criterion stays only while its control is not another one. */
function criterionWithin(report, { control, criterion }) {
  const chosen = report.criterionById.get(criterion);
  return chosen && control && chosen.control.id !== control ? "" : criterion;
}

function refresh(report) {
  const { found, counts } = select(report, view.filter);
  view.found = found;
  view.filter.page = Math.min(view.filter.page, Math.max(1, Math.ceil(found.length / PAGE)));
  showChoices(report, counts);
  showSort();
  showRows(report);
}

function showChoices(report, counts) {
  if (view.inputs.q.value !== view.filter.q) view.inputs.q.value = view.filter.q;
  for (const [name] of SELECTS) fillSelect(report, name, counts[name]);
  view.inputs.result.forEach((button, code) => {
    button.setAttribute("aria-pressed", String(view.filter.result.has(code)));
    button.querySelector(".num").textContent = count(counts.result.get(code) || 0);
  });
  document.getElementById("filter-clear").hidden = hashOf({ ...view.filter, page: 1 }) === "#findings";
}

/** Only values that still have findings, and the chosen one. */
function fillSelect(report, name, counts) {
  const chosen = view.filter[name];
  const values = [...counts.keys()].sort();
  if (chosen && !counts.has(chosen)) values.unshift(chosen);
  const options = values.map((value) => el("option", { value, selected: value === chosen }, `${choiceText(report, name, value)} (${count(counts.get(value) || 0)})`));
  view.inputs[name].replaceChildren(el("option", { value: "", selected: !chosen }, "All"), ...options);
}

function choiceText(report, name, value) {
  if (name === "control") return `${value.slice(-3)} ${report.controlById.get(value)?.title || ""}`;
  if (name === "criterion") return report.criterionById.has(value) ? `${report.criterionById.get(value).number} ${shortId(value)}` : value;
  return kindWords(value).slice(0, 80);
}

function kindWords(kind) {
  return kind.replaceAll("_", " ");
}

function showSort() {
  for (const head of document.querySelectorAll("#findings-table th[data-sort]")) {
    const on = head.dataset.sort === view.filter.sort;
    head.setAttribute("aria-sort", on ? (view.filter.descending ? "descending" : "ascending") : "none");
  }
}

function showRows(report) {
  const from = (view.filter.page - 1) * PAGE;
  const page = view.found.slice(from, from + PAGE);
  document.getElementById("findings-rows").replaceChildren(...page.map((finding) => findingRow(report, finding)));
  const all = report.findings.length;
  const shown = view.found.length;
  document.getElementById("findings-count").replaceChildren(
    el("strong", {}, count(shown)), shown === all ? (all === 1 ? " finding" : " findings") : ` of ${counted(all, "finding")}`,
    shown > PAGE ? `, ${count(from + 1)} to ${count(from + page.length)} shown` : "");
  drawPager(document.getElementById("pager-top"), view.filter.page, shown, (number) => toPage(report, number));
  drawPager(document.getElementById("pager-bottom"), view.filter.page, shown, (number) => toPage(report, number, true));
}

function toPage(report, page, scroll) {
  change(report, { page });
  if (scroll) document.getElementById("findings-count").scrollIntoView({ block: "start" });
}

function drawPager(box, page, total, go) {
  const pages = Math.ceil(total / PAGE);
  if (pages < 2) return box.replaceChildren();
  const step = (text, to) => el("button", { type: "button", class: "plain-button", disabled: to < 1 || to > pages || to === page, click: () => go(to) }, text);
  box.replaceChildren(step("First", 1), step("Previous", page - 1), el("span", { class: "num" }, `Page ${count(page)} of ${count(pages)}`), step("Next", page + 1), step("Last", pages));
}

/** The badge of a finding: where "pass" counts against the criterion, it says so. */
function resultBadge(finding) {
  const result = RESULTS[finding.result];
  if (!countsAgainst(finding.criterion) || finding.result === 1 || finding.result === 3) return badge(result);
  const tone = result === "pass" ? "fail" : "pass";
  return el("span", { class: `badge tone-${BADGES[tone].tone}` }, icon(tone), el("span", {}, result === "pass" ? "Match" : "Clear"));
}

function findingRow(report, finding) {
  const { subject, criterion } = finding;
  return el("tr", { "data-finding": finding.index },
    el("td", { class: "col-result" }, resultBadge(finding), findingMarks(finding)),
    el("td", { class: "col-criterion" }, el("span", { class: "code" }, criterion.number), " ", el("span", {}, criterion.short)),
    el("td", { class: "col-resource" },
      el("button", { type: "button", class: "open-row", "aria-haspopup": "dialog" }, said(subjectName(subject), 90)),
      el("span", { class: "sub" }, kindWords(subject.kind), " ", said(subject.arn, 160))),
    el("td", { class: "col-account num" }, said(subject.account, 40)),
    el("td", { class: "col-region" }, said(subject.region, 40)),
    el("td", { class: "col-facts" }, factsInShort(report, finding)));
}

/** The first three facts on one line. */
function factsInShort(report, finding) {
  return factsOf(report, finding).slice(0, 3).map((fact) => el("span", { class: `fact${fact.gap ? " fact-gap" : ""}` },
    el("span", { class: "fact-name" }, fact.name), " ", fact.gap ? "not seen" : said(inShort(fact.value), 40)));
}

function inShort(value) {
  if (value === null) return "none";
  if (value === true || value === false) return value ? "yes" : "no";
  if (Array.isArray(value)) return value.length ? value.map(inShort).join(", ") : "empty";
  if (typeof value === "number") return count(value);
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

function clickRow(report, event) {
  const row = event.target.closest("tr[data-finding]");
  if (!row || String(document.getSelection())) return;
  openDrawer(report, report.findings[Number(row.dataset.finding)]);
}

let hashTimer = 0;

/** Mirrors the view in the address, at most a few times a second: browsers limit how often it may change. */
function writeHash() {
  clearTimeout(hashTimer);
  hashTimer = setTimeout(() => {
    const hash = hashOf(view.filter, view.open);
    if (location.hash === hash) return;
    try { history.replaceState(null, "", hash); } catch { location.replace(hash); }
  }, 120);
}

/** Takes up the view that an address asks for. */
function readHash(report) {
  const asked = filterOfHash(location.hash);
  if (!asked || !report.findings.length) return false;
  clearTimeout(hashTimer);
  view.filter = asked.filter;
  refresh(report);
  const finding = report.findings[asked.open];
  if (finding) openDrawer(report, finding);
  return true;
}

/** What people add to a finding; its result stays what was observed. */
function findingMarks(finding) {
  return [finding.attested ? chip("attested") : null, finding.waived ? chip("waived") : null];
}
