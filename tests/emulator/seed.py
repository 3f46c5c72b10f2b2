#!/usr/bin/env python3
"""Seed the emulator at URL with a scenario; what it held before is gone."""
import argparse

from scenarios import demo, empty
from scenarios.account import Account, post

SCENARIOS = {"demo": demo, "empty": empty}


def seed(url, scenario):
    """Empty the account, seed it, and set the counters to zero."""
    post(url, "/_reset?world=1")
    account = Account(url)
    SCENARIOS[scenario].seed(account)
    account.load()
    post(url, "/_reset")


def main():
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("--scenario", choices=sorted(SCENARIOS), default="demo")
    given = parser.parse_args()
    seed(given.url, given.scenario)
    print(f"seeded {given.scenario} at {given.url}")


if __name__ == "__main__":
    main()
