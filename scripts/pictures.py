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
