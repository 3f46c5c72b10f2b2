"""Takes the pictures of README and docs from the demo account.

    cargo build && .venv/bin/python scripts/pictures.py

Needs what scripts/test installs. Writes docs/pictures/*.png; everything in them is the demo account's, whose names are made up.
A test holds that every picture named in a page is there, and that each one there is named.
"""

import os
import pathlib
import subprocess
import tempfile

from playwright.sync_api import sync_playwright

ROOT = pathlib.Path(__file__).resolve().parents[1]
OUT = ROOT / "docs/pictures"
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
DESKTOP = {"width": 1440, "height": 900}


def scan(folder, *args):
    """The demo's bundle."""
    subprocess.run([ROOT / "target/debug/rung", "scan", "--demo", "--quiet", "--bundle", folder / "bundle", *args],
                   check=True, stdout=subprocess.DEVNULL, env=os.environ | {"XDG_DATA_HOME": str(folder / "data")})
    return folder / "bundle/report.html"


def picture(page, name, selector=None):
    """The window as it stands, or one part of the page."""
    part = page.locator(selector) if selector else page
    part.screenshot(path=OUT / f"{name}.png")
    print(OUT / f"{name}.png")


def open_report(browser, url, theme="light", fragment=""):
    page = browser.new_page(viewport=DESKTOP, color_scheme=theme, locale="en-GB")
    page.goto(f"{url}{fragment}")
    page.wait_for_selector("html[data-ready=yes]", state="attached")
    return page


def report(browser, folder):
    url = scan(folder).as_uri()
    page = open_report(browser, url)
    picture(page, "report")
    page = open_report(browser, url, theme="dark")
    picture(page, "report-dark")
    page = open_report(browser, url, fragment="#overview?lang=de")
    picture(page, "report-german")
    page = open_report(browser, url, fragment="#WAF-PERF-080")
    picture(page, "report-control")
    page = open_report(browser, url, fragment="#findings?group=owner")
    picture(page, "report-findings")


def serve(browser, folder):
    """The web view of the same scan."""
    environment = os.environ | {"XDG_DATA_HOME": str(folder / "data")}
    subprocess.run([ROOT / "target/debug/rung", "scan", "--demo", "--quiet"], check=True, stdout=subprocess.DEVNULL, env=environment)
    server = subprocess.Popen([ROOT / "target/debug/rung", "serve", "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE, text=True, env=environment)
    try:
        url = next(word for word in server.stdout.readline().split() if word.startswith("http"))
        for name, path in [("serve", ""), ("serve-findings", "findings"), ("serve-people", "people")]:
            page = browser.new_page(viewport=DESKTOP, color_scheme="light", locale="en-GB")
            page.goto(url + path)
            picture(page, name)
    finally:
        server.terminate()
        server.wait()


def main():
    OUT.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        report(browser, pathlib.Path(folder))
        serve(browser, pathlib.Path(folder))
        browser.close()


if __name__ == "__main__":
    main()
