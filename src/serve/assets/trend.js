// The chart of /trend, drawn by uPlot from the numbers of the table's page. Without scripts the table says the same.
"use strict";

(() => {
  const box = document.getElementById("chart");
  const data = JSON.parse(document.getElementById("chart-data").textContent);
  if (data.at.length < 2 || typeof uPlot === "undefined") return;
  // Ten lines that can be told apart in light and dark, and by their dashes.
  const colours = ["#2f6fa8", "#b5582b", "#3d8f68", "#8a5bb0", "#a97d1f", "#c0487e", "#2a8f9c", "#7b7f1f", "#5b6ad0", "#8a6a55"];
  const dashes = [[], [8, 4], [2, 3], [10, 3, 2, 3], [5, 5]];
  const styles = getComputedStyle(document.documentElement);
  const ink = styles.getPropertyValue("--ink-2").trim();
  const grid = styles.getPropertyValue("--line").trim();
  const stepped = uPlot.paths.stepped({ align: 1 });
  // Lines on the same level lie side by side, not on top of each other.
  const shift = (list, at) => list.map((level) => (level === null ? null : level + (at - 4.5) * 0.03));
  const series = data.names.map((label, at) => ({
    label,
    stroke: colours[at % colours.length],
    dash: dashes[at % dashes.length],
    width: 2,
    points: { show: false },
    paths: stepped,
    value: (plot, value, line, index) => (index === null ? "–" : data.confirmed[at][index] ?? "–"),
  }));
  const pillar = { label: "Pillar", stroke: ink, width: 3, points: { show: false }, paths: stepped, value: (plot, value, line, index) => (index === null ? "–" : data.pillar[index] ?? "–") };
  const axis = { stroke: ink, grid: { stroke: grid }, ticks: { stroke: grid } };
  box.hidden = false;
  const size = () => {
    const { paddingLeft, paddingRight } = getComputedStyle(box);
    return { width: Math.max(560, Math.floor(box.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight))), height: 320 };
  };
  const options = {
    ...size(),
    scales: { y: { range: [0.7, 5.3] } },
    axes: [axis, { ...axis, splits: () => [1, 2, 3, 4, 5], values: (plot, levels) => levels, size: 36 }],
    series: [{ label: "Scan", value: (plot, value) => (value === null ? "–" : new Date(value * 1000).toISOString().slice(0, 16).replace("T", " ")) }, pillar, ...series],
  };
  const plot = new uPlot(options, [data.at, data.pillar, ...data.confirmed.map(shift)], box);
  addEventListener("resize", () => plot.setSize(size()));
})();
