"""Caches and their hit rates (WAF-PERF-030)."""


def seed(_account):
    """Nothing yet."""
