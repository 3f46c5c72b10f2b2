/* The ladder of a control: five rungs, confirmed, possible, or not reached. */

function rungState(control, level) {
  if (level <= control.confirmed) return "confirmed";
  return level <= control.possible ? "possible" : "beyond";
}

function rungStateWord(state) {
  return { confirmed: t("confirmed"), possible: t("possible"), beyond: t("not reached") }[state];
}

/** Five small steps as a picture, for a line of the overview. */
function smallLadder(control) {
  const words = t("Level {confirmed} confirmed, {possible} possible, of 5", { confirmed: control.confirmed, possible: control.possible });
  return el("span", { class: "steps steps-small", role: "img", "aria-label": words },
    [1, 2, 3, 4, 5].map((level) => el("span", { class: `rung rung-${rungState(control, level)}${control.target === level ? " rung-target" : ""}`, style: `--step:${level}` }, el("span", { class: "rung-fill" }))));
}

/** Five steps that can be walked. The line below says what the model says of the rung under the pointer or focus; else of the confirmed one. */
function ladder(report, control) {
  const line = el("p", { class: "cell" });
  const rungs = control.cells.map((text, index) => rung(report, control, index + 1, text));
  const show = (level) => {
    const state = rungState(control, level);
    line.className = `cell cell-${state}`;
    line.replaceChildren(el("b", {}, String(level)), " ", tm(control.cells[level - 1]), level === control.confirmed ? "" : el("i", {}, ` ${rungStateWord(state)}`));
  };
  show(control.confirmed);
  const steps = el("div", { class: "steps", role: "group", "aria-label": t("Rungs of {control}; arrow keys move between them", { control: tm(control.title) }) }, rungs);
  rungs.forEach((node, index) => {
    for (const event of ["mouseenter", "focus", "click"]) node.addEventListener(event, () => show(index + 1));
    node.addEventListener("keydown", (event) => moveOnLadder(event, rungs, index));
  });
  for (const event of ["mouseleave", "focusout"]) steps.addEventListener(event, () => show(control.confirmed));
  return el("div", { class: "ladder" }, steps, line);
}

function rung(report, control, level, text) {
  const state = rungState(control, level);
  const target = control.target === level;
  return el("button", {
    type: "button",
    class: `rung rung-${state}${target ? " rung-target" : ""}`,
    style: `--step:${level}`,
    tabindex: level === control.confirmed ? 0 : -1,
    "aria-label": `${t("Level {level}, {label}: {text}.", { level, label: tm(report.levels[level - 1]), text: tm(text) })} ${rungStateWord(state)}${target ? `. ${t("The target")}` : ""}`,
  }, el("span", { class: "rung-fill" }), el("span", { class: "rung-level", "aria-hidden": "true" }, String(level)));
}

function moveOnLadder(event, rungs, index) {
  const to = { ArrowRight: index + 1, ArrowUp: index + 1, ArrowLeft: index - 1, ArrowDown: index - 1, Home: 0, End: rungs.length - 1 }[event.key];
  if (to === undefined || !rungs[to]) return;
  event.preventDefault();
  rungs.forEach((node, at) => node.setAttribute("tabindex", at === to ? 0 : -1));
  rungs[to].focus();
}

/** What stands beside a ladder in words. */
function levelNumbers(control) {
  const { confirmed, possible, observed, target } = control;
  return el("div", { class: "row-level" },
    el("p", {}, el("span", { class: "level-confirmed" }, String(confirmed)), el("span", { class: "level-word" }, t("confirmed"))),
    el("p", { class: "level-possible" }, t("possible {level}", { level: possible })),
    observed && observed !== confirmed ? el("p", { class: "level-possible" }, t("observed from AWS alone {level}", { level: observed })) : null,
    control.with_waivers ? el("p", { class: "level-possible" }, waivedWords(control.with_waivers)) : null,
    target ? el("p", { class: target > confirmed ? "level-below" : "level-possible" }, targetWords(control)) : null);
}

function targetWords({ target, confirmed }) {
  return target > confirmed ? t("below target {level}", { level: target }) : t("target {level} reached", { level: target });
}

function waivedWords({ levels }) {
  return levels ? t("with waivers {level}", { level: levels.confirmed }) : t("with waivers nothing is left to judge");
}
