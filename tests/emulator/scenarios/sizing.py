"""Compute sizing: servers of known use, recommendations, Config rules (WAF-PERF-010)."""


def seed(_account):
    """Nothing yet."""
