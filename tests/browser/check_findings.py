"""Checks of the findings: filters, sorting, grouping, the drawer with the evidence, links to the console, detail pages."""
import re
from collections import Counter
from urllib.parse import urlsplit

from check_people import visible
from report_data import RESULTS, name_of, read

PAGE = 100
NONE = "(none)"
OWNER, SERVICE = ["owner", "team", "owned-by", "ownedby"], ["service", "application", "app", "project", "workload"]
HOSTS = {"console.aws.amazon.com", "console.amazonaws.cn", "console.amazonaws-us-gov.com"}


def tag_of(subject, keys):
    lower = {key.lower(): value for key, value in reversed(list(subject["tags"].items()))}
    return next((lower[key] for key in keys if key in lower), "") or NONE


def value_of(check, name, finding):
    control, criterion = check.criteria[finding[0]]
    subject = check.subject_of(finding)
    values = {"result": lambda: RESULTS[finding[2]], "control": lambda: control["id"], "criterion": lambda: criterion["id"], "aws": lambda: (subject["arn"].split(":") + ["", "", ""])[2] or NONE,
              "owner": lambda: tag_of(subject, OWNER), "service": lambda: tag_of(subject, SERVICE)}
    return values.get(name, lambda: subject[name])()


def matching(check, **wanted):
    return [f for f in check.data["findings"] if all(value_of(check, name, f) == value for name, value in wanted.items())]


def number(text):
    return int(text.replace(",", ""))


def check_filters(check):
    page, findings = check.page, check.data["findings"]
    check.open("")
    if not findings:
        return check.expect(page.locator("#findings-table").count() == 0, "a table without findings")
    check.expect(check.count_shown() == len(findings), f"{check.count_shown()} findings shown of {len(findings)}")
    for result in RESULTS:
        wanted = len(matching(check, result=result))
        toggle = page.locator(f".toggle[data-result={result}]")
        check.expect(number(toggle.locator(".num").inner_text()) == wanted, f"the toggle for {result} does not say {wanted}")
        toggle.click()
        check.expect(check.count_shown() == wanted, f"result {result}: {check.count_shown()} shown, {wanted} expected")
        check.expect(page.locator("#findings-rows tr").count() == min(wanted, PAGE), f"result {result}: rows")
        others = {name: number(page.locator(f".toggle[data-result={name}] .num").inner_text()) for name in RESULTS}
        check.expect(others == {name: len(matching(check, result=name)) for name in RESULTS}, f"choosing {result} changes what the other results would show: {others}")
        toggle.click()
    for name in ("control", "criterion", "aws", "kind", "owner", "service", "account", "region"):
        check_select(check, name)
    check_search_and_restore(check)
    check_sorting(check)


def check_select(check, name):
    values = Counter(value_of(check, name, finding) for finding in check.data["findings"])
    if len(values) < 2:
        return check.expect(not check.page.locator(f"#filter-{name}").is_visible(), f"{name}: a choice of one is offered")
    value = values.most_common()[-1][0]
    check.page.select_option(f"#filter-{name}", value)
    wanted = values[value]
    check.expect(check.count_shown() == wanted, f"{name} {value}: {check.count_shown()} shown, {wanted} expected")
    check.settle()
    check.expect(f"{name}=" in check.page.evaluate("location.hash"), f"the address does not mirror {name}")
    check.page.click("#filter-clear")
    check.expect(check.count_shown() == len(check.data["findings"]), "clearing the filters does not bring all back")


def haystack(subject):
    tags = [f"{key}={value}" for key, value in subject["tags"].items()]
    return "\n".join([subject["name"], subject["arn"], *tags]).lower()


def check_search_and_restore(check):
    page = check.page
    finding = check.data["findings"][len(check.data["findings"]) // 2]
    subject, result = check.subject_of(finding), RESULTS[finding[2]]
    page.fill("#filter-q", subject["arn"])
    page.click(f".toggle[data-result={result}]")
    words = subject["arn"].lower().split()
    wanted = sum(all(word in haystack(check.subject_of(f)) for word in words) for f in matching(check, result=result))
    check.expect(check.count_shown() == wanted, f"search for {subject['arn'][:60]!r}: {check.count_shown()} shown, {wanted} expected")
    check.settle()
    address = page.evaluate("location.hash")
    check.expect(f"result={result}" in address and "q=" in address, f"the address does not mirror the search: {address[:120]}")
    check.open(address)
    check.expect(check.count_shown() == wanted, "the address does not bring the filter back")
    check.expect(page.input_value("#filter-q") == subject["arn"] or "\n" in subject["arn"], "the address does not bring the search text back")
    check.expect(page.get_attribute(f".toggle[data-result={result}]", "aria-pressed") == "true", "the address does not bring the result back")
    check.open("")


def check_sorting(check):
    page = check.page
    for column, selector in (("region", ".col-region"), ("resource", ".open-row")):
        page.click(f"#findings-table th[data-sort={column}] button")
        shown = page.locator(f"#findings-rows {selector}").all_inner_texts()
        check.expect(shown == sorted(shown, key=str.lower) or any(visible(text) != text or len(text) > 80 for text in shown), f"sorting by {column} does not sort")
        check.expect(page.get_attribute(f"th[data-sort={column}]", "aria-sort") == "ascending", "the sorted column does not say so")
        page.click(f"#findings-table th[data-sort={column}] button")
        check.expect(page.get_attribute(f"th[data-sort={column}]", "aria-sort") == "descending", "a second click does not turn the order")
    page.click("#findings-table th[data-sort=region] button")
    if len(check.data["findings"]) > PAGE:
        check.settle()
        page.locator("#pager-top button", has_text="Next").click()
        check.settle()
        check.expect("page=2" in page.evaluate("location.hash"), "the address does not mirror the page")
        check.expect("101 to" in page.locator("#findings-count").inner_text(), "the second page does not begin with 101")


def check_groups(check):
    """By each dimension: the groups are those of the data, with their counts; one opens in place and leads to all of it."""
    page, findings = check.page, check.data["findings"]
    check.open("")
    for name in ("aws", "service", "owner", "account", "region", "control"):
        counts = Counter(value_of(check, name, finding) for finding in findings)
        if len(counts) < 2:
            continue
        page.select_option("#filter-group", name)
        shown = page.eval_on_selector_all("tbody.group", "nodes => nodes.map((node) => [node.dataset.group, node.querySelector('.tally').textContent])")
        told = {group: sum(number(part) for part in re.findall(r"[\d,]+(?= )", text)) for group, text in shown}
        wanted = dict(counts) if len(counts) <= PAGE else {group: counts[group] for group in told}
        check.expect(told == wanted and len(told) == min(len(counts), PAGE), f"groups by {name}: {list(told.items())[:3]}, expected {list(wanted.items())[:3]}")
    head = page.locator("tbody.group .group-head").first
    group = page.locator("tbody.group").first.get_attribute("data-group")
    head.click()
    rows = page.locator("tbody.group").first.locator("tr[data-finding]")
    check.expect(rows.count() == min(25, told[group]), f"group {group}: {rows.count()} rows of {told[group]}")
    check.expect(page.locator("tbody.group .group-head").first.get_attribute("aria-expanded") == "true", "an open group does not say so")
    check.expect(page.evaluate("document.activeElement.classList.contains('group-head')"), "opening a group loses the focus")
    more = page.locator("tbody.group").first.locator("button.link")
    if told[group] > 25:
        more.click()
        check.expect(check.count_shown() == told[group], f"all of group {group}: {check.count_shown()} shown")
    page.select_option("#filter-group", "")


def check_drawer(check):
    """For a finding with every fact read, and one with a gap among its facts."""
    data = check.data
    known = next((i for i, f in enumerate(data["findings"]) if f[3] and all(len(data["facts"][n]) == 3 and data["facts"][n][2] >= 0 for n in f[3])), None)
    hidden = next((i for i, f in enumerate(data["findings"]) if f[3] and any(len(data["facts"][n]) == 4 for n in f[3])), None)
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
    subject = check.subject_of(finding)
    check.expect(visible(subject["arn"])[:200] in text, f"finding {index}: no ARN in the drawer")
    check.expect(f"line {subject['line']}," in text, f"finding {index}: the drawer does not say where the evidence lies")
    for fact in finding[3]:
        name, *rest = data["facts"][fact]
        check.expect(data["fact_names"][name] in text, f"finding {index}: fact {data['fact_names'][name]} missing")
        if len(rest) == 3:
            gap = data["gaps"][rest[2]]
            check.expect(gap["operation"] in text and "Opens with" in text, f"finding {index}: gap behind {data['fact_names'][name]} missing")
        elif rest[1] >= 0:
            source = data["sources"][rest[1]]
            check.expect(f"{source['service']}:{source['operation']}" in text, f"finding {index}: source missing")
            check.expect(all(visible(request) in text for request in source.get("request_ids", [])), f"finding {index}: request ids missing")
    check_drawer_keys(check)


def check_drawer_keys(check):
    page = check.page
    for _ in range(40):
        page.keyboard.press("Tab")
        inside = page.evaluate("document.activeElement === document.body || document.getElementById('drawer').contains(document.activeElement)")
        if not check.expect(inside, "the focus leaves the open drawer"):
            break
    page.keyboard.press("Escape")
    check.settle()
    check.expect(page.locator("#drawer[open]").count() == 0, "Escape does not close the drawer")
    check.expect("open=" not in page.evaluate("location.hash"), "the address still names the closed drawer")
    page.locator("#findings-table .open-row").first.focus()
    page.keyboard.press("Enter")
    check.expect(page.locator("#drawer[open]").count() == 1, "Enter on a row does not open the drawer")
    page.keyboard.press("Escape")


def check_console_links(check):
    """Links lead to files beside, to parts of the page, or to the console of a partition; a proof may lead to the web."""
    page = check.page
    check.open("")
    for index in {next(i for i, f in enumerate(check.data["findings"]) if check.subject_of(f)["kind"] == kind) for kind in {s["kind"] for s in check.data["subjects"]}} if check.data["findings"] else ():
        # The page is about to write the finding before into the address: it would take the next one's place.
        page.evaluate("(fragment) => { clearTimeout(hashTimer); location.hash = fragment; }", f"#findings?open={index}")
        page.wait_for_selector(f"#drawer[open][data-finding='{index}']")
        subject = check.subject_of(check.data["findings"][index])
        links = page.eval_on_selector_all("#drawer a.console", "nodes => nodes.map((node) => [node.href, node.rel])")
        composed = subject["arn"].startswith("arn:aws:rung:")
        check.expect(len(links) == (0 if composed or not subject["arn"].startswith("arn:aws:") else 1), f"{subject['arn'][:80]}: console links {links}")
        for href, rel in links:
            parts = urlsplit(href)
            check.expect(parts.scheme == "https" and parts.netloc in HOSTS and "noopener" in rel, f"{subject['arn'][:80]}: leads to {href[:100]}")
    links = page.eval_on_selector_all("main a, header a", "nodes => nodes.map((node) => node.getAttribute('href'))")
    check.expect(all(re.match(r"#|\./[\w.%-]+\.html|https?://", link) for link in links), "a link of the page is no link")


def check_hostile_names(check):
    """Every name with markup or unseen characters is text in its row."""
    odd = [s for s in check.data["subjects"] if re.search(r"[<>&{]", s["name"]) or visible(s["name"]) != s["name"]]
    for subject in odd[:12]:
        check.open("#findings?q=" + "".join(f"%{byte:02X}" for byte in subject["arn"].encode()))
        shown = check.page.eval_on_selector_all("#findings-rows .open-row", "nodes => nodes.map((node) => node.textContent)")
        wanted = visible(name_of(subject)[:60])
        check.expect(any(text.startswith(wanted[:60]) for text in shown), f"{subject['name'][:60]!r} is shown as {shown[:1]}")
        check.page.locator("#findings-rows .open-row").first.click()
        check.expect(wanted[:60] in check.page.locator("#drawer").inner_text(), f"{subject['name'][:60]!r} is not text in the drawer")
        check.expect(check.page.evaluate("typeof window.__pwned") == "undefined", f"{subject['name'][:60]!r} ran")


def check_details(check):
    """A finding whose facts are elsewhere leads to them: to the same finding, in a file of the same folder."""
    data, page = check.data, check.page
    names = (data.get("details") or {"names": []})["names"]
    shown = sum(f[3] is not None for f in data["findings"])
    if shown == len(data["findings"]):
        return check.expect(not names, "detail pages without findings")
    if not names:
        return check.expect("assessment.json" in page.locator("#details-note").inner_text(), "a page alone does not say where the facts are")
    for index in {shown, len(data["findings"]) - 1}:
        check_detail_of(check, index)
    folder = check.path.parent
    check.expect(all((folder / name).is_file() for name in names), f"detail pages are missing: {names}")
    check.open("")


def check_detail_of(check, index):
    page, finding = check.page, check.data["findings"][index]
    check.open(f"#findings?open={index}")
    link = page.locator("#drawer .detail-link")
    if not check.expect(link.count() == 1, f"finding {index}: no way to its facts"):
        return
    link.click()
    page.wait_for_selector("html[data-ready=yes]", state="attached")
    page.wait_for_selector("#drawer[open]")
    detail = read(page.locator("#assessment").text_content())
    own = detail["findings"][int(re.search(r"open=(\d+)", page.url)[1])]
    check.expect(detail["subjects"][own[1]]["arn"] == check.subject_of(finding)["arn"] and own[0] == finding[0] and own[2] == finding[2], f"finding {index}: leads to another one")
    text = page.locator("#drawer").inner_text()
    check.expect(own[3] and all(detail["fact_names"][detail["facts"][fact][0]] in text for fact in own[3]), f"finding {index}: its facts are not in the detail page")
    check.quiet()
    page.keyboard.press("Escape")
    page.click("#banner a")
    page.wait_for_selector("#ladders", state="attached")
    check.expect(page.url.startswith(check.url), "the detail page does not lead back")
