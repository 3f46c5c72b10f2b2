/*
 * Language. The page is written in English: the English text is the key, as with gettext, so a text without a translation
 * is still read. Two kinds of texts, two functions:
 *
 *   t("{n} of {of} shown", { n: 3, of: 40 })     what the page itself says
 *   tm(criterion.why)                            what the data say: the model's words and the sentences made by the program
 *
 * VALUES. `{name}` is a place. Numbers are written as the language writes them. A value that is a node or a list of nodes
 * makes `t` return a list, which `el()` takes among its children: t("See {gaps}.", { gaps: el("a", ...) }). Nothing is
 * ever read as markup.
 *
 * PLURALS. Forms are parted by "|", chosen by the value `n`: t("{n} gap|{n} gaps", { n }). English and German have two.
 *
 * SENTENCES of the data are composed in Rust (rules/compose/words.rs and others) and recognised here by patterns
 * (docs/translating.md tells how they are written). A pattern becomes one regular expression, made when it is first needed;
 * a place of the form `{x:table}` stands for any entry of a table, and what it caught is translated with that table. What no
 * pattern knows stays English. Results are kept: the same sentence is asked for often.
 *
 * The German dictionary lies in the page as JSON and is parsed only when German is chosen. A library for messages (ICU)
 * would be larger than all of the report's script, and could not read sentences backwards.
 */

const LANGUAGES = { en: "English", de: "Deutsch" };

/** The language in use, and what belongs to it. */
const speech = { language: "en", words: null, forms: null, numbers: null, dates: null, sentences: null, known: new Map() };

/** The language that the address asks for (`lang=de` in the fragment), else the first of the browser's that there is. */
function languageAsked() {
  const asked = /(?:^#?|[?&])lang=([a-z]{2})\b/.exec(location.hash);
  if (asked && LANGUAGES[asked[1]]) return asked[1];
  const own = (navigator.languages || [navigator.language]).map((name) => String(name).slice(0, 2));
  return own.find((name) => LANGUAGES[name]) || "en";
}

/** Takes up a language. What is drawn already stays as it is: draw again. */
function speak(language) {
  const element = language === "de" && document.getElementById("german");
  speech.language = element ? language : "en";
  speech.words = element ? JSON.parse(element.textContent) : null;
  speech.forms = new Intl.PluralRules(speech.language);
  speech.numbers = new Intl.NumberFormat(speech.language, { maximumFractionDigits: 3 });
  speech.dates = new Intl.DateTimeFormat(speech.language, { dateStyle: "medium", timeZone: "UTC" });
  speech.sentences = element ? new Sentences(speech.words.sentences, speech.words.model) : null;
  speech.known = new Map();
  document.documentElement.lang = speech.language;
  return speech.language;
}

/** A text of the page, with its values. */
function t(key, values = {}) {
  const text = own(speech.words?.page, key) || key;
  return filled(pluralOf(text, values.n), values);
}

function pluralOf(text, n) {
  if (!text.includes("|")) return text;
  const [one, other = one] = text.split("|");
  return speech.forms.select(Number(n)) === "one" ? one : other;
}

/** The text with its places filled: a string, or a list where a value is a node. A place without a value stays. */
function filled(text, values) {
  const parts = text.split(/\{(\w+)\}/).map((part, index) => (index % 2 === 0 ? part : valueOf(values[part], part)));
  return parts.some((part) => typeof part === "object") ? parts.filter((part) => part !== "") : parts.join("");
}

function valueOf(value, name) {
  if (value === undefined) return `{${name}}`;
  if (typeof value === "number") return speech.numbers.format(value);
  return value === null ? "" : typeof value === "object" ? value : String(value);
}

/** A text of the data: the model's or the rules' words, or a sentence that the program made of them. */
function tm(text) {
  if (!speech.words || !text) return text;
  if (!speech.known.has(text)) speech.known.set(text, own(speech.words.model, text) || speech.sentences.translate(String(text)));
  return speech.known.get(text);
}

/** What a kind of subject is called: `database_storage` is "database storage". */
function kindName(kind) {
  return own(speech.words?.kinds, kind) || String(kind).replaceAll("_", " ");
}

/** What a fact is called. In English it is its name in the evidence; in German too where AWS has a field of that name. */
function factName(name) {
  return own(speech.words?.facts, name) || name;
}

/** Translates what the page's template says: elements marked `data-t` hold one text each. */
function translateTemplate(root = document) {
  for (const element of root.querySelectorAll("[data-t]")) {
    element.dataset.t ||= element.textContent.trim().replace(/\s+/g, " ");
    element.textContent = t(element.dataset.t);
  }
  for (const element of root.querySelectorAll("[data-t-label]")) {
    element.dataset.tLabel ||= element.getAttribute("aria-label");
    element.setAttribute("aria-label", t(element.dataset.tLabel));
  }
}

/** A date as the language writes it, from `2026-11-25`. */
function dateWords(date) {
  const time = Date.parse(`${String(date).slice(0, 10)}T00:00:00Z`);
  return Number.isNaN(time) ? String(date) : speech.dates.format(time);
}

/** What a place may stand for, beside the entries of a table. */
const PLACES = { text: "[^]+?", word: "\\S+", number: "\\d[\\d.,]*\\d|\\d", date: "\\d{4}-\\d\\d-\\d\\d", fact: "\\w+" };

/** Longer texts are no sentence of the program's: they are not looked at. */
const LONGEST_SENTENCE = 10_000;
/** Nor are longer lists: to try every way of cutting them would take too long. */
const MOST_ITEMS = 24;

/** Recognises the program's sentences, and says them in the language. `tables` are lists of pairs, in their order. */
class Sentences {
  constructor(tables, model) {
    this.tables = tables;
    this.model = model;
    this.sources = new Map();
    this.patterns = new Map();
  }

  /** The sentence, translated; the text itself where no pattern fits. */
  translate(text) {
    return (text.length <= LONGEST_SENTENCE && this.by("sentences", text)) || text;
  }

  /** A text by a table; `model` is the dictionary of the model's words. Nothing where the table does not know it. */
  by(table, text) {
    if (table === "model") return own(this.model, text);
    for (const pattern of this.patternsOf(table)) {
      const match = pattern.expression.exec(text);
      const values = match && this.valuesOf(pattern, match);
      if (values) return filled(pattern.german, values);
    }
    return undefined;
  }

  patternsOf(table) {
    if (!this.patterns.has(table)) this.patterns.set(table, this.tables[table].map(([english, german]) => this.compiled(english, german)));
    return this.patterns.get(table);
  }

  /** `{n:number} of {what:kinds}` as one regular expression that catches its places. */
  compiled(english, german) {
    const parts = partsOf(english);
    const source = parts.map((part) => (part.name ? `(${this.sourceOf(part)})` : escaped(part.literal))).join("");
    return { german, places: parts.filter((part) => part.name), expression: new RegExp(`^${source}$`, "u") };
  }

  /** What a place may look like: of a list as many as there are, of a table any entry. */
  sourceOf({ kind, joint, may, loose }) {
    const one = loose ? PLACES.text : PLACES[kind] || this.sourceOfTable(kind);
    const all = joint === undefined || loose ? one : `(?:${one})(?:${escaped(joint)}(?:${one}))*`;
    return may ? `(?:${all})?` : all;
  }

  sourceOfTable(table) {
    if (!this.sources.has(table)) {
      const sourceOf = (part) => (part.name ? `(?:${this.sourceOf(part)})` : escaped(part.literal));
      this.sources.set(table, this.tables[table].map(([english]) => partsOf(english).map(sourceOf).join("")).join("|"));
    }
    return this.sources.get(table);
  }

  /** What the places caught, translated; nothing where a table does not know it. */
  valuesOf({ places }, match) {
    const values = {};
    for (const [index, place] of places.entries()) {
      values[place.name] = this.valueOf(place, match[index + 1]);
      if (values[place.name] === undefined) return undefined;
    }
    return values;
  }

  valueOf({ kind, joint, glue, may, large }, caught) {
    if (may && !caught) return "";
    if (large) return largeFirst(this.by(kind, caught[0].toLowerCase() + caught.slice(1)));
    if (kind === "fact") return factName(caught);
    if (kind === "number") return speech.numbers.format(Number(caught.replaceAll(",", "")));
    if (kind === "date") return dateWords(caught);
    if (PLACES[kind]) return caught;
    return joint === undefined ? this.by(kind, caught) : this.itemsOf(kind, joint, caught)?.join(glue);
  }

  /** The members of a list: cut at the first joint where what stands on both sides is of the table. */
  itemsOf(kind, joint, caught, dead = new Set()) {
    if (dead.has(caught.length) || caught.split(joint).length > MOST_ITEMS) return undefined;
    for (let at = caught.indexOf(joint, 1); at > 0 && at < caught.length; at = caught.indexOf(joint, at + 1)) {
      const first = this.by(kind, caught.slice(0, at));
      const rest = first === undefined ? undefined : this.itemsOf(kind, joint, caught.slice(at + joint.length), dead);
      if (rest) return [first, ...rest];
    }
    const one = this.by(kind, caught);
    if (one === undefined) dead.add(caught.length);
    return one === undefined ? undefined : [one];
  }
}

const PLACE = /(\{\w+(?::[~^]?\w+(?:\[[^\]]*\])?\??)?\})/;
const PLACE_PARTS = /^\{(\w+)(?::([~^]?)(\w+)(?:\[([^\]]*)\])?(\??))?\}$/;

/** A pattern as literals and places; how they are written is told at the head of german/sentences.toml. */
function partsOf(pattern) {
  return pattern.split(PLACE).filter((part) => part !== "").map((part) => {
    const place = PLACE_PARTS.exec(part);
    if (!place) return { literal: part };
    const [, name, how, kind = "text", list, may] = place;
    const [joint, glue = joint] = list === undefined ? [] : list.split("=>");
    return { name, kind, joint, glue, loose: Boolean(how), large: how === "^", may: may === "?" };
  });
}

function largeFirst(text) {
  return text && text[0].toUpperCase() + text.slice(1);
}

function escaped(text) {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}

/** An entry of a dictionary, never one of every object's. */
function own(dictionary, key) {
  return dictionary && Object.hasOwn(dictionary, key) ? dictionary[key] : undefined;
}
