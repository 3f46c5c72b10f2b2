/* The first screen: what was scanned, whether the scan is whole, and a ladder of five rungs for every control. */

function drawMasthead(report) {
  const { scan } = report;
  const facts = document.getElementById("scan-facts");
  facts.append(...[
    pair(scan.accounts.length === 1 ? "Account" : `Accounts (${count(scan.accounts.length)})`, listed(scan.accounts)),
    pair(scan.regions.length === 1 ? "Region" : `Regions (${count(scan.regions.length)})`, listed(scan.regions)),
    pair("Scanned", time(scan.finished_at)),
    pair("Scope", said(scan.scope.rule || "every resource"), scan.scope.left_out ? `; ${count(scan.scope.left_out)} left out` : ""),
  ].filter(Boolean));
  document.getElementById("banner").append(banner(report));
}

/** The first few of a list; the rest can be opened. */
function listed(items, most = 4) {
  const texts = (part) => part.flatMap((item, index) => [index ? ", " : "", said(item)]);
  if (items.length <= most) return texts(items);
  return el("details", { class: "inline" },
    el("summary", {}, texts(items.slice(0, most - 1)), ` and ${count(items.length - most + 1)} more`),
    el("span", {}, texts(items.slice(most - 1))));
}

function banner(report) {
  const gaps = report.summary ? report.summary.gaps : report.gaps.length;
  const closed = (report.accounts || []).filter((account) => account.state === "not_entered").length;
  if (closed) {
    return el("p", { class: "banner banner-bad", role: "status" }, icon("unmet"), el("span", {}, el("strong", {}, `${counted(closed, "account")} could not be entered. `),
      "Nothing of them was seen: what they hold counts as unknown, never as pass. ", el("a", { href: "#accounts" }, "See which and why")));
  }
  if (!report.scan.complete) {
    return el("p", { class: "banner banner-bad", role: "status" }, icon("unmet"), el("span", {}, el("strong", {}, "INCOMPLETE SCAN. "),
      "It was interrupted before every source was read. What was not read counts as unknown, never as pass."));
  }
  if (gaps) {
    return el("p", { class: "banner banner-open", role: "status" }, icon("unknown"), el("span", {}, el("strong", {}, "Complete scan. "),
      `Every source was asked; ${counted(gaps, "gap")} left something unseen. `, el("a", { href: "#gaps" }, "See what and why")));
  }
  return el("p", { class: "banner banner-good", role: "status" }, icon("met"), el("span", {}, el("strong", {}, "Complete scan. "),
    "Every source was asked and answered."));
}

function drawNav(report) {
  const links = [
    ["#overview", "Overview"],
    ...((report.accounts || []).length > 1 ? [["#accounts", "Accounts", report.accounts.length]] : []),
    ["#controls", "Controls", report.controls.length],
    ["#checklists", "Checklists"],
    ["#path", "Entry path"],
    ["#people", "Attested", (report.attestations || []).length + (report.waivers || []).length],
    ["#findings", "Findings", report.findings.length],
    ["#gaps", "Gaps", report.summary ? report.summary.gaps : report.gaps.length],
    ["#measured", "How it was measured"],
  ];
  document.getElementById("nav").append(...links.map(([href, text, number]) =>
    el("li", {}, el("a", { href }, text, number === undefined ? null : el("span", { class: "num" }, count(number))))));
}

function drawOverview(report) {
  drawFigures(report);
  drawLegend(report);
  document.getElementById("ladders").append(...report.controls.map((control) => ladderRow(report, control)));
}

function drawFigures(report) {
  const { by_minimum: minimum, api_ceiling: ceiling, level, possible, with_waivers: waived } = report.pillar;
  document.getElementById("figures").append(
    figure("Level by the model's checklists", level, level
      ? `${report.levels[level - 1]}${possible > level ? `; ${possible} if what is unknown holds` : ""}${waived ? `; ${waived} with waivers` : ""}` : "Not told"),
    figure("Lowest control", minimum, minimum
      ? `${report.levels[minimum - 1]}: the lowest confirmed level over the ${counted(assessable(report), "control")} that apply`
      : "No control applies here"),
    figure("Most that AWS alone can show", ceiling, ceiling
      ? "The level by checklists if all that AWS shows were met; what lies above needs a person's attestation" : "No control applies here"),
    outcomesFigure(report));
}

function assessable(report) {
  return report.controls.filter((control) => control.applicable).length;
}

function figure(label, level, text) {
  return el("div", { class: "figure" },
    el("h3", {}, label),
    el("p", { class: "figure-value" }, level ? [el("span", { class: "figure-number" }, String(level)), el("span", { class: "figure-of" }, "of 5")]
      : el("span", { class: "figure-none" }, "–")),
    el("p", { class: "figure-text" }, text));
}

/** All criteria by outcome, as one bar. */
function outcomesFigure(report) {
  const kinds = ["met", "unmet", "unknown", "not_applicable"];
  const counts = kinds.map((kind) => report.criteria.filter((criterion) => criterion.outcome === kind).length);
  return el("div", { class: "figure" },
    el("h3", {}, "Criteria"),
    el("p", { class: "figure-value" }, el("span", { class: "figure-number" }, count(report.criteria.length))),
    el("div", { class: "stack", "aria-hidden": "true" }, kinds.map((kind, index) => segment(BADGES[kind].tone, counts[index]))),
    el("p", { class: "figure-text tally" }, kinds.map((kind, index) =>
      counts[index] ? el("span", {}, icon(kind), `${count(counts[index])} ${BADGES[kind].word.toLowerCase()}`) : null)));
}

function segment(tone, size) {
  const node = size ? el("span", { class: `seg seg-${tone}` }) : null;
  if (node) node.style.flexGrow = size;
  return node;
}

function drawLegend(report) {
  const key = (state, text) => el("span", { class: "key" }, el("span", { class: `rung rung-${state} rung-key`, "aria-hidden": "true" }), text);
  document.getElementById("legend").append(
    el("p", {}, key("confirmed", "confirmed"), key("possible", "possible: if what was not seen holds"), key("beyond", "not reached")),
    el("ol", { class: "levels" }, report.levels.map((label) => el("li", {}, label))));
}

function ladderRow(report, control) {
  const name = el("div", { class: "row-name" },
    el("h3", {}, el("a", { href: `#${control.id}` }, el("span", { class: "code" }, control.id), control.title)),
    el("p", { class: "quiet" }, `${control.severity} severity`));
  if (!control.applicable || !control.confirmed) {
    return el("li", { class: "row row-na", "data-control": control.id }, name,
      el("div", { class: "row-none" }, badge("not_applicable")),
      el("div", { class: "row-why" }, el("p", {}, control.why || "The account has nothing that this control speaks about.")));
  }
  return el("li", { class: "row", "data-control": control.id }, name, ladder(report, control), levelNumbers(control),
    el("div", { class: "row-why" }, el("p", {}, control.why), nextStep(control)));
}

/** Five steps. The line below says what the model says of the rung under the pointer or focus; else of the confirmed one. */
function ladder(report, control) {
  const line = el("p", { class: "cell" });
  const rungs = control.cells.map((text, index) => rung(report, control, index + 1, text));
  const show = (level) => {
    const state = rungState(control, level);
    line.className = `cell cell-${state}`;
    line.style.setProperty("--at", level);
    line.replaceChildren(el("b", {}, String(level)), " ", control.cells[level - 1],
      level === control.confirmed ? "" : el("i", {}, state === "possible" ? " possible" : state === "beyond" ? " not reached" : ""));
  };
  show(control.confirmed);
  const steps = el("div", { class: "steps", role: "group", "aria-label": `Rungs of ${control.title}; arrow keys move between them` }, rungs);
  rungs.forEach((node, index) => {
    node.addEventListener("mouseenter", () => show(index + 1));
    node.addEventListener("focus", () => show(index + 1));
    node.addEventListener("click", () => show(index + 1));
    node.addEventListener("keydown", (event) => moveOnLadder(event, rungs, index));
  });
  steps.addEventListener("mouseleave", () => show(control.confirmed));
  steps.addEventListener("focusout", () => show(control.confirmed));
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
    "aria-label": `Level ${level}, ${report.levels[level - 1]}: ${text}. ${{ confirmed: "Confirmed", possible: "Possible", beyond: "Not reached" }[state]}${target ? ". The target" : ""}`,
  }, el("span", { class: "rung-fill" }), el("span", { class: "rung-level", "aria-hidden": "true" }, String(level)));
}

function rungState(control, level) {
  if (level <= control.confirmed) return "confirmed";
  return level <= control.possible ? "possible" : "beyond";
}

function moveOnLadder(event, rungs, index) {
  const to = { ArrowRight: index + 1, ArrowUp: index + 1, ArrowLeft: index - 1, ArrowDown: index - 1, Home: 0, End: rungs.length - 1 }[event.key];
  if (to === undefined || !rungs[to]) return;
  event.preventDefault();
  rungs.forEach((node, at) => node.setAttribute("tabindex", at === to ? 0 : -1));
  rungs[to].focus();
}

function levelNumbers(control) {
  const { confirmed, possible, observed, target } = control;
  return el("div", { class: "row-level" },
    el("p", {}, el("span", { class: "level-confirmed" }, String(confirmed)), el("span", { class: "level-word" }, "confirmed")),
    el("p", { class: "level-possible" }, `possible ${possible}`),
    observed && observed !== confirmed ? el("p", { class: "level-possible" }, `from AWS alone ${observed}`) : null,
    control.with_waivers ? el("p", { class: "level-possible" }, waivedWords(control.with_waivers)) : null,
    target ? el("p", { class: target > confirmed ? "level-below" : "level-possible" }, target > confirmed ? `below target ${target}` : `target ${target} reached`) : null);
}

function waivedWords({ levels }) {
  return levels ? `with waivers ${levels.confirmed}` : "with waivers nothing is left to judge";
}

function nextStep(control) {
  const first = control.next && control.next.blocked_by[0];
  if (!first) return control.confirmed === 5 ? el("p", { class: "next" }, el("b", {}, "At the top."), " Nothing above.") : null;
  const others = control.next.blocked_by.length - 1;
  return el("p", { class: "next" }, el("b", {}, `To level ${control.next.level}: `), first.remedy, " ",
    el("a", { href: `#${control.id}-lift` }, others ? `and ${counted(others, "more step")}` : "details"));
}
