/* Draws the report and follows the address. Last of the files. */

function start() {
  const report = readReport();
  drawMasthead(report);
  drawNav(report);
  drawOverview(report);
  drawAccounts(report);
  drawControls(report);
  drawChecklists(report);
  drawEntryPath(report);
  drawPeople(report);
  drawFindings(report);
  drawGaps(report);
  drawMeasured(report);
  addEventListener("hashchange", () => follow(report));
  addEventListener("beforeprint", openForPrint);
  document.getElementById("drawer").addEventListener("close", drawerClosed);
  follow(report);
  markCurrentPart();
  document.documentElement.dataset.ready = "yes";
  performance.mark("rung-interactive");
}

/** Goes where the address points: a view of the findings, a gap, or any part by its id. */
function follow(report) {
  const drawer = document.getElementById("drawer");
  if (drawer.open) drawer.close();
  const id = decodeHash(location.hash);
  if (readHash(report)) return document.getElementById("findings").scrollIntoView();
  if (revealGap(report, id) || report.criterionById.has(id)) highlight(id);
  document.getElementById(id)?.scrollIntoView();
}

function decodeHash(hash) {
  try { return decodeURIComponent(hash.slice(1)); } catch { return ""; }
}

function highlight(id) {
  document.querySelector(".here")?.classList.remove("here");
  document.getElementById(id)?.classList.add("here");
}

function openForPrint() {
  for (const details of document.querySelectorAll("details:not(.more)")) details.open = true;
}

/** The part on screen is marked in the bar. */
function markCurrentPart() {
  const links = new Map([...document.querySelectorAll("#nav a")].map((link) => [link.getAttribute("href").slice(1), link]));
  const watcher = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      const link = links.get(entry.target.id);
      if (entry.isIntersecting) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  }, { rootMargin: "-30% 0px -65% 0px" });
  for (const id of links.keys()) watcher.observe(document.getElementById(id));
}

start();
