/*
 * Charts where people would rather look, by Observable Plot: SVG in the page's own colours, so that dark mode and paper work.
 * Each has its numbers as a table, for those who cannot look. Charts are drawn when they come near the screen, and for paper.
 */

const TONES = { pass: "var(--good-fill)", fail: "var(--bad-fill)", unknown: "var(--open-fill)", not_applicable: "var(--line-strong)" };
/** For series that are no results; `--series-1` and on. */
const SERIES_COLOURS = 8;
const pendingCharts = new Map();
let chartWatcher;

function chartsOf(report, control) {
  if (typeof Plot === "undefined") return null;
  const own = report.charts.filter((chart) => report.criterionById.get(chart.criterion)?.control === control && chartWords(chart.id));
  const figures = [trendFigure(report, control), ...own.map((chart) => chartFigure(report, chart))].filter(Boolean);
  return figures.length ? el("div", { class: "charts" }, figures) : null;
}

function chartFigure(report, chart) {
  const words = chartWords(chart.id);
  const criterion = report.criterionById.get(chart.criterion);
  const place = el("div", { class: "chart-place" });
  const figure = el("figure", { class: "chart", "data-chart": chart.id },
    el("figcaption", {}, el("b", {}, words.title), " ", el("span", { class: "quiet" }, chartCounts(chart, words))),
    chartLegend(chart, criterion), place,
    el("details", { class: "more" }, el("summary", {}, t("As a table")), chartTable(chart, words, criterion)));
  pendingCharts.set(place, () => place.replaceChildren(picture(chart, words, criterion)));
  watchChart(place);
  return figure;
}

function watchChart(place) {
  chartWatcher ||= new IntersectionObserver((entries) => entries.filter((entry) => entry.isIntersecting).forEach((entry) => drawChart(entry.target)), { rootMargin: "600px" });
  chartWatcher.observe(place);
}

function drawChart(place) {
  chartWatcher?.unobserve(place);
  pendingCharts.get(place)?.();
  pendingCharts.delete(place);
}

function drawAllCharts() {
  for (const place of [...pendingCharts.keys()]) drawChart(place);
}

/** How many were counted, and what could not be. */
function chartCounts(chart, words) {
  const parts = [t("{n} {of} counted", { n: chart.seen, of: words.of })];
  if (chart.none) parts.push(t("{n} without a value", { n: chart.none }));
  if (chart.unseen) parts.push(t("{n} not seen", { n: chart.unseen }));
  if (chart.beyond) parts.push(t("{n} not drawn", { n: chart.beyond }));
  return parts.join(", ");
}

function chartLegend(chart, criterion) {
  const against = countsAgainst(criterion);
  if (chart.form === "sums" || chart.series.length < 1) return null;
  return el("p", { class: "legend" }, seriesOrder(chart).map((index) => {
    const swatch = el("span", { class: "swatch", "aria-hidden": "true" });
    swatch.style.background = colourOf(chart, index, against);
    return el("span", { class: "key" }, swatch, seriesWords(chart.series[index], against));
  }));
}

function colourOf(chart, index, against) {
  const series = chart.series[index];
  const turned = against ? { pass: "fail", fail: "pass" }[series] || series : series;
  return TONES[turned] || `var(--series-${1 + (index % SERIES_COLOURS)})`;
}

/** The series in the order of drawing: good at the ground, bad on top; what is no result as it came. */
function seriesOrder(chart) {
  const place = (index) => { const at = ["pass", "unknown", "fail", "not_applicable"].indexOf(chart.series[index]); return at < 0 ? index : at; };
  return chart.series.map((_, index) => index).sort((a, b) => place(a) - place(b));
}

/** Rows of `{x, y, series, index, number}` in words. */
function chartRows(chart, words) {
  return chart.cells.map(([x, y, series, number]) => ({ at: x, up: y, index: series, number, label: chart.edges ? binWords(chart, words, x) : chart.labels ? labelWords(chart.labels[x]) : "" }));
}

function chartTable(chart, words, criterion) {
  const against = countsAgainst(criterion);
  const cells = chartRows(chart, words);
  if (chart.form === "pairs") {
    return table(words.title, [{ head: words.x, class: "num" }, { head: words.y, class: "num" }, { head: t("Result") }, { head: t("Number"), class: "num" }],
      cells.map((cell) => [count(Math.round(10 ** (cell.at / 12))), count(Math.round(10 ** (cell.up / 12))), seriesWords(chart.series[cell.index], against), count(cell.number)]));
  }
  if (chart.form === "sums") return table(words.title, [{ head: "" }, { head: t("Number"), class: "num" }], summed(cells).map((cell) => [cell.label, count(cell.number)]));
  const labels = chart.edges ? chart.edges.slice(1).map((_, x) => binWords(chart, words, x)) : chart.labels.map(labelWords);
  return table(words.title, [{ head: words.x }, ...chart.series.map((series) => ({ head: seriesWords(series, against), class: "num" }))],
    labels.map((label, x) => [label, ...chart.series.map((_, index) => count(cells.find((cell) => cell.at === x && cell.index === index)?.number || 0))]));
}

function summed(cells) {
  const sums = new Map();
  for (const { label, number } of cells) sums.set(label, (sums.get(label) || 0) + number);
  return [...sums].map(([label, number]) => ({ label, number }));
}

function picture(chart, words, criterion) {
  const draw = { bins: binsPicture, ages: binsPicture, words: labelsPicture, sums: labelsPicture, pairs: pairsPicture }[chart.form];
  const node = Plot.plot({ ...draw(chart, words, criterion), className: "plot", style: { background: "none", color: "var(--ink-2)", fontFamily: "inherit", fontSize: "12px", overflow: "visible" } });
  node.setAttribute("role", "img");
  node.setAttribute("aria-label", `${visible(words.title)}: ${chartCounts(chart, words)}`);
  // What a picture says in text is in the table too; a screen reader reads its label once.
  for (const part of node.querySelectorAll("[aria-label]")) part.removeAttribute("aria-label");
  return node;
}

/** Standing bars; thresholds of the criterion as lines between or in the bins where they fall. */
function binsPicture(chart, words, criterion) {
  const against = countsAgainst(criterion);
  const labels = chart.edges.slice(1).map((_, x) => binWords(chart, words, x).replace(` ${words.unit}`, ""));
  const order = seriesOrder(chart);
  const rows = chart.cells.map(([x, , index, number]) => ({ x, index, number, order: order.indexOf(index) }));
  const thresholds = (words.marks || []).map((name) => criterion.thresholds.find((own) => own.name === name)).filter(Boolean);
  return {
    width: 560, height: 240, marginBottom: 44, marginLeft: 40, marginTop: thresholds.length ? 28 : 16,
    x: { type: "linear", domain: [0, labels.length], axis: null },
    y: { label: null, grid: true, tickFormat: (value) => (Number.isInteger(value) ? count(value) : ""), ticks: 4, nice: true },
    marks: [
      Plot.rectY(rows, Plot.stackY({ x1: (row) => row.x, x2: (row) => row.x + 1, y: "number", order: "order", fill: (row) => colourOf(chart, row.index, against), insetLeft: 1.5, insetRight: 1.5 })),
      Plot.ruleY([0], { stroke: "currentColor" }),
      Plot.text(labels, { x: (_, x) => x + 0.5, y: 0, dy: 12, lineAnchor: "top", text: (label) => label, fontSize: labels.length > 9 ? 10 : 11 }),
      Plot.text([words.unit && words.unit !== t("days") ? `${words.x} (${words.unit})` : words.x], { x: labels.length / 2, y: 0, dy: 30, lineAnchor: "top", fill: "var(--ink-3)" }),
      Plot.ruleX(thresholds, { x: (own) => placeOf(chart.edges, own.value), stroke: "var(--ink)", strokeDasharray: "4 3", strokeWidth: 1.5 }),
      Plot.text(thresholds, { x: (own) => placeOf(chart.edges, own.value), frameAnchor: "top", dy: -14, text: (own) => `${count(own.value)} ${tm(own.unit)}` }),
    ],
  };
}

/** Where a number lies on an axis of bins that are drawn alike. */
function placeOf(edges, value) {
  const x = edges.findLastIndex((edge) => edge <= value);
  if (x < 0) return 0;
  return x >= edges.length - 1 ? edges.length - 1 : x + (value - edges[x]) / (edges[x + 1] - edges[x]);
}

/** Lying bars, one a word. */
function labelsPicture(chart, words, criterion) {
  const against = countsAgainst(criterion);
  const sums = chart.form === "sums";
  const rows = sums ? summed(chartRows(chart, words)).map((row) => ({ ...row, index: 0, order: 0 })) : chartRows(chart, words).map((row) => ({ ...row, order: seriesOrder(chart).indexOf(row.index) }));
  const labels = [...new Set(rows.map((row) => row.label))];
  return {
    width: 560, height: 40 + 30 * labels.length, marginLeft: 150, marginBottom: 36,
    x: { label: null, grid: true, tickFormat: (value) => (Number.isInteger(value) ? count(value) : ""), ticks: 4, nice: true },
    y: { domain: labels, label: null, tickSize: 0 },
    marks: [
      Plot.barX(rows, Plot.stackX({ y: "label", x: "number", order: "order", fill: (row) => (sums ? "var(--rung)" : colourOf(chart, row.index, against)), insetTop: 3, insetBottom: 3 })),
      Plot.ruleX([0], { stroke: "currentColor" }),
    ],
  };
}

/** Dots on two logarithmic axes; the thresholds are lines of the one to the other. */
function pairsPicture(chart, words, criterion) {
  const against = countsAgainst(criterion);
  const rows = chart.cells.map(([x, y, index, number]) => ({ x: 10 ** (x / 12), y: 10 ** (y / 12), index, number }));
  const ends = (name) => { const all = rows.map((row) => row[name]); return [Math.min(...all) / 3, Math.max(...all) * 3]; };
  const [across, up] = [ends("x"), ends("y")];
  const ratios = (words.ratios || []).map((name) => criterion.thresholds.find((own) => own.name === name)).filter(Boolean);
  const lines = ratios.map(({ value }) => lineWithin(value, across, up)).filter(Boolean);
  const scale = (label, domain) => ({ type: "log", label, domain, ticks: 5, tickFormat: (value) => (/^10*$/.test(String(value)) ? count(value) : "") });
  return {
    width: 560, height: 300, marginLeft: 70, marginBottom: 40, marginRight: 60, grid: true,
    x: scale(words.x, across), y: scale(words.y, up), r: { range: [0, 14], domain: [0, Math.max(8, ...rows.map((row) => row.number))] },
    marks: [
      Plot.link(lines, { x1: "x1", y1: "y1", x2: "x2", y2: "y2", stroke: "var(--ink-2)", strokeDasharray: "4 3" }),
      Plot.text(lines, { x: "x2", y: "y2", text: (line) => `${count(line.ratio)} ×`, textAnchor: "start", dx: 5 }),
      Plot.dot(rows, { x: "x", y: "y", r: "number", fill: (row) => colourOf(chart, row.index, against), stroke: "var(--panel)", fillOpacity: 0.9 }),
    ],
  };
}

/** The part of y = ratio · x that lies within the picture. */
function lineWithin(ratio, [left, right], [low, high]) {
  const [x1, x2] = [Math.max(left, low / ratio), Math.min(right, high / ratio)];
  return x1 < x2 ? { ratio, x1, y1: ratio * x1, x2, y2: ratio * x2 } : null;
}
