/* The model's checklists, the audit list, the entry path, and what people attest and accept. */

const REACHED = { yes: ["met", "reached"], no: ["unmet", "not reached"], undecided: ["unknown", "undecided"] };
const STATES = { done: ["met", "done"], open: ["unmet", "open"], unknown: ["unknown", "not known"], not_applicable: ["not_applicable", "not applicable"] };
const EFFECTS = {
  decides: "decides", contested: "contested: what AWS shows counts", not_needed: "not needed: the evidence decides alone",
  not_enough: "not enough: part of it is still unknown", does_not_count: "does not count",
};

function drawChecklists(report) {
  const body = document.getElementById("checklists-body");
  if (report.pillar.why) body.append(el("p", { class: "lead" }, said(report.pillar.why)));
  for (const list of report.checklists) {
    const [tone, words] = REACHED[list.reached];
    body.append(el("section", { class: "checklist", id: `checklist-${list.level}` },
      el("h3", {}, icon(tone), ` Level ${list.level}: ${words}`),
      el("p", { class: "quiet" }, said(list.why)),
      itemList(report, list.items)));
  }
  if (report.audit_list?.length) {
    const met = report.audit_list.filter((item) => item.outcome === "met").length;
    body.append(el("details", { class: "audit", id: "audit-list" },
      el("summary", {}, `Audit list: ${count(met)} of ${count(report.audit_list.length)} points are met`), itemList(report, report.audit_list)));
  }
}

function itemList(report, items) {
  return el("ul", { class: "items" }, items.map((item) => el("li", { id: item.id, "data-outcome": item.outcome }, icon(item.outcome),
    el("div", {}, said(item.text), el("span", { class: "sub" }, criterionLinks(report, item.criteria))))));
}

function criterionLinks(report, ids) {
  return ids.flatMap((id, index) => [index ? ", " : "", el("a", { href: `#${id}` }, hiddenName(report, id))]);
}

function drawEntryPath(report) {
  document.getElementById("path-body").append(el("ol", { class: "path" }, report.entry_path.map((step) => pathStep(report, step))));
}

function pathStep(report, step) {
  const [tone, words] = STATES[step.state];
  const saving = step.saving_usd_month ? `, saves about ${step.saving_usd_month.toFixed(2)} USD a month at list price` : "";
  const touched = step.subjects_total ? `${counted(step.subjects_total, "resource")} to touch${saving}` : "";
  return el("li", { class: "path-step", id: `weeks-${step.weeks}`, "data-state": step.state },
    el("h3", {}, icon(tone), ` Week ${step.weeks}: ${words}`), el("p", {}, said(step.action)),
    el("p", { class: "quiet" }, said(step.why)),
    el("ul", { class: "items" }, step.criteria.map((criterion) => el("li", {}, icon(criterion.outcome),
      el("div", {}, el("a", { href: `#${criterion.id}` }, hiddenName(report, criterion.id)), el("span", { class: "sub" }, saidLong(criterion.why, 200)))))),
    step.subjects.length ? el("details", {}, el("summary", {}, touched), subjectTable(report, step)) : null,
    step.top_queries?.length ? el("details", {}, el("summary", {}, "Queries with most load (digests)"), step.top_queries.map(queryTable)) : null);
}

function subjectTable(report, step) {
  const rows = step.subjects.map((subject) => el("tr", {},
    el("td", { "data-head": "Resource" }, said(subject.name || subject.arn), el("span", { class: "sub" }, said(`${subject.kind} ${subject.region}`))),
    el("td", { "data-head": "What to do" }, said(subject.action)),
    el("td", { "data-head": "Saves a month", class: "num" }, subject.saving_usd_month ? `${subject.saving_usd_month.toFixed(2)} USD` : "")));
  const more = step.subjects_total - step.subjects.length;
  return el("div", { class: "scroll" }, el("table", {}, el("thead", {}, el("tr", {}, ["Resource", "What to do", "Saves a month"].map((head) => el("th", { scope: "col" }, head)))),
    el("tbody", {}, rows)), more > 0 ? el("p", { class: "quiet" }, `and ${counted(more, "more resource")}`) : null);
}

function queryTable(database) {
  return el("div", {}, el("h4", {}, said(database.name || database.arn)), el("ol", {}, database.queries.map((query) =>
    el("li", {}, el("code", {}, said(query.digest)), ` ${query.load_average.toFixed(2)} active sessions`))));
}

function drawPeople(report) {
  const body = document.getElementById("people-body");
  const { attestations = [], waivers = [] } = report;
  if (!attestations.length && !waivers.length) return body.append(el("p", { class: "quiet" }, "Nothing is attested and nothing is waived."));
  if (attestations.length) body.append(el("ul", { class: "items" }, attestations.map((told) => el("li", {}, icon(attestedTone(told)), el("div", {},
    el("a", { href: `#${told.criterion}` }, hiddenName(report, told.criterion)), `: ${EFFECTS[told.effect]}`,
    el("blockquote", {}, saidLong(told.statement)),
    el("span", { class: "sub" }, said(told.owner), ` on ${told.date}, until ${told.expires}: ${standing(told.standing)}. `, said(told.place)),
    told.proof?.length ? el("span", { class: "sub" }, "Proof: ", told.proof.flatMap((one, index) => [index ? ", " : "", proof(one)])) : null)))));
  if (waivers.length) body.append(el("h3", {}, "Waivers"), el("ul", { class: "items" }, waivers.map((waiver) => el("li", {}, icon(waiver.expired ? "not_applicable" : "unknown"), el("div", {},
    waivedWhat(report, waiver), `: ${waiver.expired ? "expired" : `excepts ${counted(waiver.findings, "finding")}`}`,
    el("blockquote", {}, saidLong(waiver.reason)),
    el("span", { class: "sub" }, said(waiver.owner || "nobody is named"), waiver.expires ? `, until ${waiver.expires}. ` : ", without an end. ", said(waiver.place)))))));
}

function waivedWhat(report, { criterion, control, subject }) {
  const rule = criterion || control;
  return [rule ? el("a", { href: `#${rule}` }, criterion ? hiddenName(report, criterion) : control) : "every control", subject ? [" for ", said(subject)] : null];
}

function attestedTone(told) {
  if (told.effect === "decides") return "met";
  return told.effect === "contested" ? "unmet" : "unknown";
}

function standing({ state, days, path }) {
  if (state === "ends_soon") return days ? `ends in ${counted(days, "day")}` : "ends today";
  if (state === "proof_changed") return `its proof ${path} was changed`;
  if (state === "proof_missing") return `its proof ${path} is missing`;
  return state === "expired" ? "has expired" : "counts";
}

/** Only addresses of the web become links; the page itself loads none of them. */
function proof(one) {
  if (one.file) return el("span", {}, said(one.file.path), ` (${one.file.found})`);
  return /^https?:\/\//i.test(one.url) ? el("a", { href: one.url, rel: "noopener noreferrer" }, said(one.url)) : said(one.url);
}
