"""What docs/notifications.md shows: is a message of a signed webhook ours, and fresh? Exit code 0 if it is."""

import hashlib
import hmac
import sys


def is_ours(secret: bytes, header: str, body: bytes, now: int, most_seconds: int = 300) -> bool:
    parts = dict(part.split("=", 1) for part in header.split(","))
    expected = hmac.new(secret, parts["t"].encode() + b"." + body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected, parts["v1"]) and abs(now - int(parts["t"])) <= most_seconds


if __name__ == "__main__":
    secret, header, now = sys.argv[1:4]
    sys.exit(0 if is_ours(secret.encode(), header, sys.stdin.buffer.read(), int(now)) else 1)
