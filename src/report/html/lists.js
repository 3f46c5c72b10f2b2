/* The model's checklists filled in, the audit list, and the entry path. */

function reachedWords(reached) {
  return { yes: ["met", t("reached")], no: ["unmet", t("not reached")], undecided: ["unknown", t("undecided")] }[reached];
}

function stepState(state) {
  return { done: ["met", t("done")], open: ["unmet", t("open")], unknown: ["unknown", t("not known")], not_applicable: ["not_applicable", t("not applicable")] }[state];
}

function drawChecklists(report, body) {
  if (report.pillar.why) body.append(el("p", { class: "lead" }, said(tm(report.pillar.why), 400)));
  body.append(el("div", { class: "checklists" }, report.checklists.map((list) => {
    const [tone, words] = reachedWords(list.reached);
    return el("section", { class: "checklist", id: `checklist-${list.level}`, "aria-labelledby": `checklist-${list.level}-title` },
      el("h3", { id: `checklist-${list.level}-title` }, icon(tone), ` ${t("Level {level}: {words}", { level: list.level, words })}`),
      el("p", { class: "quiet" }, said(tm(list.why), 400)),
      itemList(report, list.items));
  })));
  if (report.audit_list?.length) {
    const met = report.audit_list.filter((item) => item.outcome === "met").length;
    body.append(el("details", { class: "audit block", id: "audit-list" },
      el("summary", {}, t("Audit list: {met} of {n} point is met|Audit list: {met} of {n} points are met", { met, n: report.audit_list.length })), itemList(report, report.audit_list)));
  }
}

/** Items with their boxes ticked as the model prints them: applies, does not, or not known. */
function itemList(report, items) {
  return el("ul", { class: "items" }, items.map((item) => el("li", { id: item.id, "data-outcome": item.outcome }, icon(item.outcome),
    el("div", {}, said(tm(item.text), 400), el("span", { class: "unseen" }, ` (${badgeWord(item.outcome)})`), el("span", { class: "sub" }, criterionLinks(report, item.criteria))))));
}

function criterionLinks(report, ids) {
  return ids.flatMap((id, index) => [index ? ", " : "", el("a", { href: `#${id}` }, hiddenName(report, id))]);
}

function hiddenName(report, id) {
  const criterion = report.criterionById.get(id);
  return criterion ? `${criterion.number} ${criterion.short}` : id;
}

function drawEntryPath(report, body) {
  body.append(el("ol", { class: "path" }, report.entry_path.map((step) => pathStep(report, step))));
}

function pathStep(report, step) {
  const [tone, words] = stepState(step.state);
  const saving = step.saving_usd_month ? `, ${t("saves about {usd} USD a month at list price", { usd: digits(step.saving_usd_month, 2) })}` : "";
  const touched = step.subjects_total ? `${t("{n} resource to touch|{n} resources to touch", { n: step.subjects_total })}${saving}` : "";
  return el("li", { class: "path-step", id: `weeks-${step.weeks}`, "data-state": step.state },
    el("h3", {}, icon(tone), ` ${t("Week {weeks}: {words}", { weeks: step.weeks, words })}`), el("p", {}, said(tm(step.action), 400)),
    el("p", { class: "quiet" }, said(tm(step.why), 400)),
    el("ul", { class: "items" }, step.criteria.map((criterion) => el("li", {}, icon(criterion.outcome),
      el("div", {}, el("a", { href: `#${criterion.id}` }, hiddenName(report, criterion.id)), el("span", { class: "sub" }, saidLong(tm(criterion.why), 200)))))),
    step.subjects.length ? el("details", {}, el("summary", {}, touched), subjectTable(report, step)) : null,
    step.top_queries?.length ? el("details", {}, el("summary", {}, t("Queries with most load (digests)")), step.top_queries.map(queryTable)) : null);
}

function subjectTable(report, step) {
  const rows = step.subjects.map((subject) => [[said(subject.name || subject.arn), el("span", { class: "sub" }, kindName(subject.kind), " ", said(subject.region))], said(tm(subject.action), 400),
    subject.saving_usd_month ? `${digits(subject.saving_usd_month, 2)} USD` : ""]);
  const more = step.subjects_total - step.subjects.length;
  return el("div", {}, table(t("Resources of this step"), [{ head: t("Resource") }, { head: t("What to do") }, { head: t("Saves a month"), class: "num" }], rows),
    more > 0 ? el("p", { class: "quiet" }, t("and {n} more resource|and {n} more resources", { n: more })) : null);
}

function queryTable(database) {
  return el("div", {}, el("h4", {}, said(database.name || database.arn)), el("ol", {}, database.queries.map((query) =>
    el("li", {}, el("code", {}, said(query.digest)), ` ${t("{number} active sessions", { number: digits(query.load_average, 2) })}`))));
}
