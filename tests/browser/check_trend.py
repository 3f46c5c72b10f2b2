"""Checks of the levels over time; takes the Check of check_report.py."""
from datetime import datetime, timedelta

DAY = timedelta(days=1)


def check_trend(check):
    """What the data tell of the scans before is drawn on the first screen and in each control's section, and stands there as a table."""
    check.open("")
    page, history = check.page, check.data.get("history")
    if not history or len(history["nights"]) < 2:
        return check.expect(page.locator("[data-spark], [data-trend]").count() == 0, "levels over time without a scan before")
    nights = history["nights"]
    drawn = [control for at, control in enumerate(history["controls"]) if any(night["confirmed"][at] for night in nights)]
    sparks = page.eval_on_selector_all("#overview [data-spark]", "nodes => nodes.map((node) => node.dataset.spark)")
    rows = [control["id"] for control in check.data["controls"] if control["applicable"] and control["id"] in drawn]
    check.expect(sorted(sparks) == sorted(rows + ["pillar"] * any(night["pillar"] for night in nights)), f"small lines of {sparks}")
    for control in rows:
        at = history["controls"].index(control)
        words = page.locator(f"[data-spark='{control}']").get_attribute("aria-label") or ""
        check.expect(words.startswith(f"{len(nights)} scans since") and f"{nights[-1]['confirmed'][at] or '–'} now" in words, f"{control}: the small line says {words!r}")
        breaks = page.locator(f"[data-spark='{control}'] path").get_attribute("d").count("M")
        check.expect(breaks == pieces(nights, at), f"{control}: the small line has {breaks} pieces, expected {pieces(nights, at)}")
    check.open("#controls")
    shown = page.eval_on_selector_all("[data-trend]", "nodes => nodes.map((node) => node.dataset.trend)")
    check.expect(sorted(shown) == sorted(drawn), f"levels over time of {shown}")
    for control in shown:
        check_figure(check, control, history["controls"].index(control), nights)


def check_figure(check, control, at, nights):
    figure = check.page.locator(f"[data-trend='{control}']")
    figure.scroll_into_view_if_needed()
    picture = figure.locator("svg.plot")
    picture.wait_for(state="attached")
    check.expect("scans since" in (picture.get_attribute("aria-label") or ""), f"{control}: no words for who cannot look")
    lines = picture.locator("path[stroke='var(--rung)'], g[stroke='var(--rung)'] path").count()
    check.expect(lines > 0, f"{control}: no level is drawn")
    figure.locator("summary").click()
    cells = [row.locator("td").all_inner_texts() for row in figure.locator("tbody tr").all()]
    check.expect(len(cells) == len(runs(nights, at)), f"{control}: {len(cells)} lines in the table, expected {len(runs(nights, at))}")
    check.expect(sum(int(row[2]) for row in cells) == len(nights), f"{control}: the table does not have every scan")
    levels = [row[3] for row in cells]
    wanted = [str(run or "–") for run in runs(nights, at)]
    check.expect(levels == wanted, f"{control}: levels {levels}, expected {wanted}")
    check.expect(sum(int(row[5]) for row in cells) == sum(not night["complete"] for night in nights), f"{control}: scans that are not complete")
    figure.locator("summary").click()


def time(night):
    return datetime.fromisoformat(night["started_at"].replace("Z", "+00:00"))


def gaps(nights):
    """Whether scans are missing after each night: where the next is much further than is usual."""
    apart = [time(b) - time(a) for a, b in zip(nights, nights[1:])]
    most = max(1.5 * DAY, 1.8 * sorted(apart)[len(apart) // 2])
    return [each > most for each in apart] + [False]


def runs(nights, at):
    """The level of each stretch of scans that is the same and unbroken."""
    found, before = [], None
    for night, gap in zip(nights, gaps(nights)):
        levels = (night["confirmed"][at], night["possible"][at])
        if levels != before:
            found.append(levels[0])
        before = None if gap else levels
    return found


def pieces(nights, at):
    """How often the line begins anew."""
    found, joined = 0, False
    for night, gap in zip(nights, gaps(nights)):
        known = night["confirmed"][at] is not None
        found += known and not joined
        joined = known and not gap
    return found
