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
 * SENTENCES of the data are composed in Rust (rules/compose/words.rs and others). They are recognised by patterns, not by
 * lists of words: the tables of `sentences` in the dictionary (docs/translating.md tells how they are written). A pattern
 * becomes one regular expression; a place of the form `{x:table}` stands for any entry of a table, and what it caught is
 * translated with that table. What no pattern knows stays English. Results are kept: the same sentence is asked for often.
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
  speech.sentences = element ? new Sentences(speech.words) : null;
  speech.known = new Map();
  document.documentElement.lang = speech.language;
  return speech.language;
}

/** A text of the page, with its values. */
function t(key, values = {}) {
  const text = speech.words?.page[key] || key;
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
  const exact = speech.words.model[text];
  if (exact) return exact;
  if (!speech.known.has(text)) speech.known.set(text, speech.sentences.translate(text));
  return speech.known.get(text);
}

/** What a kind of subject is called: `database_storage` is "database storage". */
function kindName(kind) {
  return speech.words?.kinds[kind] || String(kind).replaceAll("_", " ");
}

/** What a fact is called. In English it is its name in the evidence; in German too where AWS has a field of that name. */
function factName(name) {
  return speech.words?.facts[name] || name;
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
const PLACES = { text: "[^]+?", word: "\\S+", number: "\\d[\\d.,]*\\d|\\d", date: "\\d{4}-\\d\\d-\\d\\d" };

/** Recognises the program's sentences, and says them in the language. */
class Sentences {
  constructor({ sentences, model }) {
    this.tables = sentences;
    this.model = model;
    this.expressions = new Map();
    this.compiled = new Map();
  }

  /** The sentence, translated; the text itself where no pattern fits. */
  translate(text) {
    return this.by("sentences", text) ?? text;
  }

  /** A text by a table: `model` is the dictionary of the model's words. */
  by(table, text) {
    if (table === "model") return this.model[text];
    for (const [pattern, german] of this.patterns(table)) {
      const match = pattern.expression.exec(text);
      const values = match && this.values(pattern, match);
      if (values) return filled(german, values);
    }
    return undefined;
  }

  patterns(table) {
    if (!this.compiled.has(table)) {
      const entries = Object.entries(this.tables[table]);
      this.compiled.set(table, entries.map(([english, german]) => [this.compile(english), german]));
    }
    return this.compiled.get(table);
  }

  /** `{n:number} of {what:kinds}` as one regular expression that catches its places. */
  compile(english) {
    const places = [];
    const source = partsOf(english).map((part) => (part.literal !== undefined ? escaped(part.literal) : (places.push(part), `(${this.source(part)})`)));
    return { places, expression: new RegExp(`^${source.join("")}$`, "u") };
  }

  /** What a place may look like; of a table every entry, of a list as many as there are. */
  source({ kind, joint, may }) {
    const one = PLACES[kind] || this.sourceOf(kind);
    const all = joint === undefined ? one : `(?:${one})(?:${escaped(joint)}(?:${one}))*`;
    return may ? `(?:${all})?` : all;
  }

  sourceOf(table) {
    if (!this.expressions.has(table)) {
      const entries = table === "model" ? ["{text}"] : Object.keys(this.tables[table]);
      const sources = entries.map((english) => partsOf(english).map((part) => (part.literal !== undefined ? escaped(part.literal) : `(?:${this.source(part)})`)).join(""));
      this.expressions.set(table, sources.map((source) => `(?:${source})`).join("|"));
    }
    return this.expressions.get(table);
  }

  /** What the places caught, translated; nothing where a table does not know it. */
  values({ places }, match) {
    const values = {};
    for (const [index, place] of places.entries()) {
      const value = this.value(place, match[index + 1]);
      if (value === undefined) return undefined;
      values[place.name] = value;
    }
    return values;
  }

  value({ kind, joint, may, glue }, caught) {
    if (may && !caught) return "";
    if (kind === "number") return speech.numbers.format(Number(caught.replaceAll(",", "")));
    if (kind === "date") return dateWords(caught);
    if (PLACES[kind]) return caught;
    if (joint === undefined) return this.by(kind, caught);
    const items = this.items(kind, joint, caught);
    return items && items.join(glue);
  }

  /** The members of a list: cut at a joint where what stands before it is one of the table. */
  items(kind, joint, caught) {
    const one = this.by(kind, caught);
    if (one !== undefined) return [one];
    for (let at = caught.indexOf(joint, 1); at > 0; at = caught.indexOf(joint, at + 1)) {
      const first = this.by(kind, caught.slice(0, at));
      const rest = first === undefined ? undefined : this.items(kind, joint, caught.slice(at + joint.length));
      if (rest) return [first, ...rest];
    }
    return undefined;
  }
}

/**
 * `{name}` any text, `{name:word}`, `{name:number}`, `{name:date}`, `{name:table}`; `?` behind it: or nothing;
 * `{name:table[; ]}` a list joined by "; ", and `{name:table[; => und ]}` one that the translation joins by " und ".
 */
function partsOf(pattern) {
  return pattern.split(/(\{\w+(?::\w+(?:\[[^\]]*\])?\??)?\})/).filter((part) => part !== "").map((part) => {
    const place = /^\{(\w+)(?::(\w+)(?:\[([^\]]*)\])?(\?)?)?\}$/.exec(part);
    if (!place) return { literal: part };
    const [, name, kind = "text", list, may] = place;
    const [joint, glue = joint] = list === undefined ? [] : list.split("=>");
    return { name, kind, joint, glue, may: Boolean(may) };
  });
}

function escaped(text) {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
}
