"""Well-Architected reviews and OpsItems (WAF-PERF-100)."""


def seed(_account):
    """Nothing yet."""
