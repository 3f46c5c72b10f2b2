/* The evidence behind one finding: every fact with the call it was read with and when, or the gap in its place. */

const UNITS = { percent: "%", ms: "ms", seconds: "s", s: "s", minutes: "min", hours: "h", bytes: "bytes", kib: "KiB", mib: "MiB", gib: "GiB", tib: "TiB", mb: "MB", gb: "GB", iops: "IOPS", usd: "USD", mibps: "MiB/s" };

/** Why it is unknown. */
function reasonsSection(report, finding) {
  if (!finding.reasons.length) return null;
  return el("section", {}, el("h3", {}, t("Why it is unknown")), finding.reasons.map((reason) => (reason < 0
    ? el("p", { class: "gap-card" }, t("No API shows it: it needs an attestation by a named person."))
    : gapCard(report, report.gaps[reason] || NO_GAP))));
}

function gapCard(report, gap) {
  return el("div", { class: "gap-card" },
    el("p", {}, icon("unknown"), el("a", { href: `#${gap.id}`, click: closeDrawer }, gapTitle(report, gap)), ` ${t("in {region}, account {account}", { region: visible(gap.region), account: visible(gap.account) })}`),
    gap.detail ? el("p", { class: "quiet" }, saidLong(gap.detail, 300)) : null,
    gap.opens_with ? el("p", {}, el("b", {}, t("Opens with")), " ", saidLong(tm(gap.opens_with), 500)) : null);
}

/** Facts grouped by the call they were read with, so that each call is named once. */
function factsSection(report, finding) {
  const facts = factsOf(report, finding);
  const section = (...parts) => el("section", { class: "facts-section" }, el("h3", {}, t("Facts")), parts);
  if (!facts) return section(factsElsewhere(report, finding));
  const groups = new Map();
  for (const fact of facts) {
    const key = fact.gap || fact.source || "none";
    groups.set(key, [...(groups.get(key) || []), fact]);
  }
  if (!groups.size) return section(el("p", { class: "quiet" }, t("No facts: no API shows this.")));
  return section([...groups].map(([key, own]) => factGroup(report, key, own)));
}

function factsElsewhere(report, finding) {
  const link = detailLink(report, finding);
  return el("p", { class: "gap-card" }, link ? [t("This file has the facts of the most telling findings. Those of this one are in a file beside it:"), " ", link]
    : t("This file has the facts of the most telling findings. Those of this one are in assessment.json of the bundle."));
}

function factGroup(report, key, facts) {
  if (facts[0].gap) {
    return el("div", { class: "fact-group fact-group-gap" }, factList(facts), el("div", { class: "source" }, el("h4", {}, t("Not seen")), gapCard(report, key)));
  }
  return el("div", { class: "fact-group" }, factList(facts), key === "none" ? null : sourceBox(key));
}

function factList(facts) {
  return el("dl", { class: "fact-list" }, facts.map((fact) => el("div", { class: "pair" }, el("dt", {}, el("code", { title: fact.name }, factName(fact.name))),
    el("dd", {}, fact.gap ? badge("unknown") : factValue(fact)))));
}

function factValue({ name, value }) {
  if (value === null || typeof value === "boolean") return inShort(value);
  if (typeof value === "number") return [el("span", { class: "num" }, count(value)), unitOf(name) ? ` ${unitOf(name)}` : ""];
  if (Array.isArray(value) && value.every((item) => item === null || typeof item !== "object")) return value.length ? el("ul", { class: "plain" }, value.map((item) => el("li", {}, saidLong(inShort(item))))) : t("empty");
  if (typeof value === "object") return el("pre", {}, saidLong(JSON.stringify(value, null, 1).replace(/\n\s*/g, " "), 600));
  return /^\d{4}-\d\d-\d\dT/.test(value) ? time(value) : saidLong(value);
}

/** The unit that a fact's name ends in. */
function unitOf(name) {
  const words = name.split("_");
  if (words.at(-1) === "percent" || words.at(-2) === "percent") return "%";
  if (words.at(-2) === "usd") return { month: t("USD a month"), hour: t("USD an hour"), invocation: t("USD an invocation") }[words.at(-1)] || "USD";
  return words.at(-1) === "days" ? t("days") : UNITS[words.at(-1)] || "";
}

function sourceBox(source) {
  return el("div", { class: "source" },
    el("h4", {}, t("Read with"), " ", el("code", { class: "source-call" }, `${source.service}:${source.operation}`)),
    el("dl", { class: "facts" }, [
      pair(t("Where"), said(source.region), `, ${t("account {account}", { account: visible(source.account) })}`),
      pair(t("When"), time(source.read_at)),
      pair(t("Asked for"), source.parameters ? saidLong(source.parameters, 200) : null),
      pair(t("Answer"), t("{n} page|{n} pages", { n: source.pages }), ", ", t("{n} item kept|{n} items kept", { n: source.items })),
      pair(t("Request ids"), (source.request_ids || []).map((id) => el("code", { class: "request-id" }, said(id)))),
    ].filter(Boolean)));
}
