"""Uses `rung serve` in Chromium as a person does: signs in, goes through the pages, attests, waives and scans by keyboard alone.

    RUNG_SERVE_TOKEN=... python check_serve.py http://127.0.0.1:8740/ [--screenshots DIR]

The server has a token, a stored scan and `demo = true` under [serve]. Hostile names must show as text, nothing may be asked of
another host, and axe-core may find no serious fault. Prints JSON; exits with 1 when a check fails.
"""

import argparse
import json
import os
import pathlib
import sys
from datetime import date, timedelta

import axe_playwright_python
from playwright.sync_api import Error, sync_playwright

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
AXE = (pathlib.Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
SERIOUS = ("serious", "critical")
HOSTILE = "</textarea><script>window.__pwned=1</script><img src=x onerror=window.__pwned=1>\u202e=1+1 \U0001f332"
WATCH = """
window.__violations = [];
document.addEventListener('securitypolicyviolation', (event) => window.__violations.push(`${event.violatedDirective} ${event.blockedURI}`));
"""


class Check:
    """One browser context; every expectation that does not hold is kept, not raised."""

    def __init__(self, context, url, screenshots):
        self.url, self.screenshots, self.failures, self.done = url.rstrip("/"), screenshots, [], 0
        self.requests, self.errors, self.expected = [], [], []
        self.page = self.watched(context)

    def watched(self, context):
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.add_init_script(WATCH)
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", self.told)
        return page

    def told(self, message):
        if message.type in ("error", "warning"):
            self.errors.append(message.text)

    def unexpected(self):
        """Chromium tells each answer of 4xx as an error; those that a step brought about are none."""
        errors = list(self.errors)
        for code in self.expected:
            told = next((error for error in errors if f"status of {code}" in error), None)
            if self.expect(told, f"an answer of {code} was expected"):
                errors.remove(told)
        return errors

    def expect(self, holds, words):
        self.done += 1
        if not holds:
            self.failures.append(words)
        return holds

    def run(self, part):
        """One part; where it cannot go on, that is its failure."""
        try:
            part(self)
        except Error as error:
            self.expect(False, f"{part.__name__} at {self.page.url}: {error.message.splitlines()[0]}")

    def look(self, name, page=None):
        """What holds of every page: accessible, in both colour schemes, and nothing of its data was run."""
        page = page or self.page
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            page.evaluate(AXE)
            found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
            for fault in (fault for fault in found if fault["impact"] in SERIOUS):
                where = "; ".join(node["html"][:160] for node in fault["nodes"][:3])
                self.expect(False, f"{name} ({scheme}): axe {fault['id']}: {fault['help']}: {where}")
            if self.screenshots:
                page.screenshot(path=self.screenshots / f"{name}-{scheme}.png", full_page=True)
        page.emulate_media(color_scheme="light")
        self.expect(page.evaluate("window.__pwned === undefined"), f"{name}: what strangers wrote was run")
        self.expect(page.evaluate("window.__violations.length") == 0, f"{name}: {page.evaluate('window.__violations')}")
        self.expect(page.locator("h1").count() == 1, f"{name}: one heading of the first level")
        narrow = page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        self.expect(narrow, f"{name}: wider than the window")

    def tab_to(self, selector, most=400):
        """Goes there by the tabulator alone."""
        for _ in range(most):
            self.page.keyboard.press("Tab")
            if self.page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
                return self.expect(True, "")
        return self.expect(False, f"{self.page.url}: {selector} is not reached by Tab")

    def fill(self, field, text):
        """Fills a field by keyboard; a day is typed part by part, as its field asks for it."""
        self.tab_to(f"#{field}", 60)
        kind = self.page.evaluate("document.activeElement.type")
        if kind == "date":
            self.page.keyboard.type(date.fromisoformat(text).strftime("%m%d%Y"))
        elif kind == "select-one":
            self.page.locator(f"#{field}").select_option(text)
        else:
            self.page.keyboard.press("ControlOrMeta+A")
            self.page.keyboard.insert_text(text)

    def send(self):
        self.tab_to("button.go", 60)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")


def check_sign_in(check):
    page, token = check.page, os.environ["RUNG_SERVE_TOKEN"]
    page.goto(f"{check.url}/people")
    check.expect("/login" in page.url, f"led to sign in, not {page.url}")
    check.look("login")
    check.expected.append(401)
    for text, words in (("wrong", "This is not the token."), (token, "")):
        check.expect(page.evaluate("document.activeElement.id") == "token", "the token's field has the focus")
        page.keyboard.insert_text(text)
        with page.expect_navigation():
            page.keyboard.press("Enter")
        if words:
            check.expect(words in page.locator("[role=alert]").inner_text(), words)
            check.look("login-wrong")
    check.expect(page.url == f"{check.url}/people", f"led back to the page that was asked for, not {page.url}")
    cookies = {cookie["name"]: cookie for cookie in page.context.cookies()}
    check.expect(cookies["rung"]["httpOnly"] and cookies["rung"]["sameSite"] == "Strict", "the session's cookie is kept close")


def check_pages(check):
    """Every entry of the menu, and the first way from it to the content."""
    check.page.goto(f"{check.url}/people")
    entries = [(link.inner_text(), link.get_attribute("href")) for link in check.page.locator("header nav a").all()]
    check.expect(len(entries) == 8, f"eight entries, not {entries}")
    for name, address in entries:
        answer = check.page.goto(check.url + address)
        check.expect(answer.status == 200, f"{address}: {answer.status}")
        current = check.page.locator("header nav a[aria-current=page]").all_inner_texts()
        check.expect(current == [name], f"{address}: the menu shows {current}")
        check.look(name.lower())
    check.page.keyboard.press("Tab")
    check.expect(check.page.evaluate("document.activeElement.className") == "skip", "the first Tab leads past the menu")
    check.page.keyboard.press("Enter")
    check.expect(check.page.evaluate("document.activeElement.id") == "main", "to the content")


def check_report(check):
    """A scan, and the full report that its bundle has, which runs its own scripts without any right to this server."""
    page = check.page
    page.goto(f"{check.url}/scans")
    page.locator("main a[href^='/scans/']").first.click()
    page.wait_for_url("**/scans/*")
    check.look("scan")
    with page.expect_navigation() as opened:
        page.locator("main a[href$='/report']").first.click()
    check.expect(opened.value.status == 200, f"the report answers {opened.value.status}")
    page.wait_for_selector("html[data-ready=yes]", state="attached")
    check.expect(page.evaluate("window.origin") == "null", "the report has no right to this server's pages")


def check_attest(check):
    page, last = check.page, str(date.today() + timedelta(days=40))
    page.goto(f"{check.url}/people")
    check.tab_to("main a[href^='/people/attest?criterion=']")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    chosen = page.locator("#criterion").input_value()
    check.expect(chosen.startswith("waf-perf-"), f"the criterion is chosen already: {chosen!r}")
    check.look("attest")
    # What is wrong is said at its field, and to screen readers.
    check.expected.append(422)
    check.tab_to("#owner", 60)
    check.send()
    wrong = page.locator("[aria-invalid=true]").evaluate_all("(all) => all.map((one) => one.id)")
    check.expect(sorted(wrong) == ["owner", "statement"], f"fields that are wrong: {wrong}")
    described = page.evaluate("document.getElementById('owner').getAttribute('aria-describedby')").split()
    words = " ".join(page.locator(f"#{one}").inner_text() for one in described)
    check.expect("Say who." in words, f"what is wrong is said at the field: {words}")
    check.look("attest-wrong")
    page.locator("#main").focus()
    for field, text in (("statement", HOSTILE), ("owner", HOSTILE[:60]), ("expires", last), ("proof", "https://wiki.example/a")):
        check.fill(field, text)
    check.send()
    check.expect("The attestation is written." in page.locator("[role=status]").inner_text(), "it says that it is written")
    card = page.locator("main").inner_text()
    check.expect("<script>window.__pwned=1</script>" in card and "\\u{202e}=1+1" in card, "hostile text shows as text")
    check.expect("40 days left" in card, "the days left are shown")
    check.look("people-attested")


def check_conflict(check):
    """Two people at once: the second is shown both, and may send again."""
    page, last = check.page, str(date.today() + timedelta(days=20))
    other = check.watched(page.context)
    for one, subject in ((page, "first-*"), (other, "second-*")):
        one.goto(f"{check.url}/people/waive")
        one.locator("#what").select_option("WAF-PERF-060")
        for field, text in (("subject", subject), ("reason", HOSTILE), ("owner", "Grace"), ("expires", last)):
            one.locator(f"#{field}").fill(text)
    page.locator("button.go").click()
    page.wait_for_url("**/people?written=waiver")
    check.expected.append(409)
    other.locator("button.go").click()
    other.wait_for_selector(".both")
    both = [one.inner_text() for one in other.locator(".both pre").all()]
    check.expect("second-*" in both[0] and "first-*" in both[1] and "second-*" not in both[1], f"both are shown: {both}")
    check.expect("Nothing was written" in other.locator("[role=alert]").inner_text(), "it says that nothing was written")
    check.look("conflict", other)
    other.locator("button.go").click()
    other.wait_for_url("**/people?written=waiver")
    text = other.locator("main").inner_text()
    check.expect("first-*" in text and "second-*" in text, "both are there in the end")
    other.close()


def check_run(check):
    page = check.page
    page.goto(f"{check.url}/run")
    before = page.locator("main .card").count()
    check.send()
    # The page loads itself again when the scan has ended.
    page.wait_for_function("(before) => document.querySelectorAll('main ul .card').length > before", arg=before, timeout=120_000)
    check.expect("done" in page.locator("main ul .card").first.inner_text(), "the scan's end is told")
    check.look("run-ended")


def check_sign_out(check):
    page = check.page
    with page.expect_navigation():
        page.get_by_role("button", name="Sign out").click()
    page.goto(f"{check.url}/people")
    check.expect("/login" in page.url, "signed out")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("--screenshots", type=pathlib.Path)
    options = parser.parse_args()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-US")
        check = Check(context, options.url, options.screenshots)
        for part in (check_sign_in, check_pages, check_report, check_attest, check_conflict, check_run, check_sign_out):
            check.run(part)
        outside = sorted({url for url in check.requests if not url.startswith(check.url + "/")})
        check.expect(not outside, f"asked elsewhere: {outside}")
        unexpected = check.unexpected()
        check.expect(not unexpected, f"errors in the console: {unexpected}")
        browser.close()
    print(json.dumps({"checks": check.done, "requests": len(check.requests), "failures": check.failures}, indent=2, ensure_ascii=False))
    return 1 if check.failures else 0


if __name__ == "__main__":
    sys.exit(main())
