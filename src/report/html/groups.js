/* Findings in groups: by control, service, owner, account, region ... Each group says how it stands and opens in place. */

/** Findings of an open group that are shown in place. */
const MOST_IN_GROUP = 25;

/** The groups of what the filter lets through, those with most fails first. */
function groupsOf(report) {
  const { codes, column, labels } = dimensionsOf(report)[view.filter.group];
  const { findings } = report;
  const groups = labels.map((value) => ({ value, results: [0, 0, 0, 0], first: [] }));
  for (const index of view.found) {
    const group = groups[codes[findings[column][index]]];
    group.results[findings.result[index]] += 1;
    if (group.first.length < MOST_IN_GROUP) group.first.push(index);
  }
  const key = ({ results: [fail, unknown, pass, other] }) => [-fail, -unknown, -pass, -other];
  return groups.filter((group) => group.first.length).sort((a, b) => compareLists(key(a), key(b)) || (a.value < b.value ? -1 : 1));
}

function showGroups(report, groups) {
  const table = document.getElementById("findings-table");
  table.querySelectorAll("tbody").forEach((body) => body.remove());
  table.append(...groups.map((group) => groupBody(report, group)));
}

function groupBody(report, group) {
  const open = view.openGroups.has(group.value);
  const total = group.results.reduce((sum, number) => sum + number, 0);
  const body = el("tbody", { class: "group", "data-group": group.value });
  const head = el("th", { scope: "rowgroup", colspan: 6 },
    el("button", { type: "button", class: "group-head", "aria-expanded": String(open), click: () => { if (!view.openGroups.delete(group.value)) view.openGroups.add(group.value); body.replaceWith(groupBody(report, group)); document.querySelector(`tbody.group[data-group="${CSS.escape(group.value)}"] .group-head`)?.focus(); } },
      el("span", { class: "group-arrow", "aria-hidden": "true" }, open ? "▾" : "▸"), said(choiceText(report, view.filter.group, group.value), 90)),
    el("span", { class: "stack group-bar", "aria-hidden": "true" }, segment("bad", group.results[0]), segment("open", group.results[1]), segment("good", group.results[2]), segment("none", group.results[3])),
    el("span", { class: "tally" }, group.results.map((number, code) => (number ? el("span", {}, icon(RESULTS[code]), `${count(number)} ${resultWord(RESULTS[code])}`) : null))));
  body.append(el("tr", { class: "group-line" }, head));
  if (open) body.append(...group.first.map((index) => findingRow(report, findingAt(report, index))), total > group.first.length ? moreOfGroup(report, group, total) : "");
  return body;
}

function moreOfGroup(report, group, total) {
  return el("tr", {}, el("td", { colspan: 6 }, el("button", { type: "button", class: "link", click: () => change(report, { [view.filter.group]: group.value, group: "" }) }, t("all {n} of this group", { n: total }))));
}
