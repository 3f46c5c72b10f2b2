/*
 * The filter of the findings, over columns: every dimension has a code for each criterion or each subject, so that one pass
 * over typed arrays filters a hundred thousand findings and counts what every other choice would give.
 */

const NONE = "(none)";
const SORTS = ["result", "criterion", "resource", "account", "region"];
const OWNER_TAGS = ["owner", "team", "owned-by", "ownedby"];
const SERVICE_TAGS = ["service", "application", "app", "project", "workload"];

/** Dimensions by which people filter and group; the codes are made when the report is read. */
function dimensionsOf(report) {
  if (report.dimensions) return report.dimensions;
  const { words, subjects, criteria } = report;
  const ofCriterion = (value) => coded("criterion", criteria.map(value));
  const ofSubject = (value) => coded("subject", subjects.map(value));
  report.dimensions = {
    control: ofCriterion((criterion) => criterion.control.id),
    criterion: ofCriterion((criterion) => criterion.id),
    aws: ofSubject((row) => words.arns[row[1]].split(":")[2] || NONE),
    kind: ofSubject((row) => words.kinds[row[0]]),
    owner: ofSubject(tagOf(words, OWNER_TAGS)),
    service: ofSubject(tagOf(words, SERVICE_TAGS)),
    account: ofSubject((row) => words.accounts[row[3]]),
    region: ofSubject((row) => words.regions[row[4]]),
  };
  return report.dimensions;
}

/** Values as numbers: `codes` of each criterion or subject, and what each number stands for. */
function coded(column, values) {
  const numbers = new Map();
  const codes = Uint32Array.from(values, (value) => {
    if (!numbers.has(value)) numbers.set(value, numbers.size);
    return numbers.get(value);
  });
  return { column, codes, numbers, labels: [...numbers.keys()] };
}

/** The value of the first of these tags that a subject has. */
function tagOf({ tags }, keys) {
  const rank = tags.map(([key]) => keys.indexOf(key.toLowerCase()));
  return (row) => {
    const own = row[6].filter((tag) => rank[tag] >= 0).sort((a, b) => rank[a] - rank[b])[0];
    return own === undefined ? NONE : tags[own][1] || NONE;
  };
}

function emptyFilter() {
  return { control: "", criterion: "", aws: "", kind: "", owner: "", service: "", account: "", region: "", result: new Set(), q: "", sort: "result", descending: false, group: "", page: 1 };
}

/**
 * The findings that a filter lets through, in the order of the table, and for every dimension how many there would be under
 * each of its values: a finding counts towards a dimension when no *other* dimension keeps it out.
 */
function select(report, filter) {
  const { findings } = report;
  const entries = Object.entries(dimensionsOf(report));
  const codes = entries.map(([, dimension]) => dimension.codes);
  const columns = entries.map(([, dimension]) => findings[dimension.column]);
  const counts = entries.map(([, dimension]) => new Uint32Array(dimension.labels.length));
  const wanted = entries.map(([name, { numbers }]) => (filter[name] ? numbers.get(filter[name]) ?? -2 : -1));
  const active = wanted.map((code, at) => (code === -1 ? -1 : at)).filter((at) => at >= 0);
  const byResult = new Uint32Array(RESULTS.length);
  const matches = matching(report, filter.q);
  const order = orderOf(report, filter);
  const found = new Uint32Array(findings.length);
  let length = 0;
  for (let at = 0; at < order.length; at += 1) {
    const index = order[at];
    if (matches && !matches[findings.subject[index]]) continue;
    const other = filter.result.size && !filter.result.has(findings.result[index]);
    let failed = other ? 1 : 0;
    let where = -1;
    for (let n = 0; n < active.length && failed < 2; n += 1) {
      const d = active[n];
      if (codes[d][columns[d][index]] !== wanted[d]) { failed += 1; where = d; }
    }
    if (failed > 1) continue;
    if (failed === 0) found[length++] = index;
    if (failed === 0 || other) byResult[findings.result[index]] += 1;
    if (failed === 0) for (let d = 0; d < counts.length; d += 1) counts[d][codes[d][columns[d][index]]] += 1;
    else if (!other) counts[where][codes[where][columns[where][index]]] += 1;
  }
  return { found: found.subarray(0, length), byResult, counts: Object.fromEntries(entries.map(([name], at) => [name, counts[at]])) };
}

/** For each subject whether it has every word in its name, ARN or tags; nothing where there is no word. */
function matching(report, query) {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  if (!words.length) return null;
  if (!report.haystacks) report.haystacks = haystacks(report);
  return Uint8Array.from(report.haystacks, (text) => (words.every((word) => text.includes(word)) ? 1 : 0));
}

/** Name, ARN and tags of each subject in lower case, made when first asked for. */
function haystacks({ subjects, words }) {
  const arns = words.arns.map((text) => text.toLowerCase());
  const tags = words.tags.map(([key, value]) => `${key}=${value}`.toLowerCase());
  return subjects.map(([, arn, rest, , , name, own]) => `${name ? name.toLowerCase() : ""}\n${arns[arn]}${rest.toLowerCase()}\n${own.map((tag) => tags[tag]).join("\n")}`);
}

/** All findings in the order that is asked for; kept until another is. Ties keep the order of the criteria, then of the data. */
function orderOf(report, { sort, descending }) {
  const name = `${sort} ${descending}`;
  if (report.order?.name === name) return report.order.list;
  const { findings } = report;
  const rank = ranks(report, sort);
  const most = rank.reduce((max, own) => Math.max(max, own), 0);
  const keys = new Float64Array(findings.length);
  const [criteria, many] = [report.criteria.length, 2 ** 17];
  for (let index = 0; index < keys.length; index += 1) {
    keys[index] = ((descending ? most - rank[index] : rank[index]) * criteria + findings.criterion[index]) * many + index;
  }
  report.order = { name, list: Uint32Array.from(keys.sort(), (key) => key % many) };
  return report.order.list;
}

/** The place of each finding in the order of a column. */
function ranks(report, sort) {
  const { findings } = report;
  if (sort === "result") return findings.result;
  if (sort === "criterion") return findings.criterion;
  const ofSubjects = sort === "resource" ? rankOfValues(report.subjects.map((_, index) => subjectName(subjectAt(report, index)).toLowerCase()))
    : dimensionRanks(dimensionsOf(report)[sort]);
  return Uint32Array.from(findings.subject, (subject) => ofSubjects[subject]);
}

function dimensionRanks({ labels, codes }) {
  const rank = rankOfValues(labels);
  return Uint32Array.from(codes, (code) => rank[code]);
}

function rankOfValues(values) {
  const sorted = [...new Set(values)].sort((a, b) => (a < b ? -1 : 1));
  const rank = new Map(sorted.map((value, index) => [value, index]));
  return values.map((value) => rank.get(value));
}

/** `#findings?control=...&result=fail,unknown`, from the names of an address. */
function findingsLink(values) {
  const query = new URLSearchParams(Object.entries(values).filter(([, value]) => value)).toString().replaceAll("%2C", ",").replaceAll("%3A", ":").replaceAll("%2F", "/");
  return query ? `#findings?${query}` : "#findings";
}

function hashOf(filter, open) {
  const { result, sort, descending, page, ...rest } = filter;
  return findingsLink({
    ...rest,
    result: RESULTS.filter((_, code) => result.has(code)).join(","),
    sort: sort === "result" && !descending ? "" : `${descending ? "-" : ""}${sort}`,
    page: page > 1 ? String(page) : "",
    open: open === undefined ? "" : String(open),
  });
}

/** The filter and the open finding that an address asks for; nothing when it is not about findings. */
function filterOfHash(hash) {
  if (!/^#findings(\?|$)/.test(hash)) return null;
  const query = new URLSearchParams(hash.slice("#findings?".length));
  const filter = emptyFilter();
  for (const name of ["control", "criterion", "aws", "kind", "owner", "service", "account", "region", "q", "group"]) filter[name] = query.get(name) || "";
  for (const word of (query.get("result") || "").split(",")) {
    if (RESULTS.includes(word)) filter.result.add(RESULTS.indexOf(word));
  }
  const sort = query.get("sort") || filter.sort;
  filter.descending = sort.startsWith("-");
  filter.sort = SORTS.includes(sort.replace("-", "")) ? sort.replace("-", "") : filter.sort;
  filter.page = Math.max(1, Number.parseInt(query.get("page"), 10) || 1);
  return { filter, open: query.has("open") ? Number.parseInt(query.get("open"), 10) : undefined };
}
