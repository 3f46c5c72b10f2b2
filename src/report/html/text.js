/*
 * Text and elements. Names, tags and messages in the data come from strangers: they become text nodes, never markup, and
 * characters that cannot be seen or that turn the direction of writing are shown as escapes.
 */

const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/u;
const UNSEEN_ALL = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/gu;
/** Attributes that people read or hear. */
const SHOWN = new Set(["title", "aria-label", "placeholder"]);
const SVG = "http://www.w3.org/2000/svg";

/** An unseen character as `\u202e`, or `\u{e0041}` where it has more than four digits. */
function escapeOf(character) {
  const hex = character.codePointAt(0).toString(16);
  return hex.length > 4 ? `\\u{${hex}}` : `\\u${hex.padStart(4, "0")}`;
}

/** The text with unseen characters as escapes. */
function visible(text) {
  return UNSEEN.test(text) ? text.replace(UNSEEN_ALL, escapeOf) : text;
}

/** An element. Attributes with a function as value are listeners; strings among the children become text. */
function el(tag, attributes, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === undefined || value === null || value === false) continue;
    if (typeof value === "function") node.addEventListener(name, value);
    else node.setAttribute(name, value === true ? "" : SHOWN.has(name) ? visible(String(value)) : String(value));
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false)
    .map((child) => (child instanceof Node ? child : visible(String(child)))));
  return node;
}

function svg(tag, attributes, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

/** A stranger's text, isolated in direction, escapes marked, cut after `limit` characters. */
function said(text, limit = 200) {
  const whole = String(text);
  const cut = whole.length > limit;
  const node = el("bdi", { class: "said", title: cut ? whole.slice(0, 1000) : undefined });
  appendVisible(node, cut ? whole.slice(0, limit) : whole);
  if (cut) node.append("…");
  return node;
}

function appendVisible(node, text) {
  if (!UNSEEN.test(text)) return node.append(text);
  let from = 0;
  for (const match of text.matchAll(UNSEEN_ALL)) {
    if (match.index > from) node.append(text.slice(from, match.index));
    node.append(el("span", { class: "esc" }, escapeOf(match[0])));
    from = match.index + match[0].length;
  }
  if (from < text.length) node.append(text.slice(from));
}

/** A stranger's text that can be opened where it is long. */
function saidLong(text, limit = 240) {
  const whole = String(text);
  if (whole.length <= limit) return said(whole, limit);
  const box = el("span", { class: "long" }, said(whole, limit));
  const open = el("button", { type: "button", class: "link", click: () => {
    box.replaceChildren(said(whole, Infinity));
    box.classList.add("opened");
  } }, t("show all {n} characters", { n: whole.length }));
  box.append(" ", open);
  return box;
}

function count(number) {
  return speech.numbers.format(number);
}

/** A number with so many digits behind the point, as the language writes it. */
function digits(number, places) {
  return number.toLocaleString(speech.language, { minimumFractionDigits: places, maximumFractionDigits: places });
}

function percent(number) {
  return `${count(number)} %`;
}

/** A time stamp of the data as the language writes it, in UTC. */
function when(stamp) {
  const time = Date.parse(stamp);
  if (Number.isNaN(time)) return stamp ? String(stamp) : t("not recorded");
  return `${new Intl.DateTimeFormat(speech.language, { dateStyle: "medium", timeStyle: "medium", timeZone: "UTC" }).format(time)} UTC`;
}

function time(stamp) {
  return el("time", { datetime: stamp }, when(stamp));
}

function duration(milliseconds) {
  if (milliseconds < 1000) return `${count(Math.round(milliseconds))} ms`;
  const seconds = milliseconds / 1000;
  if (seconds < 60) return `${digits(seconds, 1)} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes} min ${Math.round(seconds % 60)} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

function bytes(number) {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let unit = 0;
  while (number >= 1000 && unit < units.length - 1) { number /= 1000; unit += 1; }
  return `${unit ? digits(number, 1) : count(number)} ${units[unit]}`;
}

function dollars(number) {
  return number ? `${digits(number, number < 0.01 ? 4 : 2)} USD` : t("none");
}

/** Every outcome and result: the badge's shape and tone. */
const BADGES = {
  met: { shape: "check", tone: "good" },
  unmet: { shape: "cross", tone: "bad" },
  unknown: { shape: "question", tone: "open" },
  not_applicable: { shape: "dash", tone: "none" },
  pass: { shape: "check", tone: "good" },
  fail: { shape: "cross", tone: "bad" },
};

/** The badge's word. */
function badgeWord(kind) {
  return { met: t("Met"), unmet: t("Unmet"), unknown: t("Unknown"), not_applicable: t("Not applicable"), pass: t("Pass"), fail: t("Fail") }[kind];
}

const SHAPES = {
  check: () => [svg("circle", { cx: 8, cy: 8, r: 7.25, class: "ring solid" }), svg("path", { d: "M4.6 8.3l2.3 2.4 4.6-5.1", class: "glyph" })],
  cross: () => [svg("rect", { x: 1, y: 1, width: 14, height: 14, rx: 3, class: "ring solid" }), svg("path", { d: "M5.2 5.2l5.6 5.6M10.8 5.2l-5.6 5.6", class: "glyph" })],
  question: () => [svg("circle", { cx: 8, cy: 8, r: 7, class: "ring dashed" }), svg("path", { d: "M5.9 6.3a2.1 2.1 0 1 1 3.1 1.9c-.7.4-1 .8-1 1.5M8 11.9v.1", class: "glyph line" })],
  dash: () => [svg("circle", { cx: 8, cy: 8, r: 7, class: "ring" }), svg("path", { d: "M5 8h6", class: "glyph line" })],
};

function icon(kind) {
  const badge = BADGES[kind];
  return svg("svg", { viewBox: "0 0 16 16", width: 16, height: 16, class: `icon tone-${badge.tone}`, "aria-hidden": "true" }, SHAPES[badge.shape]());
}

/** Icon and word: readable without colour. */
function badge(kind) {
  return el("span", { class: `badge tone-${BADGES[kind].tone}` }, icon(kind), el("span", {}, badgeWord(kind)));
}

function chip(text, kind = "") {
  return el("span", { class: `chip ${kind}` }, text);
}

/** A pair for a definition list; nothing where there is no value. */
function pair(term, ...value) {
  const there = value.flat(Infinity).some((part) => part !== null && part !== undefined && part !== false && part !== "");
  return there ? el("div", { class: "pair" }, el("dt", {}, term), el("dd", {}, value)) : null;
}

/** A table: columns are `{head, class}`, rows are lists of cells. */
function table(caption, columns, rows) {
  const head = columns.map((column) => el("th", { scope: "col", class: column.class }, column.head));
  const body = rows.map((cells) => el("tr", {}, cells.map((cell, index) =>
    el("td", { class: columns[index].class, "data-head": columns[index].head }, cell))));
  return el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": caption },
    el("table", {}, el("caption", { class: "quiet" }, caption), el("thead", {}, el("tr", {}, head)), el("tbody", {}, body)));
}
