/* The drawer: one finding, and the way from it to the next, to the resource in the console, and to its evidence. */

function openDrawer(report, finding) {
  const drawer = document.getElementById("drawer");
  drawer.replaceChildren(...drawerParts(report, finding));
  drawer.dataset.finding = finding.index;
  drawer.onkeydown = (event) => stepWithKeys(report, finding, event);
  if (!drawer.open) drawer.showModal();
  drawer.scrollTop = 0;
  view.open = finding.index;
  writeHash();
}

/** Back to the row the reader came from (or stepped to), unless a link led elsewhere. */
function drawerClosed() {
  if (document.getElementById("drawer").open) return;
  const index = view.open;
  view.open = undefined;
  if (!location.hash.startsWith("#findings")) return;
  writeHash();
  document.querySelector(`tr[data-finding="${index}"] .open-row`)?.focus({ preventScroll: false });
}

function closeDrawer() {
  document.getElementById("drawer").close();
}

function stepWithKeys(report, finding, event) {
  if (event.altKey || event.ctrlKey || event.metaKey || event.target.closest("input, select, pre")) return;
  const to = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (to) step(report, finding, to);
}

/** The next or previous finding of the filtered list, turning the page where it must. */
function step(report, finding, by) {
  const at = view.found.indexOf(finding.index) + by;
  const next = findingAt(report, view.found[at]);
  if (!next) return;
  const page = Math.floor(at / PAGE) + 1;
  if (!view.filter.group && page !== view.filter.page) { view.filter.page = page; showPage(report); }
  openDrawer(report, next);
  document.querySelector(`#drawer [data-step="${by}"]`)?.focus();
}

function drawerParts(report, finding) {
  const { subject, criterion } = finding;
  return [
    drawerBar(report, finding),
    el("header", { class: "drawer-head" },
      el("p", { class: "drawer-result" }, resultBadge(finding), findingMarks(finding), el("span", { class: "code" }, criterion.control.id), criterionAnchor(report, criterion)),
      el("h2", { id: "drawer-title" }, saidLong(subjectName(subject), 120)),
      el("p", { class: "quiet" }, kindName(subject.kind)),
      el("p", { class: "arn" }, saidLong(subject.arn, 400)),
      consoleAnchor(subject, t("Open in the AWS console"))),
    el("section", {}, el("h3", {}, t("What is asked")),
      el("p", {}, tm(criterion.statement)),
      finding.result === 0 || finding.result === 1 ? el("p", { class: "remedy" }, el("b", {}, t("Remedy")), " ", tm(criterion.remedy)) : null),
    reasonsSection(report, finding),
    factsSection(report, finding),
    waiversSection(report, finding),
    subjectSection(subject),
    otherFindings(report, finding),
  ].filter(Boolean);
}

/** A detail page has no sections of controls: there the criterion is a name. */
function criterionAnchor(report, criterion) {
  return report.detail ? el("a", { href: fileLink(report.detail.main, `#${criterion.id}`) }, criterion.short) : el("a", { href: `#${criterion.id}`, click: closeDrawer }, criterion.short);
}

function drawerBar(report, finding) {
  const at = view.found.indexOf(finding.index);
  const button = (text, by) => el("button", { type: "button", class: "plain-button", "data-step": by, disabled: at < 0 || view.found[at + by] === undefined, click: () => step(report, finding, by) }, text);
  return el("div", { class: "drawer-bar" },
    button(t("Previous"), -1), button(t("Next"), 1),
    el("span", { class: "quiet num" }, at < 0 ? "" : t("{at} of {n}", { at: at + 1, n: view.found.length })),
    el("button", { type: "button", class: "plain-button close", click: closeDrawer, autofocus: true }, t("Close")));
}

/** The exceptions that speak of a waived finding, as far as their rules tell. */
function waiversSection(report, finding) {
  if (!finding.waived || !report.waivers) return null;
  const own = report.waivers.filter((waiver) => !waiver.expired && waiver.criteria.includes(finding.criterion.id));
  return own.length ? el("section", {}, el("h3", {}, t("Waived")), el("ul", { class: "items" }, own.map((waiver) => waiverItem(report, waiver)))) : null;
}

function subjectSection(subject) {
  return el("section", {}, el("h3", {}, t("Resource")),
    el("dl", { class: "facts" }, [
      pair(t("Account"), said(subject.account)),
      pair(t("Region"), said(subject.region)),
      pair(t("Evidence"), el("code", {}, "evidence.jsonl.zst"), `, ${t("line {line}, in the bundle of this scan", { line: String(subject.line) })}`),
    ]),
    subject.tags.length ? el("div", {}, el("h4", {}, t("Tags ({n})", { n: subject.tags.length })), el("dl", { class: "tags" }, subject.tags.map(([key, value]) =>
      el("div", { class: "pair" }, el("dt", {}, saidLong(key, 128)), el("dd", {}, value === "" ? el("span", { class: "quiet" }, t("empty")) : saidLong(value)))))) : null,
    subject.cut ? el("p", { class: "quiet" }, t("Some of its tags, or long words, are left out here; the file with its facts has them.")) : null);
}

/** The same resource under the other criteria. */
function otherFindings(report, finding) {
  const others = [];
  report.findings.subject.forEach((subject, index) => { if (subject === finding.subjectIndex && index !== finding.index) others.push(findingAt(report, index)); });
  if (!others.length) return null;
  return el("section", {}, el("h3", {}, t("This resource under other criteria")), el("ul", { class: "others" }, others.map((other) => el("li", {}, resultBadge(other),
    el("button", { type: "button", class: "link", click: () => openDrawer(report, other) }, `${other.criterion.number} ${other.criterion.short}`)))));
}
