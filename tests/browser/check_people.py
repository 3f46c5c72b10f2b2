"""Checks of the report's checklists, entry path, attestations and waivers; each takes the Check of check_report.py."""
import datetime
import unicodedata

REACHED = {"yes": "reached", "no": "not reached", "undecided": "undecided"}
STATES = {"done": "done", "open": "open", "unknown": "not known", "not_applicable": "not applicable"}
EFFECTS = {"decides": "decides", "contested": "contested", "not_needed": "not needed", "not_enough": "not enough", "does_not_count": "does not count"}


def visible(text):
    """The text as the report shows it: unseen characters as escapes."""
    def shown(character):
        if unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp"):
            return character
        code = ord(character)
        return f"\\u{{{code:x}}}" if code > 0xFFFF else f"\\u{code:04x}"
    return "".join(map(shown, text))


def check_lists(check):
    """Every item of every list with its outcome, its words and links to its criteria."""
    check.open("#checklists")
    page = check.page
    for checklist in check.data["checklists"]:
        section = page.locator(f"[id='checklist-{checklist['level']}']")
        check.expect(f"Level {checklist['level']}: {REACHED[checklist['reached']]}" in section.locator("h3").inner_text(), f"checklist {checklist['level']} does not say whether it is reached")
        check.expect(visible(checklist["why"]) in section.inner_text(), f"checklist {checklist['level']} does not say why")
        check_items(check, section, checklist["items"])
    audit = check.data.get("audit_list") or []
    if audit:
        page.locator("#audit-list summary").click()
        check_items(check, page.locator("#audit-list"), audit)


def check_items(check, section, items):
    shown = section.locator("li").evaluate_all("nodes => nodes.map((node) => [node.id, node.dataset.outcome, node.innerText, [...node.querySelectorAll('a')].map((link) => link.getAttribute('href'))])")
    check.expect([row[0] for row in shown] == [item["id"] for item in items], f"items {[row[0] for row in shown]}")
    for row, item in zip(shown, items):
        check.expect(row[1] == item["outcome"] and visible(item["text"]) in row[2], f"{item['id']}: {row[1:3]}")
        check.expect(row[3] == [f"#{criterion}" for criterion in item["criteria"]], f"{item['id']}: links {row[3]}")


def check_path(check):
    """Every step with its state, and every resource that it names with what to do."""
    check.open("#path")
    steps = check.page.locator(".path-step")
    check.expect(steps.count() == len(check.data["entry_path"]), f"{steps.count()} steps of the entry path")
    for at, step in enumerate(check.data["entry_path"]):
        node = steps.nth(at)
        check.expect(f"Week {step['weeks']}: {STATES[step['state']]}" in node.locator("h3").inner_text(), f"step {step['weeks']} does not say where it stands")
        check.expect(visible(step["action"]) in node.inner_text() and visible(step["why"]) in node.inner_text(), f"step {step['weeks']}: words missing")
        if step["subjects"]:
            node.locator("summary").first.click()
            rows = node.locator("tbody tr").all_inner_texts()
            wanted = [visible((subject.get("name") or subject["arn"])[:60]) for subject in step["subjects"]]
            check.expect(len(rows) == len(wanted) and all(name in row for name, row in zip(wanted, rows)), f"step {step['weeks']}: resources {rows[:2]}")
            saving = step.get("saving_usd_month")
            check.expect(not saving or f"{saving:.2f} USD" in node.inner_text(), f"step {step['weeks']}: does not say what it saves")


def check_people(check):
    """Every attestation and waiver as what it is; an observed level is never made of them."""
    check.open("#people")
    text, data = check.page.locator("#people-body").inner_text(), check.data
    attestations, waivers = data.get("attestations") or [], data.get("waivers") or []
    if not attestations and not waivers:
        check.expect("Nothing is attested" in text, "no word that nothing is attested")
    for told in attestations:
        words = (told["owner"][:60], told["statement"][:60], told["place"][:60], EFFECTS[told["effect"]], told["expires"][:4])
        check.expect(all(visible(word) in text for word in words), f"attestation of {told['criterion']}: {[w for w in words if visible(w) not in text]}")
        for proof in told.get("proof") or []:
            words = [proof["file"]["path"][:60], proof["file"]["found"]] if "file" in proof else [proof["url"][:60]]
            check.expect(all(visible(word) in text for word in words), f"attestation of {told['criterion']}: no proof {words}")
    for waiver in waivers:
        check.expect(visible(waiver["reason"][:60]) in text and ("expired" in text or not waiver["expired"]), f"waiver at {waiver['place']} missing")
    check_days_left(check, text)
    links = check.page.eval_on_selector_all("#people-body a", "nodes => nodes.map((node) => node.getAttribute('href'))")
    check.expect(all(link.startswith(("#", "http://", "https://")) for link in links), f"links {links}")
    check.open("")
    for control in data["controls"]:
        beside = control.get("with_waivers")
        if control["applicable"] and beside:
            row = check.page.locator(f"#ladders [data-control='{control['id']}']").inner_text()
            check.expect("with waivers" in row, f"{control['id']}: does not say that it has levels with waivers")
        if control["applicable"] and control["observed"] != control["confirmed"]:
            row = check.page.locator(f"#ladders [data-control='{control['id']}']").inner_text()
            check.expect("observed" in row.lower() or "attest" in row.lower(), f"{control['id']}: attested level looks observed")
    check_marks(check)


def check_days_left(check, text):
    """What has not ended says how many days are left, counted from the scan."""
    scanned = datetime.date.fromisoformat(check.data["scan"]["started_at"][:10])
    for own in [*(check.data.get("attestations") or []), *(check.data.get("waivers") or [])]:
        if not own.get("expires") or own.get("expired") or own.get("standing", {}).get("state") == "expired":
            continue
        days = (datetime.date.fromisoformat(own["expires"]) - scanned).days
        check.expect(f"{days:,} day{'' if days == 1 else 's'} left" in text, f"{own['place']}: does not say that {days} days are left")


def check_coverage(check):
    """What the scan could do; a line for each line of the ledger, and how far each was read."""
    check.open("#measured")
    trust = check.page.locator("#trust").inner_text()
    check.expect("It only read" in trust and f"called {len(check.data['scan']['calls'])} operation" in trust, f"the report does not say what the scan could do: {trust!r}")
    lines = check.data.get("coverage") or []
    if not lines:
        return check.expect(check.page.locator("#coverage").count() == 0, "a ledger without lines")
    check.page.locator("#coverage summary").click()
    rows = check.page.locator("#coverage tbody tr").all_inner_texts()
    words = {"complete": "to its end", "partly": "in part", "not_read": "not at all", "not_asked": "not asked"}
    check.expect(len(rows) == len(lines), f"{len(rows)} rows of the ledger's {len(lines)}")
    for line in lines:
        fitting = [row for row in rows if line["operation"] in row and visible(line["region"]) in row and words[line["covered"]] in row]
        check.expect(fitting, f"ledger: {line['operation']} in {line['region']} {line['covered']} missing")


def check_marks(check):
    """What an attestation decides, and each finding that people speak of, is marked."""
    cards = check.page.evaluate("Object.fromEntries([...document.querySelectorAll('.criterion')].map((node) => [node.id, node.querySelector('.chips')?.textContent ?? '']))")
    waived = {criterion for waiver in check.data.get("waivers") or [] if not waiver["expired"] for criterion in waiver["criteria"]}
    for _, criterion in check.criteria:
        chips = cards[criterion["id"]]
        check.expect(("attested, not observed" in chips) == (criterion["decided_by"] == "attested"), f"{criterion['id']}: marks {chips!r}")
        check.expect(("contested" in chips) == (criterion["decided_by"] == "contested"), f"{criterion['id']}: marks {chips!r}")
        check.expect(("waived" in chips) == (criterion["id"] in waived), f"{criterion['id']}: marks {chips!r}")
    for bit, word in ((1, "waived"), (2, "attested")):
        index = next((i for i, finding in enumerate(check.data["findings"]) if finding[5] & bit), None)
        if index is not None:
            check.open(f"#findings?open={index}")
            check.expect(word in check.page.locator("#drawer .drawer-result").inner_text(), f"finding {index} is not marked {word}")
