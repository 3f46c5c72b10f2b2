"""Checks for those who use the page otherwise: axe, headings, language, colours, paper."""
import re
import tempfile
import pathlib

from axe_playwright_python.sync_playwright import Axe

#: What axe calls bad enough to stand in somebody's way.
GRAVE = {"serious", "critical"}


#: Rows are alike, and axe looks at each for long: of every table a few are enough, of the criteria of a level two.
THIN = """() => {
  for (const body of document.querySelectorAll('main tbody')) [...body.rows].slice(4).forEach((row) => row.remove());
  for (const list of document.querySelectorAll('.items, .subjects')) [...list.children].slice(3).forEach((item) => item.remove());
  for (const group of document.querySelectorAll('.level-group')) [...group.querySelectorAll('.criterion')].slice(2).forEach((card) => card.remove());
}"""


def faults(page, context=None):
    found = Axe().run(page, context=context, options={"resultTypes": ["violations"]}).response["violations"]
    return [f"{fault['id']}: {fault['nodes'][0]['html'][:120]} {fault['nodes'][0].get('failureSummary', '')[:200]}" for fault in found if fault["impact"] in GRAVE]


def check_axe(check):
    """Light and dark, each language, a phone, the open drawer. Colours do not depend on the language: each view takes another of both."""
    page = check.page
    other = "de" if page.locator("#german").count() else "en"
    views = [("light", "en", (1440, 900)), ("dark", other, (1440, 900)), ("light", other, (390, 844))]
    for scheme, language, (width, height) in views:
        page.set_viewport_size({"width": width, "height": height})
        check.open(f"#overview?lang={language}&theme={scheme}")
        page.evaluate("drawAllCharts()")
        page.evaluate(THIN)
        name = f"axe, {scheme}, {language}, {width} pixels"
        check.expect(page.evaluate("document.documentElement.lang") == language, f"{name}: the page says another language")
        check.expect(not (found := faults(page)), f"{name}: {found[:4]}")
        if page.locator(".open-row").count():
            page.locator(".open-row").first.click()
            check.expect(not (found := faults(page, "#drawer")), f"{name}, drawer: {found[:4]}")
            page.keyboard.press("Escape")
    page.set_viewport_size({"width": 1360, "height": 900})


def check_axe_overview(check):
    """What a report with an earlier scan has more: the overview, and a control's levels over time, in both colours."""
    page = check.page
    for scheme in ("light", "dark"):
        check.open(f"#overview?theme={scheme}")
        page.evaluate("drawAllCharts()")
        page.evaluate(THIN)
        for part in ["#overview"] + ["[data-trend]"] * bool(page.locator("main [data-trend]").count()):
            check.expect(not (found := faults(page, part)), f"axe, {scheme}, {part}: {found[:4]}")


def check_headings(check):
    """Headings go down one step at a time, and the skip link comes first."""
    page = check.page
    check.open("")
    levels = page.eval_on_selector_all("h1, main h2, main h3, main h4, main h5", "nodes => nodes.map((node) => Number(node.tagName[1]))")
    jumps = [(a, b) for a, b in zip(levels, levels[1:]) if b > a + 1]
    check.expect(levels[0] == 1 and levels.count(1) == 1 and not jumps, f"headings jump: {jumps[:3]}")
    page.keyboard.press("Tab")
    check.expect(page.evaluate("document.activeElement.classList.contains('skip')"), "the first stop is not the way past the head")
    page.keyboard.press("Enter")
    check.settle()
    check.expect(page.evaluate("document.activeElement.id") == "main", "the skip link does not lead to the report")
    page.keyboard.press("Tab")
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    check.expect(outline != "none", "the focus cannot be seen")


def check_language(check):
    """The button switches every part, numbers and dates too; the address remembers."""
    page = check.page
    check.open("")
    if not page.locator("#german").count():
        return check.expect(page.locator("#language").count() == 0, "a button for a language that there is not")
    english = page.locator("main").inner_text()
    page.click("#language")
    german = page.locator("main").inner_text()
    check.expect(page.evaluate("document.documentElement.lang") == "de" and german != english, "the button does not switch the language")
    check.settle()
    check.expect("lang=de" in page.evaluate("location.hash"), "the address does not say the language")
    check.open(page.evaluate("location.hash"))
    check.expect(page.evaluate("document.documentElement.lang") == "de", "the address does not bring the language back")
    page.click("#language")
    check.expect(page.locator("main").inner_text() == english, "switching there and back changes the page")


def check_theme(check):
    page = check.page
    check.open("")
    ground = lambda: page.evaluate("getComputedStyle(document.body).backgroundColor")
    seen = [ground()]
    for _ in range(3):
        page.click("#theme")
        seen.append(ground())
    check.expect(len(set(seen)) == 2 and seen[0] == seen[3], f"the button does not switch the colours: {seen}")
    page.click("#theme")
    page.click("#theme")
    check.settle()
    check.expect("theme=dark" in page.evaluate("location.hash"), "the address does not say the colours")


def check_print(check):
    """A PDF with pages, nothing cut at the right, every chart drawn, every list open, in light colours."""
    page = check.page
    check.open("#overview?theme=dark")
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(check.pdf or pathlib.Path(folder) / "report.pdf")
        page.pdf(path=path, format="A4", print_background=True, margin={side: "12mm" for side in ("top", "right", "bottom", "left")})
        pages = len(re.findall(rb"/Type\s*/Page[^s]", path.read_bytes()))
    check.expect(pages > 3, f"the PDF has {pages} pages")
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.set_viewport_size({"width": 700, "height": 1000})
    check.expect(page.eval_on_selector_all("details:not(.more)", "nodes => nodes.every((node) => node.open)"), "something is closed on paper")
    check.expect(page.locator("svg.plot").count() == len(check.data.get("charts", [])) + page.locator("[data-trend]").count(), "a chart is missing on paper")
    wide = page.evaluate("[...document.querySelectorAll('main table, main svg, .card, .criterion')].filter((node) => node.checkVisibility() && node.getBoundingClientRect().right > innerWidth + 1).map((node) => node.outerHTML.slice(0, 90))")
    check.expect(not wide, f"cut at the right on paper: {wide[:3]}")
    check.expect(page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)", "paper is not white")
    check.expect(page.locator("#bar").is_hidden() and page.locator(".filters").first.is_hidden(), "buttons are printed")
    page.emulate_media(media="screen")
    page.set_viewport_size({"width": 1360, "height": 900})
    check.open("")


def check_narrow(check):
    check.page.set_viewport_size({"width": 390, "height": 844})
    check.open("")
    check.page.evaluate("drawAllCharts()")
    wide = check.page.evaluate("document.documentElement.scrollWidth - innerWidth")
    check.expect(wide <= 0, f"at 390 pixels the page is {wide} pixels too wide")
    check.page.set_viewport_size({"width": 1360, "height": 900})


def check_first_screen(check):
    """Pillar, ten controls, changes and steps fit a screen of 1440 x 900."""
    check.page.set_viewport_size({"width": 1440, "height": 900})
    check.open("")
    bottom = check.page.evaluate("Math.max(...[...document.querySelectorAll('#overview .card')].map((node) => node.getBoundingClientRect().bottom))")
    check.expect(bottom <= 900 or len(check.data["scan"]["regions"]) > 8 or check.long_words, f"the first screen ends at {bottom:.0f} of 900 pixels")
    check.page.set_viewport_size({"width": 1360, "height": 900})
