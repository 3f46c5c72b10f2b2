"""Opens a report in German and looks for English that is left: texts of the dictionary, and sentences that it knows.

    python check_german.py REPORT.html [--show]

Every part of the page is read, with all its details opened, and the drawer of some findings of every kind. What strangers wrote
(`.said`, `code`, `pre`) is left alone. Exits with 1 when something is left; --show prints what looks English besides.
"""

import json
import os
import sys

from playwright.sync_api import sync_playwright

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
LEFT = """(show) => {
  const words = JSON.parse(document.getElementById("german").textContent);
  const own = (dictionary, text) => Object.hasOwn(dictionary, text) && dictionary[text] !== text;
  const german = new Set([...Object.values(words.page), ...Object.values(words.model)].flatMap((text) => text.split("|")));
  const forms = new Set(Object.keys(words.page).filter((key) => words.page[key] !== key).flatMap((key) => key.split("|")));
  const english = (text) => !german.has(text) && (forms.has(text) || own(words.model, text) || tm(text) !== text);
  const left = [];
  const look = (text, node) => {
    const trimmed = text.trim().replace(/^[;:,·(]\\s*|[;:,)]$/g, "").trim();
    if (/[a-z]{3}/.test(trimmed) && english(trimmed)) left.push(`${trimmed.slice(0, 160)} in ${node.tagName.toLowerCase()}.${node.className?.baseVal ?? node.className}`);
    else if (show && /\\b(the|of|is|are|has|have|with|they|and|by|for|no)\\b/.test(trimmed)) left.push(`? ${trimmed.slice(0, 160)}`);
  };
  const walk = (node) => {
    if (node.nodeType === Node.TEXT_NODE) return look(node.textContent, node.parentElement);
    if (node.nodeType !== Node.ELEMENT_NODE || node.matches("script, style, template, [lang=en], .said, code, pre, title, noscript")) return;
    for (const name of ["title", "aria-label", "placeholder"]) if (node.hasAttribute(name)) look(node.getAttribute(name), node);
    node.childNodes.forEach(walk);
  };
  walk(document.body);
  return left;
}"""
OPEN_ALL = "() => document.querySelectorAll('details').forEach((details) => { details.open = true; })"
# One finding of every criterion and result.
SOME = """() => {
  const seen = new Set();
  return [...document.querySelectorAll("tr[data-finding]")].filter((row) => {
    const key = [".col-criterion", ".col-result"].map((part) => row.querySelector(part)?.textContent).join();
    return !seen.has(key) && seen.add(key);
  }).map((row) => row.dataset.finding);
}"""


def ready(page):
    page.wait_for_selector("html[data-ready=yes]", state="attached", timeout=20_000)


def opened(page, url, fragment):
    page.goto("about:blank")
    page.goto(url + fragment)
    ready(page)


def left_in(page, show):
    page.evaluate(OPEN_ALL)
    page.wait_for_timeout(300)
    return page.evaluate(LEFT, show)


def drawers(page, url, show):
    """English in the drawers of findings, a page of the table for each result."""
    left = []
    for result in ("fail", "unknown", "pass", "not_applicable"):
        opened(page, url, f"#findings?result={result}&lang=de")
        for finding in page.evaluate(SOME)[:25]:
            page.locator(f"tr[data-finding='{finding}'] .open-row").click()
            page.wait_for_selector("#drawer[open]")
            left += left_in(page, show)
            page.keyboard.press("Escape")
    return left


def switched(page, url):
    """In an English browser the button changes the language and back; what is drawn follows, and the address remembers."""
    wrong = []
    opened(page, url, "")
    english = page.locator("main h2").all_inner_texts()
    page.locator("#language").click()
    german = page.locator("main h2").all_inner_texts()
    if page.evaluate("document.documentElement.lang") != "de" or german == english:
        wrong.append(f"the button does not switch to German: {german[:3]}")
    page.wait_for_timeout(300)
    if "lang=de" not in page.evaluate("location.hash"):
        wrong.append("the address does not remember German")
    page.locator("#language").click()
    if page.locator("main h2").all_inner_texts() != english:
        wrong.append("the way back does not give the English page")
    return wrong


def main():
    url, show = f"file://{os.path.abspath(sys.argv[1])}", "--show" in sys.argv
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(locale="de-DE", viewport={"width": 1400, "height": 1000})
        page.set_default_timeout(5_000)
        opened(page, url, "")
        spoken = page.evaluate("document.documentElement.lang")
        failures = [] if spoken == "de" else [f"a German browser gets {spoken}"]
        failures += left_in(page, show) + drawers(page, url, show) + switched(browser.new_page(locale="en-US"), url)
        browser.close()
    failures = sorted(set(failures))
    print(json.dumps(failures, indent=1, ensure_ascii=False))
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
