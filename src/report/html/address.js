/* The address: its fragment names a part, a view of the findings, an open finding, the language and the colours. */

/** The fragment's path and its values: `#findings?result=fail&lang=de`. */
function readAddress() {
  const [path, query = ""] = location.hash.slice(1).split("?");
  let id = "";
  try { id = decodeURIComponent(path); } catch { /* no part has such a name */ }
  return { id, query: new URLSearchParams(query) };
}

/** The language that the page has without being asked. */
function languageOfBrowser() {
  return (navigator.languages || [navigator.language]).map((name) => String(name).slice(0, 2)).find((name) => LANGUAGES[name]) || "en";
}

/** The fragment with the settings that are not the standard. */
function withSettings(hash) {
  const settings = [["lang", speech.language === languageOfBrowser() ? "" : speech.language], ["theme", document.documentElement.dataset.theme]]
    .filter(([, value]) => value).map(([name, value]) => `${name}=${value}`);
  if (!settings.length) return hash;
  return `${hash}${hash.includes("?") ? "&" : "?"}${settings.join("&")}`;
}

let hashTimer = 0;

/** Mirrors the view in the address, at most a few times a second: browsers limit how often it may change. */
function writeHash() {
  clearTimeout(hashTimer);
  hashTimer = setTimeout(() => replaceHash(withSettings(hashOf(view.filter, view.open))), 120);
}

function replaceHash(hash) {
  if (location.hash === hash) return;
  try { history.replaceState(null, "", hash); } catch { location.replace(hash); }
}

/** Language and colours go into the address, so that a copy of it shows the same. */
function rememberSettings() {
  const { id, query } = readAddress();
  query.delete("lang");
  query.delete("theme");
  const rest = query.toString();
  replaceHash(withSettings(`#${encodeURIComponent(id)}${rest ? `?${rest}` : ""}`));
}

/** Takes up the view that an address asks for. */
function readHash(report) {
  const asked = filterOfHash(location.hash);
  if (!asked || !report.findings.length) return false;
  clearTimeout(hashTimer);
  view.filter = asked.filter;
  refresh(report);
  const finding = findingAt(report, asked.open);
  if (finding) openDrawer(report, finding);
  return true;
}

/** Goes where the address points: a view of the findings, a gap, or any part by its id. */
function follow(report) {
  const drawer = document.getElementById("drawer");
  if (drawer.open) drawer.close();
  const { id, query } = readAddress();
  if (query.has("theme")) setTheme(query.get("theme"));
  if (readHash(report)) document.getElementById("findings").scrollIntoView();
  else {
    if (revealGap(report, id) || report.criterionById.has(id)) highlight(id);
    const target = document.getElementById(id);
    target?.closest("details")?.setAttribute("open", "");
    if (id === "overview") scrollTo(0, 0);
    else target?.scrollIntoView();
    if (id === "main") target.focus();
    rememberSettings();
  }
}

function highlight(id) {
  document.querySelector(".here")?.classList.remove("here");
  document.getElementById(id)?.classList.add("here");
}
