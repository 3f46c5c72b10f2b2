/*
 * Levels over time, from the scans before that the store had: a small line on the first screen, a step chart in each control's
 * section, and the same as a table. Nights without a scan are breaks in the line: what was not looked at did not stay the same.
 */

const DAY = 86_400_000;

/** The scans of the pillar, or of a control: `[{at, scan, complete, confirmed, possible, until, gap}, ...]`; nothing where there is only one. */
function trendOf(report, control) {
  const { history } = report;
  if (!history || history.nights.length < 2) return null;
  const index = control ? history.controls.indexOf(control.id) : -1;
  if (control && index < 0) return null;
  const nights = history.nights.map((night) => ({
    at: Date.parse(night.started_at), stamp: night.started_at, scan: night.scan, complete: night.complete,
    confirmed: (control ? night.confirmed[index] : night.pillar) ?? null, possible: (control ? night.possible[index] : night.pillar_possible) ?? null,
  }));
  if (nights.every((night) => night.confirmed === null)) return null;
  const most = longestUsual(nights);
  // A level holds until the next scan, unless scans are missing between the two.
  nights.forEach((night, at) => {
    const next = nights[at + 1];
    night.gap = Boolean(next) && next.at - night.at > most;
    night.until = next && !night.gap ? next.at : night.at;
  });
  return nights;
}

/** How far scans lie apart at most where none is missing: nearly twice what is usual, and never less than a day and a half. */
function longestUsual(nights) {
  const apart = nights.slice(1).map((night, at) => night.at - nights[at].at).sort((a, b) => a - b);
  return Math.max(1.5 * DAY, 1.8 * apart[Math.floor(apart.length / 2)]);
}

/** Scans one after the other on the same level: `{from, to, scans, confirmed, possible, incomplete}`, and `at`, `until` of the line. */
function runsOf(nights) {
  const runs = [];
  for (const night of nights) {
    const run = runs.at(-1);
    const same = run && run.confirmed === night.confirmed && run.possible === night.possible && !run.gap;
    if (same) Object.assign(run, { to: night.stamp, until: night.until, scans: run.scans + 1, incomplete: run.incomplete + !night.complete, gap: night.gap });
    else runs.push({ from: night.stamp, to: night.stamp, at: night.at, until: night.until, scans: 1, confirmed: night.confirmed, possible: night.possible, incomplete: Number(!night.complete), gap: night.gap });
  }
  return runs;
}

function trendWords(nights) {
  const [first, last] = [nights[0], nights.at(-1)];
  return t("{n} scans since {date}: level {from} then, {to} now", { n: nights.length, date: dateWords(first.stamp), from: first.confirmed ?? "–", to: last.confirmed ?? "–" });
}

/** A line as high as a word: the confirmed level, scan by scan. */
function spark(report, control) {
  const nights = trendOf(report, control);
  if (!nights) return null;
  const [width, height, from] = [72, 12, nights[0].at];
  const span = nights.at(-1).at - from || 1;
  const x = (at) => (2 + (width - 4) * (at - from) / span).toFixed(1);
  const y = (level) => (height - 2 - (level - 1) * (height - 4) / 4).toFixed(1);
  const path = nights.map((night, at) => {
    if (night.confirmed === null) return "";
    const before = nights[at - 1];
    const joined = before && !before.gap && before.confirmed !== null;
    return `${joined ? "V" : `M${x(night.at)} `}${y(night.confirmed)}H${x(night.until)}`;
  }).join("");
  const last = nights.findLast((night) => night.confirmed !== null);
  const words = trendWords(nights);
  return svg("svg", { class: "spark", viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": words, "data-spark": control ? control.id : "pillar" },
    svg("title", {}, words), svg("path", { d: path, class: "spark-line" }), svg("circle", { cx: x(last.at), cy: y(last.confirmed), r: 2, class: "spark-end" }));
}

/** The chart of a control's section. */
function trendFigure(report, control) {
  const nights = trendOf(report, control);
  if (!nights || typeof Plot === "undefined") return null;
  const place = el("div", { class: "chart-place trend-place" });
  const title = t("Level over time");
  const figure = el("figure", { class: "chart trend", "data-trend": control.id },
    el("figcaption", {}, el("b", {}, title), " ", el("span", { class: "quiet" }, trendWords(nights))), trendLegend(nights), place,
    el("details", { class: "more" }, el("summary", {}, t("As a table")), trendTable(title, nights)));
  pendingCharts.set(place, () => place.replaceChildren(trendPicture(title, nights, control)));
  watchChart(place);
  return figure;
}

function trendLegend(nights) {
  const key = (kind, words) => el("span", { class: "key" }, el("span", { class: `swatch trend-${kind}`, "aria-hidden": "true" }), words);
  const open = nights.some((night) => night.confirmed !== null && night.possible > night.confirmed);
  return el("p", { class: "legend" }, key("confirmed", t("confirmed")), open ? key("possible", t("possible")) : null,
    nights.some((night) => !night.complete) ? key("incomplete", t("scan not complete")) : null);
}

function trendTable(title, nights) {
  const day = (stamp) => dateWords(stamp);
  return table(title, [{ head: t("From") }, { head: t("To") }, { head: t("Scans"), class: "num" }, { head: t("confirmed"), class: "num" }, { head: t("possible"), class: "num" }, { head: t("not complete"), class: "num" }],
    runsOf(nights).map((run) => [day(run.from), day(run.to), count(run.scans), run.confirmed ?? "–", run.possible ?? "–", count(run.incomplete)]));
}

function trendPicture(title, nights, control) {
  const [date, runs] = [(at) => new Date(at), runsOf(nights)];
  const known = runs.filter((run) => run.confirmed !== null);
  const rises = runs.slice(1).map((run, at) => ({ run, before: runs[at] }))
    .filter(({ run, before }) => !before.gap && run.confirmed !== null && before.confirmed !== null && run.confirmed !== before.confirmed);
  const ends = nights.filter((night) => night.confirmed !== null && (night.until === night.at || !night.complete));
  const node = Plot.plot({
    className: "plot", style: { background: "none", color: "var(--ink-2)", fontFamily: "inherit", fontSize: "12px", overflow: "visible" },
    width: 560, height: 200, marginLeft: 28, marginRight: 14, marginTop: 8, marginBottom: 26,
    x: { type: "utc", label: null, domain: [date(nights[0].at), date(nights.at(-1).at)], ticks: 5, tickFormat: (at) => dateWords(at.toISOString()), tickSize: 4 },
    y: { type: "linear", label: null, domain: [0.7, 5.3], ticks: [1, 2, 3, 4, 5], tickFormat: (level) => String(level), tickSize: 0, grid: true },
    marks: [
      Plot.rectY(known.filter((run) => run.possible > run.confirmed), { x1: (run) => date(run.at), x2: (run) => date(run.until), y1: "confirmed", y2: "possible", fill: "var(--accent-soft)" }),
      control.target ? Plot.ruleY([control.target], { stroke: "var(--ink-2)", strokeDasharray: "4 3" }) : null,
      Plot.link(known, { x1: (run) => date(run.at), x2: (run) => date(run.until), y1: "confirmed", y2: "confirmed", stroke: "var(--rung)", strokeWidth: 2.5 }),
      Plot.link(rises, { x1: ({ run }) => date(run.at), x2: ({ run }) => date(run.at), y1: ({ before }) => before.confirmed, y2: ({ run }) => run.confirmed, stroke: "var(--rung)", strokeWidth: 2.5 }),
      Plot.dot(ends, { x: (night) => date(night.at), y: "confirmed", r: 3.5, fill: (night) => (night.complete ? "var(--rung)" : "var(--panel)"), stroke: (night) => (night.complete ? "var(--rung)" : "var(--open)"), strokeWidth: 1.5 }),
    ].filter(Boolean),
  });
  node.setAttribute("role", "img");
  node.setAttribute("aria-label", `${title}: ${trendWords(nights)}`);
  for (const part of node.querySelectorAll("[aria-label]")) part.removeAttribute("aria-label");
  return node;
}
