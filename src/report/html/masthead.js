/* The head of the page: what was scanned, whether the scan is whole, and the buttons for language and colours. */

const BRAND = "M3 23h5v6H3zM10 18h5v11h-5zM17 12h5v17h-5zM24 5h5v24h-5z";

function drawMasthead(report) {
  const title = titleOf(report);
  document.title = title;
  document.getElementById("masthead").replaceChildren(el("div", { class: "wrap" },
    el("div", { class: "masthead-line" },
      el("p", { class: "brand" }, svg("svg", { viewBox: "0 0 32 32", width: 20, height: 20, "aria-hidden": "true" }, svg("path", { fill: "currentColor", d: BRAND })), "rung"),
      el("h1", {}, title),
      el("div", { class: "settings" }, languageButton(report), themeButton())),
    el("dl", { class: "facts", id: "scan-facts" }, scanInShort(report)),
    el("div", { id: "banner" }, report.detail ? detailBanner(report) : banner(report))));
  document.getElementById("foot").replaceChildren(t("Made by rung {version}. Everything shown lies in this file; it loads nothing and sends nothing.", { version: report.rung.version }));
}

function titleOf({ scan, detail }) {
  const title = scan.accounts.length === 1 ? t("Performance efficiency of account {account}", { account: visible(scan.accounts[0]) }) : t("Performance efficiency of {n} accounts", { n: scan.accounts.length });
  return detail ? `${title}: ${t("facts, part {number} of {of}", { number: detail.number, of: detail.of })}` : title;
}

function scanInShort({ scan }) {
  return [
    scan.accounts.length > 1 ? pair(t("{n} account|{n} accounts", { n: scan.accounts.length }), listed(scan.accounts, 3)) : null,
    pair(scan.regions.length === 1 ? t("Region") : t("{n} region|{n} regions", { n: scan.regions.length }), listed(scan.regions)),
    pair(t("Scanned"), time(scan.finished_at)),
    pair(t("Scope"), said(tm(scan.scope.rule || "every resource")), scan.scope.left_out ? `; ${t("{n} left out", { n: scan.scope.left_out })}` : ""),
  ].filter(Boolean);
}

/** The first few of a list; the rest can be opened. */
function listed(items, most = 4) {
  const texts = (part) => part.flatMap((item, index) => [index ? ", " : "", said(item)]);
  if (items.length <= most) return texts(items);
  return el("details", { class: "inline" },
    el("summary", {}, texts(items.slice(0, most - 1)), ` ${t("and {n} more", { n: items.length - most + 1 })}`),
    el("span", {}, texts(items.slice(most - 1))));
}

function notice(kind, tone, strong, ...rest) {
  return el("p", { class: `banner banner-${kind}`, role: "status" }, icon(tone), el("span", {}, el("strong", {}, strong), " ", rest));
}

function banner(report) {
  const gaps = report.summary.gaps ?? report.gaps.length;
  const closed = report.accounts.filter((account) => account.state === "not_entered").length;
  if (closed) {
    return notice("bad", "unmet", t("{n} account could not be entered.|{n} accounts could not be entered.", { n: closed }),
      t("Nothing of them was seen: what they hold counts as unknown, never as pass."), " ", el("a", { href: "#accounts" }, t("See which and why")));
  }
  if (!report.scan.complete) {
    return notice("bad", "unmet", t("INCOMPLETE SCAN."), t("It was cut short: not every source was read. What was not read counts as unknown, never as pass."));
  }
  if (gaps) {
    return notice("open", "unknown", t("Complete scan."), t("Every source was asked; {n} gap left something unseen.|Every source was asked; {n} gaps left something unseen.", { n: gaps }), " ",
      el("a", { href: "#gaps" }, t("See what and why")));
  }
  return notice("good", "met", t("Complete scan."), t("Every source was asked and answered."));
}

function detailBanner({ detail, findings }) {
  return notice("warn", "unknown", t("A part of a report."), t("Facts of findings {from} to {to}.", { from: detail.first + 1, to: detail.first + findings.length }), " ",
    el("a", { href: fileLink(detail.main, "#overview") }, t("To the report")));
}

/** A file of the same folder; its name is a name, whatever it looks like. The page's language and colours go along. */
function fileLink(name, hash) {
  return `./${encodeURIComponent(name)}${withSettings(hash)}`;
}

function languageButton(report) {
  if (!document.getElementById("german")) return null;
  const other = speech.language === "de" ? "en" : "de";
  return el("button", { type: "button", class: "plain-button", id: "language", lang: other, click: () => { speak(other); redraw(report); document.getElementById("language").focus(); } }, LANGUAGES[other]);
}

const THEMES = ["system", "light", "dark"];

function themeButton() {
  const word = { system: t("Colours: system"), light: t("Colours: light"), dark: t("Colours: dark") };
  const now = document.documentElement.dataset.theme || "system";
  return el("button", { type: "button", class: "plain-button", id: "theme", click: (event) => {
    setTheme(THEMES[(THEMES.indexOf(document.documentElement.dataset.theme || "system") + 1) % THEMES.length]);
    event.currentTarget.textContent = word[document.documentElement.dataset.theme || "system"];
    rememberSettings();
  } }, word[now]);
}

function setTheme(theme) {
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
}
