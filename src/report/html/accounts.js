/* The accounts of a scan of several: a heat map of account by control, the lowest first. */

const accountView = { page: 1, words: "", found: [] };

function accountState(state) {
  return { scanned: "", interrupted: t("cut short"), not_entered: t("not entered") }[state];
}

function drawAccounts(report, body) {
  const search = el("input", { type: "search", id: "account-filter", placeholder: t("Id, name, unit or state"), autocomplete: "off", spellcheck: "false", value: accountView.words,
    input: () => { accountView.words = search.value; accountView.page = 1; showAccounts(report); } });
  body.append(
    el("p", { class: "legend heat-legend" }, [1, 2, 3, 4, 5].map((level) => el("span", { class: "key" }, el("span", { class: `heat-key heat-${level}`, "aria-hidden": "true" }), `${level} ${tm(report.levels[level - 1])}`)),
      el("span", { class: "key" }, t("3+ more is possible: something was not seen")), el("span", { class: "key" }, t("· does not apply")), el("span", { class: "key" }, t("? not entered"))),
    report.accounts.length > 12 ? el("div", { class: "filters" }, el("div", { class: "field field-wide" }, el("label", { for: "account-filter" }, t("Search accounts")), search)) : "",
    el("p", { id: "accounts-count", class: "status", "aria-live": "polite" }),
    el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": t("Levels of each account") }, el("table", { class: "heat", id: "accounts-table" },
      el("caption", { class: "unseen" }, t("Confirmed level of each control in each account alone")),
      el("thead", {}, el("tr", {}, el("th", { scope: "col" }, t("Account")), report.controls.map((control) => el("th", { scope: "col", class: "num", title: tm(control.title) }, el("a", { href: `#${control.id}`, "aria-label": tm(control.title) }, control.id.slice(-3)))),
        [t("Pillar"), t("Subjects"), t("Gaps"), t("Calls")].map((head) => el("th", { scope: "col", class: "num right" }, head)))),
      el("tbody", { id: "account-rows" }))),
    el("div", { class: "pager", id: "account-pager" }));
  showAccounts(report);
}

/** Not entered first, then the lowest pillar, then the fewest rungs. */
function lowestFirst(a, b) {
  const order = (account) => [["not_entered", "interrupted", "scanned"].indexOf(account.state), account.pillar || 0, rungs(account)];
  return compareLists(order(a), order(b)) || (a.id < b.id ? -1 : 1);
}

function rungs(account) {
  return Object.values(account.controls).reduce((sum, levels) => sum + levels.confirmed, 0);
}

function showAccounts(report) {
  const words = accountView.words.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = (account) => {
    const text = [account.id, account.name, account.unit, accountState(account.state), account.why].join("\n").toLowerCase();
    return words.every((word) => text.includes(word));
  };
  accountView.found = report.accounts.filter(fits).sort(lowestFirst);
  const from = (accountView.page - 1) * PAGE;
  document.getElementById("account-rows").replaceChildren(...accountView.found.slice(from, from + PAGE).map((account) => accountRow(report, account)));
  const closed = report.accounts.filter((account) => account.state !== "scanned").length;
  document.getElementById("accounts-count").replaceChildren(el("span", {}, el("strong", {}, count(accountView.found.length)), " ", accountView.found.length === report.accounts.length
    ? t("accounts") : t("of {n} accounts", { n: report.accounts.length }), closed ? `; ${t("{n} not read, or not to the end", { n: closed })}` : ""));
  drawPager(document.getElementById("account-pager"), accountView.page, accountView.found.length, (page) => { accountView.page = page; showAccounts(report); });
}

function accountRow(report, account) {
  const state = accountState(account.state);
  return el("tr", { "data-account": account.id },
    el("th", { scope: "row" }, el("span", { class: "num" }, said(account.id)), account.name ? el("span", { class: "sub" }, said(account.name)) : null,
      account.unit ? el("span", { class: "sub" }, said(account.unit)) : null,
      state ? el("span", { class: "sub level-below" }, state, account.why ? [": ", saidLong(tm(account.why), 160)] : "") : null),
    report.controls.map((control) => heatCell(account, control)),
    el("td", { class: "num right" }, account.pillar && account.state !== "not_entered" ? `${account.pillar}${account.pillar_possible > account.pillar ? "+" : ""}` : "–"),
    [account.subjects, account.gaps, account.calls].map((number) => el("td", { class: "num right" }, count(number))));
}

function heatCell(account, control) {
  const levels = account.controls[control.id];
  const title = tm(control.title);
  if (account.state === "not_entered") return el("td", { class: "heat-cell", title: `${title}: ${t("not entered")}` }, "?");
  if (!levels) return el("td", { class: "heat-cell", title: `${title}: ${t("does not apply")}` }, "·");
  const more = levels.possible > levels.confirmed;
  return el("td", { class: `heat-cell heat-${levels.confirmed}`, title: `${title}: ${t("{confirmed} confirmed, {possible} possible", { confirmed: levels.confirmed, possible: levels.possible })}` }, `${levels.confirmed}${more ? "+" : ""}`);
}
