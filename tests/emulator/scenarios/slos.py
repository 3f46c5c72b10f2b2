"""Service level objectives, latency alarms and deployments (WAF-PERF-050)."""


def seed(_account):
    """Nothing yet."""
