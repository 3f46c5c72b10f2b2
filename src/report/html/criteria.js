/* A criterion: its outcome, its words, how many pass against how many must, and how it is decided. */

function basisWords(basis) {
  return { observed: t("observed from AWS"), attested: t("attested by a person: no API shows it"), observed_or_attested: t("observed where AWS shows it, else attested") }[basis] || basis;
}

function criterionCard(report, criterion) {
  return el("article", { class: `criterion criterion-${criterion.outcome}`, id: criterion.id },
    el("div", { class: "criterion-mark" }, badge(criterion.outcome)),
    el("div", { class: "criterion-text" },
      el("p", { class: "clause" }, tm(criterion.clause)),
      el("h5", {}, tm(criterion.statement)),
      chips(report, criterion),
      el("p", { class: "why" }, tm(criterion.why)),
      criterion.outcome === "met" || criterion.outcome === "not_applicable" ? null
        : el("p", { class: "remedy" }, el("b", {}, t("Remedy")), " ", tm(criterion.remedy)),
      criterionDetails(report, criterion)),
    el("div", { class: "criterion-bar" }, subjectBar(criterion)));
}

function chips(report, criterion) {
  const own = report.waivers.filter((waiver) => waiver.criteria.includes(criterion.id));
  const list = [
    criterion.decided_by === "attested" ? el("a", { class: "chip", href: "#people" }, t("attested, not observed")) : null,
    own.length ? el("a", { class: "chip", href: "#people" }, own.every((waiver) => waiver.expired) ? t("waiver has ended") : t("waived")) : null,
    criterion.decided_by === "contested" ? chip(t("contested: attested as met, observed as unmet; the evidence counts"), "chip-bad") : null,
    criterion.needs_attestation ? chip(t("needs an attestation"), "chip-open") : null,
    ...criterion.thresholds.filter(isChanged).map((threshold) =>
      chip(t("threshold changed: {name} is {value}, default {standard}", { name: threshold.name, value: amount(threshold.value, threshold.unit), standard: amount(threshold.default, threshold.unit) }), "chip-changed")),
  ].filter(Boolean);
  return list.length ? el("p", { class: "chips" }, list) : null;
}

function isChanged(threshold) {
  return threshold.value !== threshold.default;
}

function amount(value, unit) {
  return unit ? `${count(value)} ${tm(unit)}` : count(value);
}

/** What the bar asks for, in words. */
function barWords({ kind, threshold }) {
  if (kind === "share") return t("at least {share} must pass", { share: percent(threshold) });
  if (kind === "at_most") return t("at most {share} may match", { share: percent(threshold) });
  return { any: t("at least one must pass"), all: t("all must pass"), none: t("none may match") }[kind] || kind;
}

/** The subjects as one stacked bar with a tick at the threshold, and their counts in words. */
function subjectBar(criterion) {
  const { counts } = criterion;
  const total = counts.pass + counts.fail + counts.unknown;
  if (!total) return el("p", { class: "quiet" }, counts.unseen ? t("Resources could not be listed") : criterion.basis === "attested" ? t("A person decides") : t("No resources to judge"));
  const against = countsAgainst(criterion);
  const bar = el("div", { class: "stack", role: "img", "aria-label": tallyWords(counts, against) },
    segment(against ? "bad" : "good", counts.pass), segment("open", counts.unknown), segment(against ? "good" : "bad", counts.fail));
  return el("a", { class: "bar-link", href: findingsLink({ criterion: criterion.id }), "aria-label": `${tallyWords(counts, against)}; ${barWords(criterion.bar)}; ${t("show the findings")}` },
    el("div", { class: "stack-box" }, bar, tick(criterion.bar)),
    el("p", { class: "tally" },
      tallyPart("pass", counts.pass, against), tallyPart("fail", counts.fail, against), tallyPart("unknown", counts.unknown, against),
      counts.unseen ? el("span", {}, t("and some not listed")) : null),
    el("p", { class: "quiet" }, barWords(criterion.bar), counts.not_applicable ? `; ${t("does not apply to {n}", { n: counts.not_applicable })}` : ""));
}

/** How a result is called within a sentence; where a pass counts against the criterion it is a match. */
function resultWord(result, against) {
  if (against && result === "pass") return t("match");
  if (against && result === "fail") return t("clear");
  return { pass: t("pass"), fail: t("fail"), unknown: t("unknown"), not_applicable: t("not applicable") }[result];
}

function tallyWords(counts, against) {
  return ["pass", "fail", "unknown"].map((result) => `${count(counts[result])} ${resultWord(result, against)}`).join(", ");
}

function tallyPart(result, number, against) {
  const kind = against && result !== "unknown" ? { pass: "fail", fail: "pass" }[result] : result;
  return number ? el("span", {}, icon(kind), `${count(number)} ${resultWord(result, against)}`) : null;
}

function tick(bar) {
  const at = bar.kind === "share" || bar.kind === "at_most" ? bar.threshold : null;
  if (at === null) return null;
  const node = tickAt(Math.max(0, at));
  node.classList.toggle("tick-right", at > 85);
  node.append(el("span", {}, `${bar.kind === "share" ? "≥" : "≤"} ${percent(at)}`));
  return node;
}

function criterionDetails(report, criterion) {
  return el("details", { class: "more" },
    el("summary", {}, t("How it is decided")),
    el("dl", { class: "facts" }, [
      pair(t("Criterion"), el("code", {}, criterion.id)),
      pair(t("Who decides"), basisWords(criterion.basis)),
      pair(t("Bar"), barWords(criterion.bar)),
      pair(t("Thresholds"), criterion.thresholds.length ? el("ul", { class: "plain" }, criterion.thresholds.map(thresholdLine)) : null),
      pair(t("Calls"), criterion.calls.length ? criterion.calls.flatMap((call, index) => [index ? ", " : "", el("code", {}, call)]) : null),
      pair(t("Gaps"), criterion.gaps.length ? gapLinks(report, criterion) : null),
      pair(t("Remedy"), `${tm(criterion.remedy)} (${effortWords(criterion.effort)})`),
    ].filter(Boolean)));
}

function thresholdLine(threshold) {
  return el("li", {}, el("code", {}, threshold.name), ` ${amount(threshold.value, threshold.unit)}`,
    isChanged(threshold) ? el("strong", { class: "changed" }, ` (${t("changed; default {standard}", { standard: amount(threshold.default, threshold.unit) })})`) : ` (${t("default")})`,
    threshold.reason ? `: ${tm(threshold.reason)}` : "");
}

function gapLinks(report, { gaps, gaps_total: total }, most = 5) {
  const all = Math.max(total || 0, gaps.length);
  return el("ul", { class: "plain" }, gaps.slice(0, most).map((id) => {
    const known = report.gapById.get(id);
    return el("li", {}, known ? el("a", { href: `#${id}` }, gapTitle(report, known)) : el("code", {}, id));
  }), all > most ? el("li", { class: "quiet" }, t("and {n} more in the gaps", { n: all - most })) : null);
}
