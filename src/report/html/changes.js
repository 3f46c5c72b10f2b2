/* What changed since the scan before: in short on the first screen, and criterion by criterion in a section of its own. */

function changesCard(report) {
  const { changes } = report;
  if (!changes) return card("changed", t("Since the last scan"), el("p", { class: "quiet" }, t("Nothing to compare with: no earlier scan of this was found.")));
  const order = ["fell", "rose", "wider", "narrower"];
  const moves = changes.controls.filter((control) => order.includes(control.direction)).sort((a, b) => order.indexOf(a.direction) - order.indexOf(b.direction));
  return card("changed", t("Since the scan of {date}", { date: dateWords(changes.before.started_at) }),
    el("p", {}, pillarChange(changes.pillar)),
    moves.length ? el("ul", { class: "plain moves" }, moves.slice(0, 3).map(moveLine)) : el("p", { class: "quiet" }, t("No control changed its level.")),
    el("p", { class: "quiet" }, findingsChange(changes.findings), " ", el("a", { href: "#changes" }, t("All that changed"))));
}

function pillarChange({ before, after }) {
  if (before === after) return t("The pillar stays at {level}.", { level: after ?? "–" });
  return t("The pillar went from {before} to {after}.", { before: before ?? "–", after: after ?? "–" });
}

function directionWords(direction) {
  return { rose: t("rose"), fell: t("fell"), same: t("same"), wider: t("less is known"), narrower: t("more is known") }[direction] || direction;
}

function moveLine(change) {
  const mark = { rose: "▲", fell: "▼", wider: "↔", narrower: "↔" }[change.direction];
  return el("li", { class: `moved-${change.direction}` }, el("span", { "aria-hidden": "true" }, `${mark} `), el("a", { href: `#${change.control}` }, tm(change.title)), ` ${directionWords(change.direction)}: `, said(tm(change.why), 300));
}

function findingsChange({ appeared, gone, better, worse }) {
  return t("Findings: {better} better, {worse} worse, {appeared} new, {gone} gone.", { better, worse, appeared, gone });
}

function drawChanges(report, body) {
  const { changes } = report;
  body.append(el("p", { class: "lead" }, t("Compared with the scan {id} of {time}.", { id: visible(changes.before.id), time: when(changes.before.started_at) })),
    controlChanges(report), ...(changes.criteria.length ? [el("h3", {}, t("Criteria")), el("div", { class: "changed-criteria" }, changes.criteria.map((change) => criterionChange(report, change)))] : []),
    settingChanges(changes), gapChanges(report, changes));
}

function controlChanges(report) {
  const levels = (told) => (told ? (told.possible > told.confirmed ? `${told.confirmed} (${t("up to {level}", { level: told.possible })})` : String(told.confirmed)) : "–");
  const rows = report.changes.controls.map((change) => [el("a", { href: `#${change.control}` }, `${change.control.slice(-3)} ${tm(change.title)}`), levels(change.before), levels(change.after), directionWords(change.direction), saidLong(tm(change.why), 300)]);
  return table(t("Levels of the controls, before and now"), [{ head: t("Control") }, { head: t("Before") }, { head: t("Now") }, { head: t("Change") }, { head: t("Why") }], rows);
}

function causeOfChange(cause) {
  return { resource: t("resource"), rule: t("rule"), threshold: t("threshold"), scope: t("scope"), coverage: t("what was seen"), attestation: t("attestation"), waiver: t("waiver"), time: t("a date passed") }[cause] || cause;
}

function outcomeOrNothing(outcome) {
  return outcome ? badgeWord(outcome) : "–";
}

function criterionChange(report, change) {
  const more = change.subjects_total - change.subjects.length;
  return el("details", { class: "block", "data-criterion": change.criterion },
    el("summary", {}, el("b", {}, hiddenName(report, change.criterion)), ` ${outcomeOrNothing(change.before)} → ${outcomeOrNothing(change.after)}`, " ", change.causes.map((cause) => chip(causeOfChange(cause))), el("span", { class: "sub" }, tm(change.why))),
    change.subjects.length ? el("ul", { class: "items" }, change.subjects.map((subject) => el("li", {}, icon(subject.after || subject.before || "unknown"), el("div", {},
      el("a", { href: findingsLink({ criterion: change.criterion, q: subject.arn }) }, said(subjectName(subject), 80)), `: ${outcomeOrNothing(subject.before)} → ${outcomeOrNothing(subject.after)} (${causeOfChange(subject.cause)})`,
      (subject.facts || []).map((fact) => el("span", { class: "sub" }, el("code", {}, factName(fact.name)), " ", said(inShort(fact.before ?? null), 80), " → ", said(inShort(fact.after ?? null), 80))))))) : null,
    more > 0 ? el("p", { class: "quiet" }, t("and {n} more resource|and {n} more resources", { n: more })) : null);
}

function settingChanges({ settings }) {
  if (!settings?.length) return "";
  const word = { threshold: t("threshold"), target: t("target"), scope: t("scope"), attestation: t("attestation"), waiver: t("waiver"), rules: t("rules") };
  const rows = settings.map((own) => [word[own.what] || own.what, said(String(own.name)), said(tm(inShort(own.before ?? null))), said(tm(inShort(own.after ?? null))), said(tm(own.why || ""), 300)]);
  return [el("h3", {}, t("Settings")), table(t("What people set otherwise"), [{ head: t("What") }, { head: t("Name") }, { head: t("Before") }, { head: t("Now") }, { head: t("Why") }], rows)].reduce((box, part) => (box.append(part), box), el("div", {}));
}

function gapChanges(report, { gaps }) {
  if (!gaps || !(gaps.opened_total || gaps.closed_total)) return "";
  const list = (heading, items, total) => (total ? [el("h4", {}, heading), el("ul", { class: "plain" }, items.map((gap) => el("li", {}, said(gapTitle(report, gap)), ` (${visible(gap.region)})`)), total > items.length ? el("li", { class: "quiet" }, t("and {n} more", { n: total - items.length })) : null)] : null);
  return el("div", {}, el("h3", {}, t("Gaps")), list(t("New: {n}", { n: gaps.opened_total }), gaps.opened, gaps.opened_total), list(t("Closed: {n}", { n: gaps.closed_total }), gaps.closed, gaps.closed_total));
}
