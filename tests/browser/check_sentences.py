"""Says sentences in German with the report's own script, and tells which it does not know.

    python check_sentences.py SENTENCES.json

The file holds `{"words": {...}, "sentences": ["...", ...], "strange": ["...", ...]}`: the dictionary as the report carries it, what the
program said, and what strangers may have written into it. A sentence is translated when it is another than before and no English is left
in it. What is strange only has to come back. Exits with 1 when a sentence is not translated.
"""

import json
import os
import pathlib
import re
import sys

from playwright.sync_api import sync_playwright

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "src/report/html/i18n.js"
SAY = """({ words, sentences, strange, script }) => {
  const element = document.createElement("script");
  element.type = "application/json";
  element.id = "german";
  element.textContent = JSON.stringify(words);
  document.body.append(element);
  (0, eval)(`${script}; globalThis.say = tm; globalThis.begin = speak;`);
  if (begin("de") !== "de") throw new Error("German is not spoken");
  strange.forEach(say);
  return sentences.map(say);
}"""
# Words that German does not have, and that no name of AWS's holds.
ENGLISH = re.compile(r"\b(the|of|is|are|has|have|with|they|not|and|be|to|for|by)\b")
# Names that are English and stay so.
NAMES = re.compile(r"`[^`]*`|[a-z0-9]+(?:-[a-z0-9]+)+|[a-z-]+:[A-Z]\w+|AWS/\w+ \w+|aws sso login|--[a-z-]+ off")


def english_in(german):
    return ENGLISH.search(NAMES.sub("", german))


def main():
    told = json.loads(pathlib.Path(sys.argv[1]).read_text())
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        said = browser.new_page().evaluate(SAY, {**told, "script": SCRIPT.read_text()})
        browser.close()
    wrong = [(english, german) for english, german in zip(told["sentences"], said) if english == german or english_in(german)]
    for english, german in wrong[:40]:
        print(f"{english}\n  {'stays English' if english == german else german}")
    print(f"{len(said)} sentences, {len(wrong)} of them not in German")
    sys.exit(1 if wrong or not said else 0)


if __name__ == "__main__":
    main()
