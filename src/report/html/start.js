/* Draws the report and follows the address. Last of the files. */

function redraw(report) {
  pendingCharts.clear();
  translateTemplate();
  drawMasthead(report);
  drawBar(report);
  drawParts(report);
  markCurrentPart();
  rememberSettings();
}

function start() {
  speak(languageAsked());
  setTheme(readAddress().query.get("theme"));
  const report = readReport();
  redraw(report);
  addEventListener("hashchange", () => follow(report));
  addEventListener("beforeprint", openForPrint);
  document.getElementById("drawer").addEventListener("close", drawerClosed);
  follow(report);
  document.documentElement.dataset.ready = "yes";
  performance.mark("rung-interactive");
}

/** On paper nothing can be opened. */
function openForPrint() {
  for (const details of document.querySelectorAll("details:not(.more)")) details.open = true;
  drawAllCharts();
}

start();
