/*
 * The three steps that lift most.
 *
 * THE RULE. Candidates are the criteria that stand in the way of each control's next level. They are put in order by, one
 * after the other, where those before are equal:
 *   1. how many open items of the next checklist count on it: the checklists decide the pillar's level;
 *   2. whether it is the last thing in the way of its control's next level;
 *   3. the control's severity: high, medium, low;
 *   4. the work: a setting, a resource to add, a change to test first, a practice of people;
 *   5. how many resources are still missing.
 * What is unmet goes before what is only unknown where all that is equal. The method section says the same to the reader.
 */

const SEVERITIES = ["high", "medium", "low"];
const EFFORTS = ["setting", "resource", "change", "practice"];

/** The steps in their order, each `{criterion, blocker, items, last}`. */
function stepsThatLift(report) {
  const list = report.checklists.find((own) => own.reached !== "yes");
  const open = (list ? list.items : []).filter((item) => item.outcome === "unmet" || item.outcome === "unknown");
  const steps = report.controls.filter((control) => control.applicable && control.next).flatMap((control) => control.next.blocked_by.map((blocker) => ({
    control, blocker, list,
    criterion: report.criterionById.get(blocker.criterion),
    items: open.filter((item) => item.criteria.includes(blocker.criterion)),
    last: control.next.blocked_by.length === 1,
  }))).filter((step) => step.criterion);
  return steps.sort((a, b) => compareLists(rankOf(a), rankOf(b)));
}

function rankOf({ control, blocker, items, last }) {
  return [-items.length, last ? 0 : 1, SEVERITIES.indexOf(control.severity), EFFORTS.indexOf(blocker.effort), blocker.outcome === "unmet" ? 0 : 1, blocker.missing, blocker.subjects_total];
}

function compareLists(left, right) {
  for (let at = 0; at < left.length; at += 1) if (left[at] !== right[at]) return left[at] - right[at];
  return 0;
}

function stepsCard(report) {
  const steps = stepsThatLift(report).slice(0, 3);
  if (!steps.length) return card("steps", t("What lifts most"), el("p", { class: "quiet" }, t("Nothing stands in the way of a next level.")));
  return card("steps", t("{n} step that lifts most|{n} steps that lift most", { n: steps.length }),
    el("ol", { class: "top-steps" }, steps.map((step) => topStep(step))),
    el("p", { class: "quiet" }, el("a", { href: "#method-steps" }, t("How they are chosen"))));
}

function topStep(step) {
  const { control, blocker, criterion } = step;
  return el("li", { "data-criterion": criterion.id },
    el("p", { class: "top-remedy" }, tm(blocker.remedy)),
    el("p", { class: "top-why" }, whatItLifts(step)),
    el("p", { class: "quiet" }, el("a", { href: `#${criterion.id}` }, `${criterion.number} ${criterion.short}`), ` · ${missing(blocker, criterion)} · ${effortWords(blocker.effort)} · ${severityWords(control.severity)}`));
}

function whatItLifts({ control, items, last, list }) {
  const words = [];
  if (items.length) words.push(t("Counts for {n} of the {needed} points that level {level} needs.", { n: items.length, needed: list.needed, level: list.level }));
  if (last) words.push(t("The last thing between {control} and level {level}.", { control: tm(control.title), level: control.next.level }));
  return words.length ? words.join(" ") : t("One of {n} things between {control} and level {level}.", { n: control.next.blocked_by.length, control: tm(control.title), level: control.next.level });
}

function effortWords(effort) {
  return { setting: t("a setting"), resource: t("a resource to add"), change: t("a change to test first"), practice: t("a practice of people") }[effort] || effort;
}

function severityWords(severity) {
  return { high: t("high severity"), medium: t("medium severity"), low: t("low severity") }[severity] || severity;
}

function missing(blocker, criterion) {
  if (criterion && criterion.needs_attestation) return t("needs an attestation");
  if (!blocker.missing) return t("must be seen first");
  if (criterion && countsAgainst(criterion)) return t("{n} too many", { n: blocker.missing });
  return t("{n} more must pass", { n: blocker.missing });
}
