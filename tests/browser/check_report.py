"""Opens a report in Chromium and checks that it shows what its data say, asks the network for nothing and runs nothing from its data.

    python check_report.py REPORT.html [--screenshots DIR] [--measure] [--max-open-ms 1000] [--max-filter-ms 1000]

Works on any report: what is expected is derived from the data inside the file. Prints JSON; exits with 1 when a check fails.
Times are taken and printed only with --measure; they fail the run only where a --max is given with it.
"""

import argparse
import json
import os
import pathlib
import re
import sys
from collections import Counter

from playwright.sync_api import Error, sync_playwright

from check_people import check_coverage, check_lists, check_path, check_people, visible

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
RESULTS = ["fail", "unknown", "pass", "not_applicable"]
PAGE = 100
WATCH = """
window.__violations = [];
document.addEventListener('securitypolicyviolation', (event) => window.__violations.push(`${event.violatedDirective} ${event.blockedURI}`));
"""
PAINTED = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 0))))"


class Check:
    """One report in one page; every expectation that does not hold is kept, not raised."""

    def __init__(self, page, url):
        self.page, self.url, self.failures, self.done = page, url, [], 0
        self.requests, self.errors = [], []
        page.set_default_timeout(5_000)
        page.add_init_script(WATCH)
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("console", lambda message: self.errors.append(message.text) if message.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.open("")
        self.data = json.loads(page.locator("#assessment").text_content())
        self.criteria = [(control, criterion) for control in self.data["controls"] for criterion in control["criteria"]]

    def expect(self, holds, words):
        self.done += 1
        if not holds:
            self.failures.append(words)
        return holds

    def open(self, fragment):
        self.page.goto("about:blank")
        self.requests.clear()
        self.page.goto(self.url + fragment)
        self.page.wait_for_selector("html[data-ready=yes]", state="attached", timeout=20_000)

    def count_shown(self):
        return int(self.page.locator("#findings-count strong").inner_text().replace(",", ""))

    def run(self, part):
        """One part; where it cannot go on, that is its failure."""
        try:
            part(self)
        except Error as error:
            self.expect(False, f"{part.__name__}: {error.message.splitlines()[0]}")

    def settle(self):
        self.page.wait_for_timeout(200)

    # What the data lead to expect.

    def criterion_of(self, finding):
        return self.criteria[finding[0]][1]

    def subject_of(self, finding):
        return self.data["subjects"][finding[1]]

    def matching(self, **wanted):
        values = {"result": lambda f: RESULTS[f[2]], "control": lambda f: self.criteria[f[0]][0]["id"], "criterion": lambda f: self.criterion_of(f)["id"],
                  "kind": lambda f: self.subject_of(f)["kind"], "account": lambda f: self.subject_of(f)["account"], "region": lambda f: self.subject_of(f)["region"]}
        return [f for f in self.data["findings"] if all(values[name](f) == value for name, value in wanted.items())]


def check_quiet(check):
    """No request but the file, no console message, no violation of the policy, nothing run from the data."""
    page = check.page
    check.expect(not check.errors, f"console: {check.errors[:5]}")
    others = [url for url in check.requests if not url.startswith((check.url.split("#")[0], "data:", "about:"))]
    check.expect(not others, f"requests other than the file: {others[:5]}")
    check.expect(page.evaluate("window.__violations.length") == 0, f"policy violated: {page.evaluate('window.__violations')}")
    check.expect(page.evaluate("typeof window.__pwned") == "undefined", "a script from the data ran")
    check.expect(page.locator("script").count() == 2, "there are other scripts than the report's two")
    check.expect(page.locator("body img, iframe, object, embed, [onerror], [onmouseover], [onclick]").count() == 0, "markup from the data became elements")
    policy = page.locator("meta[http-equiv=Content-Security-Policy]").get_attribute("content") or ""
    check.expect("default-src 'none'" in policy, "there is no content security policy that forbids by default")


def check_overview(check):
    page, data = check.page, check.data
    shown = page.eval_on_selector_all("#overview [data-control]", "nodes => nodes.map((node) => node.dataset.control)")
    wanted = [control["id"] for control in data["controls"]]
    check.expect(shown == wanted, f"overview shows {shown}, the data have {wanted}")
    for control in data["controls"]:
        row = page.locator(f"#ladders [data-control='{control['id']}']")
        check.expect(control["title"] in row.inner_text(), f"{control['id']}: no title")
        if not control["applicable"]:
            check.expect("Not applicable" in row.inner_text() and row.locator(".steps").count() == 0, f"{control['id']}: not applicable, but has a ladder")
            continue
        rungs = Counter("confirmed" if level <= control["confirmed"] else "possible" if level <= control["possible"] else "beyond" for level in range(1, 6))
        drawn = {state: row.locator(f".rung-{state}").count() for state in ("confirmed", "possible", "beyond")}
        check.expect(all(drawn[state] == rungs[state] for state in drawn), f"{control['id']}: rungs {drawn}, expected {dict(rungs)}")
        check.expect(control["cells"][control["confirmed"] - 1] in row.locator(".cell").inner_text(), f"{control['id']}: the current cell's words are missing")
        check.expect(visible(control["why"]) in row.inner_text(), f"{control['id']}: does not say why")
    banner = page.locator("#banner").inner_text()
    check.expect(("INCOMPLETE" in banner) == (not data["scan"]["complete"]), f"banner says {banner!r}")
    check_ladder_keys(check)


def check_ladder_keys(check):
    control = next((control for control in check.data["controls"] if control["applicable"]), None)
    if not control:
        return
    row = check.page.locator(f"#ladders [data-control='{control['id']}']")
    row.locator(".rung").nth(control["confirmed"] - 1).focus()
    check.page.keyboard.press("End")
    check.expect(control["cells"][4] in row.locator(".cell").inner_text(), "arrow keys do not move on the ladder")


def check_controls(check):
    words = {"met": "Met", "unmet": "Unmet", "unknown": "Unknown", "not_applicable": "Not applicable"}
    texts = check.page.evaluate("Object.fromEntries([...document.querySelectorAll('.criterion')].map((node) => [node.id, [node.querySelector('.badge').textContent, node.textContent]]))")
    check.expect(set(texts) == {criterion["id"] for _, criterion in check.criteria}, "not every criterion has its card")
    for _, criterion in check.criteria:
        mark, text = texts.get(criterion["id"], ("", ""))
        check.expect(mark == words[criterion["outcome"]], f"{criterion['id']}: badge {mark!r}")
        check.expect(visible(criterion["statement"]) in text and visible(criterion["why"]) in text, f"{criterion['id']}: statement or reason missing")
        for threshold in criterion["thresholds"]:
            changed = threshold["value"] != threshold["default"]
            check.expect((f"threshold changed: {threshold['name']}" in text) == changed, f"{criterion['id']}: a changed threshold is not marked, or an unchanged one is")
    for control in check.data["controls"]:
        lift = check.page.locator(f"[id='{control['id']}-lift'] > ol > li").count()
        check.expect(lift == len((control.get("next") or {}).get("blocked_by", [])), f"{control['id']}: {lift} steps to the next level")


def check_filters(check):
    page, findings = check.page, check.data["findings"]
    if not findings:
        return check.expect(page.locator("#findings-table").count() == 0, "a table without findings")
    check.expect(check.count_shown() == len(findings), f"{check.count_shown()} findings shown of {len(findings)}")
    for result in RESULTS:
        wanted = len(check.matching(result=result))
        toggle = page.locator(f".toggle[data-result={result}]")
        check.expect(toggle.locator(".num").inner_text().replace(",", "") == str(wanted), f"the toggle for {result} does not say {wanted}")
        toggle.click()
        check.expect(check.count_shown() == wanted, f"result {result}: {check.count_shown()} shown, {wanted} expected")
        check.expect(page.locator("#findings-rows tr").count() == min(wanted, PAGE), f"result {result}: rows")
        others = {name: int(page.locator(f".toggle[data-result={name}] .num").inner_text().replace(",", "")) for name in RESULTS}
        check.expect(others == {name: len(check.matching(result=name)) for name in RESULTS}, f"choosing {result} changes what the other results would show: {others}")
        toggle.click()
    for name in ("control", "criterion", "kind", "account", "region"):
        check_select(check, name)
    check_search_and_restore(check)


def check_select(check, name):
    value = Counter(f for f in [check_value(check, name, finding) for finding in check.data["findings"]]).most_common()[-1][0]
    check.page.select_option(f"#filter-{name}", value)
    wanted = len(check.matching(**{name: value}))
    check.expect(check.count_shown() == wanted, f"{name} {value}: {check.count_shown()} shown, {wanted} expected")
    check.settle()
    check.expect(f"{name}=" in check.page.evaluate("location.hash"), f"the address does not mirror {name}")
    check.page.click("#filter-clear")
    check.expect(check.count_shown() == len(check.data["findings"]), "clearing the filters does not bring all back")


def check_value(check, name, finding):
    control, criterion = check.criteria[finding[0]]
    return {"control": control["id"], "criterion": criterion["id"]}.get(name) or check.subject_of(finding)[name]


def check_search_and_restore(check):
    page = check.page
    finding = check.data["findings"][len(check.data["findings"]) // 2]
    subject, result = check.subject_of(finding), RESULTS[finding[2]]
    page.fill("#filter-q", subject["arn"])
    page.click(f".toggle[data-result={result}]")
    words = subject["arn"].lower().split()
    wanted = sum(all(word in haystack(check.subject_of(f)) for word in words) for f in check.matching(result=result))
    check.expect(check.count_shown() == wanted, f"search for {subject['arn'][:60]!r}: {check.count_shown()} shown, {wanted} expected")
    check.settle()
    address = page.evaluate("location.hash")
    check.expect(f"result={result}" in address and "q=" in address, f"the address does not mirror the search: {address[:120]}")
    check.open(address)
    check.expect(check.count_shown() == wanted, "the address does not bring the filter back")
    check.expect(page.input_value("#filter-q") == subject["arn"] or "\n" in subject["arn"], "the address does not bring the search text back")
    check.expect(page.get_attribute(f".toggle[data-result={result}]", "aria-pressed") == "true", "the address does not bring the result back")
    check.open("")
    page.click("#findings-table th[data-sort=region] button")
    regions = page.locator("#findings-rows .col-region").all_inner_texts()
    check.expect(regions == sorted(regions), "sorting by region does not sort")
    check.expect(page.get_attribute("th[data-sort=region]", "aria-sort") == "ascending", "the sorted column does not say so")
    check.settle()
    if len(check.data["findings"]) > PAGE:
        page.locator("#pager-top button", has_text="Next").click()
        check.settle()
        check.expect("page=2" in page.evaluate("location.hash"), "the address does not mirror the page")
        check.expect("101 to" in page.locator("#findings-count").inner_text(), "the second page does not begin with 101")


def haystack(subject):
    tags = [f"{key}={value}" for key, value in (subject.get("tags") or {}).items()]
    return "\n".join([subject.get("name") or "", subject["arn"], *tags]).lower()


def check_drawer(check):
    """For a finding with every fact read, and one with a gap among its facts."""
    data = check.data
    known = next((i for i, f in enumerate(data["findings"]) if f[3] and all(len(data["facts"][n]) == 3 and data["facts"][n][2] >= 0 for n in f[3])), None)
    hidden = next((i for i, f in enumerate(data["findings"]) if any(len(data["facts"][n]) == 4 for n in f[3])), None)
    for index in (known, hidden):
        if index is not None:
            check_drawer_of(check, index)


def check_drawer_of(check, index):
    page, data = check.page, check.data
    finding = data["findings"][index]
    check.open(f"#findings?open={index}")
    drawer = page.locator("#drawer[open]")
    check.expect(drawer.count() == 1, f"finding {index}: its address does not open the drawer")
    text = drawer.inner_text()
    check.expect(visible(check.subject_of(finding)["arn"])[:200] in text, f"finding {index}: no ARN in the drawer")
    check.expect(f"line {check.subject_of(finding)['evidence']}" in text, f"finding {index}: the drawer does not say where the evidence lies")
    for number in finding[3]:
        name, *rest = data["facts"][number]
        check.expect(data["fact_names"][name] in text, f"finding {index}: fact {data['fact_names'][name]} missing")
        if len(rest) == 3:
            gap = data["gaps"][rest[2]]
            check.expect(gap["operation"] in text and "Opens with" in text, f"finding {index}: gap behind {data['fact_names'][name]} missing")
        elif rest[1] >= 0:
            source = data["sources"][rest[1]]
            check.expect(f"{source['service']}:{source['operation']}" in text, f"finding {index}: source missing")
            check.expect(all(visible(request) in text for request in source.get("request_ids", [])), f"finding {index}: request ids missing")
    page.keyboard.press("Escape")
    check.settle()
    check.expect(page.locator("#drawer[open]").count() == 0, "Escape does not close the drawer")
    check.expect("open=" not in page.evaluate("location.hash"), "the address still names the closed drawer")
    page.locator("#findings-rows .open-row").first.focus()
    page.keyboard.press("Enter")
    check.expect(page.locator("#drawer[open]").count() == 1, "Enter on a row does not open the drawer")
    page.keyboard.press("Escape")


def check_hostile_names(check):
    """Every name with markup or unseen characters is text in its row."""
    odd = [s for s in check.data["subjects"] if re.search(r"[<>&{]", s.get("name") or "") or visible(s.get("name") or "") != (s.get("name") or "")]
    for subject in odd[:12]:
        check.open("#findings?q=" + "".join(f"%{byte:02X}" for byte in subject["arn"].encode()))
        shown = check.page.eval_on_selector_all("#findings-rows .open-row", "nodes => nodes.map((node) => node.textContent)")
        wanted = visible(subject["name"][:60])
        check.expect(any(text.startswith(wanted[:60]) for text in shown), f"{subject['name'][:60]!r} is shown as {shown[:1]}")
        check.page.locator("#findings-rows .open-row").first.click()
        check.expect(wanted[:60] in check.page.locator("#drawer").inner_text(), f"{subject['name'][:60]!r} is not text in the drawer")
        check.expect(check.page.evaluate("typeof window.__pwned") == "undefined", f"{subject['name'][:60]!r} ran")


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


def check_narrow(check):
    check.page.set_viewport_size({"width": 390, "height": 844})
    check.open("")
    wide = check.page.evaluate("document.documentElement.scrollWidth - innerWidth")
    check.expect(wide <= 0, f"at 390 pixels the page is {wide} pixels too wide")
    check.page.set_viewport_size({"width": 1360, "height": 900})


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
    views = [("light", "light", 1360, 900), ("dark", "dark", 1360, 900), ("narrow", "light", 390, 844)]
    for name, scheme, width, height in views:
        page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme, reduced_motion="reduce")
        page.goto(url)
        page.wait_for_selector("html[data-ready=yes]", state="attached")
        page.screenshot(path=folder / f"{name}-first.png")
        for part in ("controls", "checklists", "path", "people", "findings", "gaps", "measured"):
            page.evaluate(f"document.getElementById('{part}').scrollIntoView()")
            page.screenshot(path=folder / f"{name}-{part}.png")
        if page.locator(".open-row").count():
            page.locator(".open-row").first.click()
            page.screenshot(path=folder / f"{name}-drawer.png")
        page.close()
    browser.close()


def run(options):
    url = options.report.resolve().as_uri()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        check = Check(browser.new_page(viewport={"width": 1360, "height": 900}, reduced_motion="reduce"), url)
        for part in (check_quiet, check_overview, check_controls, check_filters, check_drawer, check_hostile_names, check_lists, check_path, check_people, check_coverage, check_gaps, check_narrow, check_quiet):
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
    parser.add_argument("--measure", action="store_true")
    parser.add_argument("--max-open-ms", type=float)
    parser.add_argument("--max-filter-ms", type=float)
    result = run(parser.parse_args())
    print(json.dumps(result, indent=1, ensure_ascii=False))
    sys.exit(1 if result["failures"] else 0)


if __name__ == "__main__":
    main()
