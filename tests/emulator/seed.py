#!/usr/bin/env python3
"""Seed the emulator at URL with a scenario; what it held before is gone. Or improve what it holds by a step."""
import argparse

from scenarios import alder, demo, empty, organisation
from scenarios.account import Account, post

SCENARIOS = {"alder": alder, "demo": demo, "empty": empty, "organisation": organisation}


def seed(url, scenario):
    """Empty the account, seed it, and set the counters to zero."""
    post(url, "/_reset?world=1")
    account = Account(url)
    SCENARIOS[scenario].seed(account)
    account.load()
    post(url, "/_reset")


def improve(url, step):
    """Change what the scenario `alder` holds, as its people would; the counters begin again."""
    account = Account(url)
    alder.STEPS[step](account)
    account.load()
    post(url, "/_reset")


def main():
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("--scenario", choices=sorted(SCENARIOS), default="demo")
    parser.add_argument("--step", choices=list(alder.STEPS), help="improve the account of the scenario alder")
    given = parser.parse_args()
    if given.step:
        improve(given.url, given.step)
        print(f"improved by {given.step} at {given.url}")
        return
    seed(given.url, given.scenario)
    print(f"seeded {given.scenario} at {given.url}")


if __name__ == "__main__":
    main()
