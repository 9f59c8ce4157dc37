"""Pings an address outside, such as a dead man's switch. The address is as good as a key: it is in no log."""

import http.client
from urllib.parse import urlsplit

TIMEOUT = 10.0  # seconds


def ping(url: str) -> bool:
    """One GET; True for an answer below 400. Follows no redirect, raises nothing."""
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    try:
        connection = kind(parts.hostname or "", parts.port, timeout=TIMEOUT)
        try:
            target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            connection.request("GET", target, headers={"User-Agent": "prepaired"})
            return connection.getresponse().status < 400
        finally:
            connection.close()
    except (OSError, http.client.HTTPException, ValueError):
        return False
