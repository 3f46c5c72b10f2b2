/* The parts of the report: which there are, in which order, and the bar that leads to them. */

/** `[id, heading, lead, how it is drawn, number in the bar]`; those of a detail page are fewer. */
function partsOfReport(report) {
  if (report.detail) return [["findings", t("Findings"), "", drawFindings, report.findings.length], ["gaps", t("Gaps"), "", drawGaps, report.gaps.length]];
  const people = report.attestations.length + report.waivers.length;
  return [
    ["overview", t("Overview"), "", drawOverview],
    report.changes && ["changes", t("What changed"), "", drawChanges],
    ["checklists", t("Checklists"), "", drawChecklists],
    ["path", t("Entry path"), t("The model's six two-week steps, with what each touches here."), drawEntryPath],
    report.accounts.length > 1 && ["accounts", t("Accounts"), t("Where each account stands by its own evidence. The levels above are of all accounts together: one that falls short holds the whole back."), drawAccounts, report.accounts.length],
    ["controls", t("Controls"), "", drawControls, report.controls.length],
    ["findings", t("Findings"), t("Every criterion held against every resource. Open a row to see the facts that decided it and the call they were read with."), drawFindings, report.findings.length],
    ["people", t("Attested and waived"), t("What people say because no API shows it, and the exceptions they accept. Neither changes what was observed."), drawPeople, people],
    ["gaps", t("Gaps"), t("What could not be seen. A gap never counts as pass or as fail: what it hides stays unknown."), drawGaps, report.summary.gaps ?? report.gaps.length],
    ["measured", t("How it was measured"), "", drawMeasured],
  ].filter(Boolean);
}

/** Draws every part; a part adds to the section that is made for it. */
function drawParts(report) {
  const main = document.getElementById("main");
  main.replaceChildren();
  for (const [id, heading, lead, draw] of partsOfReport(report)) {
    const body = el("div", { id: `${id}-body` });
    main.append(el("section", { id, class: "wrap", "aria-labelledby": `${id}-title` },
      el("h2", { id: `${id}-title`, class: id === "overview" ? "unseen" : undefined }, heading), lead ? el("p", { class: "lead" }, lead) : null, body));
    draw(report, body);
  }
}

function drawBar(report) {
  const links = partsOfReport(report).map(([id, heading, , , number]) =>
    el("li", {}, el("a", { href: `#${id}` }, heading, number === undefined ? null : el("span", { class: "num" }, count(number)))));
  document.getElementById("bar").replaceChildren(el("ul", { class: "wrap" }, links));
}

/** The part on screen is marked in the bar. */
let partWatcher;

function markCurrentPart() {
  partWatcher?.disconnect();
  const links = new Map([...document.querySelectorAll("#bar a")].map((link) => [link.getAttribute("href").slice(1), link]));
  partWatcher = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      const link = links.get(entry.target.id);
      if (entry.isIntersecting) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  }, { rootMargin: "-30% 0px -65% 0px" });
  for (const id of links.keys()) partWatcher.observe(document.getElementById(id));
}
