"""Pipelines, load tests and experiments (WAF-PERF-060)."""


def seed(_account):
    """Nothing yet."""
