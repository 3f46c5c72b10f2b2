"""Opens a report in Chromium and checks that it shows what its data say, asks the network for nothing and runs nothing from its data.

    python check_report.py REPORT.html [--screenshots DIR] [--pdf FILE] [--measure] [--max-open-ms 1000] [--max-filter-ms 1000]

Works on any report: what is expected is derived from the data inside the file. Prints JSON; exits with 1 when a check fails.
Times are taken and printed only with --measure; they fail the run only where a --max is given with it.
"""

import argparse
import json
import os
import pathlib
import sys

from playwright.sync_api import Error, sync_playwright

from check_access import check_axe, check_axe_overview, check_first_screen, check_headings, check_language, check_narrow, check_print, check_theme
from check_findings import check_console_links, check_details, check_drawer, check_filters, check_groups, check_hostile_names
from check_overview import check_charts, check_controls, check_overview
from check_people import check_coverage, check_lists, check_path, check_people, visible
from check_trend import check_trend
from report_data import read

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
PAGE = 100
WATCH = """
window.__violations = [];
document.addEventListener('securitypolicyviolation', (event) => window.__violations.push(`${event.violatedDirective} ${event.blockedURI}`));
"""
PAINTED = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 0))))"


class Check:
    """One report in one page; every expectation that does not hold is kept, not raised."""

    def __init__(self, page, path, pdf=None):
        self.page, self.path, self.url, self.pdf, self.failures, self.done = page, path.resolve(), path.resolve().as_uri(), pdf, [], 0
        self.requests, self.errors = [], []
        page.set_default_timeout(10_000)
        page.set_default_navigation_timeout(60_000)
        page.add_init_script(WATCH)
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("console", lambda message: self.errors.append(message.text) if message.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.open("")
        self.data = read(page.locator("#assessment").text_content())
        self.criteria = [(control, criterion) for control in self.data["controls"] for criterion in control["criteria"]]
        # Words of strangers may take more room than a screen has.
        self.long_words = any(len(str(words)) > 300 for words in [c["why"] for c in self.data["controls"]]) or len(self.data["scan"]["accounts"]) > 3

    def expect(self, holds, words):
        self.done += 1
        if not holds:
            self.failures.append(words)
        return holds

    def open(self, fragment):
        self.page.goto("about:blank")
        self.requests.clear()
        self.page.goto(self.url + fragment)
        self.page.wait_for_selector("html[data-ready=yes]", state="attached", timeout=60_000)

    def count_shown(self):
        return int(self.page.locator("#findings-count strong").inner_text().replace(",", ""))

    def run(self, part):
        """One part; where it cannot go on, that is its failure."""
        try:
            part(self)
        except Error as error:
            self.expect(False, f"{part.__name__}: {error.message.splitlines()[0]}")

    def settle(self):
        """The address follows after 120 ms."""
        self.page.wait_for_timeout(200)

    def criterion_of(self, finding):
        return self.criteria[finding[0]][1]

    def subject_of(self, finding):
        return self.data["subjects"][finding[1]]

    def quiet(self):
        """No request but the files of the report, no console message, no violation of the policy, nothing run from the data."""
        page = self.page
        self.expect(not self.errors, f"console: {self.errors[:5]}")
        folder = self.url.rsplit("/", 1)[0] + "/"
        others = [url for url in self.requests if not url.startswith((folder, "data:", "about:"))]
        self.expect(not others, f"requests other than the file: {others[:5]}")
        self.expect(page.evaluate("window.__violations.length") == 0, f"policy violated: {page.evaluate('window.__violations')}")
        self.expect(page.evaluate("typeof window.__pwned") == "undefined", "a script from the data ran")
        policy = page.locator("meta[http-equiv=Content-Security-Policy]").get_attribute("content") or ""
        self.expect("default-src 'none'" in policy, "there is no content security policy that forbids by default")


def check_quiet(check):
    page = check.page
    check.quiet()
    scripts = page.eval_on_selector_all("script", "nodes => nodes.map((node) => [node.type, node.id, node.src])")
    code = [kind for kind, _, source in scripts if kind == "" and not source]
    named = {name for kind, name, _ in scripts if kind == "application/json"}
    check.expect(len(code) == 2 and named <= {"assessment", "console-links", "german"} and len(scripts) == 2 + len(named), f"there are other scripts than the report's own: {scripts}")
    check.expect(page.locator("body img, iframe, object, embed, [onerror], [onmouseover], [onclick]").count() == 0, "markup from the data became elements")


def check_gaps(check):
    check.open("#gaps")
    page, gaps = check.page, check.data["gaps"]
    if not gaps:
        return check.expect("None" in page.locator("#gaps-body").inner_text(), "no word that there are no gaps")
    check.expect(page.locator("#gap-rows tr").count() == min(len(gaps), PAGE), "not every gap has its row")
    last = gaps[-1]
    check.open("#" + last["id"])
    row = page.locator(f"[id='{last['id']}']")
    text = row.inner_text() if row.count() else ""
    cause = check.data["causes"].get(last["cause"], last["cause"])
    check.expect(all(visible(word) in text for word in (last["operation"], last["region"], last["account"], cause)), f"gap {last['id']}: {text!r}")
    check.expect(row.locator("a").count() >= len(last["hides"]), f"gap {last['id']}: does not link what it hides")


def measure(check):
    """Best of three, in milliseconds: navigation to interactive and painted; input to painted rows."""
    opens, filters = [], []
    for _ in range(3):
        check.open("")
        opens.append(check.page.evaluate("performance.getEntriesByName('rung-interactive')[0].startTime"))
        paint = check.page.evaluate("performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0")
        opens[-1] = max(opens[-1], paint)
        if check.data["findings"]:
            filters.append(check.page.evaluate(f"async () => {{ const begun = performance.now(); const q = document.getElementById('filter-q'); q.value = 'prod'; q.dispatchEvent(new Event('input', {{ bubbles: true }})); await ({PAINTED})(); return performance.now() - begun; }}"))
    return {"open_ms": [round(value) for value in opens], "filter_ms": [round(value) for value in filters]}


def take_screenshots(playwright, url, folder):
    folder.mkdir(parents=True, exist_ok=True)
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
    views = [("light", "light", 1440, 900, ""), ("dark", "dark", 1440, 900, ""), ("narrow", "light", 390, 844, ""), ("german", "light", 1440, 900, "#overview?lang=de")]
    for name, scheme, width, height, fragment in views:
        page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme, reduced_motion="reduce")
        page.goto(url + fragment)
        page.wait_for_selector("html[data-ready=yes]", state="attached")
        page.screenshot(path=folder / f"{name}-first.png")
        for part in ("controls", "checklists", "path", "people", "findings", "gaps", "measured", "WAF-PERF-080"):
            page.evaluate(f"document.getElementById('{part}').scrollIntoView()")
            page.screenshot(path=folder / f"{name}-{part}.png")
        if page.locator(".open-row").count():
            page.locator(".open-row").first.click()
            page.screenshot(path=folder / f"{name}-drawer.png")
        page.close()
    browser.close()


def run(options):
    url = options.report.resolve().as_uri()
    parts = (check_quiet, check_first_screen, check_overview, check_controls, check_charts, check_trend, check_filters, check_groups, check_drawer, check_console_links, check_hostile_names, check_details,
             check_lists, check_path, check_people, check_coverage, check_gaps, check_headings, check_language, check_theme, check_axe, check_axe_overview, check_print, check_narrow, check_quiet)
    # Of the whole page, check_axe says what check_axe_overview says of a part.
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        check = Check(browser.new_page(viewport={"width": 1360, "height": 900}, reduced_motion="reduce", locale="en-GB"), options.report, options.pdf)
        for part in parts:
            if part.__name__ not in options.only if options.only else part is check_axe_overview:
                continue
            check.run(part)
        result = {"report": options.report.name, "bytes": options.report.stat().st_size, "findings": len(check.data["findings"]), "checks": check.done, "failures": check.failures}
        if options.measure:
            result |= measure(check)
            for name, most in (("open_ms", options.max_open_ms), ("filter_ms", options.max_filter_ms)):
                if most and result[name] and min(result[name]) > most:
                    check.failures.append(f"{name} {min(result[name])} is over {most}")
        browser.close()
        if options.screenshots:
            take_screenshots(playwright, url, options.screenshots)
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("report", type=pathlib.Path)
    parser.add_argument("--screenshots", type=pathlib.Path)
    parser.add_argument("--pdf", type=pathlib.Path, help="where to leave the printed report")
    parser.add_argument("--only", nargs="*", help="names of checks, for work on one of them")
    parser.add_argument("--measure", action="store_true")
    parser.add_argument("--max-open-ms", type=float)
    parser.add_argument("--max-filter-ms", type=float)
    result = run(parser.parse_args())
    print(json.dumps(result, indent=1, ensure_ascii=False))
    sys.exit(1 if result["failures"] else 0)


if __name__ == "__main__":
    main()
