"""The YAML blocks of docs/ci.md: writes each into a folder under its name, and prints as JSON what of them is shell.

    python snippets.py docs/ci.md FOLDER

For GitHub `{"step's name": script}`, for GitLab `{"before_script": ..., "script": ..., "after_script": ...}`, each by the name of its file.
"""

import json
import pathlib
import re
import sys

import yaml


def github(workflow):
    steps = [step for job in workflow["jobs"].values() for step in job["steps"]]
    return {step["name"]: step["run"] for step in steps if "run" in step}


def gitlab(pipeline):
    parts = ("before_script", "script", "after_script")
    jobs = [job for job in pipeline.values() if isinstance(job, dict) and "script" in job]
    return {part: "\n".join(job.get(part, [])) for job in jobs for part in parts}


def main():
    page, folder = pathlib.Path(sys.argv[1]).read_text(), pathlib.Path(sys.argv[2])
    blocks = dict(re.findall(r"^```yaml (\S+)\n(.*?)^```$", page, re.MULTILINE | re.DOTALL))
    scripts = {}
    for name, text in blocks.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        scripts[name] = (github if name.startswith(".github") else gitlab)(yaml.safe_load(text))
    json.dump(scripts, sys.stdout)


if __name__ == "__main__":
    main()
