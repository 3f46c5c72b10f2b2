/* What could not be seen, why, what opens it, and which criteria it hides. */

const gapView = { page: 1, words: "", found: [] };

function drawGaps(report, body) {
  const groups = gapGroups(report);
  if (groups) body.append(...groups);
  if (!report.gaps.length) return groups ? undefined : body.append(el("p", {}, icon("met"), ` ${report.detail ? t("None behind these findings.") : t("None: every call was answered.")}`));
  const search = el("input", { type: "search", id: "gap-filter", placeholder: t("Operation, account, region or cause"), autocomplete: "off", spellcheck: "false", value: gapView.words,
    input: () => { gapView.words = search.value; gapView.page = 1; showGaps(report); } });
  body.append(causesInShort(report),
    report.gaps.length > 12 ? el("div", { class: "filters" }, el("div", { class: "field field-wide" }, el("label", { for: "gap-filter" }, t("Search gaps")), search)) : "",
    el("p", { id: "gaps-count", class: "status", "aria-live": "polite" }),
    el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": t("Gaps") }, el("table", { class: "gaps-table", id: "gaps-table" }, el("caption", { class: "unseen" }, t("Gaps")),
      el("thead", {}, el("tr", {}, [t("Operation"), t("Where"), t("Cause"), t("Opens with"), t("Hides")].map((head) => el("th", { scope: "col" }, head)))),
      el("tbody", { id: "gap-rows" }))),
    el("div", { class: "pager", id: "gap-pager" }));
  showGaps(report);
}

function causesInShort(report) {
  const counts = new Map();
  for (const gap of report.gaps) counts.set(gap.cause, (counts.get(gap.cause) || 0) + 1);
  const sorted = [...counts].sort((a, b) => b[1] - a[1]);
  return el("p", { class: "tally causes" }, sorted.map(([cause, number]) => el("span", {}, el("b", { class: "num" }, count(number)), ` ${causeWords(report, cause)}`)));
}

function causeWords(report, cause) {
  return tm((report.causes && report.causes[cause]) || cause.replaceAll("_", " "));
}

function gapTitle(report, gap) {
  return `${gap.operation}${gap.what ? `, ${tm(gap.what)}` : ""}: ${causeWords(report, gap.cause)}`;
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
  document.getElementById("gaps-count").replaceChildren(el("span", {}, el("strong", {}, count(gapView.found.length)), " ", gapView.found.length === report.gaps.length
    ? t("gap|gaps", { n: report.gaps.length }) : t("of {n} gap|of {n} gaps", { n: report.gaps.length }), report.gaps_left_out ? `; ${t("{n} more are in assessment.json", { n: report.gaps_left_out })}` : ""));
  drawPager(document.getElementById("gap-pager"), gapView.page, gapView.found.length, (page) => { gapView.page = page; showGaps(report); });
}

function gapRow(report, gap) {
  return el("tr", { id: gap.id },
    el("td", { "data-head": t("Operation") }, el("code", {}, said(gap.operation)), gap.what ? el("span", { class: "sub" }, said(tm(gap.what))) : null),
    el("td", { "data-head": t("Where") }, said(gap.region), el("span", { class: "sub num" }, said(gap.account))),
    el("td", { "data-head": t("Cause") }, causeWords(report, gap.cause), gap.detail ? el("span", { class: "sub detail" }, saidLong(tm(gap.detail), 160)) : null),
    el("td", { "data-head": t("Opens with") }, saidLong(tm(gap.opens_with), 240)),
    el("td", { "data-head": t("Hides") }, gap.hides.length ? el("ul", { class: "plain" }, gap.hides.map((id) => el("li", {}, report.detail ? hiddenName(report, id) : el("a", { href: `#${id}` }, hiddenName(report, id))))) : el("span", { class: "quiet" }, t("nothing that counts"))));
}

/** Brings a gap's row onto the page, for a link to it. */
function revealGap(report, id) {
  const gap = report.gapById.get(id);
  if (!gap) return false;
  if (!gapView.found.includes(gap)) { gapView.words = ""; const search = document.getElementById("gap-filter"); if (search) search.value = ""; showGaps(report); }
  gapView.page = Math.floor(gapView.found.indexOf(gap) / PAGE) + 1;
  showGaps(report);
  return true;
}

/** Gaps over accounts: one line an operation and cause. */
function gapGroups(report) {
  const groups = report.summary?.gap_groups || [];
  if (report.detail || report.accounts.length < 2 || !groups.length) return "";
  const rows = groups.map((group) => [el("code", {}, said(group.operation)), causeWords(report, group.cause), count(group.accounts), group.regions.length > 4 ? t("{n} region|{n} regions", { n: group.regions.length }) : said(group.regions.join(", ")),
    count(group.gaps), t("{n} criterion|{n} criteria", { n: group.hides.length }), saidLong(tm(group.opens_with), 200)]);
  return [el("p", { class: "quiet" }, t("{n} gap in all. The list below has those that the findings of this page refer to; assessment.json has every one.|{n} gaps in all. The list below has those that the findings of this page refer to; assessment.json has every one.", { n: report.summary.gaps })),
    table(t("Gaps that hide something, by operation and cause"), [{ head: t("Operation") }, { head: t("Cause") }, { head: t("Accounts"), class: "num right" }, { head: t("Regions") }, { head: t("Gaps"), class: "num right" }, { head: t("Hide") }, { head: t("One opens with") }], rows)];
}
