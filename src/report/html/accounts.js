/* The accounts of a scan of several: a heat map of account by control, the lowest first. */

const ACCOUNT_STATES = { scanned: "", interrupted: "interrupted", not_entered: "not entered" };
const accountView = { page: 1, words: "", found: [] };

function drawAccounts(report) {
  const accounts = report.accounts || [];
  const section = document.getElementById("accounts");
  if (accounts.length < 2) return section.remove();
  const search = el("input", { type: "search", id: "account-filter", placeholder: "Id, name, unit or state", autocomplete: "off", spellcheck: "false",
    input: () => { accountView.words = search.value; accountView.page = 1; showAccounts(report); } });
  document.getElementById("accounts-body").append(
    el("p", { class: "legend heat-legend" }, [1, 2, 3, 4, 5].map((level) => el("span", { class: "key" }, el("span", { class: `heat-key heat-${level}`, "aria-hidden": "true" }), `${level} ${report.levels[level - 1]}`)),
      el("span", { class: "key" }, "3+ more is possible: something was not seen"), el("span", { class: "key" }, "· does not apply"), el("span", { class: "key" }, "? not entered")),
    accounts.length > 12 ? el("div", { class: "filters" }, el("div", { class: "field field-wide" }, el("label", { for: "account-filter" }, "Search accounts"), search)) : "",
    el("p", { id: "accounts-count", class: "status", "aria-live": "polite" }),
    el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Levels of each account" }, el("table", { class: "heat", id: "accounts-table" },
      el("caption", { class: "unseen" }, "Confirmed level of each control in each account alone"),
      el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "Account"), report.controls.map((control) => el("th", { scope: "col", class: "num", title: control.title }, el("a", { href: `#${control.id}`, "aria-label": control.title }, control.id.slice(-3)))),
        ["Pillar", "Subjects", "Gaps", "Calls"].map((head) => el("th", { scope: "col", class: "num right" }, head)))),
      el("tbody", { id: "account-rows" }))),
    el("div", { class: "pager", id: "account-pager" }));
  showAccounts(report);
}

/** Not entered first, then the lowest pillar, then the fewest rungs. */
function lowestFirst(a, b) {
  const order = (account) => [["not_entered", "interrupted", "scanned"].indexOf(account.state), account.pillar || 0, rungs(account)];
  const [left, right] = [order(a), order(b)];
  for (let at = 0; at < left.length; at += 1) if (left[at] !== right[at]) return left[at] - right[at];
  return a.id < b.id ? -1 : 1;
}

function rungs(account) {
  return Object.values(account.controls).reduce((sum, levels) => sum + levels.confirmed, 0);
}

function showAccounts(report) {
  const words = accountView.words.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = (account) => {
    const text = [account.id, account.name, account.unit, ACCOUNT_STATES[account.state], account.why].join("\n").toLowerCase();
    return words.every((word) => text.includes(word));
  };
  accountView.found = report.accounts.filter(fits).sort(lowestFirst);
  const from = (accountView.page - 1) * PAGE;
  document.getElementById("account-rows").replaceChildren(...accountView.found.slice(from, from + PAGE).map((account) => accountRow(report, account)));
  const closed = report.accounts.filter((account) => account.state !== "scanned").length;
  document.getElementById("accounts-count").replaceChildren(el("span", {}, el("strong", {}, count(accountView.found.length)), accountView.found.length === report.accounts.length
    ? " accounts" : ` of ${count(report.accounts.length)} accounts`), closed ? `; ${count(closed)} not read, or not to the end` : "");
  drawPager(document.getElementById("account-pager"), accountView.page, accountView.found.length, (page) => { accountView.page = page; showAccounts(report); });
}

function accountRow(report, account) {
  const state = ACCOUNT_STATES[account.state];
  return el("tr", { "data-account": account.id },
    el("th", { scope: "row" }, el("span", { class: "num" }, said(account.id)), account.name ? el("span", { class: "sub" }, said(account.name)) : null,
      account.unit ? el("span", { class: "sub" }, said(account.unit)) : null,
      state ? el("span", { class: "sub level-below" }, state, account.why ? [": ", saidLong(account.why, 160)] : "") : null),
    report.controls.map((control) => heatCell(account, control)),
    el("td", { class: "num right" }, account.pillar && account.state !== "not_entered" ? `${account.pillar}${account.pillar_possible > account.pillar ? "+" : ""}` : "–"),
    [account.subjects, account.gaps, account.calls].map((number) => el("td", { class: "num right" }, count(number))));
}

function heatCell(account, control) {
  const levels = account.controls[control.id];
  if (account.state === "not_entered") return el("td", { class: "heat-cell", title: `${control.title}: not entered` }, "?");
  if (!levels) return el("td", { class: "heat-cell", title: `${control.title}: does not apply` }, "·");
  const more = levels.possible > levels.confirmed;
  return el("td", { class: `heat-cell heat-${levels.confirmed}`, title: `${control.title}: ${levels.confirmed} confirmed, ${levels.possible} possible` }, `${levels.confirmed}${more ? "+" : ""}`);
}

/** Gaps over accounts: one line an operation and cause. */
function gapGroups(report) {
  const groups = (report.summary && report.summary.gap_groups) || [];
  if ((report.accounts || []).length < 2 || !groups.length) return "";
  const rows = groups.map((group) => [el("code", {}, said(group.operation)), causeWords(report, group.cause), count(group.accounts), group.regions.length > 4 ? counted(group.regions.length, "region") : said(group.regions.join(", ")),
    count(group.gaps), counted(group.hides.length, "criterion", "criteria"), saidLong(group.opens_with, 200)]);
  return [el("p", { class: "quiet" }, `${counted(report.summary.gaps, "gap")} in all. The list below has those that the findings of this page refer to; assessment.json has every one.`),
    table("Gaps that hide something, by operation and cause", [{ head: "Operation" }, { head: "Cause" }, { head: "Accounts", class: "num right" }, { head: "Regions" }, { head: "Gaps", class: "num right" }, { head: "Hide" }, { head: "One opens with" }], rows)];
}
