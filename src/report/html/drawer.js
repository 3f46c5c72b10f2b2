/* The evidence behind one finding: the subject, every fact with the call it was read with, and where it lies in the bundle. */

const UNITS = { percent: "%", ms: "ms", seconds: "s", minutes: "min", hours: "h", days: "days", bytes: "bytes", kib: "KiB", mib: "MiB", gib: "GiB", tib: "TiB", mb: "MB", gb: "GB", iops: "IOPS", usd: "USD", mibps: "MiB/s" };

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

function stepWithKeys(report, finding, event) {
  if (event.altKey || event.ctrlKey || event.metaKey || event.target.closest("input, select, pre")) return;
  const to = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (to) step(report, finding, to);
}

/** The next or previous finding of the filtered list, turning the page where it must. */
function step(report, finding, by) {
  const at = view.found.indexOf(finding) + by;
  const next = view.found[at];
  if (!next) return;
  const page = Math.floor(at / PAGE) + 1;
  if (page !== view.filter.page) { view.filter.page = page; showRows(report); }
  openDrawer(report, next);
  document.querySelector(`#drawer [data-step="${by}"]`)?.focus();
}

function drawerParts(report, finding) {
  const { subject, criterion } = finding;
  return [
    drawerBar(report, finding),
    el("header", { class: "drawer-head" },
      el("p", { class: "drawer-result" }, resultBadge(finding), findingMarks(finding), el("span", { class: "code" }, criterion.control.id), el("a", { href: `#${criterion.id}`, click: closeDrawer }, criterion.short)),
      el("h2", { id: "drawer-title" }, saidLong(subjectName(subject), 120)),
      el("p", { class: "quiet" }, kindWords(subject.kind)),
      el("p", { class: "arn" }, saidLong(subject.arn, 400))),
    el("section", {}, el("h3", {}, "What is asked"),
      el("p", {}, criterion.statement),
      finding.result === 0 || finding.result === 1 ? el("p", { class: "remedy" }, el("b", {}, "Remedy "), criterion.remedy) : null),
    reasonsSection(report, finding),
    factsSection(report, finding),
    subjectSection(subject),
    otherFindings(report, finding),
  ].filter(Boolean);
}

function drawerBar(report, finding) {
  const at = view.found.indexOf(finding);
  const button = (text, by) => el("button", { type: "button", class: "plain-button", "data-step": by, disabled: at < 0 || !view.found[at + by], click: () => step(report, finding, by) }, text);
  return el("div", { class: "drawer-bar" },
    button("Previous", -1), button("Next", 1),
    el("span", { class: "quiet num" }, at < 0 ? "" : `${count(at + 1)} of ${count(view.found.length)}`),
    el("button", { type: "button", class: "plain-button close", click: closeDrawer, autofocus: true }, "Close"));
}

function closeDrawer() {
  document.getElementById("drawer").close();
}

/** Why it is unknown. */
function reasonsSection(report, finding) {
  if (!finding.reasons.length) return null;
  return el("section", {}, el("h3", {}, "Why it is unknown"), finding.reasons.map((reason) => (reason < 0
    ? el("p", { class: "gap-card" }, "No API shows it: it needs an attestation by a named person.")
    : gapCard(report, report.gaps[reason]))));
}

function gapCard(report, gap) {
  return el("div", { class: "gap-card" },
    el("p", {}, icon("unknown"), el("a", { href: `#${gap.id}`, click: closeDrawer }, gapTitle(report, gap)), ` in ${gap.region}, account ${gap.account}`),
    gap.detail ? el("p", { class: "quiet" }, saidLong(gap.detail, 300)) : null,
    gap.opens_with ? el("p", {}, el("b", {}, "Opens with "), saidLong(gap.opens_with, 500)) : null);
}

/** Facts grouped by the call they were read with, so that each call is named once. */
function factsSection(report, finding) {
  const groups = new Map();
  for (const fact of factsOf(report, finding)) {
    const key = fact.gap || fact.source || "none";
    groups.set(key, [...(groups.get(key) || []), fact]);
  }
  if (!groups.size) return el("section", { class: "facts-section" }, el("h3", {}, "Facts"), el("p", { class: "quiet" }, "No facts: no API shows this."));
  return el("section", { class: "facts-section" }, el("h3", {}, "Facts"), [...groups].map(([key, facts]) => factGroup(report, key, facts)));
}

function factGroup(report, key, facts) {
  if (facts[0].gap) {
    return el("div", { class: "fact-group fact-group-gap" }, factList(facts), el("div", { class: "source" }, el("h4", {}, "Not seen"), gapCard(report, key)));
  }
  return el("div", { class: "fact-group" }, factList(facts), key === "none" ? null : sourceBox(key));
}

function factList(facts) {
  return el("dl", { class: "fact-list" }, facts.map((fact) => el("div", { class: "pair" }, el("dt", {}, el("code", {}, fact.name)),
    el("dd", {}, fact.gap ? badge("unknown") : factValue(fact)))));
}

function factValue({ name, value }) {
  if (value === null || typeof value === "boolean") return inShort(value);
  if (typeof value === "number") return [el("span", { class: "num" }, count(value)), unitOf(name) ? ` ${unitOf(name)}` : ""];
  if (Array.isArray(value) && value.every((item) => item === null || typeof item !== "object")) return value.length ? el("ul", { class: "plain" }, value.map((item) => el("li", {}, saidLong(inShort(item))))) : "empty";
  if (typeof value === "object") return el("pre", {}, saidLong(JSON.stringify(value, null, 1).replace(/\n\s*/g, " "), 600));
  return /^\d{4}-\d\d-\d\dT/.test(value) ? time(value) : saidLong(value);
}

/** The unit that a fact's name ends in. */
function unitOf(name) {
  const words = name.split("_");
  if (words.at(-1) === "percent" || words.at(-2) === "percent") return "%";
  if (words.at(-2) === "usd") return `USD a ${words.at(-1)}`;
  return UNITS[words.at(-1)] || "";
}

function sourceBox(source) {
  return el("div", { class: "source" },
    el("h4", {}, "Read with ", el("code", { class: "source-call" }, `${source.service}:${source.operation}`)),
    el("dl", { class: "facts" }, [
      pair("Where", said(source.region), ", account ", said(source.account)),
      pair("When", time(source.read_at)),
      pair("Asked for", source.parameters ? saidLong(source.parameters, 200) : null),
      pair("Answer", `${counted(source.pages, "page")}, ${counted(source.items, "item")} kept`),
      pair("Request ids", (source.request_ids || []).map((id) => el("code", { class: "request-id" }, said(id)))),
    ].filter(Boolean)));
}

function subjectSection(subject) {
  const tags = Object.entries(subject.tags || {});
  return el("section", {}, el("h3", {}, "Resource"),
    el("dl", { class: "facts" }, [
      pair("Account", said(subject.account)),
      pair("Region", said(subject.region)),
      pair("Evidence", el("code", {}, "evidence.jsonl"), `, line ${subject.evidence}, in the bundle of this scan`),
    ]),
    tags.length ? el("div", {}, el("h4", {}, `Tags (${count(tags.length)})`), el("dl", { class: "tags" }, tags.map(([key, value]) =>
      el("div", { class: "pair" }, el("dt", {}, saidLong(key, 128)), el("dd", {}, value === "" ? el("span", { class: "quiet" }, "empty") : saidLong(value)))))) : null);
}

/** The same resource under the other criteria. */
function otherFindings(report, finding) {
  const others = report.findings.filter((other) => other.subjectIndex === finding.subjectIndex && other !== finding);
  if (!others.length) return null;
  return el("section", {}, el("h3", {}, "This resource under other criteria"), el("ul", { class: "others" }, others.map((other) => el("li", {}, resultBadge(other),
    el("button", { type: "button", class: "link", click: () => openDrawer(report, other) }, `${other.criterion.number} ${other.criterion.short}`)))));
}
