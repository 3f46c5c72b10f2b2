/* What the charts say: title, what is counted, axis and thresholds, by the chart's id in the data. */

/** `{title, x, y?, of, unit, whole?, marks?, ratios?}`: marks are thresholds drawn as lines, ratios lines of y to x. */
function chartWords(id) {
  const instances = t("instances");
  return {
    "cpu-average": { title: t("Average CPU of the instances over 14 days"), x: t("average CPU"), of: instances, unit: "%", marks: ["010.idle_cpu_percent"] },
    "cpu-p95": { title: t("95th percentile of CPU of the instances over 14 days"), x: t("p95 CPU"), of: instances, unit: "%", marks: ["010.busy_cpu_percent"] },
    "capacity-changes": { title: t("What changed capacity in the last 90 days"), x: t("changes"), of: t("scaling targets"), sums: true },
    "cache-hit-rate": { title: t("Hit rate of the caches"), x: t("hit rate"), of: t("caches"), unit: "%", marks: ["030.hit_rate_percent"] },
    "insights-by-engine": { title: t("Database Insights by engine"), x: t("databases"), of: t("databases") },
    "slow-query-threshold": { title: t("From how long on a query counts as slow"), x: t("threshold of the slow query log"), of: t("databases"), unit: "ms", whole: true },
    "latency-data": { title: t("Entry points by the latency they publish"), x: t("entry points"), of: t("entry points") },
    "budget-left": { title: t("Error budget that is left"), x: t("budget left"), of: t("service level objectives"), unit: "%", open: true },
    "load-test-age": { title: t("Days since the last run of each load test"), x: t("days"), of: t("load tests"), unit: t("days"), open: true, marks: ["060.load_test_days"] },
    "cdn-hit-rate": { title: t("Cache hit rate of the distributions"), x: t("hit rate"), of: t("distributions"), unit: "%", marks: ["070.cdn_hit_rate_percent"] },
    memory: { title: t("Memory of the functions"), x: t("memory"), of: t("functions"), unit: "MB", whole: true },
    timeouts: { title: t("99th percentile of duration against time-out"), x: t("p99 duration (ms)"), y: t("time-out (ms)"), of: t("functions"), unit: "ms", ratios: ["080.timeout_over_p99_least", "080.timeout_over_p99_most"] },
    "volume-ages": { title: t("Volumes by age and type"), x: t("age in days"), of: t("volumes"), unit: t("days"), open: true },
    "burst-balance": { title: t("Lowest burst balance of the volumes"), x: t("burst balance"), of: t("volumes"), unit: "%", marks: ["090.burst_balance_percent"] },
    risks: { title: t("Performance risks in the Well-Architected Tool"), x: t("risks"), of: t("workloads"), sums: true },
  }[id];
}

/** Words that AWS and the program use in facts, for the axis. */
function labelWords(label) {
  return {
    policy: t("by a policy"), schedule: t("by a schedule"), user_request: t("by a person"), replacement: t("replacement"), other: t("other"),
    present: t("present"), not_published: t("not published"), turned_off: t("turned off"), no_data: t("no data"),
    high: t("high risk"), medium: t("medium risk"), unanswered: t("unanswered"),
  }[label] || visible(label);
}

function seriesWords(series, against) {
  return RESULTS.includes(series) ? resultWord(series, against) : visible(series);
}

/** A bin in words: `10–20 %`, `< 0 %`, `≥ 1,460 days`. */
function binWords(chart, words, x) {
  const [from, to] = [chart.edges[x], chart.edges[x + 1]];
  const last = x === chart.edges.length - 2;
  if (words.open && x === 0 && from < 0) return `< ${count(to)} ${words.unit}`;
  if (words.open && last) return `≥ ${count(from)} ${words.unit}`;
  if (!words.whole) return `${count(from)}–${count(to)} ${words.unit}`;
  return from === to - 1 ? `${count(from)} ${words.unit}` : `${count(from)}–${count(to - 1)} ${words.unit}`;
}
