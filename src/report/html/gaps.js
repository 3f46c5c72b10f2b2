/* What could not be seen, why, what opens it, and which criteria it hides. */

const gapView = { page: 1, words: "", found: [] };

function drawGaps(report) {
  const body = document.getElementById("gaps-body");
  const groups = gapGroups(report);
  if (groups) body.append(...groups);
  if (!report.gaps.length) return groups ? undefined : body.append(el("p", {}, icon("met"), " None: every call was answered."));
  const search = el("input", { type: "search", id: "gap-filter", placeholder: "Operation, account, region or cause", autocomplete: "off", spellcheck: "false",
    input: () => { gapView.words = search.value; gapView.page = 1; showGaps(report); } });
  body.append(causesInShort(report),
    report.gaps.length > 12 ? el("div", { class: "filters" }, el("div", { class: "field field-wide" }, el("label", { for: "gap-filter" }, "Search gaps"), search)) : "",
    el("p", { id: "gaps-count", class: "status", "aria-live": "polite" }),
    el("div", { class: "scroll" }, el("table", { class: "gaps-table", id: "gaps-table" }, el("caption", { class: "unseen" }, "Gaps"),
      el("thead", {}, el("tr", {}, ["Operation", "Where", "Cause", "Opens with", "Hides"].map((head) => el("th", { scope: "col" }, head)))),
      el("tbody", { id: "gap-rows" }))),
    el("div", { class: "pager", id: "gap-pager" }));
  showGaps(report);
}

function causesInShort(report) {
  const counts = new Map();
  for (const gap of report.gaps) addTo(counts, gap.cause);
  const sorted = [...counts].sort((a, b) => b[1] - a[1]);
  return el("p", { class: "tally causes" }, sorted.map(([cause, number]) => el("span", {}, el("b", { class: "num" }, count(number)), ` ${causeWords(report, cause)}`)));
}

function causeWords(report, cause) {
  return (report.causes && report.causes[cause]) || cause.replaceAll("_", " ");
}

function gapTitle(report, gap) {
  return `${gap.operation}${gap.what ? `, ${gap.what}` : ""}: ${causeWords(report, gap.cause)}`;
}

function showGaps(report) {
  const words = gapView.words.toLowerCase().split(/\s+/).filter(Boolean);
  gapView.found = report.gaps.filter((gap) => {
    if (!words.length) return true;
    const text = [gap.id, gap.operation, gap.account, gap.region, gap.what, causeWords(report, gap.cause), gap.detail, ...gap.hides].join("\n").toLowerCase();
    return words.every((word) => text.includes(word));
  });
  const from = (gapView.page - 1) * PAGE;
  document.getElementById("gap-rows").replaceChildren(...gapView.found.slice(from, from + PAGE).map((gap) => gapRow(report, gap)));
  document.getElementById("gaps-count").replaceChildren(el("span", {}, el("strong", {}, count(gapView.found.length)), gapView.found.length === report.gaps.length
    ? (report.gaps.length === 1 ? " gap" : " gaps") : ` of ${counted(report.gaps.length, "gap")}`));
  drawPager(document.getElementById("gap-pager"), gapView.page, gapView.found.length, (page) => { gapView.page = page; showGaps(report); });
}

function gapRow(report, gap) {
  return el("tr", { id: gap.id },
    el("td", { "data-head": "Operation" }, el("code", {}, said(gap.operation)), gap.what ? el("span", { class: "sub" }, said(gap.what)) : null),
    el("td", { "data-head": "Where" }, said(gap.region), el("span", { class: "sub num" }, said(gap.account))),
    el("td", { "data-head": "Cause" }, causeWords(report, gap.cause), gap.detail ? el("span", { class: "sub detail" }, saidLong(gap.detail, 160)) : null),
    el("td", { "data-head": "Opens with" }, saidLong(gap.opens_with, 240)),
    el("td", { "data-head": "Hides" }, gap.hides.length ? el("ul", { class: "plain" }, gap.hides.map((id) => el("li", {}, el("a", { href: `#${id}` }, hiddenName(report, id))))) : el("span", { class: "quiet" }, "nothing that counts")));
}

function hiddenName(report, id) {
  const criterion = report.criterionById.get(id);
  return criterion ? `${criterion.number} ${criterion.short}` : id;
}

/** Brings a gap's row onto the page, for a link to it. */
function revealGap(report, id) {
  const known = report.gapById.get(id);
  if (!known) return false;
  if (!gapView.found.includes(known.gap)) { gapView.words = ""; const search = document.getElementById("gap-filter"); if (search) search.value = ""; showGaps(report); }
  gapView.page = Math.floor(gapView.found.indexOf(known.gap) / PAGE) + 1;
  showGaps(report);
  return true;
}
