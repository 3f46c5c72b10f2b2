"""Markdown: as GitHub's own renderer makes it HTML, it has nothing that strangers could have made of it.

    check_markdown.py ASSESSMENT.json SUMMARY.md [SUMMARY.md ...]
"""

import re
import sys

import cmarkgfm
from lxml import html
from truth import Truth

ALLOWED = {"h1", "h2", "h3", "p", "table", "thead", "tbody", "tr", "th", "td", "code", "strong", "ul", "li", "div"}


def main():
    truth = Truth(sys.argv[1])
    for path in sys.argv[2:]:
        with open(path, encoding="utf-8", newline="") as file:
            text = file.read()
        assert len(text) <= 65_536, len(text)
        page = html.fragment_fromstring(cmarkgfm.github_flavored_markdown_to_html(text), create_parent="div")
        tags = {element.tag for element in page.iter()}
        assert tags <= ALLOWED, f"{path}: {tags - ALLOWED}"
        assert not [element.attrib for element in page.iter() if element.attrib], path
        for row in page.iter("tr"):
            table = next(row.iterancestors("table"))
            assert len(row) == len(table.find(".//tr")), html.tostring(row)
        # GitHub looks for mentions and numbers of issues in what is no code.
        for code in list(page.iter("code")):
            code.drop_tree()
        prose = page.text_content()
        assert not re.search(r"@\w|#\d|https?://|www\.", prose), re.search(r".{30}(@\w|#\d|https?://|www\.)", prose)
        for control in truth.controls:
            assert control["id"] in prose or "wa_tool" in path or "answers" in path, control["id"]
    print(f"Markdown: {len(sys.argv) - 2} pages")


main()
