/* The first screen: the pillar's level by the model's rule, ten controls as ladders, what changed, and the steps that lift most. */

function drawOverview(report, body) {
  body.className = "overview";
  body.append(pillarCard(report), stepsCard(report), laddersCard(report), changesCard(report));
}

function card(id, heading, ...parts) {
  return el("section", { class: "card", id, "aria-labelledby": `${id}-title` }, el("h3", { id: `${id}-title` }, heading), parts);
}

function pillarCard(report) {
  const { level, possible, with_waivers: waived, why } = report.pillar;
  return card("pillar", t("Level by the model's checklists"),
    el("div", { class: "pillar-line" },
      el("p", { class: "pillar-level" }, level ? [el("span", { class: "figure-number" }, String(level)), " ", el("span", { class: "figure-of" }, t("of 5"))] : el("span", { class: "figure-none" }, "–")),
      el("div", {}, el("p", { class: "pillar-label" }, level ? tm(report.levels[level - 1]) : t("Not told")),
        possible > level ? el("p", { class: "quiet" }, t("{level} is possible, if what was not seen holds", { level: possible })) : null,
        waived && waived !== level ? el("p", { class: "quiet" }, t("with waivers {level}", { level: waived })) : null,
        spark(report, null)),
      checklistsInShort(report)),
    why ? el("p", { class: "pillar-why" }, said(tm(why), 400)) : null,
    pillarBeside(report));
}

/** Each checklist as a small bar with its threshold. */
function checklistsInShort(report) {
  return el("ul", { class: "lists-short" }, report.checklists.map((list) => {
    const counts = [["good", list.met], ["open", list.unknown], ["bad", list.unmet]];
    return el("li", {}, el("a", { href: `#checklist-${list.level}` }, t("Level {level}", { level: list.level })),
      el("span", { class: "stack-box stack-small" }, el("span", { class: "stack", "aria-hidden": "true" }, counts.map(([tone, size]) => segment(tone, size))), tickAt(100 * list.needed / Math.max(1, list.of))),
      el("span", { class: "quiet" }, t("{met} of {of}, {needed} needed", { met: list.met, of: list.of, needed: list.needed })));
  }));
}

function tickAt(share) {
  const node = el("span", { class: "tick", "aria-hidden": "true" });
  node.style.left = `${Math.min(100, share)}%`;
  return node;
}

function pillarBeside(report) {
  const { by_minimum: minimum, api_ceiling: ceiling } = report.pillar;
  const kinds = ["met", "unmet", "unknown", "not_applicable"];
  const number = (kind) => report.criteria.filter((criterion) => criterion.outcome === kind).length;
  return el("dl", { class: "facts pillar-beside" }, [
    minimum ? pair(t("Lowest control"), String(minimum)) : null,
    ceiling ? pair(t("Most that AWS alone can show"), String(ceiling)) : null,
    pair(t("{n} criterion|{n} criteria", { n: report.criteria.length }), el("span", { class: "tally" }, kinds.map((kind) => (number(kind) ? el("span", {}, icon(kind), `${count(number(kind))} ${outcomeWord(kind)}`) : null)))),
  ].filter(Boolean));
}

/** An outcome within a sentence. */
function outcomeWord(kind) {
  return { met: t("met"), unmet: t("unmet"), unknown: t("unknown"), not_applicable: t("not applicable") }[kind];
}

function segment(tone, size) {
  const node = size ? el("span", { class: `seg seg-${tone}` }) : null;
  if (node) node.style.flexGrow = size;
  return node;
}

function laddersCard(report) {
  const key = (state) => el("span", { class: "key" }, el("span", { class: `rung rung-${state} rung-key`, "aria-hidden": "true" }), rungStateWord(state));
  return card("ladder-card", t("The ten controls"),
    el("p", { class: "legend" }, key("confirmed"), key("possible"), key("beyond")),
    el("ol", { id: "ladders", class: "ladders" }, report.controls.map((control) => ladderRow(report, control))));
}

function ladderRow(report, control) {
  const name = el("h4", { class: "row-name" }, el("a", { href: `#${control.id}` }, el("span", { class: "code" }, control.id.slice(-3)), tm(control.title)));
  if (!control.applicable || !control.confirmed) {
    return el("li", { class: "row row-na", "data-control": control.id }, name, el("span", { class: "row-none" }, badge("not_applicable")), el("span", { class: "row-cell quiet" }, tm(control.why)));
  }
  return el("li", { class: "row", "data-control": control.id }, name, smallLadder(control),
    el("span", { class: "row-number" }, el("strong", {}, String(control.confirmed)), control.possible > control.confirmed ? el("span", { class: "quiet" }, ` ${t("up to {level}", { level: control.possible })}`) : null, moved(report, control), spark(report, control)),
    el("span", { class: "row-cell" }, tm(control.cells[control.confirmed - 1]), rowNotes(control)));
}

function rowNotes(control) {
  const { confirmed, observed, target } = control;
  const notes = [
    observed && observed !== confirmed ? t("observed from AWS alone {level}", { level: observed }) : null,
    control.with_waivers ? waivedWords(control.with_waivers) : null,
    target ? targetWords(control) : null,
  ].filter(Boolean);
  return notes.length ? el("span", { class: `sub${target > confirmed ? " level-below" : ""}` }, notes.join("; ")) : null;
}

/** A mark where the control rose or fell since the scan before. */
function moved(report, control) {
  const change = report.changes?.controls.find((own) => own.control === control.id);
  if (!change || !["rose", "fell"].includes(change.direction)) return null;
  const before = change.before?.confirmed ?? "–";
  return el("span", { class: `moved moved-${change.direction}` }, change.direction === "rose" ? "▲" : "▼", el("span", { class: "unseen" }, change.direction === "rose" ? t("rose") : t("fell")), ` ${t("was {level}", { level: before })}`);
}
