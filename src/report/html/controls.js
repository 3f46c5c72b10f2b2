/* One section a control: what lifts it, and its criteria by level. */

const EFFORT = { setting: "a setting", resource: "a resource to add", change: "a change to test first", practice: "a practice of people" };
const BASIS = { observed: "observed from AWS", attested: "attested by a person: no API shows it", observed_or_attested: "observed where AWS shows it, else attested" };

function drawControls(report) {
  document.getElementById("control-sections").append(...report.controls.map((control) => controlSection(report, control)));
}

function controlSection(report, control) {
  return el("section", { class: "control", id: control.id, "aria-labelledby": `${control.id}-title` },
    el("header", { class: "control-head" },
      el("div", {}, el("p", { class: "code" }, `${control.id} · ${control.severity} severity`), el("h3", { id: `${control.id}-title` }, control.title)),
      controlLevel(report, control)),
    el("p", { class: "control-why" }, control.why),
    lifts(report, control),
    [2, 3, 4, 5].map((level) => levelGroup(report, control, level)));
}

function controlLevel(report, control) {
  if (!control.applicable || !control.confirmed) return badge("not_applicable");
  return el("div", { class: "control-level" }, ladder(report, control), levelNumbers(control));
}

function lifts(report, control) {
  if (!control.next || !control.next.blocked_by.length) return null;
  return el("div", { class: "lift", id: `${control.id}-lift` },
    el("h4", {}, `What lifts it to level ${control.next.level}`, el("span", { class: "quiet" }, " cheapest first")),
    el("ol", {}, control.next.blocked_by.map((blocker) => lift(report, blocker))));
}

function lift(report, blocker) {
  const criterion = report.criterionById.get(blocker.criterion);
  return el("li", {},
    el("div", { class: "lift-line" }, icon(blocker.outcome), el("div", {},
      el("p", {}, blocker.remedy),
      el("p", { class: "quiet" }, el("a", { href: `#${blocker.criterion}` }, shortId(blocker.criterion)), ` · ${missing(blocker, criterion)} · ${EFFORT[blocker.effort] || blocker.effort}`),
      liftSubjects(report, blocker))));
}

function missing(blocker, criterion) {
  if (criterion && criterion.needs_attestation) return "needs an attestation";
  if (!blocker.missing) return "must be seen first";
  if (criterion && countsAgainst(criterion)) return `${count(blocker.missing)} too many`;
  return `${count(blocker.missing)} more must pass`;
}

function liftSubjects(report, blocker) {
  if (!blocker.subjects.length) return null;
  const shown = blocker.subjects.slice(0, 6);
  return el("ul", { class: "subjects" },
    shown.map((arn) => el("li", {}, el("a", { href: findingsLink({ criterion: blocker.criterion, q: arn }), title: arn }, said(nameOfArn(report, arn), 48)))),
    el("li", {}, el("a", { class: "all", href: findingsLink({ criterion: blocker.criterion, result: "fail,unknown" }) },
      blocker.subjects_total > 1 ? `all ${count(blocker.subjects_total)} in the findings` : "in the findings")));
}

function nameOfArn(report, arn) {
  if (!report.subjectByArn) report.subjectByArn = new Map(report.subjects.map((subject) => [subject.arn, subject]));
  return subjectName(report.subjectByArn.get(arn) || { arn });
}

function levelGroup(report, control, level) {
  const criteria = control.criteria.filter((criterion) => criterion.level === level);
  if (!criteria.length) return null;
  return el("section", { class: "level-group", "aria-label": `${control.title}, level ${level}` },
    el("h4", {}, el("span", { class: "level-badge" }, String(level)), control.cells[level - 1], el("span", { class: "quiet" }, report.levels[level - 1])),
    criteria.map((criterion) => criterionCard(report, criterion)));
}

function criterionCard(report, criterion) {
  return el("article", { class: `criterion criterion-${criterion.outcome}`, id: criterion.id },
    el("div", { class: "criterion-mark" }, badge(criterion.outcome)),
    el("div", { class: "criterion-text" },
      el("p", { class: "clause" }, criterion.clause),
      el("h5", {}, criterion.statement),
      chips(report, criterion),
      el("p", { class: "why" }, criterion.why),
      criterion.outcome === "met" || criterion.outcome === "not_applicable" ? null
        : el("p", { class: "remedy" }, el("b", {}, "Remedy "), criterion.remedy),
      criterionDetails(report, criterion)),
    el("div", { class: "criterion-bar" }, subjectBar(criterion)));
}

function chips(report, criterion) {
  const own = (report.waivers || []).filter((waiver) => waiver.criteria.includes(criterion.id));
  const list = [
    criterion.decided_by === "attested" ? el("a", { class: "chip", href: "#people" }, "attested, not observed") : null,
    own.length ? el("a", { class: "chip", href: "#people" }, own.every((waiver) => waiver.expired) ? "waiver has ended" : "waived") : null,
    criterion.decided_by === "contested" ? chip("contested: attested as met, observed as unmet; the evidence counts", "chip-bad") : null,
    criterion.needs_attestation ? chip("needs an attestation", "chip-open") : null,
    ...criterion.thresholds.filter(isChanged).map((threshold) =>
      chip(`threshold changed: ${threshold.name} is ${amount(threshold.value, threshold.unit)}, default ${amount(threshold.default, threshold.unit)}`, "chip-changed")),
  ].filter(Boolean);
  return list.length ? el("p", { class: "chips" }, list) : null;
}

function isChanged(threshold) {
  return threshold.value !== threshold.default;
}

function amount(value, unit) {
  return unit ? `${count(value)} ${unit}` : count(value);
}

/** What the bar asks for, in words. */
function barWords({ kind, threshold }) {
  const words = { any: "at least one must pass", all: "all must pass", none: "none may match" };
  if (kind === "share") return `at least ${percent(threshold)} must pass`;
  if (kind === "at_most") return `at most ${percent(threshold)} may match`;
  return words[kind] || kind;
}

/** The subjects as one stacked bar with a tick at the threshold, and their counts in words. */
function subjectBar(criterion) {
  const { counts } = criterion;
  const total = counts.pass + counts.fail + counts.unknown;
  if (!total) return el("p", { class: "quiet" }, counts.unseen ? "Resources could not be listed" : criterion.basis === "attested" ? "A person decides" : "No resources to judge");
  const against = countsAgainst(criterion);
  const bar = el("div", { class: "stack", role: "img", "aria-label": tallyWords(counts, against) },
    segment(against ? "bad" : "good", counts.pass), segment("open", counts.unknown), segment(against ? "good" : "bad", counts.fail));
  return el("a", { class: "bar-link", href: findingsLink({ criterion: criterion.id }), "aria-label": `${tallyWords(counts, against)}; ${barWords(criterion.bar)}; show the findings` },
    el("div", { class: "stack-box" }, bar, tick(criterion.bar)),
    el("p", { class: "tally" },
      tallyPart("pass", counts.pass, against), tallyPart("fail", counts.fail, against), tallyPart("unknown", counts.unknown, against),
      counts.unseen ? el("span", {}, "and some not listed") : null),
    el("p", { class: "quiet" }, barWords(criterion.bar), counts.not_applicable ? `; does not apply to ${count(counts.not_applicable)}` : ""));
}

function resultWord(result, against) {
  if (against && result === "pass") return "match";
  if (against && result === "fail") return "clear";
  return BADGES[result].word.toLowerCase();
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
  const node = el("span", { class: `tick${at > 85 ? " tick-right" : ""}`, "aria-hidden": "true" }, el("span", {}, `${bar.kind === "share" ? "≥" : "≤"} ${percent(at)}`));
  node.style.left = `${Math.min(100, Math.max(0, at))}%`;
  return node;
}

function criterionDetails(report, criterion) {
  return el("details", { class: "more" },
    el("summary", {}, "How it is decided"),
    el("dl", { class: "facts" }, [
      pair("Criterion", el("code", {}, criterion.id)),
      pair("Who decides", BASIS[criterion.basis] || criterion.basis),
      pair("Bar", barWords(criterion.bar)),
      pair("Thresholds", criterion.thresholds.length ? el("ul", { class: "plain" }, criterion.thresholds.map(thresholdLine)) : null),
      pair("Calls", criterion.calls.length ? criterion.calls.flatMap((call, index) => [index ? ", " : "", el("code", {}, call)]) : null),
      pair("Gaps", criterion.gaps.length ? gapLinks(report, criterion.gaps) : null),
      pair("Remedy", `${criterion.remedy} (${EFFORT[criterion.effort] || criterion.effort})`),
    ].filter(Boolean)));
}

function thresholdLine(threshold) {
  return el("li", {}, el("code", {}, threshold.name), ` ${amount(threshold.value, threshold.unit)}`,
    isChanged(threshold) ? el("strong", { class: "changed" }, ` (changed; default ${amount(threshold.default, threshold.unit)})`) : " (default)",
    threshold.reason ? `: ${threshold.reason}` : "");
}

function gapLinks(report, ids, most = 5) {
  return el("ul", { class: "plain" }, ids.slice(0, most).map((id) => {
    const known = report.gapById.get(id);
    return el("li", {}, el("a", { href: `#${id}` }, known ? gapTitle(report, known.gap) : id));
  }), ids.length > most ? el("li", { class: "quiet" }, `and ${count(ids.length - most)} more in the gaps`) : null);
}
