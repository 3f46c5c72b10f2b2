"""Checks of the first screen and of the controls' sections; each takes the Check of check_report.py."""
from collections import Counter

from check_people import visible

SEVERITIES = ["high", "medium", "low"]
EFFORTS = ["setting", "resource", "change", "practice"]


def check_overview(check):
    page, data = check.page, check.data
    shown = page.eval_on_selector_all("#ladders [data-control]", "nodes => nodes.map((node) => node.dataset.control)")
    wanted = [control["id"] for control in data["controls"]]
    check.expect(shown == wanted, f"overview shows {shown}, the data have {wanted}")
    for control in data["controls"]:
        check_row(check, control)
    banner = page.locator("#banner").inner_text()
    check.expect(("INCOMPLETE" in banner) == (not data["scan"]["complete"]) or "could not be entered" in banner, f"banner says {banner!r}")
    pillar, text = data["pillar"], page.locator("#pillar").inner_text()
    check.expect(not pillar["level"] or data["levels"][pillar["level"] - 1] in text, f"the pillar's level is missing: {text!r}")
    check.expect(visible(pillar["why"])[:150] in text, "the pillar does not say why")
    for checklist in data["checklists"]:
        check.expect(f"{checklist['met']} of {checklist['of']}, {checklist['needed']} needed" in text, f"checklist {checklist['level']} is missing on the first screen")
    check_steps(check)
    check_changes(check)


def check_row(check, control):
    row = check.page.locator(f"#ladders [data-control='{control['id']}']")
    check.expect(control["title"] in row.inner_text(), f"{control['id']}: no title")
    if not control["applicable"]:
        return check.expect("Not applicable" in row.inner_text() and row.locator(".steps").count() == 0, f"{control['id']}: not applicable, but has a ladder")
    rungs = Counter("confirmed" if level <= control["confirmed"] else "possible" if level <= control["possible"] else "beyond" for level in range(1, 6))
    drawn = {state: row.locator(f".rung-{state}").count() for state in ("confirmed", "possible", "beyond")}
    check.expect(all(drawn[state] == rungs[state] for state in drawn), f"{control['id']}: rungs {drawn}, expected {dict(rungs)}")
    check.expect(f"{control['confirmed']} confirmed, {control['possible']} possible" in (row.locator(".steps").get_attribute("aria-label") or ""), f"{control['id']}: the ladder does not say its levels")
    check.expect(control["cells"][control["confirmed"] - 1] in row.inner_text(), f"{control['id']}: the current cell's words are missing")


def check_steps(check):
    """The steps on the first screen are the first three by the rule that the method section writes down."""
    data = check.data
    open_list = next((own for own in data["checklists"] if own["reached"] != "yes"), None)
    items = [item for item in (open_list or {"items": []})["items"] if item["outcome"] in ("unmet", "unknown")]
    ranked = []
    for control in data["controls"]:
        blockers = (control.get("next") or {}).get("blocked_by", []) if control["applicable"] else []
        for blocker in blockers:
            counts = sum(blocker["criterion"] in item["criteria"] for item in items)
            ranked.append(((-counts, len(blockers) > 1, SEVERITIES.index(control["severity"]), EFFORTS.index(blocker["effort"]), blocker["outcome"] != "unmet", blocker["missing"], blocker["subjects_total"]), blocker["criterion"]))
    ranked.sort(key=lambda entry: entry[0])
    shown = check.page.eval_on_selector_all("#steps [data-criterion]", "nodes => nodes.map((node) => node.dataset.criterion)")
    check.expect(shown == [criterion for _, criterion in ranked[:3]], f"steps {shown}, expected {[c for _, c in ranked[:3]]}")


def check_changes(check):
    changes, text = check.data.get("changes"), check.page.locator("#changed").inner_text()
    if not changes:
        return check.expect("Nothing to compare with" in text and check.page.locator("#changes").count() == 0, f"changes without a scan before: {text!r}")
    for control in changes["controls"]:
        if control["direction"] == "fell":
            check.expect(visible(control["why"])[:80] in text, f"{control['control']} fell, and the first screen does not say why")
    shown = check.page.eval_on_selector_all("#changes [data-criterion]", "nodes => nodes.map((node) => node.dataset.criterion)")
    check.expect(shown == [criterion["criterion"] for criterion in changes["criteria"]], f"changed criteria {shown}")


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
        section = check.page.locator(f"section[id='{control['id']}']")
        check.expect(visible(control["why"]) in section.inner_text(), f"{control['id']}: does not say why")
        lift = check.page.locator(f"[id='{control['id']}-lift'] > ol > li").count()
        check.expect(lift == len((control.get("next") or {}).get("blocked_by", [])), f"{control['id']}: {lift} steps to the next level")
    check_ladder_keys(check)


def check_ladder_keys(check):
    control = next((control for control in check.data["controls"] if control["applicable"]), None)
    if not control:
        return
    head = check.page.locator(f"section[id='{control['id']}'] .control-head")
    head.locator(".rung").nth(control["confirmed"] - 1).focus()
    check.page.keyboard.press("End")
    check.expect(control["cells"][4] in head.locator(".cell").inner_text(), "arrow keys do not move on the ladder")


def check_charts(check):
    """Every chart of the data is drawn when it is looked at, says its counts, and has its numbers as a table."""
    page, charts = check.page, check.data.get("charts", [])
    check.open("#controls")
    shown = page.eval_on_selector_all("[data-chart]", "nodes => nodes.map((node) => node.dataset.chart)")
    check.expect(sorted(shown) == sorted(chart["id"] for chart in charts), f"charts {shown}")
    for chart in charts:
        figure = page.locator(f"[data-chart='{chart['id']}']")
        figure.scroll_into_view_if_needed()
        figure.locator("svg.plot").wait_for(state="attached")
        check.expect(f"{chart['seen']:,} " in figure.locator("figcaption").inner_text(), f"chart {chart['id']}: does not say how many were counted")
        check.expect(figure.locator("svg.plot").get_attribute("aria-label"), f"chart {chart['id']}: no words for who cannot look")
        drawn = figure.locator("svg.plot rect, svg.plot circle").count()
        check.expect(drawn > 0, f"chart {chart['id']}: nothing is drawn")
        figure.locator("summary").click()
        numbers = [int(text.replace(",", "")) for text in figure.locator("tbody td.num:last-child, tbody td.num").all_inner_texts() if text.replace(",", "").isdigit()]
        wanted = sum(cell[3] for cell in chart["cells"])
        check.expect(chart["form"] == "pairs" or sum(numbers) == wanted, f"chart {chart['id']}: the table's numbers come to {sum(numbers)}, not {wanted}")
        figure.locator("summary").click()
