/* The filter of the findings: its state, the address that mirrors it, and the counts behind every choice. */

const DIMENSIONS = ["result", "control", "criterion", "kind", "account", "region"];
const SORTS = ["result", "criterion", "resource", "account", "region"];

function emptyFilter() {
  return { control: "", criterion: "", result: new Set(), kind: "", account: "", region: "", q: "", sort: "result", descending: false, page: 1 };
}

/** `#findings?control=...&result=fail,unknown`, from the names of an address. */
function findingsLink(values) {
  const query = new URLSearchParams(Object.entries(values).filter(([, value]) => value)).toString().replaceAll("%2C", ",").replaceAll("%3A", ":").replaceAll("%2F", "/");
  return query ? `#findings?${query}` : "#findings";
}

function hashOf(filter, open) {
  const standard = emptyFilter();
  return findingsLink({
    control: filter.control,
    criterion: filter.criterion,
    result: RESULTS.filter((_, code) => filter.result.has(code)).join(","),
    kind: filter.kind,
    account: filter.account,
    region: filter.region,
    q: filter.q,
    sort: filter.sort === standard.sort && !filter.descending ? "" : `${filter.descending ? "-" : ""}${filter.sort}`,
    page: filter.page > 1 ? String(filter.page) : "",
    open: open === undefined ? "" : String(open),
  });
}

/** The filter and the open finding that an address asks for; nothing when it is not about findings. */
function filterOfHash(hash) {
  if (!/^#findings(\?|$)/.test(hash)) return null;
  const query = new URLSearchParams(hash.slice("#findings?".length));
  const filter = emptyFilter();
  for (const name of ["control", "criterion", "kind", "account", "region", "q"]) filter[name] = query.get(name) || "";
  for (const word of (query.get("result") || "").split(",")) {
    if (RESULTS.includes(word)) filter.result.add(RESULTS.indexOf(word));
  }
  const sort = query.get("sort") || filter.sort;
  filter.descending = sort.startsWith("-");
  filter.sort = SORTS.includes(sort.replace("-", "")) ? sort.replace("-", "") : filter.sort;
  filter.page = Math.max(1, Number.parseInt(query.get("page"), 10) || 1);
  return { filter, open: query.has("open") ? Number.parseInt(query.get("open"), 10) : undefined };
}

/** The value of a finding under a dimension. */
const VALUE = {
  result: (finding) => finding.result,
  control: (finding) => finding.criterion.control.id,
  criterion: (finding) => finding.criterion.id,
  kind: (finding) => finding.subject.kind,
  account: (finding) => finding.subject.account,
  region: (finding) => finding.subject.region,
};

/**
 * The findings that a filter lets through, and for every dimension how many there would be under each of its values. A
 * finding counts towards a dimension when no *other* dimension keeps it out: one pass gives all counts.
 */
function select(report, filter) {
  const tests = DIMENSIONS.map((name) => testOf(name, filter[name]));
  const words = filter.q.toLowerCase().split(/\s+/).filter(Boolean);
  const counts = Object.fromEntries(DIMENSIONS.map((name) => [name, new Map()]));
  const found = [];
  for (const finding of report.findings) {
    if (words.length && !words.every((word) => haystack(report, finding.subjectIndex).includes(word))) continue;
    let failed = 0;
    let where = -1;
    for (let index = 0; index < tests.length && failed < 2; index += 1) {
      if (tests[index] && !tests[index](finding)) { failed += 1; where = index; }
    }
    if (failed > 1) continue;
    if (failed === 0) found.push(finding);
    for (let index = 0; index < DIMENSIONS.length; index += 1) {
      if (failed === 0 || where === index) addTo(counts[DIMENSIONS[index]], VALUE[DIMENSIONS[index]](finding));
    }
  }
  return { found: found.sort(orderOf(filter)), counts };
}

function testOf(name, wanted) {
  if (name === "result") return wanted.size ? (finding) => wanted.has(finding.result) : null;
  return wanted ? (finding) => VALUE[name](finding) === wanted : null;
}

function addTo(map, key) {
  map.set(key, (map.get(key) || 0) + 1);
}

/** Name, ARN and tags of a subject in lower case, made when first asked for. */
function haystack(report, index) {
  if (!report.haystacks) report.haystacks = [];
  if (report.haystacks[index] === undefined) {
    const { name, arn, tags } = report.subjects[index];
    const tagged = Object.entries(tags || {}).map(([key, value]) => `${key}=${value}`);
    report.haystacks[index] = [name || "", arn, ...tagged].join("\n").toLowerCase();
  }
  return report.haystacks[index];
}

const SORT_KEY = {
  result: (finding) => finding.result,
  criterion: (finding) => finding.criterion.index,
  resource: (finding) => subjectName(finding.subject).toLowerCase(),
  account: (finding) => finding.subject.account,
  region: (finding) => finding.subject.region,
};

/** Ties keep the order of the criteria, then of the data. */
function orderOf({ sort, descending }) {
  const key = SORT_KEY[sort];
  const sign = descending ? -1 : 1;
  return (a, b) => {
    const left = key(a);
    const right = key(b);
    if (left !== right) return left < right ? -sign : sign;
    return a.criterion.index - b.criterion.index || a.index - b.index;
  };
}
