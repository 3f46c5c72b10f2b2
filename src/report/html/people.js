/* What people attest and accept, with the days that are left. */

function effectWords(effect) {
  return {
    decides: t("decides"), contested: t("contested: what AWS shows counts"), not_needed: t("not needed: the evidence decides alone"),
    not_enough: t("not enough: part of it is still unknown"), does_not_count: t("does not count"),
  }[effect] || effect;
}

function drawPeople(report, body) {
  const { attestations, waivers } = report;
  if (!attestations.length && !waivers.length) return body.append(el("p", { class: "quiet" }, t("Nothing is attested and nothing is waived.")));
  if (attestations.length) body.append(el("h3", {}, t("Attestations")), el("ul", { class: "items" }, attestations.map((told) => attestationItem(report, told))));
  if (waivers.length) body.append(el("h3", {}, t("Waivers")), el("ul", { class: "items" }, waivers.map((waiver) => waiverItem(report, waiver))));
}

function attestationItem(report, told) {
  return el("li", {}, icon(attestedTone(told)), el("div", {},
    el("a", { href: `#${told.criterion}` }, hiddenName(report, told.criterion)), `: ${effectWords(told.effect)}`,
    el("blockquote", {}, saidLong(told.statement)),
    el("span", { class: "sub" }, said(told.owner), ` ${t("on {date}, until {end}: {standing}.", { date: dateWords(told.date), end: dateWords(told.expires), standing: standing(told.standing) })} `,
      told.standing.state === "expired" ? "" : daysLeft(report, told.expires), " ", said(told.place)),
    told.proof?.length ? el("span", { class: "sub" }, t("Proof:"), " ", told.proof.flatMap((one, index) => [index ? ", " : "", proof(one)])) : null));
}

function waiverItem(report, waiver) {
  return el("li", {}, icon(waiver.expired ? "not_applicable" : "unknown"), el("div", {},
    waivedWhat(report, waiver), `: ${waiver.expired ? t("expired") : t("excepts {n} finding|excepts {n} findings", { n: waiver.findings })}`,
    el("blockquote", {}, saidLong(waiver.reason)),
    el("span", { class: "sub" }, said(waiver.owner || t("nobody is named")), waiver.expires ? `, ${t("until {end}.", { end: dateWords(waiver.expires) })} ` : `, ${t("without an end.")} `,
      waiver.expires && !waiver.expired ? daysLeft(report, waiver.expires) : "", " ", said(waiver.place))));
}

/** Days from the scan to the end, its day counted; marked where they are few. */
function daysLeft(report, end) {
  const days = Math.round((Date.parse(`${end}T00:00:00Z`) - Date.parse(`${report.scan.started_at.slice(0, 10)}T00:00:00Z`)) / 86400000);
  if (!Number.isFinite(days) || days < 0) return "";
  return chip(t("{n} day left|{n} days left", { n: days }), days <= 30 ? "chip-open" : "");
}

function waivedWhat(report, { criterion, control, subject }) {
  const rule = criterion || control;
  return [rule ? el("a", { href: `#${rule}` }, criterion ? hiddenName(report, criterion) : control) : t("every control"), subject ? [` ${t("for")} `, said(subject)] : null];
}

function attestedTone(told) {
  if (told.effect === "decides") return "met";
  return told.effect === "contested" ? "unmet" : "unknown";
}

function standing({ state, days, path }) {
  if (state === "ends_soon") return days ? t("ends in {n} day|ends in {n} days", { n: days }) : t("ends today");
  if (state === "proof_changed") return t("its proof {path} was changed", { path: visible(path) });
  if (state === "proof_missing") return t("its proof {path} is missing", { path: visible(path) });
  return state === "expired" ? t("has expired") : t("counts");
}

/** Only addresses of the web become links; the page itself loads none of them. */
function proof(one) {
  if (one.file) return el("span", {}, said(one.file.path), ` (${one.file.found})`);
  return /^https?:\/\//i.test(one.url) ? el("a", { href: one.url, rel: "noopener noreferrer" }, said(one.url)) : said(one.url);
}
