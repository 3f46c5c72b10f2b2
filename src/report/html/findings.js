/* The findings: filters and grouping above, a hundred rows a page, one drawer a row. */

const PAGE = 100;

/** What the table shows now. Only functions of this file and of address.js change it. */
const view = { filter: emptyFilter(), found: [], inputs: {}, open: undefined, openGroups: new Set() };

function dimensionNames() {
  return [["control", t("Control")], ["criterion", t("Criterion")], ["aws", t("AWS service")], ["kind", t("Kind")], ["owner", t("Owner (tag)")], ["service", t("Service (tag)")], ["account", t("Account")], ["region", t("Region")]];
}

function drawFindings(report, body) {
  if (!report.findings.length) return body.append(el("p", {}, t("There are no findings.")));
  body.append(leftOut(report), detailsNote(report), filterForm(report), el("div", { class: "status" },
    el("p", { id: "findings-count", "aria-live": "polite" }), el("div", { class: "pager", id: "pager-top" })),
  findingsTable(report), el("div", { class: "pager", id: "pager-bottom" }));
  refresh(report);
}

/** What a cap kept out of the table. */
function leftOut(report) {
  const parts = (report.findings_left_out || []).map((number, code) => [number, resultWord(RESULTS[code])]).filter(([number]) => number);
  if (!parts.length) return "";
  return el("p", { class: "banner banner-open", id: "left-out" }, icon("unknown"), el("span", {}, el("strong", {}, t("Not every finding is in this file.")), " ",
    t("Left out to keep it small: {parts}. Levels, outcomes, charts and counts of the controls are over all of them; all of them are in the bundle's assessment.json, and in the CSV.", { parts: parts.map(([number, word]) => `${count(number)} ${word}`).join(", ") })));
}

/** Where the facts are that this file has not. */
function detailsNote({ findings, details }) {
  if (!details || findings.shown.length === findings.length) return "";
  const words = details.names.length ? t("The table has every finding. The facts of the first {n} lie in this file; those of the others in {files} files of the same folder, which their rows link to.", { n: findings.shown.length, files: details.names.length })
    : t("The table has every finding. The facts of the first {n} lie in this file; the others have theirs in assessment.json: rung report BUNDLE --format html -o report.html writes them into files beside the report.", { n: findings.shown.length });
  return el("p", { class: "quiet", id: "details-note" }, words);
}

function filterForm(report) {
  view.inputs.q = el("input", { type: "search", id: "filter-q", placeholder: t("Name, ARN or tag"), autocomplete: "off", spellcheck: "false",
    input: () => change(report, { q: view.inputs.q.value }) });
  const dimensions = dimensionsOf(report);
  const selects = dimensionNames().map(([name, label]) => {
    view.inputs[name] = el("select", { id: `filter-${name}`, change: () => change(report, { [name]: view.inputs[name].value }) });
    // A choice of one is none.
    return el("div", { class: "field", hidden: dimensions[name].labels.length < 2 }, el("label", { for: `filter-${name}` }, label), view.inputs[name]);
  });
  view.inputs.group = el("select", { id: "filter-group", change: () => { view.openGroups.clear(); change(report, { group: view.inputs.group.value }); } },
    el("option", { value: "" }, t("Not grouped")), dimensionNames().filter(([name]) => dimensions[name].labels.length > 1).map(([name, label]) => el("option", { value: name }, label)));
  view.inputs.result = RESULTS.map((result, code) => resultToggle(report, result, code));
  return el("form", { class: "filters", role: "search", "aria-label": t("Filter the findings"), submit: (event) => event.preventDefault() },
    el("div", { class: "field field-wide" }, el("label", { for: "filter-q" }, t("Search resources")), view.inputs.q),
    selects,
    el("div", { class: "field field-group" }, el("label", { for: "filter-group" }, t("Group by")), view.inputs.group),
    el("fieldset", { class: "toggles" }, el("legend", {}, t("Result")), view.inputs.result),
    el("button", { type: "button", class: "plain-button", id: "filter-clear", click: () => change(report, emptyFilter()) }, t("Clear filters")));
}

function resultToggle(report, result, code) {
  return el("button", { type: "button", class: "toggle", "data-result": result, "aria-pressed": "false", click: () => {
    const chosen = new Set(view.filter.result);
    if (!chosen.delete(code)) chosen.add(code);
    change(report, { result: chosen });
  } }, icon(result), el("span", {}, badgeWord(result)), el("span", { class: "num" }));
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
  const { found, byResult, counts } = select(report, view.filter);
  view.found = found;
  if (view.filter.group && !dimensionsOf(report)[view.filter.group]) view.filter.group = "";
  showChoices(report, byResult, counts);
  showSort();
  showPage(report);
}

function showChoices(report, byResult, counts) {
  if (view.inputs.q.value !== view.filter.q) view.inputs.q.value = view.filter.q;
  for (const name of Object.keys(counts)) fillSelect(report, name, counts[name]);
  view.inputs.group.value = view.filter.group;
  view.inputs.result.forEach((button, code) => {
    button.setAttribute("aria-pressed", String(view.filter.result.has(code)));
    button.querySelector(".num").textContent = count(byResult[code]);
  });
  document.getElementById("filter-clear").hidden = hashOf({ ...view.filter, page: 1 }) === "#findings";
}

/** Choices of a list at most: a browser is slow with more, and a person too. The search finds the rest. */
const MOST_CHOICES = 500;

/** Only values that still have findings, and the chosen one. */
function fillSelect(report, name, counts) {
  const { labels, numbers } = dimensionsOf(report)[name];
  const chosen = view.filter[name];
  const values = labels.filter((value, code) => counts[code] > 0 && value !== chosen).sort((a, b) => (a < b ? -1 : 1)).slice(0, MOST_CHOICES);
  if (chosen) values.unshift(chosen);
  const options = values.map((value) => el("option", { value, selected: value === chosen }, `${choiceText(report, name, value)} (${count(counts[numbers.get(value)] || 0)})`));
  view.inputs[name].replaceChildren(el("option", { value: "", selected: !chosen }, t("All")), ...options);
}

function choiceText(report, name, value) {
  if (value === NONE) return name === "owner" || name === "service" ? t("without such a tag") : t("none");
  if (name === "control") return `${value.slice(-3)} ${tm(report.controlById.get(value)?.title || "")}`;
  if (name === "criterion") return hiddenName(report, value);
  if (name === "aws" && value === "rung") return t("account and region");
  return (name === "kind" ? kindName(value) : value).slice(0, 80);
}

function drawPager(box, page, total, go) {
  const pages = Math.ceil(total / PAGE);
  if (pages < 2) return box.replaceChildren();
  const step = (text, to) => el("button", { type: "button", class: "plain-button", disabled: to < 1 || to > pages || to === page, click: () => go(to) }, text);
  box.replaceChildren(step(t("First"), 1), step(t("Previous"), page - 1), el("span", { class: "num" }, t("Page {page} of {pages}", { page, pages })), step(t("Next"), page + 1), step(t("Last"), pages));
}

function toPage(report, page, scroll) {
  change(report, { page });
  if (scroll) document.getElementById("findings-count").scrollIntoView({ block: "start" });
}
